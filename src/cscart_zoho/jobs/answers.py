"""Answers of people to conflicts. An answer counts for the values that its giver was shown, and for no others.

Each question has a version, which stands for its two values and for the answer that it has already. Whoever answers
names the version on their page: a question that has changed since then is asked again, and an answer that somebody else
has given meanwhile is told, not replaced.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cscart_zoho.mapping.counted import so_many
from cscart_zoho.records import Side
from cscart_zoho.store.models import Conflict


class Verdict(StrEnum):
    """What becomes of one answer."""

    #: It is kept, and a run carries it out.
    TAKEN = "taken"
    #: The same has been answered before.
    SAID = "said"
    #: Somebody has answered otherwise since the page was opened.
    OTHERWISE = "otherwise"
    #: A value has changed since the page was opened.
    CHANGED = "changed"
    #: The answer does not say what values it is for: an old form, or a link that was kept.
    UNTOLD = "untold"
    #: The question is settled.
    SETTLED = "settled"


@dataclass(frozen=True)
class Judged:
    """One question as it is now, the version of its values that was answered, and what becomes of the answer."""

    conflict: Conflict
    values: str
    verdict: Verdict


def judge(versions: Mapping[int, str], side: Side) -> list[Judged]:
    """Look at answers for one side, each with the version that it was given for. Inside a transaction.

    The questions stay locked until it ends, so that no run replaces a value between this look and `keep`.
    """
    rows = Conflict.objects.select_for_update().filter(pk__in=list(versions)).order_by("pk")
    return [_judged(row, side, versions[row.pk]) for row in rows]


def _judged(conflict: Conflict, side: Side, version: str) -> Judged:
    values, _, answer = version.partition("-")
    return Judged(conflict, values, _verdict(conflict, side, values, answer))


def _verdict(conflict: Conflict, side: Side, values: str, answer: str) -> Verdict:
    """Of stock earlier figures can be answered, too: what has moved since is added to them."""
    if conflict.settled_at is not None:
        return Verdict.SETTLED
    if not values:
        return Verdict.UNTOLD
    if values not in (conflict.version, *(kept[0] for kept in conflict.figures)):
        return Verdict.CHANGED
    if conflict.answer == side and (conflict.answered or conflict.version) == values:
        return Verdict.SAID
    return Verdict.TAKEN if conflict.answer == answer else Verdict.OTHERWISE


def keep(judged: Iterable[Judged], side: Side, who: str) -> None:
    """Keep the answers that count, in the transaction of `judge`."""
    for each in judged:
        if each.verdict is Verdict.TAKEN:
            conflict = each.conflict
            conflict.answer, conflict.settled_by = side.value, who
            conflict.answered = "" if each.values == conflict.version else each.values
            conflict.save(update_fields=["answer", "answered", "settled_by"])


def taken(judged: Iterable[Judged]) -> list[Conflict]:
    """The questions whose answers count, those that had the same before included: a run shall carry them out."""
    return [each.conflict for each in judged if each.verdict in (Verdict.TAKEN, Verdict.SAID)]


class Told(NamedTuple):
    """A question in words: what it is about, and what both sides have."""

    what: str
    cscart: str
    zoho: str


def refusals(judged: Sequence[Judged], told: Callable[[Conflict], Told]) -> list[str]:
    """What to tell about the answers that were not taken."""
    found: dict[Verdict, list[Conflict]] = {}
    for each in judged:
        found.setdefault(each.verdict, []).append(each.conflict)
    return [_refusal(verdict, rows, told) for verdict in _SAID if (rows := found.get(verdict))]


#: Why an answer is not taken: of one question, and of several.
_SAID = {
    Verdict.CHANGED: (
        "{what} has changed since you were shown it: CS-Cart has {cscart} now, and Zoho has {zoho}. Your answer was "
        "not taken; answer again for these values.",
        "{number} have changed since you were shown them. Those answers were not taken; look at the present values "
        "and answer again: {what}.",
    ),
    Verdict.OTHERWISE: (
        "{by} has answered meanwhile that {side} counts for {what}, and the next run carries it out. Your answer was "
        "not taken. If the other side is to count, talk to {by} and answer again.",
        "{number} have been answered otherwise meanwhile, and those answers stay: {what}. If yours is to count, "
        "answer again.",
    ),
    Verdict.UNTOLD: (
        "This answer does not say which values it is for: the page is of an earlier version, or was kept. Nothing was "
        "changed. CS-Cart has {cscart} for {what}, and Zoho has {zoho}; answer again from the list of conflicts.",
        "{number} were answered without the values that the answers are for: the page is of an earlier version, or was "
        "kept. Nothing was changed; answer again from the list of conflicts: {what}.",
    ),
    Verdict.SETTLED: ("{what} is settled already.", "{number} are settled already: {what}."),
}
#: So many questions are named.
_SOME = 5


def _refusal(verdict: Verdict, rows: Sequence[Conflict], told: Callable[[Conflict], Told]) -> str:
    one, several = _SAID[verdict]
    questions = [told(row) for row in rows[:_SOME]]
    if len(rows) > 1:
        named = ", ".join(question.what for question in questions) + (", ..." if len(rows) > _SOME else "")
        return several.format(number=so_many(len(rows), "question"), what=named)
    side = Side(rows[0].answer).title if rows[0].answer else ""
    return one.format(**questions[0]._asdict(), by=rows[0].settled_by or "Somebody", side=side)
