"""The items of a Zoho organisation, through the Zoho Inventory API."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from cscart_zoho.errors import NotFound, UnknownOutcome
from cscart_zoho.http import Wire
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.mapping.keys import alike, spellings, written
from cscart_zoho.records import ACTIVE, Record, Side, Values
from cscart_zoho.sync.ports import Looks, OneByOne, Page
from cscart_zoho.zoho.listing import ZohoList
from cscart_zoho.zoho.mapper import STOCK_KEYS, ItemMapper, is_tracked
from cscart_zoho.zoho.stock_figures import AnyFigure, StockFigures
from cscart_zoho.zoho.wire import ITEM_DETAILS, ITEMS, Body, Item, accepted

#: Ids in one `itemdetails` call. Zoho states no limit; clients use 25 to 200.
READ_TOGETHER = 100


class ZohoItems(OneByOne):
    """`RecordSide` of an organisation."""

    side = Side.ZOHO
    looks = Looks(sweep=True)

    def __init__(
        self,
        wire: Wire,
        organisation: Mapping[str, Any],
        choices: ProductChoices,
        figures: StockFigures | None = None,
    ) -> None:
        self._wire = wire
        self._figures = figures or AnyFigure()
        self._list = ZohoList(wire, ITEMS, "items", lambda body: body.items, lambda body: self._records(body.items))
        self._mapper = ItemMapper(choices, organisation)
        #: The items of the last `read`: a change needs the name, and what stays of the package details.
        self._last: dict[str, Item] = {}

    # Lists

    def scan(self, since: datetime | None) -> Iterator[Page]:
        return self._list.scan(since)

    def go_on(self, after: int) -> Iterator[Page]:
        return self._list.go_on(after)

    def sweep(self) -> Iterator[Page]:
        """Every item: a list row shows stock on hand, and its etag moves with it."""
        return self.scan(None)

    def _records(self, items: Sequence[Item]) -> tuple[Record, ...]:
        return tuple(self._mapper.record(item, self._figures.known()) for item in items)

    # Single items

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """These items in full, a hundred a call."""
        self._last = {}
        for start in range(0, len(ids), READ_TOGETHER):
            some = ids[start : start + READ_TOGETHER]
            body = accepted(self._wire.get(ITEM_DETAILS, [("item_ids", ",".join(some))]), "items")
            self._last |= {str(item["item_id"]): item for item in body.items if str(item.get("item_id")) in some}
        self._look_for_figures()
        known, hidden = self._figures.known(), self._figures.hidden()
        return {id: self._mapper.record(item, known, hidden) for id, item in self._last.items()}

    def _look_for_figures(self) -> None:
        """Choose what stock rests on by the first items that are read, and see whether it is still shown."""
        tracked = [item for item in self._last.values() if is_tracked(item)]
        if not tracked:
            return
        known = self._figures.known()
        if known and all(item.get(known) is None for item in tracked):
            tracked += self._some_others()
        figures = {self._mapper.shown_figure(item) for item in tracked}
        best = next((key for key in STOCK_KEYS.values() if key in figures), max(figures))
        self._figures.seen(best, shown=any(item.get(known) is not None for item in tracked))

    def _some_others(self) -> list[Item]:
        """Other items in full: is the figure gone from these only, or from all?"""
        ids = self._figures.others()
        if not ids:
            return []
        body = accepted(self._wire.get(ITEM_DETAILS, [("item_ids", ",".join(ids))]), "items")
        return [item for item in body.items if is_tracked(item)]

    def exists(self, id: str) -> bool:
        """False only when Zoho answers "does not exist" for this id."""
        try:
            accepted(self._wire.get(f"{ITEMS}/{id}"), f"item {id}")
        except NotFound:
            return False
        return True

    def find(self, key: str) -> list[Record]:
        """Items of this SKU, in full. The filter ignores case, might be ignored itself, may compare sign by sign."""
        if not key:
            return []
        found: dict[str, Record] = {}
        for spelling in spellings(key):
            pages = self._list.pages([("sku", spelling)])
            records = (record for body in pages for record in self._records(body.items))
            found |= {record.id: record for record in records if written(record.key) == written(key)}
        partial = [id for id, record in found.items() if record.partial]
        return list((self.read(list(found)) if partial else found).values())

    def called(self, name: str) -> list[Record]:
        """Items of this name: Zoho has refused a new one because of it."""
        pages = self._list.pages([("name", name)])
        records = (record for body in pages for record in self._records(body.items))
        return [record for record in records if alike(str(record.values.get("name") or "")) == alike(name)]

    # Writes

    def create(self, values: Values) -> Record:
        """Make an item with its opening stock: one call, answered with the item as Zoho holds it."""
        body = accepted(self._wire.send("POST", ITEMS, self._mapper.creation(values)), "a new item")
        return self._told(body)

    def update(self, id: str, values: Values) -> Record:
        """Change only these values; a status is a call of its own.

        Zoho wants the name in every change (Zoho Inventory API: Items), so an item that
        was not read right before is read now.
        """
        record = Record(self.side, id, str(values.get("sku") or ""), {}, partial=True)
        if values.keys() - {"status"}:
            record = self._put(id, values)
        if "status" in values and record.values.get("status") != values["status"]:
            record = self._set_status(id, active=values["status"] == ACTIVE, record=record)
        return record

    def _put(self, id: str, values: Values) -> Record:
        before = self._last.pop(id, None)
        if before is None:
            self.read([id])
            before = self._last.pop(id, None)
        if before is None:
            raise NotFound(f"Zoho does not show item {id} any more.", code=404)
        change = {"name": str(before.get("name", "")), **self._mapper.change(values, before)}
        return self._told(accepted(self._wire.send("PUT", f"{ITEMS}/{id}", change), f"a change of item {id}"))

    def _set_status(self, id: str, *, active: bool, record: Record) -> Record:
        """The answer is a sentence: nothing is known of the item but its new status."""
        way = "active" if active else "inactive"
        accepted(self._wire.send("POST", f"{ITEMS}/{id}/{way}"), f"item {id} as {way}")
        return Record(self.side, id, record.key, {**record.values, "status": way}, partial=True)

    def _told(self, body: Body) -> Record:
        if not body.item.get("item_id"):
            raise UnknownOutcome("Zoho's answer to a write does not show the item.")
        return self._mapper.record(body.item, self._figures.known())


def account_names(wire: Wire, ids: Collection[str]) -> dict[str, str]:
    """The names of these accounts, as far as the first page of items tells them: no list of accounts is described."""
    body = accepted(wire.get(ITEMS, [("per_page", "200")]), "the list of items")
    kinds = ("account", "purchase_account", "inventory_account")
    told = {str(item.get(f"{kind}_id")): str(item.get(f"{kind}_name") or "") for item in body.items for kind in kinds}
    return {id: name for id, name in told.items() if id in ids and name}
