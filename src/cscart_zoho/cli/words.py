"""How the command line speaks: lines for people on standard output, one JSON object for programs."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

_NUMBER = re.compile(r"-?[0-9][0-9,]*(\.[0-9]+)?")


def say(line: str = "") -> None:
    """One line for a person."""
    print(line, flush=True)


def complain(line: str) -> None:
    """One line about what went wrong."""
    print(line, file=sys.stderr, flush=True)


def answer_json(answer: dict[str, Any]) -> None:
    """The one JSON object that ends the output of a command with `--json`."""
    print(json.dumps(answer, ensure_ascii=False, default=_plain), flush=True)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def table(rows: Iterable[Sequence[object]], *, head: Sequence[str] = ()) -> str:
    """Rows in aligned columns; numbers stand right, the last column runs free."""
    cells = [[_cell(value) for value in row] for row in rows]
    everything = [list(head), *cells] if head else cells
    if not everything:
        return ""
    widths = [max(len(row[i]) for row in everything) for i in range(len(everything[0]))]
    right = [bool(cells) and all(_is_number(row[i]) for row in cells) for i in range(len(widths))]
    return "\n".join(_line(row, widths, right) for row in everything)


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = [
        cell.rjust(width) if to_the_right else cell.ljust(width)
        for cell, width, to_the_right in zip(row, widths, right, strict=True)
    ]
    return "  ".join(parts).rstrip()


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return " ".join(str(value).split())


def _is_number(cell: str) -> bool:
    return cell in ("-", "") or _NUMBER.fullmatch(cell) is not None


def duration(seconds: float) -> str:
    """A time span as people say it: `42 s`, `3 min 5 s`, `2 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
