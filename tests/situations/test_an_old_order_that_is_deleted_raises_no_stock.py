"""Three lamps were sold before both sides were compared, and Zoho has confirmed their sales order since. Then the order
disappears in the store, or is cancelled there though one lamp is on its way: the store shows its pieces again, but Zoho
keeps them for the sales order. Nobody has a lamp more than before, and none of the three is sold a second time.
"""

import pytest

from tests.situations.shop import Shop


@pytest.fixture
def order(shop: Shop) -> int:
    """A paid order of old with its confirmed sales order; 17 lamps are for sale on both sides."""
    shop.product("LAMP", stock=20)
    order = shop.order(("LAMP", 3))
    shop.item("LAMP", stock=17)
    shop.settle()
    assert shop.stock("LAMP") == (17, 20, 17)
    return order


def test_one_that_is_deleted_in_the_store_keeps_its_pieces_until_its_sales_order_is_void(
    shop: Shop, order: int
) -> None:
    shop.world.cscart.delete_order(order)
    shop.hours(24)
    shop.settle(rounds=4)
    assert shop.stock("LAMP")[0] == 17
    assert shop.stock("LAMP")[2] == 17

    shop.world.zoho.void(str(shop.sales(order)[0]["salesorder_id"]))
    shop.settle(rounds=4)
    assert shop.stock("LAMP") == (20, 20, 20)


def test_one_that_is_cancelled_after_a_part_was_shipped_is_told(shop: Shop, order: int) -> None:
    shop.world.zoho.ship(str(shop.sales(order)[0]["salesorder_id"]), {shop._item_id("LAMP"): 1})
    shop.settle()
    shop.set_status(order, "I")
    shop.settle(rounds=4)
    shown, _, for_sale = shop.stock("LAMP")
    assert (shown, for_sale) == (17, 17)
    assert shop.told("orders", cscart=order)[0] == "held"


def test_one_whose_sales_order_is_deleted_in_zoho_puts_nothing_on_sale(shop: Shop, order: int) -> None:
    shop.world.zoho.delete_salesorder(str(shop.sales(order)[0]["salesorder_id"]))
    shop.hours(24)
    shop.settle(rounds=4)
    assert shop.stock("LAMP") == (17, 17, 17)

    shop.set_status(order, "I")
    shop.settle(rounds=4)
    assert shop.stock("LAMP") == (20, 20, 20)
