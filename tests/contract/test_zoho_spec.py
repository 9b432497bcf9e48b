"""The judge of our Zoho requests must itself be able to say no."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from cscart_zoho_sim.wire import Request
from tests.contract.zoho_spec import SpecValidator, described

TOKEN = {"authorization": "Zoho-oauthtoken 1000.a.b"}


@pytest.fixture(scope="module")
def validator(shared: Path) -> SpecValidator:
    return SpecValidator(shared / "specs" / "zoho-inventory")


def call(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **query: str) -> Request:
    sent = TOKEN if headers is None else headers
    if body is not None:
        sent = {**sent, "content-type": "application/json"}
    return Request(
        method,
        "www.zohoapis.com",
        f"/inventory/v1{path}",
        tuple({"organization_id": "10234695", **query}.items()),
        sent,
        b"" if body is None else json.dumps(body).encode(),
    )


ITEM = {"name": "Bags-small", "rate": 6.5, "sku": "SK123", "item_type": "inventory", "product_type": "goods"}
ADJUSTMENT = {
    "date": "2026-01-05",
    "reason": "Store sync",
    "adjustment_type": "quantity",
    "reference_number": "REF-1",
    "line_items": [{"item_id": "4815000000044100", "quantity_adjusted": -2}],
}

ORDER = {
    "customer_id": "4815000000044080",
    "salesorder_number": "CS-97",
    "reference_number": "CS-97",
    "date": "2026-01-05",
    "line_items": [{"item_id": "4815000000044100", "rate": 122, "quantity": 2, "tax_id": "", "discount": 1.5}],
    "discount_type": "item_level",
    "is_discount_before_tax": True,
    "is_inclusive_tax": False,
    "shipping_charge": 7,
    "adjustment": -0.01,
    "adjustment_description": "Rounding -0.01",
    "billing_address_id": "4815000000017005",
    "shipping_address_id": "4815000000017005",
}
OWN = {"ignore_auto_number_generation": "true"}
ORDERS = "/salesorders/4815000000044895"
ADDRESS = {
    "attention": "Mr.John",
    "address": "4900 Hopyard Rd",
    "city": "Pleasanton",
    "zip": "94588",
    "phone": "+1 555",
}
ADDRESSES = "/contacts/4815000000044080/address"

ALLOWED = [
    call("GET", "/items", page="1", per_page="200", sort_column="last_modified_time", sort_order="D"),
    call("GET", "/items", sku="SK123"),
    call("GET", "/items/4815000000044208"),
    call("GET", "/itemdetails", item_ids="4815000000044208,4815000000044274"),
    call("POST", "/items", ITEM),
    call("POST", "/items", {**ITEM, "label_rate": 8, "package_details": {"weight": 1.5, "weight_unit": "kg"}}),
    call("POST", "/items", {**ITEM, "initial_stock": 5, "initial_stock_rate": 6.5}),
    call("POST", "/items", {**ITEM, "custom_fields": [{"api_name": "cf_store_id", "value": "12"}]}),
    call("PUT", "/items/4815000000044208", {"name": "Bags-large", "is_taxable": False}),
    call("POST", "/items/4815000000044208/inactive"),
    call("POST", "/items/active", item_ids="4815000000044208"),
    call("POST", "/inventoryadjustments", ADJUSTMENT),
    call("GET", "/inventoryadjustments", page="2"),
    call("GET", "/settings/taxes"),
    call("GET", "/settings/fields", entity="item"),
    call("GET", "/locations"),
    call("POST", "/salesorders", ORDER, **OWN),
    call("PUT", ORDERS, {**ORDER, "line_items": [{"line_item_id": "4815000000044897", "quantity": 3}]}, **OWN),
    call("GET", ORDERS),
    call("GET", "/salesorders", sort_column="last_modified_time", sort_order="D", page="1", per_page="200"),
    call("GET", "/salesorders", salesorder_number="CS-97"),
    call("POST", f"{ORDERS}/status/confirmed"),
    call("POST", f"{ORDERS}/status/void"),
    call("POST", "/salesorders/status/confirmed", salesorder_ids="4815000000045208,4815000000045274"),
    call("GET", ADDRESSES),
    call("POST", ADDRESSES, ADDRESS),
    call("GET", "/settings/currencies"),
    call("GET", "/settings/taxgroups/4815000000044043"),
    call("GET", "/settings/preferences"),
]

REFUSED = {
    "unknown query key": (call("GET", "/items", colour="red"), "colour"),
    "wrong type in the query": (call("GET", "/items", page="first"), "page"),
    "missing organisation": (
        Request("GET", "www.zohoapis.com", "/inventory/v1/items", (), TOKEN),
        "organization_id",
    ),
    "missing item ids": (call("GET", "/itemdetails"), "item_ids"),
    "unknown address": (call("GET", "/goods"), "no such address"),
    "wrong method": (call("PUT", "/items", ITEM), "method"),
    "unknown body key": (call("POST", "/items", {**ITEM, "stock_on_hand": 5}), "stock_on_hand"),
    "unknown key of a slip": (call("POST", "/items", {**ITEM, "package_details": {"mass": 1}}), "mass"),
    "wrong type": (call("POST", "/items", {**ITEM, "rate": "6.50"}), "6.50"),
    "wrong type of a slip": (call("POST", "/items", {**ITEM, "label_rate": "8"}), "label_rate"),
    "no name": (call("POST", "/items", {"rate": 6}), "name"),
    "no name in a change": (call("PUT", "/items/4815000000044208", {"rate": 6}), "name"),
    "not in the list of choices": (
        call("POST", "/inventoryadjustments", {**ADJUSTMENT, "adjustment_type": "value"}),
        "value",
    ),
    "unknown key of a line": (
        call(
            "POST",
            "/inventoryadjustments",
            {**ADJUSTMENT, "line_items": [*ADJUSTMENT["line_items"], {"item_id": "1", "new_stock": 2}]},
        ),
        "new_stock",
    ),
    "text for a number in the second line": (
        call(
            "POST",
            "/inventoryadjustments",
            {
                **ADJUSTMENT,
                "line_items": [*ADJUSTMENT["line_items"], {"item_id": "1", "quantity_adjusted": "2"}],
            },
        ),
        "'2'",
    ),
    "filter that adjustments do not have": (
        call("GET", "/inventoryadjustments", reference_number="REF-1"),
        "reference_number",
    ),
    "unknown key of an undescribed address": (call("GET", "/settings/fields", module="item"), "module"),
    "body where there is none": (call("POST", "/items/4815000000044208/active", {"a": 1}), "body"),
    "order with its address written into it": (
        call("POST", "/salesorders", {**ORDER, "shipping_address": ADDRESS}, **OWN),
        "shipping_address",
    ),
    "order without lines": (
        call("POST", "/salesorders", {key: value for key, value in ORDER.items() if key != "line_items"}, **OWN),
        "line_items",
    ),
    "order with a status": (call("PUT", ORDERS, {**ORDER, "status": "confirmed"}, **OWN), "status"),
    "text for an amount of an order": (call("POST", "/salesorders", {**ORDER, "adjustment": "-0.01"}, **OWN), "0.01"),
    "unknown key of an order's line": (
        call("POST", "/salesorders", {**ORDER, "line_items": [{"sku": "SK123", "quantity": 1}]}, **OWN),
        "sku",
    ),
    "filter of orders that nobody has seen": (call("GET", "/salesorders", total="5"), "total"),
    "status that cannot be set": (call("POST", f"{ORDERS}/status/draft"), "no such address"),
    "bulk call without ids": (call("POST", "/salesorders/status/confirmed"), "salesorder_ids"),
    "unknown key of an address": (call("POST", ADDRESSES, {**ADDRESS, "purpose": "billing"}), "purpose"),
    "other kind of token": (
        call("GET", "/items", headers={"authorization": "Bearer 1000.a.b"}),
        "Zoho-oauthtoken",
    ),
}


@pytest.mark.parametrize("request_", ALLOWED, ids=lambda each: f"{each.method} {each.path}")
def test_what_the_description_allows_passes(validator: SpecValidator, request_: Request) -> None:
    validator.check(request_)


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_description_does_not_know_is_refused(validator: SpecValidator, case: str) -> None:
    request, word = REFUSED[case]
    with pytest.raises(AssertionError, match=word):
        validator.check(request)


@pytest.mark.parametrize("case", REFUSED)
def test_a_request_is_refused_also_after_good_ones_were_seen(validator: SpecValidator, case: str) -> None:
    for good in ALLOWED:
        validator.check(good)
    request, word = REFUSED[case]
    for _ in range(2):
        with pytest.raises(AssertionError, match=word):
            validator.check(request)


def test_other_addresses_are_not_judged(validator: SpecValidator) -> None:
    before = validator.checked
    validator.check(Request("GET", "store.example.com", "/api/products", (("colour", "red"),)))
    assert validator.checked == before


def test_every_request_is_counted(validator: SpecValidator) -> None:
    before = validator.checked
    for request in ALLOWED:
        validator.check(request)
    assert validator.checked == before + len(ALLOWED)


@pytest.mark.long
def test_the_descriptions_are_well_formed_with_what_is_added_to_them(shared: Path) -> None:
    # Zoho's own slip: a path of reporting tags has a pattern where the name of its parameter should stand.
    files = {file.stem: file for file in (shared / "specs" / "zoho-inventory").glob("*.yml")}
    del files["reporting-tags"]
    assert {"items", "contacts", "salesorders", "inventoryadjustments"} < files.keys()
    for file in files.values():
        document, openapi = described(file)
        validate(document)
        assert openapi.spec["paths"].keys() == document["paths"].keys()
