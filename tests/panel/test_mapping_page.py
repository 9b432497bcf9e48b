"""The field mapping as a page, and the settings for customers."""

import json
from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.utils.html import escape

from cscart_zoho import app
from cscart_zoho.mapping.fields import FieldType, Module
from cscart_zoho.mapping.inventory_fields import INVENTORY_FIELDS
from cscart_zoho.store.models import Cursor, Link, Store, ZohoFieldList
from tests.panel.conftest import SEEN, customers

Browse = Callable[[str], Client]


@pytest.fixture
def crm(store: Store) -> Store:
    customers(store)
    return store


def mapped(store: Store, field: str) -> str:
    fresh = Store.objects.get(pk=store.pk)
    rows = app.field_map(fresh, Module.CONTACT).rows
    return rows[field].column if field in rows else ""


def test_every_field_stands_there_with_its_column_and_an_example(crm: Store, browse: Browse) -> None:
    shown = browse("admin").get("/field-mapping/?module=contact").content.decode()
    for name in ("Last Name", "Twitter", "Mailing City", "Owner"):
        assert name in shown
    assert "It points to something in Zoho" in shown  # an owner cannot be mapped
    assert "Synthetic" in shown  # a value of a real record


@pytest.fixture
def inventory(store: Store) -> Store:
    """Customers that live in Inventory: its 108 fields and one custom field."""
    custom = {"api_name": "cf_size", "label": "Shoe size", "data_type": "string"}
    ZohoFieldList.objects.create(organisation=store.zoho, module="inventory", described=[custom], read_at=SEEN)
    store.customer_choices = {"home": "inventory"}
    store.save()
    return store


def test_each_of_the_108_fields_can_be_mapped_or_says_why_not(inventory: Store, browse: Browse) -> None:
    shown = browse("admin").get("/field-mapping/").content.decode()
    rows = {name: row for row in shown.split("<tr>") for name in INVENTORY_FIELDS if f'"cz-reason">{name} ' in row}
    assert len(rows) == 108
    for name, field in INVENTORY_FIELDS.items():
        can_be_mapped = f'name="column-{name}"' in rows[name]
        assert can_be_mapped == (field.type is not FieldType.REFERENCE), name
        # What only one side can hold is told beside the field, whether it can be mapped or not.
        if field.note:
            assert escape(field.note) in rows[name], name
        else:
            assert can_be_mapped, name
            assert field.writable, name


@pytest.mark.parametrize(
    ("query", "found", "hidden"),
    [
        ("q=website", "column-website", "column-facebook"),
        ("q=b_city", "column-billing_address.city", "column-website"),  # by the column
        ("show=mapped", "column-website", "column-facebook"),
        ("show=unmapped", "column-facebook", "column-website"),
        ("show=custom", "column-cf_size", "column-website"),
    ],
)
def test_the_list_is_searched_and_filtered(
    query: str, found: str, hidden: str, inventory: Store, browse: Browse
) -> None:
    shown = browse("admin").get(f"/field-mapping/?{query}").content.decode()
    assert f'name="{found}"' in shown
    assert f'name="{hidden}"' not in shown


def test_a_field_is_mapped_and_its_base_is_forgotten(crm: Store, browse: Browse) -> None:
    Link.objects.update(base_cscart={"Twitter": "x", "Email": "a"}, base_zoho={"Twitter": "x", "Email": "a"})
    Cursor.objects.create(store=crm, entity="customers", side="zoho", kind="full", moment=SEEN)
    posted = {"column-Twitter": "url", "direction-Twitter": "both", "owner-Twitter": "zoho", "mode-Twitter": "always"}
    answer = browse("admin").post("/field-mapping/?module=contact", posted)
    assert answer.status_code == 302
    assert mapped(crm, "Twitter") == "url"
    assert not Cursor.objects.exists()
    assert "Twitter" not in Link.objects.get().base_cscart


def test_a_map_that_cannot_be_used_is_not_saved_and_says_why(crm: Store, browse: Browse) -> None:
    shown = browse("admin").post("/field-mapping/?module=contact", {"column-Twitter": "email"}).content.decode()
    assert "would both be written to" in shown
    assert "Nothing was saved" in shown
    assert mapped(crm, "Twitter") == ""


@pytest.mark.parametrize("column", ["password", "__class__", "user_type", "is_root"])
def test_only_known_columns_can_be_mapped(column: str, crm: Store, browse: Browse) -> None:
    shown = browse("admin").post("/field-mapping/?module=contact", {"column-Twitter": column}).content.decode()
    assert "CS-Cart has no column" in shown
    assert mapped(crm, "Twitter") == ""


def test_search_and_filters_narrow_the_list_and_saving_keeps_what_they_hide(crm: Store, browse: Browse) -> None:
    shown = browse("admin").get("/field-mapping/?module=contact&show=unmapped&q=twit").content.decode()
    assert "column-Twitter" in shown
    assert "column-Last_Name" not in shown
    browse("admin").post("/field-mapping/?module=contact&q=twit", {"column-Twitter": "url"})
    assert mapped(crm, "Last_Name") == "lastname"


def test_maps_go_out_as_a_file_and_come_back(crm: Store, browse: Browse) -> None:
    client = browse("admin")
    client.post("/field-mapping/?module=contact", {"column-Twitter": "url"})
    file = client.get("/field-mapping/export/").content
    client.post("/field-mapping/defaults/", {"module": "contact"})
    assert mapped(crm, "Twitter") == ""
    client.post("/field-mapping/import/", {"file": _file(file)})
    assert mapped(crm, "Twitter") == "url"


def test_a_file_that_is_no_map_changes_nothing(crm: Store, browse: Browse) -> None:
    client = browse("admin")
    for content in (b"{}", b"[1", json.dumps({"kind": "x", "version": 9, "maps": {}}).encode()):
        client.post("/field-mapping/import/", {"file": _file(content)})
    assert Store.objects.get().customer_choices == {}


def _file(content: bytes) -> BytesIO:
    file = BytesIO(content)
    file.name = "field-mapping.json"
    return file


def test_settings_for_customers_are_saved_and_a_wrong_one_is_refused(crm: Store, browse: Browse) -> None:
    client = browse("admin")
    good = {
        "home": "crm",
        "account_as": "company",
        "placeholder_domain": "noreply.example.com",
        "when_deleted": "tell",
        "brake_percent": "30",
        "brake_minimum": "25",
        "brake_new": "250",
        "full_look_hours": "24",
    }
    assert client.post("/settings/customers/", good).status_code == 302
    kept = Store.objects.get().customer_choices
    assert (kept["home"], kept["placeholder_domain"]) == ("crm", "noreply.example.com")
    shown = client.post("/settings/customers/", {**good, "placeholder_domain": "not a domain"}).content.decode()
    assert "is no domain" in shown
    assert Store.objects.get().customer_choices == kept
