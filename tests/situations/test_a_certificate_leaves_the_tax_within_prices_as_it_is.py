"""Prices have their tax in them, and a certificate pays for all goods: the tax is still that of the goods."""

from tests.situations.money import buy, by_tax, goods, ship_for, taxed_in_both, went_over
from tests.situations.shop import Shop


def test_a_certificate_leaves_the_tax_within_prices_as_it_is(shop: Shop) -> None:
    goods(shop, "LAMP", "11.00")
    taxed_in_both(shop, "VAT", 10, included=True)
    ship_for(shop, "5.00")
    shop.sync()

    order = buy(shop, ("LAMP", 12), certificates={"GC-A": "500.00"})
    shop.settle("orders")

    sale = went_over(shop, order)
    assert (sale["total"], sale["discount"], sale["adjustment"]) == (5, 132, 0)
    assert by_tax(sale) == {"VAT": 12}
