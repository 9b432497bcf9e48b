"""The time a simulation lives in. Nothing in the simulators reads the machine's clock."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Seconds since the epoch, from outside."""

    def now(self) -> float: ...


class RealClock:
    """The machine's clock, for simulators that run as servers."""

    def now(self) -> float:
        return time.time()


class VirtualClock:
    """A clock that stands still until it is told to move; `sleep` moves it."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = (start or datetime(2026, 1, 5, 8, tzinfo=UTC)).timestamp()

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move forward (or back, for tests of clocks that jump)."""
        self._now += seconds

    sleep = advance

    def at(self) -> datetime:
        """The present moment as an aware UTC datetime."""
        return datetime.fromtimestamp(self._now, UTC)

    def ahead(self, seconds: float) -> datetime:
        """The moment `seconds` from now."""
        return self.at() + timedelta(seconds=seconds)
