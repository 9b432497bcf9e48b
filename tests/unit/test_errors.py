"""The tree of errors, as it is drawn and as it is."""

import inspect
import re

import pytest

from cscart_zoho import errors
from cscart_zoho.errors import Braked, ConnectorError, Refused, Throttled, Unfit

TREE = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, ConnectorError) and kind.__module__ == errors.__name__
}


def drawn() -> dict[str, str]:
    """Each error of the drawing with the one it hangs on, read by its column."""
    above: list[tuple[int, str]] = []
    tree: dict[str, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^    ([│├└─ ]*)([A-Z][A-Za-z]+)\b", line)
        if not found or (not found[1] and above):
            continue
        column = len(found[1])
        above = [known for known in above if known[0] < column]
        tree[found[2]] = above[-1][1] if above else "Exception"
        above.append((column, found[2]))
    return tree


def test_the_drawing_at_the_top_shows_every_error_where_it_hangs() -> None:
    assert drawn() == {name: kind.__bases__[0].__name__ for name, kind in TREE.items()}


def test_every_error_hangs_on_one_other_only() -> None:
    assert all(len(kind.__bases__) == 1 for kind in TREE.values())


@pytest.mark.parametrize("kind", TREE.values(), ids=TREE)
def test_every_error_says_what_happened_and_what_to_do_next(kind: type[ConnectorError]) -> None:
    error = kind("The store said no.")
    assert str(error) == "The store said no."
    assert error.advice.endswith(".")
    assert error.for_people() == f"The store said no. {error.advice}"
    assert kind.__doc__


def test_advice_from_the_place_of_raising_comes_before_the_general_one() -> None:
    told = Braked("Too much.", advice="Look again.")
    assert told.for_people() == "Too much. Look again."
    assert Braked.advice != "Look again."


def test_an_error_without_advice_says_only_what_happened() -> None:
    assert ConnectorError("Nothing to do.", advice="").for_people() == "Nothing to do."


def test_errors_carry_what_the_caller_needs() -> None:
    assert Throttled("Wait.", wait_s=7.5).wait_s == 7.5
    assert Throttled("Wait.").wait_s == 60
    assert Refused("No.", code=1001).code == 1001
    assert Unfit("Too long.", field="name").field == "name"
