"""The store takes one tax of the other (priorities): Zoho's group with a compound tax says it, else the order waits."""

import pytest

from tests.situations.money import buy, by_tax, goods, tax_in_store, went_over
from tests.situations.shop import Shop


@pytest.fixture
def taxed(shop: Shop) -> Shop:
    shop.product("LAMP", 20, "19.99", tax_ids="6,7")
    shop.item("LAMP", 20, 19.99)
    goods(shop, "BOOK", "10.00")
    tax_in_store(shop, "Federal", 5, priority=1)
    tax_in_store(shop, "Province", 9.5, id=7, priority=2)
    return shop


def test_a_tax_of_a_tax_is_a_group_with_a_compound_tax(taxed: Shop) -> None:
    zoho = taxed.world.zoho
    federal = zoho.add_tax("Federal", 5)
    zoho.add_tax_group("Both", federal, zoho.add_tax("Province", 9.5, compound=True))
    taxed.sync()

    order = buy(taxed, ("LAMP", 7), ("BOOK", 1), discount="3.33")
    taxed.settle("orders")

    sale = went_over(taxed, order)
    assert by_tax(sale).keys() == {"Federal", "Province"}
    assert sale["adjustment"] == 0


def test_a_tax_of_a_tax_without_a_group_says_which_to_make(taxed: Shop) -> None:
    taxed.world.zoho.add_tax("Federal", 5)
    taxed.world.zoho.add_tax("Sum", 14.5)
    taxed.sync()

    order = buy(taxed, ("LAMP", 1))
    taxed.sync("orders")

    assert taxed.sale(order) is None
    assert "a compound tax, 14.975 % together" in taxed.why(order)
