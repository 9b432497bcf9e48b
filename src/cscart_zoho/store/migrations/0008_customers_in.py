from typing import Any

from django.db import migrations


def remember(apps: Any, schema_editor: Any) -> None:
    """With which product of Zoho customers are linked: where they live now, for earlier releases kept no more."""
    links = apps.get_model("store", "Link").objects.filter(entity="customers")
    for store in apps.get_model("store", "Store").objects.filter(customers_in="").select_related("zoho"):
        if not links.filter(store=store).exists():
            continue
        home = str(store.customer_choices.get("home") or "")
        crm = bool(store.zoho is not None and store.zoho.capabilities.get("crm"))
        in_inventory = home == "inventory" or (not home and not crm)
        store.customers_in = "inventory" if in_inventory else "crm"
        store.save(update_fields=["customers_in"])


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0007_made_with"),
    ]

    operations = [
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]
