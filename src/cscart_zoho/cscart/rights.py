"""What the owner of a key may see in the store, and what does not work without it.

Each list of the API needs a privilege of its own, which an administrator's user group has or has not: 403 says that it
has not (read in the code of 4.20). What may not be read is unknown: it is neither empty nor zero, and nothing is
written that would rest on it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cscart_zoho.http import Params
from cscart_zoho.records import Entity

#: 404 says that there is no such list in this release or edition.
DENIED = 403


@dataclass(frozen=True)
class Right:
    """A list that a function needs. `what` completes "may not see ...", `without` is a whole sentence."""

    name: str
    path: str
    what: str
    without: str
    #: The kinds of records that need it.
    kinds: tuple[Entity, ...]
    asked: tuple[tuple[str, str], ...] = ()


_ALL = (Entity.PRODUCTS, Entity.CUSTOMERS, Entity.ORDERS)
_ORDERS = (Entity.ORDERS,)
_CUSTOMERS = (Entity.CUSTOMERS,)

RIGHTS = (
    Right(
        "categories",
        "/api/2.0/categories",
        "categories",
        "New products go to no category of ours, and a store that wants one refuses them.",
        (Entity.PRODUCTS,),
    ),
    Right(
        "taxes",
        "/api/2.0/taxes",
        "taxes",
        "Products and orders with a tax wait: it is not known which taxes there are.",
        (Entity.PRODUCTS, Entity.ORDERS),
    ),
    Right(
        "stores",
        "/api/2.0/stores",
        "stores",
        "It is not known whether this is a marketplace and which storefront it is: no customer and no order is made.",
        _ALL,
    ),
    Right(
        "vendors",
        "/api/2.0/vendors",
        "vendors",
        "In a marketplace it is not known which vendor new products are for.",
        (Entity.PRODUCTS,),
    ),
    Right("users", "/api/users", "customers", "Customers cannot be synced.", _CUSTOMERS, (("user_type", "C"),)),
    Right(
        "usergroups",
        "/api/usergroups",
        "user groups",
        "New customers of a company are put into no user group.",
        _CUSTOMERS,
    ),
    Right("orders", "/api/2.0/orders", "orders", "Orders cannot be synced.", _ORDERS),
    Right(
        "statuses",
        "/api/2.0/statuses",
        "order statuses",
        "No status of an order is written to the store, and which of them take stock is only supposed.",
        _ORDERS,
        (("type", "O"),),
    ),
    Right("payments", "/api/2.0/payments", "ways to pay", "No order is made in the store.", _ORDERS),
    Right("shippings", "/api/2.0/shippings", "ways to ship", "No order is made in the store.", _ORDERS),
    Right(
        "settings",
        "/api/2.0/settings",
        "settings",
        "The store's time zone is not known: orders near midnight may get another day in Zoho.",
        _ORDERS,
        (("section_id", "4"),),
    ),
    Right(
        "zapier_hooks",
        "/api/2.0/zapier_hooks",
        "web hooks",
        "The store cannot tell at once what is new; it is found at the next look.",
        _ALL,
    ),
)


def denied(status_of: Callable[[str, Params], int]) -> list[str]:
    """The names of lists that the key may not see. `status_of` asks for one row of a list, unless that is known."""
    found = []
    for right in RIGHTS:
        if status_of(right.path, (*right.asked, ("items_per_page", "1"))) == DENIED:
            found.append(right.name)
    return found


def missing_rights(capabilities: Mapping[str, Any], kinds: Sequence[Entity] = _ALL) -> list[Right]:
    """What the key may not see of what these kinds of records need, as the last look at the store found it."""
    names = set(capabilities.get("denied") or [])
    return [right for right in RIGHTS if right.name in names and set(right.kinds) & set(kinds)]


def words_of(right: Right) -> str:
    """What is missing, what does not work, and what to do."""
    return (
        f"The key's administrator may not see {right.what}. {right.without} In CS-Cart, give the user group of this "
        f"administrator the right to view {right.what}, and look at the store again."
    )
