"""Zoho takes a name once. A record whose new name is taken gets it with its SKU or address behind it, as it would when
it is made; and whatever name or other field is refused, price, status and the rest go all the same."""

from typing import Any

import pytest

from cscart_zoho.mapping.fields import Mode, Module
from cscart_zoho.records import Direction
from tests.situations.shop import Shop

SKUS = ("TS-S", "TS-M", "TS-L")


@pytest.fixture
def shirts(shop: Shop) -> dict[str, int]:
    """Three variations that share their name, in both systems; by SKU the products."""
    products = {sku: shop.product(sku, stock=3, price="10.00", product="T-shirt") for sku in SKUS}
    shop.sync("products")
    shop.hours(1)
    return products


def items(shop: Shop) -> dict[str, tuple[str, float, str]]:
    """By SKU name, rate and status in Zoho."""
    return {row["sku"]: (row["name"], float(row["rate"]), row["status"]) for row in shop.world.zoho.items().values()}


def edit(shop: Shop, products: dict[str, int], **columns: Any) -> None:
    for product in products.values():
        shop.world.cscart.edit_product(product, **columns)


def test_variations_that_are_renamed_together_get_distinct_names_and_all_the_rest(
    shop: Shop, shirts: dict[str, int]
) -> None:
    edit(shop, shirts, product="Tee")
    shop.sync("products")
    assert {name for name, *_ in items(shop).values()} == {"Tee", "Tee (TS-M)", "Tee (TS-L)"}

    edit(shop, shirts, price="12.00", status="D")
    shop.settle("products")

    assert items(shop) == {
        "TS-S": ("Tee", 12.0, "inactive"),
        "TS-M": ("Tee (TS-M)", 12.0, "inactive"),
        "TS-L": ("Tee (TS-L)", 12.0, "inactive"),
    }
    assert all(shop.told("products", cscart=id) == ("synced", "") for id in shirts.values())
    assert {row["product"] for row in shop.world.cscart.products().values()} == {"Tee"}


def test_name_price_and_status_of_one_edit_all_arrive(shop: Shop, shirts: dict[str, int]) -> None:
    edit(shop, shirts, product="Tee", price="12.00", status="D")

    shop.settle("products")

    assert {rest for _, *rest in map(tuple, items(shop).values()) for rest in [tuple(rest)]} == {(12.0, "inactive")}


def test_names_that_change_places_hold_no_price(shop: Shop, shirts: dict[str, int]) -> None:
    shop.world.cscart.edit_product(shirts["TS-S"], product="Tee")
    shop.settle("products")
    shop.world.cscart.edit_product(shirts["TS-S"], product="T-shirt", price="5.00")
    shop.world.cscart.edit_product(shirts["TS-M"], product="Tee", price="6.00")

    shop.settle("products")

    assert [items(shop)[sku][1] for sku in SKUS] == [5.0, 6.0, 10.0]
    assert items(shop)["TS-S"][0].startswith("T-shirt")
    assert items(shop)["TS-M"][0].startswith("Tee")
    assert all(shop.told("products", cscart=id) == ("synced", "") for id in shirts.values())


def test_where_the_distinct_name_is_taken_too_the_name_waits_alone(shop: Shop, shirts: dict[str, int]) -> None:
    shop.item("X-1", name="Tee (TS-M)")
    edit(shop, shirts, product="Tee", price="12.00")

    shop.sync("products", "products")

    assert {rate for _, rate, _ in (items(shop)[sku] for sku in SKUS)} == {12.0}
    assert items(shop)["TS-M"][0] == "T-shirt (TS-M)"
    state, reason = shop.told("products", cscart=shirts["TS-M"])
    assert state == "held"
    assert "Tee" in reason


def test_a_field_that_zoho_refuses_without_naming_it_waits_alone(shop: Shop, shirts: dict[str, int]) -> None:
    shop.world.zoho.switches.angle_brackets_refused = True
    edit(shop, {"TS-S": shirts["TS-S"]}, product="Tee <new>", price="12.00", status="D")

    shop.sync("products")

    assert items(shop)["TS-S"] == ("T-shirt", 12.0, "inactive")
    assert shop.told("products", cscart=shirts["TS-S"])[0] == "held"


def test_a_contact_whose_name_is_taken_keeps_its_other_edits(shop: Shop) -> None:
    shop.world.zoho.add_contact(contact_name="Bea Example")
    ann = shop.user("ann@example.com", firstname="Ann", lastname="Example", phone="+1 555 0100")
    shop.map_field("contact_name", "fullname", Module.INVENTORY, direction=Direction.TO_ZOHO, mode=Mode.ALWAYS)
    shop.sync("customers")
    shop.hours(1)

    shop.world.cscart.edit_user(ann, firstname="Bea", phone="+1 555 0199")
    shop.sync("customers", "customers")

    (row,) = (row for row in shop.world.zoho.contacts().values() if row["email"] == "ann@example.com")
    assert (row["contact_name"], row["phone"], row["first_name"]) == (
        "Bea Example (ann@example.com)",
        "+1 555 0199",
        "Bea",
    )


def test_a_name_that_the_store_refuses_keeps_the_other_edits_of_the_contact(shop: Shop) -> None:
    person = {"first_name": "Ann", "email": "ann@example.com", "is_primary_contact": True}
    contact = shop.world.zoho.add_contact(contact_name="Ann", contact_persons=[person])
    shop.user("bea@example.com")
    shop.sync("customers")
    shop.hours(1)

    known = shop.world.zoho.contact(contact)["contact_persons"][0]
    changed = {**known, "email": "bea@example.com", "phone": "+1 555 0199"}  # another user has this address
    shop.world.zoho.edit_contact(contact, contact_persons=[changed])
    shop.sync("customers")

    (user,) = (row for row in shop.world.cscart.users().values() if row["email"] == "ann@example.com")
    assert user["phone"] == "+1 555 0199"
    assert shop.told("customers", zoho=contact)[0] in ("held", "failed")
