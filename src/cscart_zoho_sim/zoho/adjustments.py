"""Inventory adjustments: the only way in which the API moves stock after creation.

Source: Zoho Inventory API, "Inventory Adjustments". `reference_number` is kept
and shown, is not unique and cannot be searched for. Live answers carry a status
("adjusted"), times, authors and a total; where an organisation approves
adjustments, stock moves only when one is approved.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.item import APART, Item, Number, read_number, read_text, rounded
from cscart_zoho_sim.zoho.items import Items
from cscart_zoho_sim.zoho.listing import page_context, page_of
from cscart_zoho_sim.zoho.organisation import Organisation
from cscart_zoho_sim.zoho.switches import Switches

_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")

ADJUSTED, DRAFT, PENDING, APPROVED, REJECTED = "adjusted", "draft", "pending_approval", "approved", "rejected"
#: The statuses under which an adjustment counts in the stock.
IN_STOCK = (ADJUSTED, APPROVED)
#: What each call, or a person, makes of which status.
STEPS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "submit": ((DRAFT, REJECTED), PENDING),
    "approve": ((PENDING,), APPROVED),
    "approve/final": ((PENDING,), APPROVED),
    "reject": ((PENDING,), REJECTED),
    "send back": ((PENDING,), DRAFT),
}


@dataclass(frozen=True)
class Line:
    """One item's part of an adjustment."""

    id: str
    item_id: str
    name: str
    delta: Number
    #: Its worth: quantity times the item's purchase rate, whatever was sent.
    total: Number = 0
    description: str = ""
    #: Where it is booked.
    location_id: str = ""


@dataclass(frozen=True)
class Adjustment:
    """An adjustment, in stock or not. Times are whole seconds since the epoch."""

    id: str
    date: str
    reason: str
    reason_id: str
    reference: str
    description: str
    lines: tuple[Line, ...]
    status: str = ADJUSTED
    author: str = "api"
    created: int = 0
    modified: int = 0

    @property
    def in_stock(self) -> bool:
        return self.status in IN_STOCK


class Adjustments:
    """Books adjustments, all lines or none."""

    def __init__(self, org: Organisation, items: Items, switches: Switches, clock: Clock) -> None:
        self._org = org
        self._items = items
        self._switches = switches
        self._clock = clock
        self._reasons: dict[str, str] = {}
        #: By id, oldest first.
        self._booked: dict[str, Adjustment] = {}

    def create(self, body: Mapping[str, Any], author: str) -> Adjustment:
        """Book an adjustment. Raises `Refusal` and moves nothing when one line is wrong."""
        if body.get("adjustment_type") != "quantity":
            raise refusals.invalid("adjustment_type")
        reason = read_text(body.get("reason", ""), "reason", 100)
        if not reason:
            raise refusals.invalid("reason")
        moves = self._read_lines(body.get("line_items"), self._location(body) or self._org.location_id)
        if author == "api" and any(item.more.get(key) for _, item in moves for key in APART):
            raise refusals.invalid("item_id")
        now = int(self._clock.now())
        adjustment = Adjustment(
            id=self._org.ids.new(),
            date=_read_day(body.get("date")),
            reason=reason,
            reason_id=self._reason_id(reason),
            reference=read_text(body.get("reference_number", ""), "reference_number", 100),
            description=read_text(body.get("description", ""), "description", 500),
            lines=tuple(line for line, _ in moves),
            status=self._first_status(author),
            author=author,
            created=now,
            modified=now,
        )
        self._check_floor(moves)
        self._booked[adjustment.id] = adjustment
        if adjustment.in_stock:
            self._move(adjustment, 1, author)
        return adjustment

    def _first_status(self, author: str) -> str:
        """People who count goods in Zoho's own pages may approve what they book (supposed)."""
        if not self._switches.adjustment_approvals:
            return ADJUSTED
        return self._switches.adjustments_begin_as if author == "api" else APPROVED

    def step(self, adjustment: Adjustment, action: str, author: str) -> Adjustment:
        """submit, approve, approve/final, reject, or "send back" by a person. Raises `Refusal`."""
        before, after = STEPS[action]
        if not self._switches.adjustment_approvals or adjustment.status not in before:
            words = "The inventory adjustment cannot be submitted, approved or rejected in this status."
            raise refusals.wrong_status(words)
        moved = self._keep(replace(adjustment, status=after))
        if moved.in_stock:
            self._move(moved, 1, author)
        return moved

    def correct(self, adjustment: Adjustment, item_id: str, delta: Number | None) -> Adjustment:
        """A person changes the quantity of an item's lines before approving, or takes them out (None)."""
        if adjustment.in_stock:
            raise refusals.wrong_status("An adjustment that is in stock cannot be edited here.")
        lines = [line if line.item_id != item_id else delta and replace(line, delta=delta) for line in adjustment.lines]
        return self._keep(replace(adjustment, lines=tuple(line for line in lines if line)))

    def _keep(self, adjustment: Adjustment) -> Adjustment:
        self._booked[adjustment.id] = changed = replace(adjustment, modified=int(self._clock.now()))
        return changed

    def _move(self, adjustment: Adjustment, way: int, author: str) -> None:
        for line in adjustment.lines:
            item = self._items.get(line.item_id)
            if item is not None:
                self._items.move(item, way * line.delta, author, line.location_id)

    def move(self, item: Item, delta: Number) -> Adjustment:
        """What a person books in Zoho's own pages."""
        return self.create(
            {
                "date": self._org.day(self._clock.now()),
                "reason": "Stocktaking results",
                "adjustment_type": "quantity",
                "line_items": [{"item_id": item.id, "quantity_adjusted": delta}],
            },
            "people",
        )

    def find(self, id: str) -> Adjustment:
        found = self._booked.get(id)
        if found is None:
            raise refusals.no_such_adjustment()
        return found

    def delete(self, adjustment: Adjustment, author: str) -> None:
        """Take an adjustment back; what it has moved moves the other way."""
        del self._booked[adjustment.id]
        if adjustment.in_stock:
            self._move(adjustment, -1, author)

    def all(self) -> list[dict[str, Any]]:
        """Every adjustment in full, oldest first."""
        return [self.detail(each) for each in self._booked.values()]

    def page(self, query: Mapping[str, str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """One page. There are no filters, and no order is documented: see the switch. Rows carry no lines."""
        page, per_page = page_of(query)
        order = self._switches.adjustment_order
        rows = sorted(self._booked.values(), key=_ORDERS[order], reverse=order == "newest_first")
        start = (page - 1) * per_page
        more = len(rows) > start + per_page
        context = page_context(page, per_page, more, "Inventory Adjustments", "date", "D")
        shown = [self.row(each) for each in rows[start : start + per_page]]
        return shown, {**context, "applied_filter": "Status.All"}

    def row(self, adjustment: Adjustment) -> dict[str, Any]:
        return {
            "inventory_adjustment_id": adjustment.id,
            "date": adjustment.date,
            "reason": adjustment.reason,
            "reason_id": adjustment.reason_id,
            "description": adjustment.description,
            "reference_number": adjustment.reference,
            "adjustment_type": "quantity",
            **({"status": adjustment.status} if self._switches.adjustment_status_told else {}),
            "value_adjusted": 0,
            "total": _sum(line.total for line in adjustment.lines),
            "created_time": self._org.time(adjustment.created),
            "last_modified_time": self._org.time(adjustment.modified),
            "created_by_id": self._org.user_id,
            "created_by_name": "Sample Owner",
            "custom_fields": [],
        }

    def detail(self, adjustment: Adjustment) -> dict[str, Any]:
        noun = "warehouse" if self._switches.warehouse_words else "location"
        place = self._place(self._org.location_id, noun)
        lines = [
            {
                "item_id": line.item_id,
                "line_item_id": line.id,
                "name": line.name,
                "description": line.description,
                "quantity_adjusted": line.delta,
                "item_total": line.total,
                "unit": "",
                "is_combo_product": False,
                "adjustment_account_id": self._org.purchase_account_id,
                "adjustment_account_name": "Cost of Goods Sold",
                **self._place(line.location_id, noun),
            }
            for line in adjustment.lines
        ]
        return {**self.row(adjustment), **place, "line_items": lines}

    def _place(self, location_id: str, noun: str) -> dict[str, str]:
        return {f"{noun}_id": location_id, f"{noun}_name": self._org.locations[location_id].name}

    def _read_lines(self, rows: Any, location_id: str) -> list[tuple[Line, Item]]:
        if not isinstance(rows, list) or not rows:
            raise refusals.invalid("line_items")
        if len(rows) > self._switches.adjustment_lines_max:
            raise refusals.too_many("line_items", self._switches.adjustment_lines_max)
        return [self._read_line(row, location_id) for row in rows]

    def _read_line(self, row: Any, location_id: str) -> tuple[Line, Item]:
        if not isinstance(row, dict):
            raise refusals.invalid("line_items")
        item = self._items.get(str(row.get("item_id", "")))
        if item is None:
            raise refusals.no_such_line_item()
        if not item.tracked:
            raise refusals.invalid("item_id")
        delta = read_number(row.get("quantity_adjusted"), "quantity_adjusted", self._org.quantity_precision)
        if not delta:
            raise refusals.invalid("quantity_adjusted")
        where = self._location(row) or location_id
        description = read_text(row.get("description", ""), "description", 2000)
        total = _product(delta, item.purchase_rate, self._org.price_precision)
        return Line(self._org.ids.new(), item.id, item.name, delta, total, description, where), item

    def _location(self, given: Mapping[str, Any]) -> str:
        """Where it is to be booked, "" where nothing is said: then the primary location counts (supposed)."""
        named = next((str(given[key]) for key in ("location_id", "warehouse_id") if given.get(key)), "")
        if named and not self._org.takes_stock(named):
            raise refusals.invalid("location_id")
        return named

    def _check_floor(self, moves: list[tuple[Line, Item]]) -> None:
        if self._switches.negative_stock:
            return
        left: dict[str, Number] = {}
        for line, item in moves:
            left[item.id] = rounded(left.get(item.id, item.on_hand) + line.delta, 6)
        if any(stock < 0 for stock in left.values()):
            raise refusals.invalid("quantity_adjusted")

    def _reason_id(self, reason: str) -> str:
        """A reason that is new simply becomes one more reason."""
        if reason not in self._reasons:
            self._reasons[reason] = self._org.ids.new()
        return self._reasons[reason]


def _read_day(value: Any) -> str:
    text = str(value or "")
    if not _DAY.match(text):
        raise refusals.invalid("date")
    try:
        datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise refusals.invalid("date") from None
    return text


def _product(quantity: Number, rate: Number, precision: int) -> Number:
    """What pieces are worth. 0 without a purchase rate."""
    return rounded(float(Decimal(str(quantity)) * Decimal(str(rate))), precision) if rate else 0


def _sum(totals: Iterable[Number]) -> Number:
    return rounded(sum(totals), 6)


def _shuffled(adjustment: Adjustment) -> str:
    """A place in the list that has nothing to do with days and ids, the same at each call."""
    return hashlib.sha256(adjustment.id.encode()).hexdigest()


_ORDERS: Mapping[str, Callable[[Adjustment], Any]] = {
    "newest_first": lambda each: (each.date, each.id),
    "oldest_first": lambda each: (each.date, each.id),
    "by_id": lambda each: each.id,
    "shuffled": _shuffled,
}
