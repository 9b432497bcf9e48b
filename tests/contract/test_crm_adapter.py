"""The adapter for Zoho CRM over the simulator: cursors, batches that are refused, what was deleted."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx2
import pytest

from cscart_zoho.errors import (
    AlreadyThere,
    ConnectorError,
    NotConnected,
    NotFound,
    Retryable,
    Throttled,
    Unfit,
    UnknownOutcome,
)
from cscart_zoho.http import Wire
from cscart_zoho.mapping.columns import columns
from cscart_zoho.mapping.field_map import FieldMap, crm_field, defaults
from cscart_zoho.mapping.fields import FieldRow, Module
from cscart_zoho.records import Record
from cscart_zoho.sync.ports import Change, Written
from cscart_zoho.zoho.crm import wire as crm_answers
from cscart_zoho.zoho.crm.organisation import SCOPES, crm_fields, crm_organisation
from cscart_zoho.zoho.crm.records import CrmRecords
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.judged import CUSTOM_FIELDS

ALL = columns()
#: Every sign that means something in the query language.
ODD_NAME = 'O\'Example \\ "Ltd" (x), & more'


class Crm:
    """A simulated CRM, an adapter on a real wire, and every request between them."""

    def __init__(self, **options: Any) -> None:
        self.world = World.empty(3)
        self.sim = self.world.zoho.crm
        self.requests: list[Request] = []
        self.faults = FaultPlan.none()
        scopes = ",".join(SCOPES)
        self.wire = Wire(
            name="Zoho CRM",
            base_url=self.world.zoho.api_url,
            client=httpx2.Client(transport=self.world.transport(self.faults, self._heard)),
            headers=lambda: {"authorization": f"Zoho-oauthtoken {self.world.zoho.issue_access_token(scopes)}"},
            examine=partial(crm_answers.examine, block=lambda seconds, reason: None),
            sleep=self.world.clock.sleep,  # type: ignore[attr-defined]
        )
        self.contacts = self.records(Module.CONTACT, **options)

    def _heard(self, request: Request, response: Response) -> None:
        self.requests.append(request)

    def records(self, module: Module, more: Sequence[str] = (), **options: Any) -> CrmRecords:
        name = {Module.CONTACT: "Contacts", Module.ACCOUNT: "Accounts"}[module]
        told = [crm_field(module, each) for each in crm_fields(self.wire, name)]
        fields = {field.name: field for field in told if field is not None}
        rows = {**defaults(module, fields, ALL), **{each: FieldRow("b_county") for each in more}}
        account_id: Callable[[str], str] = options.pop("account_id", lambda name: "")
        return CrmRecords(self.wire, FieldMap(module, rows, fields, ALL), account_id=account_id, **options)

    def add_field(self, label: str, **more: Any) -> str:
        """A custom field of contacts, which the judge of all requests has to know of."""
        name = self.sim.add_field("Contacts", label, **more)
        CUSTOM_FIELDS.add(name)
        return name

    def hours(self, hours: float) -> datetime:
        """Time passes; the moment it is now."""
        self.world.clock.advance(hours * 3600)  # type: ignore[attr-defined]
        return datetime.fromtimestamp(self.world.clock.now(), UTC)

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """What was sent to an address."""
        return [json.loads(r.body) for r in self.requests if r.path.endswith(path) and r.method in ("POST", "PUT")]

    def scan(self, since: datetime | None = None) -> list[Record]:
        return [record for page in self.contacts.scan(since) for record in page.records]

    def change(self, id: str, **values: Any) -> Change:
        return Change(id, values, self.contacts.read([id])[id])


@pytest.fixture
def crm() -> Crm:
    return Crm()


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"Last_Name": f"Name {number}", "Email": f"p{number}@example.com", **more}


def errors(written: Sequence[Written]) -> dict[int, ConnectorError]:
    """By position what went wrong."""
    return {n: each for n, each in enumerate(written) if isinstance(each, ConnectorError)}


# Reading by cursors


@pytest.mark.parametrize("most", [2_000, 200])
def test_more_than_two_thousand_records_are_read_once_each_without_page_numbers(crm: Crm, most: int) -> None:
    crm.sim.switches.coql_max = most
    ids = [crm.sim.add_contact(**person(n)) for n in range(2_345)]

    read = [record.id for record in crm.scan()]

    assert sorted(read) == sorted(ids)
    assert len(set(read)) == len(read)
    queries = [body["select_query"] for body in crm.bodies("/coql")]
    assert not any("offset" in query for query in queries)
    # Two pages of 2,000; or one question in vain, and twelve of 200.
    assert len(queries) == (2 if most == 2_000 else 1 + 12)


def test_records_of_one_second_are_not_lost_between_two_pages(crm: Crm) -> None:
    crm.sim.switches.coql_max = 200
    ids = {crm.sim.add_contact(**person(n)) for n in range(450)}  # all within the same second
    before = crm.hours(0) - timedelta(hours=1)

    read = [record.id for record in crm.scan(before)]

    assert set(read) == ids
    assert len(read) == len(ids)


def test_only_what_was_modified_since_is_read(crm: Crm) -> None:
    old, new = crm.sim.add_contact(**person(1)), crm.sim.add_contact(**person(2))
    since = crm.hours(2)
    crm.sim.edit_contact(new, Phone="+1 555 0100")

    assert [record.id for record in crm.scan(since)] == [new]
    assert old in {record.id for record in crm.scan()}


def test_more_columns_than_a_query_takes_are_asked_for_in_several_and_put_together(crm: Crm) -> None:
    names = [crm.add_field(f"Extra {n}") for n in range(60)]
    id = crm.sim.add_contact(**person(1), **{names[0]: "first", names[59]: "last"})
    crm.contacts = crm.records(Module.CONTACT, more=names)

    (record,) = crm.scan()

    assert record.id == id
    assert (record.values[names[0]], record.values[names[59]]) == ("first", "last")
    widths = [body["select_query"].split(" from ")[0].count(",") + 1 for body in crm.bodies("/coql")]
    assert max(widths) <= 50


def test_a_name_with_every_odd_sign_is_found_and_told_apart_by_case_only(crm: Crm) -> None:
    accounts = crm.records(Module.ACCOUNT)
    id = crm.sim.add_account(Account_Name=ODD_NAME)
    crm.sim.add_account(Account_Name=f"{ODD_NAME} Two")

    found = accounts.find_all([ODD_NAME.upper(), "Nobody"])

    assert {key: [record.id for record in records] for key, records in found.items()} == {ODD_NAME.upper(): [id]}


def test_a_contact_tells_its_account_by_id_and_name(crm: Crm) -> None:
    account = crm.sim.add_account(Account_Name="Example Ltd")
    id = crm.sim.add_contact(**person(1), Account_Name={"id": account})
    record = crm.contacts.read([id])[id]
    assert (record.parent, record.values["Account_Name"]) == (account, "Example Ltd")
    assert crm.contacts.read(["1"]) == {}


def test_exists_is_false_only_for_what_zoho_does_not_know(crm: Crm) -> None:
    id = crm.sim.add_contact(**person(1))
    assert crm.contacts.exists(id)
    crm.sim.delete_contact(id)
    assert not crm.contacts.exists(id)


# Deleted


def test_deleted_and_merged_records_are_told(crm: Crm) -> None:
    master, loser, gone = (crm.sim.add_contact(**person(n)) for n in range(3))
    since = crm.hours(1)
    crm.sim.merge_contacts(master, loser)
    crm.sim.delete_contact(gone)
    crm.hours(1)

    assert {id for ids in crm.contacts.deleted(since) for id in ids} == {loser, gone}
    assert [id for ids in crm.contacts.deleted(crm.hours(0)) for id in ids] == []  # nothing new is no error


def test_more_than_two_thousand_deleted_records_are_read_by_tokens(crm: Crm) -> None:
    since = crm.hours(1)
    ids = [crm.sim.add_contact(**person(n)) for n in range(2_345)]
    for id in ids:
        crm.sim.delete_contact(id)

    told = [id for some in crm.contacts.deleted(since) for id in some]

    assert sorted(told) == sorted(ids)
    asked = [dict(r.query) for r in crm.requests if r.path.endswith("/deleted")]
    assert [query.get("page") for query in asked] == [*(str(n) for n in range(1, 11)), None, None]
    assert [bool(query.get("page_token")) for query in asked] == [False] * 10 + [True] * 2


# Writing


def test_a_hundred_records_are_one_call(crm: Crm) -> None:
    written = crm.contacts.create_all([person(n) for n in range(100)])
    assert not errors(written)
    assert crm.sim.writes == 1
    assert len({record.id for record in written if isinstance(record, Record)}) == 100


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        ({"Last_Name": "x" * 81}, Unfit),  # Zoho refuses the record within the envelope
        ({"Last_Name": ""}, Unfit),
        ({"Email": "not an address"}, Unfit),
    ],
)
def test_one_bad_record_of_a_batch_fails_alone(crm: Crm, bad: dict[str, Any], kind: type[ConnectorError]) -> None:
    batch = [person(n, **(bad if n == 37 else {})) for n in range(100)]
    wrong = errors(crm.contacts.create_all(batch))
    assert {position: type(error) for position, error in wrong.items()} == {37: kind}
    assert crm.sim.contact_count == 99


def test_a_batch_that_is_refused_as_a_whole_goes_again_in_halves(crm: Crm) -> None:
    """Some faults of one record make Zoho refuse the whole request, without saying which record it was."""
    whole = {"code": "INVALID_DATA", "details": {}, "message": "invalid data", "status": "error"}
    real = crm.sim.handle

    def refusing(request: Request) -> Response:
        if b"poison" in request.body:
            return Response.of_json(whole, 400)
        return real(request)

    crm.sim.handle = refusing  # type: ignore[method-assign]
    wrong = errors(crm.contacts.create_all([person(n, First_Name="poison" if n == 37 else "Ann") for n in range(100)]))

    assert list(wrong) == [37]
    assert crm.sim.contact_count == 99
    sizes = [len(body["data"]) for body in crm.bodies("/Contacts")]
    assert sizes[:3] == [100, 50, 25]
    assert len(sizes) <= 1 + 2 * 7  # halves of halves: 2 for each of the 7 times that 100 can be halved


def test_a_lost_answer_is_not_sent_again_in_halves(crm: Crm) -> None:
    crm.faults.order("timeout_after", 1)
    wrong = errors(crm.contacts.create_all([person(n) for n in range(10)]))
    assert {type(error) for error in wrong.values()} == {UnknownOutcome}
    assert len(wrong) == 10
    assert len(crm.bodies("/Contacts")) == 1


@pytest.mark.parametrize("triggers", [(), ("workflow", "blueprint")])
def test_writes_set_off_in_zoho_what_the_merchant_chose_and_nothing_by_default(triggers: tuple[str, ...]) -> None:
    crm = Crm(triggers=triggers)
    made = crm.contacts.create(person(1))
    crm.contacts.update_all([crm.change(made.id, Phone="+1 555 0100")])
    assert [body["trigger"] for body in crm.bodies("/Contacts")] == [list(triggers)] * 2


def test_a_new_record_is_never_written_over_one_that_is_there(crm: Crm) -> None:
    crm.add_field("Member", unique=True)
    crm.contacts = crm.records(Module.CONTACT, more=["Member"])
    id = crm.sim.add_contact(**person(1), Member="M-1")
    before = crm.sim.contact(id)
    with pytest.raises(AlreadyThere) as refused:
        crm.contacts.create(person(2, Member="m-1"))
    assert crm.sim.contact(id) == before
    assert refused.value.fields.keys() == {"Member"}
    assert [other.id for other in refused.value.others if isinstance(other, Record)] == [id]


def test_an_edit_since_our_read_is_not_run_over_and_tried_again_later(crm: Crm) -> None:
    first, second = crm.sim.add_contact(**person(1)), crm.sim.add_contact(**person(2))
    crm.hours(1)
    changes = [crm.change(id, Phone="+1 555 0100") for id in (first, second)]
    crm.hours(1)
    crm.sim.edit_contact(second, Phone="typed by a person")

    wrong = errors(crm.contacts.update_all(changes))

    assert {position: type(error) for position, error in wrong.items()} == {1: Retryable}
    assert crm.sim.contact(first)["Phone"] == "+1 555 0100"
    assert crm.sim.contact(second)["Phone"] == "typed by a person"


def test_a_unique_field_that_is_taken_is_told_as_that(crm: Crm) -> None:
    crm.add_field("Member", unique=True)
    crm.contacts = crm.records(Module.CONTACT, more=["Member"])
    crm.sim.add_contact(**person(1), Member="M-1")
    other = crm.sim.add_contact(**person(2))
    (error,) = errors(crm.contacts.update_all([crm.change(other, Member="m-1")])).values()
    assert isinstance(error, AlreadyThere)


def test_an_account_is_written_by_its_id_and_never_made_by_a_name(crm: Crm) -> None:
    account = crm.sim.add_account(Account_Name="Example Ltd")
    crm.contacts = crm.records(Module.CONTACT, account_id=lambda name: account if name == "Example Ltd" else "")
    made = crm.contacts.create_all([person(1, Account_Name="Example Ltd"), person(2, Account_Name="Unknown Ltd")])
    assert isinstance(made[0], Record)
    assert crm.sim.contact(made[0].id)["Account_Name"]["id"] == account
    assert isinstance(made[1], ConnectorError)
    assert crm.sim.account_count == 1


def test_what_is_not_there_any_more_is_not_found(crm: Crm) -> None:
    id = crm.sim.add_contact(**person(1))
    change = crm.change(id, Phone="1")
    crm.sim.delete_contact(id)
    (error,) = errors(crm.contacts.update_all([change])).values()
    assert isinstance(error, NotFound)


# The organisation as a whole


def test_credits_that_are_used_up_ask_for_a_pause(crm: Crm) -> None:
    crm.sim.switches.credits_a_day = crm.sim.credits_used
    with pytest.raises(Throttled):
        crm.scan()


def test_an_account_without_a_crm_is_told_as_that(crm: Crm) -> None:
    crm.sim.switches.enabled = False
    with pytest.raises(NotConnected):
        crm_organisation(crm.wire)
