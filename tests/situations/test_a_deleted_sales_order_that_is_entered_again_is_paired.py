"""A person deletes a sales order and enters it again by hand, with the order's number as its reference, before or after
the connector has seen that it is gone. The two are paired, the order stays paid, and its pieces are taken once."""

import pytest

from tests.situations.shop import Shop


@pytest.mark.parametrize("seen", [True, False])
def test_a_deleted_sales_order_that_is_entered_again_is_paired(shop: Shop, seen: bool) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 1))
    shop.settle("orders")
    sale = shop.sale(order)
    assert sale is not None
    shop.world.zoho.delete_salesorder(sale["salesorder_id"])
    if seen:
        shop.sync("orders", hours=30)
        assert shop.told("orders", cscart=order) == ("gone", "It was deleted in Zoho.")

    lines = [(shop._item_id("LAMP"), 1, 10)]
    given = {"reference_number": sale["reference_number"], "shipping_charge": sale["shipping_charge"]}
    again = shop.world.zoho.add_salesorder(sale["customer_id"], lines, **given)
    shop.world.zoho.confirm(again)
    for _ in range(4):
        shop.sync("orders")
    shop.sync("products", "orders", hours=30)

    assert list(shop.world.zoho.salesorders()) == [again]
    assert {id: row["status"] for id, row in shop.world.cscart.orders().items()} == {order: "P"}
    assert shop.told("orders", cscart=order) == ("synced", "")
    assert shop.stock("LAMP") == (19, 20, 19)
