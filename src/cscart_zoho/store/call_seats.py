"""Seats for calls that are under way: so many at the same moment, over all processes.

A seat is taken before a call and given back after it. A holder that dies in
between keeps its seat until it expires, and no longer.
"""

import contextlib
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from cscart_zoho.store import statements
from cscart_zoho.store.models import CallSeat

#: No call takes longer: connecting and an answer have 40 s together, in parts of a body.
EXPIRES = timedelta(seconds=120)
#: Who sits on a seat that Zoho has asked us to leave empty, and for how long at most.
EMPTY = "left empty"
EMPTY_FOR = timedelta(minutes=10)

# What is asked for each call, written down (see `statements`).
SEATS = "SELECT number, until FROM store_callseat WHERE remote = %s AND number < %s ORDER BY number"
SIT_DOWN = "UPDATE store_callseat SET holder = %s, until = %s WHERE remote = %s AND number = %s AND until = %s"
LEAVE = "UPDATE store_callseat SET until = %s WHERE remote = %s AND number = %s AND holder = %s AND until > %s"


def take(remote: str, seats: int, holder: str, now: datetime) -> int | None:
    """The number of the seat that is taken, or None when all are: compare and set, one statement as a rule."""
    known = dict(statements.rows(SEATS, remote, seats))
    for number in range(seats):
        until = known.get(number)
        if until is None:
            with contextlib.suppress(IntegrityError), transaction.atomic():
                CallSeat.objects.create(remote=remote, number=number, holder=holder, until=now + EXPIRES)
                return number
        elif _is_taken(statements.moment(until), now):
            continue
        elif statements.changed(SIT_DOWN, holder, now + EXPIRES, remote, number, until):
            return number
    return None


def _is_taken(until: datetime, now: datetime) -> bool:
    """Nobody sits longer than this: a moment much later was written before the clock was set back."""
    return now < until <= now + 2 * max(EXPIRES, EMPTY_FOR)


def give_back(remote: str, number: int, holder: str, now: datetime) -> None:
    """Leave a seat, unless it has expired and somebody else has it by now."""
    statements.changed(LEAVE, now, remote, number, holder, now)


def leave_empty(remote: str, seats: int, now: datetime) -> None:
    """Use only half of the seats for a while: the remote had too many calls at once. One seat always stays."""
    until = now + EMPTY_FOR
    for number in range(max(1, seats // 2), seats):
        CallSeat.objects.update_or_create(remote=remote, number=number, defaults={"holder": EMPTY, "until": until})


def taken(remote: str, now: datetime) -> int:
    """How many seats are taken or left empty now."""
    moments = CallSeat.objects.filter(remote=remote).values_list("until", flat=True)
    return sum(_is_taken(until, now) for until in moments)
