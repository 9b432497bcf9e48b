"""What all tests may use."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with recordings and official descriptions, beside the checkout."""
    if not (SHARED / "recordings").is_dir():
        pytest.skip("the folder ../shared with recordings and API descriptions is not here")
    return SHARED
