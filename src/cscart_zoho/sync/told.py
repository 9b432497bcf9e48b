"""What a run says at its end: figures and a sentence. Pure."""

from collections.abc import Callable, Mapping

from cscart_zoho.records import Entity
from cscart_zoho.sync.plan import Kind

#: By (entity, kind, target, state) how many steps there are.
Tally = Mapping[tuple[str, str, str, str], int]

#: What was done, in the order of the message.
DONE = {
    "linked": "paired",
    "created_in_zoho": "made in Zoho",
    "created_in_cscart": "made in CS-Cart",
    "updated": "updated",
    "stock_moves": "stock movements carried over",
    "failed": "failed",
}
#: What stays apart until somebody does something about it.
LEFT = {"conflicts": "in conflict", "held": "held"}
#: What people call the records of a chapter; of those that are missing here, the entity's own name.
NOUNS = {Entity.CONTACTS: "contacts of Inventory", Entity.GUESTS: "contacts of guests"}


def counts_of(tally: Tally) -> dict[str, int]:
    """The figures of a run, or of one entity of it."""
    counts = dict.fromkeys(("linked", "created_in_zoho", "created_in_cscart", "updated", "stock_moves"), 0)
    counts |= {"failed": 0, "skipped": 0}
    for (_, kind, target, state), number in tally.items():
        if state in ("failed", "unknown"):
            counts["failed"] += number
        elif state == "skipped":
            counts["skipped"] += number
        elif state == "done":
            name = {
                Kind.LINK: "linked",
                Kind.CREATE: f"created_in_{target}",
                Kind.UPDATE: "updated",
                Kind.MARK_INACTIVE: "updated",
                Kind.STOCK: "stock_moves",
            }.get(Kind(kind))
            if name:
                counts[name] += number
    return counts


def held_late(tally: Tally) -> int:
    """Records that turned out to be unfit only when they were about to be written."""
    early = (Kind.HOLD, Kind.CONFLICT)
    return sum(number for (_, kind, _, state), number in tally.items() if state == "held" and kind not in early)


def totals_of(tally: Tally, counted: Callable[[str], int], entity: Entity | None = None) -> dict[str, int]:
    """All figures of a run or, with an entity, of its chapter. `counted` is that of the ledger."""
    chapter = f"{entity.value}." if entity is not None else ""
    mine = {key: number for key, number in tally.items() if entity is None or key[0] == entity}
    counts = counts_of(mine)
    counts["held"] = counted(f"{chapter}held") + held_late(mine)
    return counts | {name: counted(chapter + name) for name in ("waiting", "conflicts")}


def message_of(counts: Mapping[Entity, Mapping[str, int]], open_intents: int, *, entity: Entity, dry_run: bool) -> str:
    """The sentences about a run of `entity`; `counts` are those of each of its chapters."""
    if dry_run:
        return "A preview: nothing was written. The steps below are what a run would do now."
    told = {each: counts[each] for each in sorted(counts, key=lambda each: each is not entity)}
    done = [f"{title(each)}: {', '.join(parts)}." for each in told if (parts := _in_words(told[each], DONE))]
    sentences = done or ["Nothing had to be written."]
    left = {each: parts for each in told if (parts := _in_words(told[each], LEFT))}
    waiting = [f"{told[each]['waiting']:,} new {nouns(each)}" for each in told if told[each]["waiting"]]
    if left:
        sentences.append(f"Not in sync: {_left(left, single=len(told) == 1)}; each one's page says why.")
    elif not done and not waiting:
        sentences = ["Both sides agree; nothing had to be written."]
    if waiting:
        sentences.append(f"{' and '.join(waiting)} wait for later runs: Zoho's calls of today do not suffice.")
    if open_intents:
        sentences.append(f"{open_intents:,} writes have no clear answer yet; the next run looks them up first.")
    return " ".join(sentences)


def _in_words(counts: Mapping[str, int], words: Mapping[str, str]) -> list[str]:
    return [f"{counts[name]:,} {said}" for name, said in words.items() if counts[name]]


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
