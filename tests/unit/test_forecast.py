"""The forecast: how many days a first load needs, on values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.store.forecast import Calls, Routine, Waiting, calls_for_looks, forecast, in_words

MIDNIGHT = datetime(2026, 1, 6, tzinfo=UTC)
NOTHING_ELSE = Routine(orders=0, others=0, looks=0)


def calls(limit: int, *, reserved: int = 0, used: int = 0, by_orders: int = 0, hour: int = 0, items: int = 0) -> Calls:
    now = MIDNIGHT + timedelta(hours=hour)
    return Calls(limit, reserved, now, MIDNIGHT + timedelta(days=1), used, by_orders, items)


def test_the_reference_shop_at_ten_thousand_a_day() -> None:
    told = forecast([Waiting("items", 271_973)], NOTHING_ELSE, calls(10_000, items=145))
    assert (told.calls, told.days, told.by_file_calls) == (271_973, 28, 1_361 + 2_720)
    assert told.done_at is not None
    assert (told.done_at - MIDNIGHT).days == 27
    assert in_words(told, 10_000) == (
        "271,973 items need 271,973 calls: 28 days at 10,000 of 10,000 a day, done on 2 February 2026; "
        "by import file: 4,081 calls."
    )


def test_what_is_kept_for_orders_and_needed_by_the_routine_makes_it_longer() -> None:
    told = forecast([Waiting("items", 10_000)], Routine(orders=100, others=75, looks=0), calls(2_000, reserved=20))
    assert told.a_day == 2_000 - 400 - 75
    assert told.days == 7


def test_orders_that_need_more_than_their_reserve_get_it() -> None:
    told = forecast([Waiting("items", 10_000)], Routine(orders=900, others=0, looks=0), calls(2_000, reserved=20))
    assert told.a_day == 1_100


def test_what_was_used_today_is_gone_and_tomorrow_is_a_whole_day() -> None:
    told = forecast([Waiting("items", 1_500)], NOTHING_ELSE, calls(1_000, used=900, hour=18))
    assert told.done_at is not None
    assert told.days == 3
    assert told.done_at == MIDNIGHT + timedelta(days=2), "most of a day is free at its beginning"


def test_what_fits_into_today_is_done_today() -> None:
    told = forecast([Waiting("items", 90)], NOTHING_ELSE, calls(1_000, used=900, hour=18))
    assert told.days == 1
    assert told.done_at is not None
    assert told.done_at < MIDNIGHT + timedelta(days=1)
    assert "today" in in_words(told, 1_000)


def test_a_daily_look_at_what_was_made_makes_the_days_shorter() -> None:
    work = [Waiting("items", 272_000)]
    without = forecast(work, NOTHING_ELSE, calls(2_000))
    with_looks = forecast(work, Routine(orders=0, others=0, looks=1), calls(2_000))
    assert without.days == 136
    assert with_looks.days == 173, "they cost up to a quarter of a day"


@pytest.mark.parametrize(
    ("items", "looks", "limit", "cost"),
    [(0, 1, 2_000, 0), (1, 1, 2_000, 1), (10_000, 1, 2_000, 50), (10_000, 1 / 7, 2_000, 7), (272_000, 1, 2_000, 500)],
)
def test_looks_at_everything_cost_a_call_for_200_items_and_a_quarter_of_a_day_at_most(
    items: int, looks: float, limit: int, cost: int
) -> None:
    assert calls_for_looks(items, looks, limit) == cost


def test_kinds_cost_differently() -> None:
    told = forecast([Waiting("items", 10), Waiting("orders", 5, calls_each=2)], NOTHING_ELSE, calls(100))
    assert (told.items, told.calls) == (15, 20)


def test_nothing_that_waits_needs_nothing() -> None:
    told = forecast([Waiting("items", 0)], NOTHING_ELSE, calls(1_000))
    assert (told.calls, told.days, told.by_file_calls) == (0, 0, 0)
    assert in_words(told, 1_000) == "No new items wait."


@pytest.mark.parametrize("limit", [0, 50])
def test_where_the_routine_needs_everything_there_is_no_end_and_the_file_is_named(limit: int) -> None:
    told = forecast([Waiting("items", 10)], Routine(orders=0, others=60, looks=0), calls(limit, used=limit))
    assert (told.days, told.done_at) == (None, None)
    assert "nothing is left for them" in in_words(told, limit)
    assert "by import file: 2 calls." in in_words(told, limit)


@given(
    items=st.integers(1, 50_000),
    limit=st.integers(500, 10_000),
    used=st.integers(0, 500),
    reserved=st.integers(0, 50),
    hour=st.integers(0, 23),
)
def test_more_calls_never_take_longer(items: int, limit: int, used: int, reserved: int, hour: int) -> None:
    few, many = (
        forecast(
            [Waiting("items", items)], NOTHING_ELSE, calls(each, used=used, reserved=reserved, by_orders=0, hour=hour)
        )
        for each in (limit, limit * 2)
    )
    assert few.done_at is not None
    assert many.done_at is not None
    assert many.done_at <= few.done_at
    assert few.done_at >= MIDNIGHT + timedelta(hours=hour)
