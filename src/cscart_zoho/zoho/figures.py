"""Amounts, texts, days and rows as Zoho writes them. Pure.

A figure may be a number, a number in text, or "" for none.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cscart_zoho.mapping.text import line
from cscart_zoho.order import NOTHING, plain

#: No figure of an order is as large.
_ABSURD = Decimal(10**15)


def figure(told: object) -> Decimal | None:
    """A figure; nothing is 0. None for what is no figure."""
    if told is None or told == "":
        return NOTHING
    try:
        number = Decimal(str(told)) if not isinstance(told, bool) else None
    except ArithmeticError:
        return None
    return number if number is not None and number.is_finite() and abs(number) < _ABSURD else None


def amount(told: object) -> Decimal:
    """A figure in its one spelling; what is no figure is 0."""
    return plain(figure(told) or NOTHING)


def line_of(told: object) -> str:
    """One line of text."""
    return line(told)


def day_of(told: object) -> str:
    """yyyy-mm-dd; a web hook tells midnight with it."""
    return line_of(told)[:10]


def rows_of(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The rows under a name, or none."""
    rows = told.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
