"""Stock is a counter, not a field: the movements of both sides are added. Pure.

Three figures matter: what the store shows now, what Zoho has now, and the
*accounted* amount: how much of the store's figure Zoho's figure already
explains. The store's movement since then is their difference.
"""

from dataclasses import dataclass

from cscart_zoho.mapping.choices import FirstContact, ProductChoices, StockOwner
from cscart_zoho.records import Direction, Side


@dataclass(frozen=True)
class StockPlan:
    """What follows for one pair. All figures are whole units."""

    #: To be booked in Zoho, as a difference.
    push: int = 0
    #: What the store shall show, or None when it is right already or must not be touched.
    amount: int | None = None
    #: The accounted amount from which `push` was computed.
    accounted: int | None = None
    #: A person has to say whose figure counts.
    undecided: bool = False

    @property
    def idle(self) -> bool:
        return self.push == 0 and self.amount is None


def plan_stock(
    choices: ProductChoices,
    *,
    cscart: int,
    zoho: int,
    accounted: int | None,
    direction: Direction = Direction.BOTH,
    winner: Side | None = None,
    taken: int = 0,
) -> StockPlan:
    """Plan the stock of one linked pair.

    All figures are those without the orders that are kept in sync; `taken` is
    what such orders have taken from the store. `accounted` is None at first
    contact; `winner` is a person's word. Where the run may not write to the side
    that would have to follow, nothing is planned and nothing counts as accounted:
    a later run does it.
    """
    owner = choices.stock_owner
    if owner is StockOwner.NOBODY:
        return StockPlan(accounted=accounted)
    if owner is not StockOwner.SHARED:
        return _one_way(choices, cscart, zoho, Side(owner.value), direction, taken)
    if accounted is None:
        return _first_contact(choices, cscart, zoho, direction, winner, taken)
    if winner is Side.ZOHO:
        return _one_way(choices, cscart, zoho, winner, direction, taken)
    if winner is Side.CSCART and not direction.allows(Side.ZOHO):
        return StockPlan()
    if winner is Side.CSCART:
        # The store shows less than Zoho has, by the buffer.
        accounted = zoho - choices.stock_buffer
    push = cscart - accounted if direction.allows(Side.ZOHO) else 0
    return _publish(choices, cscart, zoho, push=push, accounted=accounted, direction=direction, taken=taken)


def _one_way(
    choices: ProductChoices, cscart: int, zoho: int, source: Side, direction: Direction, taken: int
) -> StockPlan:
    if not direction.allows(source.other):
        return StockPlan()
    if source is Side.CSCART:
        return StockPlan(push=cscart - zoho, accounted=zoho)
    return _publish(choices, cscart, zoho, push=0, accounted=cscart, direction=direction, taken=taken)


def _first_contact(
    choices: ProductChoices, cscart: int, zoho: int, direction: Direction, winner: Side | None, taken: int
) -> StockPlan:
    if cscart == published(choices, zoho, taken):
        return StockPlan(accounted=cscart)
    if winner is None and choices.first_contact_stock is FirstContact.ASK:
        return StockPlan(undecided=True)
    counts = winner or Side(choices.first_contact_stock.value)
    if not direction.allows(counts.other):
        return StockPlan()
    push = cscart - zoho if counts is Side.CSCART else 0
    return _publish(choices, cscart, zoho, push=push, accounted=cscart - push, direction=direction, taken=taken)


def _publish(
    choices: ProductChoices, cscart: int, zoho: int, *, push: int, accounted: int, direction: Direction, taken: int
) -> StockPlan:
    now_accounted = accounted + push
    amount, _ = amount_to_publish(choices, cscart=cscart, zoho=zoho + push, accounted=now_accounted, taken=taken)
    if not direction.allows(Side.CSCART) or amount == cscart:
        return StockPlan(push=push, accounted=accounted)
    return StockPlan(push=push, amount=amount, accounted=accounted)


def opening_stock(choices: ProductChoices, stock: int, target: Side) -> int:
    """The figure a new record on `target` begins with."""
    if target is Side.CSCART:
        return published(choices, stock)
    return max(0, stock)


def published(choices: ProductChoices, zoho: int, taken: int = 0) -> int:
    """What the store shows for Zoho's figure: less the buffer, and never less than nothing once `taken` is gone."""
    return max(taken, zoho - choices.stock_buffer)


def amount_to_publish(
    choices: ProductChoices, *, cscart: int, zoho: int, accounted: int, taken: int = 0
) -> tuple[int, int]:
    """The amount to write to the store (`taken` less is what it shows), and the accounted amount once it is there.

    What the store has sold since (`cscart - accounted`) is not in Zoho's figure
    yet, so it is carried over instead of being overwritten. The amount is never
    negative, though the store would take it (-3 stays -3, seen on a running 4.20 store).
    """
    pending = cscart - accounted
    amount = published(choices, zoho + pending, taken)
    return amount, amount - pending
