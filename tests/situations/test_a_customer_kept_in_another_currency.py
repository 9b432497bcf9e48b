"""A shopper is a customer in Zoho already, kept in another currency than the store's: Zoho would book the order's
figures in that currency. Such an order is not sent, and its page names both currencies; one that was sent all the
same, because nobody could know, is not confirmed."""

from decimal import Decimal

import pytest

from cscart_zoho.mapping.order_choices import OrderChoices
from tests.situations.shop import Shop


@pytest.fixture
def euros(shop: Shop) -> str:
    """The id of the euro in an organisation that counts in dollars."""
    return shop.world.zoho.organisation.add_currency("EUR", 1.1)


def eve(shop: Shop, currency: str) -> str:
    """A customer of Zoho with her address; her id."""
    person = {"first_name": "Eve", "last_name": "Example", "email": "eve@example.com", "is_primary_contact": True}
    return shop.world.zoho.add_contact(contact_name="Eve Example", contact_persons=[person], currency_id=currency)


def test_an_order_of_a_customer_in_euros_is_not_sent_in_dollars(shop: Shop, euros: str) -> None:
    shop.both("L-1", stock=20)
    user = shop.user("eve@example.com", firstname="Eve")
    eve(shop, euros)
    shop.sync("products", "customers")

    order = shop.order(("L-1", 1), user=user)
    shop.sync("orders", "orders")

    assert shop.sale(order) is None
    state, reason = shop.told("orders", cscart=order)
    assert state == "held"
    assert "USD" in reason
    assert "EUR" in reason
    assert "Both sides agree" not in shop.runs[-1].message


def test_it_goes_once_the_customer_is_kept_in_the_stores_currency(shop: Shop, euros: str) -> None:
    shop.both("L-1", stock=20)
    user = shop.user("eve@example.com", firstname="Eve")
    contact = eve(shop, euros)
    shop.sync("products", "customers")
    order = shop.order(("L-1", 1), user=user)
    shop.sync("orders")

    shop.world.zoho.edit_contact(contact, currency_id=shop.world.zoho.organisation.currency_id)
    shop.sync("customers", "orders", "orders")

    sale = shop.sale(order)
    assert sale is not None
    assert (sale["currency_code"], Decimal(str(sale["total"])), sale["status"]) == (
        "USD",
        shop.total(order),
        "confirmed",
    )


def test_the_one_contact_of_all_guests_in_euros_leaves_a_draft_that_says_why(shop: Shop, euros: str) -> None:
    shop.both("L-1", stock=20)
    contact = shop.world.zoho.add_contact(contact_name="Walk-in", currency_id=euros)
    shop.order_choices = OrderChoices(brake_percent=100, guest_contact_id=contact)
    shop.sync("products")

    guest = {"email": "gus@example.com", "firstname": "Gus", "lastname": "Example"}
    order = shop.world.cscart.place_order(guest=guest, lines=[(1, 1)])
    shop.set_status(order, "P")
    shop.sync("orders")

    sale = shop.sale(order)
    if sale is not None:  # nobody has seen the contact's row
        assert sale["status"] == "draft"
    for _ in range(2):
        state, reason = shop.told("orders", cscart=order)
        assert state == "held"
        assert "EUR" in reason
        assert "USD" in reason
        shop.sync("orders")
    sale = shop.sale(order)
    assert sale is None or sale["status"] == "draft"


def test_a_store_in_euros_sends_nothing_to_an_organisation_in_dollars(shop: Shop) -> None:
    shop.world.cscart.desk.checkout.currency = "EUR"
    shop.both("L-1", stock=20)
    shop.sync("products", "customers")
    order = shop.order(("L-1", 1))
    shop.sync("orders")
    assert shop.sale(order) is None
    assert "EUR" in shop.why(order)
    assert "USD" in shop.why(order)
