"""A user is disabled when the contact was deleted, as the merchant wants it, and for no other reason: not when two
contacts were merged, and not by what is no longer connected."""

import pytest

from cscart_zoho import app
from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.store.choices import save_customer_choices
from tests.situations.elsewhere import connect_organisation, present
from tests.situations.shop import Shop

ANN = "ann@example.com"


def status(shop: Shop, user: int) -> str:
    return str(shop.world.cscart.user(user)["status"])


def inventory_contact(shop: Shop, email: str = ANN) -> str:
    (found,) = (id for id, row in shop.world.zoho.contacts().items() if row["email"] == email)
    return found


def test_whose_contact_was_merged_into_another_one_stays_enabled(shop: Shop) -> None:
    shop.live_in(Home.INVENTORY, when_deleted="disable")
    user = shop.user(ANN)
    shop.sync("customers")
    other = shop.contact("Bob", "bob@example.com")
    shop.sync("customers")
    shop.world.zoho.merge_contacts(other, inventory_contact(shop))

    shop.sync("customers", "customers", hours=25)

    assert status(shop, user) == "A"
    state, reason = shop.told("customers", cscart=user)
    assert state == "gone"
    assert 'a contact person of "Bob"' in reason
    shop.settle("customers", rounds=1)


def test_whose_contact_without_an_address_was_merged_stays_enabled(shop: Shop) -> None:
    shop.live_in(Home.INVENTORY, when_deleted="disable")
    mine = shop.world.zoho.add_contact(contact_name="Ann", contact_persons=[{"first_name": "Ann", "last_name": "Doe"}])
    other = shop.contact("Bob", "bob@example.com")
    shop.sync("customers")
    (user,) = (id for id, row in shop.world.cscart.users().items() if row["firstname"] == "Ann")
    shop.world.zoho.merge_contacts(other, mine)

    shop.sync("customers", "customers", hours=25)

    assert status(shop, user) == "A"
    state, reason = shop.told("customers", cscart=user)
    assert state == "gone"
    assert 'a contact person of "Bob"' in reason
    shop.settle("customers", rounds=1)


@pytest.fixture
def abroad(shop: Shop) -> int:
    """A user whose contact was deleted in a second organisation, while that one was connected; and not in the first."""
    shop.live_in(Home.CRM, when_deleted="disable")
    user = shop.user(ANN)
    shop.sync("customers")
    connect_organisation(shop, shop.world.add_organisation("Second Ltd"))
    app.start_anew(present())
    shop.sync("customers")
    crm = shop.world.other_organisations[0].crm
    (contact,) = crm.contacts()
    crm.delete_contact(contact)
    shop.sync("customers")
    assert status(shop, user) == "D"
    return user


def test_whose_contact_is_in_the_organisation_that_is_connected_again_is_enabled(shop: Shop, abroad: int) -> None:
    connect_organisation(shop, shop.world.zoho)
    shop.sync("customers")
    shop.settle("customers", rounds=2)
    assert status(shop, abroad) == "A"


def test_whom_a_person_disabled_meanwhile_stays_disabled(shop: Shop, abroad: int) -> None:
    shop.world.cscart.edit_user(abroad, status="A")
    shop.sync("customers")
    shop.world.cscart.edit_user(abroad, status="D")
    connect_organisation(shop, shop.world.zoho)
    shop.sync("customers")
    shop.settle("customers", rounds=2)
    assert status(shop, abroad) == "D"


def test_whose_contact_is_deleted_in_both_stays_disabled(shop: Shop, abroad: int) -> None:
    (contact,) = shop.world.zoho.crm.contacts()
    shop.world.zoho.crm.delete_contact(contact)
    connect_organisation(shop, shop.world.zoho)
    shop.sync("customers")
    shop.settle("customers", rounds=2)
    assert status(shop, abroad) == "D"


def test_who_is_found_in_an_organisation_that_is_started_anew_with_is_enabled(shop: Shop) -> None:
    shop.live_in(Home.CRM, when_deleted="disable")
    user = shop.user(ANN)
    shop.sync("customers")
    (contact,) = shop.world.zoho.crm.contacts()
    shop.world.zoho.crm.delete_contact(contact)
    shop.sync("customers")
    assert status(shop, user) == "D"
    other = shop.world.add_organisation("Second Ltd")
    other.crm.add_contact(Last_Name="Example", First_Name="Ann", Email=ANN)
    connect_organisation(shop, other)
    app.start_anew(present())
    shop.sync("customers", "customers")
    shop.settle("customers", rounds=2)
    assert status(shop, user) == "A"


@pytest.mark.parametrize(("before", "after"), [(Home.CRM, Home.INVENTORY), (Home.INVENTORY, Home.CRM)])
def test_whose_contact_is_there_in_the_other_home_is_enabled(shop: Shop, before: Home, after: Home) -> None:
    shop.live_in(before, when_deleted="disable")
    user = shop.user(ANN)
    shop.sync("customers")
    shop.live_in(after, when_deleted="disable")
    save_customer_choices(present(), shop.customer_choices)
    shop.sync("customers")
    shop.live_in(before, when_deleted="disable")
    save_customer_choices(present(), shop.customer_choices)
    shop.sync("customers")
    if before is Home.CRM:
        shop.world.zoho.crm.delete_contact(str(shop.person(ANN)["id"]))
    else:
        shop.world.zoho.delete_contact(inventory_contact(shop))
    shop.sync("customers", hours=25)
    assert status(shop, user) == "D"
    shop.live_in(after, when_deleted="disable")
    save_customer_choices(present(), shop.customer_choices)
    shop.sync("customers", "customers", hours=25)
    assert status(shop, user) == "A"
    shop.settle("customers", rounds=2)
