"""Items as Zoho shows them: in full, and as a row of a list.

Shapes: answers of live Zoho Books (same engine) for what both have, the Zoho
Inventory API for the rest. Rows of a list carry no `label_rate`, no package
details and no locations: only the full item does. Nor do rows of Zoho
Inventory carry what its description and Zoho Books have in them (`_NOT_IN_ROWS`).
"""

from typing import Any

from cscart_zoho_sim.zoho.item import PACKAGE_NUMBERS, PACKAGE_UNITS, Item, Number
from cscart_zoho_sim.zoho.organisation import Location, Organisation

#: Keys that are always there and that nothing simulated moves.
_STILL: dict[str, Any] = {
    "group_id": "",
    "group_name": "",
    "product_subtype": "",
    "purpose_of_use": "",
    "item_code": {},
    "is_linked_with_zohocrm": False,
    "zcrm_product_id": "",
    "crm_owner_id": "",
    "unit_group_id": "",
    "unit_group_name": "",
    "default_sales_unit_conversion_id": "",
    "default_purchase_unit_conversion_id": "",
    "tax_status": "",
    "tax_start_date": "",
    "tax_end_date": "",
    "tax_groups_details": "",
    "tax_country_code": "",
    "tax_information": "",
    "is_tax_expired": "",
    "purchase_tax_information": "",
    "is_default_tax_applied": False,
    "associated_template_id": "",
    "documents": [],
    "pricing_scheme": "unit",
    "price_brackets": [],
    "sales_margin": "",
    "offline_created_date_with_time": "",
    "tags": [],
    "lock_details": {"can_lock": False},
    "locked_actions": [],
    "lock_detail": {"can_lock": True, "custom_locks": [], "system_locks": []},
    "locked_fields": {},
    "is_fulfillable": False,
    "is_combo_product": False,
    "attribute_id1": "",
    "attribute_name1": "",
    "attribute_name2": "",
    "attribute_name3": "",
    "attribute_option_id1": "",
    "attribute_option_name1": "",
    "attribute_option_name2": "",
    "attribute_option_name3": "",
    "sales_channels": [],
    "is_modifier_item": False,
    "integration_references": [],
    "has_variant": False,
    "default_hosted_page_url": "",
    "item_tax_preferences": [],
    "sat_item_key_code": "",
    "unitkey_code": "",
}

#: Keys of `Item.more` with what an item without them shows.
_MORE: dict[str, Any] = {
    "brand": "",
    "manufacturer": "",
    "category_id": "",
    "hsn_or_sac": "",
    "upc": "",
    "ean": "",
    "isbn": "",
    "part_number": "",
    "vendor_id": "",
    "reorder_level": "",
    "minimum_order_quantity": "",
    "maximum_order_quantity": "",
}

_NO_PACKAGE: dict[str, Any] = {
    **dict.fromkeys(PACKAGE_NUMBERS, ""),
    "weight_unit": "kg",
    "dimension_unit": "cm",
}
assert set(_NO_PACKAGE) == {*PACKAGE_NUMBERS, *PACKAGE_UNITS}

_ROW_STILL: dict[str, Any] = {
    "is_linked_with_zohocrm": False,
    "zcrm_product_id": "",
    "has_attachment": False,
    "is_combo_product": False,
    "product_subtype": "",
    "purpose_of_use": "",
    "vendor_name": "",
    "tags": [],
}

#: Keys that the description has in rows and that live rows of Zoho Inventory lack.
_NOT_IN_ROWS = (
    *("is_taxable", "can_be_sold", "can_be_purchased", "track_inventory"),
    *("inventory_account_id", "vendor_name", "tags"),
)
#: What lies flat in a row, and the key of the package details that it stands for.
_FLAT_PACKAGE = (*PACKAGE_NUMBERS, *PACKAGE_UNITS)
#: Keys that live rows have and that the full item has as well.
_FLAT_MORE = ("brand", "manufacturer", "upc", "ean", "isbn", "part_number", "reorder_level")
_FLAT_GROUP = (
    *("group_id", "group_name"),
    *(f"attribute_{what}{number}" for number in (1, 2, 3) for what in ("id", "name", "option_id", "option_name")),
)

Shape = dict[str, Any]


def item_detail(item: Item, org: Organisation, noun: str = "location") -> Shape:
    """The full item, as `GET /items/{id}` and every write answer with it."""
    shape: Shape = {
        **_STILL,
        **_MORE,
        **item.more,
        **_head(item),
        **_tax(item, org),
        **_accounts(item, org),
        "unit_id": org.unit_id(item.unit),
        "image_id": item.id if item.image else "",
        "pricebook_rate": item.rate,
        "sales_rate": item.rate,
        "label_rate": item.label_rate,
        "default_price_brackets": [{"start_quantity": 1, "end_quantity": 1, "pricebook_rate": item.rate}],
        "is_returnable": item.is_returnable,
        "package_details": {**_NO_PACKAGE, **item.more.get("package_details", {})},
        "created_at": org.day(item.created),
        "created_time": org.time(item.created),
        "last_modified_time": org.time(item.modified),
        "custom_fields": custom_fields(item, org),
        "custom_field_hash": custom_field_hash(item, org),
    }
    if item.tracked:
        shape.update(_stock(item))
        shape[f"{noun}s"] = [_stock_at(item, org, each, noun) for each in org.locations.values()]
    return shape


def item_row(item: Item, org: Organisation, *, as_described: bool = False) -> Shape:
    """One row of `GET /items`. Custom fields lie flat in it; `as_described` with all keys of the description."""
    shape = _described_row(item, org)
    if as_described:
        return shape
    live = {name: value for name, value in shape.items() if name not in _NOT_IN_ROWS}
    package = {**_NO_PACKAGE, **item.more.get("package_details", {})}
    return {
        **live,
        **{name: package[name] for name in _FLAT_PACKAGE},
        **{name: item.more.get(name, "") for name in _FLAT_MORE},
        **dict.fromkeys(_FLAT_GROUP, ""),
    }


def _described_row(item: Item, org: Organisation) -> Shape:
    shape: Shape = {
        **_ROW_STILL,
        "is_combo_product": bool(item.more.get("is_combo_product")),
        **_head(item),
        "item_name": item.name,
        "tax_id": "",
        "tax_name": "",
        "tax_percentage": 0,
        **_accounts(item, org),
        "image_document_id": item.id if item.image else "",
        "created_time": org.time(item.created),
        "last_modified_time": org.time(item.modified),
    }
    if item.tax_id:
        tax = org.taxes[item.tax_id]
        shape.update(tax_id=tax.id, tax_name=tax.name, tax_percentage=tax.percentage)
    if item.tracked:
        shape["stock_on_hand"] = shape["available_stock"] = item.on_hand
        shape["actual_available_stock"] = item.physical
    if item.custom:
        shape.update(custom_field_hash(item, org))
    return shape


def _head(item: Item) -> Shape:
    image_name, image_type = item.image[:2] if item.image else ("", "")
    return {
        "item_id": item.id,
        "name": item.name,
        "sku": item.sku,
        "status": item.status,
        "source": item.source,
        "unit": item.unit,
        "description": item.description,
        "rate": item.rate,
        "purchase_description": item.purchase_description,
        "purchase_rate": item.purchase_rate,
        "is_taxable": item.is_taxable,
        "can_be_sold": item.sold,
        "can_be_purchased": item.purchased,
        "track_inventory": item.tracked,
        "item_type": item.item_type,
        "product_type": item.product_type,
        "image_name": image_name,
        "image_type": image_type,
    }


def _tax(item: Item, org: Organisation) -> Shape:
    if not item.tax_id:
        return {"tax_id": "", "tax_name": "", "tax_percentage": 0, "tax_type": ""}
    tax = org.taxes[item.tax_id]
    return {"tax_id": tax.id, "tax_name": tax.name, "tax_percentage": tax.percentage, "tax_type": tax.kind}


def _accounts(item: Item, org: Organisation) -> Shape:
    shape = {
        "account_id": org.sales_account_id if item.sold else "",
        "account_name": "Sales" if item.sold else "",
        "purchase_account_id": org.purchase_account_id if item.purchased else "",
        "purchase_account_name": "Cost of Goods Sold" if item.purchased else "",
    }
    if item.tracked:
        shape["inventory_account_id"] = org.inventory_account_id
    return shape


def _stock(item: Item) -> Shape:
    """The two books. What is committed is taken off only in the figures "for sale"."""
    return {
        "stock_on_hand": item.on_hand,
        "available_stock": item.on_hand,
        "actual_available_stock": item.physical,
        "committed_stock": item.committed,
        "actual_committed_stock": item.to_ship,
        "available_for_sale_stock": _difference(item.on_hand, item.committed),
        "actual_available_for_sale_stock": _difference(item.physical, item.to_ship),
    }


def _stock_at(item: Item, org: Organisation, location: Location, noun: str) -> Shape:
    """The figures of one location: what orders keep back is kept back at the primary one."""
    told: Shape = dict.fromkeys(_stock(item), item.lying.get(location.id, 0))
    told |= {"committed_stock": 0, "actual_committed_stock": 0}
    if location.id == org.location_id:
        elsewhere = sum(lies for id, lies in item.lying.items() if id != org.location_id)
        told = {
            name: figure - elsewhere if "committed" not in name else figure for name, figure in _stock(item).items()
        }
    return {
        f"{noun}_id": location.id,
        f"{noun}_name": location.name,
        "status": location.status,
        "is_primary": location.id == org.location_id,
        f"{noun}_quantity_in_transit": 0,
        **{f"{noun}_{name}": figure for name, figure in told.items()},
    }


def with_figures(shape: Shape, for_sale: str) -> Shape:
    """An item as an organisation answers with it whose figures "for sale" are shown, renamed or missing."""
    if for_sale == "shown":
        return shape
    told: Shape = {}
    for name, value in shape.items():
        if isinstance(value, list) and name in ("locations", "warehouses"):
            told[name] = [with_figures(row, for_sale) for row in value]
        elif not name.endswith("_for_sale_stock"):
            told[name] = value
        elif for_sale == "renamed":
            told[name.replace("_for_sale_stock", "_to_sell")] = value
    return told


def _difference(a: Number, b: Number) -> Number:
    return a if not b else round(a - b, 6)


def custom_fields(item: Item, org: Organisation) -> list[Shape]:
    if not item.custom:
        return []
    known = org.custom_fields
    return [
        {
            "customfield_id": id,
            "field_id": id,
            "label": known[id].label,
            "api_name": known[id].api_name,
            "data_type": known[id].data_type,
            "index": index,
            "value": value,
            "value_formatted": str(value),
            "is_active": True,
        }
        for index, (id, value) in enumerate(item.custom.items(), 1)
    ]


def custom_field_hash(item: Item, org: Organisation) -> Shape:
    if not item.custom:
        return {}
    shape: Shape = {}
    for id, value in item.custom.items():
        api_name = org.custom_fields[id].api_name
        shape[api_name] = str(value)
        shape[f"{api_name}_unformatted"] = value
    return shape
