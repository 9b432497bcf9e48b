"""Which texts of a store have characters of four bytes: proof that its database keeps them.

As it is installed the store turns them into "????" (seen on a running 4.20 store). A merchant may have converted the
tables; nothing tells so but a text that has one.
"""

from collections.abc import Callable, Iterable, Mapping

from cscart_zoho.mapping.text import damaged_by_store
from cscart_zoho.mapping.ways import KEEPS_ALL

#: The kinds of records.
PRODUCT_TEXTS, USER_TEXTS, ORDER_TEXTS = "products", "users", "orders"

#: Told of a kind of record that keeps them.
Proved = Callable[[str], None]


def unheard(kind: str) -> None:
    """Nobody wants to know."""


def any_beyond(told: Iterable[object]) -> bool:
    """Whether one of these texts, as the store tells them, has such a character."""
    return any(isinstance(each, str) and not each.isascii() and damaged_by_store(each) for each in told)


def keeps_all(capabilities: Mapping[str, object], kind: str) -> bool:
    """Whether records of a kind are known to keep them."""
    known = capabilities.get(KEEPS_ALL)
    return isinstance(known, list) and kind in known
