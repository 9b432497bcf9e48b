"""What scheduled runs find that a message should have told of.

A run by the schedule repairs a record when it carries a new record, an edit or a
deletion over from a side, and

- web hooks of that side have been on since before the previous run of these records,
- they tell of such a change: those of CS-Cart only of what is new, those of Zoho
  Inventory of the modules that have sent a message at least once,
- and no message about that record has come since the previous run began, nor did
  one wait then.

Movements of stock are left out: whether Zoho tells of them is not known.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from cscart_zoho.records import Entity, Side
from cscart_zoho.store.inbox import Hint, HintSource
from cscart_zoho.store.models import Run, Step, StepState, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.plan import Kind

#: Runs that nobody has pressed a button for.
BY_ITSELF = ("schedule", "cron")
CARRIED = (Kind.CREATE.value, Kind.UPDATE.value, Kind.MARK_INACTIVE.value)
#: A record: what it is, and its id on the side of the source.
Record = tuple[str, str]


def note_repairs(run: Run) -> None:
    """Count in a run over everything what it has repaired: `repaired`, and by source `repaired_inventory` ..."""
    if run.trigger not in BY_ITSELF or run.asked_key != Asked().key:
        return
    since = _previous_began(run)
    if since is None:
        return
    sources = HintSource.objects.filter(store=run.store, on=True, made_at__lte=since)
    by_kind = {source.kind: _repaired(run, source, since) for source in sources}
    if by_kind:
        told = {f"repaired_{kind}": number for kind, number in by_kind.items()}
        run.counts = {**run.counts, **told, "repaired": sum(by_kind.values())}
        Run.objects.filter(pk=run.pk).update(counts=run.counts)


def _previous_began(run: Run) -> datetime | None:
    earlier = Run.objects.filter(store=run.store, entity=run.entity, pk__lt=run.pk).exclude(asked__dry_run=True)
    return earlier.exclude(started_at=None).order_by("-pk").values_list("started_at", flat=True).first()


def _repaired(run: Run, source: HintSource, since: datetime) -> int:
    side = Side.CSCART if source.kind == HintSource.Kind.CSCART else Side.ZOHO
    kinds = _kinds(source)
    carried = Step.objects.filter(
        run=run, state=StepState.DONE, kind__in=CARRIED, entity__in=kinds, target=side.other.value
    )
    if source.kind == HintSource.Kind.CSCART:
        carried = carried.filter(kind=Kind.CREATE.value)
    records = set(carried.values_list("entity", f"{side.value}_id"))
    return len(records - _told(source, since, {entity for entity, _ in records}))


def _kinds(source: HintSource) -> list[str]:
    """The kinds of records that a source tells of."""
    if source.kind == HintSource.Kind.CSCART:
        return [Entity.PRODUCTS.value, Entity.CUSTOMERS.value, Entity.ORDERS.value]
    if source.kind == HintSource.Kind.CRM:
        return [Entity.CUSTOMERS.value, Entity.ACCOUNTS.value]
    # A person chose in Zoho what it tells of. Rows of messages are not kept for ever, so what they showed is.
    known = set(source.made_there.get("kinds") or [])
    told = {*Hint.objects.filter(source=source).order_by().values_list("entity", flat=True).distinct()}
    if told - known:
        source.made_there = {**source.made_there, "kinds": sorted(told | known)}
        HintSource.objects.filter(pk=source.pk).update(made_there=source.made_there)
    return sorted(told | known)


def _told(source: HintSource, since: datetime, kinds: Iterable[str]) -> set[Record]:
    lately = Q(received_at__gte=since) | Q(settled_at=None) | Q(settled_at__gte=since)
    told = Hint.objects.filter(lately, source=source, entity__in=list(kinds))
    return set(told.order_by().values_list("entity", "remote_id").distinct())


def repaired(store: Store, since: datetime) -> dict[str, int]:
    """By kind of source how many records were repaired since a moment."""
    found: dict[str, int] = {}
    runs = Run.objects.filter(store=store, finished_at__gte=since, trigger__in=BY_ITSELF)
    for counts in runs.values_list("counts", flat=True):
        for kind in HintSource.Kind.values:
            found[kind] = found.get(kind, 0) + int(counts.get(f"repaired_{kind}", 0))
    return found
