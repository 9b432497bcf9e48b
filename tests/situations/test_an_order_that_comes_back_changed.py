"""While its sales order is void, an order is edited in the store, and then it is paid: the new sales order has the new
lines. Where its goods are not in Zoho it is held with that reason, and made when they are."""

from tests.situations.shop import Shop, pieces


def test_an_order_that_comes_back_changed(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3), status="O")
    shop.sync("orders")
    shop.set_status(order, "F")
    shop.settle("orders")

    shop.edit_order(order, ("LAMP", 5))
    shop.set_status(order, "P")
    shop.settle("products", "orders")

    assert [pieces(sale)["LAMP"] for sale in shop.sales(order)] == [3, 5]
    assert shop.sales(order)[1]["status"] == "confirmed"
    assert shop.stock("LAMP") == (15, 20, 15)


def test_goods_that_are_not_in_zoho_hold_it_until_they_are(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3), status="O")
    shop.sync("orders")
    shop.set_status(order, "F")
    shop.settle("orders")

    shop.product("CUP", stock=5)
    shop.edit_order(order, ("LAMP", 3), ("CUP", 1))
    shop.set_status(order, "P")
    shop.sync("orders")
    assert shop.told("orders", cscart=order)[0] == "held"
    assert "not linked with an item of Zoho" in shop.why(order)

    shop.settle("products", "orders")
    assert pieces(shop.sales(order)[1]) == {"LAMP": 3, "CUP": 1}
    assert shop.sales(order)[1]["status"] == "confirmed"
