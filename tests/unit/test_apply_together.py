"""A side that takes many records in one call: one bad record fails alone, one lost answer doubles nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import pytest

from cscart_zoho.errors import ConnectorError, Refused, UnknownOutcome
from cscart_zoho.mapping.choices import Owner, ProductChoices, StockOwner
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.records import Entity, Record, Side, Values
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.store.models import Intent, Link, Run, RunState, Step, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.chapter import Chapter
from cscart_zoho.sync.ports import Change, Sides, Written
from cscart_zoho.sync.run import Outcome, SyncRun
from tests.unit.memory import MemorySide, StandingClock

pytestmark = pytest.mark.django_db

SYNCED = ("sku", "name", "price", "status")


@dataclass
class Crowd(MemorySide):
    """A side that writes a hundred records in one call, and refuses names with "bad" in them."""

    together = 100
    updates_together = 100
    #: Sizes of the calls that wrote.
    sizes: list[int] = field(default_factory=list)
    #: The next call's answer is lost after the work is done.
    lose_next: bool = False

    def find_all(self, keys: Sequence[str]) -> dict[str, list[Record]]:
        self.calls["find_all"] += 1
        return {key: self.find(key) for key in keys}

    def create_all(self, batch: Sequence[Values]) -> list[Written]:
        self.sizes.append(len(batch))
        made: list[Written] = [self._made(values) for values in batch]
        return self._lost(made)

    def _made(self, values: Values) -> Written:
        if "bad" in str(values["name"]):
            return Refused("Zoho refused a new record: the name is bad", code=400)
        return self.create(values)

    def update_all(self, batch: Sequence[Change]) -> list[Written]:
        self.sizes.append(len(batch))
        return self._lost([self.update(each.id, each.values) for each in batch])

    def _lost(self, made: list[Written]) -> list[Written]:
        if not self.lose_next:
            return made
        self.lose_next = False
        error: ConnectorError = UnknownOutcome("no answer came")
        return [error] * len(made)


class Bench:
    """A store in memory and a crowd."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.cscart, self.zoho = MemorySide(Side.CSCART, self.clock), Crowd(Side.ZOHO, self.clock)
        self.store = Store.objects.create(name="Example")
        owners = {name: Owner.ASK if name in SYNCED else Owner.NOBODY for name in ProductChoices().owners}
        self.map = ProductMap(ProductChoices(stock_owner=StockOwner.NOBODY, owners=owners))
        self._references = count(1)

    def sync(self, **asked: object) -> Outcome:
        self.clock.advance(minutes=60)
        run = Run.objects.create(
            store=self.store, trigger="cli", asked_at=self.clock.now(), state=RunState.RUNNING, lease=1
        )
        self.run = run
        ledger, wanted = RunLedger(run, self.clock), Asked(**asked)  # type: ignore[arg-type]
        chapter = Chapter(
            Sides(self.cscart, self.zoho),
            ledger,
            wanted,
            self.map,
            clock=self.clock,
            new_reference=lambda: f"ref-{next(self._references)}",
        )
        outcome = SyncRun(Entity.PRODUCTS, [chapter], ledger, wanted, clock=self.clock).carry_out()
        Run.objects.filter(pk=run.pk).update(state=RunState.DONE)
        return outcome


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_new_records_go_out_a_hundred_in_a_call(bench: Bench) -> None:
    for n in range(250):
        bench.cscart.put(sku=f"S{n}", name=f"Thing {n}")

    bench.sync()

    assert bench.zoho.sizes == [100, 100, 50]
    assert len(bench.zoho.rows) == Link.objects.count() == 250
    bench.sync()
    assert bench.zoho.sizes == [100, 100, 50]


def test_changes_go_out_together_too_and_a_single_one_alone(bench: Bench) -> None:
    ids = [bench.cscart.put(sku=f"S{n}", name=f"Thing {n}") for n in range(20)]
    bench.sync()
    bench.zoho.sizes.clear()

    for id in ids:
        bench.cscart.edit(id, name=f"Changed {id}")
    bench.sync(release_brake=True)
    bench.cscart.edit(ids[0], name="Changed again")
    bench.sync()

    assert bench.zoho.sizes == [20, 1]
    assert bench.zoho.calls["update"] == 21
    assert {row["name"] for row in bench.zoho.rows.values()} >= {"Changed again", f"Changed {ids[1]}"}


def test_one_bad_record_fails_alone(bench: Bench) -> None:
    for n in range(10):
        bench.cscart.put(sku=f"S{n}", name="a bad one" if n == 4 else f"Thing {n}")

    told = bench.sync()

    assert len(bench.zoho.rows) == 9
    assert told.needs_attention
    step = Step.objects.get(run=bench.run, state="failed")
    assert "the name is bad" in step.message
    assert not Intent.objects.filter(closed_at=None).exists()


def test_a_lost_answer_of_a_hundred_doubles_nothing_and_is_looked_up_in_one_call(bench: Bench) -> None:
    for n in range(30):
        bench.cscart.put(sku=f"S{n}", name=f"Thing {n}")
    bench.zoho.lose_next = True

    bench.sync()
    assert Intent.objects.filter(closed_at=None).count() == 30
    looked = bench.zoho.calls["find_all"]
    bench.sync()

    assert len(bench.zoho.rows) == Link.objects.count() == 30
    assert bench.zoho.calls["find_all"] == looked + 1
    assert not Intent.objects.filter(closed_at=None).exists()


def test_a_lost_answer_to_changes_is_settled_by_reading_them_together(bench: Bench) -> None:
    ids = [bench.cscart.put(sku=f"S{n}", name=f"Thing {n}") for n in range(12)]
    bench.sync()
    for id in ids:
        bench.cscart.edit(id, name=f"Changed {id}")
    bench.zoho.lose_next = True

    bench.sync(release_brake=True)
    reads = bench.zoho.calls["read"]
    bench.sync()

    assert bench.zoho.calls["read"] == reads + 1
    assert {row["name"] for row in bench.zoho.rows.values()} == {f"Changed {id}" for id in ids}
    assert not Intent.objects.filter(closed_at=None).exists()


def test_what_is_there_already_is_left_to_pairing(bench: Bench) -> None:
    for n in range(3):
        bench.cscart.put(sku=f"S{n}", name=f"Thing {n}")
    hidden = bench.zoho.put(sku="S1", name="Made meanwhile")
    scan, bench.zoho.scan = bench.zoho.scan, lambda since: iter(())  # type: ignore[method-assign]

    bench.sync()
    bench.zoho.scan = scan  # type: ignore[method-assign]
    assert len(bench.zoho.rows) == 3
    bench.sync()

    assert Link.objects.get(zoho_id=hidden).origin == "adopted"
    assert len(bench.zoho.rows) == 3
