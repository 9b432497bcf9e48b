"""The first yes: what nobody has started to sync is not synced by itself.

Connecting both sides arms nothing. The first sync of products, of customers and of orders is a person's, and what is
asked for by the schedule, by the server's cron and by messages waits for it.
"""

from datetime import datetime

from django.db import transaction

from cscart_zoho.records import Direction, Entity
from cscart_zoho.store.models import Store
from cscart_zoho.sync.asked import Asked

#: Triggers of runs that a person asks for.
PEOPLE = ("button", "cli")


def is_first_sync(asked: Asked, trigger: str) -> bool:
    """Whether a run is what the schedule would do, asked for by a person: all records, both ways, and not a preview."""
    narrow = asked.only == "ids" or asked.stock_only or asked.dry_run or asked.winner
    return trigger in PEOPLE and not narrow and asked.direction is Direction.BOTH


def has_begun(store: Store, entity: Entity) -> bool:
    """Whether a person has started the first sync of these records."""
    return entity.value in store.first_syncs


@transaction.atomic
def begin(store: Store, entity: Entity, *, by: str, at: datetime) -> None:
    """A person starts the first sync of these records; the first one counts."""
    if has_begun(store, entity):
        return
    held = Store.objects.select_for_update(of=("self",)).get(pk=store.pk)
    held.first_syncs.setdefault(entity.value, {"at": at.isoformat(), "by": by})
    Store.objects.filter(pk=store.pk).update(first_syncs=held.first_syncs)
    store.first_syncs = held.first_syncs


def waits(store: Store, entity: Entity) -> str:
    """Why nothing is done by itself about these records yet, in words for people; "" once they are synced."""
    if has_begun(store, entity):
        return ""
    page, what = entity.value.capitalize(), entity.value
    return f"Waits for your first sync of {what}: start it on the page {page}, or by cscart-zoho sync {what}."
