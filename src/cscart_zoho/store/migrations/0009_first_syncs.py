"""Nothing is synced by itself before a person has started the first sync. Who has synced already is not asked."""

from typing import Any

from django.db import migrations, models
from django.db.models import Min, Q

#: No previews.
REAL = Q(asked__dry_run=False) | Q(asked__dry_run__isnull=True)
KINDS = {
    "products": ["products"],
    "customers": ["customers", "accounts", "contacts"],
    "orders": ["orders", "guests"],
}


def they_have_begun(apps: Any, schema_editor: Any) -> None:
    """What has links, or a run that came to its end, has been synced; what is known then was let pass."""
    of = {name: apps.get_model("store", name) for name in ("Store", "Run", "Link", "Observation", "Cursor")}
    for store in of["Store"].objects.all():
        for kind, entities in KINDS.items():
            ended = of["Run"].objects.filter(REAL, store=store, entity=kind, phase="telling")
            links = of["Link"].objects.filter(store=store, entity__in=entities)
            moments = [
                ended.aggregate(at=Min("asked_at"))["at"],
                links.aggregate(at=Min("created_at"))["at"],
            ]
            first = min((at for at in moments if at is not None), default=None)
            if first is None:
                continue
            store.first_syncs[kind] = {"at": first.isoformat(), "by": ""}
            for entity in entities:
                of["Observation"].objects.filter(store=store, entity=entity).update(passed=True)
                mine = {"store": store, "entity": entity, "side": "cscart", "kind": "passed"}
                of["Cursor"].objects.update_or_create(**mine, defaults={"moment": first})
        store.save(update_fields=["first_syncs"])


class Migration(migrations.Migration):
    dependencies = [("store", "0008_customers_in")]

    operations = [
        migrations.AddField("store", "first_syncs", models.JSONField(blank=True, default=dict)),
        migrations.AddField("observation", "passed", models.BooleanField(default=False)),
        migrations.RunPython(they_have_begun, migrations.RunPython.noop),
    ]
