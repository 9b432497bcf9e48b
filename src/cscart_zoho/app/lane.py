"""In which lane the present work makes its calls."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cscart_zoho.store.lanes import Lane

#: What a person waits for at the panel or the command line goes with the orders.
_lane: ContextVar[Lane] = ContextVar("lane", default=Lane.ORDERS)


@contextmanager
def in_lane(lane: Lane) -> Iterator[None]:
    """All calls of wires that are made in the block, by this thread, belong to this lane."""
    before = _lane.set(lane)
    try:
        yield
    finally:
        _lane.reset(before)


def present_lane() -> Lane:
    return _lane.get()


def seat_holder() -> str:
    """Who makes calls: this thread of this process of this machine."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{threading.get_ident() % 10**8}"
