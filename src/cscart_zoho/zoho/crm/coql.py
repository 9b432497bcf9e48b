"""Zoho CRM's query language: reading by a cursor, without page numbers that shift (Zoho CRM API v8: COQL)."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cscart_zoho.errors import NoSuchModule, Refused, RemoteFault, UnknownField
from cscart_zoho.http import Wire
from cscart_zoho.zoho.crm.wire import ROOT, accepted

log = logging.getLogger(__name__)

#: Rows a query; some pages of Zoho's documentation still say 200, and then Zoho refuses more.
MOST, FEW = 2_000, 200
#: Values in one `in (...)`.
IN_LIMIT = 50
#: Columns of one query, besides id and Modified_Time.
COLUMNS = 45


@dataclass
class Query:
    """Queries of one module for these columns."""

    wire: Wire
    module: str
    columns: Sequence[str]
    limit: int = MOST
    #: Asked when Zoho does not know a column: the fields that there are now.
    fields_now: Callable[[], Collection[str]] = tuple

    def by_id(self) -> Iterator[list[dict[str, Any]]]:
        """All records, by id."""
        last = "0"
        while rows := self._rows(f"id > {last}", "id asc"):
            yield rows
            if len(rows) < self.limit:
                return
            last = _next(last, str(rows[-1]["id"]))

    def changed_since(self, since: datetime) -> Iterator[list[dict[str, Any]]]:
        """Records modified not before a moment, the oldest change first."""
        where, last = f"Modified_Time >= {_moment(since)}", ("", "")
        while rows := self._rows(where, "Modified_Time asc, id asc"):
            yield rows
            if len(rows) < self.limit:
                return
            reached = (str(rows[-1]["Modified_Time"]), str(rows[-1]["id"]))
            if reached == last:
                raise RemoteFault(f"Zoho CRM's list of {self.module} does not go on.")
            last = reached
            where = (
                f"((Modified_Time = {_text(reached[0])} and id > {reached[1]}) or Modified_Time > {_text(reached[0])})"
            )

    def where_in(self, field: str, values: Sequence[str], *, quoted: bool) -> Iterator[list[dict[str, Any]]]:
        """Records that have one of these values in a field."""
        for start in range(0, len(values), IN_LIMIT):
            some = values[start : start + IN_LIMIT]
            listed = ", ".join(_text(value) if quoted else value for value in some)
            last = "0"
            while rows := self._rows(f"({field} in ({listed}) and id > {last})", "id asc"):
                yield rows
                if len(rows) < self.limit:
                    break
                last = _next(last, str(rows[-1]["id"]))

    def _rows(self, where: str, order: str) -> list[dict[str, Any]]:
        """The rows of one query. Columns that are not there any more are left out from then on."""
        try:
            return self._joined(where, order)
        except UnknownField as error:
            there = set(self.fields_now())
            left = [column for column in self.columns if column.partition(".")[0] in there]
            if not there or len(left) == len(self.columns):
                raise
            log.info("asked again for fewer columns: %s", error)
            self.columns = left
            return self._joined(where, order)

    def _joined(self, where: str, order: str) -> list[dict[str, Any]]:
        """Many columns are asked for in several queries, and put together by id."""
        joined: dict[str, dict[str, Any]] = {}
        for number, start in enumerate(range(0, max(1, len(self.columns)), COLUMNS)):
            some = ["id", "Modified_Time", *self.columns[start : start + COLUMNS]]
            chosen = ", ".join(some)
            rows = self._asked(f"select {chosen} from {self.module} where {where} order by {order}")  # noqa: S608 (COQL)
            if number == 0:
                joined = {str(row["id"]): row for row in rows}
            else:
                for row in rows:
                    joined.get(str(row["id"]), {}).update(row)
        return list(joined.values())

    def _asked(self, query: str) -> list[dict[str, Any]]:
        try:
            body = accepted(self.wire.ask(f"{ROOT}/coql", {"select_query": f"{query} limit {self.limit}"}), "a query")
        except Refused as error:
            if self.limit == FEW or isinstance(error, (UnknownField, NoSuchModule)):
                raise
            log.info("asked again for fewer rows: %s", error)  # what the limit is called in a refusal is not stable
            self.limit = FEW
            return self._asked(query)
        return body.rows


def _next(last: str, reached: str) -> str:
    if int(reached) <= int(last):
        raise RemoteFault("Zoho CRM's list does not go on.")
    return reached


def _text(value: str) -> str:
    """A text of the query language; quotes and backslashes are escaped."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _moment(moment: datetime) -> str:
    return _text(moment.replace(microsecond=0).isoformat())
