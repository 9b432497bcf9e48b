"""Answers of the simulated Zoho against the OpenAPI description that Zoho publishes: keys and kinds."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.zoho_caller import Caller

#: Where the description is known to be wrong or silent about what an absent value looks like: seen live,
#: stock is a number, absent numbers are "", the first month of the year is text, an image has a text for its id,
#: totals are no whole numbers, a discount may be "10.00%", and the days until a shipment are text.
SLIPS = {
    "image_id", "bcy_total", "discount", "shipment_days",
    "upc", "ean", "reorder_level", "location_stock_on_hand", "location_available_stock",
    "location_actual_available_stock", "fiscal_year_start_month",
}  # fmt: skip
#: Described keys that the simulator's answers lack, and why.
LACKING = {
    # Rows of live lists carry none of these unless the item has them; the full item does.
    "list": {
        "group_id", "group_name", "attribute_id1", "attribute_name1", "attribute_option_id1", "upc", "ean",
        "attribute_option_name1", "reorder_level", "locations", "isbn", "part_number", "custom_fields",
        "hsn_or_sac", "sat_item_key_code", "unitkey_code",
        # Described, and in no live row.
        "is_taxable",
    },
    "item": {"vendor_name"},
    # Batches, bins and serial numbers are features of their own.
    "adjustment": {"serial_numbers", "batches", "storages"},
    "tax": {"output_tax_account_name", "purchase_tax_account_name", "tax_account_id", "purchase_tax_account_id"},
    "organisation": {
        "tax_group_enabled", "zi_migration_status", "account_created_date_formatted", "org_address",
        "remit_to_address", "phone", "fax", "website", "address", "custom_fields",
    },
    "order": set(),
    "order row": {"custom_fields"},  # live rows have none
    "address": set(),
    "currency": set(),
    "tax group": set(),
    "location": {
        "tax_settings_id", "parent_location_id", "associated_series_ids", "auto_number_generation_id",
        "street_address2", "state_code",
    },
}  # fmt: skip
KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
CASES = [
    ("items", "/items", "get", "list"),
    ("items", "/items", "post", "item"),
    ("items", "/items/{item_id}", "get", "item"),
    ("items", "/items/{item_id}", "put", "item"),
    ("items", "/itemdetails", "get", "item"),
    ("inventoryadjustments", "/inventoryadjustments", "post", "adjustment"),
    ("inventoryadjustments", "/inventoryadjustments", "get", "adjustment"),
    ("inventoryadjustments", "/inventoryadjustments/{inventory_adjustment_id}", "get", "adjustment"),
    ("organizations", "/organizations", "get", "organisation"),
    ("organizations", "/organizations/{organization_id}", "get", "organisation"),
    ("taxes", "/settings/taxes", "get", "tax"),
    ("locations", "/locations", "get", "location"),
    ("currency", "/settings/currencies", "get", "currency"),
    ("taxes", "/settings/taxgroups/{tax_group_id}", "get", "tax group"),
]
ORDER_CASES = [
    ("salesorders", "/salesorders", "post", "order"),
    ("salesorders", "/salesorders", "get", "order row"),
    ("salesorders", "/salesorders/{salesorder_id}", "get", "order"),
    ("salesorders", "/salesorders/{salesorder_id}", "put", "order"),
    ("salesorders", "/salesorders/{salesorder_id}", "delete", "order"),
    ("salesorders", "/salesorders/{salesorder_id}/status/confirmed", "post", "order"),
    ("salesorders", "/salesorders/{salesorder_id}/status/void", "post", "order"),
    ("salesorders", "/salesorders/{salesorder_id}/submit", "post", "order"),
    ("salesorders", "/salesorders/status/confirmed", "post", "order"),
    ("salesorders", "/salesorders", "delete", "order"),
    ("contacts", "/contacts/{contact_id}/address", "get", "address"),
    ("books/contacts", "/contacts/{contact_id}/address", "post", "address"),
]


def answered(path: str, method: str) -> Any:
    """The simulator's answer to a good request at a described address."""
    caller = Caller.new()
    caller.zoho.add_custom_field("Note")
    tax = next(iter(caller.zoho.organisation.taxes))
    note = [{"label": "Note", "value": "x"}]
    body = {"name": "A", "item_type": "inventory", "initial_stock": 2, "tax_id": tax, "custom_fields": note}
    item = caller.create(**body)["item_id"]
    booked = caller.adjust((item, 1)).json["inventory_adjustment"]
    if (path, method) == ("/inventoryadjustments", "post"):
        return caller.adjust((item, 1)).json
    places = {
        "{tax_group_id}": caller.zoho.add_tax_group("Group", tax),
        "{item_id}": item,
        "{inventory_adjustment_id}": booked["inventory_adjustment_id"],
        "{organization_id}": caller.zoho.organization_id,
    }
    for place, value in places.items():
        path = path.replace(place, value)
    sent = {**body, "name": "B"} if method in ("post", "put") else None
    return caller.send(method.upper(), path, sent, **({"item_ids": item} if path == "/itemdetails" else {})).json


def answered_about_orders(path: str, method: str) -> Any:
    """The same about orders, in the envelope of the description: of a draft, or of one that is shipped and invoiced."""
    caller = Caller.new()
    zoho = caller.zoho
    zoho.switches.sales_order_envelope = zoho.switches.fulfilled_orders_move = True
    zoho.switches.approvals = path.endswith("submit")
    tax, person = next(iter(zoho.organisation.taxes)), {"first_name": "Ann", "email": "ann@example.com"}
    contact = zoho.add_contact(contact_name="Ann Example", contact_persons=[person])
    item = caller.create(name="A", item_type="inventory", initial_stock=20, tax_id=tax)["item_id"]
    named = zoho.contact(contact)["contact_persons"][0]["contact_person_id"]
    body = {
        "customer_id": contact,
        "line_items": [{"item_id": item, "rate": 5, "quantity": 2}],
        "contact_persons_associated": [{"contact_person_id": named}],
        "discount": "10%",
    }
    order = zoho.add_salesorder(contact, [(item, 2, 5)], contact_persons_associated=body["contact_persons_associated"])
    if not path.endswith(("confirmed", "void", "submit")):
        for step in (zoho.confirm, zoho.ship, zoho.invoice):
            step(order)
    bulk = {"salesorder_ids": order} if path.endswith("/salesorders/status/confirmed") or method == "delete" else {}
    if path.endswith("address"):
        body = {"city": "Troy"}
    if method == "put":
        body = {"notes": "Ring twice"}
    path = path.replace("{salesorder_id}", order).replace("{contact_id}", contact)
    sent = body if method in ("post", "put") and "status" not in path and "submit" not in path else None
    return caller.send(method.upper(), path, sent, **bulk).json


def described(shared: Path, file: str, path: str, method: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The whole description, and the schema of the answer."""
    source = shared / "specs" / "zoho-inventory" / f"{file}.yml"
    document = yaml.load(source.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    (response,) = document["paths"][path][method]["responses"].values()
    return document, response["content"]["application/json"]["schema"]


def trouble(document: dict[str, Any], schema: dict[str, Any], given: Any, at: str = "") -> list[str]:
    """Where an answer lacks a described key or has another kind of value."""
    while "$ref" in schema:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    name = at.rpartition(".")[2].removesuffix("[]")
    kinds = KINDS[schema.get("type", "object")]
    if not isinstance(given, kinds) or (isinstance(given, bool) and bool not in kinds):
        return [] if name in SLIPS else [f"{at}: {type(given).__name__} instead of {schema['type']}"]
    if isinstance(given, list):
        return [line for row in given for line in trouble(document, schema["items"], row, f"{at}[]")]
    if not isinstance(given, dict):
        return []
    lines: list[str] = []
    for key, inner in schema.get("properties", {}).items():
        if key in given:
            lines += trouble(document, inner, given[key], f"{at}.{key}")
        else:
            lines.append(f"{at}.{key}: missing")
    return lines


@pytest.mark.parametrize(("file", "path", "method", "shape"), CASES)
def test_answers_have_the_described_keys_and_kinds(shared: Path, file: str, path: str, method: str, shape: str) -> None:
    document, schema = described(shared, file, path, method)
    lines = trouble(document, schema, answered(path, method))
    allowed = {f"{key}: missing" for key in LACKING[shape]}
    assert [line for line in lines if line.rpartition(".")[2] not in allowed] == []


@pytest.mark.parametrize(("file", "path", "method", "shape"), ORDER_CASES)
def test_answers_about_orders_have_the_described_keys_and_kinds(
    shared: Path, file: str, path: str, method: str, shape: str
) -> None:
    document, schema = described(shared, file, path, method)
    given = answered_about_orders(path, method)
    assert given["code"] == 0, given
    allowed = {f"{key}: missing" for key in LACKING[shape]}
    assert [line for line in trouble(document, schema, given) if line.rpartition(".")[2] not in allowed] == []


def test_the_comparison_can_fail() -> None:
    schema = {"type": "object", "properties": {"rate": {"type": "number"}, "name": {"type": "string"}}}
    assert trouble({}, schema, {"rate": 1, "name": "A"}) == []
    assert trouble({}, schema, {"rate": "1"}) == [".rate: str instead of number", ".name: missing"]
    assert trouble({}, schema, {"rate": True, "name": "A"}) == [".rate: bool instead of number"]
