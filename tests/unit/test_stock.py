"""Stock: the movements of both sides are added, and none is lost."""

from dataclasses import dataclass, replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.mapping.choices import FirstContact, ProductChoices, StockOwner
from cscart_zoho.records import Direction, Side
from cscart_zoho.sync.stock import StockPlan, amount_to_publish, opening_stock, plan_stock


@dataclass(frozen=True)
class Shelf:
    """One product's stock on both sides, and how much of the store's amount Zoho's figure explains."""

    cscart: int
    zoho: int
    accounted: int | None = None

    def plan(
        self, choices: ProductChoices, direction: Direction = Direction.BOTH, winner: Side | None = None
    ) -> StockPlan:
        return plan_stock(
            choices,
            cscart=self.cscart,
            zoho=self.zoho,
            accounted=self.accounted,
            direction=direction,
            winner=winner,
        )

    def carried_out(self, plan: StockPlan, choices: ProductChoices, *, sold_meanwhile: int = 0) -> "Shelf":
        """What both sides have afterwards; the store may sell on between the plan and the write."""
        zoho, accounted, cscart = self.zoho + plan.push, self.accounted, self.cscart - sold_meanwhile
        if plan.accounted is not None:
            accounted = plan.accounted + plan.push
        if plan.amount is not None and accounted is not None:
            cscart, accounted = amount_to_publish(choices, cscart=cscart, zoho=zoho, accounted=accounted)
        return Shelf(cscart, zoho, accounted)

    def synced(
        self, choices: ProductChoices, direction: Direction = Direction.BOTH, winner: Side | None = None
    ) -> "Shelf":
        return self.carried_out(self.plan(choices, direction, winner), choices)


SHARED = ProductChoices()


@pytest.mark.parametrize(
    ("before", "buffer", "zoho", "cscart"),
    [
        (Shelf(cscart=10, zoho=10, accounted=10), 0, 10, 10),
        (Shelf(cscart=7, zoho=10, accounted=10), 0, 7, 7),  # the store sold three
        (Shelf(cscart=10, zoho=15, accounted=10), 0, 15, 15),  # five came in
        (Shelf(cscart=7, zoho=15, accounted=10), 0, 12, 12),  # both
        (Shelf(cscart=12, zoho=8, accounted=10), 0, 10, 10),  # two were given back, two left elsewhere
        (Shelf(cscart=6, zoho=10, accounted=8), 2, 8, 6),  # two are never shown
        (Shelf(cscart=0, zoho=1, accounted=0), 2, 1, 0),
        (Shelf(cscart=0, zoho=3, accounted=5), 0, -2, 0),  # sold more than there was
        (Shelf(cscart=-2, zoho=5, accounted=0), 0, 3, 3),  # the store sells what it has not
    ],
)
def test_the_movements_of_both_sides_are_added(before: Shelf, buffer: int, zoho: int, cscart: int) -> None:
    after = before.synced(ProductChoices(stock_buffer=buffer))
    assert (after.zoho, after.cscart) == (zoho, cscart)


# Every small case, judged by what the design says each side has to show

FIGURES = range(-1, 4)
OWNERS = (StockOwner.SHARED, StockOwner.ZOHO, StockOwner.CSCART)


def shown(zoho: int, buffer: int) -> int:
    """What the store shows of Zoho's figure."""
    return max(0, zoho - buffer)


def one_way_expected(shelf: Shelf, source: Side, direction: Direction, buffer: int) -> tuple[int, int]:
    """(Zoho, store) where one side's figure counts."""
    if not direction.allows(source.other):
        return shelf.zoho, shelf.cscart
    if source is Side.ZOHO:
        return shelf.zoho, shown(shelf.zoho, buffer)
    return shelf.cscart, shelf.cscart


def shared_expected(shelf: Shelf, direction: Direction, buffer: int) -> tuple[int, int]:
    """(Zoho, store) where movements are added."""
    moved = shelf.cscart - (shelf.accounted or 0)
    truth = shelf.zoho + moved
    return {
        Direction.BOTH: (truth, shown(truth, buffer)),
        Direction.TO_ZOHO: (truth, shelf.cscart),
        Direction.TO_CSCART: (shelf.zoho, shown(truth, buffer)),
    }[direction]


SHELVES = [
    (Shelf(cscart, zoho, accounted), buffer, direction)
    for cscart, zoho, accounted, buffer, direction in product(FIGURES, FIGURES, range(4), range(3), Direction)
]


def test_shared_stock_comes_out_as_the_design_says_in_every_small_case() -> None:
    for shelf, buffer, direction in SHELVES:
        after = shelf.synced(ProductChoices(stock_buffer=buffer), direction)
        assert (after.zoho, after.cscart) == shared_expected(shelf, direction, buffer), (shelf, buffer, direction)


@pytest.mark.parametrize("source", Side)
def test_stock_with_one_owner_comes_out_as_the_design_says_in_every_small_case(source: Side) -> None:
    for (shelf, buffer, direction), first in product(SHELVES, (True, False)):
        before = replace(shelf, accounted=None) if first else shelf
        choices = ProductChoices(stock_owner=StockOwner(source.value), stock_buffer=buffer)
        after = before.synced(choices, direction)
        expected = one_way_expected(shelf, source, direction, buffer)
        assert (after.zoho, after.cscart) == expected, (before, buffer, direction)


def test_a_persons_word_for_zoho_comes_out_as_zohos_figure_in_every_small_case() -> None:
    for shelf, buffer, direction in SHELVES:
        after = shelf.synced(ProductChoices(stock_buffer=buffer), direction, Side.ZOHO)
        expected = one_way_expected(shelf, Side.ZOHO, direction, buffer)
        assert (after.zoho, after.cscart) == expected, (shelf, buffer, direction)


def test_a_persons_word_for_the_store_makes_zoho_follow_and_leaves_the_store_as_it_is() -> None:
    for shelf, buffer, direction in SHELVES:
        if shelf.cscart < 0:
            continue
        after = shelf.synced(ProductChoices(stock_buffer=buffer), direction, Side.CSCART)
        zoho = shelf.cscart + buffer if direction.allows(Side.ZOHO) else shelf.zoho
        assert (after.zoho, after.cscart) == (zoho, shelf.cscart), (shelf, buffer, direction)


@pytest.mark.parametrize("winner", [None, *Side])
@pytest.mark.parametrize("owner", OWNERS)
def test_a_plan_that_was_carried_out_leaves_nothing_to_do_in_every_small_case(
    owner: StockOwner, winner: Side | None
) -> None:
    for shelf, buffer, direction in SHELVES:
        if winner is Side.CSCART and shelf.cscart < 0:
            continue  # a person cannot wish for less than nothing
        choices = ProductChoices(stock_owner=owner, stock_buffer=buffer)
        after = shelf.synced(choices, direction, winner)
        assert after.plan(choices, direction, winner).idle, (shelf, buffer, direction)


def test_no_plan_ever_shows_less_than_nothing_in_the_store() -> None:
    for (shelf, buffer, direction), owner, winner in product(SHELVES, OWNERS, (None, *Side)):
        plan = shelf.plan(ProductChoices(stock_owner=owner, stock_buffer=buffer), direction, winner)
        assert plan.amount is None or plan.amount >= 0


def test_no_plan_writes_where_the_direction_forbids_it() -> None:
    for (shelf, buffer, direction), owner, winner in product(SHELVES, OWNERS, (None, *Side)):
        for before, first in product((shelf, replace(shelf, accounted=None)), FirstContact):
            choices = ProductChoices(stock_owner=owner, stock_buffer=buffer, first_contact_stock=first)
            plan = before.plan(choices, direction, winner)
            assert direction.allows(Side.ZOHO) or plan.push == 0
            assert direction.allows(Side.CSCART) or plan.amount is None


# First contact


@pytest.mark.parametrize("direction", Direction)
def test_equal_stock_at_first_contact_is_agreed(direction: Direction) -> None:
    assert Shelf(5, 5).plan(SHARED, direction) == StockPlan(accounted=5)
    assert Shelf(3, 5).plan(ProductChoices(stock_buffer=2), direction) == StockPlan(accounted=3)


@pytest.mark.parametrize("direction", Direction)
def test_different_stock_at_first_contact_waits_for_a_person(direction: Direction) -> None:
    assert Shelf(4, 5).plan(SHARED, direction) == StockPlan(undecided=True)


@pytest.mark.parametrize(
    ("counts", "direction", "zoho", "cscart"),
    [
        (Side.ZOHO, Direction.BOTH, 5, 5),
        (Side.ZOHO, Direction.TO_CSCART, 5, 5),
        (Side.ZOHO, Direction.TO_ZOHO, 5, 4),
        (Side.CSCART, Direction.BOTH, 4, 4),
        (Side.CSCART, Direction.TO_ZOHO, 4, 4),
        (Side.CSCART, Direction.TO_CSCART, 5, 4),
    ],
)
@pytest.mark.parametrize("by", ["person", "settings"])
def test_the_side_that_counts_at_first_contact_is_followed_where_the_run_may_write(
    counts: Side, direction: Direction, zoho: int, cscart: int, by: str
) -> None:
    settings = ProductChoices(first_contact_stock=FirstContact(counts.value))
    choices, winner = (SHARED, counts) if by == "person" else (settings, None)
    after = Shelf(4, 5).synced(choices, direction, winner)
    assert (after.zoho, after.cscart) == (zoho, cscart)


def test_first_contact_that_this_run_may_not_settle_is_still_a_first_contact_afterwards() -> None:
    settings = ProductChoices(first_contact_stock=FirstContact.ZOHO)
    assert Shelf(4, 5).synced(settings, Direction.TO_ZOHO) == Shelf(4, 5)


def test_a_persons_answer_beats_the_setting_at_first_contact() -> None:
    settings = ProductChoices(first_contact_stock=FirstContact.ZOHO)
    assert Shelf(4, 5).synced(settings, winner=Side.CSCART) == Shelf(4, 4, 4)


def test_the_buffer_is_kept_back_from_the_stores_own_figure_at_first_contact() -> None:
    settings = ProductChoices(first_contact_stock=FirstContact.CSCART, stock_buffer=2)
    assert Shelf(10, 50).synced(settings) == Shelf(8, 10, 8)


def test_stock_that_is_nobodys_is_left_alone_and_its_base_kept() -> None:
    choices = ProductChoices(stock_owner=StockOwner.NOBODY)
    assert Shelf(1, 9, 4).plan(choices, winner=Side.ZOHO) == StockPlan(accounted=4)


@pytest.mark.parametrize("owner", [StockOwner.ZOHO, StockOwner.CSCART])
def test_a_run_that_may_not_write_the_owners_figure_keeps_the_base_as_it_is(owner: StockOwner) -> None:
    forbidden = Direction.TO_ZOHO if owner is StockOwner.ZOHO else Direction.TO_CSCART
    assert Shelf(1, 9, 4).synced(ProductChoices(stock_owner=owner), forbidden) == Shelf(1, 9, 4)


# Whole histories

units = st.integers(0, 20)
events = st.one_of(
    st.tuples(st.just("sold"), units),
    st.tuples(st.just("given back"), units),
    st.tuples(st.just("came in"), units),
    st.tuples(st.just("went out"), units),
    st.tuples(st.sampled_from(Direction), units),
)


@given(st.integers(0, 50), st.integers(0, 3), st.lists(events, max_size=12))
def test_no_movement_of_either_side_is_ever_lost_or_counted_twice(
    start: int, buffer: int, history: list[tuple[str, int]]
) -> None:
    choices = ProductChoices(stock_buffer=buffer)
    shelf, truth = Shelf(shown(start, buffer), start).synced(choices), start
    for event, count in history:
        if isinstance(event, Direction):
            sold = min(count, max(0, shelf.cscart))
            plan = shelf.plan(choices, event)
            shelf = shelf.carried_out(plan, choices, sold_meanwhile=sold)
            truth -= sold
        elif event == "sold":
            sold = min(count, max(0, shelf.cscart))
            shelf, truth = replace(shelf, cscart=shelf.cscart - sold), truth - sold
        elif event == "given back":
            shelf, truth = replace(shelf, cscart=shelf.cscart + count), truth + count
        else:
            delta = count if event == "came in" else -count
            shelf, truth = replace(shelf, zoho=shelf.zoho + delta), truth + delta
    end = shelf.synced(choices)
    assert (end.zoho, end.cscart) == (truth, shown(truth, buffer))
    assert end.plan(choices).idle


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50), st.integers(0, 9), st.integers(0, 50))
def test_what_the_store_sells_while_its_amount_is_written_is_booked_by_the_next_run(
    cscart: int, zoho: int, accounted: int, buffer: int, sold: int
) -> None:
    choices = ProductChoices(stock_buffer=buffer)
    shelf = Shelf(cscart, zoho, accounted)
    quiet = shelf.synced(choices)
    busy = shelf.carried_out(shelf.plan(choices), choices, sold_meanwhile=sold).synced(choices)
    assert busy.zoho == quiet.zoho - sold


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50), st.integers(0, 9))
def test_the_accounted_amount_always_keeps_the_movement_that_is_still_to_be_booked(
    cscart: int, zoho: int, accounted: int, buffer: int
) -> None:
    amount, explained = amount_to_publish(
        ProductChoices(stock_buffer=buffer), cscart=cscart, zoho=zoho, accounted=accounted
    )
    assert amount >= 0
    assert amount - explained == cscart - accounted


@pytest.mark.parametrize(
    ("stock", "target", "begins"),
    [(7, Side.ZOHO, 7), (-3, Side.ZOHO, 0), (7, Side.CSCART, 5), (1, Side.CSCART, 0), (-3, Side.CSCART, 0)],
)
def test_a_new_record_begins_with_what_the_other_side_can_show(stock: int, target: Side, begins: int) -> None:
    assert opening_stock(ProductChoices(stock_buffer=2), stock, target) == begins
