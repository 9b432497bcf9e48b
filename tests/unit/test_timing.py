"""When a schedule is due: a table of moments, and what must hold for any of them."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs import timing
from cscart_zoho.jobs.timing import CLOCK_SLACK, Quiet, Timing, coming, next_at

BERLIN = ZoneInfo("Europe/Berlin")  # clocks change on 2026-03-29 (02:00 to 03:00) and 2026-10-25 (03:00 to 02:00)
HOURLY = Timing(every=timedelta(hours=1))
NIGHT = Quiet(time(22), time(6))
TO_HALF_PAST_2 = Quiet(time(22), time(2, 30))
DAY = ("2026", "03", "04")


def utc(text: str) -> datetime:
    """ "12:30", "29 00:30", "10-25 00:30" or "2028-02-29 12:00", in UTC; what is left out is of 2026-03-04."""
    day, _, clock = text.rpartition(" ")
    year, month, number = [*DAY][: 3 - len(day.split("-"))] + day.split("-") if day else DAY
    return datetime.fromisoformat(f"{year}-{month}-{int(number):02} {clock}").replace(tzinfo=UTC)


def daily(at: str, zone: ZoneInfo = BERLIN, quiet: Quiet | None = None) -> Timing:
    hour, minute = at.split(":")
    return Timing(cron=f"{int(minute)} {int(hour)} * * *", zone=zone, quiet=quiet)


HALF_HOURS = Timing(cron="*/30 * * * *", zone=BERLIN)


def hourly(quiet: Quiet | None = NIGHT, zone: tzinfo = UTC) -> Timing:
    return Timing(every=timedelta(hours=1), quiet=quiet, zone=zone)


#: (what happens, timing, the last mark, now, the next run); the next run is now = it is due.
TABLE = [
    ("a slot that was not served is due", HOURLY, "11:59", "12:40", "12:40"),
    ("a slot that was served is not", HOURLY, "12:00", "12:40", "13:00"),
    ("a slot is due to the second", HOURLY, "12:00", "13:00", "13:00"),
    ("many missed slots are one run, now", HOURLY, "01:10", "12:40", "12:40"),
    ("a short interval", Timing(every=timedelta(seconds=6)), "12:00:01", "12:00:02", "12:00:06"),
    ("a long interval", Timing(every=timedelta(days=30)), "12:00", "12:01", "8 00:00"),
    ("a mark of a clock that was a little ahead counts", HOURLY, "12:44", "12:40", "13:00"),
    ("a mark of a clock that went wrong does not", HOURLY, "2027-03-04 12:00", "12:40", "12:40"),
    ("switched off", Timing(every=timedelta(hours=1), on=False), "01:00", "12:40", None),
    ("neither interval nor expression", Timing(), "01:00", "12:40", None),
    ("a night over midnight, in the evening", hourly(), "21:00", "22:30", "5 06:00"),
    ("a night over midnight, in the morning", hourly(), "3 21:00", "05:59:59", "06:00"),
    ("the last slot before the night", hourly(), "20:59", "21:59:59", "21:59:59"),
    ("a night's slots are one run, in the morning", hourly(), "3 21:00", "06:00", "06:00"),
    ("quiet hours within a day", hourly(Quiet(time(12), time(13, 30))), "11:30", "12:10", "13:30"),
    ("nearly always quiet", hourly(Quiet(time(6, 1), time(6))), "05:00", "07:00", "5 06:00"),
    ("an expression within quiet hours runs at their end", daily("03:00", quiet=NIGHT), "00:00", "00:30", "05:00"),
    ("quiet hours go by the zone", hourly(zone=BERLIN), "04:00", "04:30", "05:00"),
    ("an expression goes by the zone", daily("02:30"), "00:00", "00:30", "01:30"),
    ("an expression that was asked for", daily("02:30"), "01:30", "01:31", "5 01:30"),
    ("an expression that was missed for days", daily("02:30"), "1 10:00", "10:00", "10:00"),
    ("02:30 does not exist: right after the gap", daily("02:30"), "28 12:00", "28 13:00", "29 01:00"),
    ("... and the day after as always", daily("02:30"), "29 01:00", "29 01:01", "30 00:30"),
    ("02:30 exists twice: the first one", daily("02:30"), "10-24 12:00", "10-24 13:00", "10-25 00:30"),
    ("... and not the second one", daily("02:30"), "10-25 00:30", "10-25 01:00", "10-26 01:30"),
    ("... nor the first from within the second hour", daily("02:30"), "10-25 01:10", "10-25 01:11", "10-26 01:30"),
    ("stars go by real time over the gap", HALF_HOURS, "29 00:30", "29 00:31", "29 01:00"),
    ("stars run in both of two hours", HALF_HOURS, "10-25 00:30", "10-25 00:31", "10-25 01:00"),
    ("an interval does not care for clocks", hourly(None, BERLIN), "29 00:30", "29 00:31", "29 01:00"),
    ("quiet hours end in the gap", hourly(TO_HALF_PAST_2, BERLIN), "28 22:00", "28 23:00", "29 01:00"),
    (
        "quiet hours end at the second 02:30",
        hourly(TO_HALF_PAST_2, BERLIN),
        "10-24 21:00",
        "10-25 00:31",
        "10-25 01:30",
    ),
    ("an expression that never comes", Timing(cron="0 0 LW * */7"), "12:00", "12:40", None),
    ("an expression that cannot be read", Timing(cron="every hour"), "12:00", "12:40", None),
    ("the 29th of February", Timing(cron="0 12 29 2 *"), "12:00", "12:40", "2028-02-29 12:00"),
]


@pytest.mark.parametrize(("schedule", "mark", "now", "expected"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
def test_the_next_run_is_the_one_in_the_table(schedule: Timing, mark: str, now: str, expected: str | None) -> None:
    assert next_at(schedule, [utc(mark)], utc(now)) == (utc(expected) if expected else None)


def test_without_a_mark_it_is_due_at_once_but_not_in_quiet_hours() -> None:
    assert next_at(HOURLY, [], utc("12:34")) == utc("12:34")
    assert next_at(Timing(every=timedelta(hours=1), quiet=NIGHT), [], utc("23:00")) == utc("5 06:00")


def test_the_latest_mark_counts() -> None:
    assert next_at(HOURLY, [utc("10:00"), utc("12:10"), utc("11:00")], utc("12:20")) == utc("13:00")


def test_the_next_three_are_told() -> None:
    assert coming(daily("02:30"), [utc("12:00")], utc("12:00"), 3) == [
        utc("5 01:30"),
        utc("6 01:30"),
        utc("7 01:30"),
    ]
    assert coming(Timing(cron="0 0 LW * */7"), [utc("12:00")], utc("12:00"), 3) == []


zones = st.sampled_from([UTC, BERLIN, *map(ZoneInfo, ("America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata"))])
times = st.times().map(lambda each: each.replace(second=0, microsecond=0))
quiets = st.none() | st.builds(Quiet, times, times).filter(lambda quiet: quiet.begins != quiet.ends)
crons = st.tuples(
    st.sampled_from(["*", "*/7", "30", "5,35", "0-10"]),
    st.sampled_from(["*", "2", "*/5", "1-3", "23"]),
    st.sampled_from(["*", "1", "*/9", "29,30", "L"]),
    st.sampled_from(["*", "3", "10", "MAR-OCT"]),
    st.sampled_from(["*", "0", "1-5", "SUN", "5L", "2#1"]),
).map(" ".join)
intervals = st.integers(1, timing.LONGEST_MINUTES * 60).map(lambda seconds: timedelta(seconds=seconds))
timings = st.builds(Timing, every=intervals, cron=st.just("") | crons, quiet=quiets, zone=zones)


def moments_of(first: datetime, last: datetime) -> st.SearchStrategy[datetime]:
    span = (last - first) // timedelta(milliseconds=1)
    return st.integers(0, span).map(lambda ahead: first + timedelta(milliseconds=ahead))


#: Around both changes of the clocks, and anywhere in a few years.
moments = st.one_of(
    moments_of(utc("28 00:00"), utc("30 00:00")),
    moments_of(utc("10-24 00:00"), utc("10-26 00:00")),
    moments_of(utc("2024-01-01 00:00"), utc("2028-01-01 00:00")),
)


def is_quiet(schedule: Timing, moment: datetime) -> bool:
    """Whether a clock on the wall shows a quiet time; written apart from the code under test."""
    if schedule.quiet is None:
        return False
    wall = moment.astimezone(schedule.zone).time()
    begins, ends = schedule.quiet.begins, schedule.quiet.ends
    return begins <= wall < ends if begins < ends else wall >= begins or wall < ends


@given(timings, moments, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_the_next_run_lies_ahead_and_never_in_quiet_hours(schedule: Timing, now: datetime, ago: timedelta) -> None:
    at = next_at(schedule, [now - ago], now)
    if at is not None:
        assert at >= now
        assert not is_quiet(schedule, at)


@given(timings, moments)
def test_what_was_asked_for_just_now_is_not_due(schedule: Timing, now: datetime) -> None:
    at = next_at(schedule, [now], now)
    assert at is None or at > now


@given(timings, moments, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_however_many_were_missed_one_is_made_up_for(schedule: Timing, now: datetime, ago: timedelta) -> None:
    if next_at(schedule, [now - ago], now) == now:
        after = next_at(schedule, [now - ago, now], now)
        assert after is None or after > now


@given(timings, moments, st.timedeltas(timedelta(0), timedelta(days=2)), st.timedeltas(timedelta(0), timedelta(days=2)))
def test_waiting_changes_nothing_about_what_comes(
    schedule: Timing, mark: datetime, first: timedelta, then: timedelta
) -> None:
    """Looked at later, the next run is the same, or due by now, or put off by quiet hours."""
    early, late = (next_at(schedule, [mark], mark + ahead) for ahead in sorted((first, then)))
    assert (early is None) == (late is None)
    if early is not None and late is not None:
        assert late >= early
        assert late == timing.after_quiet(schedule, max(early, mark + max(first, then)))


@given(timings, moments, st.timedeltas(CLOCK_SLACK + timedelta(seconds=1), timedelta(days=400)))
def test_a_clock_that_was_wrong_does_not_silence_a_schedule(schedule: Timing, now: datetime, ahead: timedelta) -> None:
    assert next_at(schedule, [now - timedelta(days=1), now + ahead], now) == next_at(
        schedule, [now - timedelta(days=1)], now
    )


@given(timings, moments)
def test_those_that_come_are_in_order_and_without_repetition(schedule: Timing, now: datetime) -> None:
    found = coming(schedule, [now], now, 4)
    assert found == sorted(set(found))


@given(crons)
def test_an_expression_that_is_taken_has_a_meaning_in_words(cron: str) -> None:
    assert len(timing.meaning(timing.read_cron(cron))) > 8


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "is no cron expression"),
        ("hourly", "is no cron expression"),
        ("@hourly", "is no cron expression"),
        ("* * * *", "is no cron expression"),
        ("0 * * * * *", "is no cron expression"),
        ("* " * 60, "is no cron expression"),
        ("60 * * * *", "The minute in"),
        ("0 24 * * *", "The hour in"),
        ("0 0 0 * *", "The day of the month in"),
        ("0 0 31 2 *", "The day of the month in"),
        ("0 0 * 13 *", "The month in"),
        ("0 0 * * 8", "The day of the week in"),
        ("*/0 * * * *", "The minute in"),
        ("\uff11 * * * *", "The minute in"),
        ("0 0 LW * */7", "never comes"),
    ],
)
def test_an_expression_that_cannot_be_used_is_refused_with_words(given: str, words: str) -> None:
    with pytest.raises(WrongSetting, match=words) as refused:
        timing.read_cron(given)
    assert refused.value.advice


def test_what_is_written_is_read() -> None:
    assert timing.read_cron("  30  2 * *  MON-FRI ") == "30 2 * * MON-FRI"
    assert timing.read_minutes(" 30 ") == 30
    assert timing.read_quiet_span("22:00-06:00") == NIGHT
    assert timing.read_quiet_span("") is timing.read_quiet(" ", "") is None
    assert str(NIGHT) == "22:00-06:00"


@pytest.mark.parametrize("given", ["", "0", "-5", "1.5", "often", "43201", "9" * 40, "\u0661"])
def test_an_interval_that_cannot_be_used_is_refused_with_words(given: str) -> None:
    with pytest.raises(WrongSetting, match="is no interval"):
        timing.read_minutes(given)


@pytest.mark.parametrize(
    "given", ["22:00", "night", "22:00-", "-06:00", "25:00-06:00", "22-6", "22:00-22:00", "1:2:3-4"]
)
def test_quiet_hours_that_cannot_be_used_are_refused_with_words(given: str) -> None:
    with pytest.raises(WrongSetting):
        timing.read_quiet_span(given)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (HOURLY, "every hour"),
        (Timing(every=timedelta(minutes=90)), "every 90 minutes"),
        (Timing(every=timedelta(days=30)), "every 30 days"),
        (Timing(every=timedelta(seconds=6)), "every 6 seconds"),
        (Timing(every=timedelta(seconds=1.2)), "every 1.2 seconds"),
        (Timing(cron="30 2 * * *"), "at 02:30 every day"),
        (Timing(cron="every hour"), '"every hour", which cannot be read'),
        (Timing(every=timedelta(hours=2), quiet=NIGHT), "every 2 hours, not between 22:00 and 06:00"),
        (Timing(every=timedelta(hours=2), on=False), "off"),
        (Timing(), "off"),
    ],
)
def test_a_schedule_is_told_in_words(schedule: Timing, words: str) -> None:
    assert timing.in_words(schedule) == words
