"""All products of the store, with the order of each sorting kept up to date.

A list page must not sort 300,000 products: a sorting is built when it is first
asked for and then kept in step with every change.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cscart_zoho_sim.cscart.columns import Product
from cscart_zoho_sim.cscart.damage import number

Key = tuple[Any, int]

SORTINGS: dict[str, Callable[[int, Product], Any]] = {
    "product": lambda _id, row: row["product"].casefold(),
    "code": lambda _id, row: row["product_code"].casefold(),
    "status": lambda _id, row: row["status"],
    "price": lambda _id, row: number(row["price"]),
    "list_price": lambda _id, row: number(row["list_price"]),
    "weight": lambda _id, row: number(row["weight"]),
    "amount": lambda _id, row: number(row["amount"]),
    "timestamp": lambda _id, row: int(row["timestamp"]),
    "updated_timestamp": lambda _id, row: int(row["updated_timestamp"]),
    "position": lambda _id, _row: 0,
    "company": lambda _id, row: row["company_id"],
    "popularity": lambda _id, _row: 0,
    # no order at all: neither by id nor by age, but the same one each time in a quiet store
    "null": lambda product_id, _row: product_id * 2_654_435_761 % 2**32,
}
"""`sort_by` -> what is compared. There is no sorting by id: an unknown name becomes "null"."""


class Ordered:
    """The ids in the order of one sorting; equal keys by id, upwards in both directions."""

    def __init__(self, key: Callable[[int, Product], Any], rows: dict[int, Product], descending: bool) -> None:
        self._key = key
        self._sign = -1 if descending else 1
        self._keys: list[Key] = sorted(self._of(product_id, row) for product_id, row in rows.items())

    def _of(self, product_id: int, row: Product) -> Key:
        return self._key(product_id, row), self._sign * product_id

    def add(self, product_id: int, row: Product) -> None:
        insort(self._keys, self._of(product_id, row))

    def remove(self, product_id: int, row: Product) -> None:
        del self._keys[bisect_left(self._keys, self._of(product_id, row))]

    def replace(self, product_id: int, before: Product, after: Product) -> None:
        """Move a changed product to its new place, if the place changes."""
        if self._of(product_id, before) != self._of(product_id, after):
            self.remove(product_id, before)
            self.add(product_id, after)

    def page(self, start: int, count: int) -> list[int]:
        """`count` ids from position `start`."""
        if self._sign > 0:
            return [product_id for _, product_id in self._keys[start : start + count]]
        end = max(0, len(self._keys) - start)
        return [-product_id for _, product_id in reversed(self._keys[max(0, end - count) : end])]

    def at_least(self, lowest: Any) -> list[int]:
        """The ids whose key is not below `lowest`."""
        found = self._keys[bisect_left(self._keys, (lowest, -(2**62))) :]
        return [abs(product_id) for _, product_id in found]

    def __iter__(self) -> Iterator[int]:
        return iter(self.page(0, len(self._keys)))


class Products:
    """id -> row, with sortings. Rows are replaced, never changed in place."""

    def __init__(self) -> None:
        self.rows: dict[int, Product] = {}
        self.variations: dict[int, list[int]] = {}
        self.highest_id = 0
        self._ordered: dict[tuple[str, bool], Ordered] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, product_id: int) -> Product | None:
        """The row of a product, or None."""
        return self.rows.get(product_id)

    def new_id(self) -> int:
        """Ids only grow, also after a deletion."""
        self.highest_id += 1
        return self.highest_id

    def put(self, product_id: int, row: Product) -> None:
        """Store a new or changed row."""
        before = self.rows.get(product_id)
        self.rows[product_id] = row
        self.highest_id = max(self.highest_id, product_id)
        for order in self._ordered.values():
            if before is None:
                order.add(product_id, row)
            else:
                order.replace(product_id, before, row)
        parent = int(row.get("parent_product_id", 0))
        if before is None and parent:
            self.variations.setdefault(parent, []).append(product_id)

    def drop(self, product_id: int) -> None:
        """Forget a product. Raises KeyError when there is none."""
        row = self.rows.pop(product_id)
        for order in self._ordered.values():
            order.remove(product_id, row)
        siblings = self.variations.get(int(row.get("parent_product_id", 0)), [])
        if product_id in siblings:
            siblings.remove(product_id)

    def ordered(self, sort_by: str, descending: bool) -> Ordered:
        """The ids by a name of SORTINGS."""
        order = self._ordered.get((sort_by, descending))
        if order is None:
            order = Ordered(SORTINGS[sort_by], self.rows, descending)
            self._ordered[sort_by, descending] = order
        return order

    def sort(self, ids: Sequence[int], sort_by: str, descending: bool) -> list[int]:
        """Some ids in the order of a sorting; only when they are many is it worth building it for all."""
        if len(ids) * 20 > len(self.rows):
            wanted = set(ids)
            return [each for each in self.ordered(sort_by, descending) if each in wanted]
        key, sign = SORTINGS[sort_by], -1 if descending else 1
        return sorted(ids, key=lambda each: (key(each, self.rows[each]), sign * each), reverse=descending)

    def updated_since(self, timestamp: int) -> list[int]:
        """The ids whose `updated_timestamp` is not before `timestamp`."""
        return self.ordered("updated_timestamp", False).at_least(timestamp)
