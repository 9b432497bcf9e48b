"""Zoho keeps its CRM and its Inventory in sync by itself, from some day on: then CRM alone is written."""

from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home
from cscart_zoho.store.models import ZohoFieldList
from tests.situations.elsewhere import present, try_sync
from tests.situations.shop import Shop


def living_in_both(shop: Shop, users: int = 3) -> None:
    shop.customer_choices = CustomerChoices(home=Home.BOTH, inventory_at_once=True, brake_percent=100)
    for number in range(users):
        shop.user(f"user{number}@example.com", lastname=f"Example{number}")
    shop.sync("customers")
    shop.settle("customers")


def edit(shop: Shop, name: str) -> None:
    user = next(iter(shop.world.cscart.users()))
    shop.world.cscart.edit_user(user, lastname=name)


def names_in_crm(shop: Shop) -> set[Any]:
    return {row["Last_Name"] for row in shop.world.zoho.crm.contacts().values()}


def names_in_inventory(shop: Shop) -> set[Any]:
    return {row["last_name"] for row in shop.world.zoho.contacts().values()}


def test_the_first_contact_that_says_so_is_enough(shop: Shop) -> None:
    living_in_both(shop)
    shop.hours(1)
    shop.world.zoho.sync_with_crm()
    edit(shop, "Edited")
    before = shop.world.zoho.writes
    (run,) = try_sync(shop, "customers")
    assert run.state == "waiting"
    assert "Zoho has begun to keep its CRM and its Inventory in sync by itself." in run.message
    shop.sync("customers")
    assert "Edited" in names_in_crm(shop)
    assert shop.world.zoho.writes == before
    shop.settle("customers")
    assert shop.world.zoho.writes == before


def test_the_daily_reading_notices_it_whatever_runs(shop: Shop) -> None:
    living_in_both(shop)
    shop.world.zoho.sync_with_crm()
    assert not app.zoho_links_itself(present().zoho)
    shop.hours(24)
    shop.sync("products")
    assert app.zoho_links_itself(present().zoho)


def test_an_order_makes_no_second_contact(shop: Shop) -> None:
    living_in_both(shop)
    shop.both("S-1", 9)
    shop.sync("products")
    shop.hours(1)
    user = shop.user("new@example.com", lastname="New")
    shop.sync("customers")
    contacts = len(shop.world.zoho.contacts())
    shop.world.zoho.sync_with_crm()
    order = shop.order(("S-1", 1), user=user)
    for _ in range(2):
        try_sync(shop, "orders")
    assert len(shop.world.zoho.contacts()) == contacts
    assert shop.sale(order) is not None


def test_both_are_written_again_when_it_is_switched_off(shop: Shop) -> None:
    living_in_both(shop)
    shop.world.zoho.sync_with_crm()
    shop.hours(24)
    shop.sync("customers")
    shop.world.zoho.end_sync_with_crm()
    edit(shop, "Later")
    shop.hours(24)
    shop.sync("customers")
    shop.settle("customers")
    assert "Later" in names_in_crm(shop)
    assert "Later" in names_in_inventory(shop)


@pytest.mark.parametrize("home", [Home.INVENTORY, Home.CRM])
def test_where_one_is_written_alone_it_goes_on(shop: Shop, home: Home) -> None:
    shop.customer_choices = CustomerChoices(home=home, brake_percent=100)
    shop.user("ann@example.com")
    shop.sync("customers")
    shop.world.zoho.crm.add_contact(Last_Name="Other", Email="other@example.com")
    shop.world.zoho.sync_with_crm()
    edit(shop, "Edited")
    shop.sync("customers")
    names = names_in_inventory(shop) if home is Home.INVENTORY else names_in_crm(shop)
    assert "Edited" in names


def test_what_gets_no_answer_stays_as_it_was_known(shop: Shop) -> None:
    living_in_both(shop)
    shop.world.zoho.sync_with_crm()
    shop.hours(24)
    shop.sync("products")
    shop.unsent += [("GET", "/inventory/v1/contacts")] * 20
    shop.hours(24)
    shop.sync("products")
    shop.unsent.clear()
    assert app.zoho_links_itself(present().zoho)


def test_fields_are_read_again_after_a_refusal_and_once_a_day(shop: Shop) -> None:
    living_in_both(shop)
    name = shop.world.zoho.crm.add_field("Contacts", "Shoe size")
    shop.sync("customers")
    assert name not in _fields()
    shop.world.zoho.crm.add_field("Contacts", "Customer number", mandatory=True)
    shop.user("new@example.com", lastname="New")
    try_sync(shop, "customers")  # it is refused, for nobody knew of the new field
    try_sync(shop, "customers")
    assert name in _fields()
    other = shop.world.zoho.crm.add_field("Contacts", "Hat size")
    shop.hours(24)
    try_sync(shop, "customers")
    assert other in _fields()


def _fields() -> set[str]:
    return {each["api_name"] for each in ZohoFieldList.objects.get(module="contact").described}
