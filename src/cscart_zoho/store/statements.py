"""Statements of our own, for what each commit and each call asks for.

The ORM builds the text of a statement anew each time, which costs ten times what SQLite needs to carry it out. The
few of the ledger's commits and of the counts of calls are two fifths of all statements of a run, so theirs is written
down. Everything else is the ORM's.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def _carried_out(text: str, values: tuple[Any, ...]) -> Iterator[CursorWrapper]:
    given = [stored(value) if isinstance(value, datetime) else value for value in values]
    with closing(connection.cursor()) as cursor:
        cursor.execute(text, given)
        yield cursor


def rows(text: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows. Moments are given aware; those in the rows are for `moment`."""
    with _carried_out(text, values) as cursor:
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def first(text: str, *values: Any) -> tuple[Any, ...] | None:
    """The first row, None = there is none."""
    with _carried_out(text, values) as cursor:
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def changed(text: str, *values: Any) -> int:
    """How many rows the statement has changed."""
    with _carried_out(text, values) as cursor:
        number: int = cursor.rowcount
        return number


def stored(moment: datetime) -> Any:
    """An aware moment as the database keeps it."""
    return connection.ops.adapt_datetimefield_value(moment)


def moment(kept: Any) -> datetime:
    """The aware moment that a row holds: SQLite keeps a text, in UTC and without saying so."""
    told = datetime.fromisoformat(kept) if isinstance(kept, str) else kept
    return told if told.tzinfo else told.replace(tzinfo=UTC)
