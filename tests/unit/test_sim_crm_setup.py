"""A simulated CRM as its administrators have made it: what a program sees and may do of it."""

from typing import Any

import pytest

from tests.unit.test_sim_crm import Caller, caller, person

__all__ = ["caller"]

pytestmark = pytest.mark.odd_requests


def code(told: tuple[int, list[dict[str, Any]]]) -> str:
    """The code of the only entry."""
    (entry,) = told[1]
    return str(entry["code"])


def ids_of_fields(caller: Caller) -> dict[str, str]:
    """By API name the ids of the fields that a program sees of a contact."""
    _, told = caller.send("GET", "settings/fields", module="Contacts")
    return {each["api_name"]: each["id"] for each in told["fields"]}


def test_a_field_that_became_mandatory_is_missed(caller: Caller) -> None:
    name = caller.crm.add_field("Contacts", "Region")
    caller.crm.setup.require("Contacts", name)
    status, (entry,) = caller.write("POST", "Contacts", person(1))
    assert (status, entry["code"], entry["details"]["api_name"]) == (400, "MANDATORY_NOT_FOUND", "Region")


def test_an_insert_into_a_field_without_duplicates_names_field_and_record(caller: Caller) -> None:
    other = caller.crm.add_contact(**person(1, Phone="+1 555 0100"))
    caller.crm.setup.forbid_duplicates("Contacts", "Phone")
    _, (entry,) = caller.write("POST", "Contacts", person(2, Phone="+1 555 0100"))
    assert entry["code"] == "DUPLICATE_DATA"
    assert (entry["details"]["api_name"], entry["details"]["duplicate_record"]["id"]) == ("Phone", other)


def test_two_collisions_are_told_one_by_one_and_without_an_id_on_top(caller: Caller) -> None:
    caller.crm.add_contact(**person(1, Phone="+1 555 0100"))
    for name in ("Phone", "Email"):
        caller.crm.setup.forbid_duplicates("Contacts", name)
    _, (entry,) = caller.write("POST", "Contacts", person(1, Phone="+1 555 0100"))
    assert entry["code"] == "MULTIPLE_OR_MULTI_ERRORS"
    assert {each["details"]["api_name"] for each in entry["details"]["errors"]} == {"Phone", "Email"}
    assert "id" not in entry["details"]


def test_what_the_user_may_not_see_is_in_no_answer_and_no_query(caller: Caller) -> None:
    id = caller.crm.add_contact(**person(1, Phone="+1 555 0100"))
    caller.crm.setup.hide("Contacts", "Phone")
    assert "Phone" not in ids_of_fields(caller)
    assert caller.refused("POST", "coql", {"select_query": "select Phone from Contacts where id > 0"}) == (
        400,
        "INVALID_QUERY",
    )
    _, told = caller.send("GET", f"Contacts/{id}")
    assert "Phone" not in told["data"][0]
    assert caller.crm.contact(id)["Phone"] == "+1 555 0100"


@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize(("switch", "told"), [("ignored", "SUCCESS"), ("refused", "NO_PERMISSION")])
def test_a_value_that_the_user_may_not_write_is_ignored_or_refuses_the_record(
    *, hidden: bool, switch: str, told: str, caller: Caller
) -> None:
    id = caller.crm.add_contact(**person(1, Phone="+1 555 0100"))
    caller.crm.switches.locked_fields = switch
    (caller.crm.setup.hide if hidden else caller.crm.setup.lock)("Contacts", "Phone")
    assert code(caller.write("PUT", "Contacts", {"id": id, "Phone": "+1 555 0199"})) == told
    assert caller.crm.contact(id)["Phone"] == "+1 555 0100"


def test_a_locked_field_says_so_in_its_description(caller: Caller) -> None:
    caller.crm.setup.lock("Contacts", "Phone")
    _, told = caller.send("GET", "settings/fields", module="Contacts")
    (phone,) = (each for each in told["fields"] if each["api_name"] == "Phone")
    assert phone["read_only"] is True
    assert not any(phone["operation_type"].values())


def test_a_field_that_was_renamed_keeps_its_id_and_values_and_one_that_was_deleted_does_not(caller: Caller) -> None:
    first, second = (caller.crm.add_field("Contacts", label) for label in ("First", "Second"))
    id = caller.crm.add_contact(**person(1), First="one", Second="two")
    before = ids_of_fields(caller)
    caller.crm.setup.rename("Contacts", first, "Renamed")
    caller.crm.setup.remove("Contacts", second)
    after = ids_of_fields(caller)
    assert after["Renamed"] == before[first]
    assert not {first, second} & after.keys()
    assert caller.crm.contact(id)["Renamed"] == "one"
    one = caller.send("GET", f"settings/fields/{after['Renamed']}", module="Contacts")[1]["fields"]
    assert [each["api_name"] for each in one] == ["Renamed"]


def test_a_record_that_is_shared_for_reading_is_read_and_not_changed(caller: Caller) -> None:
    ids = [caller.crm.add_contact(**person(n)) for n in range(2)]
    caller.crm.setup.withhold("Contacts", ids[0])
    assert len(caller.query("select Email from Contacts where id > 0")) == 2
    status, told = caller.write("PUT", "Contacts", *({"id": id, "Fax": "1"} for id in ids))
    assert (status, [each["code"] for each in told]) == (207, ["NO_PERMISSION", "SUCCESS"])
    assert caller.write("PUT", "Contacts", {"id": ids[0], "Fax": "1"})[0] == 403


def test_a_record_that_is_not_shared_at_all_is_not_there_and_still_in_the_way(caller: Caller) -> None:
    id = caller.crm.add_contact(**person(1, Phone="+1 555 0100"))
    caller.crm.setup.forbid_duplicates("Contacts", "Phone")
    caller.crm.setup.withhold("Contacts", id, unseen=True)
    assert caller.query("select Email from Contacts where id > 0") == []
    assert caller.raw("GET", f"Contacts/{id}").status == 204
    assert code(caller.write("POST", "Contacts", person(2, Phone="+1 555 0100"))) == "DUPLICATE_DATA"
    assert code(caller.write("PUT", "Contacts", {"id": id, "Fax": "1"})) == "INVALID_DATA"


def test_a_blueprint_moves_its_fields_alone(caller: Caller) -> None:
    id = caller.crm.add_contact(**person(1, Title="New"))
    caller.crm.setup.put_into_blueprint("Contacts", id, "Title")
    assert code(caller.write("PUT", "Contacts", {"id": id, "Title": "Old"})) == "RECORD_IN_BLUEPRINT"
    assert code(caller.write("PUT", "Contacts", {"id": id, "Fax": "1"})) == "SUCCESS"


def test_a_validation_rule_looks_at_the_record_as_it_would_be(caller: Caller) -> None:
    caller.crm.setup.add_rule("Contacts", "Fax", lambda row: not row.get("Fax") or bool(row.get("Phone")))
    assert code(caller.write("POST", "Contacts", person(1, Fax="1"))) == "INVALID_DATA"
    _, (entry,) = caller.write("POST", "Contacts", person(1, Fax="1", Phone="+1 555 0100"))
    assert code(caller.write("PUT", "Contacts", {"id": entry["details"]["id"], "Phone": None})) == "INVALID_DATA"


def test_a_locked_record_is_not_changed(caller: Caller) -> None:
    id = caller.crm.add_contact(**person(1))
    caller.crm.setup.lock_record("Contacts", id)
    assert code(caller.write("PUT", "Contacts", {"id": id, "Fax": "1"})) == "RECORD_LOCKED"


def test_without_accounts_contacts_are_people_and_no_more(caller: Caller) -> None:
    caller.crm.switches.accounts = False
    assert "Account_Name" not in ids_of_fields(caller)
    assert caller.refused("GET", "settings/fields", module="Accounts") == (400, "INVALID_MODULE")
    assert caller.refused("POST", "coql", {"select_query": "select id from Accounts where id > 0"}) == (
        400,
        "INVALID_MODULE",
    )
    asked = {"select_query": "select Account_Name from Contacts where id > 0"}
    assert caller.refused("POST", "coql", asked) == (400, "INVALID_QUERY")
    assert [each["api_name"] for each in caller.send("GET", "settings/modules")[1]["modules"]] == ["Contacts"]


@pytest.mark.parametrize(
    ("phone", "taken"),
    [
        ("+1 555 0100", True),
        ("(555) 010-0199", True),
        ("555.0100", True),
        ("+49 171 5550100 ", False),
        ("0171/5550100", False),
        ("() Not provided.", False),
        ("555--0100", False),
    ],
)
def test_phones_are_those_of_zohos_form_or_any_text(phone: str, *, taken: bool, caller: Caller) -> None:
    assert code(caller.write("POST", "Contacts", person(1, Phone=phone))) == ("SUCCESS" if taken else "INVALID_DATA")
    caller.crm.switches.phones = "any"
    assert code(caller.write("POST", "Contacts", person(2, Phone=phone))) == "SUCCESS"


@pytest.mark.parametrize(("kind", "value"), [("picklist", "Odd"), ("multiselectpicklist", ["Known", "Odd"])])
def test_a_choice_that_is_none_becomes_a_new_one_or_is_refused(kind: str, value: object, caller: Caller) -> None:
    caller.crm.add_field("Contacts", "Kind", kind, choices=("Known",))
    assert code(caller.write("POST", "Contacts", person(1, Kind=value))) == "SUCCESS"
    caller.crm.switches.new_choices = False
    _, (entry,) = caller.write("POST", "Contacts", person(2, Kind=value))
    assert (entry["code"], entry["details"]["supported_values"]) == ("INVALID_DATA", ["Known"])


@pytest.mark.parametrize("value", ["12.50", "", None, True])
def test_a_decimal_is_a_number_and_never_its_text(value: object, caller: Caller) -> None:
    caller.crm.add_field("Contacts", "Discount", "double", length=16)
    told = code(caller.write("POST", "Contacts", person(1, Discount=value)))
    assert told == ("SUCCESS" if value in ("", None) else "INVALID_DATA")
    assert code(caller.write("POST", "Contacts", person(2, Discount=12.5))) == "SUCCESS"


def test_an_upsert_checks_duplicates_by_unique_fields_alone(caller: Caller) -> None:
    body = {"data": [person(1)], "duplicate_check_fields": ["Phone"]}
    assert caller.refused("POST", "Contacts/upsert", body) == (400, "INVALID_DATA")


def test_limits_of_a_query_and_of_a_list_of_ids(caller: Caller) -> None:
    conditions, columns = "(id = 25)", ", ".join(f"Field{n}" for n in range(51))
    for n in range(25):
        conditions = f"((id = {n}) or {conditions})"
    few = f"select id from Contacts where {conditions}"  # noqa: S608 (COQL)
    for query in (few, f"select {columns} from Contacts where id > 0"):  # noqa: S608 (COQL)
        assert caller.refused("POST", "coql", {"select_query": query}) == (400, "LIMIT_EXCEEDED")
    ids = ",".join(str(n) for n in range(101))
    assert caller.refused("DELETE", "Contacts", ids=ids) == (400, "LIMIT_EXCEEDED")


def test_a_list_takes_ids_and_a_query_counts_and_skips(caller: Caller) -> None:
    ids = [caller.crm.add_contact(**person(n)) for n in range(5)]
    _, told = caller.send("GET", "Contacts", ids=f"{ids[1]},{ids[3]}", fields="Email")
    assert {row["id"] for row in told["data"]} == {ids[1], ids[3]}
    assert caller.query("select COUNT(id) from Contacts where id > 0") == [{"COUNT(id)": 5}]
    rows = caller.query("select id from Contacts where id > 0 order by id asc limit 2, 2")
    assert [row["id"] for row in rows] == ids[2:4]


def test_a_query_needs_the_permission_for_its_module(caller: Caller) -> None:
    caller.scopes = "ZohoCRM.coql.READ,ZohoCRM.modules.contacts.READ"
    caller.crm.add_contact(**person(1))
    assert caller.query("select id from Contacts where id > 0")
    asked = {"select_query": "select id from Accounts where id > 0"}
    assert caller.refused("POST", "coql", asked) == (401, "OAUTH_SCOPE_MISMATCH")


def test_a_search_takes_two_conditions_and_no_unknown_field(caller: Caller) -> None:
    id = caller.crm.add_contact(**person(1, Last_Name="One", First_Name="Ann"))
    caller.crm.add_contact(**person(2, Last_Name="Two", First_Name="Ann"))
    _, told = caller.send("GET", "Contacts/search", criteria="((Last_Name:equals:One)and(First_Name:equals:Ann))")
    assert [row["id"] for row in told["data"]] == [id]
    assert caller.refused("GET", "Contacts/search", criteria="(Nothing:equals:One)") == (400, "INVALID_QUERY")


def test_answers_tell_when_the_token_ends(caller: Caller) -> None:
    assert "X-ACCESSTOKEN-RESET" in caller.raw("GET", "org").headers
