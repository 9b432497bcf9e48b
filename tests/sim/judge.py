"""The invariants, judged from what both sides saw and from the ledger. It knows nothing of how the engine decides."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cscart_zoho.records import fingerprint
from cscart_zoho.store.models import Conflict, Intent, Link, Observation, Run, RunState
from cscart_zoho.store.values import value_from_json
from cscart_zoho_sim.wire import Edit, Request, Response
from cscart_zoho_sim.world import World

#: Our word -> the side's own key. Every value that people type into these is unique.
TYPED = {
    "cscart": {"name": "product", "price": "price", "full_description": "full_description"},
    "zoho": {"name": "name", "price": "rate", "full_description": "description"},
}


def typed(side: str, row: Mapping[str, Any] | None) -> dict[str, str]:
    """The typed values of a row, in a form in which equal values are equal on both sides."""
    values: dict[str, str] = {}
    for name, key in TYPED[side].items():
        value = (row or {}).get(key)
        if value not in (None, ""):
            plain = str(value).removeprefix("<p>").removesuffix("</p>")
            values[name] = f"{Decimal(str(value)):.2f}" if name == "price" else plain
    return values


def stock(side: str, row: Mapping[str, Any]) -> int:
    value = row["amount"] if side == "cscart" else row.get("available_stock", row.get("stock_on_hand"))
    return int(Decimal(str(value)))


@dataclass
class Judge:
    """Watches every change and every call of a story."""

    world: World
    #: Whether a person is deciding on what the connector has booked: then its stock moves, and nobody counts.
    deciding: Callable[[], bool] = lambda: False
    #: (field, value) -> the value that the person who typed it has replaced.
    parent: dict[tuple[str, str], str] = field(default_factory=dict)
    #: (field, value) -> the record it was typed into.
    typed_on: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    #: Values that were overwritten in a counted race window.
    excused: set[tuple[str, str]] = field(default_factory=set)
    #: (side, id) -> at which call the connector has read the record last.
    read_at: dict[tuple[str, str], int] = field(default_factory=dict)
    #: (side, id, field) -> at which call a person has typed the present value.
    typed_at: dict[tuple[str, str, str], int] = field(default_factory=dict)
    #: (side, id) -> all stock that people have put there or moved.
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: (side, id) -> units that people have moved since the connector read the record.
    since_read: Counter[tuple[str, str]] = field(default_factory=Counter)
    calls: int = 0
    race_window: int = 0
    failures: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)

    def watch_call(self, request: Request, response: Response) -> None:
        """Each request as it reaches a simulator (before its answer can be lost)."""
        self.calls += 1
        self.world.clock.advance(1)  # type: ignore[attr-defined]  # no two calls in the same second
        self.history.append(
            f"{self.calls:5} {request.method} {request.path} {dict(request.query)} {request.body[:300]!r}"
        )
        if request.method == "PUT" and b'"amount"' in request.body and response.status < 300:
            self._amount_set(request.path.rsplit("/", 1)[-1])
        if request.method != "GET":
            return
        side = "cscart" if request.host.startswith("store.") else "zoho"
        for id in self._ids_read(side, request):
            self.read_at[side, id] = self.calls
            self.since_read.pop((side, id), None)

    def _ids_read(self, side: str, request: Request) -> list[str]:
        named = request.first("item_ids")
        if named:
            return named.split(",")
        tail = request.path.rstrip("/").rsplit("/", 1)[-1]
        if tail.isdigit():
            return [tail]
        listed = "products" in request.path or request.path.endswith("/items")
        if not listed:
            return []
        return [str(id) for id in (self.world.cscart.products() if side == "cscart" else self.world.zoho.items())]

    def watch_edit(self, edit: Edit) -> None:
        before, after = typed(edit.side, edit.before), typed(edit.side, edit.after)
        changes = {name: value for name, value in after.items() if before.get(name) != value}
        self.history.append(f"      {edit.author} {edit.side} {edit.id}: {changes}")
        if edit.author == "people" and not self.deciding():
            self._by_people(edit, before, changes)
        else:
            self._by_connector(edit, before, changes)

    def _by_people(self, edit: Edit, before: Mapping[str, str], changes: Mapping[str, str]) -> None:
        for name, value in changes.items():
            self.parent[name, value] = before.get(name, "")
            self.typed_on[name, value] = (edit.side, edit.id)
            self.typed_at[edit.side, edit.id, name] = self.calls
        if edit.after is None:
            return
        change = stock(edit.side, edit.after) - (stock(edit.side, edit.before) if edit.before else 0)
        self.moved[edit.side, edit.id] += change
        if edit.before is not None and change:
            self.since_read[edit.side, edit.id] += change

    def _by_connector(self, edit: Edit, before: Mapping[str, str], changes: Mapping[str, str]) -> None:
        for name, value in changes.items():
            old = before.get(name, "")
            if old and not self._may_replace(edit, name, old, value):
                self.failures.append(f"I2: {edit.side} {edit.id}: {name} {old!r} was overwritten by {value!r}, unseen")

    def _amount_set(self, id: str) -> None:
        """An absolute amount forgets what was sold between our read and our write: counted, and not hidden."""
        lost = self.since_read.pop(("cscart", id), 0)
        if lost:
            self.race_window += 1
            self.moved["cscart", id] -= lost

    def _may_replace(self, edit: Edit, name: str, old: str, new: str) -> bool:
        if (name, old) not in self.parent:
            return True  # the connector's own making
        ancestor: str | None = new
        while ancestor:
            if ancestor == old:
                return True
            ancestor = self.parent.get((name, ancestor))
        if self._kept(name, old):
            return True
        if self.typed_at.get((edit.side, edit.id, name), -1) >= self.read_at.get((edit.side, edit.id), 0):
            self.race_window += 1  # typed between our read and our write: no condition header could prevent it
            self.excused.add((name, old))
            return True
        return False

    def _kept(self, name: str, value: str) -> bool:
        """Whether a conflict row has the value, committed already."""
        return value in self._inbox(name)

    def _inbox(self, name: str) -> set[str]:
        kept: set[str] = set()
        for row in Conflict.objects.filter(field=name):
            for stored in (row.cscart_value, row.zoho_value):
                value = value_from_json(stored)
                kept.add(f"{value:.2f}" if isinstance(value, Decimal) else str(value))
        if name == "full_description":
            fingerprints = {fingerprint(text): text for field, text in self.parent if field == name}
            kept |= {fingerprints[value] for value in kept if value in fingerprints}
        return kept

    # When everything has come to rest

    def at_rest(self) -> None:
        """What must hold once people are quiet, faults are off and a few runs have gone by."""
        self._no_duplicates()
        self._sides_agree()
        self._nothing_typed_vanished()
        self._everything_has_a_reason()
        open_intents = Intent.objects.filter(closed_at=None).count()
        if open_intents:
            self.failures.append(f"I9: {open_intents} writes have no answer")
        if Run.objects.filter(state__in=[RunState.RUNNING, RunState.WAITING]).exists():
            self.failures.append("I9: a run has not come to an end")

    def _no_duplicates(self) -> None:
        for side, skus in (
            ("cscart", [str(p["product_code"]) for p in self.world.cscart.products().values()]),
            ("zoho", [str(i["sku"]) for i in self.world.zoho.items().values()]),
        ):
            for sku, number in Counter(skus).items():
                if number > 1:
                    self.failures.append(f"I1: {side} has SKU {sku} {number} times")

    def _sides_agree(self) -> None:
        products = {str(id): row for id, row in self.world.cscart.products().items()}
        items = self.world.zoho.items()
        for link in Link.objects.all():
            product, item = products.get(link.cscart_id), items.get(link.zoho_id)
            if product is None or item is None:
                continue
            open_fields = set(
                Conflict.objects.filter(cscart_id=link.cscart_id, zoho_id=link.zoho_id, settled_at=None).values_list(
                    "field", flat=True
                )
            )
            self._pair_agrees(link, product, item, open_fields)

    def _pair_agrees(
        self, link: Link, product: Mapping[str, Any], item: Mapping[str, Any], open_fields: set[str]
    ) -> None:
        here, there = typed("cscart", product), typed("zoho", item)
        for name in TYPED["cscart"]:
            if name not in open_fields and here.get(name) != there.get(name):
                self.failures.append(
                    f"I4: {link}: {name} is {here.get(name)!r} in CS-Cart and {there.get(name)!r} in Zoho"
                )
        if "status" not in open_fields and (product["status"] == "A") != (item["status"] == "active"):
            self.failures.append(f"I4: {link}: status {product['status']} and {item['status']}")
        if "stock" in open_fields:
            return
        amounts = stock("cscart", product), stock("zoho", item)
        if amounts[0] != amounts[1]:
            self.failures.append(f"I13: {link}: stock is {amounts[0]} in CS-Cart and {amounts[1]} in Zoho")
            return
        if link.origin == "adopted" or self._stock_was_asked(link):
            return
        made = self.moved["cscart", link.cscart_id] + self.moved["zoho", link.zoho_id]
        if amounts[0] != made:
            self.failures.append(f"I13: {link}: stock is {amounts[0]}, and people have made it {made}")

    def _stock_was_asked(self, link: Link) -> bool:
        """Whether it was written down that nobody can tell what the figure is made of."""
        return Conflict.objects.filter(cscart_id=link.cscart_id, zoho_id=link.zoho_id, field="stock").exists()

    def _everything_has_a_reason(self) -> None:
        rows = Observation.objects.filter(linked=False, gone_at=None)
        for row in rows:
            if not row.reason:
                self.failures.append(f"I4: {row.side} {row.remote_id} is not linked and nobody says why")

    def _nothing_typed_vanished(self) -> None:
        """Each value that no person has replaced is on a side still, or among the conflicts."""
        rows = {
            "cscart": {str(id): row for id, row in self.world.cscart.products().items()},
            "zoho": self.world.zoho.items(),
        }
        shown = {name: self._inbox(name) for name in TYPED["cscart"]}
        for side, records in rows.items():
            for row in records.values():
                for name, value in typed(side, row).items():
                    shown[name].add(value)
        replaced = {(name, old) for (name, _), old in self.parent.items()} | self.excused
        for (name, value), (side, id) in self.typed_on.items():
            if (name, value) not in replaced and id in rows[side] and value not in shown[name]:
                self.failures.append(f"I3: {name} {value!r} was typed into {side} {id} and is nowhere")
