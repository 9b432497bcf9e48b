"""The behaviours of the simulated Zoho CRM, one by one."""

import json
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.messages import Message
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.zoho import Zoho
from cscart_zoho_sim.zoho.crm import Crm
from cscart_zoho_sim.zoho.crm.records import KNOWN_S

pytestmark = pytest.mark.odd_requests

ALL = ",".join(f"ZohoCRM.{name}.ALL" for name in ("modules", "settings", "org", "users", "coql", "notifications"))


@dataclass
class Caller:
    """A client of the simulated CRM, in one line per call."""

    scopes: str = ALL
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.zoho = Zoho(self.clock, rng=random.Random(5))
        self.sent: list[dict[str, Any]] = []
        self.zoho.outbox.send = self._sent

    def _sent(self, message: Message) -> int:
        self.sent.append(json.loads(message.body))
        return 200

    @property
    def crm(self) -> Crm:
        return self.zoho.crm

    def raw(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **q: Any
    ) -> Response:
        sent = {"authorization": f"Zoho-oauthtoken {self.zoho.issue_access_token(self.scopes)}", **(headers or {})}
        query = tuple((name, str(value)) for name, value in q.items())
        content = b"" if body is None else json.dumps(body).encode()
        return self.zoho.handle(Request(method, "www.zohoapis.com", f"/crm/v8/{path}", query, sent, content))

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Status, and the answer's body; None for an empty one."""
        answer = self.raw(method, path, body, **more)
        return answer.status, json.loads(answer.body) if answer.body else None

    def write(self, method: str, path: str, *rows: dict[str, Any], **more: Any) -> tuple[int, list[dict[str, Any]]]:
        status, told = self.send(method, path, {"data": list(rows), **more})
        return status, told["data"]

    def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """Status and code of a bare refusal."""
        status, told = self.send(method, path, body, **more)
        return status, told["code"]

    def told(self) -> list[dict[str, Any]]:
        """What was sent to channels."""
        self.zoho.outbox.deliver()
        return self.sent

    def query(self, text: str) -> list[dict[str, Any]]:
        _, told = self.send("POST", "coql", {"select_query": text})
        return told["data"] if told else []


@pytest.fixture
def caller() -> Caller:
    return Caller()


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"Last_Name": f"Name {number}", "Email": f"p{number}@example.com", **more}


# Writing


def test_an_envelope_has_an_entry_for_each_record_in_their_order(caller: Caller) -> None:
    status, told = caller.write("POST", "Contacts", person(1), {"First_Name": "Nameless"}, person(2))
    assert status == 207
    assert [entry["code"] for entry in told] == ["SUCCESS", "MANDATORY_NOT_FOUND", "SUCCESS"]
    assert told[1]["details"] == {"api_name": "Last_Name", "json_path": "$.data[1].Last_Name"}
    assert {"id", "Created_Time", "Modified_Time", "Created_By", "Modified_By"} <= told[0]["details"].keys()


def test_status_tells_whether_all_some_or_none_were_taken(caller: Caller) -> None:
    assert caller.write("POST", "Contacts", person(1))[0] == 201
    assert caller.write("POST", "Contacts", {})[0] == 400
    assert caller.write("POST", "Contacts/upsert", person(1))[0] == 200


def test_more_than_a_hundred_records_are_refused_as_a_whole(caller: Caller) -> None:
    body = {"data": [person(n) for n in range(101)]}
    assert caller.refused("POST", "Contacts", body) == (400, "LIMIT_EXCEEDED")
    assert caller.crm.contact_count == 0


def test_text_that_is_too_long_is_refused_and_never_cut(caller: Caller) -> None:
    _, (entry,) = caller.write("POST", "Contacts", {"Last_Name": "x" * 81})
    assert (entry["code"], entry["details"]["maximum_length"]) == ("INVALID_DATA", 80)


def test_an_insert_makes_a_second_contact_of_an_address_and_an_upsert_does_not(caller: Caller) -> None:
    caller.write("POST", "Contacts", person(1))
    caller.write("POST", "Contacts", person(1))
    assert caller.crm.contact_count == 2
    _, (entry,) = caller.write("POST", "Contacts/upsert", person(1, Email="P1@EXAMPLE.COM"))
    assert (entry["action"], entry["duplicate_field"]) == ("update", "Email")
    assert caller.crm.contact_count == 2


@pytest.mark.parametrize(
    ("listed", "matched"),
    [([], "Email"), (["Email"], "Email"), (["One"], "One"), (["Two"], "Two")],
)
def test_upsert_looks_at_what_is_listed_first(listed: list[str], matched: str, caller: Caller) -> None:
    for name in ("One", "Two"):
        caller.crm.add_field("Contacts", name, unique=True)
    ids = {
        "Email": caller.crm.add_contact(**person(1)),
        "One": caller.crm.add_contact(**person(2), One="1"),
        "Two": caller.crm.add_contact(**person(3), Two="2"),
    }
    row = {"Last_Name": "Upserted", "Email": "p1@example.com", "One": "1", "Two": "2"}
    _, (entry,) = caller.write("POST", "Contacts/upsert", row, duplicate_check_fields=listed)
    # The record was found by the first field, and collides with the others on theirs.
    assert entry["code"] == ("MULTIPLE_OR_MULTI_ERRORS" if matched == "Email" else "DUPLICATE_DATA")
    _, (entry,) = caller.write("POST", "Contacts/upsert", {"Last_Name": "Upserted", matched: row[matched]})
    assert entry["details"]["id"] == ids[matched]


def test_a_list_of_fields_cannot_exclude_a_unique_one(caller: Caller) -> None:
    caller.crm.add_field("Contacts", "Member", unique=True)
    id = caller.crm.add_contact(**person(1), Member="M")
    row = {"Last_Name": "Other", "Email": "other@example.com", "Member": "m"}
    _, (entry,) = caller.write("POST", "Contacts/upsert", row, duplicate_check_fields=["Email"])
    assert (entry["action"], entry["details"]["id"], entry["duplicate_field"]) == ("update", id, "Member")


def test_a_record_modified_since_is_refused(caller: Caller) -> None:
    id = caller.crm.add_contact(**person(1))
    read = caller.crm.contact(id)["Modified_Time"]
    caller.clock.advance(60)
    caller.crm.edit_contact(id, Phone="typed")
    body = {"data": [{"id": id, "Phone": "1"}]}
    status, told = caller.send("PUT", "Contacts", body, headers={"if-unmodified-since": read})
    assert (status, told["data"][0]["code"]) == (412, "ALREADY_MODIFIED")
    assert caller.crm.contact(id)["Phone"] == "typed"


def test_a_lookup_must_point_to_a_record_that_is_there(caller: Caller) -> None:
    _, (entry,) = caller.write("POST", "Contacts", person(1, Account_Name={"id": "77"}))
    assert entry["code"] == "INVALID_DATA"
    account = caller.crm.add_account(Account_Name="Example Ltd")
    _, (entry,) = caller.write("POST", "Contacts", person(1, Account_Name=int(account)))  # as Zoho's SDK sends it
    assert caller.crm.contact(entry["details"]["id"])["Account_Name"] == {"name": "Example Ltd", "id": account}


# Reading


def test_a_list_without_rows_is_204(caller: Caller) -> None:
    assert caller.send("GET", "Contacts", fields="Last_Name") == (204, None)
    assert caller.send("POST", "coql", {"select_query": "select id from Contacts where id > 0"}) == (204, None)


def test_a_list_needs_its_fields_and_takes_fifty(caller: Caller) -> None:
    assert caller.refused("GET", "Contacts") == (400, "REQUIRED_PARAM_MISSING")
    assert caller.refused("GET", "Contacts", fields=",".join("x" * 51)) == (400, "LIMIT_EXCEEDED")


def test_pages_end_at_two_thousand_and_tokens_go_on(caller: Caller) -> None:
    for n in range(2_100):
        caller.crm.add_contact(Last_Name=f"Name {n}")
    asked = {"fields": "Last_Name", "per_page": 200}
    assert caller.refused("GET", "Contacts", page=11, **asked) == (400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED")
    _, tenth = caller.send("GET", "Contacts", page=10, **asked)
    token = tenth["info"]["next_page_token"]
    _, rest = caller.send("GET", "Contacts", page_token=token, **asked)
    assert (len(rest["data"]), rest["info"]["more_records"]) == (100, False)
    assert caller.refused("GET", "Contacts", page_token=token, fields="Email")[1] == "TOKEN_BOUND_DATA_MISMATCH"
    assert caller.refused("GET", "Contacts", page_token=token, page=2, **asked)[1] == "AMBIGUITY_DURING_PROCESSING"
    caller.clock.advance(86_401)
    assert caller.refused("GET", "Contacts", page_token=token, **asked)[1] == "EXPIRED_VALUE"


def test_a_query_goes_on_by_time_and_id(caller: Caller) -> None:
    ids = [caller.crm.add_contact(**person(n)) for n in range(5)]
    time = caller.crm.contact(ids[0])["Modified_Time"]
    where = f"((Modified_Time = '{time}' and id > {ids[1]}) or Modified_Time > '{time}')"
    rows = caller.query("select Email from Contacts where " + where + " order by Modified_Time asc, id asc limit 2")  # noqa: S608 (COQL)
    assert [row["Email"] for row in rows] == ["p2@example.com", "p3@example.com"]


def test_a_query_tells_what_is_wrong_with_it(caller: Caller) -> None:
    wrong = {
        "select id from Contacts": "SYNTAX_ERROR",
        "select Nickname from Contacts where id > 0": "INVALID_QUERY",
        "select id from Contacts where id > 0 limit 2001": "LIMIT_EXCEEDED",
        "select id from Contacts where id in (" + ",".join("1" * 51) + ")": "LIMIT_EXCEEDED",  # noqa: S608
    }
    told = {text: caller.refused("POST", "coql", {"select_query": text})[1] for text in wrong}
    assert told == wrong


def test_the_contacts_of_an_account_and_a_search_that_lags(caller: Caller) -> None:
    account = caller.crm.add_account(Account_Name="Example Ltd")
    id = caller.crm.add_contact(**person(1), Account_Name={"id": account})
    caller.crm.add_contact(**person(2))
    _, told = caller.send("GET", f"Accounts/{account}/Contacts", fields="Email")
    assert [row["id"] for row in told["data"]] == [id]
    caller.crm.switches.search_lag_calls = 3
    assert [caller.send("GET", "Contacts/search", email="p1@example.com")[0] for _ in range(4)] == [204, 204, 200, 200]


def test_deleted_and_merged_records_are_listed_for_so_long(caller: Caller) -> None:
    first, second, third = (caller.crm.add_contact(**person(n)) for n in range(3))
    caller.crm.merge_contacts(first, second)
    caller.crm.delete_contact(third)
    _, told = caller.send("GET", "Contacts/deleted", type="all")
    assert {row["id"] for row in told["data"]} == {second, third}
    caller.clock.advance(KNOWN_S + 1)
    assert caller.send("GET", "Contacts/deleted", type="all")[0] == 204


@pytest.mark.parametrize("status", [304, 204])
def test_nothing_new_is_304_or_204(status: int, caller: Caller) -> None:
    caller.crm.switches.not_modified_status = status
    header = {"if-modified-since": "2027-01-01T00:00:00+00:00"}
    assert caller.send("GET", "Contacts/deleted", headers=header)[0] == status


# The organisation


def test_fields_tell_their_lengths_choices_and_what_may_be_written(caller: Caller) -> None:
    caller.crm.add_field("Contacts", "Shoe size", "integer")
    _, told = caller.send("GET", "settings/fields", module="Contacts")
    fields = {each["api_name"]: each for each in told["fields"]}
    assert (fields["Last_Name"]["length"], fields["Last_Name"]["system_mandatory"]) == (80, True)
    assert fields["Full_Name"]["operation_type"]["api_update"] is False
    assert fields["Shoe_size"]["custom_field"]
    assert {"-None-", "Online Store"} <= {each["actual_value"] for each in fields["Lead_Source"]["pick_list_values"]}


def test_credits_are_counted_by_records_and_by_rows(caller: Caller) -> None:
    caller.write("POST", "Contacts", *(person(n) for n in range(100)))
    assert caller.crm.credits_used == 10
    caller.query("select id from Contacts where id > 0 limit 2000")
    assert caller.crm.credits_used == 13
    caller.crm.switches.credits_a_day = 13
    assert caller.refused("GET", "org") == (429, "TOO_MANY_REQUESTS")
    caller.clock.advance(86_401)
    assert caller.send("GET", "org")[0] == 200


def test_too_many_calls_at_once_are_refused(caller: Caller) -> None:
    caller.crm.in_flight = caller.crm.switches.at_once + 1
    assert caller.refused("GET", "org") == (429, "TOO_MANY_REQUESTS")


def test_each_call_needs_its_permission() -> None:
    caller = Caller("ZohoCRM.modules.contacts.READ")
    assert caller.send("GET", "Contacts", fields="Email")[0] == 204
    assert caller.refused("GET", "Accounts", fields="Phone") == (401, "OAUTH_SCOPE_MISMATCH")
    assert caller.refused("POST", "Contacts", {"data": [person(1)]}) == (401, "OAUTH_SCOPE_MISMATCH")
    assert caller.refused("GET", "org") == (401, "OAUTH_SCOPE_MISMATCH")
    assert caller.refused("GET", "org", headers={"authorization": "Zoho-oauthtoken dead"}) == (401, "INVALID_TOKEN")
    assert caller.refused("GET", "org", headers={"authorization": ""}) == (401, "AUTHENTICATION_FAILURE")


def test_a_channel_lives_a_week_at_most_and_hears_what_it_asked_for(caller: Caller) -> None:
    until = "2026-01-07T00:00:00+00:00"
    watch = {"channel_id": "7", "events": ["Contacts.create"], "notify_url": "https://example.com/x", "token": "secret"}
    assert caller.send("POST", "actions/watch", {"watch": [{**watch, "channel_expiry": until}]})[0] == 201
    id = caller.crm.add_contact(**person(1))
    caller.crm.edit_contact(id, Phone="1")
    (told,) = caller.told()
    assert (told["operation"], told["ids"], told["token"]) == ("insert", [id], "secret")
    caller.send("POST", "actions/watch", {"watch": [{**watch, "channel_expiry": "2026-03-01T00:00:00+00:00"}]})
    caller.clock.advance(3_601)  # more than a week becomes one hour
    caller.crm.add_contact(**person(2))
    assert len(caller.told()) == 1


def test_a_message_names_records_and_never_shows_them(caller: Caller) -> None:
    events = ["Contacts.all", "Accounts.edit"]
    watch = {"channel_id": 7, "events": events, "notify_url": "https://panel.example.com/x", "token": "secret"}
    assert caller.send("POST", "actions/watch", {"watch": [watch]})[0] == 201
    id = caller.crm.add_contact(**person(1))
    account = caller.crm.add_account(Account_Name="Example")
    caller.crm.edit_contact(id, Phone="1")
    caller.crm.edit_account(account, Phone="2")
    caller.crm.delete_contact(id)
    told = caller.told()
    assert [(each["module"], each["operation"]) for each in told] == [
        *(("Contacts", "insert"), ("Contacts", "update"), ("Accounts", "update"), ("Contacts", "delete")),
    ]
    assert set(told[0]) == {
        *("server_time", "query_params", "module", "resource_uri", "ids", "affected_fields", "operation"),
        *("channel_id", "token"),
    }
    assert (told[1]["affected_fields"], told[1]["server_time"]) == ([{id: ["Phone"]}], int(caller.clock.now() * 1000))


def test_what_a_program_writes_is_told_too_unless_a_switch_says_no(caller: Caller) -> None:
    watch = {"channel_id": 7, "events": ["Contacts.all"], "notify_url": "https://panel.example.com/x"}
    caller.send("POST", "actions/watch", {"watch": [watch]})
    caller.write("POST", "Contacts", person(1))
    assert len(caller.told()) == 1
    caller.crm.switches.notices_of_api = False
    caller.write("POST", "Contacts", person(2))
    assert len(caller.told()) == 1


def test_a_channel_is_listed_renewed_cut_and_ended(caller: Caller) -> None:
    watch = {"channel_id": 7, "events": ["Contacts.all", "Accounts.edit"], "notify_url": "https://example.com/x"}
    assert caller.send("GET", "actions/watch") == (204, None)
    caller.send("POST", "actions/watch", {"watch": [watch]})
    _, told = caller.send("GET", "actions/watch")
    assert [(row["resource_name"], row["events"]) for row in told["watch"]] == [
        ("Contacts", ["Contacts.all"]),
        ("Accounts", ["Accounts.edit"]),
    ]
    until = "2026-01-07T00:00:00+00:00"
    status, renewed = caller.send("PUT", "actions/watch", {"watch": [{**watch, "channel_expiry": until}]})
    (event, _) = renewed["watch"][0]["details"]["events"]
    assert (status, event["channel_expiry"]) == (200, until)
    cut = {"channel_id": 7, "events": ["Accounts.edit"], "_delete_events": True}
    assert caller.send("PATCH", "actions/watch", {"watch": [cut]})[0] == 200
    assert len(caller.send("GET", "actions/watch")[1]["watch"]) == 1
    assert caller.send("DELETE", "actions/watch", channel_ids="7")[0] == 200
    for method, body, query in (("PUT", {"watch": [watch]}, {}), ("DELETE", None, {"channel_ids": "7"})):
        status, refusal = caller.send(method, "actions/watch", body, **query)
        assert (status, refusal["watch"][0]["code"]) == (202, "NOT_SUBSCRIBED")


def test_a_notification_that_failed_is_gone_unless_a_switch_says_no(caller: Caller) -> None:
    watch = {"channel_id": 7, "events": ["Contacts.all"], "notify_url": "https://panel.example.com/x"}
    caller.send("POST", "actions/watch", {"watch": [watch]})
    caller.zoho.outbox.send = lambda message: 500
    caller.crm.add_contact(**person(1))
    caller.crm.switches.notice_pauses_s = (60,)
    caller.crm.add_contact(**person(2))
    assert caller.zoho.outbox.deliver() == 2
    caller.clock.advance(60)
    assert caller.zoho.outbox.deliver() == 1
    assert caller.zoho.outbox.told()["crm"] == {"sent": 0, "failed": 3, "given_up": 2}
