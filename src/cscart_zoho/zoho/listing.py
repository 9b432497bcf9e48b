"""A list of Zoho Inventory, read to its end: items, contacts and sales orders are told alike."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cscart_zoho.errors import RemoteFault
from cscart_zoho.http import Wire
from cscart_zoho.records import Record
from cscart_zoho.sync.ports import Page
from cscart_zoho.zoho.wire import Body, accepted

Query = list[tuple[str, str]]

#: The most rows a page has (Zoho Inventory API: Items, Contacts, Sales Orders).
PER_PAGE = 200
#: The latest change first: where the news ends can be seen.
LATEST_FIRST: Query = [("sort_column", "last_modified_time"), ("sort_order", "D")]
OLDEST_FIRST: Query = [("sort_column", "created_time"), ("sort_order", "A")]


@dataclass(frozen=True)
class ZohoList:
    """One list: its address, what people call its rows, where an answer has them, and what they become."""

    wire: Wire
    path: str
    nouns: str
    rows: Callable[[Body], list[dict[str, Any]]]
    records: Callable[[Body], tuple[Record, ...]]

    def scan(self, since: datetime | None) -> Iterator[Page]:
        """Every record, the oldest first, or those modified not before `since`, the latest first.

        Sorting shows the end of the news; a filter that Zoho ignores would give everything.
        """
        if since is None:
            yield from self.go_on(0)
            return
        for body in self.pages(LATEST_FIRST):
            records = self.records(body)
            fresh = tuple(record for record in records if record.modified_at is None or record.modified_at >= since)
            yield Page(fresh)
            if len(fresh) < len(records):
                return

    def go_on(self, after: int) -> Iterator[Page]:
        """The list, the oldest first, from the page on that has so many rows before it."""
        first = after // PER_PAGE + 1
        for page, body in enumerate(self.pages(OLDEST_FIRST, first), first):
            yield Page(self.records(body), begins_at=(page - 1) * PER_PAGE)

    def pages(self, query: Query, page: int = 1) -> Iterator[Body]:
        """Every page from this one on. Raises `RemoteFault` when the list ends before Zoho says so."""
        while True:
            asked = [*query, ("page", str(page)), ("per_page", str(PER_PAGE))]
            body = accepted(self.wire.get(self.path, asked), f"the list of {self.nouns}")
            yield body
            if not body.page_context.has_more_page:
                return
            if not self.rows(body):
                raise RemoteFault(
                    f"Zoho's list of {self.nouns} ended early: page {page} is empty and more are promised."
                )
            page += 1
