"""People merge two contacts of Zoho: the one that is linked is gone, another with the same address takes its place. The
link follows at once, and so do orders; nobody is told to make addresses different that belong to one contact."""

import pytest

from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.store.models import Link
from tests.situations.shop import Shop

ANN = "ann@example.com"


@pytest.fixture(params=[Home.INVENTORY, Home.BOTH])
def ann(shop: Shop, request: pytest.FixtureRequest) -> int:
    """A customer who has ordered once; her user. Her contact in Zoho Inventory is linked."""
    shop.live_in(request.param)
    shop.both("L-1", stock=50)
    user = shop.user(ANN, firstname="Ann")
    shop.sync("products", "customers")
    shop.order(("L-1", 1), user=user)
    shop.sync("orders", "customers")
    return user


def entity(shop: Shop) -> str:
    return "contacts" if shop.customer_choices.home is Home.BOTH else "customers"


def contact_of(shop: Shop, user: int) -> str:
    return Link.objects.get(entity=entity(shop), cscart_id=str(user)).zoho_id


def another(shop: Shop) -> str:
    """A second contact of the same address, typed in by a person."""
    return shop.contact("Ann (old)", ANN)


def test_the_next_order_goes_to_the_contact_that_took_the_place(shop: Shop, ann: int) -> None:
    loser, master = contact_of(shop, ann), another(shop)
    shop.world.zoho.merge_contacts(master, loser)

    order = shop.order(("L-1", 2), user=ann)
    shop.sync("orders")

    sale = shop.sale(order)
    assert sale is not None
    assert (sale["customer_id"], sale["status"]) == (master, "confirmed")
    assert contact_of(shop, ann) == master
    shop.settle("customers", "orders")


def test_nobody_is_told_to_make_the_addresses_of_one_contact_different(shop: Shop, ann: int) -> None:
    loser, master = contact_of(shop, ann), another(shop)
    shop.sync("customers")  # both are there: that is told
    shop.world.zoho.merge_contacts(master, loser)
    shop.order(("L-1", 2), user=ann)

    for _ in range(3):
        shop.sync("customers", "orders")

    assert loser not in shop.told(entity(shop), zoho=master)[1]
    assert "different" not in shop.told(entity(shop), cscart=ann)[1]
    assert contact_of(shop, ann) == master


def test_a_run_of_customers_alone_follows_a_merged_contact(shop: Shop, ann: int) -> None:
    if entity(shop) == "contacts":
        shop.live_in(Home.BOTH, inventory_at_once=True)
    loser, master = contact_of(shop, ann), another(shop)
    shop.world.zoho.merge_contacts(master, loser)

    shop.sync("customers", "customers")
    shop.world.cscart.edit_user(ann, phone="+1 555 0199")
    shop.sync("customers", "customers")

    assert contact_of(shop, ann) == master
    assert shop.world.zoho.contact(master)["phone"] == "+1 555 0199"


def test_sales_orders_that_moved_with_the_merge_are_no_edits(shop: Shop, ann: int) -> None:
    loser, master = contact_of(shop, ann), another(shop)
    shop.world.zoho.merge_contacts(master, loser)

    shop.settle("customers", "orders", rounds=4)

    assert not shop.conflicts("orders")
    assert {row["customer_id"] for row in shop.world.zoho.salesorders().values()} == {master}


def test_a_contact_that_is_gone_without_another_one_is_named(shop: Shop, ann: int) -> None:
    gone = contact_of(shop, ann)
    other = shop.contact("Somebody else", "else@example.com")
    shop.world.zoho.merge_contacts(other, gone)
    persons = shop.world.zoho.contact(other)["contact_persons"]
    shop.world.zoho.edit_contact(other, contact_persons=[each for each in persons if each["email"] != ANN])

    order = shop.order(("L-1", 2), user=ann)
    shop.sync("orders", "orders")

    assert shop.sale(order) is None
    reason = shop.why(order)
    assert ANN in reason
    assert "does not exist in Zoho any more" in reason

    again = shop.contact("Ann", ANN)
    shop.sync("customers", "orders", hours=13)
    sale = shop.sale(order)
    assert sale is not None
    assert sale["customer_id"] == again


def test_merged_into_a_company_she_is_one_of_its_persons(shop: Shop, ann: int) -> None:
    loser = contact_of(shop, ann)
    zoe = {"first_name": "Zoe", "email": "zoe@acme.example", "is_primary_contact": True}
    company = shop.world.zoho.add_contact(contact_name="Acme GmbH", contact_persons=[zoe])
    shop.world.zoho.merge_contacts(company, loser)

    order = shop.order(("L-1", 2), user=ann)
    shop.sync("orders", "orders")

    sale = shop.sale(order)
    assert sale is not None
    assert sale["customer_id"] == company
    persons = {p["contact_person_id"]: p["email"] for p in shop.world.zoho.contact(company)["contact_persons"]}
    assert [persons[id] for id in sale["contact_persons"]] == [ANN]


def test_merged_contacts_of_crm_are_followed_in_the_same_run(shop: Shop) -> None:
    shop.live_in(Home.CRM)
    user = shop.user(ANN)
    shop.sync("customers")
    loser = str(shop.person(ANN)["id"])
    master = shop.crm_contact("", "Old")
    shop.world.zoho.crm.merge_contacts(master, loser)
    shop.world.cscart.edit_user(user, phone="+1 555 0199")

    shop.settle("customers")

    assert Link.objects.get(entity="customers").zoho_id == master
    assert shop.person(ANN)["Phone"] == "+1 555 0199"
