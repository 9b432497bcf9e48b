"""What a run says at its end: figures and a sentence. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cscart_zoho.records import Entity
from cscart_zoho.sync.plan import Kind
from cscart_zoho.sync.ports import Census

#: By (entity, kind, target, state) how many steps there are.
Tally = Mapping[tuple[str, str, str, str], int]

#: What was done, in the order of the message.
DONE = {
    "linked": "paired",
    "created_in_zoho": "made in Zoho",
    "created_in_cscart": "made in CS-Cart",
    "updated": "updated",
    "stock_moves": "stock movements carried over",
    "evened_out": "evened out in Zoho for orders whose goods were out of its stock already",
    "failed": "failed",
}
#: Of those that have another word for one.
DONE_ONCE = {"stock_moves": "stock movement carried over"}
#: What stays apart until somebody does something about it.
LEFT = {"conflicts": "in conflict", "held": "held", "failed_before": "failed before"}
AGREE = "Both sides agree; nothing had to be written."
CHOSEN_AGREE = "What was chosen is the same on both sides; nothing had to be written."
#: So many adjustments are named; all of them stand in Zoho.
SOME = 5
#: What people call the records of a chapter; of those that are missing here, the entity's own name.
NOUNS = {Entity.CONTACTS: "contacts of Inventory", Entity.GUESTS: "contacts of guests"}


def counts_of(tally: Tally) -> dict[str, int]:
    """The figures of a run, or of one entity of it, without what has failed: that is counted by records."""
    counts = dict.fromkeys(("linked", "created_in_zoho", "created_in_cscart", "updated", "stock_moves"), 0)
    counts |= {"evened_out": 0, "failed": 0, "skipped": 0}
    for (_, kind, target, state), number in tally.items():
        if state == "skipped":
            counts["skipped"] += number
        elif state == "done":
            name = {
                Kind.LINK: "linked",
                Kind.CREATE: f"created_in_{target}",
                Kind.UPDATE: "updated",
                Kind.MARK_INACTIVE: "updated",
                Kind.STOCK: "stock_moves",
                Kind.EVEN_OUT: "evened_out",
            }.get(Kind(kind))
            if name:
                counts[name] += number
    return counts


def held_late(tally: Tally) -> int:
    """Records that turned out to be unfit only when they were about to be written."""
    early = (Kind.HOLD, Kind.CONFLICT)
    return sum(number for (_, kind, _, state), number in tally.items() if state == "held" and kind not in early)


def totals_of(tally: Tally, counted: Callable[[str], int], failed: Mapping[str, int], entity: Entity) -> dict[str, int]:
    """All figures of a chapter of a run. `counted` is that of the ledger; `failed` are records by entity."""
    counts = counts_of({key: number for key, number in tally.items() if key[0] == entity})
    counts["failed"] = failed.get(entity.value, 0)
    chapter = f"{entity.value}."
    counts["held"] = counted(f"{chapter}held") + held_late({k: n for k, n in tally.items() if k[0] == entity})
    return counts | {name: counted(chapter + name) for name in ("waiting", "conflicts")}


def whole_of(census: Census, counts: Mapping[str, int]) -> dict[str, int]:
    """The figures of a chapter about everything: how its records stand now, whenever that was found out.

    With what has failed now and before, in `counts`, they add up to `records`.
    """
    apart = {
        "held": census.held,
        "conflicts": census.conflicts,
        "waiting": census.waiting,
        "left_out": census.left_out + census.gone + census.untold,
    }
    failed = counts["failed"] + counts["failed_before"]
    return {"records": census.records, "agreed": census.records - failed - sum(apart.values()), **apart}


def sum_of(chapters: Iterable[Mapping[str, int]], **more: int) -> dict[str, int]:
    """The figures of a run: those of its chapters, and `more` that are of the whole."""
    counts: Counter[str] = Counter()
    for chapter in chapters:
        counts.update(chapter)
    if not counts["failed_before"]:
        del counts["failed_before"]
    return {**counts, **more}


def done_of(counts: Mapping[str, int]) -> int:
    """How much a run has done."""
    return sum(counts.get(name, 0) for name in DONE if name != "failed")


def agreement_of(entity: Entity, census: Census) -> str:
    """That both sides agree, and what is left out of that."""
    apart = census.left_out + census.gone
    if not apart:
        return AGREE
    one = apart == 1
    page = "its" if one else "each one's"
    noun = nouns(entity).removesuffix("s") if one else nouns(entity)
    return f"{AGREE} {apart:,} {noun} {'is' if one else 'are'} left out; {page} page says why."


def message_of(
    counts: Mapping[Entity, Mapping[str, int]],
    open_intents: int,
    *,
    entity: Entity,
    dry_run: bool,
    told: Sequence[str] = (),
    agreed: str = "",
    next_try: datetime | None = None,
) -> str:
    """The sentences about a run of `entity`; `counts` are those of each of its chapters, `told` what else there is.

    `agreed` is what can be said where nothing is left, "" where that cannot be told from what the run has looked at.
    `next_try` is when the first of what failed before is tried again.
    """
    if dry_run:
        return "A preview: nothing was written. The steps below are what a run would do now."
    each_of = {each: counts[each] for each in sorted(counts, key=lambda each: each is not entity)}
    done = [f"{title(each)}: {', '.join(parts)}." for each in each_of if (parts := _in_words(each_of[each], DONE))]
    sentences = done or ["Nothing had to be written."]
    left = {each: parts for each in each_of if (parts := _in_words(each_of[each], LEFT))}
    waiting = [f"{each_of[each]['waiting']:,} new {nouns(each)}" for each in each_of if each_of[each]["waiting"]]
    if left:
        sentences.append(f"Not in sync: {_left(left, single=len(each_of) == 1)}; each one's page says why.")
    elif agreed and not done and not waiting and not told and not open_intents:
        sentences = [agreed]
    if any(each.get("failed_before") for each in each_of.values()):
        when = f"after {next_try:%Y-%m-%d %H:%M} UTC" if next_try is not None else "by the next run"
        sentences.append(f"What failed before is tried again {when}.")
    if waiting:
        sentences.append(f"{' and '.join(waiting)} wait for later runs: Zoho's calls of today do not suffice.")
    if open_intents:
        writes, them = ("1 write has", "it") if open_intents == 1 else (f"{open_intents:,} writes have", "them")
        sentences.append(f"{writes} no clear answer yet; the next run looks {them} up first.")
    return " ".join([*sentences, *told])


def waiting_for_approval(moves: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """What waits for approval in Zoho, by the adjustment's reference; or nothing."""
    lines = [move for some in moves.values() for move in some]
    if not lines:
        return ""
    pieces, items = sum(abs(move["delta"]) for move in lines), len({move["zoho_id"] for move in lines})
    named = ", ".join(list(moves)[:SOME]) + (", ..." if len(moves) > SOME else "")
    what = f"{pieces:,} {'piece' if pieces == 1 else 'pieces'} of {items:,} {'product' if items == 1 else 'products'}"
    noun, them = ("adjustment", "it") if len(moves) == 1 else ("adjustments", "them")
    return (
        f"{what} {'waits' if pieces == 1 else 'wait'} for approval in Zoho: inventory {noun} {named}. "
        f"Approve or reject {them} there; nothing is booked twice meanwhile."
    )


def _in_words(counts: Mapping[str, int], words: Mapping[str, str]) -> list[str]:
    some = {name: said for name, said in words.items() if counts.get(name)}
    return [
        f"{counts[name]:,} {DONE_ONCE.get(name, said) if counts[name] == 1 else said}" for name, said in some.items()
    ]


def _left(left: Mapping[Entity, list[str]], *, single: bool) -> str:
    """ "1 in conflict, 5 held"; in a run about several kinds of records "orders (5 held), guests (1 held)"."""
    return ", ".join(
        ", ".join(parts) if single else f"{nouns(each)} ({', '.join(parts)})" for each, parts in left.items()
    )


def nouns(entity: Entity) -> str:
    """What people call these records."""
    return NOUNS.get(entity, entity.value)


def title(entity: Entity) -> str:
    """The same at the beginning of a sentence."""
    return nouns(entity)[:1].upper() + nouns(entity)[1:]
