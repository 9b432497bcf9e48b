"""A shopper uses a coupon, two certificates, points and a wallet in one order with tax on top, and gets a free gift.

The coupon lowers the tax in the store, and points that are in its discount do, too; what it was paid with does not.
Zoho finds the same tax.
"""

import pytest

from tests.situations.money import buy, by_tax, goods, ship_for, taxed_in_both, went_over
from tests.situations.shop import Shop


@pytest.mark.parametrize(("points_in_discount", "tax"), [(True, 17), (False, 18)])
def test_a_coupon_certificates_points_and_a_wallet_pay_for_one_order(
    shop: Shop, points_in_discount: bool, tax: int
) -> None:
    shop.world.cscart.switches.points_in_discount = points_in_discount
    goods(shop, "LAMP", "50.00")
    goods(shop, "GIFT", "9.99")
    taxed_in_both(shop, "VAT", 10)
    ship_for(shop, "5.00")
    shop.sync()

    order = buy(
        shop,
        ("LAMP", 4),
        gifts=("GIFT",),
        discount="20.00",
        certificates={"GC-A": "30.00", "GC-B": "12.50"},
        points=(100, "10.00"),
        wallet="25.00",
    )
    shop.settle("orders")

    sale = went_over(shop, order)
    assert by_tax(sale) == {"VAT": tax}
    assert sorted(line["item_total"] for line in sale["line_items"]) == [0, 200]
    words = sale["adjustment_description"]
    assert words.startswith("Gift certificate GC-A -30.00; Gift certificate GC-B -12.50; ")
    assert words.endswith("Wallet -25.00")
