"""What all tests may use."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from cscart_zoho_sim.transport import SimTransport
from tests.judged import JUDGES, WRONG, witness
from tests.postgresql import cluster

__all__ = ["cluster"]

SimTransport.witnesses.append(witness)

#: No test depends on how quick the machine is. `pytest --hypothesis-profile=night` looks longer.
settings.register_profile("change", deadline=None)
settings.register_profile("night", deadline=None, max_examples=5_000)
settings.load_profile("change")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def _requests_are_what_zoho_describes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each request to a simulated Zoho is held against the official description, wherever it is sent."""
    WRONG.clear()
    yield
    if request.node.get_closest_marker("odd_requests") is None:
        assert not WRONG, "Zoho's description does not allow: " + "; ".join(WRONG[:5])


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say something that is printed at the end of the whole test run."""

    def keep(words: str) -> None:
        request.node.user_properties.append(("told", words))

    return keep


def pytest_collection_finish() -> None:
    """What has been imported and collected stays to the end: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["judged"] = {product: judge.checked for product, judge in JUDGES.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of a parallel run has ended: its counts are added to ours."""
    for product, checked in getattr(node, "workeroutput", {}).get("judged", {}).items():
        JUDGES[product].checked += checked


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, words in report.user_properties if report.when == "call" else ():
            if name == "told":
                terminalreporter.write_line(words)
    for product, judge in JUDGES.items():
        terminalreporter.write_line(f"{judge.checked:,} requests to Zoho {product} were held against its description")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with recordings and official descriptions, beside the checkout."""
    if not (SHARED / "recordings").is_dir():
        pytest.skip("the folder ../shared with recordings and API descriptions is not here")
    return SHARED
