"""Inventory adjustments that are in Zoho and not in its stock yet: they wait for approval, perhaps for days.

Such a movement is open. It is not booked again, and Zoho's figure without it is nobody's edit: both sides are
compared as if it counted already (`Seen.free_stock`), so further movements of either side add up on top of it.
It counts once Zoho says so. Where Zoho says no, nobody but the merchant knows whose figure is right.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cscart_zoho.mapping.counted import so_many
from cscart_zoho.records import Record, Side
from cscart_zoho.sync.ports import Adjusted, Ledger, OpenIntent, Sides, Standing
from cscart_zoho.sync.settle import ask_about_stock

#: How long an adjustment of which Zoho says neither yes nor no is looked for while its items' stock says neither, too.
PATIENCE = timedelta(minutes=15)


class WaitingAdjustments:
    """Sees what became of adjustments that wait. `refused` collects sentences about those that never will count."""

    def __init__(self, sides: Sides, ledger: Ledger, now: datetime) -> None:
        self.sides = sides
        self.ledger = ledger
        self.now = now
        self.refused: list[str] = []

    def look(self, item_ids: Collection[str] | None = None) -> set[str]:
        """Look at all that wait, or at those with these items; the items about which something has been decided.

        One call for each of a few adjustments. Raises what reads raise.
        """
        waiting = [intent for intent in self.ledger.waiting_adjustments() if _concerns(intent, item_ids)]
        if not waiting or self.sides.stock_book is None:
            return set()
        told = self.sides.stock_book.read_adjustments([str(intent.payload["id"]) for intent in waiting])
        decided: set[str] = set()
        for intent in waiting:
            if self._decide(intent, told.get(str(intent.payload["id"]))):
                decided |= {move["zoho_id"] for move in moves_of(intent)}
        return decided

    def _decide(self, intent: OpenIntent, told: Adjusted | None) -> bool:
        """Whether the adjustment is not open any more."""
        if told is None:
            return self.refuse(intent, "is not in Zoho any more")
        if told.standing is Standing.COUNTS:
            return self._counts(intent, told)
        if told.standing is Standing.REFUSED:
            return self.refuse(intent, f"was refused in Zoho ({told.status})")
        if told.standing is Standing.DRAFT and intent.payload.get("standing") != Standing.DRAFT.value:
            return self.refuse(intent, "was sent back in Zoho and is a draft")
        if told.standing is Standing.UNTOLD:
            return self._by_figures(intent, told)
        if told.status != intent.payload.get("status"):
            with self.ledger.commit():
                self.keep(intent, told)
        return False

    def _counts(self, intent: OpenIntent, told: Adjusted) -> bool:
        """It is in stock. What whoever approved it has written otherwise is a question."""
        booked = sums((move.item_id, move.delta) for move in told.moves)
        sent = sums((move["zoho_id"], move["delta"]) for move in moves_of(intent))
        other = {id for id, delta in sent.items() if booked.get(id) != delta}
        with self.ledger.commit():
            self.ledger.close_intent(intent.id, "done")
            self._ask(intent, other)
            self.ledger.read_again(Side.ZOHO, list(sent))
        if other:
            self._tell(intent, f"was approved in Zoho with other quantities of {so_many(len(other), 'item')}")
        return True

    def _by_figures(self, intent: OpenIntent, told: Adjusted) -> bool:
        """Zoho has no word for where it stands: the stock itself says yes, or nobody does."""
        moves = moves_of(intent)
        if shown(self.sides.zoho.read([move["zoho_id"] for move in moves]), moves):
            return self._counts(intent, told)
        if self.now - intent.opened_at <= PATIENCE:
            return False
        return self.refuse(intent, "is in Zoho, which does not say whether it counts")

    def keep(self, intent: OpenIntent, told: Adjusted) -> None:
        """It has arrived, and waits. Inside a commit."""
        where = {"id": told.id, "standing": told.standing.value, "status": told.status}
        self.ledger.keep_waiting(intent.id, {"moves": moves_of(intent), **where})

    def refuse(self, intent: OpenIntent, what: str) -> bool:
        """It never counted, though the store has moved: whose stock is right is a question."""
        with self.ledger.commit():
            self.ledger.close_intent(intent.id, "rejected")
            self._ask(intent, {move["zoho_id"] for move in moves_of(intent)})
        self._tell(intent, what)
        return True

    def _ask(self, intent: OpenIntent, item_ids: Collection[str]) -> None:
        for move in moves_of(intent):
            if move["zoho_id"] in item_ids:
                ask_about_stock(self.ledger, self.ledger.pair(move["cscart_id"], move["zoho_id"]))

    def _tell(self, intent: OpenIntent, what: str) -> None:
        self.refused.append(
            f"Inventory adjustment {intent.key} {what}. Where the stock differs now, say on the conflicts page whose "
            "figure counts."
        )


def moves_of(intent: OpenIntent) -> list[dict[str, Any]]:
    """What an adjustment was sent with: for each line `cscart_id`, `zoho_id`, `delta`, `before` and `accounted`."""
    moves = intent.payload["moves"]
    assert isinstance(moves, list)
    return moves


def shown(fresh: Mapping[str, Record], moves: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the stock of every line is what the adjustment has made of it."""
    return all(stock_of(fresh, move) == move["before"] + move["delta"] for move in moves)


def untouched(fresh: Mapping[str, Record], moves: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the stock of every line is what it was before."""
    return all(stock_of(fresh, move) == move["before"] for move in moves)


def stock_of(fresh: Mapping[str, Record], move: Mapping[str, Any]) -> object:
    record = fresh.get(move["zoho_id"])
    return record.values.get("stock") if record is not None else None


def sums(moves: Iterable[tuple[str, int]]) -> dict[str, int]:
    """By item all that lines say of it."""
    found: dict[str, int] = {}
    for id, delta in moves:
        found[id] = found.get(id, 0) + delta
    return found


def _concerns(intent: OpenIntent, item_ids: Collection[str] | None) -> bool:
    return item_ids is None or any(move["zoho_id"] in item_ids for move in moves_of(intent))
