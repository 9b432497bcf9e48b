"""The sales orders of a Zoho Inventory organisation."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cscart_zoho.errors import AlreadyThere, ConnectorError, NotFound, Refused, RemoteFault, Unfit, UnknownOutcome
from cscart_zoho.http import Wire
from cscart_zoho.mapping.money_rules import ROUND_OFF, ROUND_OFF_ADVICE
from cscart_zoho.mapping.order_choices import CONFIRM, ZOHO_STATUSES, OrderChoices, words_of
from cscart_zoho.mapping.store_places import StorePlaces
from cscart_zoho.order import Address, Order, from_text
from cscart_zoho.records import Record, Side, Values
from cscart_zoho.sync.circuit_breaker import ALIKE, cause_of
from cscart_zoho.sync.ports import Change, Looks, OneByOne, Page, Written
from cscart_zoho.zoho.address_mapper import ISO_PLACES, NOWHERE, address_of, same_address
from cscart_zoho.zoho.figures import amount, line_of
from cscart_zoho.zoho.listing import LATEST_FIRST, ZohoList
from cscart_zoho.zoho.order_body import change, creation, evened_out, place_of_supply
from cscart_zoho.zoho.order_mapper import OrderMapper, SalesOrder
from cscart_zoho.zoho.order_papers import status_of
from cscart_zoho.zoho.wire import ROOT, Body, accepted

SALES_ORDERS = f"{ROOT}/salesorders"
#: Orders that one call confirms: what the only client sends that is known to use it live. Zoho states no limit.
CONFIRMED_TOGETHER = 25
#: How many pages of the latest orders are looked through where Zoho ignores a filter.
PAGES_LOOKED_THROUGH = 5
#: Zoho takes our own number only with this, and then wants one (code 4097 without it).
OWN_NUMBER = (("ignore_auto_number_generation", "true"),)

#: Statuses out of which Zoho confirms an order.
_TO_CONFIRM = ("draft", "approved")
#: Statuses that we can set in Zoho.
_SET = ("confirmed", "void")
_ADDRESSES = {"billing": "billing_address", "delivery": "shipping_address"}

#: Contact, address and its purpose ("billing" or "delivery") to the address's id in Zoho, or "" to leave it out.
AddressId = Callable[[str, Address, str], str]
#: Contact and ids of addresses to those of them that the contact does not have any more.
GoneAddresses = Callable[[str, Collection[str]], set[str]]
#: An order that was refused, with the contact that has taken the place of its own; the same where that is there.
#: Raises `Unfit` where it is gone.
CustomerNow = Callable[[Order], Order]


class ZohoSalesOrders(OneByOne):
    """`RecordSide` of an organisation's sales orders."""

    side = Side.ZOHO
    looks = Looks(changes=True)
    updates_together = CONFIRMED_TOGETHER

    def __init__(
        self,
        wire: Wire,
        organisation: Mapping[str, Any],
        choices: OrderChoices,
        *,
        address_id: AddressId = lambda contact_id, address, purpose: "",
        gone_addresses: GoneAddresses = lambda contact_id, ids: set(),
        places: StorePlaces = ISO_PLACES,
        customer_now: CustomerNow = lambda order: order,
    ) -> None:
        self._wire = wire
        self._list = ZohoList(wire, SALES_ORDERS, "sales orders", lambda body: body.salesorders, self._records)
        self._choices = choices
        self._country = str(organisation.get("country") or "")
        self._mapper = OrderMapper(choices, organisation, places)
        self._places = places
        self._address_id = address_id
        self._gone_addresses = gone_addresses
        self._customer_now = customer_now
        #: The orders of the last `read`: a change needs their lines.
        self._last: dict[str, SalesOrder] = {}

    # Lists

    def scan(self, since: datetime | None) -> Iterator[Page]:
        return self._list.scan(since)

    def go_on(self, after: int) -> Iterator[Page]:
        return self._list.go_on(after)

    def sweep(self) -> Iterator[Page]:
        return iter(())

    def _records(self, body: Body) -> tuple[Record, ...]:
        return tuple(self._mapper.record(row, listed=True) for row in body.salesorders)

    # Single orders

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """These orders in full, one a call: there is no call for several."""
        self._last = {}
        for id in ids:
            told = self._one(id)
            if told is not None:
                self._last[id] = told
        return {id: self._mapper.record(told, listed=False) for id, told in self._last.items()}

    def _one(self, id: str) -> SalesOrder | None:
        try:
            told = _shown(accepted(self._wire.get(f"{SALES_ORDERS}/{id}"), f"sales order {id}"))
        except NotFound:
            return None
        if not told.get("salesorder_id"):
            raise RemoteFault(f"Zoho's answer does not show sales order {id}.")
        return told

    def exists(self, id: str) -> bool:
        """False only when Zoho answers "does not exist" for this id."""
        return self._one(id) is not None

    def find(self, key: str) -> list[Record]:
        """Orders with exactly this number, their own or that of the store's order, in full."""
        ids = self._ids_of(key) if key else []
        found = self.read(ids) if ids else {}
        return [record for id, record in found.items() if self._has_key(self._last[id], key)]

    def _ids_of(self, key: str) -> list[str]:
        """The filters are seen live and not described, so each row is looked at again.

        Rows that do not match tell that a filter was ignored. Then the latest orders are looked through.
        """
        for name in ("salesorder_number", "reference_number") if self._mapper.is_ours(key) else ("salesorder_number",):
            body = next(self._list.pages([(name, key)]))
            if ids := self._with_key(body, key):
                return ids
            if any(key.casefold() not in line_of(row.get(name)).casefold() for row in body.salesorders):
                return self._looked_through(key)
        return []

    def _looked_through(self, key: str) -> list[str]:
        for page, body in enumerate(self._list.pages(LATEST_FIRST), start=1):
            if (ids := self._with_key(body, key)) or page == PAGES_LOOKED_THROUGH:
                return ids
        return []

    def _with_key(self, body: Body, key: str) -> list[str]:
        return [str(row.get("salesorder_id")) for row in body.salesorders if self._has_key(row, key)]

    def _has_key(self, row: SalesOrder, key: str) -> bool:
        """The number that both sides share; a sales order that was made anew is found by its own, too."""
        own = line_of(row.get("salesorder_number")) if self._mapper.is_anew(row) else ""
        return key in (self._mapper.key(row), own)

    # Creating

    def create(self, values: Values) -> Record:
        """Make a draft under the order's own number. Raises `AlreadyThere` when the number is taken, and `Unfit`."""
        order = from_text(str(values["document"]))

        def send(order: Order, ids: Mapping[str, str]) -> SalesOrder:
            return self._sent(
                "POST", SALES_ORDERS, creation(order, ids) | self._place(order), f"sales order {order.number}"
            )

        made, order, ids = self._sent_as_it_can_be(order, {}, send)
        return self._proved(order, made, ids)

    def _sent_as_it_can_be(
        self, order: Order, before: SalesOrder, send: Callable[[Order, Mapping[str, str]], SalesOrder]
    ) -> tuple[SalesOrder, Order, dict[str, str]]:
        """The answer to a write that names a contact and addresses, the order as it was sent, and the addresses' keys.

        How Zoho refuses a contact or an address that was deleted is not established, so the words of a refusal do not
        count: the contact is asked for and for what it has, and the write goes out once more with what took its
        place, or without what is gone. A refusal is a clear answer; nothing was made by the first one.
        """
        gone: Collection[str] = ()
        ids: dict[str, str] = {}
        try:
            ids = self._address_ids(order, before)
            return send(order, ids), order, ids
        except AlreadyThere:
            raise
        except Refused:
            now = self._customer_now(order)
            if now == order:
                gone = self._gone(order.customer_id, ids)
                if not gone:
                    raise
        ids = self._address_ids(now, before, gone)
        return send(now, ids), now, ids

    def _gone(self, contact_id: str, ids: Mapping[str, str]) -> set[str]:
        try:
            return self._gone_addresses(contact_id, {*ids.values()}) if ids else set()
        except NotFound:
            return set()  # it is the contact that is gone; the refusal says so

    def _address_ids(self, order: Order, before: SalesOrder, gone: Collection[str] = ()) -> dict[str, str]:
        """The keys that name the order's addresses.

        Each is named in a change, too: without its key Zoho takes the contact's own (Zoho Inventory API: Sales
        Orders). One that stays is named as it was, where Zoho tells how and it is not one of those that are `gone`.
        """
        stays = str(before.get("customer_id") or "") == order.customer_id
        ids: dict[str, str] = {}
        for purpose, address in (("billing", order.billing), ("delivery", order.delivery)):
            name = _ADDRESSES[purpose]
            wanted = self._choices.addresses and address != NOWHERE
            known = str(before.get(f"{name}_id") or "") if stays else ""
            there = address_of(before.get(name), self._places)
            if known and known not in gone and (not wanted or same_address(address, there, self._places)):
                ids[f"{name}_id"] = known
            elif wanted:
                ids[f"{name}_id"] = self._address_id(order.customer_id, address, purpose)
        return {name: id for name, id in ids.items() if id}

    def _sent(self, method: str, path: str, body: Mapping[str, Any], what: str) -> SalesOrder:
        """The order as Zoho holds it after a write."""
        told = _shown(accepted(self._wire.send(method, path, body, OWN_NUMBER), what))
        if not told.get("salesorder_id"):
            raise UnknownOutcome("Zoho's answer to a write does not show the sales order.")
        return told if "line_items" in told else self._read_after(str(told["salesorder_id"]))

    def _read_after(self, id: str) -> SalesOrder:
        try:
            told = self._one(id)
        except ConnectorError as error:
            raise UnknownOutcome(f"Zoho took sales order {id} and did not show it: {error}") from error
        if told is None:
            raise UnknownOutcome(f"Zoho took sales order {id} and does not show it.")
        return told

    # The total

    def _proved(self, order: Order, told: SalesOrder, address_ids: Mapping[str, str]) -> Record:
        """The answer, if its total is the order's; what the tolerance allows is evened out by one more call."""
        gap = order.total - amount(told.get("total"))
        trouble = ""
        if gap and abs(gap) <= self._choices.most and not _other_currency(order, told):
            try:
                told = self._changed(evened_out(order, gap), told, address_ids)
            except ConnectorError as error:  # the order is there all the same
                trouble = f" The adjustment could not be changed: {error}"
        record = self._mapper.record(told, listed=False, answered=True)
        problem = _mismatch(order, told)
        return replace(record, notes={**record.notes, "problem": problem + trouble}) if problem else record

    def _changed(self, order: Order, before: SalesOrder, address_ids: Mapping[str, str]) -> SalesOrder:
        id = str(before["salesorder_id"])
        body = change(order, before, address_ids) | self._place(order)
        return self._sent("PUT", f"{SALES_ORDERS}/{id}", body, f"a change of sales order {order.number}")

    def _place(self, order: Order) -> dict[str, Any]:
        return place_of_supply(order, self._country, self._places)

    # Changing

    def update(self, id: str, values: Values) -> Record:
        """Change the document, the status, or both. Raises `Unfit` for a status that nobody can set in Zoho."""
        status = str(values.get("status") or "")
        if "status" in values and status not in _SET:
            raise Unfit(
                f'Zoho does not let us set a sales order to "{status}".',
                field="status",
                advice="Only confirmed and void can be set; everything else follows from what is done in Zoho.",
            )
        record = Record(self.side, id, "", {}, partial=True)
        if "document" in values:
            record = self._put(id, from_text(str(values["document"])))
        if status == "confirmed" and "problem" in record.notes:
            raise Unfit(record.notes["problem"], field="document")
        return self._set_status(record, status) if status else record

    def _put(self, id: str, order: Order) -> Record:
        before = self._last.pop(id, None) or self._one(id)
        if before is None:
            raise NotFound(f"Zoho does not know sales order {id}.", code=404)
        told, order, ids = self._sent_as_it_can_be(order, before, lambda now, ids: self._changed(now, before, ids))
        return self._proved(order, told, ids)

    def _set_status(self, record: Record, status: str) -> Record:
        """The answer is a sentence: of the order, no more than its new status is known, and it is to be read again.

        What a refusal or an unclear answer means is seen in the order itself: which words and codes Zoho has for an
        order that is confirmed already, or has to be approved first, is not established.
        """
        try:
            answer = self._wire.send("POST", f"{SALES_ORDERS}/{record.id}/status/{status}")
            accepted(answer, f"sales order {record.id} as {status}")
        except (Refused, UnknownOutcome) as error:
            held = self._status_after(record.id, error)
            if _stands_for(held, status):
                return _with_status(record, status)
            if isinstance(error, Refused) and status == "confirmed" and _stands_for(held, "draft"):
                raise Unfit(f"{error} It is {words_of(held)} in Zoho.", field="status", advice=CONFIRM) from error
            raise
        return _with_status(record, status)

    def _status_after(self, id: str, error: ConnectorError) -> str:
        """The status of an order after a call that said nothing certain. Raises `error` where it cannot be read."""
        try:
            told = self._one(id)
        except ConnectorError as failed:
            raise error from failed
        if told is None:
            raise error
        return status_of(told)

    def update_all(self, batch: Sequence[Change]) -> list[Written]:
        """Drafts that shall be confirmed, and nothing else, go out together; all other changes one by one.

        What is a draft after a call for many is tried alone, so that Zoho says why.
        """
        drafts = [at for at, each in enumerate(batch) if _only_confirms(each)]
        written: dict[int, Written] = {}
        for start in range(0, len(drafts), CONFIRMED_TOGETHER):
            some = drafts[start : start + CONFIRMED_TOGETHER]
            if len(some) > 1:
                written |= self._confirmed({at: batch[at] for at in some})
        rest = [at for at in range(len(batch)) if at not in written]
        written |= zip(rest, self._alone([batch[at] for at in rest]), strict=True)
        return [written[at] for at in range(len(batch))]

    def _alone(self, changes: Sequence[Change]) -> list[Written]:
        """One by one. After a few confirmations that were refused alike the others are not tried: it is theirs, too."""
        written: list[Written] = []
        alike: list[ConnectorError] = []
        for each in changes:
            if len(alike) >= ALIKE and _only_confirms(each):
                written.append(alike[-1])
                continue
            (answer,) = super().update_all([each])
            written.append(answer)
            if _only_confirms(each):
                cause = cause_of(answer) if isinstance(answer, ConnectorError) else None
                alike = [error for error in alike if cause_of(error) == cause]
                alike += [answer] if isinstance(answer, ConnectorError) and cause is not None else []
        return written

    def _confirmed(self, changes: Mapping[int, Change]) -> dict[int, Written]:
        """By position those that one call confirmed. Without a clear answer, the error is that of each other one.

        The answer has been seen in two shapes, one of which names no order that was confirmed: it only says whether
        there was one, and the orders are looked at.
        """
        ids = [each.id for each in changes.values()]
        unclear: UnknownOutcome | None = None
        try:
            named = [("salesorder_ids", ",".join(ids))]
            answer = self._wire.send("POST", f"{SALES_ORDERS}/status/confirmed", params=named)
            accepted(answer, f"{len(changes)} sales orders as confirmed")
        except Refused:
            pass  # it may have been because of one of them
        except UnknownOutcome as error:
            unclear = error
        except ConnectorError as error:
            return dict.fromkeys(changes, error)
        try:
            held = self._statuses(ids)
        except ConnectorError as failed:
            lost = unclear or UnknownOutcome(
                f"{len(changes)} sales orders could not be read after Zoho was asked to confirm them: {failed}"
            )
            return dict.fromkeys(changes, lost)
        done: dict[int, Written] = {
            at: _with_status(Record(self.side, each.id, each.before.key, {}, partial=True), "confirmed")
            for at, each in changes.items()
            if _stands_for(held.get(each.id, ""), "confirmed")
        }
        return done if unclear is None else {**dict.fromkeys(changes, unclear), **done}

    def _statuses(self, ids: Sequence[str]) -> dict[str, str]:
        """By id the statuses of orders that were just changed. The list shows such first; what it does not is read."""
        body = next(self._list.pages(LATEST_FIRST))
        held = {str(row.get("salesorder_id")): status_of(row) for row in body.salesorders}
        for id in [id for id in ids if id not in held]:
            if (told := self._one(id)) is not None:
                held[id] = status_of(told)
        return {id: held[id] for id in ids if id in held}


def _shown(body: Body) -> SalesOrder:
    """Described by the second name in answers to writes, seen live by the first."""
    return body.salesorder or body.sales_order


def _with_status(record: Record, status: str) -> Record:
    """Without an etag, so that the next list row leads to reading it."""
    return replace(record, values={**record.values, "status": status}, etag="", modified_at=None, partial=True)


def _stands_for(held: str, status: str) -> bool:
    """Whether a status of Zoho is, or is built upon, one that can be set. A word that nobody knows stands for none."""
    return ZOHO_STATUSES.get(held) == status


def _only_confirms(change: Change) -> bool:
    return dict(change.values) == {"status": "confirmed"} and change.before.values.get("status") in _TO_CONFIRM


def _other_currency(order: Order, told: SalesOrder) -> bool:
    currency = line_of(told.get("currency_code"))
    return bool(currency and order.currency and currency != order.currency)


def _mismatch(order: Order, told: SalesOrder) -> str:
    """What is wrong with the money of an order that Zoho took, for people; or nothing."""
    total, currency = amount(told.get("total")), line_of(told.get("currency_code"))
    if _other_currency(order, told):
        return (
            f"Zoho took the order in {currency}, and it is in {order.currency}: the currency is that of the contact. "
            f"Give the order a contact with {order.currency}; until then it is not confirmed."
        )
    if total == order.total:
        return ""
    if amount(told.get("roundoff_value")):
        return (
            f"Zoho has rounded the total off to {total} {currency} ({ROUND_OFF}), and the order's total is "
            f"{order.total} {order.currency}. {ROUND_OFF_ADVICE} Until then it is not confirmed."
        )
    return (
        f"Zoho makes the total {total} {currency}, and the order's total is {order.total} {order.currency}. "
        "Compare lines, taxes and discounts of both, and correct them or the tax settings; "
        "until then it is not confirmed."
    )


__all__ = ["SALES_ORDERS", "AddressId", "ZohoSalesOrders"]
