"""Which rows are the same thing: first contact pairs by key (a SKU, an e-mail address). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from cscart_zoho.mapping.keys import written
from cscart_zoho.mapping.record_map import KeyRules
from cscart_zoho.mapping.storefronts import words_of
from cscart_zoho.records import Side

BY_SKU = KeyRules()


@dataclass(frozen=True)
class Candidate:
    """A row that may be the same thing: `key` as written, `linked` to some row of the other side."""

    side: Side
    id: str
    key: str
    linked: bool = False
    #: It is at its end, and another row with its key may have taken its place.
    ended: bool = False
    #: The row of its side that has its key, too, and stands for it: this one is paired with nothing.
    apart_from: str = ""


@dataclass(frozen=True)
class Pairing:
    """What pairing decided for one row: a partner, nobody (`partner` and `held` empty), or a reason to hold it."""

    partner: str = ""
    held: str = ""
    #: Why it has no partner and gets none, though nothing is wrong with it.
    apart: str = ""


def pair_row(row: Candidate, same_key: Sequence[Candidate], rules: KeyRules = BY_SKU) -> Pairing:
    """Pair one unlinked row among all rows of both sides whose key is the same, case and spelling ignored.

    `same_key` may hold `row` itself, and rows of the other side that have its name and no key.
    """
    if not written(row.key):
        if row.side not in rules.needed_in:
            return Pairing()
        return Pairing(held=f"It has no {rules.noun}. Give it one, so that it can be found on the other side.")
    mine = next((c for c in same_key if c.side is row.side and c.id == row.id), row)
    if mine.apart_from:
        return Pairing(apart=words_of(mine.apart_from))
    of_use = _without_replaced([c for c in same_key if written(c.key) and not c.apart_from])
    if row.id in {c.id for c in same_key if c.side is row.side} - {c.id for c in of_use if c.side is row.side}:
        return Pairing()
    here = [c for c in of_use if c.side is row.side and c.id != row.id]
    there = [c for c in of_use if c.side is row.side.other]
    return (
        _doubled(row, here, row.side, rules)
        or _doubled(row, there, row.side.other, rules, allowed=1)
        or _partner(row, there, rules)
        or _namesake(row, [c for c in same_key if c.side is row.side.other and not written(c.key)], rules)
        or Pairing()
    )


def _without_replaced(same_key: Sequence[Candidate]) -> list[Candidate]:
    """Of each side the rows that stand for their key: one that is at its end only where no other does, the latest."""
    kept = []
    for side in Side:
        mine = [c for c in same_key if c.side is side]
        kept += [c for c in mine if not c.ended] or mine[-1:]
    return kept


def _namesake(row: Candidate, there: Sequence[Candidate], rules: KeyRules) -> Pairing | None:
    """Nothing is made beside a record that may be this one: it has the same name, and no key that tells them apart."""
    return Pairing(held=why_not_beside(row, len(there), rules)) if there else None


def why_not_beside(row: Candidate, number: int, rules: KeyRules = BY_SKU) -> str:
    """What to do about so many records of the other side that have the name of this one and no key."""
    side = row.side.other
    one, several = ("an item", "items") if side is Side.ZOHO else ("a product", "products")
    if number == 1:
        return (
            f"{side.title} has {one} of this name without {rules.noun}. If it is this one, give it the "
            f"{rules.noun} {row.key}; else rename one."
        )
    return (
        f"{side.title} has {number:,} {several} of this name without {rules.noun}. If one of them is this one, give it "
        f"the {rules.noun} {row.key}; else rename them."
    )


def _doubled(
    row: Candidate, others: Sequence[Candidate], side: Side, rules: KeyRules, allowed: int = 0
) -> Pairing | None:
    if len(others) <= allowed:
        return None
    ids = ", ".join(sorted((c.id for c in others), key=lambda i: (len(i), i))[:5])
    if not rules.case_matters or all(written(c.key) == written(row.key) for c in others):
        also = "also used by" if side is row.side else "used more than once, by"
        return Pairing(held=f'{_title(rules)} "{row.key}" is {also} {side.title} {ids}. {_advice(rules)}')
    return Pairing(
        held=f'{_title(rules)} "{row.key}" differs only in {_how(row, others)} from {side.title} {ids}. '
        "Make it clear which is which."
    )


def _how(row: Candidate, others: Sequence[Candidate]) -> str:
    """In what keys differ that are alike."""
    if all(written(c.key).casefold() == written(row.key).casefold() for c in others):
        return "upper and lower case"
    return "how it is written"


def _title(rules: KeyRules) -> str:
    return rules.noun[0].upper() + rules.noun[1:]


def _advice(rules: KeyRules) -> str:
    return f"Make the {rules.nouns} different."


def _partner(row: Candidate, there: Sequence[Candidate], rules: KeyRules) -> Pairing | None:
    if not there:
        return None
    other = there[0]
    if rules.case_matters and written(other.key) != written(row.key):
        return Pairing(
            held=f'{_title(rules)} "{row.key}" and {other.side.title}\'s "{other.key}" ({other.id}) differ only in '
            f"{_how(row, [other])}. Write them alike if they are the same."
        )
    if other.linked:
        return Pairing(
            held=f'{_title(rules)} "{row.key}" belongs to {other.side.title} {other.id}, which is linked already.'
        )
    return Pairing(partner=other.id)
