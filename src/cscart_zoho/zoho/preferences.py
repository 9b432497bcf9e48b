"""What the merchant has set in Zoho that changes documents: under our own names. Pure.

Zoho tells it in three places: the organisation's own row, `GET /settings/preferences` (live, not described; the
keys below are those of an answer of Zoho Books, or supposed), and each sales order. None need tell it. What is
not told is None: unknown is not "no".
"""

from collections.abc import Mapping, Sequence
from typing import Any

#: "Round off total to whole number". Other words of Zoho for a rounding are kept as they are; "" is none.
WHOLE = "whole"
#: Of `transaction_rounding_type`, only this word was seen live.
_NO_ROUNDING = "no_rounding"

#: Our name -> keys of Zoho for a yes or no, the seen ones first.
_SWITCHES: Mapping[str, tuple[str, ...]] = {
    "shipping_taxed": ("is_tax_on_shipping_enabled", "is_tax_on_shipping_required"),
    "discount_before_tax": ("is_discount_before_tax",),
    "salesorder_approval": ("is_sales_approval_enabled",),
    # Supposed: no answer that tells these was seen.
    "adjustment_approval": ("is_inventory_approval_enabled",),
    "duplicate_item_names": ("allow_duplicate_item_names",),
    "duplicate_contact_names": ("allow_duplicate_contact_names",),
    "number_per_location": ("is_location_numbering_enabled",),
}

#: Our name -> what it is called for people.
TITLES: Mapping[str, str] = {
    "round_total": "Round off total",
    "rate_places": "Decimals of prices",
    "shipping_taxed": "Tax on shipping charges",
    "discount_level": "Discounts",
    "discount_before_tax": "Discounts before tax",
    "inclusive": "Prices include tax",
    "adjustment_approval": "Approval of inventory adjustments",
    "salesorder_approval": "Approval of sales orders",
    "duplicate_item_names": "Duplicate item names",
    "duplicate_contact_names": "Duplicate contact names",
    "number_per_location": "Own numbers per location",
}


def preferences_of(row: Mapping[str, Any], told: Mapping[str, Any], order: Mapping[str, Any]) -> dict[str, Any]:
    """The preferences by our names, each None where nobody tells it.

    `row` is the organisation, `told` its preferences, `order` a sales order; empty ones tell nothing.

    - `round_total`: "" (none), `WHOLE`, or another word of Zoho
    - `rate_places`: decimals that rates are kept with
    - `discount_level`: "entity_level", "item_level" or "no_discount"
    - the others: bool
    """
    places: Sequence[Mapping[str, Any]] = (told, row)
    return {
        "round_total": _rounding(_first((*places, order), "transaction_rounding_type")),
        "rate_places": _whole(_first(places, "rate_precision", "price_precision")),
        "discount_level": _word(_first(places, "discount_type")),
        "inclusive": _inclusive(places),
        **{name: _switch(_first(places, *keys)) for name, keys in _SWITCHES.items()},
    }


def _first(places: Sequence[Mapping[str, Any]], *keys: str) -> object:
    return next((place[key] for key in keys for place in places if place.get(key) is not None), None)


def _rounding(told: object) -> str | None:
    if not isinstance(told, str) or not told:
        return None
    if told == _NO_ROUNDING:
        return ""
    return WHOLE if "whole" in told else told


def _inclusive(places: Sequence[Mapping[str, Any]]) -> bool | None:
    kind = _first(places, "sales_tax_type")
    return kind == "inclusive" if kind in ("inclusive", "exclusive") else None


def _word(told: object) -> str | None:
    return told if isinstance(told, str) and told else None


def _whole(told: object) -> int | None:
    return int(str(told)) if not isinstance(told, bool) and str(told).isdecimal() else None


def _switch(told: object) -> bool | None:
    return {"true": True, "false": False}.get(str(told).lower())
