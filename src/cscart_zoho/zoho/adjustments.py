"""Inventory adjustments: the only way in which the API moves Zoho's stock after creation.

Source: Zoho Inventory API, "Inventory Adjustments". Quantities are differences,
and the reference can neither be unique nor be searched for. An organisation may
approve adjustments: until then they have another status than "adjusted" (seen
live) or "approved", and move nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from cscart_zoho.errors import Bug, NotFound, RemoteFault, UnknownOutcome
from cscart_zoho.http import Wire
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.sync.ports import Adjusted, Standing, StockMove
from cscart_zoho.zoho import mapper
from cscart_zoho.zoho.wire import ADJUSTMENTS, accepted

#: Lines of one adjustment. Zoho states no limit.
LINES_LIMIT = 100
REASON = "Sold or changed in the CS-Cart store"
PER_PAGE = 200
#: Pages of the list that one search looks at. No order of it is documented, so nothing ends it earlier.
PAGES = 25
#: An adjustment carries a day in the organisation's time zone, which may be one off ours.
ANOTHER_ZONE = timedelta(days=2)
#: So many adjustments are read one by one; of more, a page of the list tells most in one call.
ONE_BY_ONE = 3
#: Zoho's words for where an adjustment stands. Every other word means that it is not in stock yet.
STANDINGS = {
    "adjusted": Standing.COUNTS,
    "approved": Standing.COUNTS,
    "draft": Standing.DRAFT,
    "rejected": Standing.REFUSED,
}


class ZohoStockBook:
    """`StockBook` of an organisation. `today` is the day in the organisation's time zone."""

    def __init__(
        self,
        wire: Wire,
        organisation: Mapping[str, Any],
        choices: ProductChoices,
        today: Callable[[], date],
    ) -> None:
        self._wire = wire
        self._organisation = organisation
        self._choices = choices
        self._today = today

    def adjust(self, moves: Sequence[StockMove], reference: str, reason: str = "") -> Adjusted:
        """Book one adjustment, all lines or none."""
        if not 0 < len(moves) <= LINES_LIMIT:
            raise Bug(f"An adjustment of {len(moves)} lines was asked for.")
        body = {
            "date": self._today().isoformat(),
            "reason": reason or REASON,
            "reference_number": reference,
            "adjustment_type": "quantity",
            "line_items": [{"item_id": move.item_id, "quantity_adjusted": move.delta} for move in moves],
        }
        told = accepted(self._wire.send("POST", ADJUSTMENTS, body), "an inventory adjustment").inventory_adjustment
        if not told.get("inventory_adjustment_id"):
            raise UnknownOutcome("Zoho's answer does not show the inventory adjustment.")
        return self._adjusted(told, reference, tuple(moves))

    def find_adjustment(self, reference: str, since: datetime) -> Adjusted | None:
        """The adjustment with this reference.

        No order of the list is documented, so it is looked through to its end, or for `PAGES` pages: an older row says
        nothing of those that follow it. Raises `UnknownOutcome` where it cannot be seen whole.
        """
        earliest, seen, doubles = since.date() - ANOTHER_ZONE, set[str](), False
        for page in range(1, PAGES + 1):
            rows, more = self._page(page)
            for row in rows:
                if row.get("reference_number") == reference and not _is_older(row, earliest):
                    return self._read(str(row["inventory_adjustment_id"]))
                doubles = doubles or str(row.get("inventory_adjustment_id")) in seen
                seen.add(str(row.get("inventory_adjustment_id")))
            if not more:
                if doubles:  # the list has moved under our feet: what was shown twice has hidden something else
                    raise UnknownOutcome("Zoho's list of inventory adjustments has moved while it was read.")
                return None
        raise UnknownOutcome(f"Zoho has more than {PAGES * PER_PAGE:,} inventory adjustments.")

    def read_adjustments(self, ids: Sequence[str]) -> dict[str, Adjusted]:
        """Where these adjustments stand now: a call for each of a few, and one page of the list before many."""
        found: dict[str, Adjusted] = {}
        if len(ids) > ONE_BY_ONE:
            rows = [self._adjusted(row, str(row.get("reference_number") or "")) for row in self._page(1)[0]]
            # What still waits has moved nothing: its lines need not be seen.
            found = {each.id: each for each in rows if each.id in ids and each.standing is Standing.WAITS}
        for id in ids:
            if id not in found:
                with suppress(NotFound):
                    found[id] = self._read(id)
        return found

    def _page(self, page: int) -> tuple[list[dict[str, Any]], bool]:
        """Rows of a page, and whether there are more pages."""
        asked = [("page", str(page)), ("per_page", str(PER_PAGE))]
        body = accepted(self._wire.get(ADJUSTMENTS, asked), "the list of inventory adjustments")
        rows = body.inventory_adjustments
        return rows, bool(rows) and body.page_context.has_more_page

    def _read(self, id: str) -> Adjusted:
        body = accepted(self._wire.get(f"{ADJUSTMENTS}/{id}"), f"inventory adjustment {id}")
        told = body.inventory_adjustment
        lines = told.get("line_items")
        if not isinstance(lines, list):
            raise RemoteFault(f"Zoho does not show the lines of inventory adjustment {id}.")
        named = {"inventory_adjustment_id": id, **told}
        return self._adjusted(named, str(told.get("reference_number") or ""), tuple(_move(line) for line in lines))

    def _adjusted(self, told: Mapping[str, Any], reference: str, moves: tuple[StockMove, ...] = ()) -> Adjusted:
        status = str(told.get("status") or "")
        return Adjusted(str(told["inventory_adjustment_id"]), reference, moves, self._standing(status), status)

    def _standing(self, status: str) -> Standing:
        """An answer without a status tells nothing, unless the organisation has said that it approves nothing."""
        if status:
            return STANDINGS.get(status.lower(), Standing.WAITS)
        preferences = self._organisation.get("preferences") or {}
        return Standing.COUNTS if preferences.get("adjustment_approval") is False else Standing.UNTOLD


def _is_older(row: Mapping[str, Any], earliest: date) -> bool:
    day = mapper.day(row.get("date"))
    return day is not None and day < earliest


def _move(line: Mapping[str, Any]) -> StockMove:
    return StockMove(str(line["item_id"]), int(Decimal(str(line["quantity_adjusted"]))))
