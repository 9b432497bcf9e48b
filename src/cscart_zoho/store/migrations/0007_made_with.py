from typing import Any

from django.db import migrations, models


def remember(apps: Any, schema_editor: Any) -> None:
    """What is connected now is what links were made with: nothing else is known of an earlier release."""
    for store in apps.get_model("store", "Store").objects.select_related("zoho"):
        org, can = store.zoho, store.capabilities
        told = {
            "shop": {
                "url": store.url,
                "edition": str(can.get("edition") or ""),
                "company_id": str(can.get("company_id") or ""),
                "company": str(can.get("company") or ""),
            }
        }
        if org is not None and org.organization_id:
            told["organisation"] = {"region": org.region, "id": org.organization_id, "name": org.name}
        store.made_with = told
        store.save(update_fields=["made_with"])


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0006_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="store",
            name="made_with",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="store",
            name="customers_in",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="store",
            name="set_aside_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]
