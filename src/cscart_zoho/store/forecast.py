"""When the work that waits will be done, at the calls that a day has. Pure: values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cscart_zoho.store.lanes import Lane, for_looks, kept_back, reserve

#: Rows on a page of Zoho's lists, and items that it shows in full in one call (Zoho Inventory API: Items).
PER_PAGE, IN_FULL = 200, 100
#: Nobody plans further ahead.
LONGEST_DAYS = 36_500


@dataclass(frozen=True)
class Waiting:
    """Records of one kind that wait to be made in Zoho, and how many calls each needs."""

    nouns: str
    number: int
    calls_each: int = 1

    @property
    def calls(self) -> int:
        return self.number * self.calls_each


@dataclass(frozen=True)
class Routine:
    """What the other lanes use of a day: hourly looks, edits, orders. `measured_days` 0 = assumed.

    `looks` is how often a day all items are looked at, which costs a call for each 200 of them, and not more than
    looks may cost in the mean of the days.
    """

    orders: int
    others: int
    measured_days: int = 0
    looks: float = 1.0


@dataclass(frozen=True)
class Calls:
    """How many calls a day has, and how things stand now."""

    limit: int
    reserved_percent: int
    now: datetime
    day_ends: datetime
    used: int
    used_by_orders: int
    items_in_zoho: int

    @property
    def day_left(self) -> float:
        """The share of the day that is to come."""
        return min(1.0, max(0.0, (self.day_ends - self.now) / timedelta(days=1)))


@dataclass(frozen=True)
class Forecast:
    """`done_at` None = never at this rate. `days` counts today as the first. `a_day` is what the work gets of a day."""

    items: int
    calls: int
    days: int | None
    done_at: datetime | None
    a_day: int
    by_file_calls: int


def forecast(waiting: Sequence[Waiting], routine: Routine, calls: Calls) -> Forecast:
    """What the waiting work needs, day after day.

    It gets what orders (at least their reserve) and the routine of the others
    leave. What has been made must be looked at from then on, so that the days
    of a large load grow shorter.
    """
    items, needed = sum(each.number for each in waiting), sum(each.calls for each in waiting)
    by_file = calls_by_file(items, calls.items_in_zoho)
    a_day = _of_a_day(routine, calls, calls.items_in_zoho)
    if not needed:
        return Forecast(items, 0, 0, calls.now, a_day, by_file)
    left = needed - _of_today(routine, calls)
    if left <= 0:
        share = needed / max(1, _of_today(routine, calls))
        return Forecast(items, needed, 1, calls.now + (calls.day_ends - calls.now) * min(1.0, share), a_day, by_file)
    for day in range(1, LONGEST_DAYS):
        today = _of_a_day(routine, calls, calls.items_in_zoho + items * (needed - left) // needed)
        if today <= 0:
            break
        if left <= today:
            done_at = calls.day_ends + timedelta(days=day - 1 + _when(left, routine, calls))
            return Forecast(items, needed, day + 1, done_at, a_day, by_file)
        left -= today
    return Forecast(items, needed, None, None, a_day, by_file)


def calls_by_file(items: int, items_in_zoho: int) -> int:
    """What so many imported items cost: the import itself nothing, then a look at Zoho's list and at each in full."""
    return -(-(items + items_in_zoho) // PER_PAGE) + -(-items // IN_FULL) if items else 0


def _of_a_day(routine: Routine, calls: Calls, items_in_zoho: int) -> int:
    """The calls of a whole day that are left for a first load."""
    for_orders = max(reserve(calls.limit, calls.reserved_percent), routine.orders)
    looks = calls_for_looks(items_in_zoho, routine.looks, calls.limit)
    return max(0, calls.limit - for_orders - routine.others - looks)


def calls_for_looks(items_in_zoho: int, looks: float, limit: int | None) -> int:
    """What looks at all items cost a day, in the mean of the days: no more than looks may."""
    wanted = round(looks * -(-items_in_zoho // PER_PAGE))
    return wanted if limit is None else min(wanted, for_looks(limit))


def _when(spent: int, routine: Routine, calls: Calls) -> float:
    """The share of a day after which a first load has spent so much of it.

    Most of a day is free at its beginning; the rest becomes free as the others need it less.
    """
    for_orders = max(reserve(calls.limit, calls.reserved_percent), routine.orders)
    kept = kept_back(Lane.BACKFILL, calls.limit, 0, 1.0)
    at_once = calls.limit - for_orders - kept
    return min(1.0, max(0.0, (spent - at_once) / max(1, kept - routine.others)))


def _of_today(routine: Routine, calls: Calls) -> int:
    """The same for the rest of the present day."""
    reserved = reserve(calls.limit, calls.reserved_percent) - calls.used_by_orders
    coming = round(routine.orders * calls.day_left)
    return max(0, calls.limit - calls.used - max(reserved, coming) - round(routine.others * calls.day_left))


def in_words(told: Forecast, limit: int, nouns: str = "items") -> str:
    """The forecast as one sentence for people."""
    if not told.items:
        return f"No new {nouns} wait."
    need = f"{told.items:,} {nouns} need {told.calls:,} calls"
    by_file = f"by import file: {told.by_file_calls:,} calls"
    if told.days is None or told.done_at is None:
        return f"{need}, and at {limit:,} a day nothing is left for them; {by_file}."
    days = "today" if told.days <= 1 else f"{told.days:,} days at {told.a_day:,} of {limit:,} a day"
    return f"{need}: {days}, done on {told.done_at:%-d %B %Y}; {by_file}."
