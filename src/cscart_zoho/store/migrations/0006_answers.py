"""An answer to a conflict counts for the values that were shown with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0005_booked_order_lines")]

    operations = [
        migrations.AddField("conflict", "answered", models.CharField(blank=True, max_length=12)),
        migrations.AddField("conflict", "figures", models.JSONField(blank=True, default=list)),
        migrations.AddField("conflict", "lapsed", models.JSONField(blank=True, null=True)),
    ]
