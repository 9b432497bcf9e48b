"""Why the store sells nothing of what an order is about, as its products tell it, in words for people. Pure.

The store refuses an order of which it can sell nothing (seen on 4.20: goods without pieces, unknown ones), and its
words name neither the SKU nor the pieces. So its products are looked at.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from cscart_zoho.cscart.order_body import label
from cscart_zoho.cscart.order_mapper import number_of
from cscart_zoho.order import NOTHING, Order

#: Letters: stock that nobody counts, what may be bought though none is left, what is not on sale.
NOT_COUNTED, IN_ADVANCE, DISABLED = "D", "B", "D"
#: How many products are named.
NAMED = 3
ADVICE = (
    "It goes over by itself once the store can sell it, or at once when you choose it. If it is not to go over, "
    "void it in Zoho."
)


class Goods(msgspec.Struct):
    """What of a product says whether it is sold. Older stores do not tell all of it."""

    product_id: Any
    status: Any = ""
    amount: Any = None
    tracking: Any = ""
    is_edp: Any = "N"
    min_qty: Any = 0
    out_of_stock_actions: Any = ""

    def lack(self) -> str:
        """Why none is sold: what follows "The store has"; or nothing. What is not told is no reason."""
        if self.tracking == NOT_COUNTED or self.is_edp == "Y" or self.out_of_stock_actions == IN_ADVANCE:
            return ""
        there, at_least = number_of(self.amount), number_of(self.min_qty) or NOTHING
        if there is None:
            return ""
        if there <= 0:
            return "no pieces of {name}" if not there else f"{there:f} pieces of {{name}}"
        return f"{there:f} pieces of {{name}} and sells at least {at_least:f} at once" if there < at_least else ""


class GoodsList(msgspec.Struct):
    products: list[Goods] | dict[str, Goods] = []

    @property
    def by_id(self) -> dict[str, Goods]:
        rows = self.products.values() if isinstance(self.products, dict) else self.products
        return {str(row.product_id): row for row in rows}


GOODS = msgspec.json.Decoder(GoodsList, float_hook=Decimal)


def why_not_sold(order: Order, found: Mapping[str, Goods]) -> str:
    """Why the store sells none of an order's products; nothing where one of them could be sold, as far as is told."""
    wanted: dict[str, int] = {}
    for line in order.lines:
        wanted[line.product_id] = wanted.get(line.product_id, 0) + int(line.quantity)
    names = {line.product_id: label(line) for line in reversed(order.lines)}
    told = [_why(names[id], pieces, found.get(id)) for id, pieces in wanted.items()]
    return _joined(told) if all(told) else ""


def _why(name: str, wanted: int, goods: Goods | None) -> str:
    if goods is None:
        return f"{name} is not in the store any more."
    if lack := goods.lack():
        return f"The store has {lack.format(name=name)}, and the order is about {wanted}."
    return f"{name} is disabled in the store." if goods.status == DISABLED else ""


def _joined(told: Sequence[str]) -> str:
    more = len(told) - NAMED
    return " ".join([*told[:NAMED], *([f"So it is with {more} more of its products."] if more > 0 else [])])
