"""What each situation begins with, and which of its cases belong to every change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pace import keep_first
from tests.situations.shop import Shop, opened

#: So many cases of each file are in `make test`; all others are in `make test-long`.
EVERY_CHANGE = 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    keep_first(items, EVERY_CHANGE, lambda path: path.parent == Path(__file__).parent)


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    """A store and an organisation with nothing in them, not connected yet."""
    with opened(Shop()) as shop:
        yield shop
