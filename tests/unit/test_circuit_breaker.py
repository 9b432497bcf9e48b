"""When many records are refused for one reason: which steps are tried, and what is put off."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import pytest

from cscart_zoho.errors import AlreadyThere, ConnectorError, NotFound, Refused, Retryable, Unfit
from cscart_zoho.mapping.record_map import Rules
from cscart_zoho.records import Side
from cscart_zoho.sync.circuit_breaker import ALIKE, SHARED, Cause, CircuitBreaker, cause_of
from cscart_zoho.sync.pairs import Pair, Seen
from cscart_zoho.sync.plan import Action, Kind, State
from cscart_zoho.sync.ports import Ledger, PlannedStep


class Book:
    """What the breaker needs of a ledger: reasons by id of the store."""

    def __init__(self, reasons: dict[str, str] | None = None) -> None:
        self.reasons = reasons or {}
        self.off: dict[str, str] = {}
        self.closed: list[int] = []

    @contextmanager
    def commit(self) -> Iterator[None]:
        yield

    def pair(self, cscart_id: str, zoho_id: str) -> Pair:
        return Pair(cscart=Seen(Side.CSCART, cscart_id, "", {}, reason=self.reasons.get(cscart_id, "")))

    def close_step(self, step: PlannedStep, state: str, message: str = "") -> None:
        assert state == "skipped"
        self.closed.append(step.id)

    def put_off(self, rows: Sequence[tuple[Side, str]], reason: str, state: State) -> None:
        self.off |= {id: reason for _, id in rows}


def refusal(n: int, words: str = "closed") -> Refused:
    return Refused(f'Zoho refused sales order CS-{n}: The year of "CS-{n}" is {words}.', code=7)


def steps(count: int, first: int = 1) -> list[PlannedStep]:
    return [PlannedStep(n, Action(Kind.CREATE, str(n), target=Side.ZOHO)) for n in range(first, first + count)]


def carried_out(book: Book, todo: Sequence[PlannedStep], answer: Callable[[int], ConnectorError | None]) -> list[int]:
    """The ids of the steps that were tried, in this order."""
    breaker, tried = CircuitBreaker(cast("Ledger", book), Rules(noun="order", nouns="orders")), list[int]()

    def attempt(step: PlannedStep) -> None:
        tried.append(step.id)
        error = answer(step.id)
        if error is None:
            breaker.taken(step.action)
        else:
            breaker.refused([step], error)

    for step in todo:
        for each in breaker.admitted([step]):
            attempt(each)
    left = []
    for step in breaker.rest():
        if breaker.is_over(step):
            left.append(step)
        else:
            attempt(step)
    breaker.put_off(left)
    return tried


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (refusal(1), Cause(7, "The year of … is closed.")),
        (Refused("Zoho refused it: No, a1@example.com, not on 2025-12-31."), Cause(0, "No, … not on …")),
        (NotFound("Zoho does not know it.", code=404), None),
        (AlreadyThere("Zoho refused it: It is there.", code=1001), None),
        (Retryable("No answer."), None),
        (Unfit("It cannot go."), None),
    ],
)
def test_refusals_are_alike_by_code_and_by_what_is_not_of_the_record(error: ConnectorError, cause: Any) -> None:
    assert cause_of(error) == cause


def test_forty_that_are_refused_alike_cost_a_few_tries_and_are_put_off_together() -> None:
    book = Book()
    tried = carried_out(book, steps(40), refusal)
    assert tried[:ALIKE] == [1, 2, 3]
    assert len(tried) <= 9
    assert sorted(map(int, book.off)) == list(range(1, 41))
    (reason,) = {*book.off.values()}
    assert SHARED in reason
    assert "(code 7)" in reason
    assert len(book.closed) == 40 - len(tried)


def test_what_comes_after_them_goes() -> None:
    book = Book()
    tried = carried_out(book, steps(50), lambda n: refusal(n) if n <= 40 else None)
    assert {*range(41, 51)} <= {*tried}
    assert sorted(map(int, book.off)) == list(range(1, 41))


def test_refusals_among_others_that_are_taken_stop_nothing() -> None:
    book = Book()
    assert len(carried_out(book, steps(60), lambda n: refusal(n) if n % 3 else None)) == 60
    assert not book.off


def test_refusals_for_reasons_of_their_own_stop_nothing() -> None:
    book = Book()
    assert len(carried_out(book, steps(20), lambda n: refusal(n, words="ab"[n % 2]))) == 20
    assert not book.off


def test_one_of_those_that_are_known_to_share_a_reason_is_tried_and_new_ones_are_too() -> None:
    before = Book()
    carried_out(before, steps(40), refusal)
    book = Book(dict(before.off))
    tried = carried_out(book, [*steps(40), *steps(2, 41)], lambda n: refusal(n) if n <= 40 else None)
    assert [n for n in tried if n <= 40] == [1]
    assert {41, 42} <= {*tried}
    assert len(book.off) == 40


def test_once_one_of_them_is_taken_all_go() -> None:
    before = Book()
    carried_out(before, steps(40), refusal)
    assert len(carried_out(Book(dict(before.off)), steps(40), lambda n: None)) == 40


def test_what_the_store_refuses_is_not_to_be_settled_in_zoho() -> None:
    book = Book()
    breaker = CircuitBreaker(cast("Ledger", book), Rules(noun="order", nouns="orders"))
    for n in range(1, ALIKE + 1):
        error = Refused("CS-Cart refused a new order: There is none of it.", code=400, advice="Look at its stock.")
        breaker.refused([PlannedStep(n, Action(Kind.CREATE, "", str(n), target=Side.CSCART))], error)
    breaker.put_off([])
    (reason,) = set(book.off.values())
    assert reason.startswith(f"CS-Cart refuses orders {SHARED}")
    assert "Look at its stock." in reason
    assert "in Zoho" not in reason
