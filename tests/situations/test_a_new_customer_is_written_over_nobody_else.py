"""CRM has fields that may not be there twice: a phone marked "no duplicates", a member's number. A new customer who
shares one with somebody else is another person: nothing of that person is written over, in CRM or in the store, and
the customer waits with field, value and the other record named. Only the e-mail address says that two are one."""

from typing import Any

import pytest

from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.store.models import Link
from tests.situations.shop import Shop

PHONE = "+1 555 0100"


@pytest.fixture
def crm(shop: Shop) -> Shop:
    """Customers live in CRM, where a phone may be there once."""
    shop.live_in(Home.CRM)
    shop.world.zoho.crm.setup.forbid_duplicates("Contacts", "Phone")
    return shop


def told(row: Any) -> dict[str, Any]:
    """What makes a contact a person."""
    return {name: row[name] for name in ("First_Name", "Last_Name", "Email", "Phone")}


def test_a_customer_with_the_phone_of_another_person_waits_and_names_both(crm: Shop) -> None:
    bea = crm.crm_contact("bea@example.com", "Bea", Phone=PHONE)
    before = told(crm.world.zoho.crm.contact(bea))
    crm.sync("customers")
    ann = crm.user("ann@example.com", phone=PHONE)
    others = {id: dict(row) for id, row in crm.world.cscart.users().items() if id != ann}

    crm.sync("customers", "customers")

    assert told(crm.world.zoho.crm.contact(bea)) == before
    assert {id: row for id, row in crm.world.cscart.users().items() if id != ann} == others
    assert crm.people() == {"bea@example.com"}
    state, reason = crm.told("customers", cscart=ann)
    assert state == "held"
    for named in ("Phone", PHONE, "Bea", bea):
        assert named in reason


def test_of_a_batch_of_thirty_only_those_wait_that_collide(crm: Shop) -> None:
    users = [crm.user(f"u{n}@example.com", phone=f"+1 555 01{n:02}") for n in range(28)]
    twins = [crm.user(f"twin{n}@example.com", phone="+1 555 0199") for n in range(2)]

    crm.sync("customers")

    assert len(crm.people()) == 29
    assert Link.objects.filter(entity="customers").count() == 29
    assert all(crm.told("customers", cscart=id) == ("synced", "") for id in users)
    assert sorted(crm.told("customers", cscart=id)[0] for id in twins) == ["held", "synced"]


def test_a_member_number_that_another_contact_has_overwrites_nothing(shop: Shop) -> None:
    shop.live_in(Home.CRM)
    name = shop.crm_field("Member", unique=True)
    bea = shop.crm_contact("bea@example.com", "Bea", Member="M-1")
    shop.map_field(name, "phone")
    ann = shop.user("ann@example.com", phone="m-1")

    shop.sync("customers", "customers")

    assert shop.world.zoho.crm.contact(bea)["Email"] == "bea@example.com"
    assert shop.people() == {"bea@example.com"}
    state, reason = shop.told("customers", cscart=ann)
    assert state == "held"
    assert "Member" in reason
    assert "m-1" in reason


def test_two_collisions_with_two_people_are_both_named(crm: Shop) -> None:
    name = crm.crm_field("Member", unique=True)
    crm.crm_contact("bea@example.com", "Bea", Member="M-1")
    crm.crm_contact("cal@example.com", "Cal", Phone=PHONE)
    crm.map_field(name, "lastname")
    ann = crm.user("ann@example.com", lastname="M-1", phone=PHONE)

    crm.sync("customers")

    reason = crm.told("customers", cscart=ann)[1]
    for named in ("Member", "Bea", "Phone", "Cal"):
        assert named in reason


def test_a_contact_of_this_address_that_appears_meanwhile_is_the_same_person(crm: Shop) -> None:
    crm.world.zoho.crm.setup.forbid_duplicates("Contacts", "Email")
    crm.sync("customers")
    ann = crm.user("ann@example.com", phone=PHONE)
    made: list[str] = []

    def meddle() -> None:
        """A person types her in between our look and our write."""
        if not made and "ann@example.com" not in crm.people():
            made.append(crm.crm_contact("Ann@example.com", "Ann", Phone="+1 555 0111"))

    for _ in range(6):
        crm.meanwhile("POST", "/coql", meddle)
    crm.sync("customers", "customers")

    assert len(crm.world.zoho.crm.contacts()) == 1
    link = Link.objects.get(entity="customers")
    assert (link.cscart_id, link.zoho_id) == (str(ann), made[0])


def test_a_hidden_contact_with_this_address_is_named_and_not_doubled(crm: Shop) -> None:
    crm.world.zoho.crm.setup.forbid_duplicates("Contacts", "Email")
    other = crm.crm_contact("ann@example.com", "Ann")
    crm.world.zoho.crm.setup.withhold("Contacts", other, unseen=True)
    ann = crm.user("ann@example.com")

    crm.sync("customers", "customers")

    state, reason = crm.told("customers", cscart=ann)
    assert state == "held"
    assert "ann@example.com" in reason
    assert other in reason
    assert len(crm.world.zoho.crm.contacts()) == 1


def test_an_edit_that_collides_leaves_its_own_field_out_and_writes_the_others(crm: Shop) -> None:
    crm.crm_contact("bea@example.com", "Bea", Phone=PHONE)
    ann = crm.user("ann@example.com", phone="+1 555 0111")
    crm.sync("customers")
    crm.hours(1)

    crm.world.cscart.edit_user(ann, phone=PHONE, lastname="Newname")
    crm.sync("customers")

    row = crm.person("ann@example.com")
    assert (row["Last_Name"], row["Phone"]) == ("Newname", "+1 555 0111")
    state, reason = crm.told("customers", cscart=ann)
    assert state == "held"
    for named in ("Phone", PHONE, "Bea"):
        assert named in reason
    assert crm.world.cscart.user(ann)["phone"] == PHONE


def test_a_company_is_written_over_no_other_account(shop: Shop) -> None:
    shop.live_in(Home.CRM)
    shop.world.zoho.crm.setup.forbid_duplicates("Accounts", "Phone")
    other = shop.world.zoho.crm.add_account(Account_Name="Other Ltd", Phone=PHONE)
    ann = shop.user("ann@example.com", company="Example Ltd", phone=PHONE)
    bea = shop.user("bea@example.com", company="Good Ltd", phone="+1 555 0111")

    shop.sync("customers")

    accounts = {row["Account_Name"]: row["Phone"] for row in shop.world.zoho.crm.accounts().values()}
    assert shop.world.zoho.crm.account(other)["Account_Name"] == "Other Ltd"
    assert accounts["Good Ltd"] == "+1 555 0111"
    assert shop.told("customers", cscart=bea) == ("synced", "")
    reason = shop.told("customers", cscart=ann)[1]
    assert "Example Ltd" in reason
    for named in ("Phone", PHONE, "Other Ltd"):
        assert named in reason


def test_a_contact_of_inventory_with_a_taken_name_is_a_new_one(shop: Shop) -> None:
    other = shop.contact("Ann Example", "another@example.com")
    shop.user("ann@example.com", firstname="Ann", lastname="Example", phone=PHONE)

    shop.sync("customers")

    assert shop.world.zoho.contact(other)["email"] == "another@example.com"
    assert sorted(row["email"] for row in shop.world.zoho.contacts().values()) == [
        "ann@example.com",
        "another@example.com",
    ]
