"""The schedule: every slot served once, whatever restarts in between."""

from datetime import UTC, datetime, timedelta

import pytest

from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs import schedule
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.store.models import Run, RunState, Store, ZohoOrganisation
from cscart_zoho.sync.asked import Asked

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
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
        name="Example", url="https://store.example.com", api_key="example", connected_at=connected, zoho=zoho
    )


def serve(now: datetime) -> list[Run]:
    """One tick of the schedule, as if the database's rows had been written at `now`."""
    runs = schedule.ask_for_due(now)
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(asked_at=now)
    return runs


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
    (planned,) = schedule.next_runs(NOON)
    assert planned.at is None
    assert planned.why.startswith("Paused until")


def test_nothing_starts_at_the_moment_of_connecting(store: Store) -> None:
    ZohoOrganisation.objects.update(connected_at=NOON + timedelta(minutes=5))
    assert serve(NOON + timedelta(minutes=6)) == []
    (planned,) = schedule.next_runs(NOON + timedelta(minutes=6))
    assert planned.at == NOON + timedelta(hours=1)
    assert len(serve(NOON + timedelta(hours=1))) == 1


def test_the_next_run_is_told(store: Store) -> None:
    (planned,) = schedule.next_runs(NOON + timedelta(minutes=3))
    assert planned.at == NOON + timedelta(minutes=3)
    finish(*serve(NOON + timedelta(minutes=3)))
    (planned,) = schedule.next_runs(NOON + timedelta(minutes=4))
    assert (planned.store, planned.at) == ("Example", NOON + timedelta(hours=1))


def test_another_interval_has_other_slots(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "15")
    finish(*serve(NOON))
    assert serve(NOON + timedelta(minutes=14)) == []
    assert len(serve(NOON + timedelta(minutes=15))) == 1


def test_the_schedule_can_be_switched_off(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "0")
    assert serve(NOON) == []
    assert "off" in schedule.next_runs(NOON)[0].why


@pytest.mark.parametrize("wrong", ["hourly", "-5", "1441", "1.5", ""])
def test_a_wrong_interval_is_named(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", wrong)
    with pytest.raises(WrongSetting, match="CSCART_ZOHO_EVERY_MINUTES"):
        schedule.every()
