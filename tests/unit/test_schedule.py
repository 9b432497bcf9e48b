"""The schedule: every moment served once, whatever restarts in between."""

import threading
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs import schedule
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.jobs.timing import Quiet
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Run, RunState, Schedule, Store, ZohoOrganisation
from cscart_zoho.sync.asked import Asked
from tests.begun import BEGUN

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
AS_INSTALLED = {"on": True, "every_minutes": None, "cron": "", "quiet": None}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _hourly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CSCART_ZOHO_EVERY_MINUTES", raising=False)


@pytest.fixture
def store() -> Store:
    connected = NOON - timedelta(days=1)
    zoho = ZohoOrganisation.objects.create(
        organization_id="10234695", refresh_token="1000.example", connected_at=connected
    )
    return Store.objects.create(
        name="Example",
        url="https://store.example.com",
        api_key="example",
        connected_at=connected,
        zoho=zoho,
        first_syncs=BEGUN,
    )


def serve(now: datetime) -> list[Run]:
    """One tick of the schedule, as if the database's rows had been written at `now`."""
    runs = schedule.ask_for_due(now)
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(asked_at=now)
    return runs


def planned(now: datetime, entity: Entity = Entity.PRODUCTS) -> schedule.NextRun:
    """What is told about the next run of the one store."""
    (found,) = [run for run in schedule.next_runs(now) if run.entity is entity]
    return found


def permit(*scopes: str) -> None:
    ZohoOrganisation.objects.update(scopes=",".join(f"ZohoInventory.{scope}.ALL" for scope in scopes))


def change(
    store: Store, entity: Entity = Entity.PRODUCTS, *, at: datetime = NOON - timedelta(days=1), **how: Any
) -> str:
    """Change a schedule as if it had been done at `at`."""
    told = schedule.change_schedule(store, entity, **{**AS_INSTALLED, **how})
    Schedule.objects.filter(store=store, entity=entity).update(changed_at=at)
    return told


def finish(*runs: Run) -> None:
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(state=RunState.DONE)


def test_a_connected_store_gets_a_whole_run(store: Store) -> None:
    (run,) = serve(NOON)
    assert (run.trigger, run.state) == ("schedule", RunState.WAITING)
    assert run.asked_key == Asked().key


def test_a_slot_is_served_once(store: Store) -> None:
    finish(*serve(NOON))
    assert serve(NOON + timedelta(minutes=59, seconds=59)) == []
    assert len(serve(NOON + timedelta(hours=1))) == 1


def test_a_restart_in_the_middle_of_a_slot_serves_it_late_and_once(store: Store) -> None:
    finish(*serve(NOON + timedelta(minutes=40)))
    assert serve(NOON + timedelta(minutes=41)) == []
    assert len(serve(NOON + timedelta(minutes=60))) == 1


def test_slots_that_were_missed_are_made_up_for_once(store: Store) -> None:
    finish(*serve(NOON))
    assert len(serve(NOON + timedelta(hours=7, minutes=5))) == 1
    assert serve(NOON + timedelta(hours=7, minutes=6)) == []


@pytest.mark.parametrize("state", [RunState.WAITING, RunState.RUNNING])
def test_a_run_that_is_not_over_is_not_doubled(store: Store, state: RunState) -> None:
    (run,) = serve(NOON)
    Run.objects.filter(pk=run.pk).update(state=state)
    assert serve(NOON + timedelta(hours=3)) == []
    finish(run)
    assert len(serve(NOON + timedelta(hours=3))) == 1


def test_a_whole_run_by_hand_serves_the_slot(store: Store) -> None:
    run, _ = ask_for_run(store, Asked(), trigger="button")
    Run.objects.filter(pk=run.pk).update(asked_at=NOON + timedelta(minutes=1), state=RunState.DONE)
    assert serve(NOON + timedelta(minutes=2)) == []


def test_a_run_for_a_few_products_does_not_serve_the_slot(store: Store) -> None:
    run, _ = ask_for_run(store, Asked(only="ids", cscart_ids=("7",)), trigger="button")
    Run.objects.filter(pk=run.pk).update(asked_at=NOON + timedelta(minutes=1), state=RunState.DONE)
    assert len(serve(NOON + timedelta(minutes=2))) == 1


def test_two_schedules_that_find_the_same_store_due_ask_once(store: Store) -> None:
    (found,) = schedule.due(NOON)
    (run,) = serve(NOON)
    finish(run)
    assert schedule._ask(found, NOON) == []


@pytest.mark.parametrize("lost", ["store", "token", "zoho"])
def test_a_store_that_is_not_connected_is_left_alone(store: Store, lost: str) -> None:
    assert store.zoho is not None
    if lost == "store":
        Store.objects.update(connected_at=None)
    elif lost == "token":
        ZohoOrganisation.objects.update(refresh_token="")
    else:
        Store.objects.update(zoho=None)
    assert serve(NOON) == []
    assert planned(NOON).at is None
    assert planned(NOON).why.startswith("Paused until")


def test_nothing_starts_at_the_moment_of_connecting(store: Store) -> None:
    ZohoOrganisation.objects.update(connected_at=NOON + timedelta(minutes=5))
    assert serve(NOON + timedelta(minutes=6)) == []
    assert planned(NOON + timedelta(minutes=6)).at == NOON + timedelta(hours=1)
    assert len(serve(NOON + timedelta(hours=1))) == 1


def test_the_next_run_is_told(store: Store) -> None:
    assert planned(NOON + timedelta(minutes=3)).at == NOON + timedelta(minutes=3)
    finish(*serve(NOON + timedelta(minutes=3)))
    told = planned(NOON + timedelta(minutes=4))
    assert (told.store, told.at) == ("Example", NOON + timedelta(hours=1))


def test_a_run_that_waits_is_not_announced_as_the_next_one(store: Store) -> None:
    serve(NOON)
    assert planned(NOON + timedelta(hours=2, minutes=1)).at == NOON + timedelta(hours=3)


def test_another_interval_has_other_slots(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "15")
    finish(*serve(NOON))
    assert serve(NOON + timedelta(minutes=14)) == []
    assert len(serve(NOON + timedelta(minutes=15))) == 1


def test_the_schedule_can_be_switched_off(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "0")
    assert serve(NOON) == []
    assert "off" in schedule.next_runs(NOON)[0].why


@pytest.mark.parametrize(
    "wrong", ["hourly", "-5", "1441", "1.5", "", "0.01", "nan", "inf", "1e3", "0.5.5", "\u0661", "0x3"]
)
def test_a_wrong_interval_is_named(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", wrong)
    with pytest.raises(WrongSetting, match="CSCART_ZOHO_EVERY_MINUTES"):
        schedule.every()


@pytest.mark.parametrize(("given", "seconds"), [("0.1", 6), ("0.5", 30), ("0.0167", 1), ("1", 60), ("1440", 86400)])
def test_an_interval_may_be_a_part_of_a_minute(monkeypatch: pytest.MonkeyPatch, given: str, seconds: float) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", given)
    assert schedule.every() == timedelta(seconds=seconds)
    assert schedule.tick_of(schedule.every()) <= seconds / 4


def test_a_short_interval_is_served_in_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "0.1")
    finish(*serve(NOON))
    asked = []
    for second in range(1, 25):
        runs = serve(NOON + timedelta(seconds=second))
        asked += [second] * len(runs)
        finish(*runs)
    assert asked == [6, 12, 18, 24]


# Each kind of record


def test_each_kind_of_record_has_its_own_schedule(store: Store) -> None:
    permit("contacts", "salesorders")
    change(store, Entity.ORDERS, every_minutes=15)
    change(store, Entity.CUSTOMERS, cron="0 3 * * *")
    finish(*serve(NOON))
    times = {run.entity: run.at for run in schedule.next_runs(NOON + timedelta(minutes=1))}
    assert times == {
        Entity.PRODUCTS: NOON + timedelta(hours=1),
        Entity.CUSTOMERS: NOON + timedelta(hours=15),
        Entity.ORDERS: NOON + timedelta(minutes=15),
    }
    assert [run.entity for run in serve(NOON + timedelta(minutes=15))] == ["orders"]


def test_two_entities_that_are_due_are_two_runs(store: Store) -> None:
    permit("contacts", "salesorders")
    assert [run.entity for run in serve(NOON)] == ["products", "customers", "orders"]


def test_without_permission_the_reason_is_told(store: Store) -> None:
    permit("contacts")
    assert schedule.scheduled(Store.objects.get()) == [Entity.PRODUCTS, Entity.CUSTOMERS]
    assert "no permission for orders" in planned(NOON, Entity.ORDERS).why
    assert schedule.next_moments(Store.objects.get(), Entity.ORDERS, NOON) == []


@pytest.mark.parametrize(("choices", "words"), [({"scheduled": False}, "leave them out"), ({"home": 7}, "be read")])
def test_what_the_settings_leave_out_is_told(store: Store, choices: dict[str, object], words: str) -> None:
    permit("contacts", "salesorders")
    Store.objects.update(customer_choices=choices)
    assert words in planned(NOON, Entity.CUSTOMERS).why
    assert [run.entity for run in serve(NOON)] == ["products", "orders"]


# A store's own settings


def test_a_stores_own_interval_counts_though_the_installation_has_none(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "0")
    assert change(store, every_minutes=30) == "products: on, every 30 minutes, no quiet hours"
    assert len(serve(NOON)) == 1


def test_a_schedule_can_be_switched_off_and_on(store: Store) -> None:
    assert change(store, on=False).startswith("products: off")
    assert serve(NOON) == []
    assert planned(NOON).why == "Switched off."
    change(store, on=True, at=NOON + timedelta(minutes=10))
    assert serve(NOON + timedelta(minutes=11)) == []
    assert len(serve(NOON + timedelta(hours=1))) == 1


def test_quiet_hours_end_with_one_run(store: Store) -> None:
    ZohoOrganisation.objects.update(time_zone="Europe/Berlin")
    change(store, quiet=Quiet(time(22), time(6)))
    finish(*serve(NOON + timedelta(hours=8, minutes=59)))  # 21:59 there
    for hour in range(9, 17):
        assert serve(NOON + timedelta(hours=hour)) == []
    assert len(serve(NOON + timedelta(hours=17))) == 1  # 06:00
    assert serve(NOON + timedelta(hours=17, minutes=1)) == []


def test_moments_before_a_change_are_not_made_up_for(store: Store) -> None:
    finish(*serve(NOON - timedelta(hours=10)))
    change(store, every_minutes=5, at=NOON + timedelta(minutes=1))
    assert serve(NOON + timedelta(minutes=2)) == []
    assert len(serve(NOON + timedelta(minutes=5))) == 1


def test_a_schedule_that_is_changed_while_a_run_waits_keeps_the_run(store: Store) -> None:
    (run,) = serve(NOON)
    change(store, every_minutes=1, at=NOON + timedelta(seconds=30))
    assert serve(NOON + timedelta(minutes=5)) == []
    finish(run)
    assert len(serve(NOON + timedelta(minutes=5))) == 1


def test_saving_the_same_again_is_no_change(store: Store) -> None:
    change(store, cron="30 2 * * *", quiet=Quiet(time(22), time(6)))
    before = Schedule.objects.values().get()
    same = {"on": True, "every_minutes": None, "cron": "30 2 * * *", "quiet": Quiet(time(22), time(6))}
    assert schedule.change_schedule(store, Entity.PRODUCTS, **same) == ""  # type: ignore[arg-type]
    assert Schedule.objects.values().get() == before
    assert schedule.change_schedule(store, Entity.PRODUCTS, **AS_INSTALLED) != ""  # type: ignore[arg-type]


def test_a_run_of_a_clock_that_was_a_year_ahead_does_not_silence_the_schedule(store: Store) -> None:
    finish(*serve(NOON + timedelta(days=365)))
    assert len(serve(NOON)) == 1
    assert serve(NOON + timedelta(minutes=1)) == []


def test_an_expression_goes_by_the_time_zone_of_the_organisation(store: Store) -> None:
    ZohoOrganisation.objects.update(time_zone="Asia/Kolkata")
    change(store, cron="30 2 * * *")
    finish(*serve(NOON))
    told = schedule.next_moments(Store.objects.get(), Entity.PRODUCTS, NOON)
    assert [f"{moment:%d %H:%M %z}" for moment in told] == ["05 02:30 +0530", "06 02:30 +0530", "07 02:30 +0530"]


def test_another_store_has_its_own_schedule(store: Store) -> None:
    other = Store.objects.create(
        name="Other",
        url="https://other.example.com",
        api_key="example",
        zoho=store.zoho,
        first_syncs=BEGUN,
    )
    Store.objects.update(connected_at=NOON - timedelta(days=1))
    change(other, on=False)
    assert [run.store for run in serve(NOON)] == [store]


def test_the_loop_asks_until_it_is_stopped(store: Store) -> None:
    stop, asked = threading.Event(), []

    def now() -> datetime:
        asked.append(NOON)
        if len(asked) == 3:
            stop.set()
        return NOON

    schedule.keep(stop, now=now, tick_s=0.0)
    assert Run.objects.filter(trigger="schedule").count() == 1


def test_a_reason_that_all_have_in_common_is_said_once(store: Store) -> None:
    permit("contacts", "salesorders")
    change(store, Entity.ORDERS, on=False)
    hour = NOON + timedelta(hours=1)
    finish(*serve(NOON))
    told = schedule.in_short(schedule.next_runs(NOON + timedelta(minutes=1)))
    assert told == [("Products", hour), ("Customers", hour), ("Orders: Switched off.", None)]
    Store.objects.update(zoho=None)
    assert schedule.in_short(schedule.next_runs(NOON)) == [("Paused until Zoho is connected.", None)]
