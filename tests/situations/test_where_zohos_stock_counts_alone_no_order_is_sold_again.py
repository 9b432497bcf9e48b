"""The merchant counts in Zoho alone: its figure is published to the store, and no sale of the store is booked there.
An order that is held is not in Zoho's figure, so the store shows so many less until Zoho has it. And an order from
before takes nothing more where both figures were equal.
"""

import pytest

from cscart_zoho.mapping.choices import ProductChoices, StockOwner
from tests.situations.shop import Shop


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.product_choices = ProductChoices(default_tax_id="6", brake_percent=100, stock_owner=StockOwner.ZOHO)
    return shop


def test_pieces_of_an_order_that_is_held_are_not_put_on_sale_again(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.user()
    shop.allow_guests(allowed=False)
    shop.settle()
    order = shop.guest_order(("LAMP", 3))
    shop.settle("orders", "products")
    shop.settle("products")
    assert shop.told("orders", cscart=order)[0] == "held"
    assert shop.stock("LAMP") == (17, 20, 20)

    shop.sell_in_zoho("LAMP", 5)
    shop.settle("orders", "products")
    assert shop.stock("LAMP") == (12, 15, 15)

    shop.allow_guests(allowed=True)
    shop.settle()
    assert shop.stock("LAMP") == (12, 15, 12)
    shop.set_status(order, "I")
    shop.settle()
    assert shop.stock("LAMP") == (15, 15, 15)
    assert shop.adjustments() == []


@pytest.mark.parametrize("status", ["P", "O", "C"])
def test_equal_figures_stay_equal_whatever_orders_there_were_before(shop: Shop, status: str) -> None:
    shop.product("LAMP", stock=20)
    shop.order(("LAMP", 3), status=status)
    shop.item("LAMP", stock=17)
    shop.settle()
    shown, _, for_sale = shop.stock("LAMP")
    assert (shown, for_sale) == (17, 17)


@pytest.mark.parametrize("status", ["P", "C"])
def test_an_order_from_before_that_is_cancelled_gives_its_pieces_back(shop: Shop, status: str) -> None:
    order = _sold_before(shop, status)
    shop.set_status(order, "I")
    shop.settle(rounds=4)
    assert shop.stock("LAMP") == (20, 20, 20)


def test_one_that_is_deleted_keeps_its_pieces_until_its_sales_order_is_void(shop: Shop) -> None:
    order = _sold_before(shop, "P")
    shop.world.cscart.delete_order(order)
    shop.hours(24)
    shop.settle(rounds=4)
    assert shop.stock("LAMP") == (17, 20, 17)


def test_one_whose_sales_order_is_deleted_puts_nothing_on_sale(shop: Shop) -> None:
    order = _sold_before(shop, "P")
    shop.world.zoho.delete_salesorder(str(shop.sales(order)[0]["salesorder_id"]))
    shop.hours(24)
    shop.settle(rounds=4)
    assert shop.stock("LAMP") == (17, 17, 17)


def _sold_before(shop: Shop, status: str) -> int:
    """Three lamps were sold before; their sales order is confirmed, and what it took is put back."""
    shop.product("LAMP", stock=20)
    order = shop.order(("LAMP", 3), status=status)
    shop.item("LAMP", stock=17)
    shop.settle()
    assert shop.stock("LAMP") == (17, 20, 17)
    return order
