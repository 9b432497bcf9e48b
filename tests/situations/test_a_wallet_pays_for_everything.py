"""The wallet of an add-on pays for goods, taxes on top and taxed shipping: nothing is left to pay, the taxes are."""

from tests.situations.money import buy, by_tax, goods, ship_for, taxed_in_both, went_over
from tests.situations.shop import Shop


def test_a_wallet_pays_for_everything(shop: Shop) -> None:
    goods(shop, "LAMP", "19.99")
    taxed_in_both(shop, "VAT", 19)
    ship_for(shop, "4.90", 6)
    shop.sync()

    order = buy(shop, ("LAMP", 3), wallet="500.00")
    shop.settle("orders")

    sale = went_over(shop, order)
    assert (sale["total"], sale["shipping_charge"]) == (0, 5.83)
    assert by_tax(sale) == {"VAT": 11.39}
    assert sale["adjustment_description"] == "Wallet -17.22"
