"""The judge of our requests to Zoho CRM must itself be able to say no."""

import json
from pathlib import Path
from typing import Any

import pytest

from cscart_zoho_sim.wire import Request
from tests.contract.crm_spec import CrmValidator

TOKEN = {"authorization": "Zoho-oauthtoken 1000.a.b"}
ID = "5843104000000406001"
MOMENT = "2026-05-14T12:53:58+03:00"


@pytest.fixture(scope="module")
def validator(shared: Path) -> CrmValidator:
    return CrmValidator(shared / "specs" / "zoho-crm")


def call(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **query: str) -> Request:
    sent = {**TOKEN, **(headers or {})}
    if body is not None:
        sent = {"content-type": "application/json", **sent}
    content = b"" if body is None else json.dumps(body).encode()
    return Request(method, "www.zohoapis.com", f"/crm/v8{path}", tuple(query.items()), sent, content)


def upsert(*rows: dict[str, Any], **more: Any) -> Request:
    body = {"data": list(rows), "trigger": [], "duplicate_check_fields": ["Email"], **more}
    return call("POST", "/Contacts/upsert", body)


ANN = {"Last_Name": "Sample", "First_Name": "Ann", "Email": "ann@example.com", "Account_Name": {"id": ID}}
CHANNEL = {"channel_id": "1000001", "events": ["Contacts.all"], "notify_url": "https://panel.example.com/hooks/x/"}

ALLOWED = [
    call("GET", "/actions/watch"),
    call("POST", "/actions/watch", {"watch": [{**CHANNEL, "token": "x", "channel_expiry": MOMENT}]}),
    call("DELETE", "/actions/watch", channel_ids="1000001"),
    call("GET", "/org"),
    call("GET", "/settings/fields", module="Contacts"),
    call("GET", f"/Contacts/{ID}", fields="id"),
    call("GET", "/Contacts", fields="Last_Name,Email", page="2", per_page="200", sort_by="id"),
    call("GET", "/Contacts/deleted", type="all", page="1", per_page="200", headers={"if-modified-since": MOMENT}),
    call("GET", f"/Accounts/{ID}/Contacts", fields="Last_Name"),
    call("POST", "/coql", {"select_query": "select id from Contacts where id > 0 limit 200"}),
    upsert(ANN, {"Last_Name": "Other", "Email": None, "Email_Opt_Out": True}),
    call("PUT", "/Contacts", {"data": [{"id": ID, "Phone": "+1 555 0100"}], "trigger": ["workflow"]}),
    call("PUT", "/Accounts", {"data": [{"id": ID, "Phone": None}]}, headers={"if-unmodified-since": MOMENT}),
]
REFUSED = [
    (call("DELETE", "/actions/watch"), "channel_ids is missing"),
    (call("POST", "/actions/watch", {"watch": [{**CHANNEL, "channel_id": "mine"}]}), "channel_id"),
    (call("GET", "/org", headers={"authorization": "Bearer 1000.a.b"}), "Zoho-oauthtoken"),
    (call("GET", "/contacts/by/name/and/more"), "no such address"),
    (call("PATCH", "/coql", {"select_query": "x"}), "does not take this method"),
    (call("GET", "/settings/fields"), "module is missing"),
    (call("GET", "/Contacts", fields="id", criteria="(Email:equals:x)"), "unknown query parameters"),
    (call("GET", "/Contacts", fields="id", page="two"), "whole number"),
    (call("GET", "/Contacts", fields=",".join(f"F{n}" for n in range(51))), "more than 50 fields"),
    (call("GET", "/Contacts/deleted", headers={"if-modified-since": "yesterday"}), "with an offset"),
    (call("GET", "/org", headers={"if-modified-since": MOMENT}), "unknown header"),
    (call("POST", "/coql", {"query": "select id"}), "'select_query' is a required property"),
    (call("POST", "/Contacts/upsert"), "a body is missing"),
    (call("POST", "/Contacts", {"data": [ANN]}, headers={"content-type": "text/plain"}), "must be JSON"),
    (upsert(), "0 records"),
    (upsert(*[ANN] * 101), "101 records"),
    (upsert(ANN, trigger=["everything"]), "unknown triggers"),
    (upsert(ANN, wf_trigger="true"), "unknown keys"),
    (upsert({**ANN, "Nickname": "A"}), "no field Nickname"),
    (upsert({**ANN, "Full_Name": "Ann Sample"}), "Full_Name cannot be written"),
    (upsert({**ANN, "First_Name": "x" * 41}), "41 characters"),
    (upsert({**ANN, "Phone": 5550100}), "is no phone"),
    (upsert({**ANN, "Account_Name": {"name": "Example"}}), "written by its id"),
    (upsert({**ANN, "Account_Name": "Example"}), "is no lookup"),
    (call("PUT", "/Contacts", {"data": [{"Phone": "1"}]}), "needs the id"),
]


@pytest.mark.parametrize("request_", ALLOWED, ids=lambda each: f"{each.method} {each.path}")
def test_what_the_description_allows_passes(validator: CrmValidator, request_: Request) -> None:
    before = validator.checked
    validator.check(request_)
    assert validator.checked == before + 1


@pytest.mark.parametrize(("request_", "said"), REFUSED, ids=lambda each: each if isinstance(each, str) else "")
def test_what_the_description_does_not_allow_is_told(validator: CrmValidator, request_: Request, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        validator.check(request_)


def test_requests_to_other_products_pass_unseen(validator: CrmValidator) -> None:
    before = validator.checked
    validator.check(Request("GET", "www.zohoapis.com", "/inventory/v1/items", (), {}, b""))
    assert validator.checked == before
