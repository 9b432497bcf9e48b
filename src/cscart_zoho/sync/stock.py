"""Stock is a counter, not a field: the movements of both sides are added. Pure.

Three figures matter: what the store shows now, what Zoho has now, and the
*accounted* amount: how much of the store's figure Zoho's figure already
explains. The store's movement since then is their difference.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from cscart_zoho.mapping.choices import FirstContact, ProductChoices, StockOwner
from cscart_zoho.records import Direction, Side
from cscart_zoho.sync.pairs import Figures


class Agreement(StrEnum):
    """What the figures on which both sides agree at first contact say of orders that are open in the store."""

    #: Both are without their pieces: they were equal, or the store's was put over Zoho's.
    WITHOUT = "without"
    #: Just these pieces are the difference: they lie in Zoho until it has the orders.
    EXPLAINED = "explained"
    #: Zoho's was put over the store's: the pieces of whatever order was open then are in it.
    ZOHO = "zoho"


@dataclass(frozen=True)
class StockPlan:
    """What follows for one pair. All figures are whole units."""

    #: To be booked in Zoho, as a difference.
    push: int = 0
    #: To be put back in Zoho: what sales orders have taken a second time (less than 0: what they have left alone).
    owed: int = 0
    #: What the store shall show, or None when it is right already or must not be touched.
    amount: int | None = None
    #: The accounted amount from which `push` was computed.
    accounted: int | None = None
    #: A person has to say whose figure counts.
    undecided: bool = False
    #: What a first contact comes to.
    agreement: Agreement = Agreement.WITHOUT

    @property
    def idle(self) -> bool:
        return self.push == 0 and self.owed == 0 and self.amount is None

    @property
    def holds_waiting(self) -> bool:
        """Whether the pieces of open orders are counted among those of Zoho's figure."""
        return self.agreement is not Agreement.WITHOUT


def plan_stock(
    choices: ProductChoices,
    *,
    cscart: int,
    zoho: int,
    accounted: int | None,
    direction: Direction = Direction.BOTH,
    winner: Side | None = None,
    taken: int = 0,
    waiting: int = 0,
    owed: int = 0,
    asked: bool = False,
    answered_at: Figures | None = None,
) -> StockPlan:
    """Plan the stock of one linked pair.

    All figures are those without the orders that are kept in sync; `taken` is
    what such orders have taken from the store. `accounted` is None at first
    contact; `waiting` are the pieces that the store's figure lacks then because
    of orders of which nobody knows yet whether Zoho's figure has them. `owed` is
    what Zoho's orders have taken though its figure was without it already (`zoho`
    is as if it were put back). `winner` is a person's word, and `asked` says that
    a person has been asked for it; `answered_at` are the figures of both sides
    that the word was given for: what has moved since is added to the figure that
    counts. Where the run may not write to the side that
    would have to follow, nothing is planned and nothing counts as accounted: a
    later run does it.
    """
    owner = choices.stock_owner
    if owner is StockOwner.NOBODY:
        return StockPlan(accounted=accounted)
    figures = _Figures(choices, cscart, zoho, direction, taken, waiting, answered_at)
    plan = _planned(figures, owner, accounted, winner, asked=asked)
    return replace(plan, owed=owed) if direction.allows(Side.ZOHO) else plan


@dataclass(frozen=True)
class _Figures:
    """One pair's figures, and what the run may do about them."""

    choices: ProductChoices
    cscart: int
    zoho: int
    direction: Direction
    taken: int
    waiting: int
    answered_at: Figures | None = None

    @property
    def agree(self) -> bool:
        """Whether the store shows what it shall show for Zoho's figure."""
        return self.cscart == published(self.choices, self.zoho, self.taken)

    def holding(self) -> "_Figures":
        """The same where the pieces of open orders are among Zoho's."""
        return replace(self, cscart=self.cscart + self.waiting, taken=self.taken + self.waiting, waiting=0)


def _planned(
    figures: _Figures, owner: StockOwner, accounted: int | None, winner: Side | None, *, asked: bool
) -> StockPlan:
    choices, direction = figures.choices, figures.direction
    if owner is not StockOwner.SHARED:
        source = Side(owner.value)
        first = accounted is None and source is Side.ZOHO
        if first and direction.allows(source.other) and figures.agree:
            return StockPlan(accounted=figures.cscart)
        plan = _one_way(figures.holding() if first else figures, source)
        return replace(plan, agreement=Agreement.ZOHO) if first else plan
    if accounted is None:
        return _first_contact(figures, winner, asked=asked)
    if winner is Side.ZOHO:
        return _one_way(figures, winner)
    if winner is Side.CSCART and not direction.allows(Side.ZOHO):
        return StockPlan()
    if winner is Side.CSCART:
        # The store shows less than Zoho has, by the buffer.
        accounted = figures.zoho - choices.stock_buffer
    push = figures.cscart - accounted if direction.allows(Side.ZOHO) else 0
    return _publish(figures, push=push, accounted=accounted)


def _one_way(figures: _Figures, source: Side) -> StockPlan:
    if not figures.direction.allows(source.other):
        return StockPlan()
    if source is Side.CSCART:
        return StockPlan(push=figures.cscart - figures.zoho, accounted=figures.zoho)
    return _publish(figures, push=0, accounted=figures.cscart)


def _first_contact(figures: _Figures, winner: Side | None, *, asked: bool) -> StockPlan:
    """Equal figures agree, whatever orders say. So do figures that differ by just what waits in open orders."""
    choices, holding = figures.choices, figures.holding()
    if winner is not None and figures.answered_at is not None:
        return _answered(figures, winner, figures.answered_at.cscart, figures.answered_at.zoho)
    if figures.agree:
        return StockPlan(accounted=figures.cscart)
    if figures.cscart == figures.zoho:  # the store keeps a few back from now on
        return _publish(figures, push=0, accounted=figures.cscart)
    if holding.agree:
        return StockPlan(accounted=holding.cscart, agreement=Agreement.EXPLAINED)
    if winner is None and (asked or choices.first_contact_stock is FirstContact.ASK):
        return StockPlan(undecided=True)
    counts = winner or Side(choices.first_contact_stock.value)
    return _answered(figures, counts, holding.cscart, figures.zoho)


def _answered(figures: _Figures, counts: Side, cscart: int, zoho: int) -> StockPlan:
    """One side's figure counts, as it was beside the other's; what both have moved by since then is added to it."""
    if not figures.direction.allows(counts.other):
        return StockPlan()
    if counts is Side.CSCART:
        return _publish(figures, push=figures.cscart - zoho, accounted=zoho)
    holding = figures.holding()
    push = holding.cscart - cscart if figures.direction.allows(Side.ZOHO) else 0
    return replace(_publish(holding, push=push, accounted=cscart), agreement=Agreement.ZOHO)


def _publish(figures: _Figures, *, push: int, accounted: int) -> StockPlan:
    now_accounted = accounted + push
    amount, _ = amount_to_publish(
        figures.choices,
        cscart=figures.cscart,
        zoho=figures.zoho + push,
        accounted=now_accounted,
        taken=figures.taken,
    )
    if not figures.direction.allows(Side.CSCART) or amount == figures.cscart:
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
