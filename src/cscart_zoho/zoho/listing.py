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
            for body in self.pages(OLDEST_FIRST):
                yield Page(self.records(body))
            return
        for body in self.pages(LATEST_FIRST):
            records = self.records(body)
            fresh = tuple(record for record in records if record.modified_at is None or record.modified_at >= since)
            yield Page(fresh)
            if len(fresh) < len(records):
                return

    def pages(self, query: Query) -> Iterator[Body]:
        """Every page. Raises `RemoteFault` when the list ends before Zoho says so."""
        page = 1
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
