"""The judges of all requests that the test suite sends to Zoho, and the count of them."""

from collections.abc import Callable
from pathlib import Path

from cscart_zoho_sim.wire import Request, Response
from tests.contract.crm_spec import CrmValidator
from tests.contract.zoho_spec import SpecValidator

SPECS = Path(__file__).resolve().parent.parent.parent / "shared" / "specs"

#: Says something that is printed at the end of the whole test run.
Tell = Callable[[str], None]

#: Custom fields of CRM that tests have made: no description knows them.
CUSTOM_FIELDS: set[str] = set()

#: Zoho's product -> who judges requests to it. Empty where the official descriptions are not at hand.
JUDGES: dict[str, SpecValidator | CrmValidator] = (
    {"Inventory": SpecValidator(SPECS / "zoho-inventory"), "CRM": CrmValidator(SPECS / "zoho-crm", CUSTOM_FIELDS)}
    if SPECS.is_dir()
    else {}
)

#: What was found wrong since somebody looked last.
WRONG: list[str] = []


def witness(request: Request, response: Response) -> None:
    """Judge one request. What is wrong is told at the end of the test: inside a run it would be taken for a fault."""
    for judge in JUDGES.values():
        try:
            judge.check(request, response)
        except AssertionError as error:
            WRONG.append(str(error))
