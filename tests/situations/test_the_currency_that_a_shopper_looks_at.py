"""A shopper looks at the store in euros; the store's amounts are in its primary currency, dollars, all the same. Where
the store does not tell its primary currency, nobody guesses: the merchant is asked once, and orders wait."""

from decimal import Decimal

import pytest

from cscart_zoho.jobs.situation import concerns
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.store.choices import save_order_choices
from tests.situations.shop import Shop


@pytest.mark.parametrize("status", ["P", "C"])
def test_what_a_shopper_looks_at_changes_nothing_about_the_amounts(shop: Shop, status: str) -> None:
    shop.both("L-1", stock=20)
    shop.user()
    shop.sync()
    order = shop.order(("L-1", 1), currency="EUR", status=status)
    assert shop.world.cscart.order_of(order)["secondary_currency"] == "EUR"
    shop.settle("products", "orders")
    sale = shop.sale(order)
    assert sale is not None
    assert (sale["status"], sale["currency_code"], sale["exchange_rate"]) == ("confirmed", "USD", 1)
    assert Decimal(str(sale["total"])) == shop.total(order)


def test_a_store_that_does_not_tell_its_currency_is_asked_about_once_and_its_orders_wait(shop: Shop) -> None:
    shop.world.cscart.switches.currencies_told = False
    shop.both("L-1", stock=20)
    shop.sync("products", "customers")
    bought = [shop.order(("L-1", 1), currency=looked_at) for looked_at in ("USD", "EUR")]
    shop.sync("orders", "orders")
    assert shop.world.zoho.salesorder_count == 0
    assert all("orders.currency" in shop.why(order) for order in bought)
    assert shop.store is not None
    shop.store.refresh_from_db()
    assert [each.key for each in concerns(shop.store, shop.store.zoho)].count("currency") == 1

    save_order_choices(shop.store, OrderChoices(brake_percent=100, currency="USD"))
    shop.settle("products", "orders")

    assert [shop.sale(order)["status"] for order in bought] == ["confirmed", "confirmed"]  # type: ignore[index]
    assert "currency" not in [each.key for each in concerns(shop.store, shop.store.zoho)]


def test_a_sales_order_does_not_come_to_a_store_whose_currency_nobody_knows(shop: Shop) -> None:
    shop.world.cscart.switches.currencies_told = False
    shop.both("L-1", stock=20)
    contact = shop.world.zoho.add_contact(contact_name="Bob Example", email="bob@example.com")
    shop.sync("products", "customers")
    sale = shop.world.zoho.add_salesorder(contact, [(shop._item_id("L-1"), 2, 10)])
    shop.sync("orders")
    assert not shop.world.cscart.orders()
    assert "currency" in shop.told("orders", zoho=sale)[1]
