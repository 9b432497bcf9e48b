"""From what somebody wants to lines of an order: what the catalogue has of it, at which price."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.cscart import damage
from cscart_zoho_sim.cscart.catalogue import Catalogue
from cscart_zoho_sim.cscart.columns import Product
from cscart_zoho_sim.cscart.figures import NOTHING, rounded
from cscart_zoho_sim.cscart.order import Group, Line

#: What `extra` of a line says that counts nothing (read in the code of order forms).
FREE = "exclude_from_calculate"
ZERO_INVENTORY = "<b>{}</b> has zero inventory and is removed from the cart"
TOO_FEW = "There is not enough of <b>{}</b> in stock"  # supposed words
#: What of a product says that it may be bought though none is left ("Buy in advance").
IN_ADVANCE = "B"


@dataclass(frozen=True)
class Wanted:
    """So many of a product. `discount` is what a promotion takes off each, `options` names -> values."""

    product_id: int
    amount: int
    discount: Decimal = NOTHING
    options: Mapping[str, str] = field(default_factory=dict)
    price: Decimal | None = None
    #: A promotion gives it away.
    gift: bool = False


@dataclass(frozen=True)
class ShippingRates:
    """What shipping costs: one part by the cost of the goods, one by their number, each from a limit on."""

    by_cost: Mapping[int, Decimal]
    by_items: Mapping[int, Decimal]

    def rate(self, cost: Decimal, items: int) -> Decimal:
        """Of one group of lines."""
        return _step(self.by_cost, cost) + _step(self.by_items, Decimal(items))


def _step(table: Mapping[int, Decimal], value: Decimal) -> Decimal:
    reached = [limit for limit in table if limit <= value]
    return table[max(reached)] if reached else NOTHING


def wanted(products: Any, *, key_0_is_skipped: bool) -> list[Wanted]:
    """The `products` of a request: an object, or a list, whose first place is the key 0."""
    pairs = (
        products.items() if isinstance(products, dict) else enumerate(products if isinstance(products, list) else ())
    )
    found = []
    for key, each in pairs:
        if not isinstance(each, Mapping) or (key_0_is_skipped and str(key) == "0"):
            continue
        product_id = int(damage.number(each.get("product_id", key)))
        found.append(Wanted(product_id, int(damage.number(each.get("amount", 1)))))
    return found


def item_id(product_id: int, options: Mapping[str, str]) -> str:
    """The store's hash of a product and its options (seen to be CRC-32 of the id where there are no options)."""
    parts = [str(product_id), *(f"{name}_{value}" for name, value in sorted(options.items()))]
    return str(zlib.crc32("_".join(parts).encode()))


def option_ids(name: str, value: str) -> tuple[str, str]:
    """The ids of an option and of its value: always the same ones for the same words."""
    option, chosen = (str(zlib.crc32(word.encode()) % 10**7) for word in (name, f"{name}: {value}"))
    return option, chosen


def is_tracked(product: Product) -> bool:
    """Whether its stock is counted."""
    return bool(product["tracking"] != "D" and product["is_edp"] != "Y")


def is_limited(product: Product) -> bool:
    """Whether no more are sold than there are."""
    return is_tracked(product) and product.get("out_of_stock_actions") != IN_ADVANCE


def of_catalogue(catalogue: Catalogue, each: Wanted, *, percent: Decimal, places: int) -> Line:
    """A line at the catalogue's price, less a catalogue promotion and the line's own discount. Raises KeyError."""
    product = catalogue.products.rows[each.product_id]
    base = rounded(damage.number(product["price"]), places)
    off = base if each.gift else rounded(base * percent / 100, places) + each.discount
    return Line(
        item_id=item_id(each.product_id, {**each.options, "gift": "Y"} if each.gift else each.options),
        product_id=each.product_id,
        amount=each.amount,
        price=max(NOTHING, base - off),
        base_price=base,
        discount=min(off, base),
        name=product["product"],
        code=product["product_code"],
        company_id=product["company_id"],
        is_edp=product["is_edp"] == "Y",
        tax_ids=tuple(filter(None, product["tax_ids"].split(","))),
        options=dict(each.options),
        gift=each.gift,
        product_updated=product["updated_timestamp"],
    )


def placed(
    catalogue: Catalogue, several: Iterable[Wanted], *, percent: Decimal, places: int, free: Mapping[int, int]
) -> tuple[dict[str, Line], list[str]]:
    """The lines, and what the store would say about those it dropped.

    Unknown products are dropped without a word, sold out ones with one; amounts
    are cut to the stock and to what the product is sold in at once, equal
    products become one line. `free` is stock that the order itself holds already.
    """
    lines: dict[str, Line] = {}
    dropped: list[str] = []
    for each in several:
        product = catalogue.products.get(each.product_id)
        if product is None or each.amount <= 0:
            continue
        line = of_catalogue(catalogue, each, percent=percent, places=places)
        before = sum(one.amount for one in lines.values() if one.product_id == line.product_id)
        same = lines.get(line.item_id)
        left = _left(product) + free.get(line.product_id, 0) - before
        amount = _sold(product, line.amount, left)
        if amount <= 0 and same is None:
            dropped.append((ZERO_INVENTORY if left <= 0 else TOO_FEW).format(product["product"]))
        elif amount > 0:
            lines[line.item_id] = replace(line, amount=amount + (same.amount if same else 0))
    return lines, dropped


def _sold(product: Product, wanted: int, left: int) -> int:
    """How many are sold to who wants so many: what is left, in numbers in which it is sold."""
    at_least, at_most = (int(damage.number(product.get(name, "0"))) for name in ("min_qty", "max_qty"))
    if is_limited(product):
        if left < max(1, at_least):
            return 0
        wanted = min(wanted, left)
    wanted = max(wanted, at_least)
    return min(wanted, at_most) if at_most else wanted


def _left(product: Product) -> int:
    return int(damage.number(product["amount"]))


#: (option id, value's id) -> (name, value).
Options = Mapping[tuple[str, str], tuple[str, str]]


def given(
    catalogue: Catalogue, products: Any, places: int, *, options: Options, keeps_gifts: bool
) -> dict[str, Line] | None:
    """The lines of a PUT whose first product has a price: they take the place of all, word for word. Else None.

    Their keys become the item ids. Without `stored_price` "Y" the catalogue's
    price counts. No stock is looked at; unknown products are dropped (not seen).
    A line without `product_options` has none (seen); those that are given are
    kept as far as they are among the `options` that the store knows (supposed).
    """
    pairs = _pairs(products)
    if not pairs or not {"product_id", "price"} <= pairs[0][1].keys():
        return None
    lines = {}
    for key, each in pairs:
        product_id, amount = int(damage.number(each.get("product_id"))), int(damage.number(each.get("amount", 1)))
        if catalogue.products.get(product_id) is None or amount <= 0:
            continue
        line = of_catalogue(catalogue, Wanted(product_id, amount), percent=NOTHING, places=places)
        if str(each.get("stored_price")) == "Y":
            price = rounded(damage.number(each.get("price")), places)
            line = replace(line, price=price, base_price=price, discount=NOTHING, stored=True)
        chosen = _chosen(each.get("product_options"), options)
        gift = keeps_gifts and bool(_mapping(each.get("extra")).get(FREE))
        # seen: such a line belongs to no company
        lines[key] = replace(line, item_id=key, made="given", company_id="0", options=chosen, gift=gift)
    return lines


def _chosen(told: Any, options: Options) -> dict[str, str]:
    ids = ((str(option), str(value)) for option, value in _mapping(told).items())
    return dict(options[each] for each in ids if each in options)


def _mapping(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}


def _pairs(products: Any) -> list[tuple[str, Mapping[str, Any]]]:
    if isinstance(products, list):
        products = dict(enumerate(products))
    if not isinstance(products, dict):
        return []
    return [(str(key), each) for key, each in products.items() if isinstance(each, Mapping)]


def grouped(lines: Mapping[str, Line], company_of: Mapping[str, str]) -> list[Group]:
    """The lines by the company that sends them. `company_of` is item id -> company."""
    groups: dict[str, Group] = {}
    for id, line in lines.items():
        company = company_of[id]
        groups.setdefault(company, Group(company, {})).lines[id] = line
    return list(groups.values())


def needs_shipping(lines: Mapping[str, Line]) -> bool:
    """Downloads are not sent."""
    return any(not line.is_edp for line in lines.values())
