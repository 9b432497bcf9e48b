"""Zoho has a group GST18 (CGST9 and SGST9) and a tax IGST18; the store charges IGST18 on an order to another state.

Whichever of the two is older, the sales order has the tax of the very same name.
"""

import pytest

from tests.situations.money import buy, by_tax, goods, ship_for, tax_in_store, went_over
from tests.situations.shop import Shop


def gst(shop: Shop, *, group_first: bool) -> None:
    zoho = shop.world.zoho
    between = None if group_first else zoho.add_tax("IGST18", 18, specific_type="igst")
    parts = [zoho.add_tax("CGST9", 9, specific_type="cgst"), zoho.add_tax("SGST9", 9, specific_type="sgst")]
    zoho.add_tax_group("GST18", *parts)
    if between is None:
        zoho.add_tax("IGST18", 18, specific_type="igst")


@pytest.mark.parametrize("group_first", [True, False])
def test_of_two_taxes_of_one_rate_the_one_of_the_same_name_is_taken(shop: Shop, group_first: bool) -> None:
    gst(shop, group_first=group_first)
    goods(shop, "LAMP", "1000.00")
    tax_in_store(shop, "IGST18", 18)
    ship_for(shop, "0")
    shop.sync()

    order = buy(shop, ("LAMP", 1))
    shop.settle("orders")

    sale = went_over(shop, order)
    assert (sale["total"], by_tax(sale)) == (1180, {"IGST18": 180})


def test_two_taxes_within_a_state_become_the_group_of_both(shop: Shop) -> None:
    gst(shop, group_first=False)
    shop.product("LAMP", 20, "1000.00", tax_ids="6,7")
    shop.item("LAMP", 20, 1000.0)
    tax_in_store(shop, "CGST9", 9)
    tax_in_store(shop, "SGST9", 9, id=7)
    shop.sync()

    order = buy(shop, ("LAMP", 1))
    shop.settle("orders")

    assert by_tax(went_over(shop, order)) == {"CGST9": 90, "SGST9": 90}


def test_one_tax_whose_name_says_nothing_is_no_group(shop: Shop) -> None:
    gst(shop, group_first=True)
    goods(shop, "LAMP", "1000.00")
    tax_in_store(shop, "Sales tax", 18)
    shop.sync()

    order = buy(shop, ("LAMP", 1))
    shop.settle("orders")

    assert by_tax(went_over(shop, order)) == {"IGST18": 180}
