"""One record that Zoho does not let us write costs itself: it waits with its reason, and every other goes."""

from typing import Any

import pytest

from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.store.models import RunState
from tests.situations.shop import Shop


@pytest.fixture
def three(shop: Shop) -> dict[str, int]:
    """Three customers who are in CRM already; by address their users."""
    shop.live_in(Home.CRM)
    users = {f"{name}@example.com": shop.user(f"{name}@example.com", lastname=name) for name in ("ann", "bea", "cal")}
    shop.sync("customers")
    shop.hours(1)
    return users


def edit(shop: Shop, users: dict[str, int], **columns: Any) -> None:
    for user in users.values():
        shop.world.cscart.edit_user(user, **columns)


def test_a_contact_that_is_not_shared_waits_alone(shop: Shop, three: dict[str, int]) -> None:
    shop.world.zoho.crm.setup.withhold("Contacts", shop.person("bea@example.com")["id"])
    edit(shop, three, phone="+1 555 0100")

    run = shop.sync("customers")

    assert run.state == RunState.DONE
    phones = {email: shop.person(email)["Phone"] for email in three}
    assert phones == {"ann@example.com": "+1 555 0100", "bea@example.com": None, "cal@example.com": "+1 555 0100"}
    state, reason = shop.told("customers", cscart=three["bea@example.com"])
    assert state == "held"
    assert "not shared" in reason
    assert "Share it" in reason
    assert "Both sides agree" not in shop.sync("customers").message


def test_the_only_contact_of_a_run_that_is_not_shared_does_not_end_it(shop: Shop, three: dict[str, int]) -> None:
    shop.world.zoho.crm.setup.withhold("Contacts", shop.person("bea@example.com")["id"])
    shop.world.cscart.edit_user(three["bea@example.com"], phone="+1 555 0100", lastname="Newname")

    run = shop.sync("customers")

    assert run.state == RunState.DONE
    assert shop.told("customers", cscart=three["bea@example.com"])[0] == "held"
    assert shop.called("PUT", "/Contacts") == 1  # no part of it would be taken

    shop.world.zoho.crm.setup.share("Contacts", shop.person("bea@example.com")["id"])
    shop.sync("customers", hours=25)
    assert shop.person("bea@example.com")["Phone"] == "+1 555 0100"


def test_a_record_that_is_locked_is_tried_again(shop: Shop, three: dict[str, int]) -> None:
    shop.world.zoho.crm.setup.lock_record("Contacts", shop.person("bea@example.com")["id"])
    edit(shop, three, phone="+1 555 0100")
    shop.run("customers")
    assert shop.person("ann@example.com")["Phone"] == "+1 555 0100"
    assert not shop.person("bea@example.com")["Phone"]

    shop.world.zoho.crm.setup.lock_record("Contacts", shop.person("bea@example.com")["id"], locked=False)
    shop.sync("customers", "customers")

    assert shop.person("bea@example.com")["Phone"] == "+1 555 0100"
    assert shop.told("customers", cscart=three["bea@example.com"]) == ("synced", "")


def test_a_field_within_a_blueprint_waits_and_the_others_go(shop: Shop, three: dict[str, int]) -> None:
    shop.world.zoho.crm.setup.put_into_blueprint("Contacts", shop.person("bea@example.com")["id"], "Phone")
    edit(shop, three, phone="+1 555 0100", lastname="Newname")

    shop.sync("customers")

    assert {shop.person(email)["Last_Name"] for email in three} == {"Newname"}
    assert not shop.person("bea@example.com")["Phone"]
    state, reason = shop.told("customers", cscart=three["bea@example.com"])
    assert state == "held"
    for named in ("blueprint", "Phone", "+1 555 0100"):
        assert named in reason


@pytest.mark.parametrize("named", [True, False], ids=["named", "not named"])
def test_a_field_that_breaks_a_rule_waits_and_the_others_go(named: bool, shop: Shop, three: dict[str, int]) -> None:
    shop.world.zoho.crm.switches.rule_names_field = named
    shop.world.zoho.crm.setup.add_rule(
        "Contacts", "Phone", lambda row: not str(row.get("Phone") or "").startswith("+1")
    )
    edit(shop, three, phone="+1 555 0100", lastname="Newname", firstname="Newfirst")
    shop.world.cscart.edit_user(three["cal@example.com"], phone="+44 555 0100")

    shop.sync("customers")

    rows = {email: shop.person(email) for email in three}
    assert {row["Last_Name"] for row in rows.values()} == {"Newname"}
    assert {row["First_Name"] for row in rows.values()} == {"Newfirst"}
    assert [rows[email]["Phone"] for email in three] == [None, None, "+44 555 0100"]
    assert [shop.told("customers", cscart=id)[0] for id in three.values()] == ["held", "held", "synced"]


def test_a_mandatory_field_that_nothing_is_mapped_to_is_named_and_stops_new_customers_only(
    shop: Shop, three: dict[str, int]
) -> None:
    name = shop.crm_field("Sales region")
    shop.world.zoho.crm.setup.require("Contacts", name)
    dan = shop.user("dan@example.com")
    edit(shop, three, phone="+1 555 0100")

    shop.sync("customers")

    assert {shop.person(email)["Phone"] for email in three} == {"+1 555 0100"}
    assert "dan@example.com" not in shop.people()
    state, reason = shop.told("customers", cscart=dan)
    assert state == "held"
    assert '"Sales region"' in reason
    assert "Field mapping" in reason

    shop.map_field(name, "lastname")
    shop.sync("customers", hours=25)
    assert shop.person("dan@example.com")[name] == "Example"


def test_a_mandatory_field_that_one_customer_has_nothing_for_holds_that_one(shop: Shop, three: dict[str, int]) -> None:
    shop.world.zoho.crm.setup.require("Contacts", "Phone")
    dan, eve = shop.user("dan@example.com"), shop.user("eve@example.com", phone="+1 555 0100")

    shop.sync("customers")

    assert shop.told("customers", cscart=eve) == ("synced", "")
    state, reason = shop.told("customers", cscart=dan)
    assert state == "held"
    assert '"Phone"' in reason
    assert "dan@example.com" not in shop.people()


def test_an_account_that_zoho_refuses_tells_its_people_why_and_they_go_without_it(shop: Shop) -> None:
    shop.live_in(Home.CRM)
    name = shop.crm_field("Tax number", module="Accounts")
    shop.world.zoho.crm.setup.require("Accounts", name)
    ann = shop.user("ann@example.com", company="Example Ltd", phone="+1 555 0100")
    bea = shop.user("bea@example.com")

    shop.sync("customers")

    assert shop.told("customers", cscart=bea) == ("synced", "")
    assert shop.person("ann@example.com")["Phone"] == "+1 555 0100"
    assert shop.person("ann@example.com")["Account_Name"] is None
    state, reason = shop.told("customers", cscart=ann)
    assert state == "held"
    for named in ("Example Ltd", "Tax number"):
        assert named in reason
    assert "The next run makes it" not in reason

    shop.world.zoho.crm.setup.require("Accounts", name, required=False)
    shop.sync("customers", "customers", hours=25)
    assert shop.person("ann@example.com")["Account_Name"]["name"] == "Example Ltd"
    assert shop.told("customers", cscart=ann) == ("synced", "")
