"""When something is told, and in which words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cscart_zoho.jobs.letters import (
    LONGEST_PAUSE,
    Told,
    at_once,
    digest,
    digest_is_due,
    last_hour,
    may_go_at_once,
    message,
    pause,
)

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
PANEL = "https://panel.example.com"


def told(key: str = "conflicts", text: str = "2 conflicts wait for your answer.", **more: object) -> Told:
    columns = {"address": "/conflicts/", "grave": False, "since": NOON - timedelta(hours=3)}
    return Told(key, text, **(columns | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "hour", "zone", "expected"),
    [
        ("2026-03-04T12:00", 8, UTC, "2026-03-04T08:00"),
        ("2026-03-04T07:59", 8, UTC, "2026-03-03T08:00"),
        ("2026-03-04T12:00", 8, KOLKATA, "2026-03-04T02:30"),
        ("2026-03-04T23:30", 0, BERLIN, "2026-03-04T23:00"),
        ("2026-03-29T06:00", 2, BERLIN, "2026-03-29T01:00"),  # 02:00 does not exist that day: it is 03:00
        ("2026-10-25T06:00", 2, BERLIN, "2026-10-25T00:00"),  # 02:00 comes twice: the first one
    ],
)
def test_the_hour_of_the_digest_is_one_of_the_organisation(now: str, hour: int, zone: ZoneInfo, expected: str) -> None:
    moment = datetime.fromisoformat(f"{now}+00:00")
    assert last_hour(moment, hour, zone).astimezone(UTC) == datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
@pytest.mark.parametrize("hour", range(24))
def test_there_is_one_digest_a_day_also_when_clocks_change(day: datetime, hour: int) -> None:
    last, served = day - timedelta(days=1, hours=1), []
    for minutes in range(0, 5 * 24 * 60, 5):
        now = day - timedelta(days=1) + timedelta(minutes=minutes)
        if digest_is_due(last, hour, BERLIN, now):
            last = now
            served.append(now.astimezone(BERLIN).date())
    assert len(served) == len(set(served))
    assert (max(served) - min(served)).days + 1 == len(served)


def test_the_first_digest_waits_for_its_hour() -> None:
    assert not digest_is_due(None, 8, UTC, NOON)
    assert not digest_is_due(NOON - timedelta(hours=1), 8, UTC, NOON)
    assert digest_is_due(NOON - timedelta(hours=5), 8, UTC, NOON)


def test_an_hour_lies_between_two_e_mails_and_a_clock_that_was_set_back_does_not_stop_them() -> None:
    assert may_go_at_once(None, NOON)
    assert not may_go_at_once(NOON - timedelta(minutes=59), NOON)
    assert may_go_at_once(NOON - timedelta(minutes=60), NOON)
    assert may_go_at_once(NOON + timedelta(days=400), NOON)


def test_pauses_grow_to_an_hour() -> None:
    minutes = [pause(n).total_seconds() / 60 for n in (1, 2, 3, 4, 5, 6, 7, 8)]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause(10_000) == LONGEST_PAUSE


def test_a_digest_says_what_is_new_what_is_still_open_and_what_is_over() -> None:
    notices = [
        told("zoho", "Zoho: The token was revoked.", address="/zoho/", grave=True),
        told(mailed=True),
        told("worker", "Run 7 waits.", over_at=NOON, grave=True, mailed=True),
    ]
    letter = digest("Example", notices, PANEL, BERLIN)
    assert letter.subject == "Example: 2 things need you"
    assert letter.body.splitlines() == [
        "CS-Cart and Zoho, Example",
        "",
        "New",
        "- Grave: Zoho: The token was revoked. (since 2026-03-04 10:00)",
        "  https://panel.example.com/zoho/",
        "",
        "Still open",
        "- 2 conflicts wait for your answer. (since 2026-03-04 10:00)",
        "  https://panel.example.com/conflicts/",
        "",
        "Over",
        "- Run 7 waits. (from 2026-03-04 10:00 until 2026-03-04 13:00)",
        "",
        "Who gets this, and when, is set here:",
        "https://panel.example.com/notices/",
    ]


def test_the_subject_counts_and_says_when_all_is_over() -> None:
    over = told(over_at=NOON, mailed=True)
    assert digest("Example", [told()], PANEL, UTC).subject == "Example: 1 thing needs you"
    assert digest("Example", [over], PANEL, UTC).subject == "Example: nothing needs you any more"
    assert at_once("Example", [told(), told("x")], PANEL, UTC).subject == (
        "Example: 2 conflicts wait for your answer. (and 1 more)"
    )


def test_what_a_remote_says_can_begin_neither_a_header_nor_a_line() -> None:
    forged = told(text="It said:\r\nBcc: everybody@example.com\u2028\x1b[31m" + "x" * 300)
    for letter in (at_once("Ex\nample", [forged], PANEL, UTC), digest("Ex\nample", [forged], PANEL, UTC)):
        assert letter.subject.isprintable()
        assert len(letter.subject) <= 110
        assert not any(line.startswith("Bcc") for line in letter.body.splitlines())


def test_a_message_has_the_fields_that_receivers_need() -> None:
    said = message("Example", told("zoho", "Zoho: The token was revoked.", address="/zoho/", grave=True), PANEL)
    assert said == {
        "text": "Example: Grave: Zoho: The token was revoked.\nhttps://panel.example.com/zoho/",
        "store": "Example",
        "key": "zoho",
        "address": "https://panel.example.com/zoho/",
        "grave": True,
        "since": "2026-03-04T09:00:00+00:00",
        "over_at": None,
    }
    assert str(message("Example", told(over_at=NOON), PANEL)["text"]).startswith("Example: Over: 2 conflicts")


def test_a_name_cannot_call_a_whole_channel() -> None:
    text = str(message("A & B", told(text="<!channel> <https://evil.example.com|look>"), PANEL)["text"])
    assert "<" not in text
    assert "A &amp; B" in text
