"""When a schedule is due. Pure: values in, a moment out.

A schedule is a row of moments: the whole multiples of its interval since the epoch
(with 60 minutes: every full hour, UTC), or what its cron expression names in the
time zone of the Zoho organisation. What was asked for serves every moment up to
then, so that moments missed while nothing ran are one run. Moments in quiet hours
are made up for at their end, by one run.

Where clocks change, an expression with a fixed hour does as Debian's cron does: a
time that does not exist that day is the first one after the gap, and one that
exists twice counts once, the first time. Expressions with stars go by real time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from cronsim import CronSim, CronSimError

from cscart_zoho.errors import WrongSetting

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: A mark that lies further ahead than this was made by a clock that went wrong, and is not believed.
CLOCK_SLACK = timedelta(minutes=5)
LONGEST_MINUTES = 30 * 24 * 60
LONGEST_CRON = 100
#: What cronsim calls the parts of an expression, what people call them, and what they may be.
CRON_FIELDS = {
    "minute": ("minute", "It goes from 0 to 59"),
    "hour": ("hour", "It goes from 0 to 23"),
    "day-of-month": ("day of the month", "It goes from 1 to 31 and has to come in a month that is named"),
    "month": ("month", "It goes from 1 to 12, or from JAN to DEC"),
    "day-of-week": ("day of the week", "It goes from 0 to 7 (0 and 7 are Sunday), or from SUN to SAT"),
}


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing starts by itself; from 22:00 until 06:00 is a night."""

    begins: time
    ends: time

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


@dataclass(frozen=True)
class Timing:
    """How often something starts by itself: an expression where there is one, else the interval; None = never."""

    every: timedelta | None = None
    cron: str = ""
    quiet: Quiet | None = None
    zone: tzinfo = UTC
    on: bool = True


def next_at(timing: Timing, marks: Iterable[datetime], now: datetime) -> datetime | None:
    """The moment of the next run, `now` when it is due, None when there is none.

    `marks` are moments up to which nothing is left to do: the last request, the last change of the schedule.
    Without any, something is due at once.
    """
    if not timing.on or (timing.every is None and not timing.cron):
        return None
    believed = [mark for mark in marks if mark <= now + CLOCK_SLACK]
    moment = moment_after(timing, max(believed)) if believed else now
    return None if moment is None else after_quiet(timing, max(moment, now))


def coming(timing: Timing, marks: Iterable[datetime], now: datetime, number: int) -> list[datetime]:
    """The next runs, as many as there are of `number`, if each is asked for at its moment."""
    found: list[datetime] = []
    at = next_at(timing, marks, now)
    while at is not None and len(found) < number:
        found.append(at)
        at = next_at(timing, [at], at)
    return found


def moment_after(timing: Timing, moment: datetime) -> datetime | None:
    """The first moment of the schedule after `moment`, quiet hours left aside; None when it never comes."""
    if timing.cron:
        return _named_after(timing, moment)
    if timing.every is None:
        return None
    return slot_start(moment, timing.every) + timing.every


def _named_after(timing: Timing, moment: datetime) -> datetime | None:
    """An expression that nobody could have saved here never comes, rather than ending the schedule of all."""
    try:
        named = (each.astimezone(UTC) for each in CronSim(timing.cron, moment.astimezone(timing.zone)))
    except CronSimError:
        return None
    # In the hour that exists twice cronsim may name a time of its first half from within the second.
    return next((each for each in named if each > moment), None)


def slot_start(now: datetime, interval: timedelta) -> datetime:
    """The beginning of the slot that `now` is in."""
    return EPOCH + (now - EPOCH) // interval * interval


# Quiet hours


def after_quiet(timing: Timing, moment: datetime) -> datetime:
    """`moment`, or the end of the quiet hours that it lies in."""
    while timing.quiet is not None:
        end = _end_of_quiet(timing.quiet, timing.zone, moment)
        if end is None:
            break
        moment = end
    return moment


def _end_of_quiet(quiet: Quiet, zone: tzinfo, moment: datetime) -> datetime | None:
    today = moment.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        last = day if quiet.begins < quiet.ends else day + timedelta(days=1)
        # Of an hour that exists twice the first counts as the beginning and the second as the end.
        begins = _instant(datetime.combine(day, quiet.begins), zone, fold=0)
        ends = _instant(datetime.combine(last, quiet.ends), zone, fold=1)
        if begins <= moment < ends:
            return ends
    return None


def _instant(wall: datetime, zone: tzinfo, *, fold: int) -> datetime:
    """The moment at which a clock on the wall shows this; the first one after it where no clock ever does."""
    while True:
        moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wall:
            return moment
        wall += timedelta(minutes=1)


# What people write


def read_minutes(given: str) -> int:
    """An interval in whole minutes. Raises `WrongSetting`."""
    text = given.strip()
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= LONGEST_MINUTES):
        raise WrongSetting(
            f'"{given}" is no interval.', advice=f"Write whole minutes from 1 to {LONGEST_MINUTES:,} (30 days)."
        )
    return int(text)


def read_cron(given: str) -> str:
    """A cron expression that can be used. Raises `WrongSetting` that says which part is wrong."""
    text = " ".join(given.split())
    parts = text.split()
    if len(parts) != 5 or len(text) > LONGEST_CRON:
        raise WrongSetting(
            f'"{given[:LONGEST_CRON]}" is no cron expression.',
            advice="Write five parts as in a crontab: minute, hour, day of the month, month, day of the week. "
            "30 2 * * * is every day at 02:30.",
        )
    try:
        first = next(CronSim(text, EPOCH), None)
    except CronSimError as error:
        name, fits = CRON_FIELDS.get(str(error).removeprefix("Bad "), ("whole", "It has five parts"))
        raise WrongSetting(f'The {name} in "{text}" does not fit.', advice=f"{fits}.") from error
    if first is None:
        raise WrongSetting(f'"{text}" names a moment that never comes.', advice="Choose days that can meet.")
    return text


def read_quiet(begins: str, ends: str) -> Quiet | None:
    """Quiet hours from two times of day; none when both are empty. Raises `WrongSetting`."""
    if not begins.strip() and not ends.strip():
        return None
    times = [_read_time(given) for given in (begins, ends)]
    if times[0] == times[1]:
        raise WrongSetting(
            "The quiet hours begin and end at the same time.",
            advice="Give them an end, leave both empty, or switch the schedule off.",
        )
    return Quiet(*times)


def read_quiet_span(given: str) -> Quiet | None:
    """The same from one text, such as 22:00-06:00; an empty one is no quiet hours."""
    if not given.strip():
        return None
    begins, dash, ends = given.partition("-")
    if not dash:
        raise WrongSetting(f'"{given}" are no quiet hours.', advice="Write them like 22:00-06:00.")
    return read_quiet(begins, ends)


def _read_time(given: str) -> time:
    try:
        hour, minute = (int(part) for part in given.strip().split(":") if part.isascii() and part.isdecimal())
        return time(hour, minute)
    except ValueError as error:
        said = f'"{given.strip()}" is no time of day.' if given.strip() else "One end of the quiet hours is missing."
        raise WrongSetting(said, advice="Write hours and minutes, such as 22:00.") from error


# What people read


def in_words(timing: Timing) -> str:
    """Such as "every 30 minutes, not between 22:00 and 06:00"."""
    if not timing.on or (timing.every is None and not timing.cron):
        return "off"
    said = meaning(timing.cron) if timing.cron else span(timing.every or timedelta())
    quiet = f", not between {timing.quiet.begins:%H:%M} and {timing.quiet.ends:%H:%M}" if timing.quiet else ""
    return said + quiet


def meaning(cron: str) -> str:
    """A cron expression in words."""
    try:
        said: str = CronSim(cron, EPOCH).explain()
    except CronSimError:
        return f'"{cron}", which cannot be read'
    return said[:1].lower() + said[1:]


def span(every: timedelta) -> str:
    """An interval in words: "every hour", "every 90 minutes", "every 6 seconds"."""
    for unit, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        number, rest = divmod(every.total_seconds(), unit)
        if number and not rest:
            return f"every {name}" if number == 1 else f"every {number:,.0f} {name}s"
    return f"every {every.total_seconds():g} seconds"
