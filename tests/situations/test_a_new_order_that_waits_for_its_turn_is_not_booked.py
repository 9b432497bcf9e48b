"""An order that merely waits for the next run of orders, or for its payment, is in nobody's adjustment: its sales order
takes the pieces.
"""

from tests.situations.shop import Shop


def test_an_order_that_waits_for_the_next_run_or_its_payment_is_not_booked(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.user()
    shop.sync()

    order = shop.order(("LAMP", 3), status="O")
    shop.sync("products", "products")
    assert shop.stock("LAMP") == (17, 20, 20)
    shop.sync("orders", "products")
    assert shop.stock("LAMP") == (17, 20, 20)

    shop.set_status(order, "P")
    shop.settle("orders", "products")

    assert shop.stock("LAMP") == (17, 20, 17)
    assert shop.adjustments() == []
