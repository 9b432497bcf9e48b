"""A contact is deleted in Zoho and its user is disabled, as the merchant wants it. When the contact is back, so is the
user; whom a person has disabled stays disabled."""

import pytest

from cscart_zoho.mapping.customer_choices import CustomerChoices, Home
from tests.situations.clientele import contact_of, pat, with_addon
from tests.situations.shop import Shop


@pytest.fixture(params=[True, False], ids=["add-on", "no add-on"])
def disabled(shop: Shop, request: pytest.FixtureRequest) -> tuple[int, str]:
    """A user whose contact was deleted; the ids."""
    if request.param:
        with_addon(shop, when_deleted="disable")
    else:
        shop.customer_choices = CustomerChoices(home=Home.CRM, brake_percent=100, when_deleted="disable")
    user = shop.user(**pat(phone="+1 555 0100"))
    shop.sync("customers")
    contact = str(contact_of(shop, user)["id"])
    shop.world.zoho.crm.delete_contact(contact)
    shop.sync("customers")
    assert status(shop, user) == "D"
    return user, contact


def status(shop: Shop, user: int) -> str:
    return str(shop.world.cscart.user(user)["status"])


@pytest.mark.parametrize("modifies", [True, False])
def test_a_restored_contact_enables_its_user_again(shop: Shop, disabled: tuple[int, str], modifies: bool) -> None:
    user, contact = disabled
    shop.world.zoho.crm.switches.restoring_modifies = modifies
    shop.hours(48)
    shop.world.zoho.crm.restore_contact(contact)
    shop.sync("customers", hours=1 if modifies else 25)  # else the daily look at everything finds it
    assert status(shop, user) == "A"
    assert shop.told("customers", cscart=user) == ("synced", "")
    shop.settle("customers", rounds=1)


def test_a_contact_that_is_made_anew_enables_the_user_too(shop: Shop, disabled: tuple[int, str]) -> None:
    user, _ = disabled
    shop.world.zoho.crm.add_contact(Last_Name="Example 1", First_Name="Pat", Email="p1@example.com")
    shop.sync("customers", "customers")
    assert status(shop, user) == "A"
    shop.settle("customers", rounds=1)


def test_whom_a_person_disables_again_stays_disabled(shop: Shop, disabled: tuple[int, str]) -> None:
    user, contact = disabled
    shop.world.cscart.edit_user(user, status="A")
    shop.sync("customers")
    assert status(shop, user) == "A", "a person may put a user back"
    shop.world.cscart.edit_user(user, status="D")
    shop.sync("customers")
    shop.world.zoho.crm.restore_contact(contact)
    shop.sync("customers", hours=25)
    shop.settle("customers", rounds=1)
    assert status(shop, user) == "D"


def test_whom_a_person_had_disabled_before_stays_disabled(shop: Shop) -> None:
    with_addon(shop, when_deleted="disable")
    user = shop.user(**pat())
    shop.sync("customers")
    contact = str(contact_of(shop, user)["id"])
    shop.world.cscart.edit_user(user, status="D")
    shop.world.zoho.crm.delete_contact(contact)
    shop.sync("customers")
    shop.world.zoho.crm.restore_contact(contact)
    shop.sync("customers", hours=25)
    shop.settle("customers", rounds=1)
    assert status(shop, user) == "D"


def test_it_is_disabled_again_when_the_contact_is_deleted_again(shop: Shop, disabled: tuple[int, str]) -> None:
    user, contact = disabled
    for expected in ("A", "D", "A"):
        if expected == "A":
            shop.world.zoho.crm.restore_contact(contact)
        else:
            shop.world.zoho.crm.delete_contact(contact)
        shop.sync("customers", hours=25)
        assert status(shop, user) == expected
