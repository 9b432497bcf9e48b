"""How many calls may still go to a remote: counted in the database, over all processes."""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils import timezone

from cscart_zoho.errors import QuotaGone, Throttled
from cscart_zoho.store.models import CallBlock, CallWindow, ZohoOrganisation

MINUTE = timedelta(minutes=1)
#: Zoho's own count of a minute slides, so ours is kept in windows of this many seconds.
SLOT_S = 10
#: A pause longer than this is one of the daily quota.
LONG_S = 600
#: Windows older than this are of no use to anybody.
KEPT = {"minute": timedelta(hours=1), "day": timedelta(days=8)}


def remote_of(organisation: ZohoOrganisation) -> str:
    """The name under which an organisation's calls are counted."""
    return f"zoho:{organisation.organization_id}"


class Budget:
    """The calls to one remote. Limits are None where there is none."""

    def __init__(
        self,
        remote: str,
        *,
        daily_limit: int | None,
        minute_limit: int | None,
        time_zone: str,
        now: Callable[[], datetime],
    ) -> None:
        self.remote = remote
        self.daily_limit = daily_limit
        self.minute_limit = minute_limit
        self.zone = zone(time_zone)
        self.now = now

    def spend(self) -> None:
        """Count one call that is about to be made.

        Raises `Throttled` or `QuotaGone` with the time to wait when none is left.
        """
        now = self.now()
        blocked = CallBlock.objects.filter(remote=self.remote, until__gt=now).first()
        if blocked is not None:
            wait_s = (blocked.until - now).total_seconds()
            raise (QuotaGone if wait_s > LONG_S else Throttled)(blocked.reason, wait_s=wait_s)
        self._check_minute(now)
        self._count_day(now)
        self._count("minute", _slot(now))

    def _check_minute(self, now: datetime) -> None:
        if self.minute_limit is None:
            return
        windows = CallWindow.objects.filter(remote=self.remote, kind="minute", starts_at__gt=now - MINUTE - _SLOT)
        used = windows.aggregate(n=Sum("used"))["n"] or 0
        if used < self.minute_limit:
            return
        oldest = windows.order_by("starts_at").values_list("starts_at", flat=True)[0]
        wait_s = max(1.0, (oldest + MINUTE + _SLOT - now).total_seconds())
        raise Throttled(f"{self.minute_limit} calls were made to Zoho within a minute.", wait_s=wait_s)

    def _count_day(self, now: datetime) -> None:
        midnight = self._midnight(now)
        if not self._count("day", midnight, limit=self.daily_limit):
            tomorrow = (midnight + timedelta(days=1)).replace(hour=0)
            raise QuotaGone(
                f"The {self.daily_limit:,} calls that Zoho allows a day are used up.",
                wait_s=max(1.0, (tomorrow - now).total_seconds()),
            )

    def _count(self, kind: str, starts_at: datetime, limit: int | None = None) -> bool:
        """Whether one more was free in this window; then it is counted."""
        windows = CallWindow.objects.filter(remote=self.remote, kind=kind)
        free = windows.filter(starts_at=starts_at)
        if limit is not None:
            free = free.filter(used__lt=limit)
        if free.update(used=F("used") + 1):
            return True
        with contextlib.suppress(IntegrityError), transaction.atomic():
            CallWindow.objects.create(remote=self.remote, kind=kind, starts_at=starts_at)
            windows.filter(starts_at__lt=starts_at - KEPT[kind]).delete()
        return bool(free.update(used=F("used") + 1))

    def _midnight(self, now: datetime) -> datetime:
        """When this day began for the organisation: Zoho counts by its days."""
        return now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

    def used_today(self) -> int:
        today = CallWindow.objects.filter(remote=self.remote, kind="day", starts_at=self._midnight(self.now()))
        return sum(today.values_list("used", flat=True))

    def block(self, seconds: float, reason: str) -> None:
        """The remote asked for a pause: nobody calls before it is over."""
        until = self.now() + timedelta(seconds=seconds)
        CallBlock.objects.update_or_create(remote=self.remote, defaults={"until": until, "reason": reason})


_SLOT = timedelta(seconds=SLOT_S)


def _slot(now: datetime) -> datetime:
    return now.replace(second=now.second - now.second % SLOT_S, microsecond=0)


def zone(name: str) -> ZoneInfo:
    """A time zone by its name; UTC when nobody knows it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def budget_of(organisation: ZohoOrganisation, now: Callable[[], datetime]) -> Budget:
    return Budget(
        remote_of(organisation),
        daily_limit=organisation.daily_limit,
        minute_limit=organisation.minute_limit,
        time_zone=organisation.time_zone,
        now=now,
    )


def crm_budget_of(organisation: ZohoOrganisation, now: Callable[[], datetime]) -> Budget:
    """The calls to Zoho CRM: counted apart, and not limited here. CRM counts credits, and says when they are used."""
    return Budget(
        f"zoho-crm:{organisation.organization_id}",
        daily_limit=None,
        minute_limit=None,
        time_zone=organisation.time_zone,
        now=now,
    )


def calls_left(organisation: ZohoOrganisation, now: datetime | None = None) -> int | None:
    """Calls left today, or None when the limit is not known."""
    if organisation.daily_limit is None:
        return None
    moment = now or timezone.now()
    return max(0, organisation.daily_limit - budget_of(organisation, lambda: moment).used_today())
