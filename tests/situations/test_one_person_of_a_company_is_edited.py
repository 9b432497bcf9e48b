"""In Zoho Inventory a company is one customer with several contact persons. Editing one of them in the store, the
primary one, touches none of the others: Zoho may take a list of persons for all that there are."""

from typing import Any

import pytest

from tests.situations.shop import Shop

ZOE, BOB, CAL = "zoe@acme.example", "bob@acme.example", "cal@acme.example"


@pytest.fixture(params=[True, False], ids=["replaced", "kept"])
def acme(shop: Shop, request: pytest.FixtureRequest) -> str:
    """A company whose primary person has an account in the store; persons that a change does not name go, or stay."""
    shop.world.zoho.switches.persons_are_replaced = request.param
    persons = [
        {"first_name": "Bob", "email": BOB, "phone": "+1 555 0101", "designation": "Buyer", "skype": "bob.acme"},
        {"first_name": "Zoe", "last_name": "Acme", "email": ZOE, "phone": "+1 555 0100", "is_primary_contact": True},
    ]
    id = shop.world.zoho.add_contact(contact_name="Acme GmbH", company_name="Acme GmbH", contact_persons=persons)
    shop.user(ZOE, firstname="Zoe", lastname="Acme", phone="+1 555 0100", company="Acme GmbH")
    shop.sync("customers", "customers")
    shop.hours(1)
    return id


def persons(shop: Shop, id: str) -> dict[str, dict[str, Any]]:
    """By address the persons of a contact."""
    return {each["email"]: each for each in shop.world.zoho.contact(id)["contact_persons"]}


def user(shop: Shop) -> int:
    (found,) = (id for id, row in shop.world.cscart.users().items() if row["email"] == ZOE)
    return found


def test_a_phone_edited_in_the_store_leaves_the_other_persons_as_they_are(shop: Shop, acme: str) -> None:
    before = persons(shop, acme)

    shop.world.cscart.edit_user(user(shop), phone="+1 555 0199")
    shop.sync("customers")

    after = persons(shop, acme)
    assert after[ZOE]["phone"] == "+1 555 0199"
    assert after[BOB] == before[BOB]
    assert {email: each["contact_person_id"] for email, each in after.items()} == {
        email: each["contact_person_id"] for email, each in before.items()
    }
    assert [email for email, each in after.items() if each["is_primary_contact"]] == [ZOE]


def test_a_person_who_was_added_meanwhile_survives(shop: Shop, acme: str) -> None:
    shop.world.cscart.edit_user(user(shop), lastname="Newname", phone="+1 555 0199")

    def add() -> None:
        """Somebody types another person in while the connector is at it."""
        known = shop.world.zoho.contact(acme)["contact_persons"]
        shop.world.zoho.edit_contact(acme, contact_persons=[*known, {"first_name": "Cal", "email": CAL}])

    shop.meanwhile("GET", f"/contacts/{acme}", add)
    shop.sync("customers")

    after = persons(shop, acme)
    assert after.keys() == {ZOE, BOB, CAL}
    assert (after[ZOE]["last_name"], after[ZOE]["phone"]) == ("Newname", "+1 555 0199")


def test_a_person_who_was_added_in_zoho_between_two_runs_survives_an_edit(shop: Shop, acme: str) -> None:
    known = shop.world.zoho.contact(acme)["contact_persons"]
    shop.world.zoho.edit_contact(acme, contact_persons=[*known, {"first_name": "Cal", "email": CAL, "mobile": "1"}])
    shop.world.cscart.edit_user(user(shop), phone="+1 555 0199")

    shop.sync("customers", "customers")

    after = persons(shop, acme)
    assert after.keys() == {ZOE, BOB, CAL}
    assert after[CAL]["mobile"] == "1"


def test_where_another_person_became_the_primary_one_each_keeps_to_himself(shop: Shop, acme: str) -> None:
    known = shop.world.zoho.contact(acme)["contact_persons"]
    turned = [{**each, "is_primary_contact": each["email"] == BOB} for each in known]
    shop.world.zoho.edit_contact(acme, contact_persons=turned)

    shop.sync("customers")
    shop.hours(1)
    shop.world.cscart.edit_user(next(iter(shop.world.cscart.users())), phone="+1 555 0177")
    shop.sync("customers", "customers")

    after = persons(shop, acme)
    assert after.keys() == {ZOE, BOB}
    assert [email for email, each in after.items() if each["is_primary_contact"]] == [BOB]
    assert (after[ZOE]["phone"], after[BOB]["phone"]) == ("+1 555 0177", "+1 555 0101")


def test_an_edit_of_the_company_does_not_mention_its_persons(shop: Shop, acme: str) -> None:
    before = persons(shop, acme)

    shop.world.cscart.edit_user(user(shop), company="Acme Ltd")
    shop.sync("customers")

    assert shop.world.zoho.contact(acme)["company_name"] == "Acme Ltd"
    assert persons(shop, acme) == before
