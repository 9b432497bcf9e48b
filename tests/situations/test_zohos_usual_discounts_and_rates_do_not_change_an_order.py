"""The organisation's usual way is rates with tax in them and discounts of lines: each order says its own way itself."""

import pytest

from tests.situations.money import buy, goods, taxed_in_both, went_over
from tests.situations.shop import Shop


@pytest.mark.parametrize("included", [True, False])
@pytest.mark.parametrize("discount", ["0", "7.77"])
def test_zohos_usual_discounts_and_rates_do_not_change_an_order(shop: Shop, included: bool, discount: str) -> None:
    preferences = shop.world.zoho.organisation.preferences
    preferences.sales_tax_type, preferences.discount_type = "inclusive", "item_level"
    preferences.discount_before_tax = False
    goods(shop, "LAMP", "19.99")
    taxed_in_both(shop, "VAT", 19, included=included)
    shop.sync()

    order = buy(shop, ("LAMP", 3), discount=discount)
    shop.settle("orders")

    went_over(shop, order)
