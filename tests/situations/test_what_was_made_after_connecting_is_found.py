"""Lists of both sides are kept from when they were read. Before a run says that something is not there, it looks."""

import pytest

from cscart_zoho import app
from cscart_zoho.cli.choices import set_setting
from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.jobs.runner import work_once
from cscart_zoho.mapping.order_choices import OrderChoices, TaxRule
from cscart_zoho.records import Entity
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.cscart.seed import _payment
from tests.situations.money import buy, by_tax, goods, ship_for, tax_in_store, went_over
from tests.situations.shop import Shop

TAXES = ("GET", "/settings/taxes")


def shop_with_a_tax_that_zoho_lacks(shop: Shop) -> int:
    """An order with a tax of 19 %; when Zoho was connected it had none of that percentage."""
    goods(shop, "LAMP", "100.00")
    tax_in_store(shop, "MwSt", 19)
    ship_for(shop, "0")
    shop.sync()
    order = buy(shop, ("LAMP", 1))
    shop.sync("orders")
    assert shop.sale(order) is None
    assert "has no partner in Zoho" in shop.why(order)
    return order


@pytest.mark.parametrize("kind", ["tax", "group"])
def test_a_tax_that_was_made_in_zoho_after_connecting_is_found_by_the_next_run(shop: Shop, kind: str) -> None:
    order = shop_with_a_tax_that_zoho_lacks(shop)
    zoho = shop.world.zoho
    if kind == "tax":
        zoho.add_tax("MwSt", 19)
    else:
        zoho.add_tax_group("MwSt", zoho.add_tax("Federal", 12), zoho.add_tax("Local", 7))
    shop.sync("orders", hours=0.5)
    assert shop.sale(order) is not None, shop.why(order)
    shop.settle("orders")
    assert sum(by_tax(went_over(shop, order)).values()) == 19


def test_a_tax_that_is_mapped_after_connecting_exists(shop: Shop) -> None:
    order = shop_with_a_tax_that_zoho_lacks(shop)
    new = shop.world.zoho.add_tax("Umsatzsteuer", 19)
    shop.order_choices = OrderChoices(brake_percent=100, tax_rules=[TaxRule(zoho_tax=new)])
    shop.connect()
    shop.sync("orders", hours=0.5)
    shop.settle("orders")
    assert by_tax(went_over(shop, order)) == {"Umsatzsteuer": 19}


def test_what_stays_missing_is_not_looked_for_in_each_run(shop: Shop) -> None:
    order = shop_with_a_tax_that_zoho_lacks(shop)
    shop.connect()
    shop.forget_calls()
    for _ in range(5):
        _by_schedule(shop)
    assert shop.called(*TAXES) == 1
    assert "has no partner in Zoho" in shop.why(order)


def _by_schedule(shop: Shop) -> None:
    shop.hours(0.05)
    ask_for_run(shop.connect(), Asked(), trigger="schedule", entity=Entity.ORDERS)
    work_once("test", now=app.now)


def test_a_way_of_payment_that_was_switched_on_after_connecting_is_found(shop: Shop) -> None:
    payments = shop.world.cscart.tables["payments"].rows
    payments.clear()
    shop.both("LAMP", 5)
    shop.sync("products", "customers", "orders")
    payments.append(_payment(7, "Invoice"))
    sale = shop.sell_order(shop.contact("Ann Example", "ann@example.com"), ("LAMP", 1), confirmed=False)
    shop.sync("orders")
    assert shop.told("orders", zoho=sale) == ("synced", "")
    (order,) = shop.world.cscart.desk.orders.rows.values()
    assert str(order["payment_id"]) == "7"


def test_a_status_of_the_store_that_is_not_there_is_still_refused_as_a_setting(shop: Shop) -> None:
    shop.connect()
    with pytest.raises(WrongSetting, match='no order status "X"'):
        set_setting("orders.to_cscart.confirmed", "X")


def test_an_import_takes_a_status_that_the_store_got_after_connecting(shop: Shop) -> None:
    shop.order_choices = OrderChoices(brake_percent=100, to_cscart={**OrderChoices().to_cscart, "confirmed": "X"})
    shop.both("LAMP", 5)
    shop.sync("products", "customers", "orders")
    new_status(shop)
    sale = shop.sell_order(shop.contact("Ann Example", "ann@example.com"), ("LAMP", 1), confirmed=True)
    shop.sync("orders")
    assert shop.told("orders", zoho=sale)[0] == "synced", shop.told("orders", zoho=sale)
    (order,) = shop.world.cscart.desk.orders.rows.values()
    assert order["status"] == "X"


def new_status(shop: Shop) -> None:
    """The store's administrator makes a status X, which takes stock."""
    statuses = shop.world.cscart.tables["statuses"].rows
    processed = next(row for row in statuses if row["status"] == "P")
    statuses.append({**processed, "status_id": "77", "status": "X", "description": "Entered in Zoho"})


def test_a_status_that_the_store_got_after_connecting_can_be_chosen(shop: Shop) -> None:
    shop.both("LAMP", 5)
    shop.sync("products", "customers", "orders")
    new_status(shop)
    set_setting("orders.to_cscart.confirmed", "X")
    sale = shop.sell_order(shop.contact("Ann Example", "ann@example.com"), ("LAMP", 1), confirmed=True)
    shop.sync("orders")
    assert shop.told("orders", zoho=sale)[0] == "synced", shop.told("orders", zoho=sale)
    (order,) = shop.world.cscart.desk.orders.rows.values()
    assert order["status"] == "X"
