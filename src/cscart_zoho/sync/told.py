"""What a run says at its end: figures and a sentence. Pure."""

from collections.abc import Mapping

from cscart_zoho.records import Entity
from cscart_zoho.sync.plan import Kind

#: By (entity, kind, target, state) how many steps there are.
Tally = Mapping[tuple[str, str, str, str], int]

#: What stays apart until somebody does something about it.
LEFT = {"conflicts": "in conflict", "held": "held"}


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


def message_of(counts: Mapping[str, int], open_intents: int, *, entity: Entity, dry_run: bool) -> str:
    if dry_run:
        return "A preview: nothing was written. The steps below are what a run would do now."
    parts = [
        f"{counts[name]:,} {words}"
        for name, words in (
            ("linked", "paired"),
            ("created_in_zoho", "made in Zoho"),
            ("created_in_cscart", "made in CS-Cart"),
            ("updated", "updated"),
            ("stock_moves", "stock movements carried over"),
            ("failed", "failed"),
        )
        if counts[name]
    ]
    told = f"{entity.value.capitalize()}: {', '.join(parts)}." if parts else "Nothing had to be written."
    left = [f"{counts[name]:,} {words}" for name, words in LEFT.items() if counts[name]]
    if left:
        told += f" Not in sync: {', '.join(left)}; each one's page says why."
    elif not parts and not counts["waiting"]:
        told = "Both sides agree; nothing had to be written."
    if counts["waiting"]:
        told += f" {counts['waiting']:,} new {entity.value} wait for later runs: Zoho's calls of today do not suffice."
    if open_intents:
        told += f" {open_intents:,} writes have no clear answer yet; the next run looks them up first."
    return told
