"""What surrounds the process: the network and the clock, or a simulation of both."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2
from django.conf import settings
from django.db.models.functions import Now

from cscart_zoho.http import TIMEOUT, GuardedTransport
from cscart_zoho.store.clock import database_moment, database_now


class SimClock(Protocol):
    """A clock of a simulation: seconds since the epoch, and a sleep that moves it."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


@dataclass
class _Around:
    """What surrounds the process: the network and the clock, or a simulation of both."""

    transport: httpx2.BaseTransport | None = None
    clock: SimClock | None = None


_around = _Around()
_guarded: dict[tuple[bool, frozenset[str]], GuardedTransport] = {}


@contextmanager
def using_transport(transport: httpx2.BaseTransport, clock: Any = None) -> Iterator[None]:
    """Everything in the block speaks through `transport`, and waits by moving `clock`."""
    before = _around.transport, _around.clock
    _around.transport, _around.clock = transport, clock
    try:
        yield
    finally:
        _around.transport, _around.clock = before


def now() -> datetime:
    """The present moment, aware, by the clock that all machines share: the database's, or a simulation's."""
    return datetime.fromtimestamp(_around.clock.now(), UTC) if _around.clock is not None else database_now()


def heartbeat() -> datetime | Now:
    """The same for a column that is written."""
    return now() if _around.clock is not None else database_moment()


#: Goes on while a machine sleeps, where the system has such a clock.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def running_s() -> float:
    """Seconds that go on while this process is stopped; a simulation stops nobody."""
    return 0.0 if _around.clock is not None else time.clock_gettime(_CLOCK)


def sleep(seconds: float) -> None:
    (_around.clock.sleep if _around.clock is not None else time.sleep)(seconds)


def new_client(own: str = "") -> httpx2.Client:
    """A client that goes only where it may. Connections are kept for the life of the process.

    `own` is the `host:port` of this panel itself, from its settings: it may stand on a private network.
    """
    transport = _around.transport
    if transport is None:
        key = (settings.CSCART_ZOHO_PRIVATE_STORES, simulators() | ({own} if own else frozenset()))
        transport = _guarded.setdefault(key, GuardedTransport(private=key[0], trusted=key[1]))
    return httpx2.Client(
        transport=transport, timeout=TIMEOUT, follow_redirects=False, headers={"user-agent": "cscart-zoho"}
    )


def simulators() -> frozenset[str]:
    urls = (
        *settings.CSCART_ZOHO_SIM_STORE_URL.split(","),
        settings.CSCART_ZOHO_SIM_ACCOUNTS_URL,
        settings.CSCART_ZOHO_SIM_API_URL,
    )
    return frozenset(urlsplit(url).netloc for url in urls if url)
