"""How a stored product is shown: one row of a list, and the single product.

The two differ in keys and in types, as seen on a running 4.20 store: a list
says `"product_id": "12", "tax_ids": "6", "price": "30.00", "category_ids": [224]`, the
single product `12, ["6"], "30.00000000", ["224"]`.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from cscart_zoho_sim.cscart.columns import FILLED_IN, SINGLE_TEXTS, Product
from cscart_zoho_sim.cscart.damage import number

LIST_ONLY: dict[str, Any] = {
    "variation_features": [],
    "selected_options": [],
    "has_options": False,
    "product_options": [],
    "discounts": {"A": 0, "P": 0},
    "product_features": [],
    "qty_content": [],
}

SINGLE_ONLY: dict[str, Any] = {
    "min_items_in_box": 0,
    "max_items_in_box": 0,
    "box_length": 0,
    "box_width": 0,
    "box_height": 0,
    "popularity": None,
    "sales_amount": None,
    "point_price": None,
    "discussion_type": "D",
    "average_rating": None,
    "product_reviews_count": None,
    "image_pairs": [],
    "main_pair": [],
    "shared_product": "N",
    "product_features": [],
    "detailed_params": {"info_type": "D", "is_preview": False},
    "have_required": "N",
}

_LIST_BASE = {**FILLED_IN, **LIST_ONLY}
_SINGLE_BASE = {**FILLED_IN, **SINGLE_TEXTS, **SINGLE_ONLY}
_NOT_IN_LISTS = (*SINGLE_TEXTS, "full_description", "short_description")


@dataclass(frozen=True)
class Dressing:
    """What a recorded product shows besides its columns: pictures, features, reviews."""

    in_list: dict[str, Any] = field(default_factory=dict)
    single: dict[str, Any] = field(default_factory=dict)


BARE = Dressing()


@dataclass(frozen=True)
class View:
    """What a list request wants to see of each product."""

    extend: frozenset[str] = frozenset()
    features: bool = True
    options: bool = True
    pictures: bool = True
    positions: bool = False
    money_formatted: bool = True
    promotion_percent: Decimal = Decimal(0)


def list_row(product_id: int, product: Product, view: View, dressing: Dressing = BARE) -> dict[str, Any]:
    """One row of `GET products`."""
    row = {**_LIST_BASE, **dressing.in_list, **product}
    for key in _NOT_IN_LISTS:
        row.pop(key, None)
    row["product_id"] = str(product_id)
    row["category_ids"] = category_ids(product)
    row["main_category"] = int(product["main_category"])
    row["base_price"] = product["price"]
    row["price"] = reduced(product["price"], view.promotion_percent)
    row.update(_list_discount(row["list_price"], row["price"]))
    if not view.money_formatted:
        row["price"], row["base_price"] = f"{row['price']}000000", f"{row['base_price']}000000"
    _extend(row, product, view)
    _leave_out(row, view)
    return row


def _extend(row: dict[str, Any], product: Product, view: View) -> None:
    """The texts a list carries only when asked, and the position inside a category."""
    if "description" in view.extend:
        row["short_description"] = product["short_description"]
    if "full_description" in view.extend:
        row["full_description"] = product["full_description"]
    if view.positions:
        row["position"] = "0"


def _leave_out(row: dict[str, Any], view: View) -> None:
    """The lean list: get_features=0, get_options=0, get_icon=0 with get_detailed=0.

    Seen: the core fields stay. Which of the others go is read from the
    meaning of the flags, not recorded.
    """
    if not view.features:
        row.pop("product_features")
        row.pop("variation_features")
    if not view.options:
        row.pop("product_options")
        row.pop("selected_options")
    if not view.pictures:
        row.pop("main_pair", None)
        row.pop("image_pairs", None)


def _list_discount(list_price: str, price: str) -> dict[str, Any]:
    """`list_discount` (a number) and its percentage (a string), where the list price is above the price."""
    if len(list_price) < len(price) or list_price == "0.00":
        return {}
    was, now = number(list_price), number(price)
    if was <= now:
        return {}
    off = was - now
    percent = (off * 100 / was).quantize(Decimal(1), ROUND_HALF_UP)
    return {"list_discount": int(off) if off == int(off) else float(off), "list_discount_prc": str(percent)}


def single(
    product_id: int,
    product: Product,
    company: str,
    dressing: Dressing = BARE,
    promotion_percent: Decimal = Decimal(0),
) -> dict[str, Any]:
    """The answer of `GET products/:id`."""
    body = {**_SINGLE_BASE, **dressing.single, **product}
    main = int(product["main_category"])
    others = sorted(each for each in category_ids(product) if each != main)
    body["product_id"] = product_id
    body["category_ids"] = [str(each) for each in ((main, *others) if main else others)]
    body["main_category"] = main
    body["tax_ids"] = product["tax_ids"].split(",") if product["tax_ids"] else []
    body["base_price"] = f"{product['price']}000000"
    body["price"] = f"{reduced(product['price'], promotion_percent)}000000"
    body["lang_code"] = "en"
    body["company_name"] = company
    body["shared_between_companies"] = [product["company_id"]]
    return body


def category_ids(product: Product) -> list[int]:
    """The stored "224,223" as numbers."""
    return [int(each) for each in product["category_ids"].split(",")] if product["category_ids"] else []


def reduced(price: str, percent: Decimal) -> str:
    """A price after a catalogue promotion."""
    if not percent:
        return price
    return str((number(price) * (100 - percent) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP))
