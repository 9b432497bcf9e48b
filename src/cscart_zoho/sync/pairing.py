"""Which rows are the same thing: first contact pairs by exact SKU. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from cscart_zoho.records import Side


@dataclass(frozen=True)
class Candidate:
    """A row that may be the same thing: `key` as written, `linked` to some row of the other side."""

    side: Side
    id: str
    key: str
    linked: bool = False


@dataclass(frozen=True)
class Pairing:
    """What pairing decided for one row: a partner, nobody (`partner` and `held` empty), or a reason to hold it."""

    partner: str = ""
    held: str = ""


def pair_row(row: Candidate, same_key: Sequence[Candidate]) -> Pairing:
    """Pair one unlinked row among all rows of both sides whose SKU is the same, case ignored.

    `same_key` may hold `row` itself.
    """
    if not row.key.strip():
        return Pairing(held="It has no SKU. Give it one, so that it can be found on the other side.")
    here = [c for c in same_key if c.side is row.side and c.id != row.id]
    there = [c for c in same_key if c.side is row.side.other]
    return (
        _doubled(row, here, row.side)
        or _doubled(row, there, row.side.other, allowed=1)
        or _partner(row, there)
        or Pairing()
    )


def _doubled(row: Candidate, others: Sequence[Candidate], side: Side, allowed: int = 0) -> Pairing | None:
    if len(others) <= allowed:
        return None
    ids = ", ".join(sorted((c.id for c in others), key=lambda i: (len(i), i))[:5])
    if all(c.key == row.key for c in others):
        also = "also used by" if side is row.side else "used more than once, by"
        return Pairing(held=f'SKU "{row.key}" is {also} {side.title} {ids}. Make the SKUs different.')
    return Pairing(
        held=f'SKU "{row.key}" differs only in upper and lower case from {side.title} {ids}. '
        "Make it clear which is which."
    )


def _partner(row: Candidate, there: Sequence[Candidate]) -> Pairing | None:
    if not there:
        return None
    other = there[0]
    if other.key != row.key:
        return Pairing(
            held=f'SKU "{row.key}" and {other.side.title}\'s "{other.key}" ({other.id}) differ only in upper and '
            "lower case. Write them alike if they are the same product."
        )
    if other.linked:
        return Pairing(
            held=f'SKU "{row.key}" belongs to {other.side.title} {other.id}, which is linked with another product.'
        )
    return Pairing(partner=other.id)
