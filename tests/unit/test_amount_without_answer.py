"""What became of an amount that was written to the store without an answer, told by what the store shows."""

from datetime import UTC, datetime, timedelta

import pytest

from cscart_zoho.records import Record, Side
from cscart_zoho.sync.recover import _amount_arrived

BEFORE = datetime(2026, 1, 5, 8, tzinfo=UTC)
MOVED = datetime(2026, 1, 5, 9, tzinfo=UTC)
#: 55 were there and 52 were sent, while orders had taken 5.
SENT = {"before": 55, "amount": 52, "taken": 5, "version": BEFORE.isoformat()}


def arrived(
    stock: int,
    taken: int | None,
    *,
    stamp: datetime = MOVED,
    name: str = "Example",
    sent_at: datetime | None = None,
) -> bool | None:
    record = Record(Side.CSCART, "3", "SKU", {"stock": stock, "name": name}, "", stamp)
    return _amount_arrived(record, SENT, {"stock": 55, "name": "Example"}, lambda: taken, sent_at)


def test_a_stamp_that_has_not_moved_says_no() -> None:
    assert arrived(52, 8, stamp=BEFORE) is False


@pytest.mark.parametrize(("stock", "taken"), [(52, 5), (49, 8), (56, 1)])
def test_the_figure_that_was_sent_less_what_orders_have_taken_since_says_yes(stock: int, taken: int) -> None:
    assert arrived(stock, taken) is True


@pytest.mark.parametrize(("stock", "taken"), [(52, 10), (52, 1), (55, 5)])
def test_where_somebody_has_counted_too_nobody_can_tell(stock: int, taken: int) -> None:
    """52 with 10 taken: it arrived and 5 were counted, or it did not and 2 were."""
    assert arrived(stock, taken) is None


def test_where_another_field_has_moved_the_stamp_may_be_a_persons() -> None:
    assert arrived(52, 5, name="Edited") is None


def test_without_orders_only_the_figure_that_was_sent_says_yes() -> None:
    """Another one may be a sale after it arrived, or a person's count in its place."""
    assert arrived(52, None) is True
    assert arrived(51, None) is None
    assert arrived(55, None) is None


def test_an_unmoved_stamp_that_is_older_than_clocks_are_apart_says_no() -> None:
    assert arrived(52, 8, stamp=BEFORE, sent_at=BEFORE + timedelta(minutes=16)) is False


@pytest.mark.parametrize(
    ("stock", "taken", "said"),
    [
        (55, 5, False),  # as it was, and nothing was ordered
        (53, 7, False),  # as it was, less what was ordered
        (52, 5, None),  # what was sent: equal figures settle it
        (51, 5, None),  # neither
        (55, None, None),  # it arrived and three came back, or it did not
        (52, None, None),
    ],
)
def test_an_unmoved_stamp_of_that_second_proves_nothing(stock: int, taken: int | None, said: bool | None) -> None:
    assert arrived(stock, taken, stamp=BEFORE, sent_at=BEFORE + timedelta(seconds=1)) is said
