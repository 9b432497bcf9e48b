"""Every recorded user becomes a record, value for value."""

import json
from pathlib import Path
from typing import Any

from cscart_zoho.cscart import user_wire as shapes
from cscart_zoho.cscart.user_mapper import UserMapper
from cscart_zoho.mapping.columns import columns
from cscart_zoho.mapping.field_map import FieldMap, defaults
from cscart_zoho.mapping.fields import Module
from cscart_zoho.mapping.inventory_fields import INVENTORY_FIELDS
from tests.judged import Tell

ALL = columns()
MAPPER = UserMapper(
    FieldMap(Module.INVENTORY, defaults(Module.INVENTORY, INVENTORY_FIELDS, ALL), INVENTORY_FIELDS, ALL),
    "example.invalid",
)


def rows_of(body: Any) -> list[dict[str, Any]]:
    listed = shapes.LIST.decode(json.dumps(body).encode()).rows if isinstance(body, dict) else []
    single = [body] if isinstance(body, dict) and "user_id" in body and "firstname" in body else []
    return [*listed, *single]


def test_every_recorded_user_is_read_value_for_value(shared: Path, tell: Tell) -> None:
    files = sorted((shared / "recordings/cscart/4.20.1").glob("*user*.json"))
    told = [json.loads(file.read_text("utf-8"))["response"]["body"] for file in files]
    rows = [row for body in told for row in rows_of(body)]
    for line in (shared / "recordings/cscart/4.20.1-store/users-C.jsonl").read_text("utf-8").splitlines():
        rows.append(json.loads(line))
    for row in rows:
        record = MAPPER.record(row, tells_all=False)
        assert record.id == row["user_id"]
        assert record.key == row["email"]
        assert record.values["contact_persons.first_name"] == " ".join(row["firstname"].split())
        assert record.values["company_name"] == " ".join(row["company"].split())
        assert record.shown["phone"] == row["phone"]
        assert "@b_city" not in record.values
    tell(f"{len(files)} recordings about users, {len(rows)} users in them")
    # All 29 recordings about users, and the one customer of the recorded store.
    assert (len(files), len(rows)) == (29, 23)
