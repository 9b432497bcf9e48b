"""`GET products/:id/features`: the features that a recorded product has values for."""

from typing import Any

from cscart_zoho_sim.cscart.asked import Query
from cscart_zoho_sim.cscart.listing import Page
from cscart_zoho_sim.cscart.tables import FEATURES_ECHO, Row, Table


def of_product(product_id: int, values: Any, features: Table, asked: Query, default_size: int) -> Row:
    """The list of one product; `values` is its `product_features` (`[]` when it has none)."""
    rows = [_valued(row, values[row["feature_id"]]) for row in features.rows if row["feature_id"] in values]
    page = Page.of(asked, default_size)
    params = {
        **FEATURES_ECHO,
        "product_id": product_id,
        "exclude_group": True,
        "existent_only": True,
        "variants": True,
        "page": page.number,
        "items_per_page": page.size or "0",
        "sort_order": "asc",
        "sort_by": "position",
        "sort_order_rev": "desc",
        "total_items": str(len(rows)),
    }
    return {"features": page.cut(rows), "params": params}


def _valued(feature: Row, value: Row) -> Row:
    chosen = value.get("variants") or {}
    variants = {key: _variant(feature, each) for key, each in chosen.items()}
    return {
        **feature,
        "value": value["value"],
        "variant_id": value["variant_id"],
        "value_int": value["value_int"],
        "variants": variants,
        "use_variant_picker": True,
    }


def _variant(feature: Row, variant: Row) -> Row:
    return {
        "variant_id": variant["variant_id"],
        "variant": variant["variant"],
        "description": "",
        "page_title": "",
        "meta_keywords": "",
        "meta_description": "",
        "lang_code": "en",
        "feature_id": feature["feature_id"],
        "url": "",
        "color": None,
        "position": "0",
        "selected": variant["variant_id"],
        "feature_type": feature["feature_type"],
        "image_pair": variant.get("image_pairs", []),
    }
