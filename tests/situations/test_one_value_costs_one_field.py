"""One value that the other side does not take costs its own field: the customer is made without it, or changed in all
else; the page shows the value and says what to do; the other customers go. Both ways."""

from typing import Any

import pytest

from cscart_zoho.mapping.customer_choices import Home
from tests.situations.shop import Shop

ODD_PHONE = "0171/5550100"


def crm(shop: Shop, **choices: Any) -> Shop:
    """Customers live in CRM, and the store add-on tells all columns."""
    shop.world.cscart.switches.addon = True
    shop.live_in(Home.CRM, **choices)
    return shop


def test_a_phone_that_crm_refuses_is_left_out_and_told(shop: Shop) -> None:
    shop.live_in(Home.BOTH)
    cal = shop.user("cal@example.com", firstname="Cal", phone=ODD_PHONE)
    bea = shop.user("bea@example.com", firstname="Bea", phone="+1 555 0100")

    shop.sync("customers")

    assert shop.person("cal@example.com")["First_Name"] == "Cal"
    assert not shop.person("cal@example.com")["Phone"]
    assert shop.told("customers", cscart=bea) == ("synced", "")
    state, reason = shop.told("customers", cscart=cal)
    assert state == "held"
    assert ODD_PHONE in reason
    assert "Phone" in reason
    assert "Both sides agree" not in shop.runs[-1].message


def test_it_goes_once_it_is_corrected_and_the_store_keeps_it_until_then(shop: Shop) -> None:
    shop.live_in(Home.CRM)
    cal = shop.user("cal@example.com", phone=ODD_PHONE)
    shop.sync("customers", "customers")
    assert shop.world.cscart.user(cal)["phone"] == ODD_PHONE

    shop.world.cscart.edit_user(cal, phone="0171 5550100")
    shop.sync("customers")

    assert shop.person("cal@example.com")["Phone"] == "0171 5550100"
    assert shop.told("customers", cscart=cal) == ("synced", "")


def test_what_waits_is_not_sent_with_every_run(shop: Shop) -> None:
    shop.live_in(Home.CRM)
    shop.user("cal@example.com", phone=ODD_PHONE)
    shop.sync("customers")
    shop.forget_calls()

    for _ in range(24):
        shop.sync("customers")

    assert shop.called("PUT", "/Contacts") <= 8  # after 5, 10, 20 ... minutes, at last once a day
    assert shop.told("customers", zoho=shop.person("cal@example.com")["id"])[0] == "held"


#: What the store holds, and how the reason names it. Everything is mapped in the default map.
TOO_MUCH = {
    "a first name": ({"firstname": "F" * 41}, "has 41 characters; Zoho takes 40"),
    "a phone": ({"phone": "1" * 51}, "has 51 characters; Zoho takes 50"),
    "a fax": ({"fax": "2" * 31}, "has 31 characters; Zoho takes 30"),
    "a street": ({"b_address": "L" * 251}, "has 251 characters; Zoho takes 250"),
}


@pytest.mark.parametrize("what", TOO_MUCH)
@pytest.mark.parametrize("when", ["new", "changed"])
def test_a_value_of_the_store_that_is_too_long_waits_alone(what: str, when: str, shop: Shop) -> None:
    crm(shop)
    given, said = TOO_MUCH[what]
    other = shop.user("bea@example.com")
    if when == "new":
        user = shop.user("ann@example.com", company="Example Ltd", **given)
    else:
        user = shop.user("ann@example.com")
        shop.sync("customers")
        shop.world.cscart.edit_user(user, company="Example Ltd", **given)

    shop.sync("customers")

    assert shop.person("ann@example.com")["Account_Name"]["name"] == "Example Ltd"
    state, reason = shop.told("customers", cscart=user)
    assert state == "held"
    assert said in reason
    assert shop.told("customers", cscart=other) == ("synced", "")


#: What people have typed into CRM, the field that waits and how the reason names it.
NOT_FOR_THE_STORE = {
    "a country that nobody knows": ({"Mailing_Country": "Utopia"}, "b_country", "Utopia"),
    "a postcode": ({"Mailing_Zip": "12345-67890-12345"}, "b_zipcode", "12345-67890-12345"),
    "a city": ({"Mailing_City": "C" * 65}, "b_city", "65 characters"),
    "signs that the store turns into question marks": ({"Fax": "fax \U0001f4e0"}, "fax", "\U0001f4e0"),
}


@pytest.mark.parametrize("what", NOT_FOR_THE_STORE)
@pytest.mark.parametrize("when", ["new", "changed"])
def test_a_value_of_crm_that_the_store_cannot_keep_waits_alone(what: str, when: str, shop: Shop) -> None:
    crm(shop)
    given, column, said = NOT_FOR_THE_STORE[what]
    other = shop.crm_contact("bea@example.com", "Bea")
    if when == "new":
        contact = shop.crm_contact("ann@example.com", "Ann", Phone="+1 555 0100", **given)
        shop.sync("customers")
    else:
        contact = shop.crm_contact("ann@example.com", "Ann")
        shop.sync("customers")
        shop.hours(1)
        shop.world.zoho.crm.edit_contact(contact, Phone="+1 555 0100", **given)
    shop.sync("customers", "customers")

    (user,) = (row for row in shop.world.cscart.users().values() if row["email"] == "ann@example.com")
    assert user["phone"] == "+1 555 0100"
    assert not user[column]
    state, reason = shop.told("customers", zoho=contact)
    assert state == "held"
    assert said in reason
    assert shop.told("customers", zoho=other) == ("synced", "")
    for field, value in given.items():
        assert shop.world.zoho.crm.contact(contact)[field] == value


def test_an_address_that_is_none_holds_the_customer_who_is_found_by_it(shop: Shop) -> None:
    crm(shop)
    user = shop.user("ann@localhost")
    shop.user("bea@example.com")

    shop.sync("customers")

    assert shop.people() == {"bea@example.com"}
    state, reason = shop.told("customers", cscart=user)
    assert state == "held"
    assert "ann@localhost" in reason


def test_a_long_address_is_called_one(shop: Shop) -> None:
    crm(shop)
    email = f"{'a' * 64}@{'b' * 50}.example.com"
    user = shop.user(email)

    shop.sync("customers")

    state, reason = shop.told("customers", cscart=user)
    assert state == "held"
    assert reason.startswith(f"The e-mail address has {len(email)} characters")


@pytest.mark.parametrize("written", ["U.K", "u.k.", "UK", "U. K.", "Great Britain", "GB"])
def test_a_country_is_known_in_every_spelling(written: str, shop: Shop) -> None:
    crm(shop)
    contact = shop.crm_contact("ann@example.com", "Ann", Mailing_Country=written)

    shop.sync("customers")

    (user,) = shop.world.cscart.users().values()
    assert user["b_country"] == "GB"
    assert shop.told("customers", zoho=contact) == ("synced", "")
