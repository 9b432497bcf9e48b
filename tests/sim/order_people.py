"""People who buy, pay, change their minds, ship and count, on both sides at once."""

import contextlib
from dataclasses import dataclass
from typing import Any

from cscart_zoho_sim.cscart.catalogue import Refused
from cscart_zoho_sim.zoho.refusals import Refusal
from tests.sim.working import Todo, Working


@dataclass
class OrderPeople(Working):
    """Random work around orders; `edits` counts what was done. `counting`: an amount of the store is being typed."""

    counting: bool = False
    #: Orders that failed or were cancelled are paid after all.
    come_back: bool = False

    refusals = (Refusal, Refused)

    def _todo(self) -> Todo:
        return [
            (30, self._place),
            (16, self._pay),
            (8, self._cancel),
            (6, self._edit_lines),
            (4, self._edit_address),
            (1, self._delete),
            (7, self._sell_in_zoho),
            (4, self._edit_in_zoho),
            (7, self._confirm),
            (4, self._void),
            (5, self._ship),
            (2, self._invoice),
            (6, self._count_in_store),
            (6, self._count_in_zoho),
            *([(8, self._pay_after_all)] if self.come_back else []),
        ]

    def settle_in(self, products: int = 5, users: int = 3) -> None:
        """What is there before the connector is: products on both sides, and customers."""
        for n in range(products):
            price = self.rng.randint(100, 99999) / 100
            self.world.cscart.add_product(
                product=f"Product {n}", product_code=f"SKU-{n}", price=str(price), amount="60", status="A"
            )
            self.world.zoho.add_item(name=f"Product {n}", sku=f"SKU-{n}", rate=price, stock_on_hand=60)
        for n in range(users):
            self.world.cscart.add_user(firstname="Ann", lastname=f"Example {n}", email=f"u{n}@example.com")
        for _ in range(4):
            self._place()

    # The store

    def _lines(self) -> list[tuple[int, int]]:
        products = sorted(self.world.cscart.products())
        some = self.rng.sample(products, min(len(products), self.rng.randint(1, 3)))
        return [(product, self.rng.randint(1, 4)) for product in some]

    def _place(self) -> None:
        users = sorted(self.world.cscart.users())
        if users and self.rng.random() < 0.7:
            self.world.cscart.place_order(user_id=self.rng.choice(users), lines=self._lines(), **self._money())
            return
        n = self.rng.randint(1, 4)  # the same guest comes back, or a user who did not log in
        email = f"guest{n}@example.com" if self.rng.random() < 0.8 else "u0@example.com"
        guest = {"email": email, "firstname": "Guest", "lastname": f"Number {n}", "b_address": f"{n} Example Road"}
        self.world.cscart.place_order(guest=guest, lines=self._lines(), **self._money())

    def _money(self) -> dict[str, Any]:
        """Now and then a coupon: what makes totals interesting."""
        return {"discount": str(self.rng.randint(1, 90) / 100)} if self.rng.random() < 0.3 else {}

    def _order(self, *statuses: str) -> int | None:
        found = [id for id, row in sorted(self.world.cscart.orders().items()) if row["status"] in statuses]
        return self.rng.choice(found) if found else None

    def _pay(self) -> None:
        if (order := self._order("O", "P")) is not None:
            self.world.cscart.set_order_status(order, self.rng.choice("PPPC"))

    def _cancel(self) -> None:
        if (order := self._order("O", "P", "C")) is not None:
            self.world.cscart.set_order_status(order, self.rng.choice("IIFD"))

    def _pay_after_all(self) -> None:
        """Zoho has voided it by then, or not yet."""
        if (order := self._order("F", "D", "I")) is not None:
            self.world.cscart.set_order_status(order, "P")

    def _edit_lines(self) -> None:
        if (order := self._order("O", "P")) is not None:
            self.world.cscart.edit_order(order, lines=self._lines())

    def edit_now(self, order: int) -> None:
        """A person changes the lines of this very order."""
        if self.world.cscart.orders().get(order, {}).get("status") in ("O", "P"):
            with contextlib.suppress(*self.refusals):
                self.world.cscart.edit_order(order, lines=self._lines())

    def _edit_address(self) -> None:
        if (order := self._order("O", "P")) is not None:
            self.world.cscart.edit_order(order, address={"b_address": f"{self._new()} Changed Street"})

    def _delete(self) -> None:
        if (order := self._order("I", "F", "D")) is not None:
            self.world.cscart.delete_order(order)

    def _count_in_store(self) -> None:
        product = self.rng.choice(sorted(self.world.cscart.products()))
        amount = int(self.world.cscart.product(product)["amount"])
        self.counting = True
        self.world.cscart.edit_product(product, amount=str(amount + self.rng.randint(1, 6)))
        self.counting = False

    # Zoho

    def _items(self) -> list[tuple[str, int, float]]:
        items = sorted(self.world.zoho.items())
        some = self.rng.sample(items, min(len(items), self.rng.randint(1, 2)))
        return [(item, self.rng.randint(1, 3), self.rng.randint(100, 9999) / 100) for item in some]

    def _sell_in_zoho(self) -> None:
        contacts = sorted(self.world.zoho.contacts())
        contact = self.rng.choice(contacts) if contacts else self.world.zoho.add_contact(contact_name="Example Walk-in")
        self.world.zoho.add_salesorder(contact, self._items())

    def _sale(self, *statuses: str, own: bool = False) -> str | None:
        """A sales order with one of these statuses; `own` = one that was typed into Zoho."""
        found = [
            id
            for id, row in sorted(self.world.zoho.salesorders().items())
            if row["status"] in statuses and not (own and row["salesorder_number"].startswith("CS-"))
        ]
        return self.rng.choice(found) if found else None

    def _edit_in_zoho(self) -> None:
        if (order := self._sale("draft", "confirmed", own=True)) is not None:
            self.world.zoho.edit_salesorder(order, lines=self._items())

    def _confirm(self) -> None:
        if (order := self._sale("draft")) is not None:
            self.world.zoho.confirm(order)

    def _void(self) -> None:
        if (order := self._sale("draft", "confirmed")) is not None:
            self.world.zoho.void(order)

    def _ship(self) -> None:
        if (order := self._sale("confirmed")) is not None:
            self.world.zoho.ship(order)

    def _invoice(self) -> None:
        if (order := self._sale("confirmed")) is not None:
            self.world.zoho.invoice(order)

    def _count_in_zoho(self) -> None:
        item = self.rng.choice(sorted(self.world.zoho.items()))
        self.world.zoho.move_stock(item, self.rng.randint(1, 6))
