"""Which hints tell of a version of a record that we know already: most often the echo of our own write."""

from collections.abc import Sequence
from datetime import timedelta

from cscart_zoho.records import Side
from cscart_zoho.store.inbox import Hint
from cscart_zoho.store.models import Link, Observation, Store

#: A message comes so soon after the write that caused it. Zoho tells of a deletion with the document as it was, so a
#: later message about the version we know may be that of its end.
ECHO = timedelta(minutes=10)


def known_versions(store: Store, hints: Sequence[Hint]) -> set[int]:
    """The keys of those hints. Each is about a record that

    - a run has brought into agreement at most ten minutes before the message came,
    - we have seen in a version that is not older than the one the message tells of,
    - and that holds what both sides agreed on: nothing of it waits to be carried over.

    One whose version cannot be told is not among them. What is taken for known and was not, the scheduled runs find.
    """
    told = [hint for hint in hints if hint.changed_at is not None]
    groups: dict[tuple[str, str], list[Hint]] = {}
    for hint in told:
        groups.setdefault((hint.entity, hint.side), []).append(hint)
    return {pk for (entity, side), some in groups.items() for pk in _known(store, entity, Side(side), some)}


def _known(store: Store, entity: str, side: Side, hints: Sequence[Hint]) -> list[int]:
    ids = {hint.remote_id for hint in hints}
    mine = {"store": store, "entity": entity}
    rows = Observation.objects.filter(**mine, side=side.value, remote_id__in=ids, gone_at=None)
    seen = {row.remote_id: row for row in rows}
    links = {
        getattr(link, f"{side.value}_id"): link for link in Link.objects.filter(**mine, **{f"{side.value}_id__in": ids})
    }
    return [
        hint.pk
        for hint in hints
        if hint.remote_id in seen and hint.remote_id in links and _is_known(hint, seen[hint.remote_id], links, side)
    ]


def _is_known(hint: Hint, seen: Observation, links: dict[str, Link], side: Side) -> bool:
    link = links[hint.remote_id]
    if hint.changed_at is None or seen.modified_at is None or seen.partial or seen.modified_at < hint.changed_at:
        return False
    base = link.base_cscart if side is Side.CSCART else link.base_zoho
    return link.settled_at >= hint.received_at - ECHO and all(seen.values.get(name) == base[name] for name in base)
