"""Adjustments that are in Zoho and not in its stock: when they are approved, and answers without a word for it."""

import random
from collections.abc import Sequence

import pytest
from django.test import Client

from cscart_zoho import app
from cscart_zoho.cli.status import waiting_words
from cscart_zoho.errors import UnknownOutcome
from cscart_zoho.jobs.situation import situation_of
from cscart_zoho.mapping.choices import ProductChoices, StockOwner
from cscart_zoho.panel.product import both_of, stock_notes
from cscart_zoho.records import Record
from cscart_zoho.store.models import Conflict, Intent, Observation, ZohoOrganisation
from cscart_zoho.sync.ports import Standing
from tests.unit.test_run import Bench

pytestmark = pytest.mark.django_db


def paired(bench: Bench, stock: int = 186) -> tuple[str, str]:
    """A product and its item with the same stock, synced."""
    product = bench.cscart.put(sku="A", name="Apple", stock=stock)
    bench.sync()
    (item,) = bench.zoho.rows
    return product, item


def stocks(bench: Bench, product: str, item: str) -> tuple[object, object]:
    return bench.cscart.rows[product]["stock"], bench.zoho.rows[item]["stock"]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def approve_at(bench: Bench, moment: str, number: int = 0) -> None:
    """An adjustment is approved right before, or right after, Zoho's items are read next."""
    read = bench.zoho.read

    def and_approve(ids: Sequence[str]) -> dict[str, Record]:
        bench.zoho.read = read  # type: ignore[method-assign]
        if moment == "before":
            bench.book.approve(number)
            return read(ids)
        found = read(ids)
        bench.book.approve(number)
        return found

    bench.zoho.read = and_approve  # type: ignore[method-assign]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("sold", [2, -5])
def test_one_that_is_approved_while_its_item_is_read_counts_once(bench: Bench, moment: str, sold: int) -> None:
    """Pieces sold, or found, are booked and wait; three more are sold, and the approval comes in that very run."""
    product, item = paired(bench)
    bench.book.approvals = True
    bench.cscart.sell(product, sold)
    bench.sync()
    bench.book.approvals = False
    bench.cscart.sell(product, 3)
    approve_at(bench, moment)

    for _ in range(3):
        bench.sync()
        in_store = bench.cscart.rows[product]["stock"]
        assert isinstance(in_store, int)
        assert in_store <= 186 - sold - 3

    assert stocks(bench, product, item) == (183 - sold, 183 - sold)
    assert not Conflict.objects.exists()


@pytest.mark.parametrize("owner", [StockOwner.SHARED, StockOwner.CSCART])
def test_nothing_is_booked_again_whoever_owns_the_stock(owner: StockOwner) -> None:
    bench = Bench(ProductChoices(stock_owner=owner))
    product, item = paired(bench)
    bench.book.approvals = True
    bench.cscart.sell(product, 2)
    for _ in range(3):
        bench.sync()
    assert len(bench.book.booked) == 1
    bench.book.approve()
    bench.sync()
    assert stocks(bench, product, item) == (184, 184)
    assert len(bench.book.booked) == 1


def test_a_run_that_finds_it_waiting_writes_nothing(bench: Bench) -> None:
    product, _ = paired(bench)
    bench.book.approvals = True
    bench.cscart.sell(product, 2)
    bench.sync()
    told = bench.sync()
    assert bench.writes() == 0
    assert "Both sides agree" not in told.message
    assert not told.needs_attention


def test_an_answer_without_a_word_counts_when_the_stock_shows_it(bench: Bench) -> None:
    product, item = paired(bench)
    bench.book.silent = True
    bench.cscart.sell(product, 2)
    bench.sync()
    bench.sync()
    assert stocks(bench, product, item) == (184, 184)
    assert not Intent.objects.filter(closed_at=None).exists()


def test_an_answer_without_a_word_waits_where_the_stock_has_not_moved(bench: Bench) -> None:
    product, item = paired(bench)
    bench.book.silent = bench.book.approvals = True
    bench.cscart.sell(product, 2)
    bench.sync()
    assert stocks(bench, product, item) == (184, 186)
    bench.book.approve()
    bench.sync()
    bench.sync()
    assert stocks(bench, product, item) == (184, 184)
    assert len(bench.book.booked) == 1
    assert not Conflict.objects.exists()


def test_where_neither_word_nor_stock_tells_it_a_person_is_asked(bench: Bench) -> None:
    product, item = paired(bench)
    bench.book.silent = bench.book.approvals = True
    bench.cscart.sell(product, 2)
    bench.sync()
    told = bench.sync()
    assert "does not say whether it counts" in told.message
    assert Conflict.objects.get(settled_at=None).field == "stock"
    bench.sync()
    assert stocks(bench, product, item) == (184, 186)
    assert len(bench.book.booked) == 1


def test_a_lost_answer_about_one_that_waits_is_found_as_such(bench: Bench) -> None:
    product, item = paired(bench)
    bench.book.approvals = True
    bench.book.next_failure = ("after", UnknownOutcome("no answer"))
    bench.cscart.sell(product, 2)
    bench.sync()
    bench.sync()
    assert stocks(bench, product, item) == (184, 186)
    assert Intent.objects.get(closed_at=None).outcome == "waiting"
    bench.book.approve()
    bench.sync()
    assert stocks(bench, product, item) == (184, 184)


def test_a_lost_answer_about_one_that_was_rejected_is_a_question(bench: Bench) -> None:
    product, _ = paired(bench)
    bench.book.approvals = True
    bench.book.next_failure = ("after", UnknownOutcome("no answer"))
    bench.cscart.sell(product, 2)
    bench.sync()
    bench.book.stand(Standing.REFUSED)
    bench.sync()
    assert Conflict.objects.get(settled_at=None).field == "stock"
    assert len(bench.book.booked) == 1


def test_it_is_told_wherever_a_person_looks(bench: Bench, client: Client) -> None:
    product, _ = paired(bench)
    bench.book.approvals = True
    bench.cscart.sell(product, 2)
    bench.sync()
    words = "2 pieces of 1 product wait for approval in Zoho: inventory adjustment ref-1. Approve or reject it there"

    store = bench.store
    assert stock_notes(store, both_of(store, "cscart", product))[0].startswith(words)
    assert waiting_words(store).startswith(words)
    situation = situation_of(store, None, bench.clock.now())
    assert situation.unapproved.words.startswith(words)
    assert situation.unapproved.since is not None
    assert situation.in_doubt.number == 0
    row = Observation.objects.get(side="cscart")
    assert (row.state, row.reason[:37]) == ("synced", "2 pieces wait for approval in Zoho: i")


def test_connecting_and_doctor_say_that_adjustments_are_approved(bench: Bench) -> None:
    organisation = ZohoOrganisation.objects.create()
    assert app.approval_words(organisation) == ""
    organisation.capabilities = {"preferences": {"adjustment_approval": True}}
    assert "have to be approved in Zoho" in app.approval_words(organisation)
    organisation.capabilities = {"preferences": {"adjustment_approval": None}}
    assert app.approval_words(organisation) == ""


def test_an_adjustment_that_waits_says_it_too_where_the_organisation_does_not_tell(bench: Bench) -> None:
    bench.store.zoho = ZohoOrganisation.objects.create()
    bench.store.save()
    product, _ = paired(bench)
    bench.book.approvals = True
    bench.cscart.sell(product, 2)
    bench.sync()
    assert "1 adjustment waits now" in app.approval_words(bench.store.zoho)


def test_a_negative_figure_is_told_and_the_store_shows_none(bench: Bench) -> None:
    product, item = paired(bench, stock=12)
    bench.zoho.sell(item, 24)
    bench.sync()
    assert bench.cscart.rows[product]["stock"] == 0
    (note,) = stock_notes(bench.store, both_of(bench.store, "zoho", item))
    assert note.startswith("Zoho has -12 for sale")
    bench.zoho.sell(item, -5)
    bench.sync()
    assert stocks(bench, product, item) == (0, -7)
    bench.zoho.sell(item, -10)
    bench.sync()
    assert stocks(bench, product, item) == (3, 3)
    assert stock_notes(bench.store, both_of(bench.store, "zoho", item)) == []


@pytest.mark.parametrize("seed", range(6))
def test_whatever_waits_however_long_no_piece_comes_or_goes(bench: Bench, seed: int) -> None:
    """Sales, counts, approvals at any moment and lost answers, by chance: the sum is what people have made it."""
    chance = random.Random(seed)
    product, item = paired(bench, stock=1000)
    bench.book.approvals = True
    truth = 1000
    for _ in range(14):
        act = chance.choice(["sell", "sell", "count", "approve", "approve", "lose", "sync", "sync", "at once"])
        pieces = chance.randint(1, 20)
        open_ones = [n for n, each in enumerate(bench.book.booked) if each.standing is Standing.WAITS]
        if act == "sell":
            bench.cscart.sell(product, pieces)
            truth -= pieces
        elif act == "count":
            bench.zoho.sell(item, pieces - 10)
            truth -= pieces - 10
        elif act == "lose":
            bench.book.next_failure = (chance.choice(["before", "after"]), UnknownOutcome("no answer"))
        elif act == "approve" and open_ones:
            bench.book.approve(chance.choice(open_ones))
        elif act == "at once" and open_ones and bench.zoho.read.__name__ == "read":
            approve_at(bench, chance.choice(["before", "after"]), chance.choice(open_ones))
            bench.sync()
        else:
            bench.sync()
    bench.book.next_failure = None
    for _ in range(3):
        bench.sync()
        for n, each in enumerate(bench.book.booked):
            if each.standing is Standing.WAITS:
                bench.book.approve(n)
    bench.sync()

    assert stocks(bench, product, item) == (truth, truth)
    assert not Conflict.objects.exists()
    bench.sync()
    assert bench.writes() == 0
