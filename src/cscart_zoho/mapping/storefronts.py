"""Accounts of a store that several storefronts do not share: one address may have one in each of them. Pure.

They are as many customers as there are accounts, though they may be one person. One of them is the customer of Zoho;
the others stay as they are, and what they order is booked on that one's contact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: What tells of a user, among the columns, which storefront he or she is of.
STOREFRONT = "_storefront"


@dataclass(frozen=True)
class Account:
    """One account of an address. `linked`: it is a customer of Zoho already."""

    id: str
    storefront: str
    linked: bool = False


def main_of(accounts: Sequence[Account], chosen: str) -> Account | None:
    """The one that is the customer of Zoho; None where all are of one storefront, or it is not known of which.

    The linked one, else the one of the storefront that is worked with, else the oldest.
    """
    told = [each for each in accounts if each.storefront]
    if len({each.storefront for each in told}) < 2:
        return None
    return min(told, key=lambda each: (not each.linked, each.storefront != chosen, len(each.id), each.id))


def apart_from(told: Iterable[tuple[str, str, bool, Mapping[str, Any]]], chosen: str) -> dict[str, str]:
    """By account that of another storefront which stands for their address. `told`: address, id, linked, values."""
    by_address: dict[str, list[Account]] = {}
    for address, id, linked, values in told:
        by_address.setdefault(address, []).append(Account(id, str(values.get(f"@{STOREFRONT}") or ""), linked))
    found: dict[str, str] = {}
    for accounts in by_address.values():
        main = main_of(accounts, chosen)
        if main is not None:
            found |= {each.id: main.id for each in accounts if each.storefront not in ("", main.storefront)}
    return found


def words_of(main_id: str) -> str:
    """Why nothing of an account goes over."""
    return (
        f"Customer {main_id} of another storefront has the same e-mail address, and is the one that is in sync with "
        "Zoho. The two stay two accounts: nothing of this one goes over, either way, and its orders are booked on the "
        "contact of that one."
    )
