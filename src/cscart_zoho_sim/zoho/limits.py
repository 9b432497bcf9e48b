"""How many calls an organisation may make: per minute, per day, at the same time.

Figures: Zoho Inventory API, "API Call Limit". Not established there, and
therefore switches: how long a block lasts and whether refused calls count.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.switches import Switches

CALLS_PER_DAY = {"free": 1000, "standard": 2000, "professional": 5000, "premium": 10000, "enterprise": 10000}

MINUTE_S = 60


@dataclass
class CallLimits:
    """Counts the calls of one organisation and refuses those beyond a limit.

    None as a limit means none. The minute is a sliding one: there is no moment
    at which twice the limit passes.
    """

    zone: tzinfo
    switches: Switches
    per_minute: int | None
    per_day: int | None
    at_once: int
    in_flight: int = 0
    calls: int = 0
    _recent: deque[float] = field(default_factory=deque)
    _blocked_until: float = 0.0
    _day: int = 0
    _today: int = 0

    def count(self, now: float) -> None:
        """Take one call, or raise the refusal it earns."""
        try:
            self._check(now)
        except refusals.Refusal:
            if self.switches.refused_calls_count:
                self._add(now)
            raise
        self._add(now)

    def lift_minute(self) -> None:
        """No limit per minute from now on."""
        self.per_minute = None
        self._blocked_until = 0.0

    def headers(self, now: float) -> dict[str, str]:
        """The rate limit headers: the day's calls and the seconds until they start anew."""
        if not self.switches.rate_limit_headers or self.per_day is None:
            return {}
        here = datetime.fromtimestamp(now, self.zone)
        return {
            "X-Rate-Limit-Limit": str(self.per_day),
            "X-Rate-Limit-Remaining": str(max(0, self.per_day - self._today)),
            "X-Rate-Limit-Reset": str(86400 - here.hour * 3600 - here.minute * 60 - here.second),
        }

    def _check(self, now: float) -> None:
        if self.in_flight > self.at_once:
            raise refusals.concurrency_limit()
        self._turn_day(now)
        if self.per_day is not None and self._today >= self.per_day:
            raise refusals.day_limit(self.per_day)
        if self.per_minute is None:
            return
        while self._recent and self._recent[0] <= now - MINUTE_S:
            self._recent.popleft()
        if len(self._recent) >= self.per_minute and now >= self._blocked_until:
            self._blocked_until = now + self.switches.minute_block_s
        if now < self._blocked_until:
            raise refusals.minute_limit()

    def _add(self, now: float) -> None:
        self.calls += 1
        self._turn_day(now)
        self._today += 1
        if self.per_minute is not None:
            self._recent.append(now)

    def _turn_day(self, now: float) -> None:
        """The day ends at midnight of the organisation's zone."""
        offset = self.zone.utcoffset(datetime.fromtimestamp(now, self.zone))
        day = int(now + (offset.total_seconds() if offset else 0)) // 86400
        if day != self._day:
            self._day, self._today = day, 0
