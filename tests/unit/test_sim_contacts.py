"""The simulated contacts of Zoho Inventory: persons, the filter by e-mail, contacts that people merge."""

from typing import Any

import pytest

from cscart_zoho_sim.zoho import Refusal
from tests.unit.zoho_caller import Caller


@pytest.fixture
def caller() -> Caller:
    return Caller.new()


def person(email: str, *, primary: bool = False, **more: Any) -> dict[str, Any]:
    return {"first_name": email[0].upper(), "email": email, "is_primary_contact": primary, **more}


def acme(caller: Caller) -> str:
    persons = [person("zoe@acme.example", primary=True), person("bob@acme.example")]
    return caller.zoho.add_contact(contact_name="Acme GmbH", contact_persons=persons)


@pytest.mark.parametrize("of_all", [True, False])
def test_the_filter_by_email_looks_at_all_persons_or_at_the_primary_one(of_all: bool, caller: Caller) -> None:
    id = acme(caller)
    caller.zoho.switches.email_of_all_persons = of_all
    rows = caller.get("/contacts", email="Bob@acme.example").json["contacts"]
    assert [row["contact_id"] for row in rows] == ([id] if of_all else [])
    assert [row["contact_id"] for row in caller.get("/contacts", email="zoe@acme.example").json["contacts"]] == [id]
    assert [row["contact_id"] for row in caller.get("/contacts", email_contains="ZOE").json["contacts"]] == [id]


@pytest.mark.parametrize("replaced", [True, False])
def test_persons_that_a_change_does_not_name_go_or_stay(replaced: bool, caller: Caller) -> None:
    id = acme(caller)
    caller.zoho.switches.persons_are_replaced = replaced
    zoe, bob = caller.zoho.contact(id)["contact_persons"]
    caller.send("PUT", f"/contacts/{id}", {"contact_name": "Acme GmbH", "contact_persons": [{**zoe, "phone": "1"}]})
    left = {each["email"] for each in caller.zoho.contact(id)["contact_persons"]}
    assert left == ({zoe["email"]} if replaced else {zoe["email"], bob["email"]})


def test_a_merged_contact_is_gone_and_its_persons_and_sales_orders_are_the_masters(caller: Caller) -> None:
    item = caller.create(name="Chair", sku="C-1", rate=10)["item_id"]
    master = acme(caller)
    loser = caller.zoho.add_contact(contact_name="Ann", contact_persons=[person("ann@example.com", primary=True)])
    order = caller.zoho.add_salesorder(loser, [(item, 1, 10.0)])

    caller.zoho.merge_contacts(master, loser)

    with pytest.raises(Refusal):
        caller.zoho.contact(loser)
    assert caller.get(f"/contacts/{loser}").code == (404, 1002)
    emails = {each["email"]: each["is_primary_contact"] for each in caller.zoho.contact(master)["contact_persons"]}
    assert emails == {"zoe@acme.example": True, "bob@acme.example": False, "ann@example.com": False}
    assert caller.zoho.salesorder(order)["customer_id"] == master
