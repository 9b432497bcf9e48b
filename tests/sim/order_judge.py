"""The invariants for orders and their stock, judged from what both sides hold. It knows nothing of the engine."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cscart_zoho.store.models import Conflict, Intent, Link, Observation, Run, RunState
from cscart_zoho_sim.wire import Edit, Request, Response
from cscart_zoho_sim.world import World
from tests.sim.stock_judge import CONFIRMED, MARKER, StockJudge, number_of, pieces, pieces_sold, shared_number

#: How Zoho's statuses look in the store, and what the store's become in Zoho: the default map, written down again.
SAME = {
    "O": {"draft"},
    "P": CONFIRMED - {"fulfilled", "closed"},
    "C": CONFIRMED,
    "I": {"void"},
    "F": {"void"},
    "D": {"void"},
}


@dataclass
class OrderJudge:
    """Watches every change and every call of a story."""

    world: World
    buffer: int = 0
    counting: Callable[[], bool] = lambda: False
    calls: int = 0
    failures: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    #: (side, id) of orders of which people have changed more than the status -> the call after the last such edit.
    edited: dict[tuple[str, str], int] = field(default_factory=dict)
    #: (side, id) of an order -> the last call that read it.
    read_at: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stock = StockJudge(self.world, self.buffer, self.counting, failures=self.failures)

    @property
    def currency(self) -> str:
        """What the store's amounts are in."""
        return self.world.cscart.desk.checkout.currency

    @property
    def race_window(self) -> int:
        """Writes of stock that a person's edit has overtaken between our read and our write."""
        return self.stock.race_window

    def watch_call(self, request: Request, response: Response) -> None:
        self.calls += 1
        self.world.clock.advance(1)  # type: ignore[attr-defined]  # no two calls in the same second
        self.history.append(
            f"{self.calls:5} {request.method} {request.path} {dict(request.query)} {request.body[:300]!r}"
            f" -> {response.status}"
        )
        self.stock.watch_call(self.calls, request, response.status)
        if response.status < 300:
            self._watch_sales(request)

    def watch_edit(self, edit: Edit) -> None:
        self.history.append(f"      {edit.author} {edit.side} {edit.id}: {_short(edit.after)}")
        self.stock.watch_edit(edit)
        if edit.author == "people" and edit.before and edit.after and _content(edit.before) != _content(edit.after):
            self.edited[edit.side, edit.id] = self.calls

    def _watch_sales(self, request: Request) -> None:
        """What is confirmed has the total of the store's order, unless a person has changed one after it was read."""
        last = request.path.rsplit("/", 1)[-1]
        if request.method == "GET" and "orders" in request.path:
            side = "zoho" if "/salesorders" in request.path else "cscart"
            ids = [last] if last.isdigit() else list(self._orders()) if side == "cscart" else []
            self.read_at |= {(side, id): self.calls for id in ids}
        elif request.method == "POST" and request.path.endswith("/status/confirmed"):
            named = request.first("salesorder_ids") or request.path.split("/")[-3]
            for id in named.split(","):
                self._confirmed(self._sales()[id])

    def _confirmed(self, sale: Mapping[str, Any]) -> None:
        """Both sides' own documents at this very moment: one total, one currency.

        Nothing but an edit excuses them, and only one that was made after the document was read for this call.
        """
        if sale["status"] not in CONFIRMED:
            return  # Zoho has refused it
        number = shared_number(sale)
        found = next(((id, row) for id, row in self._orders().items() if number_of(id, row) == number), None)
        if found is None:
            return
        id, order = found
        if sale["currency_code"] != self.currency:  # no person changes it, so nothing excuses it
            self.failures.append(f"I13: call {self.calls}: {number} was confirmed in {sale['currency_code']}")
        here, there = (Decimal(str(order["total"])), self.currency), _worth(sale)
        if here == there:
            return
        both = (("zoho", str(sale["salesorder_id"])), ("cscart", id))
        if all(self.edited.get(each, -1) < self.read_at.get(each, 0) for each in both):
            self.failures.append(f"I13: call {self.calls}: {number} was confirmed at {there}, not {here}")

    # When everything has come to rest

    def at_rest(self) -> None:
        self._no_duplicates()
        for link in Link.objects.filter(entity="orders"):
            self._pair_agrees(link)
        self._nothing_is_lost()
        self._stock_adds_up()
        questions = Conflict.objects.filter(entity="products", field="stock", settled_at=None)
        products = questions.values_list("cscart_id", flat=True)
        rows = Observation.objects.filter(entity="products", side="cscart", remote_id__in=products)
        self.stock.at_rest(set(rows.values_list("key", flat=True)), self._stuck())
        open_intents = Intent.objects.filter(closed_at=None).count()
        if open_intents:
            self.failures.append(f"I9: {open_intents} writes have no answer")
        if Run.objects.filter(state__in=[RunState.RUNNING, RunState.WAITING]).exists():
            self.failures.append("I9: a run has not come to an end")

    def note_told(self) -> None:
        """What the merchant reads at the end of a run, or after one that was broken off."""
        self.stock.stuck |= self._stuck()

    @staticmethod
    def _stuck() -> set[str]:
        rows = Observation.objects.filter(entity="orders", side="cscart")
        return set(rows.filter(state__in=("held", "conflict", "failed", "gone")).values_list("remote_id", flat=True))

    def _no_duplicates(self) -> None:
        numbers = Counter(str(row["salesorder_number"]) for row in self._sales().values())
        alive = Counter(shared_number(row) for row in self._sales().values() if row["status"] != "void")
        marked = Counter(
            found.group(1)
            for row in self._orders().values()
            if (found := MARKER.search(str(row.get("details") or ""))) is not None
        )
        contacts = Counter(str(row.get("email") or "").casefold() for row in self.world.zoho.contacts().values())
        told = (("number", numbers), ("living sales order of", alive), ("marker", marked), ("contact", contacts))
        for what, counted in told:
            for key, number in counted.items():
                if key and number > 1:
                    self.failures.append(f"I1: the {what} {key} is there {number} times")

    def _orders(self) -> dict[str, Mapping[str, Any]]:
        return {str(id): row for id, row in self.world.cscart.orders().items()}

    def _sales(self) -> dict[str, Mapping[str, Any]]:
        return self.world.zoho.salesorders()  # type: ignore[return-value]

    def _pair_agrees(self, link: Link) -> None:
        order, sale = self._orders().get(link.cscart_id), self._sales().get(link.zoho_id)
        if order is None or sale is None:
            return
        name = f"order {link.cscart_id} = {sale['salesorder_number']}"
        untouched = not {("cscart", link.cscart_id), ("zoho", link.zoho_id)} & self.edited.keys()
        if link.origin == "created_in_cscart" and untouched and pieces(order) == pieces_sold(sale):
            self._made_in_full(name, order, sale)
        if self._told(link):
            return
        here, there = (Decimal(str(order["total"])), self.currency), _worth(sale)
        if here != there:
            self.failures.append(f"I13: {name}: {here} in the store, {there} in Zoho, nobody says so")
        if sale["status"] not in SAME.get(order["status"], {sale["status"]}):
            self.failures.append(f"I4: {name}: {order['status']} in the store, {sale['status']} in Zoho")
        sold, bought = pieces(order), pieces_sold(sale)
        if sold != bought:
            self.failures.append(f"I4: {name}: {dict(sold)} in the store, {dict(bought)} in Zoho")

    def _made_in_full(self, name: str, order: Mapping[str, Any], sale: Mapping[str, Any]) -> None:
        """An imported order that nobody has changed has Zoho's total, whatever is said about it."""
        if Decimal(str(order["total"])) != Decimal(str(sale["total"])):
            self.failures.append(f"I13: {name}: made for {order['total']} in the store, and it is {sale['total']}")

    def _told(self, link: Link) -> bool:
        """Whether the merchant can see that something is left to do about a pair."""
        rows = Observation.objects.filter(entity="orders", remote_id__in=[link.cscart_id, link.zoho_id])
        waiting = Conflict.objects.filter(entity="orders", cscart_id=link.cscart_id, settled_at=None)
        return waiting.exists() or any(row.state != "synced" and row.reason for row in rows)

    def _nothing_is_lost(self) -> None:
        for row in Observation.objects.filter(entity="orders", linked=False, gone_at=None):
            if not row.reason:
                self.failures.append(f"I4: order {row.side} {row.key} is not linked, and nobody says why")
        known = set(Observation.objects.filter(entity="orders", side="cscart").values_list("remote_id", flat=True))
        for id in set(self._orders()) - known:
            self.failures.append(f"I4: order {id} of the store was never seen")

    def _stock_adds_up(self) -> None:
        for link in Link.objects.filter(entity="products"):
            product, item = self.world.cscart.products().get(int(link.cscart_id)), self.world.zoho.items()[link.zoho_id]
            if Conflict.objects.filter(entity="products", cscart_id=link.cscart_id, settled_at=None).exists():
                continue
            assert product is not None
            available = int(Decimal(str(item["available_for_sale_stock"])))
            sku = str(product["product_code"])
            waiting = self.stock.open_orders(sku) - self.stock.unbooked(sku)
            if int(product["amount"]) != max(0, available - waiting - self.buffer):
                self.failures.append(
                    f"I13: {product['product_code']}: the store shows {product['amount']}, Zoho has {available} "
                    f"available, {waiting} of them in open orders"
                )


def _worth(sale: Mapping[str, Any]) -> tuple[Decimal, str]:
    return Decimal(str(sale["total"])), str(sale["currency_code"])


def _content(order: Mapping[str, Any]) -> tuple[object, ...]:
    """What an edit of an order changes besides its status."""
    return (order.get("total"), pieces_sold(order) if "line_items" in order else pieces(order))


def _short(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "GONE"
    keys = ("status", "total", "amount", "available_stock", "salesorder_number", "product_code", "sku", "details")
    return str({key: row[key] for key in keys if key in row})
