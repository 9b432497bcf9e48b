"""The countries and states that CS-Cart names beside their codes in an address. Pure.

Orders tell `b_country_descr` and `b_state_descr`, and the same of the shipping address (seen on a running 4.20 store);
where the store has no such state the name is the code once more (read in its code).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cscart_zoho.mapping.forms import DESCRIBED
from cscart_zoho.mapping.store_places import Place
from cscart_zoho.mapping.text import line

#: The columns of an address that are named, without the prefix.
_COUNTRY, _STATE = "country", "state"
NAMED = tuple(f"{prefix}_{column}{DESCRIBED}" for prefix in "bs" for column in (_COUNTRY, _STATE))


def places_in(row: Mapping[str, Any]) -> Iterator[Place]:
    """Those of both addresses of a user or an order."""
    for prefix in "bs":
        country, named = _line(row.get(f"{prefix}_{_COUNTRY}")), _line(row.get(f"{prefix}_{_COUNTRY}{DESCRIBED}"))
        state, called = _line(row.get(f"{prefix}_{_STATE}")), _line(row.get(f"{prefix}_{_STATE}{DESCRIBED}"))
        if len(country) != 2 or "*" in country:
            continue
        if named:
            yield Place(country, "", named)
        if state and called and called.casefold() != state.casefold():
            yield Place(country, state, called)


def _line(told: object) -> str:
    return line(told) if isinstance(told, str) else ""
