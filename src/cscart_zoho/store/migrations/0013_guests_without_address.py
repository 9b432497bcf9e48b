"""Orders without an e-mail address were all said to be of one guest."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

#: What that guest was known by.
WITHOUT_ADDRESS = "guest-e3b0c44298fc1c14"


def part(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("store", "Observation").objects.filter(entity="orders", side="cscart")
    rows.filter(parent_id=WITHOUT_ADDRESS).update(parent_id="", due=True)


class Migration(migrations.Migration):
    dependencies = [("store", "0012_contact_persons")]
    operations = [migrations.RunPython(part, migrations.RunPython.noop)]
