"""The budget of calls: by the day of the organisation, by the sliding minute, over all processes."""

from datetime import UTC, datetime, timedelta

import pytest

from cscart_zoho.errors import QuotaGone, Throttled
from cscart_zoho.store.budget import Budget, budget_of, calls_left, zone
from cscart_zoho.store.models import CallWindow, ZohoOrganisation
from cscart_zoho_sim.clock import VirtualClock

pytestmark = pytest.mark.django_db


def budget(clock: VirtualClock, day: int | None = None, minute: int | None = None, name: str = "UTC") -> Budget:
    return Budget("zoho:7", daily_limit=day, minute_limit=minute, time_zone=name, now=clock.at)


def spent_at_once(of: Budget) -> int:
    """How many calls pass before one is refused."""
    for n in range(1_000):
        try:
            of.spend()
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
