"""How the Zoho organisation counts, from what was read of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cscart_zoho.mapping.money_rules import MoneyRules, ZohoTax, group_percent
from cscart_zoho.store.models import ZohoOrganisation
from cscart_zoho.zoho.organisation import whole


def money_rules(org: ZohoOrganisation | None) -> MoneyRules:
    """How the organisation adds up, as it was told when Zoho was connected."""
    told = org.capabilities if org is not None else {}
    preferences = told.get("preferences") or {}
    groups = told.get("tax_groups") or {}
    taxes = {tax.id: tax for tax in (_zoho_tax(each, groups) for each in told.get("taxes") or []) if tax is not None}
    return MoneyRules(
        currency=org.currency if org is not None else "",
        taxes=taxes,
        rounding="item_level" if told.get("tax_rounding") == "item_level" else "entity_level",
        rate_places=whole(preferences.get("rate_places"), whole(told.get("price_precision"), 2)),
        round_total=str(preferences.get("round_total") or ""),
        shipping_taxed=bool(preferences.get("shipping_taxed")),
    )


def _zoho_tax(told: Mapping[str, Any], groups: Mapping[str, Any]) -> ZohoTax | None:
    """A tax as the capabilities tell it. A group whose percent its taxes do not come to counts as one tax.

    A group with a compound tax may be told as the mere sum: what its taxes come to counts.
    """
    if told.get("percentage") in (None, ""):
        return None
    id, percent = str(told["id"]), Decimal(str(told["percentage"]))
    parts = tuple(filter(None, (_zoho_tax(part, {}) for part in groups.get(id) or [])))
    known = parts if group_percent(parts) == percent or any(part.compound for part in parts) else ()
    return ZohoTax(
        id,
        str(told.get("name") or ""),
        group_percent(known) if known else percent,
        known,
        compound=told.get("type") == "compound_tax",
        kind=str(told.get("kind") or ""),
        country=str(told.get("country") or "").upper(),
    )
