"""`links`: which records of both sides are the same, and why a pair may differ. Without a call to anybody."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from cscart_zoho.cli.here import the_store
from cscart_zoho.cli.words import answer_json, say, table
from cscart_zoho.mapping.counted import so_many
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Conflict, Link, Observation, Store, SyncState
from cscart_zoho.store.order_stock import OrderStock

#: Rows in one query.
CHUNK = 500
#: Orders that are named for the pieces of one product.
NAMED = 20


def links(about: Entity, *, as_json: bool) -> None:
    """All pairs of one kind of record; for people only those that something is to be said about."""
    rows = link_rows(the_store(), about)
    if as_json:
        answer_json({"about": about.value, "links": rows})
        return
    told = [row for row in rows if _words(row)]
    if told:
        head = ("CS-Cart", "Zoho", "Record", "State", "Why they may differ")
        say(table([(r["cscart"], r["zoho"], r["label"], r["state"], _words(r)) for r in told], head=head))
    say(f"{so_many(len(rows), 'pair')} of {about.value}; {len(told):,} of them may differ for a reason.")


def link_rows(store: Store, about: Entity) -> list[dict[str, Any]]:
    """Each pair with its ids, and everything that the merchant is told about it.

    `conflicts` names the fields that wait for an answer; `reason` is why it is held or has failed; `in_orders` are
    pieces that orders of the store hold and Zoho has not taken yet, `orders` the latest of those orders. Below zero,
    sales orders have taken what was out of Zoho's stock already, and it is not put back yet.
    """
    pairs = list(Link.objects.filter(store=store, entity=about).order_by("pk").values_list("cscart_id", "zoho_id"))
    found: list[dict[str, Any]] = []
    for start in range(0, len(pairs), CHUNK):
        found += _rows(store, about, pairs[start : start + CHUNK])
    return found


def _rows(store: Store, about: Entity, pairs: Sequence[tuple[str, str]]) -> Iterable[dict[str, Any]]:
    ends = _ends(store, about, pairs)
    waiting = _conflicts(store, about, pairs)
    stock = OrderStock(store) if about is Entity.PRODUCTS else None
    taken = stock.of(pairs) if stock is not None else {}
    orders = stock.waiting_orders(pairs, NAMED) if stock is not None else {}
    for cscart_id, zoho_id in pairs:
        here, there = ends.get((Side.CSCART, cscart_id)), ends.get((Side.ZOHO, zoho_id))
        both = [row for row in (here, there) if row is not None]
        in_store, in_zoho = taken.get((cscart_id, zoho_id), (0, 0))
        row: dict[str, Any] = {
            "cscart": cscart_id,
            "zoho": zoho_id,
            "label": next((each.name or each.key for each in both if each.name or each.key), ""),
            "state": _state(both),
            "reason": " ".join(dict.fromkeys(each.reason for each in both if each.reason)),
            "conflicts": waiting[cscart_id, zoho_id],
        }
        if stock is not None:
            is_counted = any(each.stock is not None for each in both)
            row["in_orders"] = in_store - in_zoho if is_counted else 0
            row["orders"] = orders.get(cscart_id, []) if row["in_orders"] else []
        if about is Entity.CUSTOMERS:
            row["no_email"] = any(each.no_email for each in both)
        yield row


def _ends(store: Store, about: Entity, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Observation]:
    here = Q(side=Side.CSCART, remote_id__in=[id for id, _ in pairs])
    there = Q(side=Side.ZOHO, remote_id__in=[id for _, id in pairs])
    rows = Observation.objects.filter(here | there, store=store, entity=about).defer("values")
    return {(row.side, row.remote_id): row for row in rows}


def _conflicts(store: Store, about: Entity, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    open_ones = Conflict.objects.filter(
        store=store, entity=about, settled_at=None, cscart_id__in=[id for id, _ in pairs]
    )
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in open_ones.order_by("pk"):
        found[each.cscart_id, each.zoho_id].append(each.field)
    return found


def _state(both: Sequence[Observation]) -> str:
    """The one of both that needs more attention."""
    states = [row.state for row in both]
    most = (SyncState.CONFLICT, SyncState.FAILED, SyncState.HELD, SyncState.GONE, SyncState.NOT_SYNCED)
    return next((state.value for state in most if state in states), SyncState.SYNCED.value)


def _words(row: dict[str, Any]) -> str:
    """What people are told about a pair, or nothing."""
    told = [row["reason"]]
    if row["conflicts"] and not row["reason"]:
        told.append(f"Waits for an answer: {', '.join(row['conflicts'])}.")
    if (pieces := row.get("in_orders", 0)) > 0:
        told.append(f"{so_many(pieces, 'piece')} in orders that Zoho has not confirmed.")
    elif pieces:
        told.append(
            f"{so_many(-pieces, 'piece')} too few for sale in Zoho until the next run of orders puts them back."
        )
    if row.get("no_email"):
        told.append("It has no e-mail address of its own.")
    return " ".join(filter(None, told))
