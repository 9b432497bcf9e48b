"""Zoho and the store have the same phone, each written in its own way, when a customer is paired. Nobody is asked and
each keeps its own; another phone is a question, in the words of the field map."""

import pytest

from cscart_zoho.mapping.customer_choices import Home
from tests.situations.clientele import pat, with_addon
from tests.situations.shop import Shop


def in_zoho(shop: Shop, home: Home, phone: str) -> None:
    """A person has typed the customer into Zoho before."""
    if home is Home.CRM:
        shop.crm_contact("p1@example.com", "Example 1", First_Name="Pat", Phone=phone)
        return
    person = {"first_name": "Pat", "last_name": "Example 1", "email": "p1@example.com", "phone": phone}
    shop.world.zoho.add_contact(contact_name="Pat Example 1", contact_persons=[{**person, "is_primary_contact": True}])


def phone_of(shop: Shop, home: Home) -> str:
    if home is Home.CRM:
        return str(shop.person("p1@example.com")["Phone"])
    (contact,) = shop.world.zoho.contacts().values()
    return str(contact["phone"])


@pytest.mark.parametrize("home", [Home.CRM, Home.INVENTORY])
@pytest.mark.parametrize(("here", "there"), [("555-0100", "(555) 0100"), ("+1.555.0100", "+1 555 0100")])
def test_the_same_phone_asks_nobody(shop: Shop, home: Home, here: str, there: str) -> None:
    with_addon(shop, home)
    in_zoho(shop, home, there)
    user = shop.user(**pat(phone=here))

    shop.sync("customers")
    shop.settle("customers")

    assert shop.told("customers", cscart=user) == ("synced", "")
    assert (shop.world.cscart.user(user)["phone"], phone_of(shop, home)) == (here, there)

    shop.world.cscart.edit_user(user, phone="555-0199")
    shop.settle("customers")
    assert phone_of(shop, home) == "555-0199"


def test_another_phone_is_a_question_in_peoples_words(shop: Shop) -> None:
    with_addon(shop, Home.INVENTORY)
    in_zoho(shop, Home.INVENTORY, "555 0101")
    user = shop.user(**pat(phone="555 0100"))

    shop.sync("customers", "customers")

    assert shop.told("customers", cscart=user) == ("conflict", "Both sides differ: Contact person: phone.")
    assert "contact_persons.phone" not in shop.last_words()
