"""Lanes: who is more urgent, and how many calls each leaves to those before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.records import Entity
from cscart_zoho.store.lanes import BACKFILL, Lane, kept_back, lane_of, minute_limit
from cscart_zoho.sync.asked import Asked


@pytest.mark.parametrize(
    ("entity", "asked", "lane"),
    [
        (Entity.ORDERS, Asked(), Lane.ORDERS),
        (Entity.ORDERS, Asked(only="unsynced"), Lane.ORDERS),
        (Entity.PRODUCTS, Asked(stock_only=True), Lane.STOCK),
        (Entity.CUSTOMERS, Asked(full=True), Lane.CUSTOMERS),
        (Entity.PRODUCTS, Asked(), Lane.PRODUCTS),
        (Entity.PRODUCTS, Asked(only="ids", cscart_ids=("1",)), Lane.PRODUCTS),
        (Entity.PRODUCTS, Asked(only="unsynced", dry_run=True), Lane.PRODUCTS),
        (Entity.PRODUCTS, BACKFILL, Lane.BACKFILL),
    ],
)
def test_a_run_has_the_lane_of_what_it_is_about(entity: Entity, asked: Asked, lane: Lane) -> None:
    assert lane_of(entity, asked) is lane


def test_orders_leave_nothing_and_a_first_load_leaves_what_all_others_may_need() -> None:
    kept = {lane: kept_back(lane, 2_000, 20, day_left=1.0) for lane in Lane}
    assert kept == {Lane.ORDERS: 0, Lane.STOCK: 400, Lane.CUSTOMERS: 500, Lane.PRODUCTS: 600, Lane.BACKFILL: 800}


def test_at_the_end_of_the_day_only_the_reserve_for_orders_is_kept() -> None:
    assert {kept_back(lane, 2_000, 20, day_left=0.0) for lane in Lane} == {0, 400}


@given(st.integers(0, 100_000), st.integers(0, 100), st.floats(0, 1))
def test_whoever_is_less_urgent_never_may_spend_more(limit: int, reserved: int, day_left: float) -> None:
    kept = [kept_back(lane, limit, reserved, day_left) for lane in sorted(Lane)]
    assert kept == sorted(kept)
    assert kept[0] == 0


@given(st.integers(1, 1_000))
def test_a_minute_leaves_room_for_what_is_more_urgent(limit: int) -> None:
    room = [minute_limit(lane, limit) for lane in sorted(Lane)]
    assert room[0] == limit
    assert room == sorted(room, reverse=True)
    assert room[-1] >= 1
