"""Rows of Zoho's list do not say whether an item is taxable: what has changed is read in full, a hundred a call, and
nothing else is."""

import pytest

from cscart_zoho.mapping.choices import Owner, ProductChoices, StockOwner
from tests.situations.shop import Shop

CHOICES = ProductChoices(
    default_tax_id="6",
    brake_percent=100,
    owners={"taxable": Owner.ZOHO, "weight": Owner.NOBODY},
    list_price_field="",
    stock_owner=StockOwner.NOBODY,
)


@pytest.mark.parametrize(("described", "details"), [(False, 1), (True, 0)])
def test_a_changed_item_is_read_in_full_and_the_others_are_not(shop: Shop, described: bool, details: int) -> None:
    shop.world.zoho.switches.item_rows_as_described = described
    shop.product_choices = CHOICES
    for number in range(5):
        shop.both(f"L-{number}")
    shop.sync("products")
    shop.forget_calls()
    shop.sync("products")
    assert shop.called("GET", "/itemdetails") == 0, "nothing has changed"

    shop.world.zoho.edit_item(shop._item_id("L-3"), is_taxable=False)
    shop.sync("products")
    assert shop.called("GET", "/itemdetails") == details
    assert not shop.world.cscart.product(shop._product_id("L-3"))["tax_ids"]


def test_two_hundred_items_are_read_in_two_calls(shop: Shop) -> None:
    shop.product_choices = CHOICES
    for number in range(200):
        shop.both(f"L-{number}")
    shop.connect()
    shop.forget_calls()
    shop.sync("products")
    assert shop.called("GET", "/itemdetails") == 2
