"""People who go on working in both systems while the connector syncs. Every value they type is new."""

from dataclasses import dataclass
from decimal import Decimal

from tests.sim.working import Todo, Working


@dataclass
class People(Working):
    """Random work on both sides; `edits` counts what they did."""

    def _todo(self) -> Todo:
        return [
            (30, self._edit_product),
            (25, self._edit_item),
            (20, self._sell_in_store),
            (15, self._move_in_zoho),
            (6, self._add_product),
            (5, self._add_item),
            (4, self._add_to_both),
            (2, self._delete_product),
            (2, self._delete_item),
        ]

    def settle_in(self, number: int) -> None:
        """The records that are there before the connector is."""
        for _ in range(number):
            self.rng.choice([self._add_product, self._add_item, self._add_to_both])()

    def _price(self) -> str:
        return str(Decimal(1000 + self._new()) / 100)

    def _product(self, sku: str) -> dict[str, str]:
        return {
            "product": f"Name {self._new()}",
            "product_code": sku,
            "price": self._price(),
            "full_description": f"Text {self._new()}",
            "amount": "500",
            "status": "A",
        }

    def _item(self, sku: str) -> dict[str, object]:
        return {
            "name": f"Name {self._new()}",
            "sku": sku,
            "rate": float(self._price()),
            "description": f"Text {self._new()}",
            "stock_on_hand": 500,
        }

    def _add_product(self) -> None:
        self.world.cscart.add_product(**self._product(f"SKU-{self._new()}"))

    def _add_item(self) -> None:
        self.world.zoho.add_item(**self._item(f"SKU-{self._new()}"))

    def _add_to_both(self) -> None:
        sku = f"SKU-{self._new()}"
        self.world.cscart.add_product(**self._product(sku))
        self.world.zoho.add_item(**self._item(sku))

    def _some_product(self) -> int | None:
        ids = sorted(self.world.cscart.products())
        return self.rng.choice(ids) if ids else None

    def _some_item(self) -> str | None:
        ids = sorted(self.world.zoho.items())
        return self.rng.choice(ids) if ids else None

    def _edit_product(self) -> None:
        if (product := self._some_product()) is None:
            return
        change: dict[str, str] = self.rng.choice(
            [
                {"product": f"Name {self._new()}"},
                {"price": self._price()},
                {"full_description": f"Text {self._new()}"},
                {"status": self.rng.choice("AD")},
            ]
        )
        self.world.cscart.edit_product(product, **change)

    def _edit_item(self) -> None:
        if (item := self._some_item()) is None:
            return
        change: dict[str, object] = self.rng.choice(
            [
                {"name": f"Name {self._new()}"},
                {"rate": float(self._price())},
                {"description": f"Text {self._new()}"},
                {"status": self.rng.choice(["active", "inactive"])},
            ]
        )
        self.world.zoho.edit_item(item, **change)

    def _sell_in_store(self) -> None:
        if (product := self._some_product()) is not None:
            self.world.cscart.order(product, self.rng.randint(1, 3))

    def _move_in_zoho(self) -> None:
        if (item := self._some_item()) is not None:
            self.world.zoho.move_stock(item, self.rng.choice([-3, -2, -1, 1, 2]))

    def _delete_product(self) -> None:
        if len(self.world.cscart.products()) > 6 and (product := self._some_product()) is not None:
            self.world.cscart.delete_product(product)

    def _delete_item(self) -> None:
        if len(self.world.zoho.items()) > 6 and (item := self._some_item()) is not None:
            self.world.zoho.delete_item(item)
