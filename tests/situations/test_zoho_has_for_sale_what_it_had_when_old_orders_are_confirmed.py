"""An order of years ago goes over and is confirmed: Zoho commits pieces that were sold long ago. The same run puts them
back, with a reason of its own, and takes them out again when the sales order is void.
"""

from cscart_zoho.panel.product import both_of, stock_notes
from tests.situations.shop import Shop


def test_what_an_old_order_takes_a_second_time_is_put_back_by_the_same_run(shop: Shop) -> None:
    shop.product("LAMP", stock=20)
    order = shop.order(("LAMP", 3), status="C")
    shop.item("LAMP", stock=17)

    shop.sync("products", "customers", "orders")

    sale = shop.sale(order)
    assert sale is not None
    assert sale["status"] == "confirmed"
    assert shop.stock("LAMP") == (17, 20, 17)
    assert [row["reason"] for row in shop.adjustments()] == ["Sold before its sales order took it"]
    assert "1 evened out in Zoho for orders whose goods were out of its stock already" in shop.runs[-1].message

    store = shop.connect()
    notes = stock_notes(store, both_of(store, "cscart", str(shop._product_id("LAMP"))))
    assert notes == [
        "Zoho's stock on hand has 3 pieces more than it would have by itself: they were sold before their sales orders "
        "took them, and were put back so that they are not taken twice."
    ]

    shop.world.zoho.void(sale["salesorder_id"])
    shop.sync("orders")

    # The customer has brought the goods back: the store's order is cancelled, and its pieces are there again.
    assert shop.world.cscart.order_of(order)["status"] == "I"
    shop.settle("products", "orders")
    assert shop.stock("LAMP") == (20, 20, 20)
