"""When something is told and in which words: the e-mail, and the message for a web hook. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

#: E-mails about grave things go out no closer than this; what comes in between waits and goes together.
AT_ONCE_EVERY = timedelta(hours=1)
#: Something is over when it has stayed away for so long. Until then it may come back as the same notice.
STEADY = timedelta(hours=1)
#: The pause after a failure doubles from the first to the longest.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
#: A subject is no longer than this.
SUBJECT = 110


@dataclass(frozen=True)
class Told:
    """A notice, as it is told."""

    key: str
    text: str
    address: str
    grave: bool
    since: datetime
    over_at: datetime | None = None
    #: It has been in an e-mail before.
    mailed: bool = False


@dataclass(frozen=True)
class Letter:
    """An e-mail: which notices are in it, and its words."""

    subject: str
    body: str
    notices: Sequence[Told] = field(default=())


def last_hour(now: datetime, hour: int, zone: tzinfo) -> datetime:
    """The last moment at which clocks of this zone showed that full hour.

    An hour that a day does not have is the one after it; of one that it has twice, the first counts.
    """
    local = now.astimezone(zone)
    for days in (0, 1):
        day = local.date() - timedelta(days=days)
        moment = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
        if moment.timestamp() <= now.timestamp():
            return moment
    raise AssertionError("yesterday had that hour")


def digest_is_due(last: datetime | None, hour: int, zone: tzinfo, now: datetime) -> bool:
    """Whether the hour of the digest has come since the last one; the first one comes with the next such hour."""
    return last is not None and last < last_hour(now, hour, zone)


def may_go_at_once(last_mail: datetime | None, now: datetime) -> bool:
    """Whether an e-mail outside the digest may go out now."""
    return last_mail is None or not now - AT_ONCE_EVERY < last_mail <= now


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row, 1 or more."""
    doubled: int = 2 ** min(failures - 1, 10)
    return min(LONGEST_PAUSE, FIRST_PAUSE * doubled)


def printable(text: str) -> str:
    """One line without control characters: nothing that a remote has said begins a header or a line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def digest(store: str, notices: Sequence[Told], panel: str, zone: tzinfo) -> Letter:
    """Everything that is open, and what is over since the last e-mail."""
    new = [n for n in notices if n.over_at is None and not n.mailed]
    still = [n for n in notices if n.over_at is None and n.mailed]
    over = [n for n in notices if n.over_at is not None]
    number = len(new) + len(still)
    things = "1 thing needs" if number == 1 else f"{number} things need"
    need = f"{things} you" if number else "nothing needs you any more"
    groups = [("New", new), ("Still open", still), ("Over", over)]
    return Letter(_subject(store, need), _body(store, groups, panel, zone), notices)


def at_once(store: str, notices: Sequence[Told], panel: str, zone: tzinfo) -> Letter:
    """What is grave and new."""
    first, *others = notices
    said = printable(first.text) + (f" (and {len(others)} more)" if others else "")
    return Letter(_subject(store, said), _body(store, [("Needs you now", notices)], panel, zone), notices)


def trial_letter(store: str, panel: str) -> Letter:
    """What the button sends."""
    body = f"This is a test of the notices of {printable(store)}. They reach you.\n\n{panel}/notices/\n"
    return Letter(_subject(store, "a test of the notices"), body)


def _subject(store: str, said: str) -> str:
    subject = f"{printable(store)}: {said}"
    return subject if len(subject) <= SUBJECT else subject[: SUBJECT - 1].rstrip() + "…"


def _body(store: str, groups: Sequence[tuple[str, Sequence[Told]]], panel: str, zone: tzinfo) -> str:
    lines = [f"CS-Cart and Zoho, {printable(store)}"]
    for title, notices in groups:
        if notices:
            lines += ["", title, *(line for notice in notices for line in _entry(notice, panel, zone))]
    lines += ["", "Who gets this, and when, is set here:", f"{panel}/notices/", ""]
    return "\n".join(lines)


def _entry(notice: Told, panel: str, zone: tzinfo) -> list[str]:
    grave = "Grave: " if notice.grave and notice.over_at is None else ""
    began = _clock(notice.since, zone)
    span = f"since {began}" if notice.over_at is None else f"from {began} until {_clock(notice.over_at, zone)}"
    where = [f"  {panel}{notice.address}"] if notice.over_at is None else []
    return [f"- {grave}{printable(notice.text)} ({span})", *where]


def _clock(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def message(store: str, notice: Told, panel: str) -> dict[str, object]:
    """The JSON object for a web hook. `text` is what chat programs show.

    In `text` the three signs that such programs take for markup are written as
    they ask for: a record's name must not call a whole channel.
    """
    address = f"{panel}{notice.address}"
    said = f"{'Over: ' if notice.over_at else 'Grave: ' if notice.grave else ''}{printable(notice.text)}"
    text = f"{printable(store)}: {said}"
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, written)
    return {
        "text": f"{text}\n{address}",
        "store": store,
        "key": notice.key,
        "address": address,
        "grave": notice.grave,
        "since": notice.since.isoformat(),
        "over_at": notice.over_at.isoformat() if notice.over_at else None,
    }
