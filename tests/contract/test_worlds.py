"""Whole runs over whole worlds: other releases, editions and regions, and catalogues that nobody wishes for."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.store.models import Link, Observation, Run, RunState, Step, Store
from cscart_zoho_sim import hard_cases
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect, resume, sync
from tests.contract.zoho_spec import SpecValidator

pytestmark = pytest.mark.django_db

SPECS = Path(__file__).resolve().parents[3] / "shared" / "specs" / "zoho-inventory"
CHOICES = ProductChoices(default_tax_id="6")


@contextmanager
def connected(world: World, choices: ProductChoices = CHOICES) -> Iterator[Store]:
    """A store connected to a world; each request to Zoho is judged by its description where that is at hand."""
    judge = SpecValidator(SPECS) if SPECS.is_dir() else None

    def watch(request: Request, response: Response) -> None:
        if judge is not None and "/inventory/v1/" in request.path:
            judge.check(request)

    world.zoho.lift_minute_limit()
    with app.using_transport(world.transport(watch=watch), world.clock):
        yield connect(world, choices)


def hour(world: World) -> None:
    world.clock.advance(3600)  # type: ignore[attr-defined]


def told(run: Run) -> str:
    return f"{run.state}: {run.message} {run.counts}"


@pytest.mark.parametrize(
    "switches",
    [
        {"version": "4.20.1"},
        {"version": "4.18.2"},
        {"version": "4.14.2"},
        {"version": "4.11.5"},
        {"version": "4.8.1"},
        {"edition": "multivendor"},
        {"region": "eu"},
        {"region": "com.cn"},
        {"plan": "free"},
    ],
    ids=str,
)
def test_every_kind_of_store_comes_to_rest_with_all_products_linked(switches: dict[str, Any]) -> None:
    world = World.synthetic(60, 5, **switches)
    with connected(world) as store:
        first = sync(store)
        assert first.state == RunState.DONE, told(first)
        hour(world)
        writes = world.cscart.writes + world.zoho.writes

        second = sync(store)

        assert second.state == RunState.DONE, told(second)
        assert world.cscart.writes + world.zoho.writes == writes, told(second)
        assert Link.objects.count() == len(world.cscart.products()) == len(world.zoho.items())


def test_hard_cases_are_held_with_a_reason_and_the_others_go_on() -> None:
    world = World.synthetic(30, 5)
    hard_cases.add(world.cscart, world.zoho)
    with connected(world) as store:
        first = sync(store)
        assert first.state == RunState.DONE, told(first)
        hour(world)
        second = sync(store)
        assert second.counts["writes"] == 0, told(second)

        alone = Observation.objects.filter(linked=False)
        assert alone.count() > 5
        assert not alone.filter(reason=""), list(alone.filter(reason="").values("side", "remote_id", "name"))
        assert Observation.objects.filter(linked=True, state="synced").count() >= 60


def test_an_opening_stock_that_zoho_ignores_is_booked_in_the_same_run() -> None:
    world = World.empty(1)
    world.zoho.switches.initial_stock_ignored = True
    world.cscart.add_product(product="Example", product_code="E-1", price="1.00", amount="10")
    with connected(world) as store:
        run = sync(store)

        (item,) = world.zoho.items().values()
        assert item["stock_on_hand"] == 10, told(run)
        hour(world)
        assert sync(store).counts["writes"] == 0


def test_stock_that_comes_back_to_what_it_was_is_seen() -> None:
    world = World.empty(1)
    product = world.cscart.add_product(product="Example", product_code="E-1", price="1.00", amount="10")
    with connected(world) as store:
        sync(store)
        (item,) = world.zoho.items()
        hour(world)
        world.cscart.order(product, 1)
        sync(store)
        hour(world)
        world.zoho.move_stock(item, 1)

        run = sync(store)

        assert world.cscart.product(product)["amount"] == "10", told(run)


def test_a_day_of_work_on_both_sides_adds_up() -> None:
    world = World.empty(3)
    rng = random.Random(3)
    ids = [
        world.cscart.add_product(product=f"Example {n}", product_code=f"E-{n}", price="1.00", amount="100")
        for n in range(12)
    ]
    with connected(world) as store:
        sync(store)
        items = {item["sku"]: id for id, item in world.zoho.items().items()}
        expected = dict.fromkeys(ids, 100)
        for _ in range(12):
            hour(world)
            for n, id in enumerate(ids):
                sold, moved = rng.randint(0, 2), rng.randint(-2, 3)
                world.cscart.order(id, sold)
                if moved:
                    world.zoho.move_stock(items[f"E-{n}"], moved)
                expected[id] += moved - sold
            sync(store)

        assert {id: int(world.cscart.product(id)["amount"]) for id in ids} == expected
        assert sorted(item["stock_on_hand"] for item in world.zoho.items().values()) == sorted(expected.values())


def test_a_quota_that_is_gone_sooner_than_thought_pauses_the_run_until_all_is_done() -> None:
    world = World.empty(1, daily_limit=40)
    for n in range(60):
        world.cscart.add_product(product=f"Example {n}", product_code=f"E-{n}", price="1.00")
    world.zoho.switches.rate_limit_headers = False
    with connected(world) as store:
        assert store.zoho is not None
        store.zoho.daily_limit = 10_000  # somebody else uses the organisation's calls too
        store.zoho.save()
        run = sync(store)
        assert run.state == RunState.WAITING, told(run)
        assert 0 < len(world.zoho.items()) < 60

        pauses = 0
        while run.state == RunState.WAITING and pauses < 100:
            assert run.not_before is not None
            world.clock.advance((run.not_before - app.now()).total_seconds() + 1)  # type: ignore[attr-defined]
            run, pauses = resume(run), pauses + 1

        assert run.state == RunState.DONE, told(run)
        skus = [item["sku"] for item in world.zoho.items().values()]
        assert len(skus) == len(set(skus)) == 60


def test_new_products_of_a_large_store_are_spread_over_days_and_the_run_says_so() -> None:
    world = World.empty(1, daily_limit=50)
    for n in range(60):
        world.cscart.add_product(product=f"Example {n}", product_code=f"E-{n}", price="1.00")
    with connected(world) as store:
        assert store.zoho is not None
        store.zoho.daily_limit = 50
        store.zoho.save()

        run = sync(store)

        assert run.state == RunState.DONE, told(run)
        assert run.counts["waiting"] == 60 - len(world.zoho.items()) > 0
        assert "wait for later runs" in run.message


def test_a_failing_record_never_stops_the_others() -> None:
    world = World.empty(1)
    for n in range(5):
        world.cscart.add_product(product=f"Example {n}", product_code=f"E-{n}", price="1.00")
    world.cscart.plant(3, price="1,50")
    with connected(world) as store:
        run = sync(store)

        assert run.state == RunState.DONE, told(run)
        assert len(world.zoho.items()) == 4
        row = Observation.objects.get(side="cscart", remote_id="3")
        assert row.state == "held"
        assert "1,50" in row.reason
        assert Step.objects.get(run=run, cscart_id="3").state == "held"
