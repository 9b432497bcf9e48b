"""Answers of the live Zoho CRM (v2, whose envelopes v8 has kept): read by the adapter, and given by the simulator."""

import json
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cscart_zoho.http import Answer
from cscart_zoho.mapping.columns import columns
from cscart_zoho.mapping.field_map import FieldMap, crm_field, defaults
from cscart_zoho.mapping.fields import Module
from cscart_zoho.mapping.places import country_code
from cscart_zoho.zoho.crm.mapper import CrmMapper
from cscart_zoho.zoho.crm.wire import entries, told
from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.wire import Request
from cscart_zoho_sim.zoho import Zoho

Recording = dict[str, Any]

SCOPES = "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.READ"
#: Writes, and the address that stands for theirs: leads are not simulated, and are upserted like contacts.
WRITES = {
    "create-account.json": "Accounts",
    "create-contact.json": "Contacts",
    "upsert-records.json": "Contacts/upsert",
}


def recording(shared: Path, name: str) -> Recording:
    """One recorded request with its answer."""
    api = json.loads((shared / "recordings" / "zoho-crm" / name).read_text())["api"]
    ((paths,), (method,)) = api.values(), api
    ((path, recorded),) = paths.items()
    return {"method": method.upper(), "path": path, **recorded}


class Caller:
    """A simulated CRM and a client of it."""

    def __init__(self) -> None:
        self.zoho = Zoho(VirtualClock(), rng=random.Random(3))

    def send(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        headers = {"authorization": f"Zoho-oauthtoken {self.zoho.issue_access_token(SCOPES)}"}
        content = b"" if body is None else json.dumps(body).encode()
        request = Request(method, "www.zohoapis.com", f"/crm/v8/{path}", tuple(query.items()), headers, content)
        answer = self.zoho.handle(request)
        return answer.status, json.loads(answer.body) if answer.body else ""

    def mapper(self) -> CrmMapper:
        """The adapter's mapper under the default map of this organisation."""
        _, answer = self.send("GET", "settings/fields", module="Contacts")
        found = [crm_field(Module.CONTACT, each) for each in answer["fields"]]
        fields = {field.name: field for field in found if field is not None}
        rows = defaults(Module.CONTACT, fields, columns())
        return CrmMapper(FieldMap(Module.CONTACT, rows, fields, columns()), lambda name: "")


@pytest.fixture
def caller() -> Caller:
    return Caller()


def shape(value: Any) -> Any:
    """Keys and kinds; of a list the first row."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


@pytest.mark.parametrize("name", WRITES)
def test_a_recorded_write_is_answered_with_the_same_status_and_shape(name: str, shared: Path, caller: Caller) -> None:
    recorded = recording(shared, name)
    rows = [{k: v for k, v in row.items() if k != "Company"} for row in recorded["request"]["data"]["data"]]

    status, answer = caller.send("POST", WRITES[name], {**recorded["request"]["data"], "data": rows})

    assert status == recorded["status"]
    assert shape(answer) == shape(recorded["response"])
    same = ("code", "message", "status", "action", "duplicate_field")
    for given, wanted in zip(answer["data"], recorded["response"]["data"], strict=True):
        assert {k: given.get(k) for k in same} == {k: wanted.get(k) for k in same}


@pytest.mark.parametrize("name", WRITES)
def test_a_recorded_write_is_decoded(name: str, shared: Path) -> None:
    recorded = recording(shared, name)
    body = told(Answer(recorded["status"], json.dumps(recorded["response"]).encode(), {}, write=True))
    (entry,) = entries(body, 1) or ()
    assert entry["code"] == "SUCCESS"
    assert entry["details"]["id"].isdecimal()


def test_a_search_that_finds_nothing_is_204_on_both(shared: Path, caller: Caller) -> None:
    recorded = recording(shared, "search-records.json")
    status, answer = caller.send("GET", "Contacts/search", word="test")
    assert (status, answer) == (recorded["status"], recorded["response"])


@pytest.mark.parametrize("name", ["get-contact.json", "list-contacts.json"])
def test_every_recorded_contact_is_read_value_for_value(name: str, shared: Path, caller: Caller) -> None:
    recorded = recording(shared, name)
    body = told(Answer(recorded["status"], json.dumps(recorded["response"]).encode(), {}))
    mapper = caller.mapper()
    assert body.rows
    for row in body.rows:
        record = mapper.record(row)
        assert (record.id, record.key) == (row["id"], row["Email"] or "")
        assert record.modified_at == datetime.fromisoformat(row["Modified_Time"])
        for field in ("First_Name", "Last_Name", "Phone", "Mailing_City"):
            assert record.values[field] == (row[field] or ""), field
        assert record.values["Mailing_Country"] == country_code(row["Mailing_Country"] or "")


def test_a_contact_is_shown_as_the_recorded_one(shared: Path, caller: Caller) -> None:
    """What only live records have, such as the state of an approval, nobody reads."""
    (wanted,) = recording(shared, "get-contact.json")["response"]["data"]
    written = {name: wanted[name] for name in ("Email", "First_Name", "Last_Name")}
    id = caller.zoho.crm.add_contact(**written)
    _, answer = caller.send("GET", f"Contacts/{id}")
    (given,) = answer["data"]
    assert given.keys() - wanted.keys() == set()
    own = {"id", "Created_Time", "Modified_Time", "Created_By", "Modified_By", "Owner"}
    assert {k: v for k, v in given.items() if k not in own} == {k: wanted[k] for k in given if k not in own}


def test_a_list_tells_whether_it_goes_on_as_the_recorded_one(shared: Path, caller: Caller) -> None:
    wanted = recording(shared, "list-contacts.json")["response"]["info"]
    caller.zoho.crm.add_contact(Last_Name="Sample")
    _, answer = caller.send("GET", "Contacts", fields="Last_Name")
    common = wanted.keys() & answer["info"].keys()
    assert common >= {"per_page", "count", "page", "more_records"}
    assert {k: type(answer["info"][k]) for k in common} == {k: type(wanted[k]) for k in common}


def test_the_user_is_told_with_keys_that_the_recorded_one_has(shared: Path, caller: Caller) -> None:
    (wanted, *_) = recording(shared, "list-users.json")["response"]["users"]
    _, answer = caller.send("GET", "users")
    (given,) = answer["users"]
    assert {k: type(v) for k, v in given.items()} == {k: type(wanted[k]) for k in given}
