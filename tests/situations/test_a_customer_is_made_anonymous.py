"""A customer is made anonymous in the store (GDPR). Stars and an address by chance are nobody's edit: they go to no
contact, and nothing of Zoho brings the person back. What Zoho still has is told until somebody has dealt with it."""

import pytest

from cscart_zoho.mapping.customer_choices import CustomerChoices, Home
from tests.situations.clientele import contact_of, pat, typed_day, with_addon
from tests.situations.shop import Shop


def in_crm(shop: Shop, *, addon: bool) -> tuple[int, str]:
    """A customer on both sides; the ids."""
    if addon:
        with_addon(shop)
    else:
        shop.customer_choices = CustomerChoices(home=Home.CRM, brake_percent=100)
    user = shop.user(**pat(phone="+1 555 0100", b_address="1 Main St", birthday=typed_day("1985-01-31", "UTC")))
    shop.sync("customers")
    return user, str(contact_of(shop, user)["id"])


@pytest.mark.parametrize("addon", [True, False])
def test_the_contact_stays_as_it_is_and_the_merchant_is_told_what_zoho_has(shop: Shop, addon: bool) -> None:
    user, contact = in_crm(shop, addon=addon)
    before = dict(shop.world.zoho.crm.contact(contact))
    shop.world.cscart.anonymize_user(user)
    shop.sync("customers")
    assert dict(shop.world.zoho.crm.contact(contact)) == before
    for side in ({"cscart": user}, {"zoho": contact}):
        state, reason = shop.told("customers", **side)
        assert state == "held"
        assert "made anonymous in CS-Cart" in reason
        for label in ("Last Name", "Email", "Phone"):
            assert label in reason
    assert "Both sides agree" not in shop.runs[-1].message
    shop.settle("customers", rounds=1)


def test_an_edit_in_zoho_does_not_bring_the_person_back(shop: Shop) -> None:
    user, contact = in_crm(shop, addon=True)
    shop.world.cscart.anonymize_user(user)
    shop.world.zoho.crm.edit_contact(contact, Phone="+1 555 0199", Last_Name="Example-Smith")
    before = shop.world.cscart.user(user)
    shop.sync("customers", "customers")
    assert shop.world.cscart.user(user) == before


def test_it_is_settled_once_zoho_has_forgotten_too(shop: Shop) -> None:
    user, contact = in_crm(shop, addon=True)
    shop.world.cscart.anonymize_user(user)
    shop.sync("customers")
    shop.world.zoho.crm.edit_contact(contact, Last_Name="Anonymous", First_Name=None, Email=None, Phone=None)
    shop.sync("customers")
    assert "Mailing Street" in shop.told("customers", zoho=contact)[1]
    shop.world.zoho.crm.edit_contact(contact, Mailing_Street=None, Date_of_Birth=None)
    shop.sync("customers")
    assert shop.told("customers", zoho=contact) == ("synced", "")
    assert shop.world.cscart.user(user)["firstname"] == "***"
    shop.settle("customers", rounds=1)


def test_the_contact_is_deleted_in_zoho(shop: Shop) -> None:
    user, contact = in_crm(shop, addon=True)
    shop.world.cscart.anonymize_user(user)
    shop.sync("customers")
    shop.world.zoho.crm.delete_contact(contact)
    shop.sync("customers")
    assert shop.told("customers", cscart=user) == ("gone", "It was deleted in Zoho.")
    shop.settle("customers", rounds=1)


def test_somebody_whom_zoho_never_knew_is_not_made_there(shop: Shop) -> None:
    with_addon(shop)
    user = shop.user(**pat())
    shop.world.cscart.anonymize_user(user)
    shop.sync("customers")
    assert shop.world.zoho.crm.contact_count == 0
    assert shop.told("customers", cscart=user) == ("not_synced", "This customer was made anonymous in CS-Cart.")


def test_a_store_that_tells_no_word_of_it_is_known_by_its_stars(shop: Shop) -> None:
    user, contact = in_crm(shop, addon=True)
    shop.world.cscart.anonymize_user(user)
    del shop.world.cscart.users_kept.rows[user]["anonymized"]
    shop.sync("customers")
    assert shop.told("customers", cscart=user)[0] == "held"
    assert shop.world.zoho.crm.contact(contact)["Email"] == "p1@example.com"


def test_contacts_of_inventory_stay_as_they_are_too(shop: Shop) -> None:
    with_addon(shop, Home.INVENTORY)
    user = shop.user(**pat(phone="+1 555 0100"))
    shop.sync("customers")
    shop.world.cscart.anonymize_user(user)
    shop.sync("customers")
    ((contact, row),) = shop.world.zoho.contacts().items()
    assert row["contact_persons"][0]["email"] == "p1@example.com"
    assert shop.told("customers", zoho=contact)[0] == "held"
    shop.settle("customers", rounds=1)
