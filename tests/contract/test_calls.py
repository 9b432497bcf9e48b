"""What a run costs in calls to Zoho: counted, not timed. Every request is judged by the official description."""

import itertools
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cscart_zoho import app
from cscart_zoho.store.models import Store
from cscart_zoho_sim.catalogue import goods
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect, sync
from tests.contract.zoho_spec import SpecValidator
from tests.pace import first

pytestmark = pytest.mark.django_db


class Counted:
    """A connected world that counts the calls of a run by kind."""

    def __init__(self, world: World, judge: SpecValidator | None) -> None:
        self.world = world
        self.judge = judge
        self.calls: list[str] = []
        self.store: Store

    def watch(self, request: Request, response: Response) -> None:
        if "/inventory/v1/" in request.path:
            self.calls.append(f"{request.method} {request.path.removeprefix('/inventory/v1/')}")
            if self.judge is not None:
                self.judge.check(request)

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        before = len(self.calls)
        kept: list[str] = []
        yield kept
        kept.extend(self.calls[before:])


@pytest.fixture
def counted() -> Iterator[Counted]:
    world = World.empty(1, plan="premium", per_minute_limit=None)
    specs = Path(__file__).resolve().parents[3] / "shared" / "specs" / "zoho-inventory"
    counted = Counted(world, SpecValidator(specs) if specs.is_dir() else None)
    with app.using_transport(world.transport(watch=counted.watch), world.clock):
        counted.store = connect(world)
        yield counted


def hour(counted: Counted) -> None:
    counted.world.clock.advance(3600)  # type: ignore[attr-defined]


def fill_store(counted: Counted, number: int) -> list[int]:
    """Goods that are on sale, 50 of each in stock: a status of its own would cost a call of its own."""
    sold = (good for good in goods(number * 2, seed=1) if not good.service)
    return [
        counted.world.cscart.add_product(**{**good.product(), "status": "A", "amount": "50"})
        for good in itertools.islice(sold, number)
    ]


@pytest.mark.parametrize("number", first(2, [1, 60, 250]))
def test_making_items_costs_one_call_each_and_the_list(counted: Counted, number: int) -> None:
    fill_store(counted, number)

    with counted.counting() as calls:
        run = sync(counted.store)

    assert run.counts["created_in_zoho"] == number, run.message
    made = [call for call in calls if call == "POST items"]
    assert len(made) == number
    assert len(calls) - len(made) <= 2, "an empty Zoho is one page"


@pytest.mark.parametrize("number", first(3, [1, 100, 101, 250]))
def test_stock_of_many_items_costs_one_adjustment_for_each_hundred(counted: Counted, number: int) -> None:
    ids = fill_store(counted, number)
    sync(counted.store)
    hour(counted)
    for id in ids:
        counted.world.cscart.order(id, 2)

    with counted.counting() as calls:
        run = sync(counted.store)

    assert run.counts["stock_moves"] == number, run.message
    adjustments = [call for call in calls if call == "POST inventoryadjustments"]
    assert len(adjustments) == math.ceil(number / 100)
    reads = [call for call in calls if call.startswith("GET")]
    assert len(reads) <= math.ceil(number / 100) + math.ceil(number / 200) + 2
    assert len(adjustments) + len(reads) == len(calls)


@pytest.mark.parametrize("products", first(1, [10, 272]))
def test_an_idle_run_costs_at_most_four_calls(counted: Counted, products: int) -> None:
    fill_store(counted, products)
    sync(counted.store)
    hour(counted)
    sync(counted.store)
    hour(counted)

    with counted.counting() as calls:
        run = sync(counted.store)

    assert run.counts["writes"] == 0, run.message
    assert len(calls) <= 4, calls


def test_calls_are_counted_in_the_run_as_zoho_counts_them(counted: Counted) -> None:
    fill_store(counted, 20)
    before = counted.world.zoho.calls

    run = sync(counted.store)

    assert run.calls_zoho == counted.world.zoho.calls - before
