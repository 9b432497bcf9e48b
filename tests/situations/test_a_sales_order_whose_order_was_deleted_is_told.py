"""An order is deleted in the store while its sales order is confirmed. The sales order keeps its pieces back: that is
told with what to do, and the store does not sell them. When it is void they are for sale on both sides, once."""

from tests.situations.shop import Shop


def test_a_sales_order_whose_order_was_deleted_is_told(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3))
    shop.settle("orders")
    sale = shop.sale(order)
    assert sale is not None

    shop.world.cscart.delete_order(order)
    shop.sync("orders", full=True)
    shop.settle("products", "orders")
    state, why = shop.told("orders", zoho=sale["salesorder_id"])
    assert (state, "was deleted in CS-Cart" in why, "Void it in Zoho" in why) == ("held", True, True)
    assert shop.runs[-1].counts["held"] == 1
    assert shop.stock("LAMP") == (17, 20, 17)

    shop.world.zoho.void(str(sale["salesorder_id"]))
    shop.settle("products", "orders")
    assert shop.told("orders", zoho=sale["salesorder_id"])[0] == "gone"
    assert shop.stock("LAMP") == (20, 20, 20)


def test_a_draft_keeps_nothing_back(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3), status="O")
    shop.settle("orders")
    sale = shop.sale(order)
    assert sale is not None

    shop.world.cscart.delete_order(order)
    shop.sync("orders", full=True)
    shop.settle("products", "orders")
    assert shop.told("orders", zoho=sale["salesorder_id"])[0] == "gone"
    assert shop.stock("LAMP") == (20, 20, 20)
