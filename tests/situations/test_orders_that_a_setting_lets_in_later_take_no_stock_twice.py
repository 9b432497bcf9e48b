"""Orders before a date do not go over. The merchant moves the date back: years of orders follow, and Zoho has for sale
what it had.
"""

import msgspec

from cscart_zoho.store.choices import save_order_choices
from tests.situations.shop import Shop


def test_orders_from_before_a_date_that_is_moved_back_take_no_stock(shop: Shop) -> None:
    shop.product("LAMP", stock=20)
    order = shop.order(("LAMP", 3), status="P")
    shop.item("LAMP", stock=17)
    shop.order_choices = msgspec.structs.replace(shop.order_choices, since="2099-01-01")
    shop.sync()
    shop.settle()
    assert shop.sale(order) is None

    assert shop.store is not None
    shop.order_choices = msgspec.structs.replace(shop.order_choices, since="")
    save_order_choices(shop.store, shop.order_choices)
    shop.sync("products", "orders")

    assert shop.sale(order) is not None
    assert shop.stock("LAMP") == (17, 20, 17)
    shop.settle()
    assert shop.stock("LAMP") == (17, 20, 17)
