"""A person voids a sales order and enters the order in Zoho again, under the same reference, as Zoho's "Clone" does.
When the shopper pays, the order is not sent a second time: it is held, and says what to do."""

import pytest

from tests.situations.shop import Shop


@pytest.fixture
def entered_again(shop: Shop) -> tuple[int, str]:
    """A cancelled order whose sales order is void, and the id of the confirmed one that a person has entered since."""
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 2))
    shop.settle("orders")
    sale = shop.sale(order)
    assert sale is not None
    shop.world.zoho.void(sale["salesorder_id"])
    shop.settle("orders")
    assert shop.world.cscart.order_of(order)["status"] == "I"

    again = shop.world.zoho.add_salesorder(
        sale["customer_id"],
        [(shop._item_id("LAMP"), 2, 10)],
        reference_number=sale["reference_number"],
        shipping_charge=sale["shipping_charge"],
    )
    shop.world.zoho.confirm(again)
    return order, again


def alive(shop: Shop, order: int) -> list[str]:
    return [sale["salesorder_number"] for sale in shop.sales(order) if sale["status"] != "void"]


@pytest.mark.parametrize("seen", [True, False])
def test_it_is_not_sent_a_second_time(shop: Shop, entered_again: tuple[int, str], seen: bool) -> None:
    order, again = entered_again
    if seen:
        shop.settle("orders")
    shop.set_status(order, "P")
    shop.settle("products", "orders")

    assert alive(shop, order) == [shop.world.zoho.salesorder(again)["salesorder_number"]]
    assert shop.told("orders", cscart=order)[0] == "held"
    assert again in shop.why(order)
    assert "void it in Zoho" in shop.why(order)
    assert list(shop.world.cscart.orders()) == [order]
    shop.sync("orders", hours=30)
    assert shop.told("orders", cscart=order)[0] == "held"
    assert len(shop.sales(order)) == 2


def test_once_that_one_is_void_it_gets_a_new_one(shop: Shop, entered_again: tuple[int, str]) -> None:
    order, again = entered_again
    shop.set_status(order, "P")
    shop.settle("orders")

    shop.world.zoho.void(again)
    shop.settle("products", "orders")

    assert alive(shop, order) == [f"CS-{order}-2"]
    assert shop.told("orders", cscart=order) == ("synced", "")
    assert shop.stock("LAMP") == (18, 20, 18)


def test_a_sales_order_that_names_the_order_no_more_is_another_one(shop: Shop, entered_again: tuple[int, str]) -> None:
    order, again = entered_again
    shop.set_status(order, "P")
    shop.settle("orders")

    shop.hours(0.1)
    shop.world.zoho.edit_salesorder(again, reference_number="By telephone")
    shop.settle("products", "orders")

    assert alive(shop, order) == [f"CS-{order}-2"]
    assert len(shop.world.cscart.orders()) == 2
