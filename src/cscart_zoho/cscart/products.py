"""The products of a CS-Cart store, through its REST API."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from cscart_zoho.cscart import wire
from cscart_zoho.cscart.listing import whole_list
from cscart_zoho.cscart.mapper import ProductMapper
from cscart_zoho.cscart.signs import PRODUCT_TEXTS, Proved, any_beyond, unheard
from cscart_zoho.cscart.wire import PRODUCTS, ProductList, ProductRow, check, decoded, is_there
from cscart_zoho.errors import ConnectorError, NotFound
from cscart_zoho.http import Wire
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.mapping.keys import spellings, written
from cscart_zoho.records import Record, Side, Values
from cscart_zoho.sync.ports import Looks, OneByOne, Page

log = logging.getLogger(__name__)

Query = list[tuple[str, str]]

#: Rows a page. The store sets no limit; the sizes are measured ones (a page of 250 takes 0.3 s).
FULL_PAGE, CHANGED_PAGE, LEAN_PAGE = 250, 100, 1000
#: Ids in one request: its address stays below the 2,000 characters that any server takes.
READ_TOGETHER = 100

#: Adds the texts to list rows where the store can (seen on a running 4.20 store).
TEXTS: Query = [("extend[]", "full_description"), ("extend[]", "description")]
#: Leaves out what costs the store time and is not read here.
LEAN: Query = [(f"get_{what}", "0") for what in ("features", "options", "icon", "detailed", "additional")]


class CsCartProducts(OneByOne):
    """`RecordSide` of a store.

    There is no sorting by id and no cursor. Full lists are sorted by creation
    time, which has the id as its tie-break: new products come at the end.
    """

    side = Side.CSCART
    looks = Looks(sweep=True)

    def __init__(
        self, wire: Wire, capabilities: Mapping[str, Any], choices: ProductChoices, proved: Proved = unheard
    ) -> None:
        self._wire = wire
        self._proved = proved
        self._mapper = ProductMapper(choices, capabilities)
        #: Whether list rows carry texts, as far as they have shown.
        self._texts = True

    # Lists

    def scan(self, since: datetime | None) -> Iterator[Page]:
        """Every product, or those with an `updated_timestamp` not before `since`, the latest first.

        Where the store does not add texts to lists, rows are partial. Raises
        `RemoteFault` when a list ends before its own total.
        """
        if since is None:
            for listed in self._pages(_sorted("timestamp", "asc"), FULL_PAGE):
                yield Page(self._records(listed.rows), listed.total)
            return
        yield from self._changed(since)

    def _changed(self, since: datetime) -> Iterator[Page]:
        """Sorted by change and cut off here, so that the clocks of two machines need not agree on "hours ago"."""
        for listed in self._pages(_sorted("updated_timestamp", "desc"), CHANGED_PAGE):
            records = self._records(listed.rows)
            fresh = tuple(record for record in records if record.modified_at is None or record.modified_at >= since)
            yield Page(fresh)
            if len(fresh) < len(records) and listed.sort_by == "updated_timestamp":
                return

    def sweep(self) -> Iterator[Page]:
        """Every product with stock, price and status: an order moves stock and no time stamp."""
        for listed in self._pages(_sorted("timestamp", "asc"), LEAN_PAGE, lean=True):
            yield Page(tuple(self._mapper.lean(row) for row in listed.rows), listed.total)

    def sweep_some(self, ids: Sequence[str]) -> Iterator[Page]:
        """These products with what moves without a trace, in short lists by id."""
        for start in range(0, len(ids), READ_TOGETHER):
            some = ids[start : start + READ_TOGETHER]
            listed = self._list([("pid", ",".join(some)), ("items_per_page", str(len(some)))], lean=True)
            yield Page(tuple(self._mapper.lean(row) for row in listed.rows if str(row.product_id) in some))

    def _pages(self, query: Query, size: int, *, lean: bool = False) -> Iterator[ProductList]:
        def fetch(page: int) -> ProductList:
            return self._list([*query, ("items_per_page", str(size)), ("page", str(page))], lean=lean)

        return whole_list("products", size, fetch)

    def _list(self, query: Query, *, lean: bool = False) -> ProductList:
        answer = self._wire.get(PRODUCTS, [*query, *([] if lean else TEXTS), *LEAN])
        return decoded(check(answer, "the list of products"), wire.LIST)

    def _records(self, rows: Sequence[ProductRow]) -> tuple[Record, ...]:
        records = tuple(self._mapper.record(row) for row in rows)
        if any_beyond(text for row in rows for text in (row.product, row.product_code)):
            self._proved(PRODUCT_TEXTS)
        self._texts = self._texts and not any(record.partial for record in records)
        return records

    # Single products

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """These products in full: a hundred a call where lists carry texts, else one a call."""
        records: dict[str, Record] = {}
        for start in range(0, len(ids), READ_TOGETHER):
            some = ids[start : start + READ_TOGETHER]
            listed = self._listed_by_id(some) if self._texts else {}
            records |= listed if self._texts else self._one_by_one(some)
        return records

    def _listed_by_id(self, ids: Sequence[str]) -> dict[str, Record]:
        listed = self._list([("pid", ",".join(ids)), ("items_per_page", str(len(ids)))])
        return {record.id: record for record in self._records(listed.rows) if record.id in ids}

    def _one_by_one(self, ids: Sequence[str]) -> dict[str, Record]:
        found = (self._single(id) for id in ids)
        return {record.id: record for record in found if record is not None}

    def _single(self, id: str) -> Record | None:
        try:
            answer = check(self._wire.get(f"{PRODUCTS}/{id}"), f"product {id}")
        except NotFound:
            return None
        return self._mapper.record(decoded(answer, wire.SINGLE))

    def exists(self, id: str) -> bool:
        """False only when the store answers 404 for this id: what it does not allow to look at is there."""
        return is_there(self._wire.get(f"{PRODUCTS}/{id}"), f"product {id}")

    def find(self, key: str) -> list[Record]:
        """Products of this SKU. The store's own filter finds parts of it, too, and may compare sign by sign."""
        if not key:
            return []
        found: dict[str, Record] = {}
        for spelling in spellings(key):
            pages = self._pages([("pcode", spelling), *_sorted("timestamp", "asc")], FULL_PAGE)
            records = [record for listed in pages for record in self._records(listed.rows)]
            found |= {record.id: record for record in records if written(record.key) == written(key)}
        return list((self.read(list(found)) if any(r.partial for r in found.values()) else found).values())

    # Writes

    def create(self, values: Values) -> Record:
        """Make a product and read it back.

        When it cannot be read back, the record holds what was sent: it was made all the same.
        """
        body = self._mapper.creation(values)
        answer = check(self._wire.send("POST", PRODUCTS, body), "a new product")
        id = str(decoded(answer, wire.MADE).product_id)
        sent = Record(self.side, id, str(values.get("sku") or ""), dict(values), partial=True)
        try:
            return self.read([id]).get(id, sent)
        except ConnectorError as error:
            log.warning("product %s was added and could not be read back: %s", id, error)
            return sent

    def update(self, id: str, values: Values) -> Record:
        """Change only these values.

        The store answers with the id alone. What it would damage is not sent, so the values sent
        are what it holds.
        """
        body = self._mapper.change(values)
        if body:
            answer = check(self._wire.send("PUT", f"{PRODUCTS}/{id}", body), f"a change of product {id}")
            decoded(answer, wire.MADE)
        sku = str(values.get("sku") or "")
        return Record(self.side, id, sku, dict(values), partial=True)


def _sorted(by: str, order: str) -> Query:
    return [("sort_by", by), ("sort_order", order)]
