"""Days of a shop whose first load takes longer than a day has calls: the reference shop's week, made small."""

import pytest

from tests.sim.week import Shop, tell

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(400)]
SHOP = Shop(products=400, paired=20, only_zoho=10, orders_a_day=8, calls_a_day=250, days=2.5, tick_hours=2)
TICK_S = SHOP.tick_hours * 3600


@pytest.mark.long
def test_a_first_load_of_days_holds_nothing_up_and_ends_when_it_was_foretold() -> None:
    told = tell(SHOP)
    assert told.refusals == [], "no call is refused for too many calls"
    assert len(told.waits_s) >= 10
    assert told.unsent_orders == 0
    assert told.longest_wait_s <= TICK_S, "no order waits for the first load longer than a tick"
    assert told.forecast is not None
    assert told.forecast.done_at is not None
    assert told.forecast_at is not None
    assert told.done_at is not None, "all items are made"
    foretold, took = told.forecast.done_at - told.forecast_at, told.done_at - told.forecast_at
    assert abs(took - foretold) <= foretold / 10
    assert told.forecast.days is not None
    assert told.forecast.days >= 3
