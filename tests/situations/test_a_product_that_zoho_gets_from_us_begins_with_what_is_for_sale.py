"""A product with old and open orders has no item yet. Its item begins with what the store has for sale, and the orders,
which wait for the item, take nothing of that when they follow.
"""

from tests.situations.shop import Shop


def test_an_item_begins_with_what_is_for_sale_and_its_older_orders_take_nothing(shop: Shop) -> None:
    shop.product("LAMP", stock=20)
    shop.order(("LAMP", 3), status="C")
    shop.order(("LAMP", 2), status="P")
    shop.sync("customers", "orders")

    shop.sync("products")
    assert shop.stock("LAMP") == (15, 15, 15)

    shop.sync("orders")
    assert shop.stock("LAMP") == (15, 20, 15)
    shop.settle()
    assert shop.stock("LAMP") == (15, 20, 15)
