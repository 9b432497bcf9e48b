"""Days as a CS-Cart store keeps them: the second at which the day begins in the store's time zone. Pure.

A calendar of the store's pages makes that second of a typed day, and pages show the day that a second falls on (read
in the code: `fn_parse_date`). East of Greenwich it lies on the day before, as UTC counts.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cscart_zoho.errors import Unfit

_FIRST, _DAY_S = date(1970, 1, 1), 86_400
#: Where the store's zone is not known: ten o'clock in UTC is on the same day from Hawaii (-10) to Tonga (+13), and
#: from thirteen hours before a day of UTC on it is midnight of that day somewhere between them.
_TEN_S, _AHEAD_S = 10 * 3_600, 13 * 3_600


def day_of(seconds: int, zone: ZoneInfo | None) -> str:
    """The day that a store shows for the second at which one begins there."""
    if zone is None:
        return (_FIRST + timedelta(days=(seconds + _AHEAD_S) // _DAY_S)).isoformat()
    return day_of_moment(seconds, zone)


def day_of_moment(seconds: int, zone: ZoneInfo | None) -> str:
    """The day on which something happened, such as a registration; as UTC counts where the zone is not known."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return moment.astimezone(zone or UTC).date().isoformat()


def seconds_of(day: str, zone: ZoneInfo | None, *, field: str = "") -> int:
    """The second at which a day begins in the store; never 0, which is nothing to it.

    Raises `Unfit` for a day that its calendar does not have, such as one that islands by the date line have skipped.
    """
    if zone is None:
        return (date.fromisoformat(day) - _FIRST).days * _DAY_S + _TEN_S
    seconds = _midnight(date.fromisoformat(day), zone) or 1
    try:
        kept = day_of(seconds, zone)
    except OverflowError:  # the first day of the year 1, which programs write for "no date"
        raise Unfit(f"The store keeps no day like {day}.", field=field) from None
    if kept != day:
        raise Unfit(f"There was no {day} in the store's time zone ({zone.key}).", field=field)
    return seconds


def begins_at_zero(day: str, zone: ZoneInfo | None) -> bool:
    """Whether this day begins at 0 in the store, so that a 0 of it may mean this day, or none."""
    return zone is not None and day == _FIRST.isoformat() and _midnight(_FIRST, zone) == 0


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time.min, zone).timestamp())
