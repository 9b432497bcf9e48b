"""A paid order is confirmed in Zoho; its sales order is deleted there by mistake. The goods are sold all the same: Zoho
does not have them for sale again, and the merchant is told that the partner is gone.
"""

from tests.situations.shop import Shop


def test_a_sales_order_that_is_deleted_in_zoho_does_not_put_sold_goods_on_sale(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.user()
    shop.sync()
    order = shop.order(("LAMP", 3))
    shop.settle("orders", "products")
    sale = shop.sale(order)
    assert sale is not None

    shop.world.zoho.delete_salesorder(sale["salesorder_id"])
    shop.sync("orders", full=True)
    shop.settle("orders", "products")

    assert shop.told("orders", cscart=order)[0] == "gone"
    assert shop.stock("LAMP")[::2] == (17, 17)
