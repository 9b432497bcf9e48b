"""Judges each single write of stock, at the moment at which it arrives. It knows nothing of the engine.

An amount that is put into the store may at most be what Zoho has available for sale at that moment, less the store's
open orders that Zoho has not confirmed, less the buffer, with what people have counted in the store and Zoho has not
been told yet. An adjustment may at most take what people have counted, and what open orders hold: an order that is
held takes its pieces out of Zoho's figure all the same. Orders from before the two figures were agreed on without
their pieces take nothing: what Zoho takes for them when they are confirmed is put back.

A write rests on what was read before it. A person who moves a stock between the last read of its product (or of its
item) and the write cannot be seen by it: such writes are counted as `race_window` where they break a rule, and they
are the only ones that are excused.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.wire import Edit, Request
from cscart_zoho_sim.world import World

#: Letters under which the store's orders hold stock, and what a confirmed sales order can be called.
TAKING = frozenset("POCY")
CONFIRMED = frozenset(
    {"confirmed", "partially_shipped", "shipped", "fulfilled", "partially_invoiced", "invoiced", "closed", "overdue"}
)
MARKER = re.compile(r"\[Zoho ([^\]]+)\]")

Row = Mapping[str, Any]


def pieces(order: Row) -> Counter[str]:
    """By SKU what an order of the store is about."""
    found: Counter[str] = Counter()
    for line in (order.get("products") or {}).values():
        found[str(line["product_code"])] += int(line["amount"])
    return found


def pieces_sold(sale: Row) -> Counter[str]:
    """By SKU what a sales order is about."""
    found: Counter[str] = Counter()
    for line in sale["line_items"]:
        found[str(line["sku"])] += int(Decimal(str(line["quantity"])))
    return found


def shared_number(sale: Row) -> str:
    """The number that a sales order has on both sides: CS-97-2 is made in place of CS-97, which is void."""
    number, reference = str(sale["salesorder_number"]), str(sale.get("reference_number") or "")
    return reference if reference and re.fullmatch(re.escape(reference) + r"-\d+", number) else number


def number_of(id: str, order: Row) -> str:
    """The number that an order has on both sides."""
    marked = MARKER.search(str(order.get("details") or ""))
    return marked.group(1) if marked else f"CS-{id}"


@dataclass
class StockJudge:
    """Follows what people and the connector do to the stock of products that are the same on both sides by SKU."""

    world: World
    buffer: int = 0
    #: Whether a person is counting right now: else an order moves the store's amounts.
    counting: Callable[[], bool] = lambda: False
    race_window: int = 0
    writes: int = 0
    failures: list[str] = field(default_factory=list)
    #: SKU -> what people have counted in the store so far, and what of it was booked in Zoho.
    counted: Counter[str] = field(default_factory=Counter)
    booked: Counter[str] = field(default_factory=Counter)
    #: (SKU, order) -> the pieces of an order that both figures were agreed on without.
    past: dict[tuple[str, str], int] = field(default_factory=dict)
    #: Orders of which the merchant was told at the end of a run that they do not go over by themselves.
    stuck: set[str] = field(default_factory=set)
    #: (side, SKU) -> the call after which people have last moved that side's stock, and the last call that read it.
    moved_at: dict[tuple[str, str], int] = field(default_factory=dict)
    read_at: dict[tuple[str, str], int] = field(default_factory=dict)
    #: SKU -> by how much people, and orders of theirs, have moved the store's amount since the product was read.
    unseen: Counter[str] = field(default_factory=Counter)
    #: Orders are looked at for the first time: before, nobody keeps them in sync.
    looked: bool = False
    _calls: int = 0

    # What people do

    def watch_edit(self, edit: Edit) -> None:
        """A change of a product, an item, an order or a sales order."""
        if "products" in (edit.after or edit.before or {}):
            self._past_shrinks(edit)
        if edit.author != "people":
            return
        row = edit.after or edit.before or {}
        if "product_code" in row:
            self._product_moved(edit, str(row["product_code"]))
        elif "sku" in row:
            self.moved_at["zoho", str(row["sku"])] = self._calls
        elif "line_items" in row:
            self._touch("zoho", [pieces_sold(each) for each in (edit.before, edit.after) if each])
        elif "products" in row:
            self._touch("cscart", [pieces(each) for each in (edit.before, edit.after) if each])

    def _past_shrinks(self, edit: Edit) -> None:
        """What an order of the past lets go of has moved in the store; what it takes afterwards is a new sale.

        Whether the connector has seen the order in between or not, the figures are the same in the end.
        """
        id, held = str((edit.before or edit.after or {})["order_id"]), self._held(edit.after)
        for (sku, order), quantity in list(self.past.items()):
            if order == id and held[sku] < quantity:
                self.counted[sku] += quantity - held[sku]
                self.past[sku, order] = held[sku]
                if not held[sku]:
                    del self.past[sku, order]

    def _touch(self, side: str, orders: list[Counter[str]]) -> None:
        for sku in {sku for order in orders for sku in order}:
            self.moved_at[side, sku] = self._calls

    def _product_moved(self, edit: Edit, sku: str) -> None:
        if edit.before is None or edit.after is None:
            return
        change = int(edit.after["amount"]) - int(edit.before["amount"])
        self.moved_at["cscart", sku] = self._calls
        self.unseen[sku] += change
        if self.counting():
            self.counted[sku] += change

    def agree(self) -> None:
        """Both sides are about to be compared for the first time: where their figures are equal, orders are past."""
        for item in self.world.zoho.items().values():
            sku, available = str(item["sku"]), int(Decimal(str(item["available_for_sale_stock"])))
            product = next(row for row in self.world.cscart.products().values() if row["product_code"] == sku)
            if int(product["amount"]) in (available, max(0, available - self.buffer)):
                orders = self.world.cscart.orders().items()
                self.past |= {(sku, str(id)): n for id, order in orders if (n := self._held(order)[sku])}

    # What the connector does

    def watch_call(self, call: int, request: Request, status: int) -> None:
        """Each request as it reaches a side, with the number of the call."""
        self._calls = call
        if status >= 300:
            return
        if request.method == "GET":
            self._read(request)
        elif request.method == "PUT" and "/products/" in request.path and b'"amount"' in request.body:
            self._amount_put(request.path.rsplit("/", 1)[-1], int(json.loads(request.body)["amount"]))
        elif request.method == "POST" and request.path.endswith("/inventoryadjustments"):
            for line in json.loads(request.body)["line_items"]:
                self._adjusted(str(line["item_id"]), int(line["quantity_adjusted"]))

    def _read(self, request: Request) -> None:
        if request.path.endswith("/orders"):
            self.looked |= bool(request.first("page")) and not request.first("updated_at_from")
        for side, sku in self._skus_read(request):
            self.read_at[side, sku] = self._calls
            if side == "cscart":
                self.unseen.pop(sku, None)

    def _skus_read(self, request: Request) -> list[tuple[str, str]]:
        last = request.path.rstrip("/").rsplit("/", 1)[-1]
        if "/products" in request.path:
            ids = request.first("pid").split(",") if request.first("pid") else [last] if last.isdigit() else []
            products = self.world.cscart.products()
            return [("cscart", str(row["product_code"])) for id, row in products.items() if not ids or str(id) in ids]
        if "/items" in request.path or "/itemdetails" in request.path:
            ids = (
                request.first("item_ids").split(",") if request.first("item_ids") else [last] if last.isdigit() else []
            )
            return [("zoho", str(row["sku"])) for id, row in self.world.zoho.items().items() if not ids or id in ids]
        return []

    def _raced(self, sku: str) -> bool:
        """Whether a person has moved either side's stock after it was read last."""
        return any(
            self.moved_at.get((side, sku), -1) >= self.read_at.get((side, sku), 0) for side in ("cscart", "zoho")
        )

    def _wrong(self, sku: str, what: str) -> bool:
        """A rule was broken; True where that lies in the race window."""
        raced = self._raced(sku)
        if not raced:
            self.failures.append(f"I13: call {self._calls}: {sku}: {what}")
        return raced

    def _amount_put(self, id: str, amount: int) -> None:
        self.writes += 1
        sku = str(self.world.cscart.product(int(id))["product_code"])
        item = next(row for row in self.world.zoho.items().values() if row["sku"] == sku)
        available = int(Decimal(str(item["available_for_sale_stock"])))
        open_, unbooked = self.open_orders(sku) if self.looked else 0, self.unbooked(sku)
        raced = False
        if amount > max(0, available - open_ - self.buffer + unbooked):
            raced = self._wrong(
                sku,
                f"{amount} was published, and Zoho has {available} available, {open_} of them in open orders, "
                f"{self.buffer} kept back, {unbooked} counted in the store and not booked yet",
            )
        if lost := self.unseen.pop(sku, 0):
            # An absolute amount forgets what has happened meanwhile: pieces that were counted are gone, and pieces
            # that were sold are there again, as if they had been counted.
            self.counted[sku] -= lost
        self.race_window += bool(raced or lost)

    def _adjusted(self, item_id: str, delta: int) -> None:
        self.writes += 1
        sku = str(self.world.zoho.items()[item_id]["sku"])
        most = self.unbooked(sku)
        least = most - self.open_orders(sku)
        if not min(0, least) <= delta <= max(0, most) or not delta:
            self.race_window += self._wrong(
                sku, f"{delta:+} was booked in Zoho, and the store's stock has moved by {least:+} to {most:+}"
            )
        self.booked[sku] += delta

    # What there is

    @staticmethod
    def _held(order: Row | None) -> Counter[str]:
        """By SKU what an order of the store holds of its stock."""
        return pieces(order) if order is not None and order["status"] in TAKING else Counter()

    def _sales(self) -> dict[str, Row]:
        """By the number that both sides share the sales order that lives, or a void one where none does."""
        sales: dict[str, Row] = {}
        for row in self.world.zoho.salesorders().values():
            if row["status"] != "void" or shared_number(row) not in sales:
                sales[shared_number(row)] = row
        return sales

    def unbooked(self, sku: str) -> int:
        """What has moved in the store and is not booked in Zoho, with what Zoho took for orders that are past."""
        sales, orders = self._sales(), {str(id): row for id, row in self.world.cscart.orders().items()}
        moved = self.counted[sku] - self.booked[sku]
        for (_, id), quantity in ((key, n) for key, n in self.past.items() if key[0] == sku):
            sale, order = sales.get(f"CS-{id}"), orders.get(id)
            confirmed = pieces_sold(sale)[sku] if sale is not None and sale["status"] in CONFIRMED else 0
            # What Zoho holds beyond what the store's order takes is Zoho's own movement: an order that was cancelled or
            # deleted takes nothing, and as long as its sales order keeps the pieces neither side sells them.
            held = self._held(order)[sku]
            moved += min(confirmed, held) + quantity - held
        return moved

    def open_orders(self, sku: str, among: AbstractSet[str] | None = None) -> int:
        """Pieces of store orders (None = all that are not past) that hold stock and that Zoho has not confirmed."""
        sales, open_ = self._sales(), 0
        for id, order in self.world.cscart.orders().items():
            if (sku, str(id)) in self.past or (among is not None and str(id) not in among):
                continue
            sale = sales.get(number_of(str(id), order))
            confirmed = pieces_sold(sale)[sku] if sale is not None and sale["status"] in CONFIRMED else 0
            open_ += max(0, self._held(order)[sku] - confirmed)
        return open_

    def at_rest(self, asked: AbstractSet[str], stuck: AbstractSet[str]) -> None:
        """What people have counted in the store is in Zoho, and nothing else but what `stuck` orders hold.

        That holds where no person is `asked`. An open draft waits for nothing but its payment.
        """
        drafts = {number for number, row in self._sales().items() if row["status"] == "draft"}
        orders = self.world.cscart.orders().items()
        open_ = {str(id) for id, row in orders if row["status"] == "O" and number_of(str(id), row) in drafts}
        for sku in {str(row["sku"]) for row in self.world.zoho.items().values()} - asked:
            least, most = self.open_orders(sku, stuck - open_), self.open_orders(sku, self.stuck)
            if not least <= self.unbooked(sku) <= most:
                self.failures.append(
                    f"I13: {sku}: people have counted {self.counted[sku]:+} in the store, {self.booked[sku]:+} was "
                    f"booked in Zoho, and orders that do not go over hold {least} to {most}"
                )
