"""One judge for all requests that the test suite sends to Zoho Inventory, and the count of them."""

from collections.abc import Callable
from pathlib import Path

from cscart_zoho_sim.wire import Request, Response
from tests.contract.zoho_spec import SpecValidator

SPECS = Path(__file__).resolve().parent.parent.parent / "shared" / "specs" / "zoho-inventory"

#: Says something that is printed at the end of the whole test run.
Tell = Callable[[str], None]

#: None where the official descriptions are not at hand.
JUDGE = SpecValidator(SPECS) if SPECS.is_dir() else None

#: What was found wrong since somebody looked last.
WRONG: list[str] = []


def witness(request: Request, response: Response) -> None:
    """Judge one request. What is wrong is told at the end of the test: inside a run it would be taken for a fault."""
    if JUDGE is None:
        return
    try:
        JUDGE.check(request, response)
    except AssertionError as error:
        WRONG.append(str(error))
