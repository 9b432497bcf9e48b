"""What each situation begins with, and which of its cases belong to every change."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from tests.pace import long
from tests.situations.shop import Shop, opened

#: So many cases of each file are in `make test`; all others are in `make test-long`.
EVERY_CHANGE = 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of each file the first case of its first tests, whatever order they are run in."""
    here = Path(__file__).parent
    situations = [item for item in items if item.path.parent == here and isinstance(item, pytest.Function)]
    for _, cases in groupby(sorted(situations, key=_place), key=lambda item: item.path):
        mine = list(cases)
        tests = {case.originalname: case for case in reversed(mine)}
        firsts = [case for case in mine if tests[case.originalname] is case]
        others = [case for case in mine if tests[case.originalname] is not case]
        for case in [*firsts, *others][EVERY_CHANGE:]:
            case.add_marker(long)


def _place(case: pytest.Function) -> tuple[Path, int, list[int]]:
    """Where it stands in its file."""
    indices = list(case.callspec.indices.values()) if hasattr(case, "callspec") else []
    return case.path, case.function.__code__.co_firstlineno, indices


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    """A store and an organisation with nothing in them, not connected yet."""
    with opened(Shop()) as shop:
        yield shop
