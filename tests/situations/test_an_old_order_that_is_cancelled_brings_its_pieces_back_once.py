"""A paid order from before both sides were compared is cancelled a year later: its pieces come back in the store, and
Zoho has them again, once, whether its sales order was confirmed or held.
"""

import pytest

from tests.situations.shop import Shop


@pytest.mark.parametrize("held", [False, True])
def test_an_old_order_that_is_cancelled_brings_its_pieces_back_once(held: bool, shop: Shop) -> None:
    shop.product("LAMP", stock=20)
    shop.allow_guests(allowed=not held)
    order = shop.guest_order(("LAMP", 3), status="P")
    shop.item("LAMP", stock=17)
    shop.sync()
    shop.settle()
    assert shop.stock("LAMP")[::2] == (17, 17)

    shop.set_status(order, "I")
    shop.settle()

    assert shop.stock("LAMP") == (20, 20, 20)
