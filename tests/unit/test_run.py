"""The story of a run over two sides in memory and the real ledger."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count

import pytest

from cscart_zoho.errors import Braked, Refused, UnknownOutcome
from cscart_zoho.mapping.choices import ProductChoices, choices_from_json
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.records import Direction, Entity, Side
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.store.models import Conflict, Intent, Link, Observation, Run, RunState, Step, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.chapter import Chapter
from cscart_zoho.sync.run import Outcome, SyncRun
from tests.unit.memory import MemoryBook, MemorySide, StandingClock, memory_sides

pytestmark = pytest.mark.django_db


class Bench:
    """One store with both sides, and a way to sync it."""

    def __init__(self, choices: ProductChoices | None = None) -> None:
        self.clock = StandingClock()
        self.cscart: MemorySide
        self.zoho: MemorySide
        self.book: MemoryBook
        self.cscart, self.zoho, self.book, self.sides = memory_sides(self.clock)
        self.store = Store.objects.create(name="Example")
        self.product_map = ProductMap(choices or ProductChoices())
        references = count(1)
        self.new_reference: Callable[[], str] = lambda: f"ref-{next(references)}"

    def sync(self, *, advance_minutes: float = 60, **asked: object) -> Outcome:
        """One run from start to end, an hour after the last."""
        self.clock.advance(minutes=advance_minutes)
        self.run = Run.objects.create(
            store=self.store, state=RunState.RUNNING, trigger="cli", lease=1, asked_at=self.clock.now()
        )
        try:
            return self._story(Asked(**asked)).carry_out()  # type: ignore[arg-type]
        finally:
            Run.objects.filter(pk=self.run.pk).update(state=RunState.DONE)

    def _story(self, asked: Asked) -> SyncRun:
        ledger = RunLedger(self.run, self.clock)
        chapter = Chapter(
            self.sides, ledger, asked, self.product_map, clock=self.clock, new_reference=self.new_reference
        )
        return SyncRun(Entity.PRODUCTS, [chapter], ledger, asked, clock=self.clock)

    @property
    def counts(self) -> dict[str, int]:
        self.run.refresh_from_db()
        counts: dict[str, int] = self.run.counts
        return counts

    def writes(self) -> int:
        return self.counts["writes"]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_new_products_are_made_on_the_other_side_with_their_stock(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple", stock=7)
    bench.zoho.put(sku="B", name="Bean", stock=3)

    bench.sync()

    assert bench.counts["created_in_zoho"] == bench.counts["created_in_cscart"] == 1
    made = {row["sku"]: row["stock"] for row in bench.zoho.rows.values()}
    assert made == {"A": 7, "B": 3}
    assert {row["sku"]: row["stock"] for row in bench.cscart.rows.values()} == {"A": 7, "B": 3}


def test_second_run_writes_nothing(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple", stock=7)
    bench.zoho.put(sku="B", name="Bean", stock=3, status="inactive")
    bench.sync()

    bench.sync()

    assert bench.writes() == 0
    assert not Step.objects.filter(run=bench.run).exists()
    assert set(Observation.objects.values_list("state", flat=True)) == {"synced"}


def test_equal_skus_are_paired_and_nothing_is_made(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple", stock=7)
    bench.zoho.put(sku="A", name="Apple", stock=7)

    bench.sync()

    assert bench.counts["linked"] == 1
    assert bench.writes() == 0
    assert Link.objects.get().origin == "adopted"


def test_an_edit_of_the_owner_reaches_the_other_side(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple")
    bench.sync()
    bench.cscart.edit(id, price=Decimal("2.50"))

    bench.sync()

    assert [row["price"] for row in bench.zoho.rows.values()] == [Decimal("2.50")]
    assert not Conflict.objects.exists()


def test_an_edit_that_is_overwritten_is_kept_as_a_conflict(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple")
    bench.sync()
    (item,) = bench.zoho.rows
    bench.zoho.edit(item, name="Pear")

    bench.sync()

    assert bench.zoho.rows[item]["name"] == "Apple"
    conflict = Conflict.objects.get()
    assert (conflict.zoho_value, conflict.winner, conflict.settled_by) == ("Pear", "cscart", "rule")


def test_asking_keeps_both_values_until_a_person_answers() -> None:
    bench = Bench(choices_from_json({"owners": {"name": "ask"}}))
    id = bench.cscart.put(sku="A", name="Apple")
    bench.sync()
    (item,) = bench.zoho.rows
    bench.zoho.edit(item, name="Pear")
    bench.cscart.edit(id, name="Plum")

    bench.sync()
    bench.sync()

    assert bench.zoho.rows[item]["name"] == "Pear"
    conflict = Conflict.objects.get()
    assert conflict.settled_at is None

    Conflict.objects.update(answer="zoho", settled_by="Example Person")
    bench.sync(only="ids", cscart_ids=(id,))

    assert bench.cscart.rows[id]["name"] == "Pear"
    conflict.refresh_from_db()
    assert (conflict.winner, conflict.settled_by) == ("zoho", "Example Person")
    assert conflict.settled_at is not None
    assert set(Observation.objects.values_list("state", flat=True)) == {"synced"}


def test_movements_of_both_sides_are_added(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple", stock=10)
    bench.sync()
    (item,) = bench.zoho.rows
    bench.cscart.sell(id, 2)
    bench.zoho.sell(item, 3)

    bench.sync()

    assert bench.cscart.rows[id]["stock"] == bench.zoho.rows[item]["stock"] == 5
    bench.sync()
    assert bench.writes() == 0


def test_stock_of_many_items_is_one_adjustment_a_hundred(bench: Bench) -> None:
    ids = [bench.cscart.put(sku=f"S{n}", name=f"Thing {n}", stock=10) for n in range(150)]
    bench.sync()
    for id in ids:
        bench.cscart.sell(id, 1)

    bench.sync()

    assert bench.zoho.calls["adjust"] == 2
    assert {row["stock"] for row in bench.zoho.rows.values()} == {9}


def test_a_refused_line_does_not_stop_the_others(bench: Bench) -> None:
    ids = [bench.cscart.put(sku=f"S{n}", name=f"Thing {n}", stock=10) for n in range(8)]
    bench.sync()
    for id in ids:
        bench.cscart.sell(id, 1)
    bad = next(id for id, row in bench.zoho.rows.items() if row["sku"] == "S5")
    booked = bench.book.adjust

    def refuse(moves, reference, reason=""):  # type: ignore[no-untyped-def]
        if any(move.item_id == bad for move in moves):
            raise Refused("This item cannot be adjusted", code=9)
        return booked(moves, reference, reason)

    bench.book.adjust = refuse  # type: ignore[method-assign]

    bench.sync()

    assert sorted(row["stock"] for row in bench.zoho.rows.values()) == [9] * 7 + [10]  # type: ignore[type-var]
    assert bench.counts["failed"] == 1
    assert Observation.objects.get(side="zoho", remote_id=bad).state == "failed"


def test_first_contact_with_other_stock_asks(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple", stock=10)
    item = bench.zoho.put(sku="A", name="Apple", stock=4)

    bench.sync()
    bench.sync()

    assert (bench.cscart.rows[id]["stock"], bench.zoho.rows[item]["stock"]) == (10, 4)
    assert Conflict.objects.get().field == "stock"
    assert bench.counts["conflicts"] == 1

    bench.sync(only="ids", cscart_ids=(id,), winner="zoho")

    assert bench.cscart.rows[id]["stock"] == 4
    assert Conflict.objects.get().settled_at is not None
    bench.sync()
    assert bench.writes() == 0


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("side", list(Side))
def test_a_creation_without_an_answer_is_made_once(bench: Bench, side: Side, when: str) -> None:
    source, target = (bench.zoho, bench.cscart) if side is Side.CSCART else (bench.cscart, bench.zoho)
    source.put(sku="A", name="Apple", stock=5)
    target.next_failure["create"] = (when, UnknownOutcome("no answer in time"))

    assert bench.sync().needs_attention
    assert Observation.objects.get(side=source.side.value).state == "failed"
    bench.sync()

    assert len(target.rows) == 1
    assert Link.objects.count() == 1
    assert not Intent.objects.filter(closed_at=None).exists()
    bench.sync()
    assert bench.writes() == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_adjustment_without_an_answer_is_booked_once(bench: Bench, when: str) -> None:
    id = bench.cscart.put(sku="A", name="Apple", stock=10)
    bench.sync()
    bench.cscart.sell(id, 4)
    bench.book.next_failure = (when, UnknownOutcome("no answer in time"))

    bench.sync()
    bench.sync()

    assert [row["stock"] for row in bench.zoho.rows.values()] == [6]
    assert bench.cscart.rows[id]["stock"] == 6


def unanswered_amount(bench: Bench, when: str) -> tuple[str, str]:
    """Of ten pieces four are gone in Zoho; the answer to what the store was told is lost."""
    id = bench.cscart.put(sku="A", name="Apple", stock=10)
    bench.sync()
    (item,) = bench.zoho.rows
    bench.zoho.sell(item, 4)
    bench.cscart.next_failure["update"] = (when, UnknownOutcome("no answer in time"))
    bench.sync()
    return id, item


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_amount_without_an_answer_is_published_once(bench: Bench, when: str) -> None:
    id, item = unanswered_amount(bench, when)
    bench.sync()
    assert bench.cscart.rows[id]["stock"] == bench.zoho.rows[item]["stock"] == 6


def test_an_amount_that_never_arrived_does_not_forget_what_was_sold_meanwhile(bench: Bench) -> None:
    id, item = unanswered_amount(bench, "before")
    bench.cscart.sell(id, 1)
    bench.sync()
    assert bench.cscart.rows[id]["stock"] == bench.zoho.rows[item]["stock"] == 5


def test_an_amount_without_an_answer_and_another_figure_are_a_question(bench: Bench) -> None:
    """It arrived and one was sold, or it did not and a person has counted: without orders nobody can tell."""
    id, item = unanswered_amount(bench, "after")
    bench.cscart.sell(id, 1)
    bench.sync()
    assert (bench.cscart.rows[id]["stock"], bench.zoho.rows[item]["stock"]) == (5, 6)
    assert Conflict.objects.get(settled_at=None).field == "stock"


def test_a_deleted_record_makes_its_partner_inactive_once(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple")
    for n in range(20):
        bench.cscart.put(sku=f"S{n}", name=f"Thing {n}")
    bench.sync()
    (item,) = [i for i, row in bench.zoho.rows.items() if row["sku"] == "A"]
    bench.cscart.remove(id)

    bench.sync()

    assert bench.zoho.rows[item]["status"] == "inactive"
    bench.zoho.edit(item, status="active")
    bench.sync()
    assert bench.zoho.rows[item]["status"] == "active"
    assert Observation.objects.get(side="zoho", remote_id=item).state == "gone"


def test_a_side_that_suddenly_shows_little_stops_the_run(bench: Bench) -> None:
    ids = [bench.cscart.put(sku=f"S{n}", name=f"Thing {n}") for n in range(20)]
    bench.sync()
    for id in ids[:15]:
        bench.cscart.remove(id)

    with pytest.raises(Braked):
        bench.sync()

    assert {row["status"] for row in bench.zoho.rows.values()} == {"active"}


def test_a_plan_that_would_change_most_records_is_braked(bench: Bench) -> None:
    ids = [bench.cscart.put(sku=f"S{n}", name=f"Thing {n}") for n in range(40)]
    bench.sync()
    for id in ids:
        bench.cscart.edit(id, price=Decimal("0.01"))

    with pytest.raises(Braked):
        bench.sync()
    assert {row["price"] for row in bench.zoho.rows.values()} == {Decimal("1.00")}

    bench.sync(release_brake=True)
    assert {row["price"] for row in bench.zoho.rows.values()} == {Decimal("0.01")}


def test_a_preview_writes_nothing_and_shows_the_steps(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple")

    bench.sync(dry_run=True)

    assert not bench.zoho.rows
    assert [(step.kind, step.state) for step in Step.objects.all()] == [("create", "planned")]
    assert bench.writes() == 0


def test_products_with_the_same_sku_are_held_and_told_once(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple")
    bench.cscart.put(sku="A", name="Apple too")
    bench.cscart.put(sku="B", name="Bean")

    bench.sync()
    bench.sync()

    assert not Step.objects.filter(run=bench.run, kind="hold").exists()
    held = Observation.objects.filter(side="cscart", state="held")
    assert held.count() == 2
    assert "Make the SKUs different" in held[0].reason
    assert bench.counts["held"] == 2
    assert [row["sku"] for row in bench.zoho.rows.values()] == ["B"]


def test_a_name_that_zoho_has_already_gets_its_sku(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple")
    bench.cscart.put(sku="B", name="Apple")

    bench.sync()

    assert sorted(str(row["name"]) for row in bench.zoho.rows.values()) == ["Apple", "Apple (B)"]
    bench.sync()
    assert bench.writes() == 0


def test_a_run_to_one_side_leaves_the_other_alone(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple")
    bench.zoho.put(sku="B", name="Bean")

    bench.sync(direction=Direction.TO_ZOHO)

    assert len(bench.zoho.rows) == 2
    assert len(bench.cscart.rows) == 1


def test_chosen_ids_only_touch_those(bench: Bench) -> None:
    bench.cscart.put(sku="Z", name="Zest")
    bench.sync()
    first = bench.cscart.put(sku="A", name="Apple")
    bench.cscart.put(sku="B", name="Bean")

    bench.sync(only="ids", cscart_ids=(first,))

    assert {row["sku"] for row in bench.zoho.rows.values()} == {"Z", "A"}


def test_stock_only_leaves_fields_alone(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple", stock=5)
    bench.sync()
    bench.cscart.edit(id, name="Pear")
    bench.cscart.sell(id, 1)
    bench.cscart.put(sku="B", name="Bean")

    bench.sync(stock_only=True)

    assert [(row["name"], row["stock"]) for row in bench.zoho.rows.values()] == [("Apple", 4)]


def test_new_products_of_the_store_may_begin_disabled_without_that_being_an_edit() -> None:
    bench = Bench(choices_from_json({"new_product_status": "D"}))
    item = bench.zoho.put(sku="A", name="Apple")
    create = bench.cscart.create

    def disabled(values):  # type: ignore[no-untyped-def]
        return create({**values, "status": "inactive"})

    bench.cscart.create = disabled  # type: ignore[method-assign]

    bench.sync()
    bench.sync()

    assert bench.writes() == 0
    assert bench.zoho.rows[item]["status"] == "active"
    (product,) = bench.cscart.rows
    bench.cscart.edit(product, status="active")
    bench.sync()
    assert not Conflict.objects.exists()


def test_stock_that_comes_back_to_what_it_was_is_seen(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple", stock=10)
    bench.sync()
    (item,) = bench.zoho.rows
    bench.cscart.sell(id, 1)
    bench.sync()
    bench.zoho.sell(item, -1)

    bench.sync()

    assert bench.cscart.rows[id]["stock"] == bench.zoho.rows[item]["stock"] == 10


def test_new_items_leave_calls_for_stock_and_go_on_with_later_runs(bench: Bench) -> None:
    for n in range(40):
        bench.cscart.put(sku=f"S{n}", name=f"Thing {n}")
    bench.sides = replace(bench.sides, calls_left=lambda: 20)

    told = bench.sync()

    assert len(bench.zoho.rows) == 14
    assert bench.counts["waiting"] == 26
    assert "26 new products wait for later runs" in told.message
    assert "waits for its turn" in Observation.objects.filter(linked=False)[0].reason
    bench.sync()
    bench.sync()
    assert len(bench.zoho.rows) == 40
    assert bench.counts["waiting"] == 0
