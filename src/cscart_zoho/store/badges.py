"""Records that need a person, counted as a person counts them: a pair is one."""

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from cscart_zoho.records import Side
from cscart_zoho.store.models import Link, Observation


def each_once(rows: QuerySet[Observation]) -> QuerySet[Observation]:
    """These rows without Zoho's half of a pair whose other half has the same state."""
    same = {"store": OuterRef("store"), "entity": OuterRef("entity")}
    partner = Link.objects.filter(**same, zoho_id=OuterRef("remote_id")).values("cscart_id")[:1]
    other = Observation.objects.filter(
        **same, side=Side.CSCART.value, remote_id=OuterRef("partner"), state=OuterRef("state"), gone_at=None
    )
    halves = rows.filter(side=Side.ZOHO.value, linked=True).annotate(partner=Subquery(partner)).filter(Exists(other))
    return rows.exclude(pk__in=halves.values("pk"))
