"""New products that are too many for one day: their own run, its pauses, and hourly runs beside it."""

from collections import Counter
from collections.abc import Iterator

import pytest

from cscart_zoho import app
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.records import Entity
from cscart_zoho.store.lanes import BACKFILL, Lane
from cscart_zoho.store.models import Observation, Run, RunState, Step, Store, ZohoOrganisation
from cscart_zoho.sync import chapter, observe
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.plan import Planner
from cscart_zoho_sim.catalogue import Mix
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect, resume, sync

pytestmark = pytest.mark.django_db
PRODUCTS, LIMIT = 60, 60


class Stage:
    """A shop with more new products than a day has calls; what is called and planned is counted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = World.synthetic(PRODUCTS, 1, mix=Mix(PRODUCTS, 4, 0), plan="standard", daily_limit=10_000)
        self.world.clock.advance(2 * 86_400)  # type: ignore[attr-defined]
        self.world.zoho.switches.rate_limit_headers = False  # they would tell another limit than `LIMIT`
        self.calls: Counter[str] = Counter()
        self.planned = 0
        plan = Planner.plan

        def counted(planner: Planner, *pair: object) -> object:
            self.planned += 1
            return plan(planner, *pair)  # type: ignore[arg-type]

        monkeypatch.setattr(Planner, "plan", counted)
        monkeypatch.setattr(chapter, "PLANNED_EACH_TIME", 10)
        monkeypatch.setattr(observe, "LARGE", 10)

    def watch(self, request: Request, response: Response) -> None:
        self.calls[f"{request.method} {request.path.split('/')[-1]}"] += 1

    def begin(self) -> Store:
        store = connect(self.world)
        ZohoOrganisation.objects.update(daily_limit=LIMIT, reserved_for_orders=10)
        return Store.objects.get(pk=store.pk)

    def forget(self) -> None:
        self.calls.clear()
        self.planned = 0

    def hours(self, hours: float) -> None:
        self.world.clock.advance(hours * 3600)  # type: ignore[attr-defined]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    made = Stage(monkeypatch)
    with app.using_transport(made.world.transport(watch=made.watch), made.world.clock):
        yield made


def the_load(store: Store) -> Run:
    return Run.objects.get(store=store, asked__only="unsynced")


def test_what_does_not_fit_into_a_day_gets_one_run_of_its_own(stage: Stage) -> None:
    store = stage.begin()
    first = sync(store)
    assert first.state == RunState.DONE
    assert 0 < first.counts["created_in_zoho"] < PRODUCTS - 4
    load = the_load(store)
    assert (load.state, load.lane) == (RunState.WAITING, Lane.BACKFILL)
    stage.hours(1)
    sync(store)
    assert the_load(store) == load


def test_an_hourly_run_beside_it_plans_only_what_has_changed(stage: Stage) -> None:
    store = stage.begin()
    sync(store)
    stage.hours(1)
    sync(store)  # looks once at what the first one has made
    stage.hours(1)
    stage.forget()
    sync(store)
    assert stage.planned == 0
    assert stage.calls["GET products"] <= 3
    waiting = Observation.objects.filter(side="cscart", linked=False).order_by("pk")[0]
    stage.world.cscart.edit_product(int(waiting.remote_id), product="Another name")
    stage.hours(1)
    stage.forget()
    sync(store)
    assert stage.planned == 1 + stage.calls["POST items"], "once, and once more right before it is made"


def test_it_goes_on_day_after_day_without_planning_or_listing_again(stage: Stage) -> None:
    store = stage.begin()
    sync(store)
    load = resume(the_load(store))
    assert load.state == RunState.WAITING
    assert load.not_before is not None
    assert "kept for what is more urgent" in load.message
    steps, calls = Step.objects.filter(run=load).count(), load.calls_zoho
    stage.hours(24)
    stage.forget()
    again = resume(load)
    assert Step.objects.filter(run=load).count() == steps
    assert stage.calls["GET items"] == 0, "no list is read again"
    assert stage.planned <= stage.calls["POST items"] + 1, "a look right before each, and at one that was too many"
    assert 0 < stage.calls["POST items"] < LIMIT
    assert again.calls_zoho > calls


def test_it_makes_room_for_orders_after_some_steps_and_ends_some_day(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cscart_zoho.jobs.turns.STEPS", 5)
    store = stage.begin()
    sync(store)
    stage.hours(24)
    ask_for_run(store, Asked(), trigger="schedule", entity=Entity.ORDERS)
    stage.forget()
    load = resume(the_load(store))
    assert (load.state, load.not_before) == (RunState.WAITING, None)
    assert "makes room" in load.message
    assert stage.calls["POST items"] == 5
    Run.objects.filter(entity="orders").update(state=RunState.DONE)
    for _ in range(6):
        load = resume(load)
        if load.state != RunState.WAITING:
            break
        stage.hours(24)
    assert load.state == RunState.DONE
    assert stage.world.zoho.item_count == PRODUCTS


def test_whoever_asks_for_it_again_meanwhile_gets_the_one_that_has_its_plan(stage: Stage) -> None:
    store = stage.begin()
    sync(store)
    load = the_load(store)
    Run.objects.filter(pk=load.pk).update(state=RunState.RUNNING, lease=5, heartbeat_at=app.now())
    newer, is_new = ask_for_run(store, BACKFILL, trigger="button")
    assert is_new
    load = resume(Run.objects.get(pk=load.pk))
    newer.refresh_from_db()
    assert load.state == RunState.WAITING
    assert newer.state == RunState.STOPPED
    assert f"Run {load.pk} has the same task" in newer.message


def test_a_new_partner_for_a_product_that_waits_is_found_at_once(stage: Stage) -> None:
    store = stage.begin()
    sync(store)
    stage.hours(1)
    waiting = Observation.objects.filter(side="cscart", linked=False).order_by("-pk")[0]
    stage.world.zoho.add_item(name="Made by hand in Zoho", sku=waiting.key, rate=1)
    sync(store)
    waiting.refresh_from_db()
    assert waiting.linked
