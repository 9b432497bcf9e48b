"""What all tests may use."""

from pathlib import Path

import pytest
from hypothesis import settings

#: No test depends on how quick the machine is. `pytest --hypothesis-profile=night` looks longer.
settings.register_profile("change", deadline=None)
settings.register_profile("night", deadline=None, max_examples=5_000)
settings.load_profile("change")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with recordings and official descriptions, beside the checkout."""
    if not (SHARED / "recordings").is_dir():
        pytest.skip("the folder ../shared with recordings and API descriptions is not here")
    return SHARED
