"""Whose turn it is among the runs of a store, and when one makes room."""

from datetime import UTC, datetime, timedelta

import pytest

from cscart_zoho import app
from cscart_zoho.jobs import runner
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.jobs.turns import PATIENCE, STEPS, Turn
from cscart_zoho.records import Entity
from cscart_zoho.store.lanes import BACKFILL, Lane
from cscart_zoho.store.models import Run, RunState, Store
from cscart_zoho.sync.asked import Asked

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return Store.objects.create(name="Example")


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "now", lambda: NOW)


def asked_for(store: Store, asked: Asked, entity: Entity = Entity.PRODUCTS, *, ago_s: float = 0) -> Run:
    run, _ = ask_for_run(store, asked, trigger="schedule", entity=entity)
    Run.objects.filter(pk=run.pk).update(asked_at=NOW - timedelta(seconds=ago_s))
    return Run.objects.get(pk=run.pk)


def test_orders_come_before_a_first_load_that_was_asked_for_earlier(store: Store) -> None:
    asked_for(store, BACKFILL, ago_s=600)
    asked_for(store, Asked(), ago_s=300)
    orders = asked_for(store, Asked(), Entity.ORDERS)
    assert runner.ready(NOW)[0] == orders.pk
    lanes = list(Run.objects.filter(pk__in=runner.ready(NOW)).order_by("lane").values_list("lane", flat=True))
    assert lanes == [Lane.ORDERS, Lane.PRODUCTS, Lane.BACKFILL]


def test_whatever_has_waited_for_long_is_taken_however_busy_the_store_is(store: Store) -> None:
    load = asked_for(store, BACKFILL, ago_s=PATIENCE.total_seconds() + 1)
    asked_for(store, Asked(), Entity.ORDERS)
    assert runner.ready(NOW)[0] == load.pk


def test_a_run_that_has_just_made_room_waits_from_then_on(store: Store) -> None:
    load = asked_for(store, BACKFILL, ago_s=PATIENCE.total_seconds() * 9)
    Run.objects.filter(pk=load.pk).update(heartbeat_at=NOW - timedelta(seconds=5))
    orders = asked_for(store, Asked(), Entity.ORDERS)
    assert runner.ready(NOW)[0] == orders.pk


def test_a_pause_does_not_count_as_waiting(store: Store) -> None:
    load = asked_for(store, BACKFILL, ago_s=90_000)
    Run.objects.filter(pk=load.pk).update(not_before=NOW - timedelta(seconds=1), heartbeat_at=NOW - timedelta(hours=9))
    orders = asked_for(store, Asked(), Entity.ORDERS)
    assert runner.ready(NOW)[0] == orders.pk


def begun(run: Run, ago_s: float) -> None:
    """This run was carried out, and the next one like it waits already."""
    Run.objects.filter(pk=run.pk).update(state=RunState.DONE, started_at=NOW - timedelta(seconds=ago_s))


def test_a_store_that_cannot_keep_up_with_its_schedule_still_gets_to_everything(store: Store) -> None:
    # Six seconds between the ticks, three for each run: orders and customers alone would fill them.
    order = []
    for second in range(0, 60, 3):
        if second % 6 == 0:
            for entity in (Entity.PRODUCTS, Entity.CUSTOMERS, Entity.ORDERS):
                if not Run.objects.filter(entity=entity.value, state=RunState.WAITING).exists():
                    asked_for(store, Asked(), entity, ago_s=60 - second)
        run = Run.objects.get(pk=runner.ready(NOW)[0])
        order.append(run.entity)
        begun(run, 60 - second - 0.5)
    assert min(order.count(entity.value) for entity in (Entity.PRODUCTS, Entity.CUSTOMERS, Entity.ORDERS)) >= 6


def test_a_run_that_was_passed_over_goes_before_more_urgent_ones_asked_for_since(store: Store) -> None:
    products = asked_for(store, Asked(), ago_s=20)
    begun(asked_for(store, Asked(), Entity.ORDERS, ago_s=18), ago_s=17)
    asked_for(store, Asked(), Entity.ORDERS, ago_s=1)
    assert runner.ready(NOW)[0] == products.pk


def steps_until_over(turn: Turn, most: int = 100) -> int | None:
    return next((n for n in range(most) if turn.is_over()), None)


def test_a_first_load_makes_room_for_orders_of_its_store_after_some_steps(store: Store) -> None:
    load = asked_for(store, BACKFILL)
    asked_for(store, Asked(), Entity.ORDERS)
    assert steps_until_over(Turn(load, Lane.BACKFILL)) == STEPS


def test_nobody_makes_room_for_less_urgent_work_nor_for_another_store(store: Store) -> None:
    other = Store.objects.create(name="Other")
    orders, load = asked_for(store, Asked(), Entity.ORDERS), asked_for(store, BACKFILL)
    asked_for(other, Asked(), Entity.ORDERS)
    assert steps_until_over(Turn(orders, Lane.ORDERS)) is None
    Run.objects.filter(pk=orders.pk).update(state=RunState.DONE)
    assert steps_until_over(Turn(load, Lane.BACKFILL)) is None


def test_nobody_makes_room_for_a_run_whose_pause_is_not_over(store: Store) -> None:
    load, orders = asked_for(store, BACKFILL), asked_for(store, Asked(), Entity.ORDERS)
    Run.objects.filter(pk=orders.pk).update(not_before=NOW + timedelta(seconds=1))
    assert steps_until_over(Turn(load, Lane.BACKFILL)) is None
