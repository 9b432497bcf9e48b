"""Synthetic products of any number: seeded, and obviously nobody's."""

import html
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.cscart import CsCart
from cscart_zoho_sim.zoho import Zoho

_COLOURS = ("amber", "blue", "cream", "green", "grey", "ivory", "lilac", "orange", "pink", "red", "teal", "white")
_THINGS = (
    *("apron", "basket", "blanket", "bottle", "bowl", "brush", "candle", "chair", "clock", "cushion", "desk"),
    *("folder", "glove", "hammer", "jug", "kettle", "lamp", "mug", "notebook", "plate", "rug", "scarf", "shelf"),
    *("spoon", "stool", "tent", "torch", "towel", "tray", "vase"),
)
_SERVICES = ("course", "guide to download", "pattern to download", "support hour")
_UNITS = ("pcs", "box", "kg", "m")
#: Ids of the fresh simulated store: categories for goods, the one for services, the tax.
_GOODS_CATEGORIES, _SERVICE_CATEGORY, _TAX = (1, 2, 3), 4, "6"
#: One product in so many is a service; shares of those that are disabled, hidden, sold out.
_SERVICE_EVERY, _DISABLED_SHARE, _HIDDEN_SHARE, _SOLD_OUT_SHARE = 30, 0.05, 0.02, 0.08


@dataclass(frozen=True)
class Mix:
    """How many products a store has, how many of them Zoho has too, and what Zoho has alone."""

    store: int
    shared: int
    only_zoho: int

    def scaled(self, store: int) -> "Mix":
        """The same proportions for a store of another size."""
        return Mix(store, round(self.shared * store / self.store), round(self.only_zoho * store / self.store))


#: The shop of the reference product's screenshot, with a store one can look at:
#: 145 Zoho items, of which 102 are in the store and 43 are not.
REFERENCE = Mix(store=272, shared=102, only_zoho=43)


@dataclass(frozen=True)
class Good:
    """One synthetic product, in nobody's format. Texts are plain; an amount is whole units."""

    sku: str
    name: str
    price: Decimal
    list_price: Decimal
    text: str
    summary: str
    status: str
    amount: int
    weight: Decimal
    taxed: bool
    unit: str
    service: bool
    category: int

    def product(self) -> dict[str, str]:
        """What an administrator types into the store."""
        return {
            "product": self.name,
            "product_code": self.sku,
            "price": str(self.price),
            "list_price": str(self.list_price),
            "full_description": f"<p>{html.escape(self.text)}</p>",
            "short_description": self.summary,
            "status": self.status,
            "amount": str(self.amount),
            "weight": str(self.weight),
            "tax_ids": _TAX if self.taxed else "",
            "tracking": "D" if self.service else "B",
            "is_edp": "Y" if self.service else "N",
            "category_ids": str(self.category),
        }

    def item(self) -> dict[str, Any]:
        """What a person types into Zoho."""
        typed: dict[str, Any] = {
            "name": self.name,
            "sku": self.sku,
            "rate": float(self.price),
            "label_rate": float(self.list_price),
            "description": self.text,
            "unit": self.unit,
            "is_taxable": self.taxed,
            "status": "inactive" if self.status == "D" else "active",
            "product_type": "service" if self.service else "goods",
        }
        if self.weight:
            typed["package_details"] = {"weight": float(self.weight), "weight_unit": "kg"}
        if not self.service:
            typed["stock_on_hand"] = self.amount
        return typed


def goods(count: int, seed: int, first: int = 1) -> Iterator[Good]:
    """`count` goods from number `first` on. A number is the same good in every catalogue of a seed."""
    for number in range(first, first + count):
        yield good(number, seed)


def good(number: int, seed: int) -> Good:
    """One good. Its number makes its name and its SKU its own."""
    rng = random.Random(seed * 1_000_003 + number)
    service = number % _SERVICE_EVERY == 0
    colour, thing = rng.choice(_COLOURS), rng.choice(_SERVICES if service else _THINGS)
    name = f"Example {thing} {number:05}" if service else f"Example {thing}, {colour}, {number:05}"
    price = Decimal(rng.randint(100, 50_000)) / 100
    chance = rng.random()
    return Good(
        sku=f"EX-{number:05}",
        name=name,
        price=price,
        list_price=price + rng.choice((0, 0, 5, 10)),
        text=f"A synthetic {thing} for tests and demonstrations. It has the number {number} and no buyer.",
        summary=f"Synthetic {thing} {number}.",
        status="D" if chance < _DISABLED_SHARE else "H" if chance < _DISABLED_SHARE + _HIDDEN_SHARE else "A",
        amount=0 if service or rng.random() < _SOLD_OUT_SHARE else rng.randint(1, 200),
        weight=Decimal(0) if service else Decimal(rng.randint(50, 9000)) / 1000,
        taxed=rng.random() < 0.9,
        unit="pcs" if service else rng.choice(_UNITS),
        service=service,
        category=_SERVICE_CATEGORY if service else rng.choice(_GOODS_CATEGORIES),
    )


def fill(cscart: CsCart, zoho: Zoho, mix: Mix, seed: int, differences: bool = False) -> None:
    """Put a mix on both sides. Pairs are equal, but for a few when `differences` are wanted."""
    shared = set(random.Random(seed).sample(range(1, mix.store + 1), mix.shared))
    pairs = []
    for number, each in enumerate(goods(mix.store, seed), 1):
        cscart.add_product(**each.product())
        if number in shared:
            pairs.append(each)
    for each in _changed(pairs) if differences else pairs:
        zoho.add_item(**each.item())
    for each in goods(mix.only_zoho, seed, first=mix.store + 1):
        zoho.add_item(**each.item())


def _changed(pairs: list[Good]) -> list[Good]:
    """The pairs as Zoho has them: three other prices, three other names, four other amounts."""
    changed, wanted = list(pairs), ["price"] * 3 + ["name"] * 3 + ["amount"] * 4
    for place, each in enumerate(pairs):
        if each.service or not wanted or place % 5:
            continue
        what = wanted.pop(0)
        if what == "price":
            changed[place] = replace(each, price=each.price + Decimal("2.50"))
        elif what == "name":
            changed[place] = replace(each, name=f"{each.name} (old name)")
        else:
            changed[place] = replace(each, amount=each.amount + 7)
    return changed


def fill_from_store(cscart: CsCart, zoho: Zoho, seed: int) -> None:
    """Give Zoho equal items for a part of a store's products, and some of its own, in the reference proportions."""
    rows = [row for row in cscart.products().values() if _fits(row)]
    mix = REFERENCE.scaled(len(cscart.catalogue.products))
    for row in random.Random(seed).sample(rows, min(mix.shared, len(rows))):
        zoho.add_item(**_item_of(row))
    for each in goods(mix.only_zoho, seed):
        zoho.add_item(**each.item())


def _fits(row: dict[str, Any]) -> bool:
    """Zoho has no place for a product without a SKU, or with a name of more than 100 characters."""
    return bool(row["product_code"].strip()) and 0 < len(row["product"].strip()) <= 100


def _item_of(row: dict[str, Any]) -> dict[str, Any]:
    """A stored product as somebody would have typed it into Zoho: its description without markup."""
    text = html.unescape(re.sub(r"<[^>]*>", "", row["full_description"] or ""))
    typed: dict[str, Any] = {
        "name": row["product"],
        "sku": row["product_code"],
        "rate": float(row["price"]),
        "label_rate": float(row["list_price"]),
        "description": text.strip()[:2000],
        "unit": "pcs",
        "is_taxable": bool(row["tax_ids"]),
        "status": "inactive" if row["status"] == "D" else "active",
        "stock_on_hand": max(0, int(row["amount"])),
    }
    if float(row["weight"]):
        typed["package_details"] = {"weight": float(row["weight"]), "weight_unit": "kg"}
    return typed
