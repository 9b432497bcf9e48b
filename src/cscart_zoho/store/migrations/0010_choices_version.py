"""Runs know the choices that they began with."""

from typing import Any

from django.db import migrations, models

from cscart_zoho.store.versions import version_of


def tell(apps: Any, schema_editor: Any) -> None:
    """What holds now is what runs that wait were asked for by."""
    for store in apps.get_model("store", "Store").objects.all():
        store.choices_version = version_of(store.product_choices, store.customer_choices, store.order_choices)
        store.save(update_fields=["choices_version"])


class Migration(migrations.Migration):
    dependencies = [("store", "0009_first_syncs")]

    operations = [
        migrations.AddField("store", "choices_version", models.CharField(blank=True, max_length=60)),
        migrations.AddField("run", "choices_version", models.CharField(blank=True, max_length=60)),
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
