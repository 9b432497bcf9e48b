"""How many calls may still go to a remote: counted in the database, over all processes.

One call costs one transaction before it (a seat, the counts of the day, of its
lane and of the minute) and, where seats are limited, one after it.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils import timezone

from cscart_zoho.errors import QuotaGone, Throttled
from cscart_zoho.store import call_seats, call_windows, statements
from cscart_zoho.store.call_windows import ALL
from cscart_zoho.store.lanes import Lane, kept_back, minute_limit
from cscart_zoho.store.models import CallBlock, CallWindow, Store, ZohoOrganisation

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Zoho's own count of a minute slides, so ours is kept in windows of this many seconds.
SLOT_S = 10
_SLOT = timedelta(seconds=SLOT_S)
#: A pause longer than this is one of the daily quota.
LONG_S = 600
#: A call that finds no free seat looks again after this.
SEAT_S = 2.0
#: What the headers tell of the reset may move so much without being another moment.
SAME_MOMENT = timedelta(minutes=2)
#: A lane that must leave the rest of the day to others asks again after this: their need shrinks with the day.
ASK_AGAIN = HOUR
#: Calls at once to Zoho CRM: those of its smallest edition (Zoho CRM API v8, "API limits").
CRM_AT_ONCE = 5

# What is asked for each call, written down (see `statements`).
BLOCKED = "SELECT until, reason FROM store_callblock WHERE remote = %s AND until > %s"
MINUTE_SLOTS = (
    "SELECT starts_at, used FROM store_callwindow WHERE remote = %s AND kind = 'minute'"
    " AND starts_at <= %s AND starts_at > %s ORDER BY starts_at"
)
_OF_DAY = "UPDATE store_callwindow SET used = %s WHERE remote = %s AND kind = 'day' AND starts_at = %s AND lane = %s"
RAISED = f"{_OF_DAY} AND used < %s"
LOWERED = f"{_OF_DAY} AND used > %s"


def remote_of(organisation: ZohoOrganisation) -> str:
    """The name under which an organisation's calls are counted."""
    return f"zoho:{organisation.organization_id}"


def crm_remote_of(organisation: ZohoOrganisation) -> str:
    return f"zoho-crm:{organisation.organization_id}"


def store_remote_of(store: Store) -> str:
    return f"cscart:{store.pk}"


class Budget:
    """The calls of one lane to one remote. Limits are None where there is none.

    `name` is the remote's for people. `rolling`: the day's limit is one of any 24
    hours, as Zoho CRM counts its credits. One worker uses it at a time: each
    `spend` is followed by its `done`.
    """

    def __init__(
        self,
        remote: str,
        *,
        daily_limit: int | None,
        minute_limit: int | None,
        time_zone: str,
        now: Callable[[], datetime],
        name: str = "Zoho",
        lane: Lane = Lane.ORDERS,
        reserved_percent: int = 0,
        at_once: int | None = None,
        rolling: bool = False,
        counts_days: bool = True,
        holder: str = "",
    ) -> None:
        self.remote = remote
        self.name = name
        self.lane = lane
        self.daily_limit = daily_limit
        self.minute_limit = minute_limit
        self.reserved_percent = reserved_percent
        self.at_once = at_once
        self.rolling = rolling
        self.counts_days = counts_days
        self.zone = zone(time_zone)
        self.now = now
        self.holder = holder
        self._seat: int | None = None
        self._told_reset = _told_reset(remote)

    # Before a call

    def spend(self, weight: int = 1) -> None:
        """Count one call that is about to be made; `weight` is what it costs of the day.

        Raises `Throttled` or `QuotaGone` with the time to wait when none is left.
        """
        now = self.now()
        with transaction.atomic():
            self._check_block(now)
            self._check_minute(now)
            self._take_seat(now)
            try:
                self._take_of_day(now, weight)
            except Throttled:
                self._seat = None  # rolled back with the rest
                raise
            call_windows.count(self.remote, self._windows(now), weight)

    def count_made(self, number: int) -> None:
        """Count calls that were made before there was anybody to ask: while the connection was made."""
        now = self.now()
        call_windows.count(self.remote, [("day", self.day_began(now), ALL), *self._windows(now)], number)

    def _windows(self, now: datetime) -> list[call_windows.Window]:
        windows: list[call_windows.Window] = [("minute", _slot(now), ALL)]
        if self.counts_days:
            windows.append(("day", self.day_began(now), self.lane.value))
        if self.rolling:
            windows.append(("hour", now.replace(minute=0, second=0, microsecond=0), ALL))
        return windows

    def _check_block(self, now: datetime) -> None:
        blocked = statements.first(BLOCKED, self.remote, now)
        if blocked is not None:
            until, reason = blocked
            wait_s = (statements.moment(until) - now).total_seconds()
            raise (QuotaGone if wait_s > LONG_S else Throttled)(reason, wait_s=wait_s)

    def _check_minute(self, now: datetime) -> None:
        if self.minute_limit is None:
            return
        limit = minute_limit(self.lane, self.minute_limit)
        # What lies far ahead was counted before the clock was set back.
        told = statements.rows(MINUTE_SLOTS, self.remote, now + _SLOT, now - MINUTE - _SLOT)
        slots = [(statements.moment(starts_at), used) for starts_at, used in told]
        over = sum(used for _, used in slots) - limit + 1
        if over <= 0:
            return
        wait_s = max(1.0, (_free_again(slots, over) - now).total_seconds())
        raise Throttled(f"{limit} calls were made to {self.name} within a minute.", wait_s=wait_s)

    def _take_seat(self, now: datetime) -> None:
        if self.at_once is None:
            return
        self._seat = call_seats.take(self.remote, self.at_once, self.holder, now)
        if self._seat is None:
            raise Throttled(f"All {self.at_once} places for calls to {self.name} are taken.", wait_s=SEAT_S)

    def _take_of_day(self, now: datetime, weight: int) -> None:
        if not self.counts_days:
            return
        began = self.day_began(now)
        if self.daily_limit is None or self.rolling:
            if self.daily_limit is not None and self.used(now) + weight > self._cap(now, self.daily_limit):
                raise self._gone(now, self.daily_limit)
            call_windows.count(self.remote, [("day", began, ALL)], weight)
        elif not call_windows.take_of_day(self.remote, began, self._cap(now, self.daily_limit), weight):
            raise self._gone(now, self.daily_limit)

    def _cap(self, now: datetime, limit: int) -> int:
        """How many of the day's calls may be used when this lane makes one more."""
        if self.lane is Lane.ORDERS:
            return limit
        left = 1.0 if self.rolling else min(1.0, (self.day_ends(now) - now) / DAY)
        by_orders = call_windows.used(self.remote, "day", self.day_began(now), Lane.ORDERS)
        return limit - kept_back(self.lane, limit, self.reserved_percent, left, by_orders)

    def _gone(self, now: datetime, limit: int) -> QuotaGone:
        wait_s = math.ceil((self.day_ends(now) - now).total_seconds())
        left = limit - self.used(now)
        if left <= 0 or self.lane is Lane.ORDERS:
            wait_s = min(wait_s, int(ASK_AGAIN.total_seconds())) if self.rolling else wait_s
            return QuotaGone(f"The {limit:,} calls that {self.name} allows a day are used up.", wait_s=max(1.0, wait_s))
        return QuotaGone(
            f"Of the {limit:,} calls that {self.name} allows a day {left:,} are left, and they are kept for what is "
            f"more urgent than this ({_before(self.lane)}).",
            wait_s=max(1.0, min(wait_s, ASK_AGAIN.total_seconds())),
            advice="The run goes on by itself when there is room again.",
        )

    # After a call

    def done(self, headers: Mapping[str, str]) -> None:
        """Give the seat back, and believe what the answer's headers tell of the count. No headers = no answer came."""
        seat, self._seat = self._seat, None
        told = told_by(headers) if self.counts_days else None
        credits_left = _number(headers, "x-api-credits-remaining") if self.rolling else None
        if seat is None and told is None and credits_left is None:
            return
        now = self.now()
        with transaction.atomic():
            if seat is not None:
                call_seats.give_back(self.remote, seat, self.holder, now)
            if told is not None and told.limit > (self.minute_limit or 0):
                self._believe(told, now)
            if credits_left is not None and self.daily_limit is not None:
                self._raise_rolling(self.daily_limit - credits_left, now)

    def _believe(self, told: "Told", now: datetime) -> None:
        """Others use the organisation, too: its own count is right. Of ours, some may be under way still."""
        resets_at = now + timedelta(seconds=told.reset_s)
        if told.reset_s > 0 and not self._same_reset(resets_at, told.limit, now):
            self._keep_reset(resets_at, told.limit, now)
        began = self.day_began(now)
        used, under_way = max(0, told.limit - told.remaining), self.at_once or 1
        if not statements.changed(RAISED, used, self.remote, began, ALL, used):
            most = used + under_way
            statements.changed(LOWERED, most, self.remote, began, ALL, most)

    def _same_reset(self, resets_at: datetime, limit: int, now: datetime) -> bool:
        if self._told_reset is None or self._told_reset[1] != limit:
            return False
        return abs(self.day_ends(now) - resets_at) <= SAME_MOMENT

    def _keep_reset(self, resets_at: datetime, limit: int, now: datetime) -> None:
        began, used = self.day_began(now), self.used(now)
        CallWindow.objects.update_or_create(
            remote=self.remote, kind="reset", lane=ALL, defaults={"starts_at": resets_at, "used": limit}
        )
        self._told_reset = (resets_at, limit)
        if self.day_began(now) != began:
            call_windows.open_window(self.remote, "day", self.day_began(now), ALL, used)

    def _raise_rolling(self, used: int, now: datetime) -> None:
        missing = used - self.used(now)
        if missing > 0:
            call_windows.count(self.remote, [self._windows(now)[-1]], missing)

    # The day

    def day_began(self, now: datetime) -> datetime:
        """When the present day of the count began."""
        if self._told_reset is not None:
            resets_at = self._told_reset[0]
            return resets_at - math.ceil((resets_at - now) / DAY) * DAY
        return now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

    def day_ends(self, now: datetime) -> datetime:
        """When the quota is filled again: as the headers told, else at midnight of the organisation."""
        began = self.day_began(now)
        return began + DAY if self._told_reset is not None else (began + DAY).replace(hour=0)

    def used(self, now: datetime) -> int:
        if self.rolling:
            return call_windows.used(self.remote, "hour", now - DAY)
        today = CallWindow.objects.filter(remote=self.remote, kind="day", starts_at=self.day_began(now), lane=ALL)
        return sum(today.values_list("used", flat=True))

    def used_today(self) -> int:
        return self.used(self.now())

    def left(self) -> int | None:
        """Calls that this lane may still make today, or None without a limit."""
        if self.daily_limit is None:
            return None
        now = self.now()
        return max(0, self._cap(now, self.daily_limit) - self.used(now))

    # Pauses that the remote asks for

    def block(self, seconds: float, reason: str) -> None:
        """The remote asked for a pause: nobody calls before it is over."""
        self._lasting(self.now(), seconds, reason)

    def longer_block(self, seconds: float, reason: str) -> None:
        """A pause that grows tenfold, up to an hour, while the remote refuses again soon after the last one."""
        now = self.now()
        last = CallBlock.objects.filter(remote=self.remote, until__gt=now - HOUR, until__lte=now).first()
        if last is not None and last.lasts_s:
            seconds = min(HOUR.total_seconds(), last.lasts_s * 10)
        self._lasting(now, seconds, reason)

    def quota_gone(self, reason: str, reset_s: float | None) -> float:
        """The remote says that the day's calls are used: nobody calls before the reset. Tells the seconds.

        Without a header the reset is looked for at the organisation's midnight.
        Where Zoho refuses then as well, its days end at another hour, and one call
        an hour finds that.
        """
        now = self.now()
        wait = timedelta(seconds=reset_s) if reset_s else self.day_ends(now) - now + MINUTE
        last = CallBlock.objects.filter(remote=self.remote, until__gt=now - 2 * HOUR, until__lte=now).first()
        if reset_s is None and last is not None and last.lasts_s > LONG_S:
            wait = HOUR
        self._lasting(now, wait.total_seconds(), reason)
        return wait.total_seconds()

    def _lasting(self, now: datetime, seconds: float, reason: str) -> None:
        kept = {"until": now + timedelta(seconds=seconds), "reason": reason, "lasts_s": int(seconds)}
        CallBlock.objects.update_or_create(remote=self.remote, defaults=kept)

    def slow_down(self) -> None:
        """The remote had too many calls at once: use fewer seats for a while."""
        if self.at_once is not None:
            call_seats.leave_empty(self.remote, self.at_once, self.now())


class Told:
    """What an answer's headers tell of the day: its limit, what remains, seconds to the reset (0 = not told)."""

    __slots__ = ("limit", "remaining", "reset_s")

    def __init__(self, limit: int, remaining: int, reset_s: int) -> None:
        self.limit, self.remaining, self.reset_s = limit, remaining, reset_s


def told_by(headers: Mapping[str, str]) -> Told | None:
    """The count by the headers that Zoho sends (not described; a client in production depends on them), if whole."""
    limit, remaining = (_number(headers, f"x-rate-limit-{name}") for name in ("limit", "remaining"))
    if limit is None or remaining is None or remaining > limit:
        return None
    reset_s = _number(headers, "x-rate-limit-reset") or 0
    return Told(limit, remaining, reset_s if reset_s <= DAY.total_seconds() else 0)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    told = headers.get(name, "").strip()
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else None


def _told_reset(remote: str) -> tuple[datetime, int] | None:
    """The moment of a reset and the limit a day, as headers told them last."""
    return CallWindow.objects.filter(remote=remote, kind="reset").values_list("starts_at", "used").first()


def _free_again(slots: list[tuple[datetime, int]], over: int) -> datetime:
    """When so many calls have left the sliding minute."""
    for starts_at, used in slots:
        over -= used
        if over <= 0:
            return starts_at + MINUTE + _SLOT
    return slots[-1][0] + MINUTE + _SLOT


def _before(lane: Lane) -> str:
    return ", ".join(each.title.lower() for each in Lane if each < lane)


def _slot(now: datetime) -> datetime:
    return now.replace(second=now.second - now.second % SLOT_S, microsecond=0)


def zone(name: str) -> ZoneInfo:
    """A time zone by its name; UTC when nobody knows it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def limit_of(organisation: ZohoOrganisation) -> tuple[int | None, str]:
    """The calls a day of an organisation, and where the figure is from."""
    if "daily_limit" in organisation.set_by_hand:
        return organisation.daily_limit, "set here"
    told = _told_reset(remote_of(organisation))
    if told is not None:
        return told[1], "told by Zoho"
    return organisation.daily_limit, f"plan {organisation.plan}" if organisation.plan else "the smallest plan"


def budget_of(
    organisation: ZohoOrganisation, now: Callable[[], datetime], lane: Lane = Lane.ORDERS, holder: str = ""
) -> Budget:
    """The calls of a lane to Zoho Inventory. What a person waits for goes with the orders."""
    return Budget(
        remote_of(organisation),
        daily_limit=limit_of(organisation)[0],
        minute_limit=organisation.minute_limit,
        time_zone=organisation.time_zone,
        now=now,
        lane=lane,
        reserved_percent=organisation.reserved_for_orders,
        at_once=organisation.concurrent_limit,
        holder=holder,
    )


def crm_budget_of(
    organisation: ZohoOrganisation, now: Callable[[], datetime], lane: Lane = Lane.ORDERS, holder: str = ""
) -> Budget:
    """The credits of Zoho CRM, counted apart: those of any 24 hours, where the merchant has said how many there are."""
    return Budget(
        crm_remote_of(organisation),
        daily_limit=organisation.crm_daily_limit,
        minute_limit=None,
        time_zone=organisation.time_zone,
        now=now,
        name="Zoho CRM",
        lane=lane,
        reserved_percent=organisation.reserved_for_orders,
        at_once=CRM_AT_ONCE,
        rolling=True,
        holder=holder,
    )


def store_budget_of(store: Store, now: Callable[[], datetime], lane: Lane = Lane.ORDERS) -> Budget:
    """The calls to the store, which is a shop first: so many a minute, and as many days as one likes."""
    return Budget(
        store_remote_of(store),
        daily_limit=None,
        minute_limit=store.minute_limit,
        time_zone="UTC",
        now=now,
        name="the store",
        lane=lane,
        counts_days=False,
    )


def calls_left(organisation: ZohoOrganisation, now: datetime | None = None, lane: Lane = Lane.ORDERS) -> int | None:
    """Calls that a lane may still make today, or None when the limit is not known."""
    moment = now or timezone.now()
    return budget_of(organisation, lambda: moment, lane).left()
