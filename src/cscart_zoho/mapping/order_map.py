"""How orders of one side look on the other, and what may go over by itself. Pure.

An order is two values: its document (lines, money, addresses) and its status.
Each side keeps the document in its own form, so two of them are never compared
as texts: what counts is whether a side's own document has changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from cscart_zoho.errors import NotListed, Unfit
from cscart_zoho.mapping import text
from cscart_zoho.mapping.choices import Owner, ProductChoices
from cscart_zoho.mapping.currencies import rounded
from cscart_zoho.mapping.keys import folded
from cscart_zoho.mapping.money_rules import ROUND_OFF, ROUND_OFF_ADVICE
from cscart_zoho.mapping.order_choices import APPROVE, BACKORDERED, OrderChoices, settable
from cscart_zoho.mapping.order_lines import same_lines
from cscart_zoho.mapping.order_money import MoneyRules, Priced, essence, price_for_store, price_for_zoho
from cscart_zoho.mapping.record_map import Consent, KeyRules, Plain, Rules
from cscart_zoho.mapping.store_currency import StoreCurrency
from cscart_zoho.order import Address, Line, Order, from_text, to_text
from cscart_zoho.records import Entity, Side, Value, Values, digest_value, is_fingerprint

BY_NUMBER = KeyRules("number", "numbers", case_matters=False)
#: Zoho lets nobody change what has been sent, invoiced or ended (Zoho Inventory: "Edit Sales Order").
CLOSED = frozenset({"partially_invoiced", "invoiced", "partially_shipped", "shipped", "fulfilled", "closed", "void"})
#: ... and refuses to void what has been sent or invoiced.
PAST_VOID = CLOSED - {"void"}
#: Statuses of a sales order that keeps nothing back any more: its goods have gone out, or are billed.
GONE_OUT = frozenset({"shipped", "fulfilled", "invoiced", "closed"})
#: So many sales orders one order may get, each after the one before was voided.
MOST_SALES_ORDERS = 50
#: How a new order begins, whatever was sent for it (seen on a running 4.20 store; Zoho Inventory API).
BEGINS = {Side.ZOHO: "draft", Side.CSCART: "O"}


#: The most that Zoho takes of the notes of a sales order; as for credit notes (Zoho Inventory API).
NOTES_LIMIT = 5000


@dataclass(frozen=True)
class OrderMap(Plain):
    """`RecordMap` of orders and sales orders.

    The callables look records up that an order rests on; each raises `Unfit`
    with a sentence when there is none yet.
    """

    choices: OrderChoices
    money: MoneyRules
    #: The Zoho item of a line of the store, and the product of a line of Zoho.
    item_of: Callable[[Line], str]
    product_of: Callable[[Line], str]
    #: The contact of an order of the store; the user of a sales order ("" = a guest) and the address to name.
    contact_of: Callable[[Order], str]
    user_of: Callable[[Order], tuple[str, str]]
    #: The person of that contact who has ordered, where the contact stands for another one; "" else.
    person_of: Callable[[Order], str] = lambda order: ""
    #: Ids and names of contacts whose place a contact may have taken: their addresses are the same.
    former: Callable[[str], Sequence[tuple[str, str]]] = lambda contact_id: ()
    #: The currency that a contact is kept in, which all its sales orders get; "" where it is not known.
    currency_of: Callable[[str], str] = lambda contact_id: ""
    #: Store tax id -> Zoho tax id, as chosen for products.
    product_taxes: Mapping[str, str] = field(default_factory=dict)
    #: The store's statuses: letter -> name. Empty = not known.
    statuses: Mapping[str, str] = field(default_factory=dict)
    store_places: int = 2
    #: How numbers begin of orders that stand in Zoho and belong to other shops: they are not made in this one.
    other_prefixes: Sequence[str] = ()
    #: What the store's amounts are in. As long as it tells another currency than that, no order is made, changed or
    #: confirmed; one that is cancelled is let go of all the same.
    store_currency: StoreCurrency = field(default_factory=StoreCurrency)
    #: The taxes and the statuses as they are now, looked at where one is missing; None where they are no others.
    money_anew: Callable[[], MoneyRules | None] = lambda: None
    statuses_anew: Callable[[], Mapping[str, str]] = dict

    entity = Entity.ORDERS
    in_parts = False  # a document and its status belong together

    @property
    def rules(self) -> Rules:
        """The merchant's rules for orders."""
        choices = self.choices
        return Rules(
            noun="order",
            nouns="orders",
            create_in={Side.ZOHO: choices.create_in_zoho, Side.CSCART: choices.create_in_cscart},
            chosen_too=True,
            mark_inactive=frozenset(),
            key=BY_NUMBER,
            share_for_new=0.48,  # all that is left: an order costs two calls, and a confirmation of many a share of one
            if_refused_alike="Settle it in Zoho; where they are of a period that is closed there, set "
            '"From which date on" in the settings for orders (orders.since).',
            brake_percent=choices.brake_percent,
            brake_minimum=choices.brake_minimum,
            brake_new=choices.brake_new,
            full_look_hours=choices.full_look_hours,
        )

    @property
    def stock_choices(self) -> ProductChoices | None:
        return None

    # What is compared

    def synced_fields(self) -> tuple[str, ...]:
        return ("document", "status")

    def owner(self, field: str) -> Owner:
        """An edit of one side goes to the other; edits of both are asked about."""
        return Owner.ASK

    def may_write(self, field: str, target: Side, held: Value) -> bool:
        return True

    def yields(self, field: str, value: Value) -> bool:
        return False

    def agree(self, field: str, cscart: Value, zoho: Value) -> bool:
        """Whether two statuses stand for each other, in either direction of the map."""
        if field != "status":
            return cscart == zoho
        letter, status = str(cscart), str(zoho)
        own = self.choices.to_cscart.get(status, "")
        if letter == self.choices.letter(status):
            return True
        return self.choices.target(letter) == (status if own else settable(status)) != ""

    def same_at_first(self, field: str, cscart: Value, zoho: Value) -> bool:
        """Whether two orders with one number are the same: currency, total and pieces are."""
        if field != "document" or is_fingerprint(cscart) or is_fingerprint(zoho):
            return False
        ours = (self.choices.shipping_item_id, self.choices.surcharge_item_id)
        return essence(from_text(str(cscart))) == essence(from_text(str(zoho)), ours)

    def takes_as_made(self, field: str, target: Side) -> bool:
        return field == "document"

    def arrived(self, field: str, sent: Value, held: Value) -> bool:
        if field != "document" or not held:
            return digest_value(field, held) == digest_value(field, sent)
        wanted, there = from_text(str(sent)), from_text(str(held))
        # Zoho keeps the options that it is told, the store those that were chosen there.
        same = same_lines(wanted.lines, there.lines, options_kept=bool(wanted.reference))
        return same and _content(wanted) == _content(there)

    def trouble(self, cscart: Values, zoho: Values) -> str:
        """What keeps a sales order from being confirmed: another currency, another total, or one that nobody tells.

        Currencies come first: 17.90 USD and 17.90 EUR are no equal totals.
        """
        ours, theirs = str(cscart.get("currency") or "").upper(), str(zoho.get("currency") or "").upper()
        if not ours or not theirs:
            who = "The store does" if not ours else "Zoho does"
            return f"{who} not tell the currency of this order, so its totals cannot be compared."
        if ours != theirs:
            return (
                f"The store keeps this order in {ours}, and Zoho in {theirs}, the currency of its customer there. "
                f"Delete the sales order and enter it in Zoho by hand for a customer with {ours}, with its number as "
                "the reference. Do not void it: that would cancel the order in the store."
            )
        here, there = cscart.get("total"), zoho.get("total")
        if not isinstance(here, Decimal) or not isinstance(there, Decimal):
            who = "The store does" if not isinstance(here, Decimal) else "Zoho does"
            return f"{who} not tell the total of this order, so both cannot be compared."
        if here == there:
            return ""
        if self.money.round_total and rounded(here, 0) == there:
            return (
                f"The totals differ: {here} in the store, {there} in Zoho, which has rounded it off ({ROUND_OFF}). "
                f"{ROUND_OFF_ADVICE}"
            )
        return (
            f"The totals differ: {here} in the store, {there} in Zoho. Correct one of the two by hand; "
            "the order's page shows them line by line."
        )

    def seals(self, field: str, target: Side, value: Value) -> bool:
        """A sales order with another total than the store's order is not confirmed."""
        return field == "status" and target is Side.ZOHO and value == "confirmed"

    def notice(self, cscart: Values, zoho: Values) -> str:
        """An order that was made in Zoho, and that the store has no pieces for."""
        status, there = str(cscart.get("status") or ""), str(zoho.get("status") or "")
        if status != BACKORDERED or self.choices.target(status) or there == "void" or self._of_the_store(zoho):
            return ""
        paid = self._name(self.choices.letter(there))
        return (
            f'The store has put this order on "{self._name(status)}": it has too few pieces and has taken none, while '
            f"the sales order is {_words(there)} in Zoho. Bring the stock of its products in order and set it to "
            f'"{paid}" in the store, or void it in Zoho.'
        )

    def remark(self, cscart: Values, zoho: Values) -> str:
        """Words of people that one side has only a part of."""
        here, there = str(cscart.get("document") or ""), str(zoho.get("document") or "")
        noted = from_text(here).notes if len(here) > NOTES_LIMIT and not is_fingerprint(here) else ""
        if len(noted) > NOTES_LIMIT:
            took = f"Zoho takes {NOTES_LIMIT:,}: there it ends with “…”."
            return f"The customer's note has {len(noted):,} characters. {took}"
        if here and not is_fingerprint(here) and text.damaged_by_store(there):
            return _left_out(from_text(here), from_text(there))
        return ""

    def bereft(self, left: Values, side: Side) -> str:
        """A sales order that goes on keeping pieces for an order that is not there any more."""
        status = str(left.get("status") or "")
        if side is Side.CSCART or settable(status) != "confirmed" or status in GONE_OUT:
            return ""
        return (
            f"Its sales order is {_words(status)} in Zoho and keeps its pieces back there, so that neither side sells "
            "them. Void it in Zoho, and they are for sale again; if the goods are to go out all the same, ship it "
            "there."
        )

    def anew(self, zoho: Values, wanted: Values) -> str:
        """A void sales order stays void: an order that comes back gets a new one."""
        if wanted.get("status") not in ("draft", "confirmed") or settable(str(zoho.get("status"))) != "void":
            return ""
        return (
            "It has come back in the store, and a void sales order cannot be opened again: a new one takes its place."
        )

    def named_anew(self, sent: Values, key: str, again: int) -> tuple[dict[str, Value], str] | None:
        """CS-97-2 with the reference CS-97: Zoho takes a number once."""
        if again > MOST_SALES_ORDERS:
            return None
        number = f"{key}-{again}"
        order = msgspec.structs.replace(from_text(str(sent["document"])), number=number, reference=key)
        return {**sent, "document": to_text(order)}, number

    # What may go over

    def is_edit(self, field: str, side: Side, before: Value, now: Value) -> bool:
        """A step within what the store has one status for is none: an order that is submitted, approved or rejected
        is a draft to the store all the while, and what the store wants of it still stands."""
        if field == "document" and side is Side.ZOHO:
            return not (self._read_with_options(before, now) or self._moved_with_its_customer(before, now))
        if field == "status" and side is Side.CSCART:
            # A new order that the store has too few pieces for is no decision of anybody, and Zoho's status stands.
            return not (before == BEGINS[side] and now == BACKORDERED and not self.choices.target(BACKORDERED))
        if field != "status":
            return True
        steps = [str(before), str(now)]
        return len({settable(step) for step in steps}) > 1 or len({self.choices.letter(step) for step in steps}) > 1

    def _read_with_options(self, before: Value, now: Value) -> bool:
        """Whether a document is the same but for options: it was agreed on when they were not read in Zoho yet."""
        if not is_fingerprint(before) or is_fingerprint(now) or not now:
            return False
        order = from_text(str(now))
        bare = msgspec.structs.replace(
            order, lines=tuple(msgspec.structs.replace(line, options="") for line in order.lines)
        )
        return digest_value("document", to_text(bare)) == before

    def _moved_with_its_customer(self, before: Value, now: Value) -> bool:
        """Whether a document is the same but for its contact, into which that of before was merged."""
        if not is_fingerprint(before) or is_fingerprint(now) or not now:
            return False
        order = from_text(str(now))
        was = (msgspec.structs.replace(order, customer_id=id, name=name) for id, name in self.former(order.customer_id))
        return any(digest_value("document", to_text(each)) == before for each in was)

    def consent(self, field: str, source: Side, cscart: Values, zoho: Values) -> Consent:
        status = str(zoho.get("status") or "")
        if field == "document":
            self._check_store_currency(field)
            return self._consent_to_edit(source, status, zoho)
        if source is Side.ZOHO:
            return Consent.FREE if self.choices.letter(status) else Consent.NOTHING
        return self._consent_to_status(str(cscart.get("status") or ""), status)

    def _consent_to_edit(self, source: Side, status: str, zoho: Values) -> Consent:
        if source is Side.ZOHO:
            return Consent.ASK if self._of_the_store(zoho) else Consent.FREE
        if status in CLOSED:
            raise Unfit(
                f"The order was changed in the store, and Zoho takes no changes of a sales order that is "
                f"{_words(status)}.",
                field="document",
                advice="Change it in Zoho by hand, or settle it on the conflicts page.",
            )
        return Consent.FREE

    def _of_the_store(self, zoho: Values) -> bool:
        """Whether the order was born in the store: what its customer has bought is changed by nobody but people."""
        return _has_prefix(_number_of(zoho), self.choices.prefix)

    def _of_another_shop(self, zoho: Values) -> str:
        """The prefix of the shop that the order was born in, where that is another one."""
        number = _number_of(zoho)
        return next((prefix for prefix in self.other_prefixes if _has_prefix(number, prefix)), "")

    def _consent_to_status(self, letter: str, status: str) -> Consent:
        target, now = self.choices.target(letter), settable(status)
        if target in ("", now):
            return Consent.NOTHING
        if now == "void":
            if self.choices.when_it_comes_back == "new":
                return Consent.FREE
            raise Unfit(
                f'The store says "{self._name(letter)}", and a void sales order cannot be opened again. Until there is '
                "another one, Zoho goes on selling its pieces.",
                field="status",
                advice="Choose that such an order gets a new sales order (orders.when_it_comes_back) and run again, "
                "settle it in Zoho by hand, or change the status in the store back.",
            )
        if target == "void" and now == "draft" and letter in self.choices.draft_until_paid:
            return Consent.NOTHING
        if target == "void" and status in PAST_VOID:
            raise _by_hand(f"The order was cancelled in the store, and in Zoho it is {_words(status)} already")
        if target == "draft":
            raise _by_hand(f'The store says "{self._name(letter)}", and a confirmed sales order cannot become a draft')
        if target == "confirmed" and status == "pending_approval":
            raise Unfit("The sales order waits for its approval in Zoho.", field="status", advice=APPROVE)
        if target == "confirmed":
            self._check_store_currency("status")
        return Consent.FREE

    def _check_store_currency(self, field: str) -> None:
        """Raises `Unfit` while the store tells another primary currency than its amounts are taken to be in."""
        currency = self.store_currency
        if currency.changed:
            raise Unfit(
                f"{currency.what_changed()} Amounts are never converted, so this order waits.",
                field=field,
                advice=currency.what_to_do(),
            )

    def _name(self, letter: str) -> str:
        return self.statuses.get(letter, letter)

    def passes_by(self, values: Values, target: Side) -> str:
        """Why no partner is made for an order of this status or date."""
        status, ordered = str(values.get("status") or ""), str(values.get("date") or "")
        if self.choices.since and ordered < self.choices.since:
            return f"It is older than {self.choices.since}, from which on orders are synced."
        if target is Side.ZOHO and not self.choices.is_sent(status):
            return f'Orders with the status "{self._name(status)}" are not sent to Zoho.'
        if target is Side.CSCART and settable(status) == "void":
            return "It is void in Zoho."
        if target is Side.CSCART and (prefix := self._of_another_shop(values)):
            return f'It is an order of another shop, whose numbers begin with "{prefix}".'
        return ""

    # What is written

    def project(self, field: str, value: Value, target: Side) -> Value:
        if field == "document":
            order = from_text(str(value))
            return to_text(self.for_zoho(order).order if target is Side.ZOHO else self.for_store(order).order)
        if target is Side.ZOHO:
            return self.choices.target(str(value))
        return self._letter(str(value))

    def _letter(self, status: str) -> str:
        letter = self.choices.letter(status)
        if self.statuses and letter not in self.statuses and letter not in self.statuses_anew():
            raise Unfit(
                f'The store has no order status "{letter}", which stands for Zoho\'s {_words(status)}.',
                field="status",
                advice="Choose another one in the settings for orders.",
            )
        return letter

    def for_zoho(self, order: Order) -> Priced:
        """A store order as Zoho shall hold it, with the way of its money. Raises `Unfit`."""
        contact = self.contact_of(order)
        self._check_contact(order, self.currency_of(contact).upper())
        priced = self._priced(
            lambda money: price_for_zoho(order, self.choices, self.product_taxes, money, self.item_of)
        )
        billing, delivery = _somewhere(order.billing), _somewhere(order.delivery)
        made = msgspec.structs.replace(
            priced.order,
            number=order.number,
            reference=order.number,
            date=order.date,
            customer_id=contact,
            person_id=self.person_of(order),
            notes=_cut(order.notes),
            billing=billing,
            delivery=billing if delivery == Address() else delivery,
        )
        return Priced(made, priced.trace)

    def _priced(self, price: Callable[[MoneyRules], Priced]) -> Priced:
        """An order with the taxes that are known, and where one is missing with those that are there now."""
        try:
            return price(self.money)
        except NotListed:
            money = self.money_anew()
            if money is None:
                raise
            return price(money)

    def _check_contact(self, order: Order, kept_in: str) -> None:
        """Zoho books an order in the currency of its contact, whatever is sent (Zoho Inventory API: Sales Orders)."""
        if kept_in and order.currency and kept_in != order.currency.upper():
            raise Unfit(
                f"The order is in {order.currency}, and its customer is kept in {kept_in} in Zoho, which would book "
                f"the same figures in {kept_in}.",
                field="currency",
                advice=f"Change the customer's currency in Zoho to {order.currency} (Zoho allows it while there are "
                f"no transactions), or link the customer with a contact in {order.currency}.",
            )

    def for_store(self, order: Order) -> Priced:
        """A sales order as the store shall hold it. Raises `Unfit`."""
        priced = self._priced(
            lambda money: price_for_store(order, self.choices, money, self.product_of, self.store_places)
        )
        user, email = self.user_of(order)
        made = msgspec.structs.replace(
            priced.order,
            number=order.number,
            date=order.date,
            customer_id=user,
            name=order.name,
            email=email,
            phone=order.phone,
            company=order.company,
            notes=order.notes,
            billing=order.billing,
            delivery=order.delivery,
        )
        return Priced(made, priced.trace)

    def for_creation(self, id: str, values: Values, target: Side) -> dict[str, Value]:
        """The document and the status of a new order. A row whose lines are not read yet is not judged yet."""
        self._check_store_currency("document")
        made: dict[str, Value] = {}
        if values.get("document"):
            made["document"] = self.project("document", values["document"], target)
        made["status"] = self.project("status", values.get("status"), target)
        return made

    def creation_key(self, key: str, sent: Values, target: Side) -> str:
        return key

    def made_distinct(self, sent: Values, key: str, target: Side) -> dict[str, Value] | None:
        return None

    def when_made(self, sent: Values, target: Side) -> dict[str, Value]:
        return {"status": BEGINS[target]}


def _by_hand(said: str) -> Unfit:
    return Unfit(
        f"{said}.", field="status", advice="Settle it in Zoho by hand, or change the status in the store back."
    )


def _words(status: str) -> str:
    return status.replace("_", " ")


def _content(order: Order) -> tuple[object, ...]:
    """What a document was sent for besides its lines: all but what a side keeps in its own way."""
    money = (order.discount, order.shipping, order.total, order.currency)
    where = [_place(address) for address in (order.billing, order.delivery)]
    return (money, where, " ".join(text.without_beyond(order.notes).split()))


def _cut(notes: str) -> str:
    """The customer's words, as many as Zoho takes."""
    return notes if len(notes) <= NOTES_LIMIT else f"{notes[: NOTES_LIMIT - 1].rstrip()}…"


def _somewhere(address: Address) -> Address:
    """The address, or none where it names no place: a name alone is nowhere to send anything."""
    return address if address.street or address.city or address.zip else Address()


def _place(address: Address) -> tuple[str, ...]:
    parts = (address.street, address.city, address.zip, address.country)
    return tuple(folded(text.without_beyond(part)) for part in parts)


def _left_out(here: Order, there: Order) -> str:
    """What people are told of texts of Zoho that the store's order has without some signs, or nothing."""
    texts = {
        "the notes": (here.notes, there.notes),
        "the billing address": (_in_words(here.billing), _in_words(there.billing)),
        "the delivery address": (_in_words(here.delivery), _in_words(there.delivery)),
    }
    without = [what for what, (ours, theirs) in texts.items() if text.damaged_by_store(theirs) and ours != theirs]
    if not without:
        return ""
    return text.left_out(f"the order has them in Zoho alone ({', '.join(without)})", texts[without[0]][1])


def _in_words(address: Address) -> str:
    return " ".join(filter(None, msgspec.structs.astuple(address)))


def _number_of(zoho: Values) -> str:
    document = zoho.get("document")
    return from_text(str(document)).number if document and not is_fingerprint(document) else ""


def _has_prefix(number: str, prefix: str) -> bool:
    return number.startswith(prefix) and number[len(prefix) :].isdigit()
