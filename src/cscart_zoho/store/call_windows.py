"""The counts of calls, by remote, day, minute and lane."""

import contextlib
from datetime import datetime, timedelta
from functools import cache

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum

from cscart_zoho.store import statements
from cscart_zoho.store.lanes import Lane
from cscart_zoho.store.models import CallWindow

#: The whole window, all lanes together.
ALL = 0
#: Windows older than this are of no use to anybody.
KEPT = {"minute": timedelta(hours=1), "hour": timedelta(hours=25), "day": timedelta(days=8)}

#: Kind, beginning and lane of one window.
Window = tuple[str, datetime, int]

# What is asked for each call, written down (see `statements`).
TAKE_OF_DAY = (
    "UPDATE store_callwindow SET used = used + %s"
    " WHERE remote = %s AND kind = 'day' AND starts_at = %s AND lane = %s AND used < %s"
)


@cache
def _counting(windows: int) -> str:
    """The statement that counts a call in so many windows."""
    each = " OR ".join(["(kind = %s AND starts_at = %s AND lane = %s)"] * windows)
    return f"UPDATE store_callwindow SET used = used + %s WHERE remote = %s AND ({each})"  # noqa: S608 (no word of others)


def count(remote: str, windows: list[Window], weight: int = 1) -> None:
    """Count a call in each of these windows; one statement where all of them exist."""
    named = [part for window in windows for part in window]
    if statements.changed(_counting(len(windows)), weight, remote, *named) == len(windows):
        return
    wanted = Q()
    for kind, starts_at, lane in windows:
        wanted |= Q(kind=kind, starts_at=starts_at, lane=lane)
    known = set(CallWindow.objects.filter(remote=remote).filter(wanted).values_list("kind", "starts_at", "lane"))
    for kind, starts_at, lane in set(windows) - known:
        open_window(remote, kind, starts_at, lane, weight)


def open_window(remote: str, kind: str, starts_at: datetime, lane: int, used: int) -> None:
    """Begin a window with this count; where another process was faster, add to its. Old windows go."""
    mine = CallWindow.objects.filter(remote=remote, kind=kind)
    with contextlib.suppress(IntegrityError), transaction.atomic():
        CallWindow.objects.create(remote=remote, kind=kind, starts_at=starts_at, lane=lane, used=used)
        mine.filter(starts_at__lt=starts_at - KEPT[kind]).delete()
        return
    mine.filter(starts_at=starts_at, lane=lane).update(used=F("used") + used)


def take_of_day(remote: str, starts_at: datetime, limit: int, weight: int) -> bool:
    """Count a call in the whole day if less than `limit` were used: compare and set."""
    if statements.changed(TAKE_OF_DAY, weight, remote, starts_at, ALL, limit):
        return True
    day = CallWindow.objects.filter(remote=remote, kind="day", starts_at=starts_at, lane=ALL)
    if limit <= 0 or day.exists():
        return False
    open_window(remote, "day", starts_at, ALL, weight)
    return True


def used(remote: str, kind: str, since: datetime, lane: int = ALL) -> int:
    """The calls of all windows of a kind that began at or after a moment."""
    windows = CallWindow.objects.filter(remote=remote, kind=kind, lane=lane, starts_at__gte=since)
    return windows.aggregate(n=Sum("used"))["n"] or 0


def by_lane(remote: str, starts_at: datetime) -> dict[Lane, int]:
    """The calls of one day by lane."""
    day = CallWindow.objects.filter(remote=remote, kind="day", starts_at=starts_at, lane__gt=ALL)
    counted = dict(day.values_list("lane", "used"))
    return {lane: counted.get(lane.value, 0) for lane in Lane}


def days(remote: str) -> list[tuple[datetime, dict[Lane, int], int]]:
    """The last days, the latest first: beginning, calls by lane, calls in all."""
    told: dict[datetime, dict[int, int]] = {}
    windows = CallWindow.objects.filter(remote=remote, kind="day").order_by("-starts_at")
    for starts_at, lane, n in windows.values_list("starts_at", "lane", "used"):
        told.setdefault(starts_at, {})[lane] = n
    return [
        (starts_at, {lane: counts.get(lane.value, 0) for lane in Lane}, counts.get(ALL, 0))
        for starts_at, counts in told.items()
    ]
