"""The merchant has Zoho round totals off to whole numbers: whole orders go over, the others name the preference.

It is read when Zoho is connected, and once a day.
"""

import pytest

from cscart_zoho_sim.zoho.preferences import NO_ROUNDING, TO_WHOLE
from tests.situations.money import buy, goods, ship_for, taxed_in_both, went_over
from tests.situations.shop import Shop


@pytest.fixture
def rounding(shop: Shop) -> Shop:
    shop.world.zoho.organisation.preferences.transaction_rounding_type = TO_WHOLE
    goods(shop, "LAMP", "19.99")
    taxed_in_both(shop, "VAT", 19, included=True)
    return shop


def test_rounding_off_totals_is_named_where_it_holds_orders(rounding: Shop) -> None:
    ship_for(rounding, "0.00")
    rounding.sync()

    order = buy(rounding, ("LAMP", 1))
    rounding.sync("orders")

    assert rounding.sale(order) is None
    assert rounding.told("orders", cscart=order)[0] == "held"
    assert '"Round off total to whole number"' in rounding.why(order)
    assert "Switch it off in Zoho" in rounding.why(order)

    rounding.world.zoho.organisation.preferences.transaction_rounding_type = NO_ROUNDING
    rounding.sync("orders", hours=30)
    rounding.settle("orders")
    assert went_over(rounding, order)["total"] == 19.99


def test_a_whole_total_goes_over_where_totals_are_rounded_off(rounding: Shop) -> None:
    ship_for(rounding, "5.01")
    rounding.sync()

    order = buy(rounding, ("LAMP", 1))
    rounding.settle("orders")

    sale = went_over(rounding, order)
    assert (sale["total"], sale["roundoff_value"]) == (25, 0)
    assert sale["transaction_rounding_type"] == TO_WHOLE


def test_a_rounding_that_zoho_does_not_tell_confirms_nothing_at_another_total(rounding: Shop) -> None:
    rounding.world.zoho.switches.preferences_told = False
    ship_for(rounding, "0.00")
    rounding.sync()

    order = buy(rounding, ("LAMP", 1))
    rounding.sync("orders")
    later = buy(rounding, ("LAMP", 3))
    rounding.sync("orders", hours=30)

    sale = rounding.sale(order)
    assert sale is not None
    assert (sale["status"], sale["total"], rounding.told("orders", cscart=order)[0]) == ("draft", 20, "held")
    assert '"Round off total to whole number"' in rounding.why(order)
    # a sales order tells how totals are rounded off, and the organisation is read anew each day
    assert rounding.sale(later) is None
    assert '"Round off total to whole number"' in rounding.why(later)
