from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0004_by_itself"),
    ]

    operations = [
        migrations.AddField(
            model_name="link",
            name="agreed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="link",
            name="agreement",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="orderline",
            name="booked",
            field=models.BooleanField(null=True),
        ),
    ]
