"""In Zoho a company is one customer with several contact persons. When one of them who is not the primary one has an
account in the store, or orders as a guest, the order is booked on the company with that person: an address that Zoho
knows is never made a second time."""

from collections.abc import Mapping
from typing import Any

import pytest

from cscart_zoho.mapping.customer_choices import Home
from tests.situations.shop import Shop

ZOE, BOB = "zoe@acme.example", "bob@acme.example"


@pytest.fixture(params=[Home.INVENTORY, Home.BOTH])
def acme(shop: Shop, request: pytest.FixtureRequest) -> str:
    """A company of Zoho Inventory with two persons, and a product that both systems have."""
    shop.live_in(request.param)
    shop.both("L-1", stock=50)
    persons = [
        {"first_name": "Zoe", "email": ZOE, "is_primary_contact": True},
        {"first_name": "Bob", "email": BOB, "phone": "+1 555 0101"},
    ]
    return shop.world.zoho.add_contact(contact_name="Acme GmbH", company_name="Acme GmbH", contact_persons=persons)


def person(shop: Shop, contact: str, email: str) -> str:
    (found,) = (each for each in shop.world.zoho.contact(contact)["contact_persons"] if each["email"] == email)
    return str(found["contact_person_id"])


def booked(shop: Shop, order: int) -> Mapping[str, Any]:
    sale = shop.sale(order)
    assert sale is not None
    return sale


def emails(shop: Shop) -> list[str]:
    """The addresses of all persons of all contacts."""
    return sorted(p["email"] for row in shop.world.zoho.contacts().values() for p in row["contact_persons"])


def test_his_order_is_booked_on_the_company_with_him(shop: Shop, acme: str) -> None:
    bob = shop.user(BOB, firstname="Bob", company="Acme GmbH")
    shop.sync("products", "customers")

    order = shop.order(("L-1", 1), user=bob)
    shop.sync("orders")

    sale = booked(shop, order)
    assert sale["customer_id"] == acme
    assert sale["contact_persons"] == [person(shop, acme, BOB)]
    assert sale["status"] == "confirmed"
    assert emails(shop) == [BOB, ZOE]
    shop.settle("customers", "orders")


def test_a_guest_with_his_address_is_booked_on_the_company_too(shop: Shop, acme: str) -> None:
    shop.sync("products", "customers")

    guest = {"email": BOB.upper(), "firstname": "Bob", "lastname": "Buyer"}
    order = shop.world.cscart.place_order(guest=guest, lines=[(1, 1)])
    shop.set_status(order, "P")
    shop.sync("orders")

    assert booked(shop, order)["customer_id"] == acme
    assert booked(shop, order)["contact_persons"] == [person(shop, acme, BOB)]
    assert emails(shop) == [BOB, ZOE]


def test_his_page_says_where_his_orders_are_booked(shop: Shop, acme: str) -> None:
    bob = shop.user(BOB, firstname="Bob", company="Acme GmbH")
    shop.sync("products", "customers")
    shop.order(("L-1", 1), user=bob)
    shop.sync("orders", "customers", "orders")

    entity = "contacts" if shop.customer_choices.home is Home.BOTH else "customers"
    state, reason = shop.told(entity, cscart=bob)
    assert state == "not_synced"
    assert "Acme GmbH" in reason


def test_an_edit_of_his_account_changes_nobody_in_zoho(shop: Shop, acme: str) -> None:
    bob = shop.user(BOB, firstname="Bob", company="Acme GmbH")
    shop.sync("products", "customers")
    shop.order(("L-1", 1), user=bob)
    shop.sync("orders")
    before = shop.world.zoho.contact(acme)["contact_persons"]

    shop.world.cscart.edit_user(bob, phone="+1 555 0199", firstname="Robert")
    shop.settle("customers")

    assert shop.world.zoho.contact(acme)["contact_persons"] == before


def test_later_orders_and_edits_stay_with_him(shop: Shop, acme: str) -> None:
    bob = shop.user(BOB, firstname="Bob")
    shop.sync("products", "customers")
    first = shop.order(("L-1", 1), user=bob)
    shop.sync("orders")
    second = shop.order(("L-1", 2), user=bob)
    shop.edit_order(first, ("L-1", 3))

    shop.settle("orders")

    for order in (first, second):
        assert booked(shop, order)["customer_id"] == acme
        assert booked(shop, order)["contact_persons"] == [person(shop, acme, BOB)]
    assert shop.sold(first)[0][2] == 3


def test_once_he_has_left_the_company_he_is_a_customer_of_his_own(shop: Shop, acme: str) -> None:
    bob = shop.user(BOB, firstname="Bob", lastname="Buyer")
    shop.sync("products", "customers")
    shop.order(("L-1", 1), user=bob)
    shop.sync("orders")
    known = [each for each in shop.world.zoho.contact(acme)["contact_persons"] if each["email"] != BOB]
    shop.world.zoho.edit_contact(acme, contact_persons=known)

    order = shop.order(("L-1", 2), user=bob)
    shop.sync("orders", "orders", "customers", "orders")

    sale = booked(shop, order)
    assert sale["customer_id"] != acme
    assert shop.world.zoho.contact(sale["customer_id"])["email"] == BOB


def test_where_zoho_ignores_the_filter_nothing_is_read_to_no_end(shop: Shop, acme: str) -> None:
    shop.world.zoho.switches.ignored_filters.add("email")
    for n in range(30):
        shop.contact(f"Contact {n}", f"c{n}@example.com")
    ann = shop.user("ann@example.com")
    shop.sync("products", "customers")
    shop.forget_calls()

    order = shop.order(("L-1", 1), user=ann)
    shop.sync("orders")

    assert booked(shop, order)["status"] == "confirmed"
    assert len([call for call in shop.calls if "/contacts" in call[1]]) <= 8


def test_the_primary_person_stays_whom_the_account_belongs_to(shop: Shop, acme: str) -> None:
    """Another person becomes the primary one in Zoho: the account of the first is not turned into that of the other."""
    zoe = shop.user(ZOE, firstname="Zoe", phone="+1 555 0100")
    shop.sync("products", "customers")
    order = shop.order(("L-1", 1), user=zoe)
    shop.sync("orders")
    known = shop.world.zoho.contact(acme)["contact_persons"]
    turned = [{**each, "is_primary_contact": each["email"] == BOB} for each in known]
    shop.world.zoho.edit_contact(acme, contact_persons=turned)

    shop.settle("customers")
    shop.world.cscart.edit_user(zoe, phone="+1 555 0177")
    shop.settle("customers", "orders")

    user = shop.world.cscart.user(zoe)
    assert (user["email"], user["firstname"], user["phone"]) == (ZOE, "Zoe", "+1 555 0177")
    rows = {each["email"]: each for each in shop.world.zoho.contact(acme)["contact_persons"]}
    assert rows[BOB]["phone"] == "+1 555 0101"
    assert [email for email, each in rows.items() if each["is_primary_contact"]] == [BOB]
    assert booked(shop, order)["customer_id"] == acme
