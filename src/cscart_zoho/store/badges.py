"""Records that need a person, counted as a person counts them: a pair is one."""

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from cscart_zoho.records import Side
from cscart_zoho.store.models import Link, Observation, SyncState


def each_once(rows: QuerySet[Observation]) -> QuerySet[Observation]:
    """These rows without Zoho's half of a pair whose other half has the same state."""
    return _without_halves(rows, Q(state=OuterRef("state")))


def once_of_all(rows: QuerySet[Observation]) -> QuerySet[Observation]:
    """These rows, none of them synced, without Zoho's half of a pair whose other half is not synced either."""
    return _without_halves(rows, ~Q(state=SyncState.SYNCED))


def _without_halves(rows: QuerySet[Observation], alike: Q) -> QuerySet[Observation]:
    same = {"store": OuterRef("store"), "entity": OuterRef("entity")}
    partner = Link.objects.filter(**same, zoho_id=OuterRef("remote_id")).values("cscart_id")[:1]
    other = Observation.objects.filter(
        alike, **same, side=Side.CSCART.value, remote_id=OuterRef("partner"), gone_at=None
    )
    halves = rows.filter(side=Side.ZOHO.value, linked=True).annotate(partner=Subquery(partner)).filter(Exists(other))
    return rows.exclude(pk__in=halves.values("pk"))
