"""All or most partners are not found any more, at once: that is no reason to switch anything off on the other side."""

import pytest

from cscart_zoho.mapping.customer_choices import CustomerChoices, Home
from tests.pace import long
from tests.situations.elsewhere import present, try_sync
from tests.situations.shop import Shop


def live(shop: Shop) -> list[str]:
    """The statuses of all products of the store."""
    return sorted({row["status"] for row in shop.world.cscart.products().values()})


def active(shop: Shop) -> list[str]:
    """... and of all items of Zoho."""
    return sorted({row["status"] for row in shop.world.zoho.items().values()})


def linked(shop: Shop, number: int) -> list[str]:
    for each in range(number):
        shop.both(f"S-{each}", 5)
    shop.sync("products", release_brake=True)
    return list(shop.world.zoho.items())


@pytest.mark.parametrize("number", [3, 9, pytest.param(60, marks=long)])
def test_no_product_is_switched_off_whatever_advice_is_followed(shop: Shop, number: int) -> None:
    for item in linked(shop, number):
        shop.world.zoho.delete_item(item)
    (run,) = try_sync(shop, "products")
    assert run.state == "attention"
    assert f"{number} of {number} linked products" in run.message
    assert "Sample Organisation" in run.message
    assert "Nothing was written" in run.message
    assert live(shop) == ["A"]
    (run,) = try_sync(shop, "products", release_brake=True)
    assert live(shop) == ["A"]
    state, reason = shop.told("products", cscart=1)
    assert state == "held"
    assert "nothing is switched off in CS-Cart" in reason
    for _ in range(3):
        shop.hours(26)
        try_sync(shop, "products")
    assert live(shop) == ["A"]


def test_most_of_them_is_the_whole_and_a_few_are_not(shop: Shop) -> None:
    items = linked(shop, 9)
    for item in items[:2]:
        shop.world.zoho.delete_item(item)
    shop.sync("products")
    assert live(shop) == ["A", "D"]
    for item in items[2:7]:
        shop.world.zoho.delete_item(item)
    (run,) = try_sync(shop, "products")
    assert run.state == "attention"
    assert sum(row["status"] == "D" for row in shop.world.cscart.products().values()) == 2


def test_what_vanishes_a_few_in_each_run_is_seen_as_a_whole(shop: Shop) -> None:
    items = linked(shop, 8)
    switched_off = []
    for item in items:
        shop.world.zoho.delete_item(item)
        try_sync(shop, "products", full=True)
        switched_off.append(sum(row["status"] == "D" for row in shop.world.cscart.products().values()))
    assert max(switched_off) <= 4, switched_off


def test_items_of_a_store_that_lost_its_products_stay_active(shop: Shop) -> None:
    linked(shop, 5)
    for product in list(shop.world.cscart.products()):
        shop.world.cscart.delete_product(product)
    (run,) = try_sync(shop, "products", full=True)
    assert run.state == "attention"
    assert shop.world.cscart.url in run.message
    assert active(shop) == ["active"]
    for released in (True, False):
        try_sync(shop, "products", full=True, release_brake=released)
        assert active(shop) == ["active"]


def test_customers_whose_contacts_vanish_by_the_whole_are_not_disabled(shop: Shop) -> None:
    shop.customer_choices = CustomerChoices(home=Home.INVENTORY, when_deleted="disable", brake_percent=100)
    for name in "abcde":
        shop.user(f"{name}@example.com")
    shop.sync("customers")
    for contact in list(shop.world.zoho.contacts()):
        shop.world.zoho.delete_contact(contact)
    for asked in ({"full": True}, {"full": True, "release_brake": True}, {"full": True}):
        try_sync(shop, "customers", **asked)
        assert {row["status"] for row in shop.world.cscart.users().values()} == {"A"}
    assert (
        "nothing is switched off in CS-Cart" in shop.told("customers", cscart=next(iter(shop.world.cscart.users())))[1]
    )


def test_partners_that_are_back_go_on(shop: Shop) -> None:
    linked(shop, 5)
    rows = shop.world.cscart.catalogue.products.rows
    kept = dict(rows)
    rows.clear()
    for released in (False, True, False):
        try_sync(shop, "products", full=True, release_brake=released)
        assert active(shop) == ["active"]
    rows.update(kept)
    shop.settle("products")
    assert live(shop) == ["A"]
    assert active(shop) == ["active"]
    assert len(shop.world.zoho.items()) == len(shop.world.cscart.products()) == 5
    assert shop.told("products", cscart=1) == ("synced", "")


def test_the_last_two_are_few(shop: Shop) -> None:
    for item in linked(shop, 2):
        shop.world.zoho.delete_item(item)
    shop.sync("products")
    assert live(shop) == ["D"]
    assert present().trouble == ""
