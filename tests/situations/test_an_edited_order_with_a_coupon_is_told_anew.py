"""A clerk changes an open order with a coupon or a certificate: Zoho's draft follows, and is confirmed at its total.

Each change may need another way: a discount of the lines, one of the order, none, the adjustment.
"""

from typing import Any

import pytest

from tests.situations.money import buy, goods, ship_for, taxed_in_both, went_over
from tests.situations.shop import Shop


@pytest.mark.parametrize("included", [True, False])
@pytest.mark.parametrize(
    "given",
    [{"discount": "3.33"}, {"certificates": {"GC-A": "500.00"}}, {"discount": "3.33", "wallet": "20.00"}],
    ids=["coupon", "certificate", "coupon and wallet"],
)
def test_an_edited_order_with_a_coupon_is_told_anew(shop: Shop, given: dict[str, Any], included: bool) -> None:
    shop.world.cscart.switches.certificates_pay_shipping = True
    goods(shop, "LAMP", "9.99", stock=500)
    goods(shop, "CORD", "3.49", stock=500)
    taxed_in_both(shop, "VAT", 19, included=included)
    ship_for(shop, "4.90")
    shop.sync()
    lamp, cord = (
        next(id for id, row in shop.world.cscart.products().items() if row["product_code"] == sku)
        for sku in ("LAMP", "CORD")
    )

    order = buy(shop, ("LAMP", 7), status="O", **given)
    shop.settle("orders")
    for lines in ([(lamp, 12), (cord, 5)], [(cord, 1)], [(lamp, 31)]):
        shop.world.cscart.edit_order(order, lines=lines)
        shop.settle("orders")
        sale = shop.sale(order)
        assert sale is not None
        assert (sale["total"], sale["status"]) == (float(shop.total(order)), "draft"), shop.why(order)

    shop.set_status(order, "P")
    shop.settle("orders")
    went_over(shop, order)
