"""Records that swap their keys: a side that takes none twice refuses each of them as long as the other has its own.

Who is linked is who it is, so a key goes with its record. The one that holds a key and is about to get another one is
written first; where that goes round in a circle, one of them steps aside for the moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cscart_zoho.errors import AlreadyThere, Refused, Unfit
from cscart_zoho.records import Record, Side, Value, Values, kept
from cscart_zoho.sync.merge import Merged
from cscart_zoho.sync.settle import after_write

if TYPE_CHECKING:
    from cscart_zoho.sync.apply import Applying, Fresh
    from cscart_zoho.sync.ports import PlannedStep

Ids = tuple[str, str]


@dataclass(frozen=True)
class _Holder:
    """The record that has a key which another one is about to get, and what it is about to become itself."""

    fresh: Fresh
    merged: Merged
    source: Values

    @property
    def ids(self) -> Ids:
        return self.fresh.pair.cscart_id, self.fresh.pair.zoho_id


class Swapping:
    """Writes keys that were refused because somebody else still has them."""

    def __init__(self, applying: Applying) -> None:
        self._applying = applying
        #: The pairs that were written before it was their turn.
        self.moved: set[Ids] = set()

    def written(
        self,
        step: PlannedStep | None,
        fresh: Fresh,
        merged: Merged,
        source: Values,
        error: Exception,
        waiting: frozenset[Ids] = frozenset(),
    ) -> bool:
        """Whether a refused change has gone over after all, because who had its key has another one now.

        `waiting` are the pairs whose turn comes after this one.
        """
        holder = self._holder(fresh, merged) if isinstance(error, AlreadyThere) else None
        if holder is None:
            return False
        try:
            if holder.ids in waiting:
                with self._aside(holder.fresh):
                    self._applying.write_once(step, fresh, merged, source)
                return True
            self._first(holder, waiting | {(fresh.pair.cscart_id, fresh.pair.zoho_id)})
            self._applying.write_once(step, fresh, merged, source)
        except (Refused, Unfit):
            return False  # it waits with its own reason
        return True

    def _first(self, holder: _Holder, waiting: frozenset[Ids]) -> None:
        """Write the one that is in the way. Raises `Refused` and `Unfit`."""
        given = holder.fresh, holder.merged, holder.source
        try:
            self._applying.write_once(None, *given)
        except AlreadyThere as error:
            if not self.written(None, *given, error, waiting):
                raise
        self.moved.add(holder.ids)

    def _holder(self, fresh: Fresh, merged: Merged) -> _Holder | None:
        """Who has the key that was refused, and is linked and about to get another one; else nobody."""
        applying, target = self._applying, fresh.target.side
        name = applying.record_map.key_field()
        _, wanted = merged.writes[target].get(name, ("", ""))
        if not wanted:
            return None
        others = [each for each in applying.sides.of(target).find(str(wanted)) if each.id != fresh.target.id]
        holder = applying.about_to_change(others[0]) if len(others) == 1 else None
        if holder is None or name not in holder[1].writes[target]:
            return None
        _, theirs = holder[1].writes[target][name]
        return _Holder(*holder) if theirs and not _alike(theirs, wanted) else None

    @contextmanager
    def _aside(self, fresh: Fresh) -> Iterator[None]:
        """For the moment of a write a record has no key. It gets its old one back where the write fails."""
        record, target = fresh.target, fresh.target.side
        name = self._applying.record_map.key_field()
        self._put(fresh, self._applying.record_map.stepping_aside(fresh.pair.zoho_id, target), name)
        try:
            yield
        except (Refused, Unfit):
            self._put(fresh, {name: record.values[name]}, name)
            raise

    def _put(self, fresh: Fresh, values: dict[str, Value], name: str) -> None:
        """Write a key that its partner does not have: what the partner has goes on counting as news."""
        applying, target, ledger = self._applying, fresh.target.side, self._applying.ledger
        with ledger.commit():
            intent = applying.open_update(fresh.pair, target, {"sent": kept(values), "source": {}})
        answer: Record = applying.send(intent, lambda: applying.sides.of(target).update(fresh.target.id, values))
        half: dict[str, Value] = {name: values[name]}
        with ledger.commit():
            ledger.observe([after_write(fresh.target, answer, values)])
            ledger.rebase(fresh.link, *(({}, half) if target is Side.ZOHO else (half, {})))
            ledger.close_intent(intent, "done")


def _alike(one: Value, other: Value) -> bool:
    return str(one).strip().casefold() == str(other).strip().casefold()
