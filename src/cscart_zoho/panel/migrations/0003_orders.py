from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("panel", "0002_customers"),
        ("store", "0003_orders"),
    ]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("store.observation",),
        ),
        migrations.CreateModel(
            name="SalesOrder",
            fields=[],
            options={
                "verbose_name": "Zoho order",
                "verbose_name_plural": "Zoho orders",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("store.observation",),
        ),
    ]
