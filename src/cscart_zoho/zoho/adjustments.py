"""Inventory adjustments: the only way in which the API moves Zoho's stock after creation.

Source: Zoho Inventory API, "Inventory Adjustments". Quantities are differences,
and the reference can neither be unique nor be searched for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from cscart_zoho.errors import Bug, RemoteFault, UnknownOutcome
from cscart_zoho.http import Wire
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.sync.ports import Adjusted, StockMove
from cscart_zoho.zoho import mapper
from cscart_zoho.zoho.wire import ADJUSTMENTS, accepted

#: Lines of one adjustment. Zoho states no limit.
LINES_LIMIT = 100
REASON = "Sold or changed in the CS-Cart store"
PER_PAGE = 200
#: An adjustment carries a day in the organisation's time zone, which may be one off ours.
ANOTHER_ZONE = timedelta(days=2)


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

    def adjust(self, moves: Sequence[StockMove], reference: str) -> Adjusted:
        """Book one adjustment, all lines or none."""
        if not 0 < len(moves) <= LINES_LIMIT:
            raise Bug(f"An adjustment of {len(moves)} lines was asked for.")
        body = {
            "date": self._today().isoformat(),
            "reason": REASON,
            "reference_number": reference,
            "adjustment_type": "quantity",
            "line_items": [{"item_id": move.item_id, "quantity_adjusted": move.delta} for move in moves],
        }
        told = accepted(self._wire.send("POST", ADJUSTMENTS, body), "an inventory adjustment").inventory_adjustment
        if not told.get("inventory_adjustment_id"):
            raise UnknownOutcome("Zoho's answer does not show the inventory adjustment.")
        return Adjusted(str(told["inventory_adjustment_id"]), reference, tuple(moves))

    def find_adjustment(self, reference: str, since: datetime) -> Adjusted | None:
        """The adjustment with this reference. Rows carry a day and no time, the latest first."""
        for row in self._rows(since.date() - ANOTHER_ZONE):
            if row.get("reference_number") == reference:
                return self._read(str(row["inventory_adjustment_id"]), reference)
        return None

    def _rows(self, earliest: date) -> Iterator[Mapping[str, Any]]:
        """Rows of adjustments until a whole page is older than `earliest`."""
        page = 1
        while True:
            asked = [("page", str(page)), ("per_page", str(PER_PAGE))]
            body = accepted(self._wire.get(ADJUSTMENTS, asked), "the list of inventory adjustments")
            rows = body.inventory_adjustments
            yield from rows
            days = [mapper.day(row.get("date")) for row in rows]
            over = all(day is not None and day < earliest for day in days)
            if not body.page_context.has_more_page or over:
                return
            page += 1

    def _read(self, id: str, reference: str) -> Adjusted:
        body = accepted(self._wire.get(f"{ADJUSTMENTS}/{id}"), f"inventory adjustment {id}")
        lines = body.inventory_adjustment.get("line_items")
        if not isinstance(lines, list):
            raise RemoteFault(f"Zoho does not show the lines of inventory adjustment {id}.")
        return Adjusted(id, reference, tuple(_move(line) for line in lines))


def _move(line: Mapping[str, Any]) -> StockMove:
    return StockMove(str(line["item_id"]), int(Decimal(str(line["quantity_adjusted"]))))
