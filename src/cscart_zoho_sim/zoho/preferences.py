"""The merchant's preferences of an organisation, and how `GET /settings/preferences` tells them.

The address is live and not described. The keys of `_seen` are those of an answer of Zoho Books that a public
client wrote down; those of `_supposed` were seen nowhere: the preferences exist in Zoho's help, their keys are ours.
"""

from dataclasses import dataclass
from typing import Any

from cscart_zoho_sim.zoho.switches import Switches

NO_ROUNDING = "no_rounding"
#: "Round off the total to the nearest whole number": the word is supposed, only "no_rounding" was seen.
TO_WHOLE = "round_to_nearest_whole_number"


@dataclass
class Preferences:
    """What a merchant may have set. The defaults are those of a new organisation.

    Whether orders and adjustments go through approvals are switches of the simulator (`Switches`).
    """

    #: "Round off total": `NO_ROUNDING` or `TO_WHOLE`.
    transaction_rounding_type: str = NO_ROUNDING
    #: Decimals that rates are kept with; None = those of the organisation.
    rate_precision: int | None = None
    #: Whether shipping charges may carry a tax.
    shipping_tax: bool = False
    #: Discounts "entity_level" (of an order) or "item_level" (of its lines).
    discount_type: str = "entity_level"
    discount_before_tax: bool = True
    #: Whether rates hold their tax: "inclusive", "exclusive" (an order may say otherwise).
    sales_tax_type: str = "exclusive"
    #: "Allow duplicate item names": names may repeat, and each item must have a SKU (the help of Zoho Inventory).
    duplicate_item_names: bool = False
    #: "Allow duplicate contact display names".
    duplicate_contact_names: bool = False
    #: Whether each location numbers its documents in a series of its own.
    number_per_location: bool = False


def preferences_row(preferences: Preferences, tax_rounding: str, switches: Switches) -> dict[str, Any]:
    """The preferences as an answer."""
    told = _seen(preferences, tax_rounding, switches)
    return {**told, **_supposed(preferences, switches)} if switches.supposed_preferences_told else told


def _seen(preferences: Preferences, tax_rounding: str, switches: Switches) -> dict[str, Any]:
    return {
        "is_salesorder_enabled": True,
        "discount_type": preferences.discount_type,
        "is_discount_before_tax": preferences.discount_before_tax,
        "is_shipping_charge_required": True,
        "is_tax_on_shipping_enabled": preferences.shipping_tax,
        "is_adjustment_required": True,
        "is_sales_inclusive_tax_enabled": preferences.sales_tax_type == "inclusive",
        "sales_tax_type": preferences.sales_tax_type,
        "is_purchase_approval_enabled": False,
        "is_sales_approval_enabled": switches.approvals,
        "transaction_rounding_type": preferences.transaction_rounding_type,
        "is_total_truncate_enabled": False,
        "rounding_description": "Rounding",
        "tax_rounding_type": tax_rounding,
    }


def _supposed(preferences: Preferences, switches: Switches) -> dict[str, Any]:
    precision = preferences.rate_precision
    return {
        "is_inventory_approval_enabled": switches.adjustment_approvals,
        "allow_duplicate_item_names": preferences.duplicate_item_names,
        "allow_duplicate_contact_names": preferences.duplicate_contact_names,
        "is_location_numbering_enabled": preferences.number_per_location,
        **({"rate_precision": precision} if precision is not None else {}),
    }
