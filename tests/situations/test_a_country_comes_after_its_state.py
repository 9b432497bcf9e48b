"""Somebody types a state into Zoho and leaves the country out; the country comes later. The store then has the state's
code, by which its forms and taxes know it, and no value of another country goes along with it."""

import pytest

from cscart_zoho.mapping.customer_choices import Home
from tests.situations.clientele import pat, user_with, with_addon
from tests.situations.shop import Shop


@pytest.mark.parametrize(
    ("state", "country", "kept"), [("Bayern", "Germany", ("BY", "DE")), ("New York", "Germany", ("New York", "DE"))]
)
def test_the_store_gets_the_code_once_the_country_is_known(
    shop: Shop, state: str, country: str, kept: tuple[str, str]
) -> None:
    with_addon(shop)
    contact = shop.crm_contact("x@example.com", "Example", Mailing_State=state, Mailing_Street="Street 1")
    shop.settle("customers")
    assert user_with(shop, "x@example.com")["b_state"] == state

    shop.world.zoho.crm.edit_contact(contact, Mailing_Country=country)
    shop.settle("customers")

    user = user_with(shop, "x@example.com")
    assert (user["b_state"], user["b_country"]) == kept
    row = shop.world.zoho.crm.contact(contact)
    assert (row["Mailing_State"], row["Mailing_Country"]) == (state, country)
    assert not shop.conflicts("customers")


def test_another_country_goes_without_the_code_of_the_old_ones_state(shop: Shop) -> None:
    with_addon(shop, Home.INVENTORY)
    user = shop.user(**pat(b_address="Street 1", b_country="US", b_state="NY"))
    shop.settle("customers")
    (contact,) = shop.world.zoho.contacts()
    address = shop.world.zoho.contact(contact)["billing_address"]
    shop.world.zoho.edit_contact(contact, billing_address={**address, "state_code": "NY"})
    shop.world.cscart.edit_user(user, b_country="DE")

    shop.settle("customers")

    address = shop.world.zoho.contact(contact)["billing_address"]
    assert (address["country"], address["state_code"]) == ("Germany", "")
