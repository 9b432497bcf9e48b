"""Synthetic orders of a store: placed long ago by its users and by guests, for goods that its catalogue has.

They are plain data for both sides: what the store has, and what a person or
another tool may have carried into Zoho, under the number "CS-<order id>".
"""

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.cscart import CsCart
from cscart_zoho_sim.cscart.cart import Wanted
from cscart_zoho_sim.cscart.figures import rounded
from cscart_zoho_sim.cscart.order import Order
from cscart_zoho_sim.cscart.orders import Placement
from cscart_zoho_sim.customers import FIRST, LAST, PLACES

#: The orders of the reference product's screenshot, and how many of them Zoho has.
REFERENCE, IN_ZOHO = 439, 63
FIRST_ID = 101
DAY = 86_400
#: So far back they go, and so many of them are older than the column `updated_at`.
SPAN_DAYS, OLD_SHARE = 540, 0.6
#: Letters by how common they are; among the newest orders few are complete.
STATUSES = ("C", "P", "O", "I", "F", "D", "B")
_USUAL, _NEWEST, _NEWEST_SHARE = (56, 22, 8, 6, 3, 3, 2), (10, 30, 50, 5, 2, 2, 1), 0.1
_GUEST_SHARE, _COUPON_SHARE, _LINE_DISCOUNT_SHARE = 0.12, 0.12, 0.08
_TAX, _TAXED_COUNTRIES = 6, ("DE", "FR")
_LINES = (1, 1, 1, 2, 2, 3, 4)


@dataclass(frozen=True)
class OrderedLine:
    """So many of a product at the price of one; `tax_rate` is what comes on top, in percent."""

    sku: str
    name: str
    quantity: int
    price: Decimal
    tax_rate: Decimal = Decimal(0)


@dataclass(frozen=True)
class StoreOrder:
    """One order of the store as anybody would write it down. Money is in `currency`, `tax` comes on top."""

    order_id: int
    placed_at: int
    status: str
    email: str
    firstname: str
    lastname: str
    phone: str
    #: 0 for a guest.
    user_id: int
    lines: tuple[OrderedLine, ...]
    shipping: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal
    currency: str = "USD"
    #: address, city, state, country, zipcode
    address: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def number(self) -> str:
        """The number that tools give it in Zoho."""
        return f"CS-{self.order_id}"

    @property
    def date(self) -> str:
        """yyyy-mm-dd, in the store's time zone, here UTC."""
        return datetime.fromtimestamp(self.placed_at, UTC).strftime("%Y-%m-%d")


def fill(cscart: CsCart, seed: int, count: int = REFERENCE, popular: Collection[str] = ()) -> list[StoreOrder]:
    """Give the store so many orders of the past; no stock moves. Answers them, the oldest first.

    Half of the orders are only for products whose SKU is among `popular`.
    """
    return _Filling(cscart, random.Random(f"orders {seed}"), count, popular).fill()


class _Filling:
    def __init__(self, cscart: CsCart, rng: random.Random, count: int, popular: Collection[str]) -> None:
        self.cscart, self.rng, self.count = cscart, rng, count
        self.now = int(cscart.users_kept.clock.now())
        rows = [row for row in cscart.products().values() if Decimal(row["price"]) > 0 and row["status"] == "A"]
        self.products = rows
        self.popular = [row for row in rows if row["product_code"] in popular] or rows
        self.users = list(cscart.users())

    def fill(self) -> list[StoreOrder]:
        if not self.products:
            return []
        self.cscart.desk.set_tax(_TAX, 10, countries=_TAXED_COUNTRIES)
        return [self._order(place) for place in range(self.count)]

    def _order(self, place: int) -> StoreOrder:
        age = 1 - place / self.count
        placed_at = self.now - int(age * SPAN_DAYS * DAY) - self.rng.randrange(3600, DAY)
        placement = Placement(
            wanted=self._wanted(),
            payment_id=str(self.rng.choice((1, 1, 2))),
            shipping_id="1",
            **self._customer(),
            discount=self._coupon(),
        )
        old = place < self.count * OLD_SHARE
        columns = {
            "timestamp": str(placed_at),
            "updated_at": "0" if old else str(min(self.now - 60, placed_at + self.rng.randrange(3 * DAY))),
            "status": self._status(age),
            "notes": self.rng.choice(("", "", "", "Please ring twice.")),
            "details": "",
        }
        order = self.cscart.desk.orders.plant(placement, FIRST_ID + place, columns)
        return written_down(order)

    def _wanted(self) -> list[Wanted]:
        shelf = self.popular if self.rng.random() < 0.5 else self.products
        rows = self.rng.sample(shelf, min(len(shelf), self.rng.choice(_LINES)))
        cheaper = self.rng.random() < _LINE_DISCOUNT_SHARE
        return [
            Wanted(int(row["product_id"]), self.rng.choice((1, 1, 1, 2, 3, 5)), _tenth(row) if cheaper else Decimal(0))
            for row in rows
        ]

    def _customer(self) -> dict[str, Any]:
        if self.users and self.rng.random() >= _GUEST_SHARE:
            return {"user_id": self.rng.choice(self.users)}
        number = self.rng.randrange(1, 40)
        own = random.Random(f"guest {number}")  # who comes back is the same person
        country, _, state, city, zipcode = own.choice(PLACES)
        name = {"firstname": own.choice(FIRST), "lastname": own.choice(LAST)}
        place = {"city": city, "state": state, "country": country, "zipcode": zipcode}
        place["address"] = f"{number} Guest Road"
        sides = {f"{side}_{column}": value for side in "bs" for column, value in {**place, **name}.items()}
        phone = f"+1 555 01{own.randrange(100):02d}"
        return {"customer": {**name, "email": f"guest{number}@example.com", "phone": phone, **sides}}

    def _coupon(self) -> Decimal:
        return Decimal(self.rng.choice((250, 500, 1000))) / 100 if self.rng.random() < _COUPON_SHARE else Decimal(0)

    def _status(self, age: float) -> str:
        weights = _NEWEST if age <= _NEWEST_SHARE else _USUAL
        return self.rng.choices(STATUSES, weights)[0]


def _tenth(row: dict[str, Any]) -> Decimal:
    return rounded(Decimal(row["price"]) / 10, 2)


def written_down(order: Order) -> StoreOrder:
    """An order of the simulated store as plain data."""
    on_top = {id: rate for id, rate in order.figures.rates.items() if not rate.included}
    lines = tuple(
        OrderedLine(
            line.code,
            line.name,
            line.amount,
            line.price,
            sum((on_top[id].rate for id in line.tax_ids if id in on_top), Decimal(0)),
        )
        for line in order.lines.values()
    )
    columns = ("address", "city", "state", "country", "zipcode")
    return StoreOrder(
        order_id=order.id,
        placed_at=int(order["timestamp"]),
        status=order.status,
        email=order["email"],
        firstname=order["firstname"],
        lastname=order["lastname"],
        phone=order["phone"],
        user_id=int(order["user_id"]),
        lines=lines,
        shipping=order.figures.shipping,
        discount=order.figures.subtotal_discount,
        tax=order.figures.tax_added,
        total=order.figures.total,
        currency=order.currency,
        address={name: order[f"s_{name}"] or order[f"b_{name}"] for name in columns},
    )
