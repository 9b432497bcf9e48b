"""Products without a SKU, by their names: one of them may be the product of the other side that has this name."""

from collections.abc import Callable

from django.db.models import QuerySet

from cscart_zoho.mapping.keys import alike
from cscart_zoho.records import Side
from cscart_zoho.store.models import Observation
from cscart_zoho.sync.pairing import Candidate

Rows = Callable[[Side], QuerySet[Observation]]


class RowsWithoutKey:
    """The rows without key and partner: those of a side are looked up once, and kept until one moves."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._by_name: dict[Side, dict[str, list[str]]] = {}

    def called(self, side: Side, name: str) -> list[Candidate]:
        """Those of a side that have this name, however it is written."""
        if side not in self._by_name:
            self._by_name[side] = self._look(side)
        return [Candidate(side, id, "") for id in self._by_name[side].get(alike(name), ())]

    def moved(self, side: Side) -> None:
        """One of them has come, gone, or got a name, a key or a partner."""
        self._by_name.pop(side, None)

    def _look(self, side: Side) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        rows = self._rows(side).filter(folded_key="", linked=False, gone_at=None).order_by("pk")
        for id, name in rows.values_list("remote_id", "name").iterator():
            if shown := alike(name):
                found.setdefault(shown, []).append(id)
        return found
