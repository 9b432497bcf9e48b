"""A person voids a confirmed sales order in Zoho. That is no order that comes back: the store cancels it, and nothing
new is made. When a person then sets it to paid in the store, it has come back."""

from tests.situations.shop import Shop


def test_a_person_who_voids_is_believed(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3))
    shop.settle("orders")
    sale = shop.sale(order)
    assert sale is not None

    shop.world.zoho.void(str(sale["salesorder_id"]))
    shop.settle("products", "orders")
    assert shop.world.cscart.order_of(order)["status"] == "I"
    assert len(shop.sales(order)) == 1
    assert shop.stock("LAMP") == (20, 20, 20)

    shop.set_status(order, "P")
    shop.settle("products", "orders")
    assert [sale["status"] for sale in shop.sales(order)] == ["void", "confirmed"]
    assert shop.stock("LAMP") == (17, 20, 17)
