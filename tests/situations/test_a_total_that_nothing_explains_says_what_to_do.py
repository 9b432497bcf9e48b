"""Somebody has paid a part with a credit that the store's API does not tell: the order waits, and says what to do."""

from tests.situations.money import buy, goods, ship_for
from tests.situations.shop import Shop


def test_a_total_that_nothing_explains_says_what_to_do(shop: Shop) -> None:
    goods(shop, "LAMP", "20.00", tax=0)
    ship_for(shop, "5.00")
    shop.sync()

    order = buy(shop, ("LAMP", 1), total="10.00")
    shop.sync("orders")

    assert shop.sale(order) is None
    state, reason = shop.told("orders", cscart=order)
    assert state == "held"
    assert "make 25.00 USD, and its total is 10.00" in reason
    assert "enter the order in Zoho by hand with an adjustment of -15.00" in reason
    assert "Correct it and sync again" not in reason
