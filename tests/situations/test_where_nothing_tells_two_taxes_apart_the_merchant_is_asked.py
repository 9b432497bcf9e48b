"""Two taxes of Zoho have the rate of the store's, and nothing tells which is meant: the order waits for a rule."""

from msgspec.structs import replace

from cscart_zoho.mapping.order_choices import TaxRule
from tests.situations.money import buy, by_tax, goods, tax_in_store, went_over
from tests.situations.shop import Shop


def test_where_nothing_tells_two_taxes_apart_the_merchant_is_asked(shop: Shop) -> None:
    shop.world.zoho.add_tax("Domestic", 19)
    imported = shop.world.zoho.add_tax("Imports", 19)
    goods(shop, "LAMP", "100.00")
    tax_in_store(shop, "Sales tax", 19)
    shop.sync()

    order = buy(shop, ("LAMP", 1))
    shop.sync("orders")

    assert shop.sale(order) is None
    assert shop.told("orders", cscart=order)[0] == "held"
    why = shop.why(order)
    assert '"Domestic" of 19 %' in why
    assert '"Imports" of 19 %' in why
    assert "say in the tax map" in why

    shop.order_choices = replace(shop.order_choices, tax_rules=[TaxRule(zoho_tax=imported)])
    shop.connect()
    shop.sync("orders", hours=30)
    shop.settle("orders")

    assert by_tax(went_over(shop, order)) == {"Imports": 19}
