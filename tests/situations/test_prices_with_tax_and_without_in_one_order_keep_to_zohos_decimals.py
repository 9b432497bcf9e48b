"""One line has its tax in its price, the other's comes on top: taxes go into the rates, whatever digits Zoho keeps."""

import pytest
from msgspec.structs import replace

from tests.situations.money import buy, goods, taxed_in_both, went_over
from tests.situations.shop import Shop


@pytest.mark.parametrize("keeps", [True, False])
def test_prices_with_tax_and_without_in_one_order_keep_to_zohos_decimals(shop: Shop, keeps: bool) -> None:
    shop.world.zoho.switches.rates_keep_decimals = keeps
    goods(shop, "WITH", "11.00")
    goods(shop, "WITHOUT", "1.25", tax=7)
    taxed_in_both(shop, "VAT", 10, included=True)
    taxed_in_both(shop, "Duty", 19, id=7, included=False)
    shop.order_choices = replace(shop.order_choices, tolerance="0")
    shop.sync()

    order = buy(shop, ("WITH", 2), ("WITHOUT", 7))
    shop.settle("orders")

    sale = went_over(shop, order)
    assert sale["adjustment"] == 0
    assert all(round(line["rate"], 2) == line["rate"] for line in sale["line_items"])
