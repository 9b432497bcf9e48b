"""A sales order of Zoho becomes an order of the store, which has too few pieces and puts it on backorder. That is told
with what to do, at every look; it ends when the store takes the pieces, or when the sales order is void."""

import pytest

from tests.situations.shop import Shop


@pytest.mark.parametrize("confirmed", [True, False])
def test_an_import_that_the_store_backorders_is_told(shop: Shop, confirmed: bool) -> None:
    shop.both("LAMP", stock=2)
    shop.sync()
    contact = shop.contact("Zoe Example", "zoe@example.com")
    sale = shop.sell_order(contact, ("LAMP", 5), confirmed=confirmed)
    shop.sync("orders")
    shop.sync("orders")

    (order,) = shop.world.cscart.orders()
    assert shop.world.cscart.order_of(order)["status"] == "B"
    state, why = shop.told("orders", cscart=order)
    assert (state, "Backordered" in why, "void it in Zoho" in why) == ("held", True, True)
    assert shop.runs[-1].counts["held"] == 1
    assert shop.conflicts("orders") == []

    shop.world.zoho.void(sale)
    shop.settle("products", "orders")
    assert shop.told("orders", cscart=order) == ("synced", "")


def test_the_pieces_come_in(shop: Shop) -> None:
    shop.both("LAMP", stock=2)
    shop.sync()
    sale = shop.sell_order(shop.contact("Zoe Example", "zoe@example.com"), ("LAMP", 5), confirmed=True)
    shop.sync("orders")
    (order,) = shop.world.cscart.orders()

    shop.world.zoho.move_stock(shop._item_id("LAMP"), 10)
    shop.settle("products", "orders")
    shop.set_stock("LAMP", 12)
    shop.set_status(order, "P")
    shop.settle("products", "orders")
    assert shop.told("orders", cscart=order) == ("synced", "")
    assert shop.world.zoho.salesorder(sale)["status"] == "confirmed"
