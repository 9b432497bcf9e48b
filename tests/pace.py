"""What of a long row of cases belongs to every change, and what to `make test-long`."""

from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

long = pytest.mark.long


def first(count: int, cases: Iterable[Any]) -> list[Any]:
    """The first cases belong to the gate, all others are long."""
    return [case if place < count else pytest.param(case, marks=long) for place, case in enumerate(cases)]


def keep_first(items: Iterable[pytest.Item], count: int, which: Callable[[Path], bool]) -> None:
    """Of each of these files so many cases belong to the gate: the first ones of its first tests. All others are long.

    For `pytest_collection_modifyitems`; in whatever order the tests will run, they are the same.
    """
    mine = [item for item in items if which(item.path) and isinstance(item, pytest.Function)]
    for _, cases in groupby(sorted(mine, key=_place), key=lambda item: item.path):
        ordered = list(cases)
        tests = {case.originalname: case for case in reversed(ordered)}
        firsts = [case for case in ordered if tests[case.originalname] is case]
        others = [case for case in ordered if tests[case.originalname] is not case]
        for case in [*firsts, *others][count:]:
            case.add_marker(long)


def _place(case: pytest.Function) -> tuple[Path, int, list[int]]:
    """Where it stands in its file."""
    indices = list(case.callspec.indices.values()) if hasattr(case, "callspec") else []
    return case.path, case.function.__code__.co_firstlineno, indices
