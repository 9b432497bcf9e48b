"""What two documents must share to be one order. Pure."""

from collections.abc import Collection
from decimal import Decimal

from cscart_zoho.mapping.keys import folded
from cscart_zoho.order import NOTHING, Line, Order, plain


def essence(order: Order, without: Collection[str] = ()) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Currency, total, and quantity by SKU (by name where there is none), each in one spelling.

    It is the same for both sides' documents of one order, whatever their ids.
    `without` names the items that stand for shipping and surcharge: the store has no such lines.
    """
    quantities: dict[str, Decimal] = {}
    for line in order.lines:
        if line.product_id not in without or not line.product_id:
            key = _key(line)
            quantities[key] = quantities.get(key, NOTHING) + line.quantity
    told = tuple(sorted((key, str(plain(quantity))) for key, quantity in quantities.items()))
    return order.currency.upper(), str(plain(order.total)), told


def _key(line: Line) -> str:
    return folded(line.sku or line.name)
