"""The organisation keeps three decimals of rates, and prices of both kinds are in one order: rates have three."""

from msgspec.structs import replace

from tests.situations.money import buy, goods, taxed_in_both, went_over
from tests.situations.shop import Shop


def test_zoho_keeps_more_decimals_where_the_merchant_wants_it(shop: Shop) -> None:
    shop.world.zoho.organisation.preferences.rate_precision = 3
    goods(shop, "WITH", "11.00")
    goods(shop, "WITHOUT", "1.25", tax=7)
    taxed_in_both(shop, "VAT", 10, included=True)
    taxed_in_both(shop, "Duty", 19, id=7, included=False)
    shop.order_choices = replace(shop.order_choices, tolerance="0")
    shop.sync()

    order = buy(shop, ("WITH", 2), ("WITHOUT", 8))
    shop.settle("orders")

    sale = went_over(shop, order)
    assert [(line["rate"], line["discount"]) for line in sale["line_items"]] == [(11, 0), (1.488, 0)]
