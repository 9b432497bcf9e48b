"""Runs in which something has changed, gone or failed behind their back."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from cscart_zoho.errors import Braked, Refused, RemoteFault, Throttled, UnknownOutcome, Unreachable
from cscart_zoho.mapping.choices import ProductChoices, choices_from_json
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.records import Record, Selection, Side
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.store.models import Conflict, Link, Observation, Run, RunState, Step
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.ports import Page
from tests.unit.memory import MemorySide
from tests.unit.test_run import Bench

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    return Bench()


def pause_before_writing(bench: Bench, call: str, **asked: object) -> None:
    """A run that is paused after its plan is stored, at its first write to Zoho."""
    bench.zoho.next_failure[call] = ("before", Throttled("slow down", wait_s=60))
    with pytest.raises(Throttled):
        bench.sync(**asked)  # type: ignore[arg-type]
    assert bench.run.phase == "applying"


def go_on(bench: Bench, **asked: object) -> None:
    """The rest of the run that was paused."""
    bench.clock.advance(hours=20)
    Run.objects.filter(pk=bench.run.pk).update(state=RunState.RUNNING)
    bench.run.refresh_from_db()
    try:
        bench._story(Asked(**asked)).carry_out()  # type: ignore[arg-type]
    finally:
        Run.objects.filter(pk=bench.run.pk).update(state=RunState.DONE)


# A stored plan that has grown old


def test_a_product_that_lost_its_sku_during_a_pause_is_not_made(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple")
    id = bench.cscart.put(sku="B", name="Bean")
    pause_before_writing(bench, "create")
    bench.cscart.edit(id, sku="")

    go_on(bench)

    assert [row["sku"] for row in bench.zoho.rows.values()] == ["A"]
    assert Observation.objects.get(side="cscart", remote_id=id).state == "held"


def test_a_product_whose_sku_became_a_double_during_a_pause_is_not_made(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple")
    id = bench.cscart.put(sku="B", name="Bean")
    pause_before_writing(bench, "create")
    bench.cscart.edit(id, sku="A")

    go_on(bench)

    assert len(bench.zoho.rows) <= 1
    assert Observation.objects.get(side="cscart", remote_id=id).state == "held"


def test_nothing_is_made_any_more_once_settings_forbid_it(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple")
    pause_before_writing(bench, "create")
    bench.product_map = ProductMap(ProductChoices(create_in_zoho=False))

    go_on(bench)

    assert not bench.zoho.rows
    assert "Settings say" in Step.objects.get().message


def test_two_records_whose_skus_went_apart_during_a_pause_are_not_linked(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple")
    item = bench.zoho.put(sku="A", name="Apple")
    bench.sync(dry_run=True)
    # The same plan, as a run that was paused before its first step holds it.
    Run.objects.filter(pk=bench.run.pk).update(phase="applying", asked={})
    bench.cscart.edit(id, sku="B")
    first = bench.run
    bench.sync(dry_run=True)
    bench.run = first

    go_on(bench)

    assert not Link.objects.filter(cscart_id=id, zoho_id=item).exists()


def test_a_run_that_was_killed_while_telling_only_tells(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple")
    bench.sync()
    scans = bench.zoho.calls["scan"]
    bench.cscart.put(sku="B", name="Bean")

    go_on(bench)

    assert bench.zoho.calls["scan"] == scans
    assert len(bench.zoho.rows) == 1


# Deletions


def test_a_product_that_comes_back_is_active_again(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple")
    for n in range(20):
        bench.cscart.put(sku=f"S{n}", name=f"Thing {n}")
    bench.sync()
    (item,) = [i for i, row in bench.zoho.rows.items() if row["sku"] == "A"]
    row = bench.cscart.rows.pop(id)
    bench.sync()
    assert bench.zoho.rows[item]["status"] == "inactive"

    bench.cscart.rows[id] = row
    bench.cscart._touch(id)
    bench.sync()

    assert bench.zoho.rows[item]["status"] == "active"


def test_a_product_made_anew_with_the_same_sku_gets_the_item_of_the_deleted_one(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple")
    for n in range(20):
        bench.cscart.put(sku=f"S{n}", name=f"Thing {n}")
    bench.sync()
    (item,) = [i for i, row in bench.zoho.rows.items() if row["sku"] == "A"]
    bench.cscart.remove(id)
    bench.sync()
    again = bench.cscart.put(sku="A", name="Apple")

    bench.sync()
    bench.sync()

    assert Link.objects.get(zoho_id=item).cscart_id == again
    assert bench.zoho.rows[item]["status"] == "active"
    bench.sync()
    assert bench.writes() == 0


def test_more_than_fifty_records_that_no_list_shows_do_not_hide_a_deletion(bench: Bench) -> None:
    ids = [bench.cscart.put(sku=f"S{n}", name=f"Thing {n}") for n in range(120)]
    bench.sync()
    hide(bench.cscart, set(ids[:51]))
    bench.cscart.remove(ids[50])

    bench.sync(full=True)
    bench.sync(full=True)

    assert Observation.objects.get(side="cscart", remote_id=ids[50]).gone_at


def hide(side: MemorySide, hidden: set[str]) -> None:
    """A side whose lists leave some records out, though it knows them by id."""
    scan, sweep = side.scan, side.sweep

    def less(pages: Iterator[Page]) -> Iterator[Page]:
        for page in pages:
            yield Page(tuple(record for record in page.records if record.id not in hidden))

    side.scan = lambda since: less(scan(since))  # type: ignore[method-assign]
    side.sweep = lambda: less(sweep())  # type: ignore[method-assign]


@pytest.mark.long
def test_one_release_of_the_brake_is_enough_for_a_large_deletion(bench: Bench) -> None:
    ids = [bench.cscart.put(sku=f"S{n}", name=f"Thing {n}") for n in range(300)]
    bench.sync()
    for id in ids[:200]:
        bench.cscart.remove(id)
    with pytest.raises(Braked):
        bench.sync()

    bench.sync(release_brake=True)
    bench.sync()

    assert Observation.objects.filter(side="cscart").exclude(gone_at=None).count() == 200


def test_making_a_partner_inactive_that_is_refused_waits_before_it_is_tried_again(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple")
    for n in range(20):
        bench.cscart.put(sku=f"S{n}", name=f"Thing {n}")
    bench.sync()
    bench.cscart.remove(id)
    bench.zoho.next_failure["update"] = ("before", RemoteFault("broken"))
    bench.sync()
    assert bench.counts["failed"] == 1
    before = bench.zoho.calls["update"]

    bench.sync(advance_minutes=1)

    assert bench.zoho.calls["update"] == before


# Chosen products


def test_a_chosen_product_whose_partner_was_never_seen_is_linked(bench: Bench) -> None:
    bench.cscart.put(sku="Z", name="Zest")
    bench.sync()
    id = bench.cscart.put(sku="A", name="Apple")
    item = bench.zoho.put(sku="A", name="Apple")

    bench.sync(only="ids", cscart_ids=(id,))

    assert Link.objects.get(cscart_id=id).zoho_id == item


def test_a_chosen_id_that_does_not_exist_is_told(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple")
    bench.sync()

    told = bench.sync(only="ids", cscart_ids=("77",))

    assert "Both sides agree" not in told.message
    step = Step.objects.get(run=bench.run)
    assert (step.cscart_id, step.state) == ("77", "held")


def test_a_chosen_product_that_was_deleted_meanwhile_is_told(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="")
    bench.sync()
    bench.cscart.remove(id)

    told = bench.sync(only="ids", cscart_ids=(id,))

    assert "Both sides agree" not in told.message
    assert "deleted in CS-Cart" in Step.objects.get(run=bench.run).message


def test_an_import_that_settings_forbid_says_so() -> None:
    bench = Bench(ProductChoices(create_in_cscart=False))
    item = bench.zoho.put(sku="A", name="Apple")
    bench.sync()

    told = bench.sync(only="ids", zoho_ids=(item,))

    assert not bench.cscart.rows
    assert "Both sides agree" not in told.message
    assert "Settings say" in Step.objects.get(run=bench.run).message


def test_more_than_a_hundred_chosen_products(bench: Bench) -> None:
    bench.cscart.put(sku="Z", name="Zest")
    bench.sync()
    ids = [bench.cscart.put(sku=f"S{n}", name=f"Thing {n}") for n in range(130)]

    bench.sync(only="ids", cscart_ids=tuple(ids[:120]))

    assert len(bench.zoho.rows) == 121


@pytest.mark.long
def test_more_ids_can_be_chosen_than_one_query_takes(bench: Bench) -> None:
    first, second = bench.cscart.put(sku="A", name="Apple"), bench.cscart.put(sku="B", name="Bean")
    bench.sync(only="ids", cscart_ids=(first,))
    (item,) = bench.zoho.rows
    many = [str(n) for n in range(2_000_000, 2_300_000)]
    chosen = Selection.of_ids([first, second, *many], [item, *many])
    ledger = RunLedger(bench.run, bench.clock)

    pairs = [pair.cscart_id for pairs in ledger.pairs(chosen) for pair in pairs]
    alone = [row.id for rows in ledger.unlinked(Side.CSCART, chosen) for row, _ in rows]

    assert (pairs, alone) == ([first], [second])


# What is told


def test_a_run_that_only_holds_does_not_say_that_both_sides_agree(bench: Bench) -> None:
    bench.cscart.put(sku="", name="Apple")

    told = bench.sync()

    assert "Both sides agree" not in told.message
    assert "1 held" in told.message


def test_a_held_product_stays_held_when_its_stock_moves(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple", stock=5)
    bench.sync()
    bench.cscart.edit(id, name="A" * 150)
    bench.sync()
    assert Observation.objects.get(side="cscart").state == "held"
    bench.cscart.sell(id, 1)

    bench.sync()

    assert [row["stock"] for row in bench.zoho.rows.values()] == [4]
    assert set(Observation.objects.values_list("state", flat=True)) == {"held"}


# Stock


def test_an_opening_stock_that_zoho_ignored_never_empties_the_store(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple", stock=5)
    create = bench.zoho.create

    def ignoring(values):  # type: ignore[no-untyped-def]
        create({**values, "stock": 0})
        raise UnknownOutcome("no answer in time")

    bench.zoho.create = ignoring  # type: ignore[method-assign]
    bench.sync()
    bench.sync()
    bench.sync()

    assert bench.cscart.rows[id]["stock"] == 5


# A side that is away


def test_a_side_that_does_not_answer_any_more_pauses_the_run(bench: Bench) -> None:
    for n in range(60):
        bench.cscart.put(sku=f"S{n}", name=f"Thing {n}")
    away = 0

    def gone(values: object) -> Record:
        nonlocal away
        away += 1
        raise Unreachable("no connection")

    bench.zoho.create = gone  # type: ignore[method-assign]

    with pytest.raises(Throttled):
        bench.sync()

    assert away < 20
    assert Step.objects.filter(state="planned").count() > 40


def test_records_that_fail_for_different_reasons_pause_nothing(bench: Bench) -> None:
    for n in range(60):
        bench.cscart.put(sku=f"S{n}", name=f"Thing {n}")
    create, turn = bench.zoho.create, iter(range(1000))

    def shaky(values):  # type: ignore[no-untyped-def]
        if next(turn) % 3:
            raise Unreachable("no connection")
        return create(values)

    bench.zoho.create = shaky  # type: ignore[method-assign]

    bench.sync()

    assert len(bench.zoho.rows) == 20


# Odd records


@pytest.mark.parametrize("values", [{"price": Decimal("1e18")}, {"stock": 10**12}, {"list_price": Decimal("1e30")}])
def test_a_figure_that_no_column_holds_stops_nobody_else(bench: Bench, values: dict[str, Decimal | int]) -> None:
    bench.cscart.put(sku="A", name="Apple", **values)
    bench.cscart.put(sku="B", name="Bean")

    bench.sync()

    assert "B" in [row["sku"] for row in bench.zoho.rows.values()]


def test_many_rows_with_one_sku_are_held_and_told_once(bench: Bench) -> None:
    for n in range(1200):
        bench.cscart.put(sku="N/A", name=f"Thing {n}")
    bench.cscart.put(sku="B", name="Bean")

    bench.sync()
    bench.sync()

    assert Observation.objects.filter(side="cscart", state="held").count() == 1200
    assert not Step.objects.filter(run=bench.run).exists()


def test_an_intent_that_cannot_be_read_does_not_stop_the_others(bench: Bench) -> None:
    bench.cscart.put(sku="A", name="Apple")
    bench.sync()
    bench.run.intent_set.create(
        store=bench.store, entity="products", kind="update", target="zoho", zoho_id="9001", payload={},
        opened_at=bench.clock.now(),
    )  # fmt: skip
    bench.cscart.put(sku="B", name="Bean")

    bench.sync()

    assert len(bench.zoho.rows) == 2


def test_an_answer_does_not_count_for_values_that_have_changed_since() -> None:
    bench = Bench(choices_from_json({"owners": {"name": "ask"}}))
    id = bench.cscart.put(sku="A", name="Apple")
    bench.sync()
    (item,) = bench.zoho.rows
    bench.zoho.edit(item, name="Pear")
    bench.cscart.edit(id, name="Plum")
    bench.sync()
    Conflict.objects.update(answer="zoho", settled_by="Example Person")
    bench.zoho.edit(item, name="Fig")
    bench.cscart.edit(id, name="Date")

    bench.sync()

    assert (bench.cscart.rows[id]["name"], bench.zoho.rows[item]["name"]) == ("Date", "Fig")
    conflict = Conflict.objects.get()
    assert (conflict.cscart_value, conflict.zoho_value, conflict.answer) == ("Date", "Fig", "")
    assert conflict.lapsed == {"side": "zoho", "by": "Example Person", "cscart": "Plum", "zoho": "Pear"}


def test_a_conflict_about_a_field_whose_owner_was_changed_is_settled_by_the_new_owner() -> None:
    bench = Bench(choices_from_json({"owners": {"name": "ask"}}))
    id = bench.cscart.put(sku="A", name="Apple")
    bench.sync()
    (item,) = bench.zoho.rows
    bench.zoho.edit(item, name="Pear")
    bench.cscart.edit(id, name="Plum")
    bench.sync()
    bench.product_map = ProductMap(choices_from_json({"owners": {"name": "cscart"}}))

    bench.sync()

    assert bench.zoho.rows[item]["name"] == "Plum"
    assert Conflict.objects.get().settled_at


def test_a_field_that_fails_does_not_keep_the_stock_from_moving(bench: Bench) -> None:
    id = bench.cscart.put(sku="A", name="Apple", stock=10)
    bench.sync()
    (item,) = bench.zoho.rows
    bench.cscart.edit(id, name="Pear")
    bench.zoho.next_failure["update"] = ("before", Refused("This name is not allowed", code=2))
    bench.sync()
    bench.cscart.sell(id, 3)

    bench.sync(advance_minutes=2)

    assert bench.zoho.rows[item]["stock"] == 7
    assert bench.zoho.rows[item]["name"] == "Apple"
    assert set(Observation.objects.values_list("state", flat=True)) == {"failed"}


def test_a_preview_says_that_the_run_would_be_braked(bench: Bench) -> None:
    ids = [bench.cscart.put(sku=f"S{n}", name=f"Thing {n}") for n in range(40)]
    bench.sync()
    for id in ids:
        bench.cscart.edit(id, price=Decimal("0.01"))

    told = bench.sync(dry_run=True)

    assert "would stop here and ask" in told.message


def test_a_small_zoho_is_listed_once_in_each_run(bench: Bench) -> None:
    for n in range(5):
        bench.cscart.put(sku=f"S{n}", name=f"Thing {n}")
    bench.sync()
    bench.zoho.calls.clear()

    bench.sync()

    assert bench.zoho.calls == {"scan": 1}
