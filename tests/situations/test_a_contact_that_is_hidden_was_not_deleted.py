"""A contact of CRM is no longer shared with the user who connected Zoho. CRM answers for it like for one that is not
there, and that proves nothing: nobody is disabled, the link is kept, and the list says what may be the matter."""

import pytest

from cscart_zoho.mapping.customer_choices import CustomerChoices, Home
from cscart_zoho.store.models import Link
from tests.situations.shop import Shop


@pytest.fixture
def hidden(shop: Shop) -> tuple[int, str]:
    """A user whose contact is not shared any more, at a merchant who disables users of deleted contacts; the ids."""
    shop.customer_choices = CustomerChoices(home=Home.CRM, brake_percent=100, when_deleted="disable")
    user = shop.user(phone="+1 555 0100")
    shop.user("bob@example.com", firstname="Bob")
    shop.sync("customers")
    contact = str(shop.person("ann@example.com")["id"])
    shop.world.zoho.crm.setup.withhold("Contacts", contact, unseen=True)
    return user, contact


def status(shop: Shop, user: int) -> str:
    return str(shop.world.cscart.user(user)["status"])


@pytest.mark.parametrize("asked", ["daily", "named", "edited"])
def test_nobody_is_disabled_for_it(shop: Shop, hidden: tuple[int, str], asked: str) -> None:
    user, contact = hidden
    if asked == "named":
        shop.sync("customers", only="ids", cscart_ids=(str(user),))
    if asked == "edited":
        shop.world.cscart.edit_user(user, phone="+1 555 0177")
    shop.sync("customers", "customers", hours=30)

    assert status(shop, user) == "A"
    state, reason = shop.told("customers", cscart=user)
    assert state == "held"
    assert "shared" in reason
    assert "It was deleted" not in reason
    assert Link.objects.filter(entity="customers", cscart_id=user, zoho_id=contact).exists()
    assert len(shop.world.zoho.crm.contacts()) == 2


def test_it_goes_on_once_it_is_shared_again(shop: Shop, hidden: tuple[int, str]) -> None:
    user, contact = hidden
    shop.sync("customers", hours=30)
    shop.world.cscart.edit_user(user, phone="+1 555 0177")
    shop.sync("customers")
    shop.world.zoho.crm.setup.share("Contacts", contact)
    shop.sync("customers", "customers", hours=30)

    assert shop.world.zoho.crm.contact(contact)["Phone"] == "+1 555 0177"
    assert shop.told("customers", cscart=user) == ("synced", "")


def test_one_that_is_deleted_while_it_is_hidden_is_believed_then(shop: Shop, hidden: tuple[int, str]) -> None:
    user, contact = hidden
    shop.sync("customers", hours=30)
    assert status(shop, user) == "A"
    shop.world.zoho.crm.delete_contact(contact)
    shop.sync("customers", "customers")

    assert status(shop, user) == "D"
    assert shop.told("customers", cscart=user)[0] == "gone"


@pytest.mark.parametrize("hours", [1, 30])
def test_one_that_was_deleted_is_believed_at_every_look(shop: Shop, hours: float) -> None:
    shop.customer_choices = CustomerChoices(home=Home.CRM, brake_percent=100, when_deleted="disable")
    user = shop.user()
    shop.sync("customers")
    shop.hours(hours)
    shop.world.zoho.crm.delete_contact(str(shop.person("ann@example.com")["id"]))
    shop.sync("customers", hours=1)

    assert status(shop, user) == "D"
    assert "It was deleted" in shop.told("customers", cscart=user)[1]
