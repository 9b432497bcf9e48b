"""The orders of a CS-Cart store, through its REST API."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cscart_zoho.cscart import order_answer, order_body
from cscart_zoho.cscart import order_wire as shapes
from cscart_zoho.cscart.goods import ADVICE, GOODS, why_not_sold
from cscart_zoho.cscart.listing import whole_list
from cscart_zoho.cscart.order_mapper import CURRENCY_UNKNOWN, OrderMapper, marked, number_of
from cscart_zoho.cscart.order_wire import ORDERS, STORE_ORDERS, Made, OrderList, OrderRow
from cscart_zoho.cscart.places_told import places_in
from cscart_zoho.cscart.signs import ORDER_TEXTS, Proved, any_beyond, keeps_all, unheard
from cscart_zoho.cscart.wire import PRODUCTS, check, decoded, is_there
from cscart_zoho.errors import (
    Bug,
    ConnectorError,
    MissingScope,
    NotForSale,
    NotFound,
    Refused,
    RemoteFault,
    Unfit,
    UnknownOutcome,
    WrongSetting,
)
from cscart_zoho.http import Wire
from cscart_zoho.mapping import text
from cscart_zoho.mapping.order_choices import BACKORDERED, OrderChoices
from cscart_zoho.mapping.store_places import Place
from cscart_zoho.order import Order, from_text
from cscart_zoho.records import Record, Side, Values
from cscart_zoho.sync.ports import Looks, OneByOne, Page

log = logging.getLogger(__name__)

Query = list[tuple[str, str]]

#: Rows a page: the store asks its database some fifteen times for each whole order (read in the code).
PAGE = 100
#: What can be done about an order that the store does not take: its own words are before it.
REFUSED = (
    "See whether its products are for sale in the store and have pieces enough. It is tried again by itself, or at "
    "once when you choose it."
)
#: ... and about one that it does not allow: 403 is what it says of a key without rights, too (read in the code).
NOT_ALLOWED = (
    "See whether the order is below the store's minimum order amount, whether a way of shipping has a rate for its "
    "address, and whether its options are switched on. If all of that is right, give the administrator of the API key "
    "the right to create orders. It is tried again by itself, or at once when you choose it."
)
#: Ids in one request.
READ_TOGETHER = 100
#: How far back a lost order is looked for; with every further look only what came since, and a little more.
LOST_FOR, AGAIN = timedelta(days=3), timedelta(minutes=2)
#: Whole orders instead of heads.
WHOLE: Query = [("get_orders_data", "1")]


class CsCartOrders(OneByOne):
    """`RecordSide` of the orders of a store. Unfinished orders, and those above the orders of vendors, are left out.

    `listed_anew` reads a list of the store again in which something is missing. `learn` is told what the store calls
    its places.
    Raises `WrongSetting` for a time zone that nobody knows.
    """

    side = Side.CSCART
    looks = Looks(changes=True)

    def __init__(
        self,
        wire: Wire,
        capabilities: Mapping[str, Any],
        choices: OrderChoices,
        *,
        company_id: str,
        time_zone: str,
        now: Callable[[], datetime],
        listed_anew: Callable[[str], list[dict[str, Any]]] = lambda kind: [],
        learn: Callable[[Iterable[Place]], None] = lambda told: None,
        proved: Proved = unheard,
    ) -> None:
        self._wire = wire
        self._listed_anew = listed_anew
        self._learn = learn
        self._proved = proved
        self._capabilities = capabilities
        self._choices = choices
        self._company_id = company_id or str(capabilities.get("company_id") or "")
        self._zone = _zone(time_zone)
        self._mapper = OrderMapper(choices, capabilities, self._zone)
        self._now = now
        #: Whether lists tell whole orders, as far as they have shown.
        self._whole = True
        #: Ids by the number in their marker, and since when there may be more.
        self._marks: dict[str, set[str]] = {}
        self._marked_since: int | None = None
        #: By id the status that an order had when it was last read.
        self._statuses: dict[str, str] = {}

    # Lists

    def scan(self, since: datetime | None) -> Iterator[Page]:
        """Every order, or those made or changed since a moment. Raises `RemoteFault` when a list ends early.

        Stores before 4.13.2 do not know the question and tell every order (read in the code).
        """
        changed = [("updated_at_from", str(int(since.timestamp())))] if since is not None else []
        for listed in self._pages([*changed, *_by_id("asc")]):
            yield Page(self._records(listed), listed.total)

    def sweep(self) -> Iterator[Page]:
        return iter(())

    def _pages(self, query: Query) -> Iterator[OrderList]:
        def fetch(page: int) -> OrderList:
            return self._list([*query, ("items_per_page", str(PAGE)), ("page", str(page))])

        return whole_list("orders", PAGE, fetch)

    def _list(self, query: Query) -> OrderList:
        listed = decoded(check(self._wire.get(ORDERS, [*query, *WHOLE]), "the list of orders"), shapes.LIST)
        self._whole = self._whole and all(row.whole for row in listed.rows)
        return listed

    def _records(self, listed: OrderList) -> tuple[Record, ...]:
        return tuple(self._record(row) for row in listed.rows if row.counts)

    def _record(self, row: OrderRow) -> Record:
        if row.whole:
            told = msgspec.structs.asdict(row)
            self._learn(places_in(told))
            if any_beyond(told.values()):
                self._proved(ORDER_TEXTS)
        return self._mapper.record(row)

    # Single orders

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """These orders in full: a hundred a call where lists tell whole orders, and one a call for what is lacking."""
        records: dict[str, Record] = {}
        for start in range(0, len(ids), READ_TOGETHER):
            some = ids[start : start + READ_TOGETHER]
            records |= self._listed_by_id(some) if self._whole and len(some) > 1 else {}
            records |= self._one_by_one([id for id in some if id not in records])
        self._statuses |= {id: str(record.values.get("status")) for id, record in records.items()}
        return records

    def _listed_by_id(self, ids: Sequence[str]) -> dict[str, Record]:
        listed = self._list([("order_id", ",".join(ids)), ("items_per_page", str(len(ids)))])
        return {record.id: record for record in self._records(listed) if record.id in ids and not record.partial}

    def _one_by_one(self, ids: Sequence[str]) -> dict[str, Record]:
        rows = (self._row_or_none(id) for id in ids)
        return {row.id: self._record(row) for row in rows if row is not None and row.counts}

    def _row_or_none(self, id: str) -> OrderRow | None:
        try:
            return self._row(id)
        except NotFound:
            return None

    def _row(self, id: str) -> OrderRow:
        row = decoded(check(self._wire.get(f"{ORDERS}/{id}"), f"order {id}"), shapes.SINGLE)
        if row.id != id or not row.whole:
            raise RemoteFault(f"CS-Cart's answer about order {id} is of something else.")
        return row

    def exists(self, id: str) -> bool:
        """False only when the store answers 404 for this id: what it does not allow to look at is there."""
        return is_there(self._wire.get(f"{ORDERS}/{id}"), f"order {id}")

    def find(self, key: str) -> list[Record]:
        """Orders with exactly this number; an imported one only for three days after its last change."""
        own = key.removeprefix(self._choices.prefix)
        if key.startswith(self._choices.prefix) and own.isdecimal():
            found = self.read([own])
        else:
            self._look_for_marks()
            found = self.read(sorted(self._marks.get(key, ()))) if key else {}
        return [record for record in found.values() if record.key == key]

    def _look_for_marks(self) -> None:
        """Keep which orders have a marker. Later looks go by the store's own clock, and overlap."""
        since = self._marked_since
        if since is None:
            since = int((self._now() - LOST_FOR).timestamp())
        for listed in self._pages([("updated_at_from", str(since)), *_by_id("desc")]):
            for row in self._with_notes(listed.rows):
                if number := marked(row.details):
                    self._marks.setdefault(number, set()).add(row.id)
                since = max(since, _whole_number(row.updated_at) - int(AGAIN.total_seconds()))
            if not self._whole:
                break
        self._marked_since = since

    def _with_notes(self, rows: Sequence[OrderRow]) -> Iterator[OrderRow]:
        """The rows with the notes of the staff. Where lists have none, the newest page of orders is read singly."""
        for row in rows:
            whole = row if row.whole else self._row_or_none(row.id)
            if whole is not None:
                yield whole

    # Writes

    def create(self, values: Values) -> Record:
        """Make an order at catalogue prices; `complete` puts the document's in.

        What the store dropped or cut is told in `notes["problem"]`: the order was made all the same.
        """
        order = self._order(values)
        body = order_body.creation(
            order,
            payment_id=self._chosen("payments", self._choices.payment_id, "way of payment"),
            shipping_id=self._chosen("shippings", self._choices.shipping_id, "way of shipping"),
            at=self._moment(order.date),
            keep=self._keep,
        )
        self._check_vendors(order)
        try:
            answer = check(self._wire.send("POST", self._address(), body), "a new order")
        except MissingScope as error:
            raise Refused(str(error), code=403, advice=NOT_ALLOWED) from error
        except Refused as error:
            self._look_at_goods(order)
            error.advice = REFUSED
            raise
        return self._made(order, values, decoded(answer, shapes.MADE))

    def _look_at_goods(self, order: Order) -> None:
        """The store has refused an order. Raises `NotForSale` where it has nothing of its goods to sell."""
        ids = sorted({line.product_id for line in order.lines})
        answer = check(
            self._wire.get(PRODUCTS, [("pid", ",".join(ids)), ("items_per_page", str(len(ids)))]), "products"
        )
        if why := why_not_sold(order, decoded(answer, GOODS).by_id):
            raise NotForSale(why, field="document", advice=ADVICE) from None

    def _made(self, order: Order, values: Values, made: Made) -> Record:
        id, row = str(made.order_id), made.row
        if row is None or not row.whole or row.id != id:
            return Record(self.side, id, order.number, dict(values), partial=True)
        others = [str(each) for each in made.suborder_ids] if isinstance(made.suborder_ids, list) else []
        return self._told(row, order, order_answer.after_creation(order, row, others))

    def complete(self, id: str, values: Values) -> Record:
        """Put the document's lines, prices and totals into a new order, and tell it as the store shows it then."""
        return self._write(id, self._order(values), "")

    def update(self, id: str, values: Values) -> Record:
        """Change the document, the status or both, and tell the order as the store shows it then.

        The store says 200 to any status: one that it did not take is told in `notes["problem"]`.
        """
        status = str(values.get("status") or "")
        if status:
            self._check_status(status)
        if "document" in values:
            return self._write(id, self._order(values), status)
        row = self._status_set(id, status, self._statuses.get(id)) if status else self._row(id)
        return self._told(row, None, self._status_problem(status, row) if status else "")

    def _write(self, id: str, order: Order, status: str) -> Record:
        """The document first, then the status: a change may move it, and then it is put back."""
        before = row = self._row(id)
        status = status or str(row.status)
        body = order_body.change(order, row, self._keep)
        if body:
            self._put(id, body)
            row = self._righted(order, body, self._shown(id))
        if str(row.status) != status:
            row = self._status_set(id, status, str(row.status))
        problem = [
            order_answer.after_change(order, row),
            order_answer.options_lost(before, body.get("products", {}), row),
            self._status_problem(status, row),
        ]
        return self._told(row, order, " ".join(filter(None, problem)))

    def _righted(self, order: Order, body: order_body.Body, row: OrderRow) -> OrderRow:
        """Once more with another total, where it is not the document's: it can be one change behind (seen on 4.20)."""
        shown = number_of(row.total)
        if shown is None or shown == order.total:
            return row
        try:
            self._put(row.id, order_body.righted(body, order, shown))
        except Refused as error:
            log.warning("the total of order %s could not be put right: %s", row.id, error)
        return self._shown(row.id)

    def _status_set(self, id: str, status: str, before: str | None) -> OrderRow:
        """A body with nothing else is a pure change of status; nobody gets mail (seen on 4.20).

        The store leaves a status that it does not take, or shows a shortage. Any other one is somebody's, set since:
        it is no part of our write, so that the next look finds it as a change.
        """
        self._put(id, {"status": status})
        row = self._shown(id)
        ours = before is None or str(row.status) in {status, before, BACKORDERED}
        return row if ours else msgspec.structs.replace(row, status=status)

    def _put(self, id: str, body: order_body.Body) -> None:
        decoded(check(self._wire.send("PUT", f"{ORDERS}/{id}", body), f"a change of order {id}"), shapes.CHANGED)

    def _shown(self, id: str) -> OrderRow:
        """The order after a write. When it cannot be read nobody knows what the write has done."""
        try:
            return self._row(id)
        except NotFound:
            raise
        except ConnectorError as error:
            raise UnknownOutcome(f"Order {id} was written and could not be read back: {error}") from error

    def _keep(self, value: str) -> str:
        return text.tidy(value) if keeps_all(self._capabilities, ORDER_TEXTS) else order_body.kept(value)

    def _told(self, row: OrderRow, order: Order | None, problem: str) -> Record:
        notes = order_body.left_out(order, self._keep) if order is not None else {}
        return self._mapper.record(row, notes | ({"problem": problem} if problem else {}), answered=True)

    # What a write needs

    def _order(self, values: Values) -> Order:
        """The document that shall be written. Its amounts go to the store as they are, so the currency must fit."""
        try:
            order = from_text(str(values["document"]))
        except (KeyError, msgspec.DecodeError) as error:
            raise Bug(f"An order was to be written without a document ({error}).") from error
        known = self._mapper.currency.counts
        if not known:
            raise Unfit(CURRENCY_UNKNOWN, field="currency", advice="")
        if order.currency and order.currency.upper() != known:
            raise Unfit(f"It is in {order.currency}, and the store's amounts are in {known}.", field="document")
        return order

    def _address(self) -> str:
        """Only an Ultimate store wants to be named."""
        if self._capabilities.get("edition") == "multivendor":
            return ORDERS
        if not self._company_id:
            raise WrongSetting("It is not known which store of CS-Cart takes new orders.", advice="Connect it again.")
        return STORE_ORDERS.format(company=self._company_id)

    def _chosen(self, what: str, chosen: str, noun: str) -> str:
        """The merchant's choice, else the store's first active one."""
        found = _first_active(self._known(what)) if not chosen else ""
        if not (chosen or found):
            found = _first_active(self._listed_anew(what))
        if not (chosen or found):
            raise WrongSetting(
                f"The store has no active {noun}, and an order needs one.",
                advice="Switch one on in the store; the next run finds it.",
            )
        return chosen or found

    def _known(self, what: str) -> list[Mapping[str, Any]]:
        """What the probe found of a kind."""
        told = self._capabilities.get(what)
        return [each for each in told if isinstance(each, Mapping)] if isinstance(told, list) else []

    def _moment(self, day: str) -> datetime:
        """Noon of a day, where the store's people live; of today not later than now."""
        here = self._now().astimezone(self._zone)
        try:
            noon = datetime.combine(date.fromisoformat(day), time(12), self._zone)
        except ValueError:
            return here
        return min(noon, here) if noon.date() == here.date() else noon

    def _check_vendors(self, order: Order) -> None:
        """A marketplace would make one order for each vendor, and none of them would be this one."""
        if self._capabilities.get("edition") != "multivendor" or len(order.lines) < 2:
            return
        ids = sorted({line.product_id for line in order.lines})
        answer = self._wire.get(PRODUCTS, [("pid", ",".join(ids)), ("items_per_page", str(len(ids)))])
        if len(decoded(check(answer, "the products of an order"), shapes.VENDORS).companies) > 1:
            raise Unfit("Its products are of several vendors; the store would split it.", field="document")

    def _check_status(self, letter: str) -> None:
        """An unknown letter is taken for good, and breaks the store's stock (seen on 4.20)."""
        if letter not in _letters(self._known("order_statuses")) and letter not in _letters(
            self._listed_anew("order_statuses")
        ):
            raise Unfit(
                f'The store has no order status "{letter}" that is known.',
                field="status",
                advice="Look at the store again on its page, and choose another status in the settings for orders.",
            )

    def _status_problem(self, wanted: str, row: OrderRow) -> str:
        return order_answer.status_problem(wanted, row, self._known("order_statuses"))


def _first_active(rows: Sequence[Mapping[str, Any]]) -> str:
    return next((str(each["id"]) for each in rows if each.get("active", True)), "")


def _letters(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    return {str(each.get("letter")) for each in rows}


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (LookupError, ValueError, OSError) as error:
        raise WrongSetting(f'"{name}" is no time zone.', advice="Choose one such as Europe/Berlin.") from error


def _by_id(order: str) -> Query:
    return [("sort_by", "order_id"), ("sort_order", order)]


def _whole_number(told: object) -> int:
    return int(str(told)) if told is not msgspec.UNSET and str(told).isdecimal() else 0
