"""What each situation begins with."""

from collections.abc import Iterator

import pytest

from tests.situations.shop import Shop, opened


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    """A store and an organisation with nothing in them, not connected yet."""
    with opened(Shop()) as shop:
        yield shop
