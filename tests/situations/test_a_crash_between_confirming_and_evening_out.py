"""The process ends after an old order was confirmed in Zoho and before what it took is put back; or the answer to the
adjustment that puts it back is lost. The next run puts it back, once.
"""

import pytest

from tests.situations.shop import Shop


@pytest.mark.parametrize("lost", ["call", "answer"])
def test_what_an_old_order_took_is_put_back_once_though_the_adjustment_is_lost(lost: str, shop: Shop) -> None:
    shop.product("LAMP", stock=20)
    shop.order(("LAMP", 3), status="C")
    shop.item("LAMP", stock=17)
    shop.sync("products", "customers")

    (shop.lose_call if lost == "call" else shop.lose_answer)("POST", "/inventoryadjustments")
    shop.sync("orders")
    shop.sync("products", "orders")

    assert shop.stock("LAMP") == (17, 20, 17)
    assert len(shop.adjustments()) == 1
