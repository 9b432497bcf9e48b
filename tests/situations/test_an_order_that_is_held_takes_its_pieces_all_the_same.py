"""A guest buys three lamps, and guests do not go over: the order is held. Zoho must not sell these lamps elsewhere.
When guests are allowed later, the order arrives, is confirmed, and takes nothing more.
"""

from tests.situations.shop import Shop


def test_an_order_that_is_held_takes_its_pieces_once(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.user()
    shop.allow_guests(allowed=False)
    shop.sync()

    order = shop.guest_order(("LAMP", 3), status="P")
    shop.settle("orders", "products")
    assert shop.told("orders", cscart=order)[0] == "held"
    assert shop.stock("LAMP") == (17, 17, 17)

    shop.allow_guests(allowed=True)
    shop.sync("orders")
    sale = shop.sale(order)
    assert sale is not None
    assert sale["status"] == "confirmed"
    assert shop.stock("LAMP") == (17, 20, 17)
    shop.settle("orders", "products")
    assert shop.stock("LAMP") == (17, 20, 17)
    assert len(shop.adjustments()) == 2


def test_an_order_that_is_held_and_cancelled_leaves_everything_as_it_was(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.user()
    shop.allow_guests(allowed=False)
    shop.sync()
    order = shop.guest_order(("LAMP", 3), status="P")
    shop.settle("orders", "products")

    shop.set_status(order, "I")
    shop.settle("orders", "products")

    assert shop.stock("LAMP") == (20, 20, 20)
