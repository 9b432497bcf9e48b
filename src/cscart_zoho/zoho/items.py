"""The items of a Zoho organisation, through the Zoho Inventory API."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from cscart_zoho.errors import NotFound, RemoteFault, UnknownOutcome
from cscart_zoho.http import Wire
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.records import ACTIVE, Record, Side, Values
from cscart_zoho.sync.ports import Looks, OneByOne, Page
from cscart_zoho.zoho.mapper import ItemMapper
from cscart_zoho.zoho.wire import ITEM_DETAILS, ITEMS, Body, Item, accepted

Query = list[tuple[str, str]]

#: The most rows a page has (Zoho Inventory API: Items).
PER_PAGE = 200
#: Ids in one `itemdetails` call. Zoho states no limit; clients use 25 to 200.
READ_TOGETHER = 100


class ZohoItems(OneByOne):
    """`RecordSide` of an organisation."""

    side = Side.ZOHO
    looks = Looks(sweep=True)

    def __init__(self, wire: Wire, organisation: Mapping[str, Any], choices: ProductChoices) -> None:
        self._wire = wire
        self._mapper = ItemMapper(choices, organisation)
        #: The items of the last `read`: a change needs the name, and what stays of the package details.
        self._last: dict[str, Item] = {}

    # Lists

    def scan(self, since: datetime | None) -> Iterator[Page]:
        """Every item, the oldest first, or those modified not before `since`, the latest first.

        Sorting shows the end of the news; a filter that Zoho ignores would give everything.
        """
        if since is None:
            for body in self._pages(_sorted("created_time", "A")):
                yield Page(self._records(body.items))
            return
        for body in self._pages(_sorted("last_modified_time", "D")):
            records = self._records(body.items)
            fresh = tuple(record for record in records if record.modified_at is None or record.modified_at >= since)
            yield Page(fresh)
            if len(fresh) < len(records):
                return

    def sweep(self) -> Iterator[Page]:
        """Every item: a list row shows stock on hand, and its etag moves with it."""
        return self.scan(None)

    def _pages(self, query: Query) -> Iterator[Body]:
        page = 1
        while True:
            asked = [*query, ("page", str(page)), ("per_page", str(PER_PAGE))]
            body = accepted(self._wire.get(ITEMS, asked), "the list of items")
            yield body
            if not body.page_context.has_more_page:
                return
            if not body.items:
                raise RemoteFault(f"Zoho's list of items ended early: page {page} is empty and more are promised.")
            page += 1

    def _records(self, items: Sequence[Item]) -> tuple[Record, ...]:
        return tuple(self._mapper.record(item) for item in items)

    # Single items

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """These items in full, a hundred a call."""
        self._last = {}
        for start in range(0, len(ids), READ_TOGETHER):
            some = ids[start : start + READ_TOGETHER]
            body = accepted(self._wire.get(ITEM_DETAILS, [("item_ids", ",".join(some))]), "items")
            self._last |= {str(item["item_id"]): item for item in body.items if str(item.get("item_id")) in some}
        return {id: self._mapper.record(item) for id, item in self._last.items()}

    def exists(self, id: str) -> bool:
        """False only when Zoho answers "does not exist" for this id."""
        try:
            accepted(self._wire.get(f"{ITEMS}/{id}"), f"item {id}")
        except NotFound:
            return False
        return True

    def find(self, key: str) -> list[Record]:
        """Items of exactly this SKU, in full. The filter ignores case, and might be ignored itself."""
        if not key:
            return []
        pages = self._pages([("sku", key)])
        found = {record.id: record for body in pages for record in self._records(body.items) if record.key == key}
        partial = [id for id, record in found.items() if record.partial]
        return list((self.read(list(found)) if partial else found).values())

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
        return self._mapper.record(body.item)


def _sorted(column: str, order: str) -> Query:
    return [("sort_column", column), ("sort_order", order)]
