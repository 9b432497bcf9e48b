"""What CS-Cart does to the values it is given, without a word.

Every rule was seen on a running 4.20 store (PHP 8.2, MariaDB 10.11) unless it
says otherwise: text is read as PHP reads numbers, columns clamp and cut.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

AMOUNT_LIMIT = 8_388_607
"""`amount` is a signed mediumint."""

_NUMBER = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,6})?)")
_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")
_TAGS = re.compile(r"<(?=\S)[^>]*(?:>|$)")


_keeps_four_bytes: ContextVar[bool] = ContextVar("keeps_four_bytes", default=False)


@contextmanager
def of_store(*, keeps_four_bytes: bool) -> Iterator[None]:
    """While it lasts, texts are those of a store whose database keeps characters of four bytes, or does not."""
    before = _keeps_four_bytes.set(keeps_four_bytes)
    try:
        yield
    finally:
        _keeps_four_bytes.reset(before)


def number(value: Any) -> Decimal:
    """The number a value starts with; 0 when it starts with none ("1,50" -> 1, "abc" -> 0)."""
    if isinstance(value, bool):
        return Decimal(int(value))
    if not isinstance(value, (int, float, Decimal, str)):
        return Decimal(0)
    found = _NUMBER.match(str(value))
    if found is None:
        return Decimal(0)
    read = Decimal(found.group(1))
    if read and read.adjusted() >= 20:  # far beyond every column, and beyond what Decimal rounds exactly
        return Decimal(10) ** 20 * (1 if read > 0 else -1)
    return read


def amount(value: Any) -> str:
    """Stock: rounded to a whole number, clamped to a mediumint; below zero stays below zero."""
    whole = int(number(value).quantize(Decimal(1), ROUND_HALF_UP))
    return str(max(-AMOUNT_LIMIT - 1, min(AMOUNT_LIMIT, whole)))


def decimal(value: Any, places: int, digits: int = 12) -> str:
    """A decimal column: rounded, clamped to its digits."""
    limit = Decimal(10) ** (digits - places) - Decimal(1).scaleb(-places)
    clamped = max(-limit, min(limit, number(value)))
    return str(clamped.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def price(value: Any) -> str:
    """The price loses its sign: -5 -> 5.00."""
    return decimal(abs(number(value)), 2)


def whole(value: Any, limit: int = 2**32 - 1) -> str:
    """An unsigned integer column."""
    return str(max(0, min(limit, int(number(value)))))


def text(value: Any, length: int | None = None) -> str:
    """Text in a column: each character beyond the basic plane becomes "????" where none are kept, the rest is cut."""
    if isinstance(value, bool):
        value = "1" if value else ""
    plain = "" if value is None or isinstance(value, (dict, list)) else str(value)
    if not plain.isascii() and not _keeps_four_bytes.get():
        plain = _FOUR_BYTES.sub("????", plain)
    return plain if length is None else plain[:length]


def without_tags(value: Any, length: int | None = None) -> str:
    """Text whose tags are stripped; an open "<" takes all the rest along ("A<5" -> "A"; read in the code)."""
    return text(_TAGS.sub("", text(value)), length)


def ids(value: Any) -> list[int]:
    """A list of ids from an array, an object's values or comma separated text; what is no id is dropped."""
    parts = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(parts, list):
        parts = str(parts if parts is not None else "").split(",")
    found = [int(number(part)) for part in parts]
    return list(dict.fromkeys(each for each in found if each > 0))
