"""From CS-Cart's orders to records. Pure.

The money of an order: the sum of its lines - `subtotal_discount` + shipping +
surcharge + the taxes that prices do not have in them = `total` (holds for all 64
orders of the recorded store). A line's own discount is in its price, and the
order's `discount` is the sum of those, so it is not taken again.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cscart_zoho.cscart.order_wire import OrderRow
from cscart_zoho.mapping import text
from cscart_zoho.mapping.names import full_name
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.mapping.store_currency import StoreCurrency
from cscart_zoho.order import NOTHING, Address, Credit, Line, Order, Tax, plain, to_text
from cscart_zoho.records import Record, Side, Value

#: Taxes are kept as floats ("7.680000000000001" was seen); no currency has more than four places.
PLACES = Decimal("0.0001")

CURRENCY_UNKNOWN = (
    "It is not known in which currency the store keeps its amounts: the store does not tell its primary currency. "
    "Choose it in Settings, Orders (orders.currency)."
)

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?")
_MARKER = re.compile(r"\[Zoho ([^\[\]\r\n]{1,100})\]")


def marker(number: str) -> str:
    """What the staff notes of an imported order say: the number of the sales order that it was made from."""
    return f"[Zoho {number}]"


def marked(details: object) -> str:
    """The number in the first marker of staff notes, or nothing."""
    found = _MARKER.search(str(details or ""))
    return found[1].strip() if found else ""


@dataclass
class Reading:
    """Reads numbers, and keeps in words what is none."""

    problems: list[str] = field(default_factory=list)

    def money(self, told: object, what: str, *, needed: bool = False) -> Decimal:
        """An amount. Nothing is 0, unless it is needed."""
        if told is None or told == "":
            if needed:
                self.problems.append(f"The store does not tell the {what} of this order.")
            return NOTHING
        number = number_of(told)
        if number is None:
            self.problems.append(f'The {what} in the store, "{_line(told)}", is no number.')
            return NOTHING
        return number


@dataclass(frozen=True)
class OrderMapper:
    """Reads the orders of one store. `capabilities` are those the probe found: its currencies are used."""

    choices: OrderChoices
    capabilities: Mapping[str, Any]
    zone: ZoneInfo

    def record(self, row: OrderRow, notes: Mapping[str, str] | None = None, *, answered: bool = False) -> Record:
        """An order; one of a list that tells heads only is partial, and its marker is not known.

        Of an order with a number that cannot be read the document and that number are left out, and
        `notes["problem"]` says so. `notes` are words of a write, which come first.
        """
        reading = Reading()
        values = self._head(row, reading)
        if row.whole:
            document = self.document(row, reading)
            if not reading.problems:
                values["document"] = to_text(document)
        shown = {"name": _full(row.firstname, row.lastname), "company": _line(row.company), "phone": _line(row.phone)}
        said = dict(notes or {})
        unknown = [] if self.currency.counts else [CURRENCY_UNKNOWN]
        if problem := " ".join([*filter(None, [said.get("problem")]), *unknown, *reading.problems]):
            said["problem"] = problem
        return Record(
            side=Side.CSCART,
            id=row.id,
            key=self.number(row),
            values=values,
            etag=_etag(row, values, shown),
            modified_at=_moment(row.updated_at) or _moment(row.timestamp),
            partial=not row.whole,
            shown=shown,
            notes=said,
            answered=answered,
        )

    def number(self, row: OrderRow) -> str:
        """The number that both sides share: Zoho's own for an imported order, else ours for the store's order."""
        return marked(row.details) or self.choices.prefix + row.id

    def _head(self, row: OrderRow, reading: Reading) -> dict[str, Value]:
        values: dict[str, Value] = {
            "status": _line(row.status),
            "date": self._date(row),
            "email": _line(row.email),
            "customer": _id(row.user_id),
        }
        if (moment := _moment(row.timestamp)) is not None:
            values["placed"] = int(moment.timestamp())
        total = reading.money(row.total, "total", needed=True)
        if not reading.problems:
            values["total"] = total
        if self.currency.counts:
            values["currency"] = self._currency_of(row)
        return values

    @cached_property
    def currency(self) -> StoreCurrency:
        """What amounts are in: the store's primary currency; "" where neither the store nor the merchant tells it.

        `secondary_currency` of an order is what its customer looked at, and never counts.
        """
        return StoreCurrency.of(self.capabilities, self.choices.currency)

    def _currency_of(self, row: OrderRow) -> str:
        return self.currency.of_order(int(row.id) if row.id.isdecimal() else 0)

    def _date(self, row: OrderRow) -> str:
        moment = _moment(row.timestamp)
        return moment.astimezone(self.zone).date().isoformat() if moment is not None else ""

    def document(self, row: OrderRow, reading: Reading) -> Order:
        """The whole order. Lines stand in the order of the cart (told so in every recorded order)."""
        taxes = dict(_taxes(row.taxes, reading))
        order = Order(
            number=self.number(row),
            date=self._date(row),
            currency=self._currency_of(row),
            customer_id=_id(row.user_id),
            name=_full(row.firstname, row.lastname),
            email=_line(row.email),
            phone=_line(row.phone),
            company=_line(row.company),
            lines=(
                *(_read_line(line, taxes, reading) for line in members(row.products)),
                *_bought_certificates(row.gift_certificates, reading),
            ),
            discount=reading.money(row.subtotal_discount, "discount"),
            shipping=reading.money(row.shipping_cost, "shipping cost"),
            shipping_name=", ".join(filter(None, (_line(each.get("shipping")) for each in members(row.shipping)))),
            surcharge=reading.money(row.payment_surcharge, "payment surcharge"),
            payment_name=_payment(row.payment_method),
            taxes=tuple(tax for tax, _ in taxes.values()),
            total=reading.money(row.total, "total"),
            billing=_address(row, "b"),
            delivery=_address(row, "s"),
            notes=text.tidy(str(row.notes or "")),
        )
        return _paid_otherwise(order, row, reading)


# Money


def total_of(order: Order) -> Decimal:
    """What the parts of a document of the store add up to."""
    lines = sum((line.quantity * line.price for line in order.lines), NOTHING)
    taxes = sum((tax.amount for tax in order.taxes if not tax.included), NOTHING)
    return lines - order.discount + order.shipping + order.surcharge + taxes


def _paid_otherwise(order: Order, row: OrderRow, reading: Reading) -> Order:
    """Certificates, points and wallets that a part was paid with are a discount, where the total is without them.

    Order forms show them beside the discount (read in their code); only the figures say whether they are in it. A
    certificate takes up to the goods off, or up to the total where it may pay for shipping (read in the add-on's code).
    """
    known = [credit for credit in _credits(row, reading) if credit.amount > 0]
    for some in _choices_of(known):
        paid = sum((credit.amount for credit in some), NOTHING)
        if some and max(total_of(order) - paid, NOTHING) == order.total:
            return _less(order, some)
    return order


def _credits(row: OrderRow, reading: Reading) -> Iterator[Credit]:
    told = row.use_gift_certificates
    for code, each in told.items() if isinstance(told, Mapping) else enumerate(told if isinstance(told, list) else ()):
        if isinstance(each, Mapping):
            name = f"Gift certificate {_line(code) if isinstance(code, str) else _line(each.get('gift_cert_code'))}"
            yield Credit(what=name.strip(), amount=reading.money(each.get("cost"), "gift certificate"))
    points = _mapping(_mapping(row.points_info).get("in_use"))
    yield Credit(what="Reward points", amount=reading.money(points.get("cost"), "cost of reward points"))
    used = _mapping(row.wallet).get("used_cash") or row.pay_by_wallet_amount
    yield Credit(what="Wallet", amount=reading.money(used, "amount of the wallet"))


def _choices_of(known: Sequence[Credit]) -> Iterator[tuple[Credit, ...]]:
    """All together first, then without one, without two ...: some may be in the discount already."""
    some = known[:8]  # more are no order of a person
    for size in range(len(some), 0, -1):
        yield from combinations(some, size)


def _less(order: Order, known: Sequence[Credit]) -> Order:
    """The order with credits among its discount; no more of them than there was to pay."""
    left, taken = total_of(order) - order.total, []
    for credit in known:
        amount = min(credit.amount, left)
        left -= amount
        taken.append(Credit(what=credit.what, amount=plain(amount)))
    paid = sum((credit.amount for credit in taken), NOTHING)
    kept = tuple(credit for credit in taken if credit.amount)
    return msgspec.structs.replace(order, discount=order.discount + paid, credits=kept)


# Lines

#: A tax, and the ids of the lines it falls on; None = the store does not say which.
Applied = tuple[Tax, frozenset[str] | None]


def line_there(told: Mapping[str, Any]) -> Line:
    """A line that the store has, as far as it tells which one it is; what cannot be read counts as nothing."""
    return _read_line(told, {}, Reading())


def _read_line(line: Mapping[str, Any], taxes: Mapping[str, Applied], reading: Reading) -> Line:
    id, extra = str(line.get("item_id") or ""), _mapping(line.get("extra"))
    deleted = is_deleted(line)
    name = _line(extra.get("product") if deleted else line.get("product")) or _line(extra.get("product"))
    sku = _line(line.get("product_code"))
    quantity = reading.money(line.get("amount"), f"amount of {sku or name}", needed=True)
    price = reading.money(line.get("price"), f"price of {sku or name}")
    return Line(
        id=id,
        product_id="" if deleted else _id(line.get("product_id")),
        sku=sku,
        name=name,
        quantity=quantity,
        price=NOTHING if _is_gift(extra) else price,
        tax_ids=tuple(tax for tax, (_, on) in taxes.items() if on is None or id in on),
        options=options_of(line),
    )


def is_deleted(line: Mapping[str, Any]) -> bool:
    """Whether the product of a line is not in the store any more."""
    return line.get("deleted_product") in (True, "Y", "1")


def _bought_certificates(told: object, reading: Reading) -> Iterator[Line]:
    """A gift certificate that is bought is no product and stands by itself (read in the code of order forms)."""
    for id, each in told.items() if isinstance(told, Mapping) else ():
        if isinstance(each, Mapping):
            name = f"Gift certificate {_line(each.get('gift_cert_code'))}".strip()
            amount = reading.money(each.get("amount"), f"amount of {name}")
            yield Line(id=str(id), name=name, price=NOTHING if _is_gift(_mapping(each.get("extra"))) else amount)


def _is_gift(extra: Mapping[str, Any]) -> bool:
    """What a promotion or a gift certificate adds counts nothing; order forms show it as free (read in their code)."""
    return bool(extra.get("exclude_from_calculate"))


def options_of(line: Mapping[str, Any]) -> str:
    """Chosen options as people read them ("Size: Small, Colour: red")."""
    told = line.get("product_options") or _mapping(line.get("extra")).get("product_options_value")
    chosen = []
    for option in members(told):
        name, value = _line(option.get("option_name")), _line(option.get("variant_name") or option.get("value"))
        chosen.append(f"{name}: {value}" if name and value else name or value)
    return ", ".join(filter(None, chosen))


# Taxes


def _taxes(told: object, reading: Reading) -> Iterator[tuple[str, Applied]]:
    """Each tax by its id. A tax that is no object says nothing."""
    for id, tax in told.items() if isinstance(told, Mapping) else ():
        if isinstance(tax, Mapping):
            yield str(id), _tax(str(id), tax, reading)


def _tax(id: str, told: Mapping[str, Any], reading: Reading) -> Applied:
    name = _line(told.get("description"))
    what = f"tax {name or id}"
    applies = _mapping(told.get("applies"))
    parts = {key: value for key, value in applies.items() if key != "items"}
    tax = Tax(
        id=id,
        name=name,
        rate=reading.money(told.get("rate_value"), f"rate of {what}"),
        fixed=told.get("rate_type") == "F",
        included=told.get("price_includes_tax") == "Y",
        amount=reading.money(told.get("tax_subtotal"), what),
        on_shipping=_sum(parts, "S", what, reading),
        on_surcharge=_sum(parts, "PS", what, reading),
        priority=_priority(told.get("priority")),
    )
    return tax, _falls_on(applies)


def _priority(told: object) -> int:
    """A small whole number; anything else is none."""
    return int(str(told)) if str(told).isdecimal() and len(str(told)) < 6 else 0


def _sum(parts: Mapping[str, Any], letter: str, what: str, reading: Reading) -> Decimal:
    """What falls on one kind of thing: one figure ("S"), or one for each ("S_0_1"), as the store calculates."""
    own = [value for key, value in parts.items() if key == letter or str(key).startswith(f"{letter}_")]
    return plain(sum((reading.money(value, what) for value in own), NOTHING))


def _falls_on(applies: Mapping[str, Any]) -> frozenset[str] | None:
    """The lines of a tax, from either shape; None where there is one figure for all lines and no list of them."""
    if isinstance(applies.get("items"), Mapping):
        return frozenset(_mapping(applies["items"].get("P")))
    single = [str(key)[2:] for key in applies if str(key).startswith("P_")]
    if single or "P" not in applies:
        return frozenset(single)
    return None if number_of(applies["P"]) else frozenset()


# Small things


def _address(row: OrderRow, kind: str) -> Address:
    told = {name: getattr(row, f"{kind}_{name}") for name in _COLUMNS}
    return Address(
        name=_full(told.pop("firstname"), told.pop("lastname")),
        **{_COLUMNS[name]: _line(value) for name, value in told.items()},
    )


#: Columns of an address, after "b_" or "s_", and what they are in a document. Two make the name.
_COLUMNS = {
    "firstname": "",
    "lastname": "",
    "address": "street",
    "address_2": "street2",
    "city": "city",
    "state": "state",
    "zipcode": "zip",
    "country": "country",
    "phone": "phone",
}


def _payment(told: object) -> str:
    return _line(_mapping(told).get("payment"))


def _etag(row: OrderRow, values: Mapping[str, Value], shown: Mapping[str, str]) -> str:
    """The same for a list row and a single read of an unchanged order.

    A store that keeps the time of changes tells it, and the document, wherever it tells whole orders.
    """
    told = {name: str(values.get(name)) for name in ("status", "total", "date", "email", "customer")} | dict(shown)
    if row.updated_at is not msgspec.UNSET:
        told |= {"updated": str(row.updated_at), "document": str(values.get("document"))}
        told["problem"] = "" if "document" in values else str(row.products)
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()[:16]


def _full(first: object, last: object) -> str:
    return full_name(_line(first), _line(last))


def _line(told: object) -> str:
    return "" if told is None or isinstance(told, (list, dict)) else text.line(told)


def _id(told: object) -> str:
    """An id, or nothing for the 0 of a guest."""
    return "" if _line(told) == "0" else _line(told)


def number_of(told: object) -> Decimal | None:
    """An amount in its shortest form, or None for what is none ("abc", "1,50")."""
    if isinstance(told, bool) or not isinstance(told, (str, int, Decimal)):
        return None
    if isinstance(told, str) and not _NUMBER.fullmatch(told):
        return None
    number = Decimal(told)
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        return None
    return plain(number.quantize(PLACES))


def _moment(told: object) -> datetime | None:
    seconds = int(str(told)) if str(told).isdecimal() else 0
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 2**33 else None


def _mapping(told: object) -> Mapping[str, Any]:
    """An object, which comes as a list when it is empty."""
    return told if isinstance(told, Mapping) else {}


def members(told: object) -> list[Mapping[str, Any]]:
    """The objects of a list, or of an object by id."""
    listed: Sequence[Any] = list(told.values()) if isinstance(told, Mapping) else told if isinstance(told, list) else []
    return [each for each in listed if isinstance(each, Mapping)]
