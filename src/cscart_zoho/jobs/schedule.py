"""The schedule: a whole run, both ways, for each connected store, once in every slot.

Slots are whole multiples of the interval since the epoch (with 60 minutes: every
full hour, UTC). Nothing is kept besides the runs themselves: a slot is served
when a whole run was asked for in it, by whomever, or still waits or runs. So a
restart neither loses a slot nor serves it twice.
"""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError, close_old_connections, transaction
from django.db.models import Q
from django.utils import timezone

from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs.presence import present
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.mapping.customer_choices import customer_choices_from_json
from cscart_zoho.mapping.order_choices import order_choices_from_json
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Run, RunState, Store
from cscart_zoho.sync.asked import Asked

log = logging.getLogger(__name__)

#: What the schedule asks for: everything that has changed, and what is new, both ways.
WHOLE = Asked()
TICK_S = 5.0
#: One of these is among the permissions of a connection that may see customers.
FOR_CUSTOMERS = ("ZohoInventory.contacts", "ZohoInventory.FullAccess", "ZohoCRM.modules")
#: ... and of one that may see orders.
FOR_ORDERS = ("ZohoInventory.salesorders", "ZohoInventory.FullAccess")


def every() -> timedelta | None:
    """The interval, from `CSCART_ZOHO_EVERY_MINUTES` (60 by default); None when it is 0 = off.

    Raises `WrongSetting`.
    """
    given = os.environ.get("CSCART_ZOHO_EVERY_MINUTES", "60").strip()
    if not given.isdecimal() or int(given) > 24 * 60:
        raise WrongSetting(
            f'CSCART_ZOHO_EVERY_MINUTES is "{given}".',
            advice="Set it to whole minutes between 1 and 1440, or to 0 for no schedule.",
        )
    return timedelta(minutes=int(given)) if int(given) else None


def slot_start(now: datetime, interval: timedelta) -> datetime:
    """The beginning of the slot that `now` is in. Pure."""
    seconds = int(interval.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


@dataclass(frozen=True)
class NextRun:
    """When the schedule will run a store next; `at` None = not at all, and `why` says so."""

    store_id: int
    store: str
    at: datetime | None
    why: str = ""


def next_runs(now: datetime | None = None) -> list[NextRun]:
    """The next run of every store, in the order of the stores."""
    moment, interval = now or timezone.now(), every()
    return [_next_run(store, moment, interval) for store in _stores()]


def _next_run(store: Store, now: datetime, interval: timedelta | None) -> NextRun:
    if interval is None:
        return NextRun(store.pk, store.name, None, "The schedule is off (CSCART_ZOHO_EVERY_MINUTES is 0).")
    missing = _missing(store)
    if missing:
        return NextRun(store.pk, store.name, None, missing)
    slot = slot_start(now, interval)
    return NextRun(store.pk, store.name, now if _is_due(store, slot) else slot + interval)


def _missing(store: Store) -> str:
    """Why the schedule leaves a store alone, or ""."""
    if not store.connected:
        return "Paused until the store is connected."
    if store.zoho is None or not store.zoho.connected:
        return "Paused until Zoho is connected."
    return ""


def due(now: datetime) -> list[Store]:
    """The connected stores for which something of the present slot has not been served."""
    interval = every()
    if interval is None:
        return []
    slot = slot_start(now, interval)
    return [store for store in _stores() if not _missing(store) and _is_due(store, slot)]


def _is_due(store: Store, slot: datetime) -> bool:
    return any(_unserved(store, entity, slot) for entity in scheduled(store))


def scheduled(store: Store) -> list[Entity]:
    """What the schedule brings into sync: customers and orders only where Zoho has given leave for them."""
    entities = [Entity.PRODUCTS]
    try:
        wanted = customer_choices_from_json(store.customer_choices).scheduled
    except WrongSetting:
        wanted = False  # a run would only say so every hour; Settings do
    scopes = store.zoho.scopes if store.zoho is not None else ""
    if wanted and any(scope in scopes for scope in FOR_CUSTOMERS):
        entities.append(Entity.CUSTOMERS)
    try:
        wanted = order_choices_from_json(store.order_choices).scheduled
    except WrongSetting:
        wanted = False
    if wanted and any(scope in scopes for scope in FOR_ORDERS):
        entities.append(Entity.ORDERS)
    return entities


def _unserved(store: Store, entity: Entity, slot: datetime) -> bool:
    """A slot that had begun before both sides were connected is left out: nothing starts unasked at once."""
    if max(_connected_since(store)) >= slot:
        return False
    whole = Run.objects.filter(store=store, entity=entity.value, asked_key=WHOLE.key)
    served = Q(asked_at__gte=slot) | Q(state__in=[RunState.WAITING, RunState.RUNNING])
    return not whole.filter(served).exists()


def _connected_since(store: Store) -> list[datetime]:
    zoho = store.zoho.connected_at if store.zoho else None
    return [moment for moment in (store.connected_at, zoho) if moment is not None]


def _stores() -> list[Store]:
    return list(Store.objects.select_related("zoho").order_by("pk"))


def ask_for_due(now: datetime) -> list[Run]:
    """Ask for every run that is due. Any number of schedules may do this at the same time."""
    return [run for store in due(now) for run in _ask(store, now)]


def _ask(store: Store, now: datetime) -> list[Run]:
    interval = every()
    with transaction.atomic():
        # Two schedules may have found the same store due: the second one waits here and looks again.
        held = Store.objects.select_for_update(of=("self",)).select_related("zoho").get(pk=store.pk)
        if interval is None or _missing(held):
            return []
        slot = slot_start(now, interval)
        unserved = [entity for entity in scheduled(held) if _unserved(held, entity, slot)]
        runs = [ask_for_run(held, WHOLE, trigger="schedule", entity=entity)[0] for entity in unserved]
    for run in runs:
        log.info("Run %s (%s) of %s was asked for by the schedule.", run.pk, run.entity, held.name)
    return runs


def keep(stop: threading.Event, *, now: Callable[[], datetime] = timezone.now, tick_s: float = TICK_S) -> None:
    """Ask for due runs until `stop` is set."""
    with present("schedule"):
        while not stop.is_set():
            try:
                ask_for_due(now())
            except (DatabaseError, InterfaceError) as error:
                log.warning("The database does not answer (%s); trying again.", type(error).__name__)
            finally:
                close_old_connections()
            stop.wait(tick_s)
