"""The columns of a product: what a new one holds, and how each value given is stored.

A product is kept as a small dict of strings: the CORE columns always, others
only once they differ from what CS-Cart fills in. 300,000 of them fit in memory.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from cscart_zoho_sim.cscart import damage

Product = dict[str, Any]
"""One product as it is stored: column -> string, or None for a text never written."""

CORE: Product = {
    "product": "",
    "product_code": "",
    "status": "A",
    "price": "0.00",
    "list_price": "0.00",
    "amount": "0",
    "weight": "0.000",
    "company_id": "1",
    "tax_ids": "",
    "category_ids": "",
    "main_category": "0",
    "tracking": "B",
    "is_edp": "N",
    "full_description": None,
    "short_description": None,
    "timestamp": "0",
    "updated_timestamp": "0",
}

FILLED_IN: Product = {
    "product_type": "P",
    "parent_product_id": "0",
    "length": "0",
    "width": "0",
    "height": "0",
    "shipping_freight": "0.00",
    "low_avail_limit": "0",
    "usergroup_ids": "0",
    "edp_shipping": "N",
    "unlimited_download": "N",
    "free_shipping": "N",
    "zero_price_action": "R",
    "is_pbp": "N",
    "is_op": "N",
    "is_oper": "N",
    "is_returnable": "Y",
    "return_period": "10",
    "avail_since": "0",
    "out_of_stock_actions": "N",
    "localization": "",
    "min_qty": "0",
    "max_qty": "0",
    "qty_step": "0",
    "list_qty_count": "0",
    "age_verification": "N",
    "age_limit": "0",
    "options_type": "P",
    "exceptions_type": "F",
    "details_layout": "",
    "shipping_params": 'a:5:{s:16:"min_items_in_box";i:0;s:16:"max_items_in_box";i:0;'
    's:10:"box_length";i:0;s:9:"box_width";i:0;s:10:"box_height";i:0;}',
    "show_videos_before_images": "N",
    "autoplay_videos": "N",
    "facebook_obj_type": "",
    "buy_now_url": "",
    "units_in_product": "0.000",
    "show_price_per_x_units": "1.000",
    "unit_name": "",
    "options_type_raw": None,
    "exceptions_type_raw": None,
    "tracking_raw": None,
    "zero_price_action_raw": None,
    "min_qty_raw": None,
    "max_qty_raw": None,
    "qty_step_raw": None,
    "list_qty_count_raw": None,
    "details_layout_raw": "",
    "show_videos_before_images_raw": "N",
    "autoplay_videos_raw": "N",
}
"""Columns of list and single product besides CORE, as a store fills them in (seen on a running 4.20 store)."""

SINGLE_TEXTS: Product = {
    "shortname": "",
    "meta_keywords": "",
    "meta_description": "",
    "search_words": None,
    "page_title": "",
    "age_warning_message": None,
    "promo_text": None,
}
"""Texts that only the single product shows."""

_QUANTITIES = ("min_qty", "max_qty", "qty_step", "list_qty_count")

OVERRIDABLE = frozenset(
    (
        *("options_type", "exceptions_type", "tracking", "zero_price_action", *_QUANTITIES),
        *("details_layout", "show_videos_before_images", "autoplay_videos"),
    )
)
"""Columns with a store-wide default: what was given shows in `<column>_raw` as well."""

_letter = partial(damage.text, length=1)
_smallint = partial(damage.whole, limit=65_535)
_mediumint = partial(damage.whole, limit=16_777_215)
_name = partial(damage.text, length=255)
_stripped = partial(damage.without_tags, length=255)

STORED_BY: dict[str, Callable[[Any], str]] = {
    "product": _name,
    "product_code": partial(damage.without_tags, length=64),
    "price": damage.price,
    "list_price": partial(damage.decimal, places=2),
    "amount": damage.amount,
    "weight": partial(damage.decimal, places=3, digits=13),
    "shipping_freight": partial(damage.decimal, places=2),
    "full_description": damage.text,
    "short_description": damage.text,
    "promo_text": damage.text,
    "age_warning_message": damage.text,
    "shortname": _name,
    "meta_keywords": _stripped,
    "meta_description": _stripped,
    "page_title": _stripped,
    "search_words": damage.without_tags,
    "buy_now_url": _name,
    "details_layout": partial(damage.text, length=50),
    "company_id": damage.whole,
    "timestamp": damage.whole,
    "avail_since": damage.whole,
    "return_period": damage.whole,
    "length": _mediumint,
    "width": _mediumint,
    "height": _mediumint,
    "low_avail_limit": _mediumint,
    "age_limit": partial(damage.whole, limit=127),
    "tax_ids": lambda value: ",".join(map(str, damage.ids(value))),
    **dict.fromkeys(_QUANTITIES, _smallint),
    **dict.fromkeys(
        (
            *("status", "tracking", "is_edp", "edp_shipping", "unlimited_download", "free_shipping"),
            *("zero_price_action", "is_pbp", "is_op", "is_oper", "is_returnable", "out_of_stock_actions"),
            *("age_verification", "options_type", "exceptions_type"),
            *("show_videos_before_images", "autoplay_videos"),
        ),
        _letter,
    ),
}
"""How a value given for a column is stored. Keys that are not here are ignored, as the store ignores them."""


def stored(fields: dict[str, Any]) -> Product:
    """The columns that change when these values are sent, damaged as CS-Cart damages them.

    An empty name is ignored, and so is a price of null. `amount` of null or
    "" becomes 0 (seen on a running store).
    """
    columns: Product = {}
    for key, value in fields.items():
        store = STORED_BY.get(key)
        if store is None or (key == "price" and value is None):
            continue
        columns[key] = store(value)
        if key in OVERRIDABLE:
            columns[f"{key}_raw"] = columns[key]
    if columns.get("product") == "":
        del columns["product"]
    return columns


def tidy(product: Product) -> Product:
    """Without the columns that hold what the store fills in anyway, so that many products fit in memory."""
    nothing = object()
    return {
        key: value
        for key, value in product.items()
        if key in CORE or FILLED_IN.get(key, SINGLE_TEXTS.get(key, nothing)) != value
    }
