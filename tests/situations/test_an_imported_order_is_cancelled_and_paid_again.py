"""A sales order of Zoho is an order of the store. It is cancelled there, so the sales order is void; then it is paid
after all: one new sales order at the store's total, also where its answer is lost, and nothing is imported twice."""

import pytest

from tests.situations.shop import Shop


@pytest.mark.parametrize("lost", ["", "answer", "call"])
def test_an_imported_order_is_cancelled_and_paid_again(shop: Shop, lost: str) -> None:
    shop.both("LAMP", stock=50)
    shop.sync()
    shop.sell_order(shop.contact("Zoe Example", "zoe@example.com"), ("LAMP", 2), confirmed=True, rate=7.77)
    shop.settle("orders")
    (order,) = shop.world.cscart.orders()

    shop.set_status(order, "I")
    shop.settle("orders")
    shop.set_status(order, "P")
    if lost:
        (shop.lose_answer if lost == "answer" else shop.lose_call)("POST", "/salesorders")
    for _ in range(3):
        shop.sync("orders")
    shop.sync("orders", hours=30)
    shop.settle("products", "orders")

    sales = shop.world.zoho.salesorders().values()
    assert sorted(sale["status"] for sale in sales) == ["confirmed", "void"]
    (sale,) = [sale for sale in sales if sale["status"] == "confirmed"]
    assert sale["total"] == float(shop.total(order))
    assert list(shop.world.cscart.orders()) == [order]
    assert shop.told("orders", cscart=order) == ("synced", "")
    assert shop.stock("LAMP") == (48, 50, 48)
