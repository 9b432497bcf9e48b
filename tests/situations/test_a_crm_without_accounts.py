"""A CRM need not have accounts, or the user who connected may not see them. Then its contacts are people and no more:
they are kept in sync, and the company of a customer stays in the store."""

import pytest

from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.records import Entity
from cscart_zoho.store.models import RunState
from tests.situations.shop import Shop


@pytest.fixture
def people(shop: Shop) -> Shop:
    """Customers live in a CRM without accounts."""
    shop.world.zoho.crm.switches.accounts = False
    shop.live_in(Home.CRM)
    return shop


def company_of(shop: Shop, email: str) -> str:
    return next(str(row["company"]) for row in shop.world.cscart.users().values() if row["email"] == email)


def test_people_are_kept_in_sync_and_their_companies_stay_in_the_store(people: Shop) -> None:
    ann = people.user("ann@example.com", company="Example Ltd", phone="+1 555 0100")
    people.crm_contact("bea@example.com", "Bea")

    people.settle("customers")

    assert people.people() == {"ann@example.com", "bea@example.com"}
    assert people.person("ann@example.com")["Phone"] == "+1 555 0100"
    assert company_of(people, "ann@example.com") == "Example Ltd"
    assert people.told("customers", cscart=ann) == ("synced", "")
    assert people.called("POST", "/Accounts") == 0


def test_edits_go_both_ways_and_nothing_is_written_when_all_is_done(people: Shop) -> None:
    ann = people.user("ann@example.com", company="Example Ltd")
    people.sync("customers")
    people.world.zoho.crm.edit_contact(people.person("ann@example.com")["id"], Phone="+1 555 0177")
    people.world.cscart.edit_user(ann, company="Other Ltd", lastname="Newname")

    people.settle("customers")

    assert people.world.cscart.user(ann)["phone"] == "+1 555 0177"
    assert people.person("ann@example.com")["Last_Name"] == "Newname"
    assert company_of(people, "ann@example.com") == "Other Ltd"


def test_accounts_that_disappear_take_no_company_away(shop: Shop) -> None:
    shop.live_in(Home.CRM)
    ann = shop.user("ann@example.com", company="Example Ltd")
    shop.sync("customers", "customers")
    shop.world.zoho.crm.switches.accounts = False
    shop.world.cscart.edit_user(ann, lastname="Newname")

    states = []
    for _ in range(3):
        shop.hours(1)
        states.append(shop.run("customers").state)

    assert states[1:] == [RunState.DONE, RunState.DONE]
    assert shop.person("ann@example.com")["Last_Name"] == "Newname"
    assert company_of(shop, "ann@example.com") == "Example Ltd"


def test_accounts_that_appear_take_the_companies(people: Shop) -> None:
    people.user("ann@example.com", company="Example Ltd")
    people.sync("customers")
    people.world.zoho.crm.switches.accounts = True

    people.sync("customers", hours=25)
    people.settle("customers")

    assert people.person("ann@example.com")["Account_Name"]["name"] == "Example Ltd"


def test_orders_go_to_inventory_all_the_same(people: Shop) -> None:
    people.live_in(Home.BOTH)
    people.both("L-1", stock=20)
    user = people.user("ann@example.com", company="Example Ltd")
    people.sync("products", "customers")

    order = people.order(("L-1", 1), user=user)
    people.sync("orders")

    sale = people.sale(order)
    assert sale is not None
    assert sale["status"] == "confirmed"
    assert Entity.ACCOUNTS.value not in {conflict.entity for conflict in people.conflicts("accounts")}
