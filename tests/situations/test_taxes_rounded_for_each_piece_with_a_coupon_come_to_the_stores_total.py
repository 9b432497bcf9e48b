"""The store rounds taxes on each piece, before its coupon: Zoho's tax is the store's, whatever is left of the goods."""

import pytest

from tests.situations.money import buy, by_tax, goods, tax_of, taxed_in_both, went_over
from tests.situations.shop import Shop


@pytest.mark.parametrize("included", [True, False])
def test_taxes_rounded_for_each_piece_with_a_coupon_come_to_the_stores_total(shop: Shop, included: bool) -> None:
    shop.world.cscart.switches.tax_by_unit_price = True
    goods(shop, "LAMP", "0.99")
    taxed_in_both(shop, "VAT", 19, included=included)
    shop.sync()

    order = buy(shop, ("LAMP", 12), discount="2.22")
    shop.settle("orders")

    sale = went_over(shop, order)
    assert by_tax(sale) == {"VAT": pytest.approx(tax_of(shop, order), abs=0.07)}
