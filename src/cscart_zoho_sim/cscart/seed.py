"""The small entities of a fresh, obviously synthetic store."""

from decimal import Decimal
from typing import Any

from cscart_zoho_sim.cscart.cart import ShippingRates
from cscart_zoho_sim.cscart.checkout import Checkout, Rate
from cscart_zoho_sim.cscart.tables import Row, Table

_STATUSES = (
    ("P", "Paid", "D"),
    ("C", "Complete", "D"),
    ("O", "Open", "D"),
    ("F", "Failed", "I"),
    ("D", "Declined", "I"),
    ("B", "Backordered", "I"),
    ("I", "Canceled", "I"),
    ("Y", "Awaiting call", "D"),
)
_CATEGORIES = ((1, 0, "Example goods"), (2, 1, "Example clothing"), (3, 1, "Example tools"), (4, 0, "Example services"))
#: Sections of the settings. Appearance is the one whose number is known (read in the code of 4.20).
GENERAL, APPEARANCE, COMPANY = "2", "4", "5"


def fill(tables: dict[str, Table], host: str, names: tuple[str, ...]) -> None:
    """One row or a few in every entity; `names` are the companies, the first being number 1."""
    tables["categories"].rows[:] = [_category(*each) for each in _CATEGORIES]
    tables["vendors"].rows[:] = [company(number, name, host) for number, name in enumerate(names, 1)]
    tables["taxes"].rows[:] = [_tax(6, "VAT"), _tax(7, "Reduced VAT")]
    tables["statuses"].rows[:] = [_status(number, *each) for number, each in enumerate(_STATUSES, 1)]
    tables["languages"].rows[:] = [_language("en", "English")]
    tables["payments"].rows[:] = [_payment(1, "Credit card"), _payment(2, "Phone ordering")]
    tables["shippings"].rows[:] = [_shipping(1, "Example carrier")]
    tables["usergroups"].rows[:] = [
        {"usergroup_id": "4", "status": "A", "type": "A", "usergroup": "Administrator"},
        {"usergroup_id": "3", "status": "D", "type": "C", "usergroup": "Wholesale"},
    ]
    tables["features"].rows[:] = [_feature(18, "Brand", "E"), _feature(549, "Color", "S")]
    tables["options"].rows[:] = [_option(10, "Color", "S"), _option(20, "Additional controller", "C")]
    tables["settings"].rows[:] = [
        _setting(1, "company_name", names[0], COMPANY),
        _setting(2, "admin_elements_per_page", "50", APPEARANCE),
        _setting(3, "weight_symbol", "kg", GENERAL),
        _setting(4, "weight_symbol_grams", "1000", GENERAL),
        _setting(5, "timezone", "UTC", APPEARANCE),
    ]


def set_up(checkout: Checkout) -> None:
    """What no list tells: rates of the taxes, which the prices do not have in them, and of the shipping."""
    checkout.rates |= {"6": Rate(Decimal(10)), "7": Rate(Decimal(5))}
    checkout.shipping_rates["1"] = ShippingRates(
        {0: Decimal("6.90"), 100: Decimal("3.90"), 500: Decimal(0)}, {0: Decimal(1), 5: Decimal("0.50")}
    )


#: What a category can be told through the API, of what lists show.
_TYPED = ("category", "parent_id", "position", "status", "company_id")


def _category(category_id: int, parent_id: int, name: str) -> Row:
    return {
        "category_id": str(category_id),
        "parent_id": str(parent_id),
        "id_path": f"{parent_id}/{category_id}" if parent_id else str(category_id),
        "category": name,
        "position": str(category_id * 10),
        "status": "A",
        "company_id": "1",
        "storefront_id": "1",
        "product_count": "0",
    }


def category(rows: list[Row], fields: Row, known: Row | None) -> Row:
    """A category as the API makes it (`known` is None) or changes it; its row, in its place among `rows`."""
    row = known
    if row is None:
        number = max((int(each["category_id"]) for each in rows), default=0) + 1
        row = {**_category(number, 0, ""), "position": "0"}
        rows.append(row)
    row.update({name: str(fields[name]) for name in _TYPED if fields.get(name) is not None})
    parents = {str(each["category_id"]): str(each["id_path"]) for each in rows if each is not row}
    above = parents.get(row["parent_id"], "")
    row["id_path"] = f"{above}/{row['category_id']}".removeprefix("/")
    return row


def company(company_id: int, name: str, host: str) -> Row:
    """A storefront, or a vendor."""
    return {
        "company_id": str(company_id),
        "lang_code": "en",
        "email": f"company{company_id}@example.com",
        "timestamp": "1269610461",
        "status": "A",
        "storefront": host,
        "secure_storefront": host,
        "company": name,
        "average_rating": None,
        "company_thread_ids": f"{company_id}_0",
        "discussion": {"posts_count": 0},
    }


def _tax(tax_id: int, name: str) -> Row:
    return {
        "tax_id": str(tax_id),
        "address_type": "S",
        "status": "A",
        "price_includes_tax": "N",
        "display_including_tax": "N",
        "display_info": "",
        "regnumber": "",
        "priority": "0",
        "tax": name,
    }


def _status(status_id: int, letter: str, name: str, inventory: str) -> Row:
    return {
        "status_id": str(status_id),
        "status": letter,
        "type": "O",
        "is_default": "Y",
        "position": "0",
        "description": name,
        "email_subj": f"is {name.lower()}",
        "email_header": f"Your order is {name.lower()}.",
        "lang_code": "en",
        "params": {
            "allow_return": "N",
            "repay": "N",
            "gift_cert_status": "P",
            "inventory": inventory,
            "color": "#97cf4d",
            "remove_cc_info": "Y",
            "payment_received": "Y" if letter in "PC" else "N",
            "is_editable_inventory": "N",
            "inventory_info": "default_decline_inventory_info",
        },
    }


def _language(code: str, name: str) -> Row:
    return {
        "lang_id": "1",
        "lang_code": code,
        "name": name,
        "status": "A",
        "country_code": "US",
        "direction": "ltr",
        "storefront_ids": "",
        "storefront_ids_raw": [],
    }


def _payment(payment_id: int, name: str) -> Row:
    return {
        "payment_id": str(payment_id),
        "company_id": "1",
        "usergroup_ids": "0",
        "position": "10",
        "status": "A",
        "template": "",
        "processor_id": "0",
        "processor_params": "",
        "a_surcharge": "0.000",
        "p_surcharge": "0.000",
        "tax_ids": "",
        "localization": "",
        "payment_category": "tab1",
        "payment": name,
        "description": "",
        "instructions": "",
        "surcharge_title": "",
        "lang_code": "en",
        "processor_status": "A",
        "processor_type": None,
        "processor_script": None,
    }


def _shipping(shipping_id: int, name: str) -> Row:
    return {
        "shipping_id": str(shipping_id),
        "company_id": "1",
        "min_weight": "0.000",
        "max_weight": "70.000",
        "position": "0",
        "status": "A",
        "tax_ids": "",
        "usergroup_ids": "0",
        "shipping": name,
        "delivery_time": "1-2 days",
        "company_name": "Example store",
        "storefront_id": "1",
    }


def _feature(feature_id: int, name: str, feature_type: str) -> Row:
    return {
        "feature_id": str(feature_id),
        "company_id": "1",
        "feature_type": feature_type,
        "parent_id": "0",
        "display_on_product": "Y",
        "display_on_catalog": "Y",
        "display_on_header": "N",
        "description": name,
        "internal_name": name,
        "lang_code": "en",
        "prefix": "",
        "suffix": "",
        "categories_path": "",
        "full_description": "",
        "status": "A",
        "comparison": "N",
        "position": "0",
        "purpose": "organize_catalog",
        "feature_style": "brand",
        "filter_style": "checkbox",
        "feature_code": "",
        "timestamp": "0",
        "updated_timestamp": "0",
        "group_position": None,
    }


def _option(option_id: int, name: str, option_type: str) -> Row:
    return {
        "option_id": str(option_id),
        "product_id": "0",
        "company_id": "1",
        "option_type": option_type,
        "regexp": "",
        "required": "N",
        "multiupload": "N",
        "allowed_extensions": "",
        "max_file_size": "0",
        "missing_variants_handling": "M",
        "status": "A",
        "position": "0",
        "value": "",
        "lang_code": "en",
        "option_name": name,
        "internal_option_name": name,
        "option_text": "",
        "description": "",
        "comment": "",
        "inner_hint": "",
        "incorrect_message": "",
    }


def _setting(object_id: int, name: str, value: Any, section: str) -> Row:
    """The shape of a setting was not recorded; the names are those of the store's database (read in the code)."""
    return {
        "object_id": str(object_id),
        "name": name,
        "section_id": section,
        "section_tab_id": "0",
        "type": "I",
        "edition_type": "ROOT,STOREFRONT",
        "value": value,
        "position": "0",
        "is_global": "Y",
        "handler": "",
        "parent_id": "0",
    }
