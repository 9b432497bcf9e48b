"""The nasty behaviours of the simulated CS-Cart towards users, one by one."""

from typing import Any

import pytest

from tests.unit.test_sim_cscart import Caller, words

ANN = {"email": "ann@example.com", "user_type": "C", "company_id": "1", "firstname": "Ann", "lastname": "Sample"}
SHIPPING = {"s_address": "Street 1", "s_city": "Sample City", "s_country": "DE", "s_zipcode": "12345"}


@pytest.fixture
def caller() -> Caller:
    return Caller()


def made(caller: Caller, **more: Any) -> int:
    answer = caller.write("POST", "users", {**ANN, **more})
    assert answer.status == 201, answer.body
    return int(words(answer)["user_id"])


def test_no_answer_shows_an_address_a_custom_field_or_a_group(caller: Caller) -> None:
    field = caller.store.add_profile_field("VAT number")
    id = made(caller, b_city="Billington", fields={field: "DE1"})
    assert caller.store.user(id)["b_city"] == "Billington"
    for row in (caller.get(f"users/{id}"), caller.get("users", user_type="C")["users"][0]):
        assert not [name for name in row if name.startswith(("b_", "s_")) or name in ("fields", "usergroups")]


def test_a_list_without_user_type_is_refused_by_new_stores_only() -> None:
    assert Caller().send("GET", "/api/users").status == 400
    assert Caller(version="4.14.2").send("GET", "/api/users").status == 200


def test_a_change_without_company_id_takes_the_customer_out_of_the_store(caller: Caller) -> None:
    id = made(caller)
    caller.write("PUT", f"users/{id}", {"phone": "1"})
    assert caller.store.user(id)["company_id"] == "0"
    assert caller.write("POST", "users", ANN).status == 201  # and its address is free again


def test_a_change_of_user_type_makes_an_administrator(caller: Caller) -> None:
    id = made(caller)
    caller.write("PUT", f"users/{id}", {"user_type": "A", "company_id": "1"})
    assert caller.store.user(id)["is_root"] == "Y"


def test_a_shipping_address_is_lost_at_creation_and_kept_afterwards(caller: Caller) -> None:
    id = made(caller, **SHIPPING, b_city="Billington")
    user = caller.store.user(id)
    assert (user["s_city"], user["b_city"]) == ("", "Billington")
    caller.write("PUT", f"users/{id}", {**SHIPPING, "company_id": "1"})
    assert caller.store.user(id)["s_city"] == "Sample City"


def test_an_old_store_blanks_the_shipping_address_with_every_change() -> None:
    caller = Caller(version="4.14.2")
    id = made(caller)
    caller.write("PUT", f"users/{id}", {**SHIPPING, "company_id": "1"})
    caller.write("PUT", f"users/{id}", {"phone": "1", "company_id": "1"})
    assert caller.store.user(id)["s_city"] == ""


@pytest.mark.parametrize("name", ["Dr. Ann", "A & B", "Ann, Bob", "Ann 😀"])
def test_names_with_other_signs_are_refused_at_creation_and_taken_afterwards(name: str, caller: Caller) -> None:
    refused = caller.write("POST", "users", {**ANN, "firstname": name})
    assert refused.status == 400
    assert "is not valid" in str(words(refused))
    id = made(caller)
    assert caller.write("PUT", f"users/{id}", {"firstname": name, "company_id": "1"}).status == 200


def test_an_address_is_taken_whatever_its_case(caller: Caller) -> None:
    made(caller)
    assert caller.write("POST", "users", {**ANN, "email": "ANN@example.com"}).status == 400


def test_an_unknown_user_is_an_empty_list_and_an_unknown_change_404(caller: Caller) -> None:
    assert caller.get("users/999")["users"] == []
    assert caller.write("PUT", "users/999", {"phone": "1"}).status == 404


def test_a_page_beyond_the_end_is_the_last_page_again(caller: Caller) -> None:
    for n in range(5):
        made(caller, email=f"p{n}@example.com")
    last, beyond = (caller.get("users", user_type="C", items_per_page=2, page=page) for page in (3, 9))
    assert [row["user_id"] for row in beyond["users"]] == [row["user_id"] for row in last["users"]]
    assert beyond["params"]["page"] == 3


def test_an_email_filter_finds_parts(caller: Caller) -> None:
    made(caller)
    made(caller, email="joann@example.com")
    assert len(caller.get("users", user_type="C", email="ann@example.com")["users"]) == 2


def test_text_is_cut_and_four_byte_signs_are_damaged(caller: Caller) -> None:
    id = made(caller, b_city="x" * 70, company="Fun 😀")
    assert caller.store.user(id)["b_city"] == "x" * 64
    assert caller.store.user(id)["company"] == "Fun ????"


# Our store add-on (docs/store-add-on.md)


def test_without_the_add_on_its_entity_is_unknown(caller: Caller) -> None:
    assert caller.send("GET", "/api/cscart_zoho_customers").status == 404


def test_the_add_on_tells_addresses_custom_fields_and_what_was_deleted_since(caller: Caller) -> None:
    caller.store.switches.addon = True
    field = caller.store.add_profile_field("VAT number")
    gone, old, new = (made(caller, email=f"p{n}@example.com") for n in range(3))
    caller.clock.advance(60)
    since = int(caller.clock.now())
    caller.store.edit_user(new, b_city="Billington", fields={field: "DE1"})
    caller.store.delete_user(gone)

    told = caller.get("cscart_zoho_customers", updated_from=since, with_fields=1)

    assert [row["user_id"] for row in told["customers"]] == [str(new)]
    assert told["customers"][0]["b_city"] == "Billington"
    assert told["customers"][0]["fields"] == {str(field): "DE1"}
    assert [row["user_id"] for row in told["deleted"]] == [gone]
    assert [each["name"] for each in told["profile_fields"]] == ["VAT number"]
    assert caller.get(f"cscart_zoho_customers/{old}")["user_id"] == str(old)
    assert caller.send("GET", f"/api/cscart_zoho_customers/{gone}").status == 404


def test_pages_of_the_add_on_go_on_after_the_last_customer_of_the_same_second(caller: Caller) -> None:
    caller.store.switches.addon = True
    ids = [made(caller, email=f"p{n}@example.com") for n in range(5)]  # all within the same second
    seen: list[int] = []
    at, after = 0, 0
    while rows := caller.get("cscart_zoho_customers", updated_from=at, after_id=after, limit=2)["customers"]:
        seen += [int(row["user_id"]) for row in rows]
        at, after = rows[-1]["updated_at"], int(rows[-1]["user_id"])
    assert seen == ids


def test_lists_tell_customers_administrators_and_vendors_apart(caller: Caller) -> None:
    id = made(caller)
    boss, vera = caller.store.add_staff("boss@example.com"), caller.store.add_staff("vera@example.com", "V")
    for kind, user in (("C", id), ("A", boss), ("V", vera)):
        listed = caller.get("users", user_type=kind)["users"]
        assert str(user) in {row["user_id"] for row in listed}
        assert {row["user_type"] for row in listed} == {kind}
        assert caller.get(f"users/{user}")["user_type"] == kind
    assert caller.store.user(boss)["company_id"] == "0"
    assert made(caller, email="boss@example.com")  # it is taken in no storefront


def test_an_address_is_taken_once_in_each_storefront_or_once_in_all(caller: Caller) -> None:
    other = caller.store.add_company("Second store")
    made(caller)
    assert made(caller, company_id=other)
    third = caller.store.add_company("Third store")
    caller.store.switches.users_shared = True
    assert caller.write("POST", "users", {**ANN, "company_id": third}).status == 400
