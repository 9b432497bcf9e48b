"""The schedule: a whole run, both ways, of each connected store's products, customers and orders.

When something is due is decided in `timing`; here it is looked up and acted on.
Nothing is kept besides the settings and the runs themselves: what was asked for, by
whomever, serves every moment up to then, and so does what still waits or runs. So a
restart neither loses a moment nor serves it twice.
"""

import logging
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import DatabaseError, InterfaceError, close_old_connections, transaction
from django.db.models import Exists

from cscart_zoho import app
from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs import hints
from cscart_zoho.jobs.presence import present
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.jobs.timing import CLOCK_SLACK, Quiet, Timing, coming, next_at
from cscart_zoho.mapping.customer_choices import customer_choices_from_json
from cscart_zoho.mapping.order_choices import order_choices_from_json
from cscart_zoho.records import Entity
from cscart_zoho.store import first_sync
from cscart_zoho.store.budget import zone
from cscart_zoho.store.identity import wrong_connection
from cscart_zoho.store.models import Run, RunState, Schedule, Store
from cscart_zoho.sync.asked import Asked

log = logging.getLogger(__name__)

#: What the schedule asks for: everything that has changed, and what is new, both ways.
WHOLE = Asked()
ENTITIES = (Entity.PRODUCTS, Entity.CUSTOMERS, Entity.ORDERS)
TICK_S = 5.0
#: How the installation's interval is written: 60, or 0.5.
MINUTES = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")
#: One of these is among the permissions of a connection that may see customers.
FOR_CUSTOMERS = ("ZohoInventory.contacts", "ZohoInventory.FullAccess", "ZohoCRM.modules")
#: ... and of one that may see orders.
FOR_ORDERS = ("ZohoInventory.salesorders", "ZohoInventory.FullAccess")
PERMISSIONS = {Entity.CUSTOMERS: FOR_CUSTOMERS, Entity.ORDERS: FOR_ORDERS}
UNDER_WAY = (RunState.WAITING, RunState.RUNNING)


def every() -> timedelta | None:
    """The installation's interval, from `CSCART_ZOHO_EVERY_MINUTES` (60 by default); None when it is 0 = off.

    It counts where a store has no interval of its own. Below one minute it may
    have decimals: 0.1 is every 6 seconds, for a demonstration. Raises `WrongSetting`.
    """
    given = os.environ.get("CSCART_ZOHO_EVERY_MINUTES", "60").strip()
    seconds = round(Decimal(given) * 60, 2) if MINUTES.fullmatch(given) else Decimal(-1)
    if not (1 <= seconds < 60 or ("." not in given and 0 <= seconds <= 24 * 3600)):
        raise WrongSetting(
            f'CSCART_ZOHO_EVERY_MINUTES is "{given}".',
            advice="Set it to whole minutes between 1 and 1440, to a part of a minute such as 0.5, "
            "or to 0 for no schedule.",
        )
    return timedelta(seconds=float(seconds)) if seconds else None


@dataclass(frozen=True)
class NextRun:
    """When the schedule will run a kind of records of a store next; `at` None = not at all, and `why` says so.

    `at` is now when it is due. While a run waits or is under way, `at` is the moment after it.
    """

    store_id: int
    store: str
    entity: Entity
    at: datetime | None
    why: str = ""


def next_runs(now: datetime | None = None) -> list[NextRun]:
    """The next runs of every store, in the order of the stores."""
    moment, default = now or app.now(), every()
    return [_next_run(store, entity, moment, default) for store in _stores() for entity in ENTITIES]


def next_run(store: Store, entity: Entity, now: datetime) -> NextRun:
    """The same for one kind of records of one store."""
    return _next_run(store, entity, now, every())


def _next_run(store: Store, entity: Entity, now: datetime, default: timedelta | None) -> NextRun:
    timing = timing_of(store, entity, default)
    why = why_not(store, entity) or _never(timing)
    at = None if why else next_at(timing, _marks(store, entity, now), now)
    if at is None and not why:
        why = "Its cron expression names a moment that never comes."
    return NextRun(store.pk, store.name, entity, at, why)


def _never(timing: Timing) -> str:
    if not timing.on:
        return "Switched off."
    if timing.every is None and not timing.cron:
        return "The schedule is off (CSCART_ZOHO_EVERY_MINUTES is 0)."
    return ""


def in_short(runs: Sequence[NextRun]) -> list[tuple[str, datetime | None]]:
    """What to say of each run, with its moment; a reason that all of a store have in common is said once."""
    said: list[tuple[str, datetime | None]] = []
    for run in runs:
        alike = {(other.at, other.why) for other in runs if other.store_id == run.store_id}
        name = run.entity.value.capitalize()
        line = (run.why if len(alike) == 1 else f"{name}: {run.why}") if run.at is None else name
        if (line, run.at) not in said:
            said.append((line, run.at))
    return said


def next_moments(store: Store, entity: Entity, now: datetime, number: int = 3) -> list[datetime]:
    """The next moments of a schedule in its time zone; none where there is no next run."""
    timing = timing_of(store, entity, every())
    if why_not(store, entity):
        return []
    return [at.astimezone(timing.zone) for at in coming(timing, _marks(store, entity, now), now, number)]


# What is scheduled


def scheduled(store: Store) -> list[Entity]:
    """What the schedule may bring into sync: customers and orders only where Zoho has given leave for them."""
    return [entity for entity in ENTITIES if not why_not(store, entity)]


def why_not(store: Store, entity: Entity) -> str:
    """Why the schedule leaves these records alone, in words for people; "" when it does not."""
    return not_possible(store, entity) or _not_wanted(store, entity) or first_sync.waits(store, entity)


def waiting_for_first_sync(store: Store) -> list[Entity]:
    """What would be synced by itself if a person had started its first sync."""
    return [
        entity
        for entity in ENTITIES
        if not (first_sync.has_begun(store, entity) or not_possible(store, entity) or _not_wanted(store, entity))
    ]


def paused(store: Store) -> list[tuple[Entity, str]]:
    """What was synced by itself and is not any more for a reason of its own, with that reason.

    What holds for all kinds, such as a side that is not connected, is told by itself; what settings leave out is meant.
    """
    if _not_connected(store):
        return []
    reasons = [(entity, _no_leave(store, entity) or _unreadable(store, entity)) for entity in ENTITIES]
    return [(entity, why) for entity, why in reasons if why and first_sync.has_begun(store, entity)]


def not_possible(store: Store, entity: Entity) -> str:
    """Why no run of these records can do anything, in words for people; "" when it can."""
    return _not_connected(store) or _no_leave(store, entity)


def _not_connected(store: Store) -> str:
    if not store.connected:
        return "Paused until the store is connected."
    if store.zoho is None or not store.zoho.connected:
        return "Paused until Zoho is connected."
    if wrong := wrong_connection(store):
        return f"Paused: {wrong}"
    return ""


def _no_leave(store: Store, entity: Entity) -> str:
    """Zoho has not given the permission that these records need."""
    assert store.zoho is not None
    needed = PERMISSIONS.get(entity, ())
    if needed and not any(scope in store.zoho.scopes for scope in needed):
        return f"Zoho has given no permission for {entity.value}. Connect Zoho again and accept all it asks for."
    return ""


def _not_wanted(store: Store, entity: Entity) -> str:
    """A run would only say every hour that choices cannot be read; Settings do."""
    if why := _unreadable(store, entity):
        return why
    wanted = True
    if entity is Entity.CUSTOMERS:
        wanted = customer_choices_from_json(store.customer_choices).scheduled
    elif entity is Entity.ORDERS:
        wanted = order_choices_from_json(store.order_choices).scheduled
    return "" if wanted else f"The settings for {entity.value} leave them out of the schedule."


def _unreadable(store: Store, entity: Entity) -> str:
    try:
        if entity is Entity.CUSTOMERS:
            customer_choices_from_json(store.customer_choices)
        elif entity is Entity.ORDERS:
            order_choices_from_json(store.order_choices)
    except WrongSetting:
        return f"The settings for {entity.value} cannot be read. Open them and save them anew."
    return ""


# Settings


def timing_of(store: Store, entity: Entity, default: timedelta | None) -> Timing:
    """When something of a store is due; `default` is the installation's interval."""
    row = _row(store, entity)
    return Timing(
        every=default if row.every_minutes is None else timedelta(minutes=row.every_minutes),
        cron=row.cron,
        quiet=quiet_of(row),
        zone=zone(store.zoho.time_zone if store.zoho else "UTC"),
        on=row.on,
    )


def quiet_of(row: Schedule) -> Quiet | None:
    """The quiet hours that a row holds."""
    return Quiet(row.quiet_from, row.quiet_until) if row.quiet_from and row.quiet_until else None


def schedule_of(store: Store, entity: Entity) -> Schedule:
    """The settings of one schedule, or new ones that are not saved yet."""
    return Schedule.objects.filter(store=store, entity=entity).first() or Schedule(store=store, entity=entity)


def change_schedule(
    store: Store, entity: Entity, *, on: bool, every_minutes: int | None, cron: str, quiet: Quiet | None
) -> str:
    """Save the settings of one schedule; the change in words, "" when there is none.

    Moments that went by before the change are not made up for. A run that waits stays.
    """
    begins, ends = (quiet.begins, quiet.ends) if quiet else (None, None)
    wanted = {"on": on, "every_minutes": every_minutes, "cron": cron, "quiet_from": begins, "quiet_until": ends}
    with transaction.atomic():
        held = Store.objects.select_for_update(of=("self",)).get(pk=store.pk)
        row = schedule_of(held, entity)
        changed = [name for name, value in wanted.items() if getattr(row, name) != value]
        if not changed:
            return ""
        for name, value in wanted.items():
            setattr(row, name, value)
        row.changed_at = app.now()
        row.save()
    return f"{entity.value}: {said(row)}"


def said(row: Schedule) -> str:
    """The settings of a schedule as they are written down."""
    interval = "as the installation says" if row.every_minutes is None else f"every {row.every_minutes} minutes"
    quiet = quiet_of(row)
    return ", ".join(
        [
            "on" if row.on else "off",
            f'cron "{row.cron}"' if row.cron else interval,
            f"quiet {quiet}" if quiet else "no quiet hours",
        ]
    )


# Looking up and asking


def _stores(**which: int) -> list[Store]:
    return list(Store.objects.filter(**which).select_related("zoho").prefetch_related("schedules").order_by("pk"))


def _row(store: Store, entity: Entity) -> Schedule:
    rows: Sequence[Schedule] = list(store.schedules.all())  # prefetched, where many are looked at
    return next((row for row in rows if row.entity == entity), None) or Schedule(store=store, entity=entity)


def _marks(store: Store, entity: Entity, now: datetime) -> list[datetime]:
    """Moments up to which nothing is left to do.

    A moment before both sides were connected is left out: nothing starts unasked at once.
    """
    whole = Run.objects.filter(store=store, entity=entity.value, asked_key=WHOLE.key)
    busy = Exists(whole.filter(state__in=UNDER_WAY))
    last = whole.annotate(busy=busy).order_by("-pk").values_list("asked_at", "busy")
    asked, under_way = last.first() or (None, False)
    if under_way:
        return [now]
    if asked is not None and asked > now + CLOCK_SLACK:  # asked for before the clock was set back
        asked = next((at for at, _ in last.filter(asked_at__lte=now + CLOCK_SLACK)[:1]), None)
    zoho = store.zoho.connected_at if store.zoho else None
    marks = (asked, store.connected_at, zoho, _row(store, entity).changed_at)
    return [mark for mark in marks if mark is not None]


def due(now: datetime) -> list[Store]:
    """The stores for which something is due."""
    default = every()
    return [store for store in _stores() if _due(store, now, default)]


def _due(store: Store, now: datetime, default: timedelta | None) -> list[Entity]:
    planned = [_next_run(store, entity, now, default) for entity in ENTITIES]
    return [run.entity for run in planned if run.at is not None and run.at <= now]


def due_since(store: Store, now: datetime) -> datetime | None:
    """Since when something of a store is due that nobody has asked for; None where nothing is."""
    default, (held,) = every(), _stores(pk=store.pk)
    missed = [_missed(held, entity, now, default) for entity in ENTITIES]
    return min((moment for moment in missed if moment is not None), default=None)


def _missed(store: Store, entity: Entity, now: datetime, default: timedelta | None) -> datetime | None:
    timing = timing_of(store, entity, default)
    if why_not(store, entity) or _never(timing):
        return None
    marks = _marks(store, entity, now)
    at, past = next_at(timing, marks, now), [mark for mark in marks if mark <= now]
    if at is None or at > now or not past:
        return None
    return next_at(timing, past, max(past))


def ask_for_due(now: datetime) -> list[Run]:
    """Ask for every run that is due. Any number of schedules may do this at the same time."""
    return [run for store in due(now) for run in _ask(store, now)]


def _ask(store: Store, now: datetime) -> list[Run]:
    with transaction.atomic():
        # Two schedules may have found the same store due: the second one waits here and looks again.
        held = Store.objects.select_for_update(of=("self",)).select_related("zoho").get(pk=store.pk)
        entities = _due(held, now, every())
        return [ask_for_run(held, WHOLE, trigger="schedule", entity=entity)[0] for entity in entities]


def keep(stop: threading.Event, *, now: Callable[[], datetime] = app.now, tick_s: float | None = None) -> None:
    """Ask for due runs, and for those that messages call for, until `stop` is set, every `tick_s` seconds."""
    with present("schedule"):
        while not stop.is_set():
            try:
                ask_for_due(now())
                hints.take_hints(now())
            except (DatabaseError, InterfaceError) as error:
                log.warning("The database does not answer (%s); trying again.", type(error).__name__)
            finally:
                close_old_connections()
            stop.wait(tick_of(every()) if tick_s is None else tick_s)


def tick_of(default: timedelta | None) -> float:
    """How many seconds the schedule rests between two looks: less than a short interval."""
    return min(TICK_S, default.total_seconds() / 4) if default else TICK_S
