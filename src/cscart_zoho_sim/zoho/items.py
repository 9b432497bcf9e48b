"""All items of the organisation, found by id, name and SKU."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.wire import Edit
from cscart_zoho_sim.zoho import item as item_module
from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.item import ATTRIBUTES, Changes, Item, Number, rounded
from cscart_zoho_sim.zoho.organisation import Organisation
from cscart_zoho_sim.zoho.shapes import Shape, item_detail
from cscart_zoho_sim.zoho.switches import Switches


class Items:
    """Keeps the items, and the rules of names and SKUs.

    `generation` grows with every change, so that what was computed from the
    items knows when it is stale. `watchers` hear of each change of an item.
    """

    def __init__(self, org: Organisation, switches: Switches, clock: Clock) -> None:
        self._org = org
        self._switches = switches
        self._clock = clock
        self._items: dict[str, Item] = {}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_sku: dict[str, list[str]] = defaultdict(list)
        self.generation = 0
        self.watchers: list[Callable[[Edit], None]] = []

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def get(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    def find(self, item_id: str) -> Item:
        """The item, or Zoho's "does not exist"."""
        found = self._items.get(item_id)
        if found is None:
            raise refusals.no_such_item()
        return found

    def named(self, name: str) -> list[Item]:
        """Items of this name, case ignored."""
        return [self._items[id] for id in self._by_name.get(name.casefold(), ())]

    def with_sku(self, sku: str) -> list[Item]:
        """Items of this SKU, case ignored."""
        return [self._items[id] for id in self._by_sku.get(sku.casefold(), ())]

    def show(self, item: Item) -> Shape:
        """The full item as Zoho shows it."""
        return item_detail(item, self._org, "warehouse" if self._switches.warehouse_words else "location")

    def create(self, body: Mapping[str, Any], author: str) -> Item:
        """A new item with its opening stock. Raises `Refusal`."""
        changes = item_module.read_changes(body, self._org)
        if "name" not in changes:
            raise refusals.invalid("name")
        now = int(self._clock.now())
        item = Item(self._org.ids.new(), "", now, now, source="api" if author == "api" else "user")
        self._check_kind(item, changes)
        if changes.get("item_type") == "inventory":
            item.lying = self._opening_stock(body)
            item.on_hand = item.physical = rounded(sum(item.lying.values()), self._org.quantity_precision)
        self._check_names(item, changes)
        _set(item, changes)
        self._items[item.id] = item
        self._index(item)
        self._changed(author, item.id, None, item)
        return item

    def update(self, item: Item, body: Mapping[str, Any], author: str) -> None:
        """Change what the body names. Stock keys are ignored. Raises `Refusal`."""
        changes = item_module.read_changes(body, self._org)
        self._check_kind(item, changes)
        self._check_names(item, changes)
        if self._switches.put_changes_status and body.get("status") in ("active", "inactive"):
            changes["status"] = body["status"]
        if "custom" in changes:
            changes["custom"] = {**item.custom, **changes["custom"]}
        if changes.get("tax_id"):
            changes.setdefault("is_taxable", True)
        self.set(item, changes, author)

    def set(self, item: Item, changes: Changes, author: str) -> None:
        """Apply checked changes; an item that stays as it was counts as changed all the same."""
        before = self._snapshot(item)
        self._unindex(item)
        _set(item, changes)
        self._index(item)
        item.modified = int(self._clock.now())
        self._changed(author, item.id, before, item)

    def move(self, item: Item, delta: Number, author: str, location_id: str = "") -> None:
        """Move both books by `delta` units, at a location or at the primary one."""
        self._book(item, author, {"on_hand": delta, "physical": delta}, location_id)

    def commit(self, item: Item, quantity: Number, author: str) -> None:
        """Promise units to a confirmed order; a negative quantity releases them."""
        self.book(item, author, committed=quantity, to_ship=quantity)

    def book(self, item: Item, author: str, **moves: Number) -> None:
        """Move figures of stock, by their names in `Item`, at the primary location."""
        self._book(item, author, moves)

    def _book(self, item: Item, author: str, moves: Mapping[str, Number], location_id: str = "") -> None:
        before = self._snapshot(item)
        if "on_hand" in moves:
            id = location_id or self._org.location_id
            lies = item.lying.get(id, 0) + moves["on_hand"]
            item.lying = {**item.lying, id: rounded(lies, self._org.quantity_precision)}
        for name, delta in moves.items():
            setattr(item, name, rounded(getattr(item, name) + delta, self._org.quantity_precision))
        self._moved(item, before, author)

    def delete(self, items: Iterable[Item], author: str) -> None:
        for item in items:
            before = self._snapshot(item)
            self._unindex(item)
            del self._items[item.id]
            self._changed(author, item.id, before, None)

    def _moved(self, item: Item, before: Shape | None, author: str) -> None:
        item.in_use = True
        if self._switches.adjustments_touch_items:
            item.modified = int(self._clock.now())
        self._changed(author, item.id, before, item)

    def _snapshot(self, item: Item) -> Shape | None:
        """The item as it is, if anybody will hear of it."""
        return self.show(item) if self.watchers else None

    def _changed(self, author: str, item_id: str, before: Shape | None, item: Item | None) -> None:
        self.generation += 1
        if not self.watchers:
            return
        after = self.show(item) if item is not None else None
        edit = Edit(author, "zoho", item_id, before, after, self._clock.now())
        for watcher in list(self.watchers):
            watcher(edit)

    def _opening_stock(self, body: Mapping[str, Any]) -> dict[str, Number]:
        if self._switches.inventory_account_required and not body.get("inventory_account_id"):
            raise refusals.invalid("inventory_account_id")
        if self._switches.warehouse_words:
            body = {name: value for name, value in body.items() if name != "locations"}
        stock = item_module.read_opening_stock(body, self._org)
        return {} if self._switches.initial_stock_ignored else stock

    def _check_kind(self, item: Item, changes: Changes) -> None:
        """Services carry no stock, and a used item stays tracked or untracked."""
        item_type = changes.get("item_type", item.item_type)
        product_type = changes.get("product_type", item.product_type)
        if item_type == "inventory" and product_type == "service":
            raise refusals.invalid("item_type" if "item_type" in changes else "product_type")
        if item.in_use and (item_type == "inventory") != item.tracked:
            raise refusals.invalid("item_type")

    def _check_names(self, item: Item, changes: Changes) -> None:
        name, sku = changes.get("name", item.name), changes.get("sku", item.sku)
        if not name:
            raise refusals.invalid("name")
        if self._switches.angle_brackets_refused and ("<" in name or ">" in name):
            raise refusals.invalid("name")
        repeated = self._org.preferences.duplicate_item_names
        if repeated and not sku and ("sku" in changes or not item.name):
            raise refusals.invalid("sku")
        if self._switches.unique_names and not repeated and self._clashes(item, name, self.named(name), "name"):
            raise refusals.taken(name)
        if sku and self._switches.unique_skus and self._clashes(item, sku, self.with_sku(sku), "sku"):
            raise refusals.taken(sku, self._switches.sku_taken_code)

    def _clashes(self, item: Item, text: str, others: list[Item], attribute: str) -> bool:
        fold = self._switches.fold_case
        return any(other is not item and (fold or getattr(other, attribute) == text) for other in others)

    def _index(self, item: Item) -> None:
        self._by_name[item.name.casefold()].append(item.id)
        if item.sku:
            self._by_sku[item.sku.casefold()].append(item.id)

    def _unindex(self, item: Item) -> None:
        _drop(self._by_name, item.name.casefold(), item.id)
        if item.sku:
            _drop(self._by_sku, item.sku.casefold(), item.id)


def _drop(index: dict[str, list[str]], key: str, item_id: str) -> None:
    index[key].remove(item_id)
    if not index[key]:
        del index[key]


def _set(item: Item, changes: Changes) -> None:
    for name, value in changes.items():
        if name in ATTRIBUTES:
            setattr(item, name, value)
        elif value in ("", 0, None):
            item.more.pop(name, None)
        else:
            item.more[name] = value
