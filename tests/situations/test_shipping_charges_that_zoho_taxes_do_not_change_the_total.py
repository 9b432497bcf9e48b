"""The merchant has Zoho tax shipping charges: the shipping goes where nothing taxes it, and the totals are equal."""

import pytest
from msgspec.structs import replace

from tests.situations.money import buy, by_tax, goods, ship_for, tax_in_store, went_over
from tests.situations.shop import Shop


@pytest.mark.parametrize("included", [True, False])
@pytest.mark.parametrize("by_default", [True, False])
def test_shipping_charges_that_zoho_taxes_do_not_change_the_total(shop: Shop, by_default: bool, included: bool) -> None:
    zoho = shop.world.zoho
    zoho.organisation.preferences.shipping_tax = True
    zoho.switches.shipping_gets_default_tax = by_default
    zoho.add_tax("VAT", 19, is_default=True)
    goods(shop, "LAMP", "19.99")
    tax_in_store(shop, "VAT", 19, included=included)
    ship_for(shop, "4.90", 6)
    shop.sync()

    order = buy(shop, ("LAMP", 2))
    shop.settle("orders")

    sale = went_over(shop, order)
    assert sale["shipping_charge"] == 0
    assert sale["adjustment_description"].endswith("4.90" if included else "5.83")


def test_shipping_as_a_line_has_its_tax_there(shop: Shop) -> None:
    zoho = shop.world.zoho
    zoho.organisation.preferences.shipping_tax = True
    zoho.add_tax("VAT", 19, is_default=True)
    goods(shop, "LAMP", "19.99")
    tax_in_store(shop, "VAT", 19)
    ship_for(shop, "4.90", 6)
    item = zoho.add_item(name="Shipping", item_type="sales", product_type="service", rate=0)
    shop.order_choices = replace(shop.order_choices, shipping_as="line", shipping_item_id=item)
    shop.sync()

    order = buy(shop, ("LAMP", 2))
    shop.settle("orders")

    sale = went_over(shop, order)
    assert (by_tax(sale), sale["adjustment"]) == ({"VAT": 8.53}, 0)
