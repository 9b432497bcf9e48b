"""An administrator of Zoho makes a field read-only for the user who connected it. What the store has changed stays in
the store and waits: it is never set back to what Zoho still has."""

import pytest

from tests.situations.clientele import contact_of, pat, with_addon
from tests.situations.shop import Shop


@pytest.fixture(params=["ignored", "refused"])
def user(shop: Shop, request: pytest.FixtureRequest) -> int:
    """A customer on both sides. What Zoho does with a value for such a field is not established."""
    with_addon(shop)
    shop.world.zoho.crm.switches.locked_fields = request.param
    user = shop.user(**pat(phone="+1 555 0100", fax="+1 555 0110"))
    shop.sync("customers")
    return user


def lock(shop: Shop, field: str = "Phone", *, locked: bool = True) -> None:
    shop.world.zoho.crm.setup.lock("Contacts", field, locked=locked)


def phones(shop: Shop, user: int) -> tuple[str, str]:
    return str(shop.world.cscart.user(user)["phone"]), str(contact_of(shop, user)["Phone"])


@pytest.mark.parametrize("hours", [1, 25], ids=["before the fields are read again", "after"])
def test_the_stores_value_stays_and_waits_with_its_words(shop: Shop, user: int, hours: int) -> None:
    lock(shop)
    shop.world.cscart.edit_user(user, phone="+1 555 0199", lastname="Example-Smith")
    for _ in range(4):
        shop.sync("customers", hours=hours)
        assert phones(shop, user) == ("+1 555 0199", "+1 555 0100")
        state, reason = shop.told("customers", cscart=user)
        assert state == "held"
        assert "Phone" in reason
        assert "+1 555 0199" in reason
    assert contact_of(shop, user)["Last_Name"] == "Example-Smith", "the other fields go on"


def test_it_goes_over_once_the_field_may_be_written_again(shop: Shop, user: int) -> None:
    lock(shop)
    shop.world.cscart.edit_user(user, phone="+1 555 0199")
    shop.sync("customers", "customers")
    lock(shop, locked=False)
    for _ in range(4):
        shop.sync("customers", hours=25)
    assert phones(shop, user) == ("+1 555 0199", "+1 555 0199")
    assert shop.told("customers", cscart=user) == ("synced", "")


def test_an_edit_of_a_person_in_zoho_still_comes_over(shop: Shop, user: int) -> None:
    lock(shop)
    shop.world.zoho.crm.edit_contact(contact_of(shop, user)["id"], Phone="+1 555 0177")
    shop.sync("customers", "customers", hours=25)
    assert phones(shop, user) == ("+1 555 0177", "+1 555 0177")


def test_a_new_contact_is_made_without_the_value_and_the_store_keeps_it(shop: Shop, user: int) -> None:
    lock(shop)
    other = shop.user(**pat(2, phone="+1 555 0142"))
    for hours in (1, 1, 25, 25):
        shop.sync("customers", hours=hours)
        assert shop.world.cscart.user(other)["phone"] == "+1 555 0142"
    assert contact_of(shop, other)["Phone"] is None
    assert shop.told("customers", cscart=other)[0] == "held"


def test_a_person_who_sets_a_value_back_in_zoho_is_believed(shop: Shop, user: int) -> None:
    shop.world.cscart.edit_user(user, phone="+1 555 0199")
    shop.sync("customers")
    assert phones(shop, user) == ("+1 555 0199", "+1 555 0199")
    shop.world.zoho.crm.edit_contact(contact_of(shop, user)["id"], Phone="+1 555 0100")
    shop.sync("customers")
    assert phones(shop, user) == ("+1 555 0100", "+1 555 0100")
