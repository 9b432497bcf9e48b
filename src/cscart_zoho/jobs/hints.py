"""Hints: what messages of both sides name is looked at soon.

A message becomes a row for each record that it names; that is all that happens while
its sender waits. One run of a store's products, customers or orders takes all that
wait when it begins, and looks at these records alone. What it does with them is what a
scheduled run would do, brakes included. Many records at once are left to one run over
everything. A message that is lost costs time and nothing else: the scheduled runs find
what it would have told.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, transaction
from django.db.models import Count, F, Max, QuerySet

from cscart_zoho import app
from cscart_zoho.jobs import schedule
from cscart_zoho.jobs.requests import CARRIED_OUT_BY, ask_for_run
from cscart_zoho.jobs.timing import after_quiet
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.budget import calls_left
from cscart_zoho.store.first_sync import has_begun
from cscart_zoho.store.inbox import Hint, HintSource
from cscart_zoho.store.known_versions import known_versions
from cscart_zoho.store.lanes import lane_of
from cscart_zoho.store.models import Cursor, Link, Run, RunState, Store
from cscart_zoho.sync.asked import Asked, asked_from_json, asked_to_json
from cscart_zoho.sync.hints import Told

log = logging.getLogger(__name__)

#: What is asked for when messages came: it has no ids until it begins, and takes those that wait then.
HINTED = Asked(only="ids", hinted=True)
#: How long the first message waits for others, so that they make one run.
TOGETHER = timedelta(seconds=1.5)
#: Runs of one kind of record follow each other like this: the first ones of an hour quickly, further ones slowly.
QUICK, QUICK_ONES, SLOW = timedelta(seconds=3), 20, timedelta(minutes=3)
HOUR = timedelta(hours=1)
#: So many records are looked at one by one; more at once are left to one run over everything ...
MOST = 25
#: ... and those follow each other like this. So does a run that follows one that needs attention.
WHOLE_EVERY = timedelta(minutes=10)
#: Messages leave so much of the calls that are left for such runs today to the scheduled ones, in per cent of a day's.
LEFT_TO_SCHEDULE = 5
#: Rows are kept so long: a message that is sent again within this time is not a second hint.
KEPT = timedelta(days=30)
#: A source whose look was cut off is looked after again.
LOOK_AGAIN = timedelta(minutes=15)
#: Ids that are looked up together.
CHUNK = 500


# Taking messages in


def receive(source: HintSource, told: Sequence[Told], message: bytes, now: datetime) -> bool:
    """Keep what a message names; False when it came before. A run is asked for when none waits already.

    `message` is what came, for telling repeated ones. While the sender waits there is one insert, one update
    and, for the first of several messages, the request of a run.
    """
    mark = hashlib.sha256(message).hexdigest()
    side = Side.CSCART if source.kind == HintSource.Kind.CSCART else Side.ZOHO
    rows = [_row(source, side, each, mark, now) for each in told]
    counters = HintSource.objects.filter(pk=source.pk)
    try:
        with transaction.atomic():
            rows[0].save(force_insert=True)
            Hint.objects.bulk_create(rows[1:], ignore_conflicts=True)
            counters.update(accepted=F("accepted") + 1, last_at=now, refusal="")
    except IntegrityError:
        counters.update(doubled=F("doubled") + 1, last_at=now)
        return False
    for entity in {run_of(row.entity) for row in rows}:
        _ask(source.store, entity, now, together=TOGETHER)
    return True


def _row(source: HintSource, side: Side, told: Told, mark: str, now: datetime) -> Hint:
    return Hint(
        source=source,
        store_id=source.store_id,
        entity=told.entity.value,
        side=side.value,
        remote_id=told.id,
        digest=hashlib.sha256(f"{mark} {told.entity.value} {told.id}".encode()).hexdigest(),
        received_at=now,
        changed_at=told.changed_at,
    )


def refuse(source: HintSource, why: str) -> None:
    """Count a message that was not taken, and keep why for the page."""
    HintSource.objects.filter(pk=source.pk).update(refused=F("refused") + 1, refusal=why)


def run_of(entity: str) -> Entity:
    """The run that looks at records of this kind."""
    kind = Entity(entity)
    return CARRIED_OUT_BY.get(kind, kind)


def _kinds_of(entity: Entity) -> list[str]:
    return [kind.value for kind in Entity if run_of(kind.value) is entity]


# Asking for runs


def take_hints(now: datetime) -> list[Run]:
    """Ask for the runs that waiting hints call for, and look after what is made at the other sides.

    For the schedule's loop. Any number of schedules may do this at the same time.
    """
    hints = Hint.objects.filter(settled_at=None, store__set_aside_at=None)
    waiting = hints.order_by().values_list("store", "entity").distinct()
    kinds = sorted({(store, run_of(entity)) for store, entity in waiting})
    stores = Store.objects.select_related("zoho").in_bulk([store for store, _ in kinds])
    runs = [_ask(stores[store], entity, now) for store, entity in kinds]
    look_after_sources(now)
    return [run for run in runs if run is not None]


def follow_up(store: Store, now: datetime) -> None:
    """A run of the store has ended: what came while it was under way need not wait for the schedule's loop."""
    waiting = Hint.objects.filter(store=store, settled_at=None).order_by().values_list("entity", flat=True).distinct()
    for entity in sorted({run_of(entity) for entity in waiting}):
        _ask(store, entity, now)


def look_after_sources(now: datetime) -> None:
    """Renew, make or end at the other sides what is due."""
    sources = HintSource.objects.filter(look_at__lte=now, store__set_aside_at=None)
    for source in sources.select_related("store__zoho").order_by("pk"):
        mine = HintSource.objects.filter(pk=source.pk, look_at=source.look_at)
        if mine.update(look_at=now + LOOK_AGAIN):  # whoever else has found it due finds it taken
            _look_after(source)


def _look_after(source: HintSource) -> None:
    """What goes wrong with one source must not end the schedule of all."""
    try:
        app.look_after_hooks(source)
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("The web hooks of %s could not be looked after.", source)


def _ask(store: Store, entity: Entity, now: datetime, together: timedelta = timedelta()) -> Run | None:
    """A new run for what waits, where one may begin soon; None when there is none to ask for.

    It begins `together` after now, so that further messages can join it, and not right after the last one.
    """
    if _is_busy(store, entity) or not _may_begin(store, entity, now) or not _fresh(store, entity, now):
        return None
    _, last = _begun(store, entity, now)
    begins = max(now + together, last + QUICK if last is not None else now)
    run, is_new = ask_for_run(store, HINTED, trigger="hint", entity=entity, not_before=begins if begins > now else None)
    return run if is_new else None


def _is_busy(store: Store, entity: Entity) -> bool:
    """Whether a run waits or is under way that hints join or wait for: no two of them look at the same thing."""
    under_way = Run.objects.filter(
        store=store, entity=entity.value, state__in=[RunState.WAITING, RunState.RUNNING]
    ).values_list("state", "asked_key", "not_before")
    return any(
        state == RunState.RUNNING or key == HINTED.key or (key == schedule.WHOLE.key and not_before is None)
        for state, key, not_before in under_way
    )


def _may_begin(store: Store, entity: Entity, now: datetime) -> bool:
    """Whether a run may start by itself now: as the schedule has it, not too often, and not on the last calls."""
    if not has_begun(store, entity):
        return False
    timing = schedule.timing_of(store, entity, None)
    if after_quiet(timing, now) != now or _in_reserve(store, entity, now) or not _looked_before(store, entity):
        return False
    number, last = _begun(store, entity, now)
    if last is not None and number >= QUICK_ONES and now - last < SLOW:
        return False
    return not _needs_attention(store, entity, now)


def _begun(store: Store, entity: Entity, now: datetime) -> tuple[int, datetime | None]:
    """How many such runs have begun within the hour, and when the last one did."""
    taken = _of(store, entity).filter(settled_at__gt=now - HOUR, run__isnull=False)
    told = taken.aggregate(runs=Count("run", distinct=True), last=Max("settled_at"))
    return told["runs"], told["last"]


def _in_reserve(store: Store, entity: Entity, now: datetime) -> bool:
    """Whether what is left of the day's calls is kept for what is more urgent, or for the schedule."""
    org = store.zoho
    left = calls_left(org, now, lane_of(entity, HINTED)) if org is not None else None
    return org is not None and left is not None and left * 100 <= (org.daily_limit or 0) * LEFT_TO_SCHEDULE


def _needs_attention(store: Store, entity: Entity, now: datetime) -> bool:
    """Whether the last run was stopped by the brake, or had trouble, a moment ago: it would be again.

    What has failed before and waits for its next try is no trouble of that run.
    """
    last = _runs(store, entity).order_by("-pk").first()
    if last is None or last.state != RunState.ATTENTION:
        return False
    if last.phase == "telling" and not last.counts.get("failed") and not last.counts.get("unclear"):
        return False
    return now - (_taken_at(last) or now) < WHOLE_EVERY


def _runs(store: Store, entity: Entity) -> "QuerySet[Run]":
    return Run.objects.filter(store=store, entity=entity.value, asked_key=HINTED.key)


def _taken_at(run: Run) -> datetime | None:
    """When a run took the hints that waited."""
    return run.hints.order_by("-settled_at").values_list("settled_at", flat=True).first()


def _whole_may_begin(store: Store, entity: Entity, now: datetime) -> bool:
    last = _runs(store, entity).filter(asked__only="").order_by("-pk").first()
    taken = _taken_at(last) if last is not None else None
    return taken is None or now - taken >= WHOLE_EVERY


# What still has to be looked at


def _of(store: Store, entity: Entity) -> "QuerySet[Hint]":
    return Hint.objects.filter(store=store, entity__in=_kinds_of(entity))


def _fresh(store: Store, entity: Entity, now: datetime) -> list[Hint]:
    """The hints that wait, oldest first. Those that tell nothing new are settled on the way."""
    waiting = list(_of(store, entity).filter(settled_at=None).order_by("pk"))
    if waiting and has_begun(store, entity) and not _is_wanted(store, entity):
        stale = waiting
    else:
        stale = [hint for some in _chunks(waiting) for hint in _stale(store, some)]
    _settle([hint.pk for hint in stale], now, None)
    gone = {hint.pk for hint in stale}
    return [hint for hint in waiting if hint.pk not in gone]


def _is_wanted(store: Store, entity: Entity) -> bool:
    """Whether these records are kept in sync by themselves: else a message about them changes nothing either."""
    if schedule.why_not(store, entity):
        return False
    by_cron = store.cron_addresses.filter(entity=entity.value)
    return schedule.timing_of(store, entity, None).on or by_cron.exists()


def _stale(store: Store, hints: Sequence[Hint]) -> list[Hint]:
    """Those whose record a run over everything has looked at since, or that tell of a version we know."""
    looks = {
        (entity, side): moment
        for entity, side, moment in Cursor.objects.filter(store=store, kind="changes").values_list(
            "entity", "side", "moment"
        )
    }
    known = known_versions(store, hints)
    return [
        hint
        for hint in hints
        if hint.pk in known or looks.get((hint.entity, hint.side), hint.received_at) > hint.received_at
    ]


def _settle(ids: Iterable[int], now: datetime, run: Run | None) -> None:
    for some in _chunks(list(ids)):
        Hint.objects.filter(pk__in=some, settled_at=None).update(settled_at=now, run=run)


def _chunks(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


# When the run begins


def begin(run: Run, now: datetime) -> Asked:
    """What a run has to do. One that messages have asked for takes, once, what waits now."""
    named = [run.asked.get(name) for name in ("cscart_ids", "zoho_ids", "account_ids")]
    if not run.asked.get("hinted") or any(named):
        return asked_from_json(run.asked)
    with transaction.atomic():
        Hint.objects.filter(store=run.store, received_at__lt=now - KEPT).delete()
        asked, taken = _chosen(run, _fresh(run.store, Entity(run.entity), now), now)
        _settle([hint.pk for hint in taken], now, run)
        run.asked = asked_to_json(asked)
        Run.objects.filter(pk=run.pk).update(asked=run.asked)
    return asked


def _chosen(run: Run, fresh: Sequence[Hint], now: datetime) -> tuple[Asked, Sequence[Hint]]:
    """What to look at, and which hints that settles. Those that find no room wait for the next run."""
    entity = Entity(run.entity)
    records = list(dict.fromkeys((hint.entity, hint.side, hint.remote_id) for hint in fresh))
    if len(records) > MOST:
        if _whole_may_begin(run.store, entity, now):
            return Asked(), fresh
        records = records[:MOST]
    taken = [hint for hint in fresh if (hint.entity, hint.side, hint.remote_id) in set(records)]
    return _asked(run.store, records), taken


def _looked_before(store: Store, entity: Entity) -> bool:
    """The first look at everything is the schedule's, or a person's."""
    return Cursor.objects.filter(store=store, entity=entity.value, kind="full").count() == len(Side)


def _asked(store: Store, records: Sequence[tuple[str, str, str]]) -> Asked:
    """A look at these records, each given by kind, side and id."""

    def ids(kinds: Iterable[Entity], side: Side) -> set[str]:
        return {id for kind, of, id in records if Entity(kind) in kinds and of == side}

    themselves = {Entity.PRODUCTS, Entity.CUSTOMERS, Entity.ORDERS}
    # Contacts of Inventory beside those of CRM are known by their users.
    contacts = Link.objects.filter(
        store=store, entity=Entity.CONTACTS.value, zoho_id__in=ids({Entity.CONTACTS}, Side.ZOHO)
    )
    users = set(contacts.values_list("cscart_id", flat=True))
    return Asked(
        only="ids",
        hinted=True,
        cscart_ids=tuple(sorted(ids(themselves, Side.CSCART) | users)),
        zoho_ids=tuple(sorted(ids(themselves, Side.ZOHO))),
        account_ids=tuple(sorted(ids({Entity.ACCOUNTS}, Side.ZOHO))),
    )
