"""Customers get another home in Zoho: Inventory, CRM, or both. Their links belong to the product they were made in."""

import itertools
from typing import Any

import msgspec
import pytest

from cscart_zoho import app
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home
from cscart_zoho.store.choices import save_customer_choices
from cscart_zoho.store.models import Conflict, Link
from tests.pace import first
from tests.situations.elsewhere import connect_organisation, present, try_sync
from tests.situations.shop import Shop

HOMES = (Home.INVENTORY, Home.CRM, Home.BOTH)
WAYS = sorted(itertools.permutations(HOMES, 2), key=lambda way: way[0] is not Home.INVENTORY)


def living_in(shop: Shop, home: Home, users: int = 4, **chosen: Any) -> None:
    """A shop whose customers live there; who is deleted in Zoho is disabled in the store."""
    shop.customer_choices = CustomerChoices(
        home=home, when_deleted="disable", inventory_at_once=True, brake_percent=100, **chosen
    )
    for number in range(users):
        shop.user(f"user{number}@example.com", lastname=f"Example{number}")
    shop.sync("customers")
    shop.settle("customers")


def move(shop: Shop, home: Home) -> None:
    """The merchant chooses another home."""
    shop.customer_choices = msgspec.structs.replace(shop.customer_choices, home=home)
    save_customer_choices(present(), shop.customer_choices)


def silence_crm(shop: Shop) -> None:
    """CRM does not say whether it is there, however often it is asked."""
    shop.unsent += [("GET", "/crm/v8/org")] * 50


def users(shop: Shop) -> dict[int, dict[str, Any]]:
    return shop.world.cscart.users()


def in_crm(shop: Shop) -> list[str]:
    return sorted(str(row["Email"]) for row in shop.world.zoho.crm.contacts().values())


def in_inventory(shop: Shop) -> list[str]:
    return sorted(str(row["email"]) for row in shop.world.zoho.contacts().values())


def linked(entity: str) -> dict[str, str]:
    return dict(Link.objects.filter(store=present(), entity=entity).values_list("cscart_id", "zoho_id"))


@pytest.mark.parametrize("way", first(3, WAYS), ids=str)
def test_no_user_is_disabled_and_nobody_is_there_twice(shop: Shop, way: tuple[Home, Home]) -> None:
    before, after = way
    living_in(shop, before)
    known, emails = users(shop), sorted(row["email"] for row in users(shop).values())
    move(shop, after)
    for released in (False, True):
        try_sync(shop, "customers", release_brake=released)
    shop.settle("customers")
    assert users(shop) == known
    if after is not Home.INVENTORY:
        assert in_crm(shop) == emails
    if after is not Home.CRM:
        assert in_inventory(shop) == emails
    assert len(linked("customers")) == len(known)
    assert shop.told("customers", cscart=next(iter(known))) == ("synced", "")


@pytest.mark.parametrize("way", first(1, WAYS), ids=str)
def test_whoever_moves_back_finds_the_old_links(shop: Shop, way: tuple[Home, Home]) -> None:
    before, after = way
    living_in(shop, before, users=3)
    known, links = users(shop), linked("customers")
    crm, inventory = in_crm(shop), in_inventory(shop)
    move(shop, after)
    try_sync(shop, "customers", release_brake=True)
    move(shop, before)
    try_sync(shop, "customers", release_brake=True)
    shop.settle("customers")
    assert users(shop) == known
    assert linked("customers") == links
    assert set(in_crm(shop)) >= set(crm)
    assert len(in_crm(shop)) == len(set(in_crm(shop)))
    assert set(in_inventory(shop)) >= set(inventory)
    assert len(in_inventory(shop)) == len(set(in_inventory(shop)))


def test_those_who_are_in_the_new_home_already_are_paired_by_their_address(shop: Shop) -> None:
    living_in(shop, Home.INVENTORY)
    there = shop.world.zoho.crm.add_contact(Last_Name="Example0", First_Name="Ann", Email="user0@example.com")
    move(shop, Home.BOTH)
    shop.sync("customers")
    shop.settle("customers")
    assert there in linked("customers").values()
    assert len(in_crm(shop)) == 4


def test_orders_of_known_customers_go_to_the_contacts_that_they_had(shop: Shop) -> None:
    living_in(shop, Home.INVENTORY)
    contacts = linked("customers")
    shop.both("S-1", 9)
    shop.sync("products")
    move(shop, Home.BOTH)
    user = next(iter(users(shop)))
    order = shop.order(("S-1", 1), user=user)
    shop.sync("orders")
    sale = shop.sale(order)
    assert sale is not None
    assert sale["customer_id"] == contacts[str(user)]
    assert len(in_inventory(shop)) == 4


def test_an_edit_made_before_the_move_goes_over_afterwards(shop: Shop) -> None:
    living_in(shop, Home.INVENTORY)
    user = next(iter(users(shop)))
    shop.world.cscart.edit_user(user, lastname="Moved")
    contact = linked("customers")[str(user)]
    move(shop, Home.BOTH)
    shop.sync("customers")
    shop.settle("customers")
    assert shop.world.zoho.contact(contact)["last_name"] == "Moved"
    assert shop.world.zoho.crm.contact(linked("customers")[str(user)])["Last_Name"] == "Moved"


def test_a_crm_that_does_not_answer_once_moves_nobody(shop: Shop) -> None:
    living_in(shop, Home.AUTO)
    links, known = linked("customers"), users(shop)
    assert in_crm(shop) != []
    silence_crm(shop)
    connect_organisation(shop, shop.world.zoho)
    shop.unsent.clear()
    for released in (False, True):
        try_sync(shop, "customers", release_brake=released)
    shop.settle("customers")
    assert linked("customers") == links
    assert users(shop) == known


def test_a_crm_that_did_not_answer_at_connecting_is_asked_again_before_anybody_is_made(shop: Shop) -> None:
    shop.customer_choices = CustomerChoices(home=Home.AUTO, inventory_at_once=True, brake_percent=100)
    shop.user("ann@example.com")
    silence_crm(shop)
    shop.connect()
    (run,) = try_sync(shop, "customers")
    assert run.state == "failed"
    assert "It is not known yet whether customers live in Zoho CRM" in run.message
    assert in_crm(shop) == in_inventory(shop) == []
    shop.unsent.clear()
    shop.sync("customers")
    assert in_crm(shop) == in_inventory(shop) == ["ann@example.com"]


def test_a_crm_that_nobody_may_see_any_more_moves_nobody(shop: Shop) -> None:
    living_in(shop, Home.AUTO)
    links, known, there = linked("customers"), users(shop), in_inventory(shop)
    zoho, org = shop.world.zoho, present().zoho
    assert org is not None
    only = ",".join(scope for scope in app.scopes().split(",") if "CRM" not in scope)
    app.connect_zoho(org, code=zoho.self_client_code(only), self_client=True)
    for released in (False, True):
        (run,) = try_sync(shop, "customers", release_brake=released)
        assert run.state == "failed"
        assert "CRM" in run.message
    assert (users(shop), in_inventory(shop), linked("customers")) == (known, there, links)
    connect_organisation(shop, zoho)
    shop.settle("customers")
    assert (users(shop), in_inventory(shop), linked("customers")) == (known, there, links)


def test_a_crm_that_is_there_now_is_a_home_besides_and_keeps_the_contacts_of_inventory(shop: Shop) -> None:
    shop.customer_choices = CustomerChoices(home=Home.AUTO, when_deleted="disable", brake_percent=100)
    shop.user("ann@example.com")
    shop.connect()
    zoho, org = shop.world.zoho, present().zoho
    assert org is not None
    only = ",".join(scope for scope in app.scopes().split(",") if "CRM" not in scope)
    app.connect_zoho(org, code=zoho.self_client_code(only), self_client=True)
    shop.sync("customers")
    contacts = linked("customers")
    assert len(contacts) == 1
    connect_organisation(shop, zoho)
    shop.sync("customers")
    shop.settle("customers")
    assert linked("contacts") == contacts
    assert in_crm(shop) == in_inventory(shop) == ["ann@example.com"]
    assert {row["status"] for row in users(shop).values()} == {"A"}


def test_another_crm_over_the_old_links_is_refused(shop: Shop) -> None:
    living_in(shop, Home.CRM)
    shop.sync("customers")
    links, known = linked("customers"), users(shop)
    first_crm = shop.world.zoho.crm.zgid
    shop.world.zoho.crm.zgid = "4711"
    shop.hours(25)
    try_sync(shop, "products")  # the organisation is read again, once a day
    (run,) = try_sync(shop, "customers")
    assert run.state == "failed"
    assert "CRM 4711" in run.message
    assert f"CRM {first_crm}" in run.message
    assert (users(shop), linked("customers")) == (known, links)
    shop.world.zoho.crm.zgid = first_crm
    connect_organisation(shop, shop.world.zoho)
    shop.settle("customers")
    assert (users(shop), linked("customers")) == (known, links)


def test_a_question_about_a_contact_of_crm_ends_with_the_move(shop: Shop) -> None:
    living_in(shop, Home.CRM, users=3)
    user, contact = next(iter(linked("customers").items()))
    Conflict.objects.create(
        store=present(), entity="customers", cscart_id=user, zoho_id=contact, field="Last_Name", policy="ask",
        found_at=app.now(),
    )  # fmt: skip
    move(shop, Home.INVENTORY)
    shop.sync("customers")
    assert shop.conflicts("customers") == []
    shop.settle("customers")
    assert len(in_inventory(shop)) == 3


@pytest.mark.parametrize("lost", [("POST", "/inventory/v1/contacts"), ("POST", "/crm/v8/Contacts")], ids=str)
def test_a_home_is_chosen_twice_while_answers_are_lost_and_nobody_is_there_twice(
    shop: Shop, lost: tuple[str, str]
) -> None:
    living_in(shop, Home.CRM, users=3)
    shop.user("late@example.com", lastname="Late")
    move(shop, Home.BOTH)
    shop.lose_answer(*lost)
    shop.lose_call(*lost)
    try_sync(shop, "customers")
    shop.user("later@example.com", lastname="Later")
    for home in (Home.INVENTORY, Home.BOTH):
        move(shop, home)
        try_sync(shop, "customers", release_brake=True)
    shop.settle("customers", rounds=5)

    emails = sorted(row["email"] for row in users(shop).values())
    assert in_crm(shop) == in_inventory(shop) == emails
    assert {row["status"] for row in users(shop).values()} == {"A"}
