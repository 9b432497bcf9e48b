"""The budget of calls: by the day of the organisation, by the sliding minute, over all processes."""

from datetime import UTC, datetime, timedelta

import pytest

from cscart_zoho.errors import QuotaGone, Throttled
from cscart_zoho.store import call_seats, call_windows
from cscart_zoho.store.budget import Budget, budget_of, calls_left, crm_budget_of, limit_of, store_budget_of, zone
from cscart_zoho.store.lanes import Lane
from cscart_zoho.store.models import CallSeat, CallWindow, Store, ZohoOrganisation
from cscart_zoho_sim.clock import VirtualClock

pytestmark = pytest.mark.django_db


def budget(clock: VirtualClock, day: int | None = None, minute: int | None = None, name: str = "UTC") -> Budget:
    return Budget("zoho:7", daily_limit=day, minute_limit=minute, time_zone=name, now=clock.at)


def spent_at_once(of: Budget, most: int = 3_000) -> int:
    """How many calls pass before one is refused."""
    for n in range(most):
        try:
            of.spend()
            of.done({})
        except Throttled:
            return n
    raise AssertionError("there is no limit")


def test_a_day_has_so_many_calls_and_the_next_as_many() -> None:
    clock = VirtualClock(datetime(2026, 1, 5, 20, tzinfo=UTC))
    of = budget(clock, day=3)
    assert spent_at_once(of) == 3
    with pytest.raises(QuotaGone, match="3 calls that Zoho allows a day") as caught:
        of.spend()
    assert caught.value.wait_s == 4 * 3600
    assert of.used_today() == 3, "what was refused does not count"
    clock.advance(caught.value.wait_s - 1)
    with pytest.raises(QuotaGone):
        of.spend()
    clock.advance(1)
    assert of.used_today() == 0
    assert spent_at_once(of) == 3


@pytest.mark.parametrize(
    ("name", "now", "wait_h"),
    [
        ("Asia/Kolkata", datetime(2026, 1, 5, 18, tzinfo=UTC), 0.5),
        ("America/Los_Angeles", datetime(2026, 1, 5, 7, tzinfo=UTC), 1),
        ("Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        ("Europe/Berlin", datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
        ("Nowhere/Land", datetime(2026, 1, 5, 7, tzinfo=UTC), 17),
    ],
    ids=["India", "California", "the short day", "the long day", "unknown zone"],
)
def test_a_day_ends_at_midnight_of_the_organisation(name: str, now: datetime, wait_h: float) -> None:
    of = budget(VirtualClock(now), day=1, name=name)
    of.spend()
    with pytest.raises(QuotaGone) as caught:
        of.spend()
    assert caught.value.wait_s == wait_h * 3600


@pytest.mark.parametrize("name", ["", "../etc/passwd", "/etc/localtime", "x" * 300, "Nowhere/Land"])
def test_a_zone_that_nobody_knows_is_utc(name: str) -> None:
    assert zone(name).key == "UTC"


def test_a_minute_has_so_many_calls_and_the_wait_is_short_enough_to_be_spent_in_place() -> None:
    clock = VirtualClock()
    clock.advance(7)
    of = budget(clock, minute=100)
    assert spent_at_once(of) == 100
    with pytest.raises(Throttled, match="100 calls") as caught:
        of.spend()
    assert not isinstance(caught.value, QuotaGone)
    assert 60 <= caught.value.wait_s <= 70
    clock.advance(caught.value.wait_s)
    assert spent_at_once(of) == 100


def test_in_no_minute_wherever_it_begins_are_there_more_calls_than_allowed() -> None:
    clock, made = VirtualClock(), []
    of = budget(clock, minute=10)
    for _ in range(60):
        try:
            of.spend()
            made.append(clock.now())
            clock.advance(1.7)
        except Throttled as error:
            clock.advance(error.wait_s)
    assert len(made) > 40
    for start in made:
        assert len([at for at in made if start <= at < start + 60]) <= 10


def test_without_limits_calls_are_only_counted() -> None:
    of = budget(VirtualClock())
    for _ in range(150):
        of.spend()
    assert of.used_today() == 150


def test_two_processes_share_one_budget() -> None:
    clock = VirtualClock()
    one, other = budget(clock, day=5), budget(clock, day=5)
    for _ in range(3):
        one.spend()
    assert spent_at_once(other) == 2
    assert spent_at_once(one) == 0


def test_organisations_have_budgets_of_their_own() -> None:
    clock = VirtualClock()
    assert spent_at_once(budget(clock, day=2)) == 2
    other = Budget("zoho:8", daily_limit=2, minute_limit=None, time_zone="UTC", now=clock.at)
    assert spent_at_once(other) == 2


def test_a_block_holds_every_process_until_it_is_over() -> None:
    clock = VirtualClock()
    budget(clock).block(60, "Zoho asks for a pause.")
    with pytest.raises(Throttled, match="asks for a pause") as caught:
        budget(clock).spend()
    assert caught.value.wait_s == 60
    assert not isinstance(caught.value, QuotaGone)
    assert budget(clock).used_today() == 0, "no call was made"
    clock.advance(60)
    budget(clock).spend()


def test_a_block_of_an_hour_says_that_the_quota_is_gone() -> None:
    clock = VirtualClock()
    budget(clock).block(3600, "code 45")
    clock.advance(60)
    with pytest.raises(QuotaGone, match="code 45"):
        budget(clock).spend()


def test_a_later_block_takes_the_place_of_an_earlier_one() -> None:
    clock = VirtualClock()
    for seconds in (3600, 60):
        budget(clock).block(seconds, f"{seconds} s")
    with pytest.raises(Throttled, match="60 s"):
        budget(clock).spend()


def test_old_windows_go() -> None:
    clock = VirtualClock()
    for _ in range(30):
        budget(clock).spend()
        clock.advance(timedelta(hours=12).total_seconds())
    assert CallWindow.objects.filter(kind="minute").count() <= 2
    assert CallWindow.objects.filter(kind="day", lane=0).count() <= 10


def test_what_is_left_today_is_told_and_never_below_nothing() -> None:
    clock = VirtualClock()
    organisation = ZohoOrganisation.objects.create(organization_id="7", daily_limit=3)
    assert calls_left(organisation, clock.at()) == 3
    of = budget_of(organisation, clock.at)
    of.spend()
    assert calls_left(organisation, clock.at()) == 2
    assert calls_left(organisation, clock.at() + timedelta(days=1)) == 3
    of.spend()
    of.spend()
    organisation.daily_limit = 1
    assert calls_left(organisation, clock.at()) == 0
    organisation.daily_limit = None
    assert calls_left(organisation, clock.at()) is None


# Lanes


def in_lane(clock: VirtualClock, lane: Lane, *, day: int | None = 100, reserved: int = 20, **more: int) -> Budget:
    return Budget(
        "zoho:7",
        daily_limit=day,
        minute_limit=more.get("minute"),
        time_zone="UTC",
        now=clock.at,
        lane=lane,
        reserved_percent=reserved,
        at_once=more.get("at_once"),
        holder=f"{lane.title} {more.get('worker', 1)}",
    )


def test_orders_go_on_out_of_their_reserve_when_everything_else_has_to_wait() -> None:
    clock = VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))
    spent = {lane: spent_at_once(in_lane(clock, lane)) for lane in reversed(Lane)}
    assert spent == {Lane.BACKFILL: 60, Lane.PRODUCTS: 10, Lane.CUSTOMERS: 5, Lane.STOCK: 5, Lane.ORDERS: 20}


def test_what_orders_have_used_of_their_reserve_is_not_kept_a_second_time() -> None:
    clock = VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))
    orders = in_lane(clock, Lane.ORDERS)
    for _ in range(15):
        orders.spend()
    assert spent_at_once(in_lane(clock, Lane.STOCK)) == 80


def test_a_first_load_gets_at_night_what_the_day_did_not_need() -> None:
    clock = VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))
    load = in_lane(clock, Lane.BACKFILL)
    assert spent_at_once(load) == 60
    with pytest.raises(QuotaGone, match="40 are left, and they are kept for what is more urgent") as caught:
        load.spend()
    assert caught.value.wait_s == 3600
    clock.advance(23 * 3600)
    assert 15 <= spent_at_once(load) <= 20
    left = 100 - load.used_today()
    assert spent_at_once(in_lane(clock, Lane.ORDERS)) == left >= 20


def test_the_use_of_each_lane_is_kept() -> None:
    clock = VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))
    for lane, calls in ((Lane.ORDERS, 3), (Lane.BACKFILL, 2)):
        for _ in range(calls):
            in_lane(clock, lane).spend()
    counted = call_windows.by_lane("zoho:7", clock.at())
    assert (counted[Lane.ORDERS], counted[Lane.BACKFILL], counted[Lane.STOCK]) == (3, 2, 0)
    assert in_lane(clock, Lane.ORDERS).used_today() == 5


def test_a_minute_that_a_first_load_has_filled_has_room_for_orders() -> None:
    clock = VirtualClock()
    assert spent_at_once(in_lane(clock, Lane.BACKFILL, day=None, minute=100)) == 80
    assert spent_at_once(in_lane(clock, Lane.ORDERS, day=None, minute=100)) == 20


def test_a_call_costs_few_statements(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    load = in_lane(VirtualClock(), Lane.BACKFILL, minute=1_000, at_once=5)
    load.spend()
    load.done({})
    with django_assert_max_num_queries(10):  # with the two of the savepoint
        load.spend()
    with django_assert_max_num_queries(3):
        load.done({})


# Seats


def test_so_many_calls_are_under_way_and_the_next_waits_a_moment() -> None:
    clock = VirtualClock()
    workers = [in_lane(clock, Lane.ORDERS, at_once=2, worker=n) for n in range(3)]
    workers[0].spend()
    workers[1].spend()
    with pytest.raises(Throttled, match="2 places") as caught:
        workers[2].spend()
    assert caught.value.wait_s < 5
    assert workers[2].used_today() == 2, "a call that did not get a seat was not made"
    workers[0].done({})
    workers[2].spend()


def test_the_seat_of_a_dead_worker_is_free_again_after_a_while() -> None:
    clock = VirtualClock()
    in_lane(clock, Lane.ORDERS, at_once=1, worker=1).spend()
    other = in_lane(clock, Lane.ORDERS, at_once=1, worker=2)
    with pytest.raises(Throttled):
        other.spend()
    clock.advance(call_seats.EXPIRES.total_seconds())
    other.spend()


def test_a_worker_that_wakes_up_does_not_give_away_the_seat_of_another() -> None:
    clock = VirtualClock()
    slow, quick, third = (in_lane(clock, Lane.ORDERS, at_once=1, worker=n) for n in range(3))
    slow.spend()
    clock.advance(call_seats.EXPIRES.total_seconds())
    quick.spend()
    slow.done({})
    with pytest.raises(Throttled):
        third.spend()


def test_after_the_clock_was_set_back_nothing_waits_for_moments_that_were_counted_before() -> None:
    clock = VirtualClock()
    dead = in_lane(clock, Lane.ORDERS, minute=10, at_once=1, worker=1)
    assert spent_at_once(dead) == 10
    clock.advance(90)
    dead.spend()
    clock.advance(-3600)
    other = in_lane(clock, Lane.ORDERS, minute=10, at_once=1, worker=2)
    assert call_seats.taken("zoho:7", clock.at()) == 0
    assert spent_at_once(other) == 10
    clock.advance(90)
    assert spent_at_once(other) == 10


def test_after_too_many_at_once_half_of_the_seats_stay_empty_for_a_while() -> None:
    clock = VirtualClock()
    workers = [in_lane(clock, Lane.ORDERS, at_once=4, worker=n) for n in range(4)]
    workers[0].slow_down()
    assert call_seats.taken("zoho:7", clock.at()) == 2
    workers[0].spend()
    workers[1].spend()
    with pytest.raises(Throttled):
        workers[2].spend()
    clock.advance(601)
    workers[2].spend()
    assert CallSeat.objects.count() == 4


# What Zoho says


def told(limit: int, used: int, reset_s: int) -> dict[str, str]:
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(limit - used),
        "x-rate-limit-reset": str(reset_s),
    }


def test_calls_of_other_programs_count_as_the_headers_tell_them() -> None:
    clock = VirtualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
    of = budget(clock, day=1_000)
    of.spend()
    of.done(told(1_000, used=700, reset_s=12 * 3600))
    assert of.used_today() == 700
    assert spent_at_once(of) == 300


def test_calls_that_did_not_count_at_zoho_are_given_back() -> None:
    clock = VirtualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
    of = budget(clock, day=1_000)
    for _ in range(50):
        of.spend()
    of.done(told(1_000, used=10, reset_s=12 * 3600))
    assert of.used_today() == 11, "one may be under way"


def test_the_day_ends_when_the_headers_say_and_not_at_midnight() -> None:
    clock = VirtualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
    of = budget(clock, day=1_000)
    of.spend()
    of.done(told(1_000, used=1_000, reset_s=2 * 3600))
    with pytest.raises(QuotaGone) as caught:
        of.spend()
    assert caught.value.wait_s == 2 * 3600
    clock.advance(2 * 3600)
    other = budget(clock, day=1_000)
    other.spend()
    assert other.used_today() == 1


def test_a_limit_that_zoho_tells_takes_the_place_of_the_plans_but_not_of_a_persons() -> None:
    clock = VirtualClock()
    organisation = ZohoOrganisation.objects.create(organization_id="7", plan="Standard", daily_limit=2_000)
    assert limit_of(organisation) == (2_000, "plan Standard")
    of = budget_of(organisation, clock.at)
    of.spend()
    of.done(told(7_500, used=1, reset_s=3600))
    assert limit_of(organisation) == (7_500, "told by Zoho")
    organisation.daily_limit, organisation.set_by_hand = 500, ["daily_limit"]
    assert limit_of(organisation) == (500, "set here")
    assert budget_of(organisation, clock.at).daily_limit == 500


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-rate-limit-limit": "100"},
        told(100, used=90, reset_s=30),
        {**told(1_000, used=1, reset_s=1), "x-rate-limit-remaining": "2000"},
        {**told(1_000, used=1, reset_s=1), "x-rate-limit-limit": "a lot"},
    ],
    ids=["none", "half", "those of a minute", "more than all", "words"],
)
def test_headers_that_are_not_about_the_day_change_nothing(headers: dict[str, str]) -> None:
    clock = VirtualClock()
    of = budget(clock, day=1_000, minute=100)
    of.spend()
    of.done(headers)
    assert (of.used_today(), of.day_ends(clock.at()).hour) == (1, 0)


def test_when_the_quota_is_gone_nobody_asks_before_midnight_and_then_once_an_hour() -> None:
    clock = VirtualClock(datetime(2026, 1, 5, 20, tzinfo=UTC))
    of = budget(clock, day=1_000)
    assert of.quota_gone("code 45", None) == 4 * 3600 + 60
    with pytest.raises(QuotaGone, match="code 45"):
        of.spend()
    clock.advance(4 * 3600 + 61)
    of.spend()
    assert of.quota_gone("code 45", None) == 3600, "its days do not end at this midnight"
    clock.advance(3601)
    assert of.quota_gone("code 45", None) == 3600
    clock.advance(24 * 3600)
    assert of.quota_gone("code 45", 120.0) == 120, "a header tells it"


def test_credits_of_crm_are_those_of_any_day_and_night() -> None:
    clock = VirtualClock(datetime(2026, 1, 5, 20, tzinfo=UTC))
    organisation = ZohoOrganisation.objects.create(organization_id="7", crm_daily_limit=50, reserved_for_orders=0)
    of = crm_budget_of(organisation, clock.at)
    assert spent_at_once(of) == 50
    clock.advance(5 * 3600)
    assert spent_at_once(of) == 0, "midnight is no new day"
    clock.advance(20 * 3600)
    assert spent_at_once(of) == 50
    of = crm_budget_of(organisation, clock.at)
    clock.advance(48 * 3600)
    of.spend()
    of.done({"x-api-credits-remaining": "12"})
    assert of.left() == 12


def test_pauses_of_crm_grow_while_it_refuses() -> None:
    clock = VirtualClock()
    of = crm_budget_of(ZohoOrganisation.objects.create(organization_id="7"), clock.at)
    waits = []
    for _ in range(4):
        of.longer_block(60, "credits")
        with pytest.raises(Throttled) as caught:
            of.spend()
        waits.append(caught.value.wait_s)
        clock.advance(caught.value.wait_s)
    assert waits == [60, 600, 3600, 3600]


def test_a_store_gets_no_more_calls_a_minute_than_its_own_limit_says() -> None:
    clock = VirtualClock()
    of = store_budget_of(Store.objects.create(minute_limit=30), clock.at)
    assert spent_at_once(of) == 30
    clock.advance(71)
    assert spent_at_once(of) == 30
    assert not CallWindow.objects.filter(kind="day").exists()
