"""The ledger of one run, in the database: fulfils `cscart_zoho.sync.ports.Ledger`."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any

from django.db import IntegrityError, InterfaceError, InternalError, OperationalError, connection, transaction
from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Now

from cscart_zoho.mapping.customer_map import ANONYMOUS
from cscart_zoho.mapping.storefronts import apart_from
from cscart_zoho.records import INACTIVE, Entity, Record, Selection, Side, Value, Values, digest
from cscart_zoho.store import models, rows, statements
from cscart_zoho.store.asleep import asleep_beside
from cscart_zoho.store.badges import once_of_all
from cscart_zoho.store.file_rows import forget_file_row, with_file
from cscart_zoho.store.identity import connected_with
from cscart_zoho.store.order_stock import OrderStock, is_gone, keep_lines, products_of_orders_are_due
from cscart_zoho.store.resting_orders import goods_have_come
from cscart_zoho.store.rows_without_key import RowsWithoutKey
from cscart_zoho.store.values import (
    payload_to_json,
    to_json,
    value_to_json,
)
from cscart_zoho.store.versions import part_for
from cscart_zoho.sync.guard import Partners
from cscart_zoho.sync.merge import Difference
from cscart_zoho.sync.pairing import Candidate
from cscart_zoho.sync.pairs import Linked, OpenConflict, Pair, Seen, WaitingPieces
from cscart_zoho.sync.plan import Action, Kind, State, asleep
from cscart_zoho.sync.ports import (
    Badge,
    Begun,
    Census,
    ChoicesChanged,
    Clock,
    LostLease,
    NewIntent,
    OpenIntent,
    PlannedStep,
)
from cscart_zoho.sync.stock import Agreement

#: Rows that are looked at together.
CHUNK = 500
#: Steps that are handed out together.
STEPS = 100
#: Rows of one side with the same SKU that are told; the reason to hold them names five.
CROWD = 7
#: Ids that are asked for in one query.
IDS = 5000
EVERYTHING = Selection()
#: PostgreSQL's own number for a transaction that it ended because it rested (Error Codes, class 25). By the time it is
#: asked, the connection may be a new one.
RESTED = "25P03"
A_DAY = timedelta(hours=24)
#: The first wait after a failed attempt; it doubles with each further one.
FIRST_WAIT = timedelta(minutes=5)
#: ... and after many were refused for one reason.
FIRST_WAIT_FOR_ALL = timedelta(hours=1)
LONGEST_WAIT = timedelta(hours=24)
#: The status of a sales order that another one may have taken the place of.
VOID = "void"
#: What `_for_sale` says of a product without pieces.
NONE_FOR_SALE = ("", 0)
#: The cursor of a look at everything that is under way.
LOOK = "look"
#: What a base holds of stock.
STOCK_NAMES = ("stock", "evened_out")
#: ... and of the last plan about all records that the brake has let pass.
PASSED = "passed"

# What each commit asks for, written down (see `statements`).
CHOICES = "SELECT choices_version FROM store_store WHERE id = %s"
CHOICES_LOCKED = f"{CHOICES} FOR NO KEY UPDATE"
STOP_ASKED = "SELECT 1 FROM store_run WHERE id = %s AND stop_asked"


@cache
def _renewing(columns: tuple[str, ...], *, by_database: bool) -> str:
    """The statement that renews a lease; with the heartbeat's moment (or the database's), these columns, run, lease."""
    set_to = "".join(f", {column} = %s" for column in columns)
    moment = "STATEMENT_TIMESTAMP()" if by_database else "%s"
    mine = "id = %s AND lease = %s AND state = 'running'"
    return f"UPDATE store_run SET heartbeat_at = {moment}{set_to} WHERE {mine}"  # noqa: S608 (names of our columns)


class RunLedger:
    """What one leased run reads and writes. `at_commit` is called before and after each commit.

    `calls` tells the run's columns of calls as they are now, and `heartbeat` the
    moment by the clock that all machines share.
    """

    def __init__(
        self,
        run: models.Run,
        clock: Clock,
        *,
        stopping: Callable[[], bool] = lambda: False,
        makes_room: Callable[[], bool] = lambda: False,
        at_commit: Callable[[], None] = lambda: None,
        on_progress: Callable[[str, int, int], None] = lambda phase, done, total: None,
        calls: Callable[[], Mapping[str, int]] = dict,
        heartbeat: Callable[[], datetime | Now] | None = None,
    ) -> None:
        self.run = run
        self.entity = Entity(run.entity)
        self.clock = clock
        self.stopping = stopping
        self.makes_room = makes_room
        self.at_commit = at_commit
        self.on_progress = on_progress
        self.calls = calls
        self.heartbeat = heartbeat or clock.now
        self._mine: dict[str, Any] = {"store_id": run.store_id, "entity": run.entity}
        self._read_up_to: dict[Side, int] = dict.fromkeys(Side, 0)
        self._without_key = RowsWithoutKey(self._observations)
        self._progress: dict[str, int] = {}
        self._stale = False

    def about(self, entity: Entity) -> "RunLedger":
        """The same run's ledger of another kind of record."""
        if entity is self.entity:
            return self
        other = copy(self)
        other.entity, other._mine = entity, {**self._mine, "entity": entity.value}
        other.__dict__.pop("_order_stock", None)
        other._without_key = RowsWithoutKey(other._observations)
        other._read_up_to = dict.fromkeys(Side, 0)
        return other

    @contextmanager
    def commit(self) -> Iterator[None]:
        try:
            with transaction.atomic():
                self._stale = self.choices_changed()
                yield
                self._renew()
                self.at_commit()
        except IntegrityError as error:
            # Who slept while another worker did the same work finds that worker's rows.
            if not self._mine_still.exists():
                raise self._lost() from error
            raise
        self.at_commit()

    def choices_changed(self) -> bool:
        """Whether other choices hold by now than those that this run works by.

        Inside a commit they stay as they are until its end: who saves others waits.
        """
        locked = connection.in_atomic_block and connection.features.has_select_for_no_key_update
        now = statements.first(CHOICES_LOCKED if locked else CHOICES, self.run.store_id)
        return part_for(Entity(self.run.entity), now[0] if now else "") != self.choices

    @cached_property
    def choices(self) -> str:
        """The version of the choices that this run works by: those of the store that it was given."""
        return part_for(Entity(self.run.entity), self.run.store.choices_version)

    @property
    def _mine_of_choices(self) -> str:
        """What of it is about this kind of record."""
        return part_for(self.entity, self.run.store.choices_version)

    @property
    def _mine_still(self) -> QuerySet[models.Run]:
        return models.Run.objects.filter(pk=self.run.pk, lease=self.run.lease, state=models.RunState.RUNNING)

    def _lost(self) -> LostLease:
        return LostLease(f"run {self.run.pk} was taken over by another worker")

    def _renew(self) -> None:
        """Renew the lease, or find that it is lost: then nothing of this commit is kept."""
        beat, columns = self.heartbeat(), {**self._progress, **self.calls()}
        text = _renewing(tuple(columns), by_database=isinstance(beat, Now))
        moment = () if isinstance(beat, Now) else (beat,)
        if not statements.changed(text, *moment, *columns.values(), self.run.pk, self.run.lease):
            raise self._lost()
        self._progress.clear()

    # The run itself

    def phase(self) -> str:
        return self.run.phase

    def chapter(self) -> str:
        return self.run.chapter

    def enter(self, phase: str) -> None:
        if self._stale and not self.run.asked.get("dry_run"):
            raise ChoicesChanged("the choices were changed")
        if phase == "telling" and self.entity is Entity.ORDERS and not self.run.asked.get("dry_run"):
            OrderStock(self.run.store).book_the_stuck()
        self.run.phase, self.run.chapter = phase, self.entity.value
        models.Run.objects.filter(pk=self.run.pk).update(phase=phase, chapter=self.run.chapter)

    def progress(self, done: int, total: int) -> None:
        self._progress |= {"progress": done, "progress_total": total}
        self.on_progress(self.run.phase, done, total)

    def count(self, counts: Mapping[str, int]) -> None:
        mine = f"{self.entity.value}."
        kept = {**self.run.counts, **{mine + name: number for name, number in counts.items()}}
        sums = {name: sum(n for key, n in kept.items() if key.endswith(f".{name}")) for name in counts}
        self._keep_counts({**kept, **sums})

    def counted(self, name: str) -> int:
        return int(self.run.counts.get(name, 0))

    def sum_up(self, counts: Mapping[str, int]) -> None:
        self._keep_counts({**self.run.counts, **counts})

    def _keep_counts(self, counts: Mapping[str, int]) -> None:
        self.run.counts = dict(counts)
        models.Run.objects.filter(pk=self.run.pk).update(counts=self.run.counts)

    def tally(self) -> Mapping[tuple[str, str, str, str], int]:
        groups = self.run.steps.values_list("entity", "kind", "target", "state").annotate(number=Count("pk"))
        return {(entity, kind, target, state): number for entity, kind, target, state, number in groups}

    def written(self) -> int:
        return models.Intent.objects.filter(run=self.run).exclude(outcome__in=["not_applied", "refused"]).count()

    def stop_asked(self) -> bool:
        return self.stopping() or statements.first(STOP_ASKED, self.run.pk) is not None or self.choices_changed()

    def is_away(self, error: Exception) -> bool:
        if isinstance(error, InternalError):
            # This process was stopped for a while, and PostgreSQL has ended the transaction that rested meanwhile.
            return getattr(error.__cause__, "sqlstate", "") == RESTED or not connection.is_usable()
        return isinstance(error, (OperationalError, InterfaceError))

    # What was seen

    def _observations(self, side: Side) -> QuerySet[models.Observation]:
        return models.Observation.objects.filter(**self._mine, side=side.value)

    def cursor(self, side: Side, kind: str) -> datetime | None:
        found = models.Cursor.objects.filter(**self._mine, side=side.value, kind=kind).first()
        return found.moment if found else None

    def move_cursor(self, side: Side, kind: str, moment: datetime) -> None:
        if self._stale:
            return  # what was read was read under other choices, and is read again
        models.Cursor.objects.update_or_create(**self._mine, side=side.value, kind=kind, defaults={"moment": moment})
        if self.entity is Entity.ORDERS and kind == "full" and self.cursor(side.other, "full") is not None:
            OrderStock(self.run.store).begin(moment)

    def unfinished_look(self, side: Side) -> Begun | None:
        found = models.Cursor.objects.filter(**self._mine, side=side.value, kind=LOOK).first()
        return Begun(found.moment, found.rows) if found else None

    def keep_look(self, side: Side, look: Begun | None) -> None:
        if self._stale:
            return
        mine = {**self._mine, "side": side.value, "kind": LOOK}
        if look is None:
            models.Cursor.objects.filter(**mine).delete()
        else:
            come = {"moment": look.at, "rows": look.rows}
            models.Cursor.objects.update_or_create(**mine, defaults=come)

    def observe(self, records: Sequence[Record]) -> None:
        for side in Side:
            mine = {record.id: record for record in records if record.side is side}
            if mine:
                self._observe(side, mine)

    def _observe(self, side: Side, records: Mapping[str, Record]) -> None:
        now = self.clock.now()
        known = {row.remote_id: row for row in self._observations(side).filter(remote_id__in=list(records))}
        changed, keys, names = [], set[str](), set[str]()
        statuses = {id: row.status for id, row in known.items()}
        for_sale = {id: _for_sale(row) for id, row in known.items()}
        for id, record in records.items():
            row = known.get(id) or models.Observation(**self._mine, side=side.value, remote_id=id, seen_at=now)
            key_before = row.folded_key
            name_before = row.name if row.pk is not None and not key_before else ""
            if rows.take(row, record):
                names |= {name_before, "" if row.folded_key else row.name}
                # one that became void is in nobody's way any more
                ended = row.pk is not None and not row.linked and row.status != statuses[id]
                if row.pk is None or row.folded_key != key_before or ended:
                    keys |= {row.folded_key, key_before}
                row.seen_at, row.due = now, True
                changed.append(row)
        unchanged = set(records) - {row.remote_id for row in changed}
        if unchanged:
            self._observations(side).filter(remote_id__in=list(unchanged)).update(seen_at=now)
        if changed:
            models.Observation.objects.bulk_create(
                changed,
                update_conflicts=True,
                unique_fields=["store", "entity", "side", "remote_id"],
                update_fields=rows.TAKEN,
            )
        self._are_due(keys)
        self._namesakes_are_due(side, names - {""})
        if changed and self.entity is Entity.ORDERS:
            ids = [row.remote_id for row in changed]
            orders = self._observations(side).select_related("store").prefetch_related("order_lines")
            keep_lines(list(orders.filter(remote_id__in=ids)), statuses)
        if self.entity is Entity.PRODUCTS and side is Side.CSCART:
            known_before = [row for row in changed if row.remote_id in for_sale]
            come = [row for row in known_before if for_sale[row.remote_id] != _for_sale(row) != NONE_FOR_SALE]
            goods_have_come(self.run.store_id, [row.remote_id for row in come])

    def _are_due(self, keys: set[str]) -> None:
        """Rows of these keys have come, gone or been renamed: who shares one may have a partner now, or too many."""
        alike = [key for key in keys if key]
        for side in Side if alike else ():
            self._observations(side).filter(folded_key__in=alike, due=False).update(due=True)

    def _namesakes_are_due(self, side: Side, names: Collection[str]) -> None:
        """Products without a SKU have come, gone or been renamed: those of their names waited for them, or must now."""
        if self.entity is Entity.PRODUCTS and names:
            self._without_key.moved(side)
            self._observations(side.other).filter(name__in=list(names), linked=False, due=False).update(due=True)

    def known(self, side: Side) -> int:
        return self._observations(side).filter(gone_at=None).count()

    def to_read(self, side: Side, limit: int, selection: Selection = EVERYTHING) -> list[str]:
        partial = self._observations(side).filter(partial=True, gone_at=None)
        if selection.only == "ids" and len(selection.cscart_ids) + len(selection.zoho_ids) <= IDS:
            partial = partial.filter(self._chosen(side, selection))
        matters = Q(linked=True) | (~Q(folded_key="") & Q(folded_key__in=self._keys(side.other)))
        if self.entity is Entity.ORDERS and side is Side.ZOHO:
            # Stock rests on what sales orders hold: one that has moved since the last full look is read, linked or not.
            looked = self.cursor(side, "full")
            matters |= Q(modified_at__gte=looked) if looked is not None else Q()
        # Each look begins where the last one ended: from the top again, many rows would cost their square.
        wanted = partial.filter(matters, pk__gt=self._read_up_to[side]).order_by("pk")
        found = list(wanted.values_list("pk", "remote_id")[:limit])
        if found:
            self._read_up_to[side] = found[-1][0]
        return [id for _, id in found]

    def _chosen(self, side: Side, selection: Selection) -> Q:
        """Rows that are chosen, or whose partner by key or link is."""
        ids = {Side.CSCART: list(selection.cscart_ids), Side.ZOHO: list(selection.zoho_ids)}
        alike = self._observations(side.other).filter(remote_id__in=ids[side.other]).exclude(folded_key="")
        here, there = (f"{each.value}_id" for each in (side, side.other))
        linked = self._links().filter(**{f"{there}__in": ids[side.other]})
        return (
            Q(remote_id__in=ids[side])
            | Q(folded_key__in=alike.values_list("folded_key", flat=True))
            | Q(remote_id__in=linked.values_list(here, flat=True))
        )

    def _keys(self, side: Side) -> QuerySet[models.Observation, str]:
        return self._observations(side).filter(gone_at=None).values_list("folded_key", flat=True)

    def never_seen(self, side: Side, ids: Sequence[str]) -> list[str]:
        known = {id for some in _some_of(ids) for id in self._seen(side, some)}
        return [id for id in ids if id not in known]

    def unseen(self, side: Side, before: datetime, limit: int) -> list[str]:
        missing = self._observations(side).filter(gone_at=None, seen_at__lt=before)
        return list(missing.order_by("-linked", "seen_at", "pk").values_list("remote_id", flat=True)[:limit])

    def unseen_partners(self, side: Side, before: datetime) -> Partners:
        linked = self._observations(side).filter(linked=True, gone_at=None)
        unseen = linked.filter(seen_at__lt=before).count()
        return Partners(living=linked.count() - unseen, gone=unseen)

    def partners(self, side: Side) -> Partners:
        linked = self._observations(side).filter(linked=True)
        untold = ~Q(state__in=[State.HELD, State.GONE])
        lately = Q(gone_at__gte=self.clock.now() - A_DAY)
        gone = linked.exclude(gone_at=None).filter(lately | ~Q(state=State.GONE))
        return Partners(linked.filter(gone_at=None).count(), gone.count(), gone.filter(untold).count())

    def connected(self, side: Side) -> str:
        now = connected_with(self.run.store)
        if side is Side.CSCART:
            return f"The store that is connected is {now.shop.title}."
        return f"It is connected to {now.organisation.title}."

    def crowded(self, side: Side, limit: int) -> list[str]:
        there = self._observations(side).filter(gone_at=None)
        moved = there.filter(linked=False, due=True).exclude(folded_key="").values("folded_key")
        return list(there.filter(linked=True, folded_key__in=moved).values_list("remote_id", flat=True)[:limit])

    def still_there(self, side: Side, id: str) -> None:
        self._observations(side).filter(remote_id=id).update(seen_at=self.clock.now())

    def mark_gone(self, side: Side, id: str, why: str = "") -> None:
        row = self._observations(side).filter(remote_id=id)
        row.update(gone_at=self.clock.now(), problem=why, due=True)
        if self.entity is Entity.ORDERS:
            for order in row:
                is_gone(order)
        self._are_due(set(row.values_list("folded_key", flat=True)))
        self._namesakes_are_due(side, set(row.filter(folded_key="").values_list("name", flat=True)))

    # What is the same thing

    def _links(self) -> QuerySet[models.Link]:
        return models.Link.objects.filter(**self._mine)

    def settle(self, rows: Sequence[Seen]) -> None:
        if self._stale:
            return  # all of them are due by the new choices
        for side in Side:
            ids = [row.id for row in rows if row.side is side]
            if ids:
                self._observations(side).filter(remote_id__in=ids, due=True).update(due=False)

    def badged(self, state: State) -> int:
        badged = models.Observation.objects.filter(**self._mine, state=state.value, gone_at=None)
        return badged.filter(Q(side=Side.CSCART.value) | Q(linked=False)).count()

    def unasked(self, side: Side, ids: Sequence[str]) -> int:
        if self.cursor(Side.CSCART, PASSED) is None:
            return 0
        new = self._observations(side).filter(passed=False)
        return sum(new.filter(remote_id__in=some).count() for some in _some_of(ids))

    def let_pass(self, made: Mapping[Side, Sequence[str]], *, all_of_them: bool) -> None:
        for side, ids in made.items():
            for some in _some_of(ids):
                self._observations(side).filter(remote_id__in=some, passed=False).update(passed=True)
        if all_of_them:
            self.move_cursor(Side.CSCART, PASSED, self.clock.now())

    def census(self, waits: str) -> Census:
        rows = models.Observation.objects.filter(**self._mine, gone_at=None)
        here = models.Observation.objects.filter(**self._mine, side=Side.CSCART.value)
        bereft = self._links().filter(cscart_id__in=here.filter(linked=True).exclude(gone_at=None).values("remote_id"))
        pairs = rows.filter(side=Side.ZOHO.value, linked=True).exclude(remote_id__in=bereft.values("zoho_id"))
        apart = once_of_all(rows.exclude(state=models.SyncState.SYNCED))
        alone = Q(state=models.SyncState.NOT_SYNCED)
        counted = apart.aggregate(
            held=Count("pk", filter=Q(state=models.SyncState.HELD)),
            conflicts=Count("pk", filter=Q(state=models.SyncState.CONFLICT)),
            failed=Count("pk", filter=Q(state=models.SyncState.FAILED)),
            gone=Count("pk", filter=Q(state=models.SyncState.GONE)),
            waiting=Count("pk", filter=alone & Q(reason=waits)),
            left_out=Count("pk", filter=alone & ~Q(reason__in=["", waits])),
            untold=Count("pk", filter=alone & Q(reason="")),
            next_try=Min("not_before", filter=Q(state=models.SyncState.FAILED)),
        )
        return Census(records=rows.count() - pairs.count(), **counted)

    def failed_now(self) -> Mapping[str, int]:
        failed = self.run.steps.filter(state__in=[models.StepState.FAILED, models.StepState.UNKNOWN])
        records = failed.order_by().values_list("entity", "cscart_id", "zoho_id").distinct()
        return Counter(entity for entity, *_ in records)

    def all_settled(self) -> bool:
        mine = models.Observation.objects.filter(store=self.run.store_id, gone_at=None)
        troubled = (models.SyncState.HELD, models.SyncState.CONFLICT, models.SyncState.FAILED)
        return not mine.filter(state__in=troubled).exists()

    def linked_ids(self, side: Side) -> list[str]:
        return list(self._links().values_list(f"{side.value}_id", flat=True))

    def pairs(self, selection: Selection, *, due: bool = False) -> Iterator[list[Pair]]:
        if due:
            yield from self._due_pairs()
            return
        if selection.only == "unsynced":
            return
        if selection.only == "ids":
            yield from self._chosen_pairs(selection)
            return
        last = 0
        while chunk := list(self._links().filter(pk__gt=last).order_by("pk")[:CHUNK]):
            last = chunk[-1].pk
            yield self._pairs_of(chunk)
            if len(chunk) < CHUNK:
                return

    def _due_pairs(self) -> Iterator[list[Pair]]:
        """The pairs of which either row is due, each once."""
        told: set[int] = set()
        for side in Side:
            ids = list(self._observations(side).filter(due=True, linked=True).values_list("remote_id", flat=True))
            for start in range(0, len(ids), CHUNK):
                some = ids[start : start + CHUNK]
                found = self._links().filter(**{f"{side.value}_id__in": some})
                links = [link for link in found if link.pk not in told]
                told |= {link.pk for link in links}
                yield self._pairs_of(links)

    def _chosen_pairs(self, selection: Selection) -> Iterator[list[Pair]]:
        """Some ids at a time: a database takes only so many in one query."""
        for some in _some_of(selection.cscart_ids):
            yield self._pairs_of(list(self._links().filter(cscart_id__in=some)))
        for some in _some_of(selection.zoho_ids):
            links = self._links().filter(zoho_id__in=some)
            yield self._pairs_of([link for link in links if link.cscart_id not in selection.cscart_ids])

    def _pairs_of(self, links: Sequence[models.Link]) -> list[Pair]:
        cscart = self._seen(Side.CSCART, [link.cscart_id for link in links])
        zoho = self._seen(Side.ZOHO, [link.zoho_id for link in links])
        conflicts: dict[tuple[str, str], dict[str, OpenConflict]] = {}
        ids = [link.cscart_id for link in links]
        for row in self._open_conflicts().filter(cscart_id__in=ids):
            conflicts.setdefault((row.cscart_id, row.zoho_id), {})[row.field] = rows.open_conflict(row)
        pairs = [
            Pair(
                cscart.get(link.cscart_id),
                zoho.get(link.zoho_id),
                rows.linked(link),
                conflicts.get((link.cscart_id, link.zoho_id), {}),
            )
            for link in links
        ]
        return self._with_orders(pairs)

    def _with_orders(self, pairs: list[Pair]) -> list[Pair]:
        """The same pairs of products with what orders have taken of them, and what waits for approval in Zoho."""
        pairs = self._with_adjustments(pairs)
        stock = self._order_stock
        if stock is None:
            return pairs
        taken = stock.pieces([(pair.cscart_id, pair.zoho_id) for pair in pairs])
        counted = []
        for pair in pairs:
            pieces = taken[pair.cscart_id, pair.zoho_id]
            cscart, zoho = pair.cscart, pair.zoho
            if cscart is not None:
                cscart = replace(cscart, in_orders=pieces.in_store, undecided=pieces.undecided)
            if zoho is not None:
                zoho = replace(zoho, in_orders=pieces.in_zoho, owed=pieces.owed)
            counted.append(replace(pair, cscart=cscart, zoho=zoho))
        return counted

    def _with_adjustments(self, pairs: list[Pair]) -> list[Pair]:
        waiting: dict[str, tuple[WaitingPieces, ...]] = {}
        for intent in self.waiting_adjustments() if self.entity is Entity.PRODUCTS else ():
            for item_id, pieces in rows.waiting_pieces(intent).items():
                waiting[item_id] = (*waiting.get(item_id, ()), pieces)
        if not waiting:
            return pairs
        return [
            replace(pair, zoho=replace(pair.zoho, waiting=waiting[pair.zoho_id]))
            if pair.zoho is not None and pair.zoho_id in waiting
            else pair
            for pair in pairs
        ]

    def in_orders(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[int, int]] | None:
        stock = self._order_stock
        return stock.of(pairs) if stock is not None else None

    @cached_property
    def _order_stock(self) -> OrderStock | None:
        """None for other records than products, and where no orders are kept in sync."""
        stock = OrderStock(self.run.store) if self.entity is Entity.PRODUCTS else None
        return stock if stock is not None and stock.in_use else None

    def _seen(self, side: Side, ids: Sequence[str]) -> dict[str, Seen]:
        found = list(self._observations(side).filter(remote_id__in=list(ids)))
        above = self._accounts_of(side, found)
        return {row.remote_id: rows.seen(row, above.get(row.parent_id)) for row in found}

    def _accounts_of(self, side: Side, found: Sequence[models.Observation]) -> dict[str, str]:
        """By id the names of the accounts that contacts belong to: a renamed account leaves no trace in them."""
        ids = {row.parent_id for row in found if row.parent_id}
        if self.entity is not Entity.CUSTOMERS or side is not Side.ZOHO or not ids:
            return {}
        mine = {**self._mine, "entity": Entity.ACCOUNTS.value}
        accounts = models.Observation.objects.filter(**mine, side=side.value, remote_id__in=list(ids))
        return dict(accounts.values_list("remote_id", "key"))

    def unlinked(
        self, side: Side, selection: Selection, *, due: bool = False
    ) -> Iterator[list[tuple[Seen, list[Candidate]]]]:
        known: dict[str, list[Candidate]] = {}
        for chunk in self._alone(side, selection, due):
            keys = {row.folded_key for row in chunk if row.folded_key}
            same_key = self._same_key(keys - known.keys()) | known
            # A SKU of hundreds of rows is looked up once, not with each of its chunks.
            known |= {key: some for key, some in same_key.items() if key in keys and len(some) >= CROWD}
            above = self._accounts_of(side, chunk)
            found = self._in_orders_alone([rows.seen(row, above.get(row.parent_id)) for row in chunk])
            yield [(seen, self._candidates(row, same_key)) for seen, row in zip(found, chunk, strict=True)]

    def others(self, side: Side, id: str) -> list[str]:
        folded = self._observations(side).filter(remote_id=id).values_list("folded_key", flat=True).first()
        alike = self._same_key({folded}).get(folded, []) if folded else []
        return [row.id for row in alike if row.side is side and row.id != id and not row.linked and not row.ended]

    def _candidates(self, row: models.Observation, same_key: Mapping[str, list[Candidate]]) -> list[Candidate]:
        """Rows that may be the same thing: those of its key, and products of its name that have none."""
        if self.entity is not Entity.PRODUCTS or not row.folded_key:
            return same_key.get(row.folded_key, [])
        return [*same_key.get(row.folded_key, []), *self._without_key.called(Side(row.side).other, row.name)]

    def _in_orders_alone(self, found: list[Seen]) -> list[Seen]:
        """What orders have taken of products that have no item yet."""
        alone = [Pair(cscart=row) for row in found if row.side is Side.CSCART]
        counted = {pair.cscart_id: pair.cscart for pair in self._with_orders(alone)}
        return [counted.get(row.id) or row if row.side is Side.CSCART else row for row in found]

    def _alone(self, side: Side, selection: Selection, due: bool) -> Iterator[list[models.Observation]]:
        alone = self._observations(side).filter(linked=False, **({"due": True} if due else {}))
        if selection.only == "ids":
            for some in _some_of(selection.cscart_ids if side is Side.CSCART else selection.zoho_ids):
                yield sorted(alone.filter(remote_id__in=some), key=lambda row: row.pk)
            return
        last = 0
        while chunk := list(alone.filter(pk__gt=last).order_by("pk")[:CHUNK]):
            last = chunk[-1].pk
            yield chunk

    def _same_key(self, folded: set[str]) -> dict[str, list[Candidate]]:
        """By folded key the rows that have it, `CROWD` of each side at most, always the same ones."""
        found: dict[str, dict[Side, list[Candidate]]] = {}
        # Both sides by name: the index has the side before the key, and without it each look reads the whole table.
        sides = [side.value for side in Side]
        alike = models.Observation.objects.filter(
            **self._mine, side__in=sides, folded_key__in=list(folded), gone_at=None
        )
        told = alike.values_list("side", "remote_id", "key", "folded_key", "linked", "status")
        # Sorted here: a database that sorts by an index would read the whole table for it.
        for side, id, key, fold, linked, status in sorted(told, key=lambda row: (len(row[1]), row[1])):
            some = found.setdefault(fold, {}).setdefault(Side(side), [])
            if len(some) < CROWD:
                ended = self.entity is Entity.ORDERS and side == Side.ZOHO and status == VOID
                some.append(Candidate(Side(side), id, key, linked, ended))
        bereft = self._bereft([c for sides in found.values() for some in sides.values() for c in some if c.linked])
        apart = self._apart({fold for fold, sides in found.items() if len(sides.get(Side.CSCART, ())) > 1})
        return {
            fold: [
                replace(c, linked=c.linked and c not in bereft, apart_from=apart.get((c.side, c.id), ""))
                for some in sides.values()
                for c in some
            ]
            for fold, sides in found.items()
        }

    def _apart(self, folded: Collection[str]) -> dict[tuple[Side, str], str]:
        """The accounts of other storefronts than that of the account which stands for their address, by id."""
        if not folded or self.entity not in (Entity.CUSTOMERS, Entity.CONTACTS):
            return {}
        alike = self._observations(Side.CSCART).filter(folded_key__in=list(folded), gone_at=None)
        told = alike.values_list("folded_key", "remote_id", "linked", "values")
        found = apart_from(told, str(self.run.store.capabilities.get("company_id") or ""))
        return {(Side.CSCART, id): main for id, main in found.items()}

    def _bereft(self, linked: Sequence[Candidate]) -> set[Candidate]:
        """Those of these linked rows whose partner was deleted or made anonymous: they may be paired anew."""
        bereft: set[Candidate] = set()
        for side in Side:
            mine = {c.id: c for c in linked if c.side is side}
            column, other = (f"{s.value}_id" for s in (side, side.other))
            partners = dict(self._links().filter(**{f"{column}__in": list(mine)}).values_list(other, column))
            left = self._left_by(side.other).filter(remote_id__in=list(partners))
            bereft |= {mine[partners[id]] for id in left.values_list("remote_id", flat=True)}
        return bereft

    def _left_by(self, side: Side) -> QuerySet[models.Observation]:
        """Records that stand for nobody any more. Whoever registers with the address of a customer who was made
        anonymous is that contact's customer: it is not the old user to whom anything comes back.
        """
        nobody = ~Q(gone_at=None)
        if side is Side.CSCART and self.entity in (Entity.CUSTOMERS, Entity.CONTACTS):
            nobody |= Q(values__has_key=f"@{ANONYMOUS}")
        return self._observations(side).filter(nobody)

    def pair(self, cscart_id: str, zoho_id: str) -> Pair:
        wanted = Q()
        if cscart_id:
            wanted |= Q(cscart_id=cscart_id)
        if zoho_id:
            wanted |= Q(zoho_id=zoho_id)
        link = self._links().filter(wanted).first() if wanted else None
        if link is not None and cscart_id in ("", link.cscart_id) and zoho_id in ("", link.zoho_id):
            return self._pairs_of([link])[0]
        rows_ = self._seen(Side.CSCART, [cscart_id]), self._seen(Side.ZOHO, [zoho_id])
        pair = self._with_orders([Pair(rows_[0].get(cscart_id), rows_[1].get(zoho_id))])[0]
        return with_file(self.run.store_id, pair) if self.entity is Entity.PRODUCTS else pair

    def linked(self) -> int:
        return self._links().count()

    def done_by_hints(self) -> list[Action]:
        runs = models.Run.objects.filter(store=self.run.store_id, entity=self.run.entity).exclude(pk=self.run.pk)
        whole = runs.filter(asked__only="", phase="telling").exclude(trigger="hint").exclude(asked__dry_run=True)
        since = whole.order_by("-pk").values_list("pk", flat=True).first() or 0
        steps = models.Step.objects.filter(
            run__in=runs.filter(trigger="hint", pk__gt=since),
            entity=self.entity.value,
            state=models.StepState.DONE,
            done_at__gte=self.clock.now() - A_DAY,
        )
        return [rows.action(step) for step in steps]

    def link(
        self,
        cscart_id: str,
        zoho_id: str,
        origin: str,
        base_cscart: Values,
        base_zoho: Values,
        *,
        agreement: Agreement = Agreement.WITHOUT,
    ) -> None:
        if self._stale:
            base_cscart, base_zoho = _stock_of(base_cscart), _stock_of(base_zoho)
        now = self.clock.now()
        asleep_ = self._part_from_the_deleted(cscart_id, zoho_id)
        of_users = self.entity in (Entity.CUSTOMERS, Entity.CONTACTS)
        if of_users and (asleep_ or cscart_id in self._asleep_beside):  # for the new partner it wakes up again
            base_cscart, base_zoho = {**base_cscart, "status": INACTIVE}, {**base_zoho, "status": None}
        if self.entity is Entity.ORDERS:
            OrderStock(self.run.store).link(cscart_id, made_now=origin == "created_in_cscart")
        link = models.Link.objects.create(
            **self._mine,
            cscart_id=cscart_id,
            zoho_id=zoho_id,
            base_cscart=to_json(digest(base_cscart)),
            base_zoho=to_json(digest(base_zoho)),
            origin=origin,
            created_at=now,
            settled_at=now,
        )
        self._observations(Side.CSCART).filter(remote_id=cscart_id).update(linked=True)
        self._observations(Side.ZOHO).filter(remote_id=zoho_id).update(linked=True)
        if self.entity is Entity.PRODUCTS:
            forget_file_row(self.run.store_id, cscart_id)
            OrderStock(self.run.store).pair(link, agreement, now)
            goods_have_come(self.run.store_id, [cscart_id])
        if self.entity is Entity.ORDERS:
            products_of_orders_are_due(self.run.store, [cscart_id], [zoho_id])

    @cached_property
    def _asleep_beside(self) -> frozenset[str]:
        return asleep_beside(self.run.store)

    def part(self, cscart_id: str, zoho_id: str) -> None:
        """End a link whose place another one takes in this commit; Zoho's record stays, without a partner."""
        ended = self._links().filter(cscart_id=cscart_id, zoho_id=zoho_id)
        if ended.exists():
            moot = self._open_conflicts().filter(cscart_id=cscart_id, zoho_id=zoho_id)
            self.close_conflicts(cscart_id, zoho_id, list(moot.values_list("field", flat=True)))
            ended.delete()
            self._observations(Side.ZOHO).filter(remote_id=zoho_id).update(linked=False, due=True)

    def _part_from_the_deleted(self, cscart_id: str, zoho_id: str) -> bool:
        """End the link of either record with a partner that stands for nobody any more.

        Whether the store's record was made inactive because of that.
        """
        was_asleep = False
        for link in self._links().filter(Q(cscart_id=cscart_id) | Q(zoho_id=zoho_id)):
            side, id = (Side.ZOHO, link.zoho_id) if link.cscart_id == cscart_id else (Side.CSCART, link.cscart_id)
            if self._left_by(side).filter(remote_id=id).update(linked=False, due=True):
                moot = self._open_conflicts().filter(cscart_id=link.cscart_id, zoho_id=link.zoho_id)
                moot.update(settled_at=self.clock.now(), settled_by="rule")
                was_asleep |= side is Side.ZOHO and asleep(rows.linked(link))
                link.delete()
        return was_asleep

    def rebase(
        self,
        link: Linked,
        base_cscart: Mapping[str, Value],
        base_zoho: Mapping[str, Value],
        *,
        agreement: Agreement = Agreement.WITHOUT,
    ) -> None:
        row = self._links().get(cscart_id=link.cscart_id, zoho_id=link.zoho_id)
        agreed = row.base_cscart.get("stock") is not None
        if self._stale:
            row.base_cscart, row.base_zoho = (
                {name: value for name, value in kept.items() if name not in told or name in STOCK_NAMES}
                for kept, told in ((row.base_cscart, base_cscart), (row.base_zoho, base_zoho))
            )
            base_cscart, base_zoho = _stock_of(base_cscart), _stock_of(base_zoho)
        row.base_cscart = {**row.base_cscart, **to_json(digest(base_cscart))}
        row.base_zoho = {**row.base_zoho, **to_json(digest(base_zoho))}
        row.settled_at = self.clock.now()
        row.save(update_fields=["base_cscart", "base_zoho", "settled_at"])
        if self.entity is Entity.PRODUCTS and not agreed:
            OrderStock(self.run.store).agree(row, agreement, row.settled_at)

    # What shall happen

    def clear_plan(self) -> None:
        self._steps().filter(state=models.StepState.PLANNED).delete()

    def _steps(self) -> QuerySet[models.Step]:
        return models.Step.objects.filter(run=self.run, entity=self.entity.value)

    def add_steps(self, actions: Sequence[Action]) -> None:
        models.Step.objects.bulk_create(
            [rows.step(self.run, self.entity, action) for action in actions], batch_size=CHUNK
        )

    def planned(self, kinds: Sequence[Kind]) -> Iterator[list[PlannedStep]]:
        waiting = self._steps().filter(state=models.StepState.PLANNED, kind__in=[kind.value for kind in kinds])
        last = 0
        while chunk := list(waiting.filter(pk__gt=last).order_by("pk")[:STEPS]):
            last = chunk[-1].pk
            yield [PlannedStep(step.pk, rows.action(step)) for step in chunk]

    def close_step(self, step: PlannedStep, state: str, message: str = "") -> None:
        models.Step.objects.filter(pk=step.id, state=models.StepState.PLANNED).update(
            state=state, message=message, done_at=self.clock.now()
        )

    def badge(self, badges: Sequence[Badge]) -> None:
        groups: dict[tuple[Side, str, str], list[str]] = {}
        for badge in badges:
            groups.setdefault((badge.side, badge.state.value, badge.reason), []).append(badge.id)
        for (side, state, reason), ids in groups.items():
            changes: dict[str, Any] = {"state": state, "reason": reason}
            if state != models.SyncState.FAILED:
                changes |= {"attempts": 0, "not_before": None}
            self._observations(side).filter(remote_id__in=ids).update(**changes)

    def failed(self, side: Side, id: str, reason: str, state: State = State.FAILED, *, rests: bool = False) -> None:
        row = self._observations(side).filter(remote_id=id).first()
        if row is None:
            return
        row.attempts += 1
        wait = LONGEST_WAIT if rests else min(FIRST_WAIT * 2 ** min(row.attempts - 1, 10), LONGEST_WAIT)
        row.not_before = self.clock.now() + wait
        row.state, row.reason, row.due = state.value, reason, True
        row.save(update_fields=["attempts", "not_before", "state", "reason", "due"])

    def put_off(self, rows: Sequence[tuple[Side, str]], reason: str, state: State = State.FAILED) -> None:
        ids = {side: [id for each, id in rows if each is side] for side in Side}
        mine = [self._observations(side).filter(remote_id__in=ids[side]) for side in Side if ids[side]]
        tries = max((n for some in mine for n in some.values_list("attempts", flat=True)), default=1)
        until = self.clock.now() + min(FIRST_WAIT_FOR_ALL * 2 ** min(max(tries, 1) - 1, 10), LONGEST_WAIT)
        for some in mine:
            some.update(attempts=tries, not_before=until, state=state.value, reason=reason, due=True)

    # What is under way

    def _open(self) -> QuerySet[models.Intent]:
        return models.Intent.objects.filter(**self._mine, closed_at=None)

    def of_other_choices(self, intent: OpenIntent) -> bool:
        planned = intent.payload.get("choices")
        return planned is not None and planned != self._mine_of_choices

    def open_intent(self, intent: NewIntent) -> int:
        if self._stale:
            raise ChoicesChanged("the choices were changed")
        row = models.Intent.objects.create(
            **self._mine,
            run=self.run,
            kind=intent.kind,
            target=intent.target.value,
            cscart_id=intent.cscart_id,
            zoho_id=intent.zoho_id,
            key=intent.key,
            payload=payload_to_json({**intent.payload, "choices": self._mine_of_choices}),
            opened_at=self.clock.now(),
        )
        return row.pk

    def close_intent(self, id: int, outcome: str) -> None:
        models.Intent.objects.filter(pk=id).update(closed_at=self.clock.now(), outcome=outcome)

    def open_intents(self) -> list[OpenIntent]:
        return [rows.open_intent(row) for row in self._in_doubt().order_by("pk")]

    def _in_doubt(self) -> QuerySet[models.Intent]:
        return self._open().exclude(outcome=models.WAITING)

    def keep_waiting(self, id: int, payload: Mapping[str, object]) -> None:
        kept = {"outcome": models.WAITING, "payload": payload_to_json(payload)}
        models.Intent.objects.filter(pk=id).update(**kept)

    def waiting_adjustments(self) -> list[OpenIntent]:
        return [rows.open_intent(row) for row in self._open().filter(outcome=models.WAITING).order_by("pk")]

    def read_again(self, side: Side, ids: Sequence[str]) -> None:
        # An etag that no side has: the stock may move back to what it was.
        self._observations(side).filter(remote_id__in=list(ids)).update(partial=True, etag="moved", due=True)

    def in_doubt(self, cscart_id: str, zoho_id: str) -> bool:
        for row in self._in_doubt().only("cscart_id", "zoho_id", "payload"):
            moves = row.payload.get("moves", [])
            concerned = [(row.cscart_id, row.zoho_id), *((move["cscart_id"], move["zoho_id"]) for move in moves)]
            if any((c and c == cscart_id) or (z and z == zoho_id) for c, z in concerned):
                return True
        return self._order_stock is not None and self._order_stock.in_doubt(cscart_id, zoho_id)

    # What could not both stay

    def _open_conflicts(self) -> QuerySet[models.Conflict]:
        return models.Conflict.objects.filter(**self._mine, settled_at=None)

    def record(self, pair: Pair, differences: Sequence[Difference]) -> None:
        for difference in differences:
            self._record(pair, difference)

    def _record(self, pair: Pair, difference: Difference) -> None:
        mine = {**self._mine, "cscart_id": pair.cscart_id, "zoho_id": pair.zoho_id, "field": difference.field}
        told = {
            "label": pair.label[:300],
            "cscart_value": value_to_json(difference.cscart),
            "zoho_value": value_to_json(difference.zoho),
            "base_value": value_to_json(difference.base),
            "policy": difference.policy,
            "winner": difference.winner.value if difference.winner else "",
        }
        now = self.clock.now()
        # Locked: an answer to the values that are replaced here must not come in between.
        known = models.Conflict.objects.select_for_update().filter(**mine, settled_at=None).first()
        if known is not None and not _lost_another(known, told):
            self._bring_up_to_date(pair, known, difference, told)
            return
        if known is not None:  # its write arrived, though nobody could tell: what was lost then stays written down
            by = known.settled_by or "rule"
            models.Conflict.objects.filter(pk=known.pk).update(settled_at=now, settled_by=by)
        if difference.winner is None:
            asked = models.Conflict(**mine, **told, found_at=now, lapsed=_lapsed(known) if known is not None else None)
            asked.figures = self._figures(pair, asked)
            asked.save()
            return
        since = pair.link.settled_at if pair.link else now
        same = models.Conflict.objects.filter(**mine, settled_at__gte=since)
        if any(all(getattr(row, name) == value for name, value in told.items()) for row in same):
            return  # written down already by an attempt that did not get through
        by = "person" if difference.policy == "person" else "rule"
        models.Conflict.objects.create(**mine, **told, found_at=now, settled_at=now, settled_by=by)

    def _bring_up_to_date(
        self, pair: Pair, known: models.Conflict, difference: Difference, told: Mapping[str, Any]
    ) -> None:
        """An answer that is not what happens now, because a value has changed since, is none any more."""
        lapsed = _lapsed(known)
        for name, value in told.items():
            setattr(known, name, value)
        if known.answer and difference.winner != known.answer:
            known.answer, known.answered, known.settled_by, known.lapsed = "", "", "", lapsed
        if difference.winner is None:
            known.figures = self._figures(pair, known)
        known.save()

    def _figures(self, pair: Pair, asked: models.Conflict) -> list[list[Any]]:
        """What a question keeps of the figures that it is asked about, where it is about stock."""
        figures = self.pair(pair.cscart_id, pair.zoho_id).figures if asked.field == "stock" else None
        return rows.with_figures(asked, figures) if figures is not None else asked.figures

    def close_conflicts(self, cscart_id: str, zoho_id: str, fields: Sequence[str]) -> None:
        settled = self._open_conflicts().filter(cscart_id=cscart_id, zoho_id=zoho_id, field__in=list(fields))
        settled.filter(Q(settled_by="") | Q(winner="")).update(settled_by="rule")  # an answer wins when it is written
        settled.update(settled_at=self.clock.now())


def _for_sale(row: models.Observation) -> tuple[str, int | None]:
    """What of a product of the store says how many of it are sold."""
    return NONE_FOR_SALE if row.stock is not None and row.stock <= 0 else (row.status, row.stock)


def _stock_of(base: Mapping[str, Value]) -> dict[str, Value]:
    """What of a base is about stock: no choice makes that another thing."""
    return {name: value for name, value in base.items() if name in STOCK_NAMES}


def _lapsed(known: models.Conflict) -> dict[str, Any] | None:
    """The answer of an open question, once it does not count any more; the one before where there is none."""
    if not known.answer:
        return known.lapsed
    shown = {} if known.answered else {"cscart": known.cscart_value, "zoho": known.zoho_value}
    return {"side": known.answer, "by": known.settled_by, **shown}


def _lost_another(known: models.Conflict, told: Mapping[str, Any]) -> bool:
    """Whether an open row tells of a value that was given up already, and that is not the one at stake now."""
    losing = {"cscart": "zoho_value", "zoho": "cscart_value"}.get(known.winner)
    return losing is not None and getattr(known, losing) != told[losing]


def _some_of(ids: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), IDS):
        yield ordered[start : start + IDS]
