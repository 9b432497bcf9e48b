"""Seeded synthetic catalogues of any size, in the proportions of the reference shop."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

THINGS = ("Lamp", "Chair", "Kettle", "Notebook", "Rope", "Mug", "Shelf", "Basket", "Clock", "Blanket", "Brush", "Bowl")
LOOKS = ("plain", "striped", "dotted", "blue", "red", "green", "grey", "small", "large", "folding", "round", "square")

#: The reference shop's screenshot, as the demo has it: products in the store, of which so many have a
#: partner in Zoho, and items in Zoho without a partner.
STORE_PRODUCTS, PAIRED, ZOHO_ONLY = 272, 102, 43


@dataclass(frozen=True)
class Sample:
    """One synthetic product, before either side has its own form of it."""

    sku: str
    name: str
    price: Decimal
    list_price: Decimal
    text: str
    stock: int
    weight: Decimal
    active: bool = True
    taxable: bool = True

    def product(self) -> dict[str, Any]:
        """As an administrator types it into CS-Cart."""
        return {
            "product": self.name,
            "product_code": self.sku,
            "price": str(self.price),
            "list_price": str(self.list_price),
            "full_description": self.text,
            "amount": str(self.stock),
            "weight": str(self.weight),
            "status": "A" if self.active else "D",
            "tax_ids": ["6"] if self.taxable else [],
        }

    def item(self) -> dict[str, Any]:
        """As a person types it into Zoho."""
        return {
            "name": self.name,
            "sku": self.sku,
            "rate": float(self.price),
            "label_rate": float(self.list_price),
            "description": self.text,
            "stock_on_hand": self.stock,
            "status": "active" if self.active else "inactive",
            "is_taxable": self.taxable,
            "unit": "pcs",
            "package_details": {"weight": float(self.weight), "weight_unit": "kg"},
        }


def samples(rng: random.Random, number: int, prefix: str) -> Iterator[Sample]:
    """`number` different products; their SKUs begin with `prefix`."""
    for n in range(1, number + 1):
        thing, look = rng.choice(THINGS), rng.choice(LOOKS)
        price = Decimal(rng.randrange(150, 25000)) / 100
        yield Sample(
            sku=f"{prefix}-{n:05}",
            name=f"Example {thing.lower()}, {look}, no. {prefix}{n}",
            price=price,
            list_price=(price * Decimal("1.2")).quantize(Decimal("0.01")) if rng.random() < 0.3 else Decimal(0),
            text=f"A synthetic {look} {thing.lower()} for demonstrations.",
            stock=rng.randrange(0, 120),
            weight=Decimal(rng.randrange(50, 8000)) / 1000,
            active=rng.random() < 0.95,
            taxable=rng.random() < 0.9,
        )


@dataclass(frozen=True)
class Catalogue:
    """What stands on each side before the first sync."""

    products: tuple[Sample, ...]
    items: tuple[Sample, ...]


def reference(rng: random.Random, products: int = STORE_PRODUCTS) -> Catalogue:
    """A store of so many products, and a Zoho with partners and strangers in the reference shop's proportions.

    Most partners are equal. In the demo's size six differ in name or price, and
    four in stock, as in a shop that two people have kept by hand.
    """
    paired, only = PAIRED * products // STORE_PRODUCTS, ZOHO_ONLY * products // STORE_PRODUCTS
    store = tuple(samples(rng, products, "CS"))
    partners = list(store[:paired])
    for n in range(min(6, paired)):
        partners[n] = _edited(partners[n], n)
    for n in range(6, min(10, paired)):
        partners[n] = replace(partners[n], stock=partners[n].stock + 5)
    return Catalogue(store, (*partners, *samples(rng, only, "ZO")))


def _edited(sample: Sample, n: int) -> Sample:
    if n % 2:
        return replace(sample, price=sample.price + 1)
    return replace(sample, name=f"{sample.name} (old name)")


def nasty() -> Catalogue:
    """Products that a connector must refuse one by one, without harm to the others. Ten rows in the store."""
    plain = Sample("N-1", "Example plain", Decimal("10.00"), Decimal(0), "Plain.", 5, Decimal("0.5"))
    store = (
        plain,
        replace(plain, sku="", name="Example without SKU"),
        replace(plain, sku="N-2", name="Example twin one"),
        replace(plain, sku="N-2", name="Example twin two"),
        replace(plain, sku="N-3", name="Example case"),
        replace(plain, sku="N-4", name="Example with a long name " + "x" * 230),
        replace(
            plain,
            sku="N-5",
            name="Example <b>markup</b>",
            text="<p>Bold &amp; <b>brave</b><script>alert(1)</script></p>",
        ),
        replace(plain, sku="N-6", name="Example smile \U0001f600"),
        replace(plain, sku="N-7", name="Example free", price=Decimal(0)),
        replace(plain, sku="N-8", name="Example out of stock", stock=0),
    )
    return Catalogue(store, (replace(plain, sku="n-3", name="Example case in Zoho"),))
