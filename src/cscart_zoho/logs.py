"""What a line of the log looks like, what it carries, and what never stands in one.

Every line of a run carries the run, its store and the kind of record, and where
it is about certain records their ids too: `about` says so for everything that is
logged inside its block. Lines are text for people or JSON for machines; in both,
secrets are struck out, times are in UTC, and what a remote has said cannot begin
a line of its own (OWASP ASVS 5.0, 16.2.2, 16.2.5 and 16.4.1).
"""

import contextvars
import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from cscart_zoho.http import redact

# What lines are about

_about: contextvars.ContextVar[Mapping[str, Any] | None] = contextvars.ContextVar("about", default=None)
#: A write that is about more records names so many of them.
NAMED = 10


@contextmanager
def about(**facts: Any) -> Iterator[None]:
    """Every line that is logged in the block carries these facts; empty ones are left out."""
    told = {name: value for name, value in facts.items() if value not in (None, "", ())}
    before = _about.set({**(_about.get() or {}), **told})
    try:
        yield
    finally:
        _about.reset(before)


def ids(of: Sequence[str]) -> str:
    """Ids of records for `about`: all of a few, the first ones of many."""
    known = [id for id in of if id]
    more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
    return ",".join(known[:NAMED]) + more


# What never stands in a line

#: Shorter ones would be found in ordinary words.
SHORTEST = 6
#: So many are remembered besides those of the process: more than its connections and their tokens of a month.
REMEMBERED = 1000

_always: dict[str, None] = {}
_remembered: dict[str, None] = {}


def keep_out(secret: str, *, always: bool = False) -> None:
    """Strike this secret out of every line from now on. Those of the process itself stay `always`."""
    if len(secret) < SHORTEST:
        return
    for form in {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}:
        if always:
            _always[form] = None
        else:
            _remembered.pop(form, None)
            _remembered[form] = None
    while len(_remembered) > REMEMBERED:
        _remembered.pop(next(iter(_remembered)), None)


#: What looks like a secret is struck out too, for those that this process has never held.
_LOOKS = (
    (re.compile(r"\b1000\.[0-9a-f]{32}\.[0-9a-f]{32}\b"), "***"),  # a token or a code of Zoho
    (re.compile(r"(?i)\b(bearer|basic|zoho-oauthtoken)\s+[\w.~+/=-]{8,}"), r"\1 ***"),
    (
        re.compile(
            r"(?i)\b((?:access_|refresh_)?token|client_secret|api_key|password|secret)"
            r"""(=|["']\s*:\s*["'])[^\s"'&,}]{6,}"""
        ),
        r"\1\2***",
    ),
)
#: Addresses with a secret in them reach the log when they are wrong or refused (Django logs the path).
_LONG_PART = re.compile(r"(?<=/)[^/\s?]{16,}")
_QUERY = re.compile(r"\?\S+")


def struck_out(text: str) -> str:
    """The text without secrets, the longest first, because one may be part of another."""
    text = redact(text, [*_always, *_remembered])
    for looks, instead in _LOOKS:
        text = looks.sub(instead, text)
    return text


def one_line(text: str) -> str:
    """The text with line breaks, escape codes and other control characters made visible."""
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def _message(record: logging.LogRecord) -> str:
    said = record.getMessage()
    if record.name.startswith("django"):
        said = _QUERY.sub("?***", _LONG_PART.sub("***", said))
    return struck_out(said)


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    """What the line is about: said by `about`, and by `extra` of the call itself."""
    extra = {name: value for name, value in record.__dict__.items() if name not in RESERVED_ATTRS and name[0] != "_"}
    told = {**(_about.get() or {}), **extra}
    return {name: _fact(value) for name, value in told.items() if isinstance(value, str | int | float | dict)}


def _fact(value: Any) -> Any:
    """A fact, or figures by their names."""
    if isinstance(value, dict):
        return {str(name): figure for name, figure in value.items() if isinstance(figure, int)}
    return struck_out(value) if isinstance(value, str) else value


def _flat(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in facts.items():
        yield from ((f"{name}.{key}", n) for key, n in value.items()) if isinstance(value, dict) else [(name, value)]


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# The two forms


class TextLines(logging.Formatter):
    """Lines for people: the moment, how grave, who, what - and in brackets what it is about.

    The lines of a traceback are indented, so that none of them can pass for a line of the log.
    """

    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{name}={one_line(str(value))}" for name, value in _flat(_facts(record)))
        line = f"{_time(record)} {record.levelname} {record.name}: {one_line(_message(record))}"
        return line + (f" [{facts}]" if facts else "") + "".join(self._below(record))

    def _below(self, record: logging.LogRecord) -> Iterator[str]:
        error = self.formatException(record.exc_info) if record.exc_info else ""
        for text in (error, record.stack_info or ""):
            for line in struck_out(text).split("\n") if text else ():
                yield f"\n    {one_line(line)}"


class JsonLines(JsonFormatter):
    """One JSON object a line for machines: `time`, `level`, `logger`, `message`, what it is about, and `exc_info`."""

    def __init__(self) -> None:
        super().__init__([])

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data |= {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **_facts(record),
            **{name: struck_out(str(value)) for name, value in message_dict.items()},
        }
