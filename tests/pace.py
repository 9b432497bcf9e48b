"""What of a long row of cases belongs to every change, and what to `make test-long`."""

from collections.abc import Iterable
from typing import Any

import pytest

long = pytest.mark.long


def first(count: int, cases: Iterable[Any]) -> list[Any]:
    """The first cases belong to the gate, all others are long."""
    return [case if place < count else pytest.param(case, marks=long) for place, case in enumerate(cases)]
