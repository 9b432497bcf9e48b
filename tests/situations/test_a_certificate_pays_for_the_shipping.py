"""A gift certificate pays for goods and shipping, all of it or nearly: the sales order has the store's total."""

import pytest

from tests.situations.money import buy, goods, ship_for, went_over
from tests.situations.shop import Shop


@pytest.mark.parametrize(("worth", "total", "adjustment"), [("40.00", 0, -5), ("23.00", 2, -3)])
def test_a_certificate_pays_for_the_shipping(shop: Shop, worth: str, total: int, adjustment: int) -> None:
    goods(shop, "LAMP", "20.00", tax=0)
    ship_for(shop, "5.00")
    shop.world.cscart.switches.certificates_pay_shipping = True
    shop.sync()

    order = buy(shop, ("LAMP", 1), certificates={"GC-A": worth})
    shop.settle("orders")

    sale = went_over(shop, order)
    assert sale["total"] == total
    assert (sale["discount"], sale["shipping_charge"], sale["adjustment"]) == (20, 5, adjustment)
    assert sale["adjustment_description"] == f"Gift certificate GC-A {adjustment:.2f}"
