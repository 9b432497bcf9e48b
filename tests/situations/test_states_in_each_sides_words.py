"""A state has one name in Zoho and one code in the store, whatever the library of such names calls it: the store's own
lists count, with names in its language and codes that have been given up. One address in two spellings is one."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.mapping.fields import FieldRow
from tests.pace import first
from tests.situations.clientele import contact_of, mapped, pat, user_with, with_addon
from tests.situations.shop import Shop

#: Country and state as the store keeps them, what it calls the state, the country and other spellings in Zoho.
STATES: dict[str, tuple[str, str, str, str, tuple[str, ...]]] = {
    "plain": ("IN", "MH", "Maharashtra", "India", ("Mahārāshtra", "MAHARASHTRA", "MH", "IN-MH")),
    "a code that was given up": ("IN", "CT", "Chhattisgarh", "India", ("Chhattīsgarh", "CG")),
    "a name that was given up": ("IN", "OR", "Orissa", "India", ("Odisha", "OD")),
    "a comma": ("GB", "BST", "Bristol", "United Kingdom", ("City of Bristol", "Bristol, City of")),
    "a state within a state of one name": ("ES", "M", "Madrid", "Spain", ("madrid",)),
    "accents": ("BR", "SP", "São Paulo", "Brazil", ("Sao Paulo", "SP")),
    "accents of the store": ("CA", "QC", "Québec", "Canada", ("Quebec",)),
    "a code of the store's own": ("GB", "GLAS", "Glasgow", "United Kingdom", ("glasgow",)),
    "a code of three letters": ("DE", "BER", "Berlin", "Germany", ("BE", "berlin")),
    "brackets": ("IT", "BZ", "Bolzano (Bozen)", "Italy", ("Bolzano", "Bozen")),
    "a sign": ("IN", "DN", "Dadra & Nagar Haveli", "India", ("dadra nagar haveli",)),
    "letters of its own": ("RU", "MOS", "Московская область", "Russia", ("московская область",)),
}
every_state = pytest.mark.parametrize("what", first(6, list(STATES)))


def know(shop: Shop) -> None:
    """The store has these states."""
    for country, code, name, *_ in STATES.values():
        shop.world.cscart.set_state(country, code, name)


def home_of(shop: Shop, home: Home) -> None:
    know(shop)
    with_addon(shop, home)


def in_crm(shop: Shop, user: int) -> tuple[str, str]:
    row = contact_of(shop, user)
    return row["Mailing_State"] or "", row["Mailing_Country"] or ""


def in_inventory(shop: Shop, user: int) -> tuple[str, str]:
    email = shop.world.cscart.user(user)["email"]
    row = next(each for each in shop.world.zoho.contacts().values() if each["email"] == email)
    return row["billing_address"]["state"], row["billing_address"]["country"]


SHOWN: Mapping[Home, Callable[[Shop, int], tuple[str, str]]] = {Home.CRM: in_crm, Home.INVENTORY: in_inventory}


def typed_in(shop: Shop, home: Home, user: Mapping[str, Any], state: str, country: str) -> None:
    """A person enters a customer in Zoho."""
    if home is Home.CRM:
        names = {"First_Name": user["firstname"], "Email": user["email"]}
        shop.crm_contact(name=user["lastname"], Mailing_State=state, Mailing_Country=country, **names)
        return
    person = {"first_name": user["firstname"], "last_name": user["lastname"], "email": user["email"]}
    shop.world.zoho.add_contact(
        contact_name=f"{user['firstname']} {user['lastname']}",
        contact_persons=[{**person, "is_primary_contact": True}],
        billing_address={"state": state, "country": country},
    )


@every_state
@pytest.mark.parametrize("home", SHOWN)
def test_zoho_gets_the_name_that_the_store_gives_it(shop: Shop, home: Home, what: str) -> None:
    country, code, name, in_zoho, _ = STATES[what]
    home_of(shop, home)
    user = shop.user(**pat(b_country=country, b_state=code))
    changed = shop.user(**pat(2))
    shop.sync("customers")
    shop.world.cscart.edit_user(changed, b_country=country, b_state=code)

    shop.settle("customers")

    for each in (user, changed):
        assert SHOWN[home](shop, each) == (name, in_zoho)
        assert shop.world.cscart.user(each)["b_state"] == code
    assert not shop.conflicts("customers")


@every_state
@pytest.mark.parametrize("home", SHOWN)
def test_the_store_gets_its_own_code(shop: Shop, home: Home, what: str) -> None:
    country, code, name, in_zoho, others = STATES[what]
    home_of(shop, home)
    shop.user(**pat(9, b_country=country, b_state=code))  # the store has told of it once
    for number, written in enumerate((name, *others), 1):
        typed_in(shop, home, pat(number), written, in_zoho)

    shop.settle("customers")

    for number, written in enumerate((name, *others), 1):
        user = user_with(shop, pat(number)["email"])
        assert (user["b_country"], user["b_state"]) == (country, code), written
        assert SHOWN[home](shop, int(user["user_id"]))[0] == written  # nobody has changed it


@every_state
@pytest.mark.parametrize("home", SHOWN)
def test_both_have_it_already(shop: Shop, home: Home, what: str) -> None:
    country, code, name, in_zoho, others = STATES[what]
    home_of(shop, home)
    for number, written in enumerate((name, *others), 1):
        shop.user(**pat(number, b_country=country, b_state=code))
        typed_in(shop, home, pat(number), written, in_zoho)
    before = shop.writes()

    shop.sync("customers", "customers")

    assert not shop.conflicts("customers")
    assert shop.writes() == before


# Orders

#: For whom an order's address is.
PAT = {"attention": "Pat Example 1"}


def test_an_order_to_india_adds_no_second_address(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    street = {"address": "1 Marine Drive", "city": "Mumbai", "zip": "400001"}
    user = shop.user(**pat(b_address="1 Marine Drive", b_city="Mumbai", b_zipcode="400001", b_country="IN"))
    shop.world.cscart.edit_user(user, b_state="MH")
    contact = shop.world.zoho.add_contact(
        contact_name="Pat Example 1",
        contact_persons=[{"first_name": "Pat", "last_name": "Example 1", "email": "p1@example.com"}],
        billing_address={**street, **PAT, "state": "Maharashtra", "country": "India"},
    )
    shop.sync()

    order = shop.order(("LAMP", 1), user=user)
    shop.sync()

    sale = shop.sale(order)
    assert sale is not None
    assert sale["billing_address"]["state"] == "Maharashtra"
    assert shop.world.zoho.contact(contact)["addresses"] == []


@pytest.mark.parametrize(
    "theirs",
    [
        {"address": "1 marine drive", "city": "MUMBAI", "state": "Mahārāshtra"},
        {"address": "1 Marine  Drive.", "city": "Mumbaí", "state": "MH"},
        {"address": "1, Marine Drive", "city": "Mumbai", "state": "maharashtra", "country": "INDIA"},
    ],
)
def test_an_address_in_another_spelling_is_the_same_one(shop: Shop, theirs: dict[str, str]) -> None:
    shop.both("LAMP", stock=20)
    where = pat(b_address="1 Marine Drive", b_city="Mumbai", b_zipcode="400001", b_country="IN", b_state="MH")
    user = shop.user(**where)
    contact = shop.world.zoho.add_contact(
        contact_name="Pat Example 1",
        contact_persons=[{"first_name": "Pat", "last_name": "Example 1", "email": "p1@example.com"}],
        billing_address={**PAT, "zip": "400001", "country": "India", **theirs},
    )
    shop.sync()
    shop.order(("LAMP", 1), user=user)

    shop.settle()

    assert shop.world.zoho.contact(contact)["addresses"] == []


def test_an_order_without_the_add_on_tells_what_the_store_calls_a_state(shop: Shop) -> None:
    """The store's own API tells no address of a customer; orders tell codes and names."""
    know(shop)
    shop.both("LAMP", stock=20)
    user = shop.user(**pat())
    address = {"b_country": "GB", "b_state": "GLAS", "b_city": "Glasgow", "b_address": "1 High Street"}
    order = shop.order(("LAMP", 1), user=user, **address)
    shop.sync()

    sale = shop.sale(order)
    assert sale is not None
    assert (sale["billing_address"]["state"], sale["billing_address"]["country"]) == ("Glasgow", "United Kingdom")

    shop.live_in(Home.CRM)
    typed_in(shop, Home.CRM, pat(2), "Glasgow", "United Kingdom")
    shop.sync("customers")

    assert user_with(shop, "p2@example.com")["b_state"] == "GLAS"


def test_an_order_from_zoho_gets_the_stores_code(shop: Shop) -> None:
    know(shop)
    shop.both("LAMP", stock=20)
    shop.order(("LAMP", 1), user=shop.user(**pat()), b_country="IN", b_state="OR")
    shop.sync()
    contact = shop.contact("Zoe Example", "zoe@example.com")
    shop.world.zoho.edit_contact(contact, billing_address={"address": "2 Road", "state": "Odisha", "country": "India"})
    shop.sell_order(contact, ("LAMP", 1), confirmed=True)

    shop.sync("customers", "orders", "orders")

    (order,) = (row for row in shop.world.cscart.orders().values() if row["email"] == "zoe@example.com")
    assert (order["b_country"], order["b_state"]) == ("IN", "OR")


def test_an_add_on_that_tells_no_names(shop: Shop) -> None:
    """What ISO knows goes as people write it, codes of before as well; a code of the store's own goes as it is."""
    shop.world.cscart.switches.addon_tells_names = False
    home_of(shop, Home.CRM)
    users = {code: shop.user(**pat(n, b_country="IN", b_state=code)) for n, code in enumerate(("MH", "OR", "CT", "X9"))}

    shop.settle("customers")

    told = {code: in_crm(shop, user)[0] for code, user in users.items()}
    assert told == {"MH": "Maharashtra", "OR": "Odisha", "CT": "Chhattisgarh", "X9": "X9"}
    assert {code: shop.world.cscart.user(user)["b_state"] for code, user in users.items()} == {c: c for c in users}


def test_a_name_that_the_store_tells_later_is_no_edit(shop: Shop) -> None:
    shop.world.cscart.switches.addon_tells_names = False
    home_of(shop, Home.CRM)
    shop.both("LAMP", stock=20)
    user = shop.user(**pat(b_country="GB", b_state="GLAS"))
    shop.settle("customers")
    assert in_crm(shop, user)[0] == "GLAS"

    shop.order(("LAMP", 1), user=user)
    shop.sync()
    shop.world.zoho.crm.edit_contact(contact_of(shop, user)["id"], Mailing_State="Edinburgh, City of")
    shop.settle("customers")

    assert not shop.conflicts("customers")
    assert shop.world.cscart.user(user)["b_state"] == "EDH"
    assert in_crm(shop, user)[0] == "Edinburgh, City of"


# A map without the country


WITHOUT_COUNTRY = {"Mailing_State": FieldRow("b_state"), "Mailing_City": FieldRow("b_city")}


@pytest.mark.parametrize("country", ["", "US"])
def test_without_the_country_a_code_stays_what_it_is(shop: Shop, country: str) -> None:
    mapped(shop, WITHOUT_COUNTRY)
    user = shop.user(**pat(b_state="NY", b_country=country, b_city="Albany"))

    shop.settle("customers")
    shop.world.cscart.edit_user(user, b_city="Buffalo")
    shop.settle("customers")

    assert contact_of(shop, user)["Mailing_City"] == "Buffalo"
    assert shop.world.cscart.user(user)["b_state"] == "NY"
    assert contact_of(shop, user)["Mailing_State"] in ({"NY"} if not country else {"NY", "New York"})
    assert not shop.conflicts("customers")


@pytest.mark.parametrize("told", ["US", "United States", None])
def test_without_the_country_a_name_of_zoho_reaches_the_store_as_its_code(shop: Shop, told: str | None) -> None:
    mapped(shop, WITHOUT_COUNTRY)
    user = shop.user(**pat(b_state="NY", b_country="US"))
    contact = shop.crm_contact(
        "p1@example.com", "Example 1", First_Name="Pat", Mailing_State="New York", Mailing_Country=told
    )
    shop.settle("customers")
    assert shop.world.cscart.user(user)["b_state"] == "NY"
    assert not shop.conflicts("customers")

    shop.world.zoho.crm.edit_contact(contact, Mailing_State="California")
    shop.settle("customers")

    assert shop.world.cscart.user(user)["b_state"] == "CA"
    assert shop.world.zoho.crm.contact(contact)["Mailing_State"] == "California"


# One address in two spellings


SPELLINGS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "case": ({"b_address": "1 main street"}, {"Mailing_Street": "1 Main Street"}),
    "dots": ({"b_address": "1 Main St"}, {"Mailing_Street": "1 Main St."}),
    "commas": ({"b_address": "Main Street 1, 2nd floor"}, {"Mailing_Street": "Main Street 1  2nd floor"}),
    "lines": ({"b_address": "Main Street 1, 2nd floor"}, {"Mailing_Street": "Main Street 1\n2nd floor"}),
    "accents": ({"b_city": "Düsseldorf"}, {"Mailing_City": "Dusseldorf"}),
    "a postcode": ({"b_zipcode": "SW1A1AA"}, {"Mailing_Zip": "SW1A 1AA"}),
    "a state": ({"b_country": "US", "b_state": "NY"}, {"Mailing_Country": "U.S.A.", "Mailing_State": "new york"}),
}


@pytest.mark.parametrize("what", SPELLINGS)
def test_one_address_in_two_spellings_is_no_question(shop: Shop, what: str) -> None:
    ours, theirs = SPELLINGS[what]
    with_addon(shop)
    user = shop.user(**pat(**ours))
    contact = shop.crm_contact("p1@example.com", "Example 1", First_Name="Pat", **theirs)
    before = shop.writes()

    shop.sync("customers", "customers")

    assert not shop.conflicts("customers")
    assert shop.writes() == before

    shop.world.cscart.edit_user(user, b_address="7 Other Road", b_city="Othertown")
    shop.settle("customers")
    row = shop.world.zoho.crm.contact(contact)
    assert (row["Mailing_Street"], row["Mailing_City"]) == ("7 Other Road", "Othertown")


def test_two_addresses_are_two(shop: Shop) -> None:
    with_addon(shop)
    shop.user(**pat(b_address="1 Main Street"))
    shop.crm_contact("p1@example.com", "Example 1", First_Name="Pat", Mailing_Street="11 Main Street")

    shop.sync("customers")

    assert len(shop.conflicts("customers", "Mailing_Street")) == 1


def test_a_new_spelling_is_an_edit_and_goes_over(shop: Shop) -> None:
    with_addon(shop)
    user = shop.user(**pat(b_address="1 main street", b_city="Salem"))
    shop.sync("customers")

    shop.world.cscart.edit_user(user, b_address="1 Main Street")
    shop.settle("customers")

    assert contact_of(shop, user)["Mailing_Street"] == "1 Main Street"
