"""Prices have their tax in them, a coupon takes a share off lines of many pieces, and Zoho keeps rates of two digits.

The discount is one of the lines: Zoho shows the store's own prices and comes to the store's total and tax.
"""

import pytest
from msgspec.structs import replace

from tests.situations.money import buy, by_tax, goods, tax_of, taxed_in_both, went_over
from tests.situations.shop import Shop


def test_a_coupon_on_many_pieces_with_tax_in_their_price_leaves_no_cent_over(shop: Shop) -> None:
    goods(shop, "LAMP", "9.99", stock=500)
    goods(shop, "CORD", "3.49", stock=500)
    taxed_in_both(shop, "VAT", 19, included=True)
    shop.order_choices = replace(shop.order_choices, tolerance="0")
    shop.sync()

    orders = [
        buy(shop, ("LAMP", pieces), ("CORD", 12), discount=off)
        for pieces in (1, 7, 12, 31)
        for off in ("0.07", "3.33", "9.99")
    ]
    shop.settle("orders")

    for order in orders:
        sale = went_over(shop, order)
        assert by_tax(sale) == {"VAT": pytest.approx(tax_of(shop, order), abs=0.011)}
        assert (sale["discount_type"], sale["adjustment"]) == ("item_level", 0)
        assert [line["rate"] for line in sale["line_items"]] == [9.99, 3.49]
