"""Asking for a run. One that waits already is the same run."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from cscart_zoho import app
from cscart_zoho.jobs.ports import the_runner
from cscart_zoho.logs import about
from cscart_zoho.records import Entity
from cscart_zoho.store.first_sync import PEOPLE, has_begun
from cscart_zoho.store.lanes import lane_of
from cscart_zoho.store.models import Conflict, Run, RunState, Store
from cscart_zoho.sync.asked import Asked, asked_to_json

log = logging.getLogger(__name__)


def ask_for_run(
    store: Store,
    asked: Asked,
    *,
    trigger: str,
    asked_by: str = "",
    entity: Entity = Entity.PRODUCTS,
    not_before: datetime | None = None,
) -> tuple[Run, bool]:
    """The run that will do what is asked, and whether it is a new one.

    Safe against any number of simultaneous requests: the database allows one
    waiting run for each request of a store.
    """
    for _ in range(3):
        waiting = Run.objects.filter(store=store, entity=entity, asked_key=asked.key, state=RunState.WAITING).first()
        if waiting is not None:
            if trigger in PEOPLE and waiting.trigger not in PEOPLE and not has_begun(store, entity):
                waiting.trigger, waiting.asked_by = trigger, asked_by  # it waits for just this: a person who starts it
                waiting.save(update_fields=["trigger", "asked_by"])
            return waiting, False
        try:
            with transaction.atomic():
                run = Run.objects.create(
                    store=store,
                    entity=entity,
                    trigger=trigger,
                    asked_by=asked_by,
                    asked=asked_to_json(asked),
                    asked_key=asked.key,
                    asked_at=app.now(),
                    lane=lane_of(entity, asked),
                    not_before=not_before,
                )
                the_runner().announce(run)
        except IntegrityError:
            continue  # somebody was faster, or the waiting one has just been taken
        with about(run=run.pk, store=store.pk, entity=entity.value):
            log.info("asked for by the %s", trigger)
        return run, True
    raise RuntimeError("the waiting run was taken three times in a row")


#: The run that settles a conflict, where it is not named like the record.
CARRIED_OUT_BY = {
    Entity.ACCOUNTS: Entity.CUSTOMERS,
    Entity.CONTACTS: Entity.CUSTOMERS,
    Entity.GUESTS: Entity.ORDERS,
}
#: Ids of Inventory's contacts mean nothing to those runs.
BY_STORE_ID = (Entity.CONTACTS, Entity.GUESTS)


def about_conflicts(conflicts: Iterable[Conflict]) -> dict[Entity, Asked]:
    """The runs that carry the answers to conflicts out: one for products, one for customers, one for orders."""
    ids: dict[Entity, tuple[set[str], set[str]]] = {}
    for conflict in conflicts:
        entity = Entity(conflict.entity)
        cscart, zoho = ids.setdefault(CARRIED_OUT_BY.get(entity, entity), (set(), set()))
        cscart.add(conflict.cscart_id)
        if entity not in BY_STORE_ID:
            zoho.add(conflict.zoho_id)
    return {
        entity: Asked(only="ids", cscart_ids=tuple(sorted(cscart)), zoho_ids=tuple(sorted(zoho)))
        for entity, (cscart, zoho) in ids.items()
    }


def ask_to_stop(run: Run) -> bool:
    """Ask a run to stop after the record it is at. True if it was still to be stopped."""
    stopped = Run.objects.filter(pk=run.pk, state=RunState.WAITING).update(
        state=RunState.STOPPED, finished_at=timezone.now(), message="Stopped before it began."
    )
    if stopped:
        return True
    return bool(Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(stop_asked=True))
