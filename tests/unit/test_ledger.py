"""What the ledger keeps, and what it refuses to keep."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError

from cscart_zoho.records import Record, Selection, Side
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.store.models import Conflict, Intent, Link, Observation, Run, RunState, Store
from cscart_zoho.sync.merge import Difference
from cscart_zoho.sync.plan import Action, Kind, State
from cscart_zoho.sync.ports import Badge, LostLease, NewIntent, PlannedStep
from cscart_zoho.sync.settle import Guarded
from tests.unit.memory import StandingClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def ledger(clock: StandingClock) -> RunLedger:
    store = Store.objects.create(name="Example")
    run = Run.objects.create(store=store, state=RunState.RUNNING, trigger="cli", lease=1, asked_at=clock.now())
    return RunLedger(run, clock)


def record(id: str = "1", *, etag: str = "v1", partial: bool = False, side: Side = Side.CSCART, **values) -> Record:  # type: ignore[no-untyped-def]
    return Record(side, id, str(values.get("sku", "A")), {"sku": "A", **values}, etag, partial=partial)


def observe(ledger: RunLedger, *records: Record) -> None:
    with ledger.commit():
        ledger.observe(records)


def test_a_lean_row_changes_only_what_it_tells(ledger: RunLedger) -> None:
    observe(ledger, record(name="Apple", stock=5, price=Decimal("1.50")))

    observe(ledger, Record(Side.CSCART, "1", "A", {"stock": 4}, partial=True))

    row = Observation.objects.get()
    assert (row.name, row.stock, row.price, row.etag, row.partial) == ("Apple", 4, Decimal("1.5"), "v1", False)


def test_a_partial_row_with_the_same_etag_stays_complete(ledger: RunLedger) -> None:
    observe(ledger, record(name="Apple", full_description="long"))

    observe(ledger, record(name="Apple", partial=True))

    assert not Observation.objects.get().partial
    assert "full_description" in Observation.objects.get().values


def test_a_partial_row_with_another_etag_must_be_read_once_it_matters(ledger: RunLedger) -> None:
    observe(ledger, record(name="Apple"))
    observe(ledger, record(name="Pear", etag="v2", partial=True))
    assert ledger.to_read(Side.CSCART, 10) == []

    observe(ledger, record("9", side=Side.ZOHO, name="Pear"))

    assert ledger.to_read(Side.CSCART, 10) == ["1"]
    assert ledger.to_read(Side.CSCART, 10) == []


def test_looking_twice_at_the_same_row_changes_nothing_but_the_time(ledger: RunLedger, clock: StandingClock) -> None:
    observe(ledger, record(name="Apple"))
    with ledger.commit():
        ledger.failed(Side.CSCART, "1", "no")
    clock.advance(hours=1)

    observe(ledger, record(name="Apple"))

    row = Observation.objects.get()
    assert (row.attempts, row.seen_at) == (1, clock.now())


def test_new_content_clears_earlier_failures(ledger: RunLedger) -> None:
    observe(ledger, record(name="Apple"))
    with ledger.commit():
        ledger.failed(Side.CSCART, "1", "no")

    observe(ledger, record(name="Pear", etag="v2"))

    row = Observation.objects.get()
    assert (row.attempts, row.not_before) == (0, None)


def test_each_failure_waits_longer_up_to_a_day(ledger: RunLedger, clock: StandingClock) -> None:
    observe(ledger, record(name="Apple"))
    waits = []
    for _ in range(12):
        with ledger.commit():
            ledger.failed(Side.CSCART, "1", "no")
        not_before = Observation.objects.get().not_before
        assert not_before is not None
        waits.append(not_before - clock.now())

    assert waits[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert waits[-1] == timedelta(hours=24)


def test_one_who_slept_while_another_did_the_same_work_has_lost_the_lease_and_no_defect(ledger: RunLedger) -> None:
    with ledger.commit():
        ledger.link("1", "2", "adopted", {}, {})
    with pytest.raises(IntegrityError), ledger.commit():
        ledger.link("3", "2", "adopted", {}, {})
    Run.objects.update(lease=2)
    with pytest.raises(LostLease), ledger.commit():
        ledger.link("3", "2", "adopted", {}, {})
    assert Link.objects.count() == 1


def test_a_worker_that_lost_its_lease_writes_nothing(ledger: RunLedger) -> None:
    Run.objects.update(lease=2)

    with pytest.raises(LostLease), ledger.commit():
        ledger.observe([record(name="Apple")])

    assert not Observation.objects.exists()


def test_a_database_that_is_away_is_no_fault_of_a_record(ledger: RunLedger) -> None:
    """Its step stays open, and the run goes on as the same one when the database is back."""
    step = PlannedStep(1, Action(Kind.UPDATE))

    def work(error: Exception) -> None:
        raise error

    for gone in (OperationalError("the connection is closed"), InterfaceError("the connection is closed")):
        with pytest.raises(type(gone)):
            Guarded(ledger)([step], lambda gone=gone: work(gone))
    Guarded(ledger)([step], lambda: work(DataError("value too long")))
    assert ledger.is_away(InternalError("transaction is aborted")) is False, "while the connection is there"


def test_a_row_that_is_seen_again_is_not_gone(ledger: RunLedger) -> None:
    observe(ledger, record(name="Apple"))
    with ledger.commit():
        ledger.mark_gone(Side.CSCART, "1")
    assert ledger.known(Side.CSCART) == 0

    observe(ledger, record(name="Apple"))

    assert ledger.known(Side.CSCART) == 1


def test_linked_rows_are_asked_after_first(ledger: RunLedger, clock: StandingClock) -> None:
    observe(ledger, record("1"), record("2", sku="B"), record("9", side=Side.ZOHO, sku="B"))
    with ledger.commit():
        ledger.link("2", "9", "adopted", {}, {})
    clock.advance(hours=1)

    assert ledger.unseen(Side.CSCART, clock.now(), 10) == ["2", "1"]


def test_a_rebase_keeps_the_fields_it_does_not_name(ledger: RunLedger) -> None:
    observe(ledger, record("1"), record("9", side=Side.ZOHO))
    with ledger.commit():
        ledger.link("1", "9", "adopted", {"name": "Apple", "stock": 1}, {"name": "Apple", "stock": 1})
        link = ledger.pair("1", "9").link
        assert link is not None
        ledger.rebase(link, {"stock": 3}, {"stock": 4})

    link = ledger.pair("1", "").link
    assert link is not None
    assert link.base_cscart == {"name": "Apple", "stock": 3}
    assert link.base_zoho == {"name": "Apple", "stock": 4}


def test_an_intent_keeps_money_exact_and_names_whom_it_concerns(ledger: RunLedger) -> None:
    payload = {
        "sent": {"price": Decimal("0.10")},
        "moves": [{"cscart_id": "1", "zoho_id": "9", "delta": -2, "before": 5, "accounted": 5}],
    }
    with ledger.commit():
        id = ledger.open_intent(NewIntent("adjust", Side.ZOHO, key="ref", payload=payload))

    (intent,) = ledger.open_intents()
    assert intent.payload.pop("choices")  # the versions of the settings that it was begun under
    assert intent.payload == payload
    assert ledger.in_doubt("1", "")
    assert ledger.in_doubt("", "9")
    assert not ledger.in_doubt("2", "8")
    with ledger.commit():
        ledger.close_intent(id, "done")
    assert Intent.objects.get().closed_at is not None


def test_an_open_difference_is_one_row_however_often_it_is_found(ledger: RunLedger) -> None:
    observe(ledger, record("1"), record("9", side=Side.ZOHO))
    with ledger.commit():
        ledger.link("1", "9", "adopted", {}, {})
    pair = ledger.pair("1", "9")
    for zoho in ("Pear", "Plum"):
        with ledger.commit():
            ledger.record(pair, [Difference("name", "Apple", zoho, None, "ask", None)])

    row = Conflict.objects.get()
    assert (row.zoho_value, row.settled_at) == ("Plum", None)


def test_a_difference_that_a_rule_settled_is_not_written_down_twice(ledger: RunLedger, clock: StandingClock) -> None:
    observe(ledger, record("1"), record("9", side=Side.ZOHO))
    with ledger.commit():
        ledger.link("1", "9", "adopted", {}, {})
    pair = ledger.pair("1", "9")
    difference = Difference("name", "Apple", "Pear", None, "cscart", Side.CSCART)
    for _ in range(2):
        clock.advance(minutes=1)
        with ledger.commit():
            ledger.record(pair, [difference])

    row = Conflict.objects.get()
    assert (row.settled_by, row.winner) == ("rule", "cscart")


def test_badges_are_set_for_many_rows_at_once(ledger: RunLedger, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    observe(ledger, *(record(str(n), sku=f"S{n}") for n in range(50)))

    with django_assert_num_queries(1):
        ledger.badge([Badge(Side.CSCART, str(n), State.SYNCED) for n in range(50)])

    assert Observation.objects.filter(state="synced").count() == 50


def test_a_page_of_two_hundred_rows_is_kept_in_a_few_statements(
    ledger: RunLedger, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    many = [record(str(n), sku=f"S{n}", name=f"Thing {n}") for n in range(200)]

    with django_assert_max_num_queries(14):
        observe(ledger, *many)
    with django_assert_max_num_queries(12):
        observe(ledger, *many)


def test_pairs_come_in_chunks_with_a_constant_number_of_queries(
    ledger: RunLedger, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    for n in range(30):
        observe(ledger, record(str(n), sku=f"S{n}"), record(str(900 + n), side=Side.ZOHO, sku=f"S{n}"))
        with ledger.commit():
            ledger.link(str(n), str(900 + n), "adopted", {}, {})

    with django_assert_max_num_queries(6):
        pairs = [pair for chunk in ledger.pairs(Selection()) for pair in chunk]

    assert len(pairs) == 30
    assert Link.objects.count() == 30
    assert [pair.cscart_id for chunk in ledger.pairs(Selection.of_ids(["3"])) for pair in chunk] == ["3"]


def test_a_value_that_was_given_up_is_not_forgotten_for_a_later_one(ledger: RunLedger) -> None:
    observe(ledger, record("1"), record("9", side=Side.ZOHO))
    with ledger.commit():
        ledger.link("1", "9", "adopted", {}, {})
    pair = ledger.pair("1", "9")
    with ledger.commit():
        ledger.record(pair, [Difference("name", "Apple", "Pear", None, "ask", None)])
    with ledger.commit():
        ledger.record(pair, [Difference("name", "Apple", "Pear", None, "person", Side.CSCART)])
    with ledger.commit():
        ledger.record(pair, [Difference("name", "Apple", "Plum", None, "ask", None)])

    kept = {row.zoho_value: row.settled_at is None for row in Conflict.objects.all()}
    assert kept == {"Pear": False, "Plum": True}
