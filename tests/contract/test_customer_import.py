"""Accounts that are imported, and where customers live in Zoho."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Observation, Run, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.world import World
from tests.connected import connect, sync

pytestmark = pytest.mark.django_db


@contextmanager
def connected(world: World, **choices: Any) -> Iterator[Store]:
    with app.using_transport(world.transport(), world.clock):
        store = connect(world)
        store.customer_choices = {"home": "crm", "create_in_cscart": False, **choices}
        store.save()
        yield store


def run(store: Store, world: World, *accounts: str) -> Run:
    """A run an hour later: of these accounts, or of everything."""
    world.clock.advance(3600)  # type: ignore[attr-defined]
    asked = Asked(only="ids", account_ids=accounts) if accounts else Asked()
    return sync(store, asked, entity=Entity.CUSTOMERS)


def account(world: World, name: str, parent: str = "", contacts: int = 1) -> str:
    """An account with so many contacts."""
    above = {"Parent_Account": {"id": parent}} if parent else {}
    id = world.zoho.crm.add_account(Account_Name=name, **above)
    for n in range(contacts):
        mail = f"{name.replace(' ', '')}{n}@example.com".lower()
        world.zoho.crm.add_contact(Last_Name=f"Person {n}", Email=mail, Account_Name={"id": id})
    return id


def groups(world: World) -> dict[str, str]:
    return {row["usergroup"]: row["usergroup_id"] for row in world.cscart.tables["usergroups"].rows}


def users(world: World) -> list[dict[str, Any]]:
    return list(world.cscart.users().values())


# Importing


def test_contacts_of_an_account_become_users_in_the_group_of_its_name() -> None:
    world = World.empty(21)
    top = account(world, "Holding", contacts=0)
    child = account(world, "Branch", top, contacts=3)
    with connected(world) as store:
        run(store, world)
        run(store, world, child)
    assert {user["company"] for user in users(world)} == {"Branch"}
    assert [user["usergroups"] for user in users(world)] == [{groups(world)["Branch"]: "A"}] * 3
    assert int(groups(world)["Holding"]) < int(groups(world)["Branch"])


def test_with_the_setting_an_account_is_only_the_company_name() -> None:
    world = World.empty(22)
    child = account(world, "Branch")
    with connected(world, account_as="company") as store:
        run(store, world)
        run(store, world, child)
    (user,) = users(world)
    assert (user["company"], user["usergroups"]) == ("Branch", {})
    assert "Branch" not in groups(world)


def test_where_the_add_on_tells_of_organisations_an_account_becomes_one() -> None:
    world = World.empty(23)
    world.cscart.switches.addon = world.cscart.switches.organizations = True
    child = account(world, "Branch", account(world, "Holding", contacts=0), contacts=2)
    with connected(world) as store:
        assert store.capabilities["organizations"]
        run(store, world)
        run(store, world, child)
        again = run(store, world)
    assert [user["organization"] for user in users(world)] == ["Branch"] * 2
    assert [user["usergroups"] for user in users(world)] == [{}, {}]
    assert "Branch" not in groups(world)
    assert again.counts["writes"] == 0


def test_parents_in_a_circle_are_told_and_not_followed_for_ever() -> None:
    world = World.empty(24)
    first = account(world, "First", contacts=0)
    second = account(world, "Second", first)
    world.zoho.crm.edit_account(first, Parent_Account={"id": second})
    with connected(world) as store:
        run(store, world)
        imported = run(store, world, second)
        told = Observation.objects.get(entity="customers", side="zoho")
        assert told.state == "held"
        assert 'The parent accounts of "Second" in Zoho CRM go round in a circle' in told.reason
        assert imported.counts["writes"] == 0
        assert users(world) == []

        world.zoho.crm.edit_account(first, Parent_Account=None)
        run(store, world)
        run(store, world, second)

    (user,) = users(world)
    assert user["company"] == "Second"
    assert user["usergroups"] == {groups(world)["Second"]: "A"}


def test_a_parent_that_zoho_does_not_list_is_no_obstacle() -> None:
    world = World.empty(25)
    top = account(world, "Holding", contacts=0)
    child = account(world, "Branch", top)
    with connected(world) as store:
        run(store, world)
        Observation.objects.filter(entity="accounts", remote_id=top).delete()
        run(store, world, child)
    (user,) = users(world)
    assert user["usergroups"] == {groups(world)["Branch"]: "A"}


# Where customers live


def test_a_user_without_a_company_gets_no_account_and_one_with_it_only_if_wished() -> None:
    for wished in (True, False):
        world = World.empty(26)
        world.cscart.add_user(firstname="Ann", lastname="One", email="a@example.com", company="Example Ltd")
        world.cscart.add_user(firstname="Bob", lastname="Two", email="b@example.com")
        with connected(world, account_for_company=wished) as store:
            run(store, world)
            Store.objects.all().delete()
        names = [row["Account_Name"] for row in world.zoho.crm.accounts().values()]
        assert names == (["Example Ltd"] if wished else [])
        assert world.zoho.crm.contact_count == 2


@pytest.mark.parametrize(("at_once", "number"), [(True, 1), (False, 0)])
def test_the_inventory_contact_is_made_at_once_only_if_wished(at_once: bool, number: int) -> None:
    world = World.empty(27)
    world.cscart.add_user(firstname="Ann", lastname="One", email="a@example.com")
    with connected(world, home="both", inventory_at_once=at_once) as store:
        run(store, world)
    assert world.zoho.crm.contact_count == 1
    assert len(world.zoho.contacts()) == number


def test_where_zoho_syncs_itself_only_crm_is_written() -> None:
    world = World.empty(28)
    person = {"email": "old@example.com", "first_name": "Old", "is_primary_contact": True}
    world.zoho.add_contact(contact_name="Old", contact_persons=[person], is_linked_with_zohocrm=True)
    world.cscart.add_user(firstname="Ann", lastname="One", email="a@example.com")
    with connected(world, home="both", inventory_at_once=True) as store:
        assert app.zoho_links_itself(store.zoho)
        before = world.zoho.writes
        run(store, world)
    assert world.zoho.crm.contact_count == 1
    assert world.zoho.writes == before


@pytest.mark.parametrize("domain", ["example.invalid", "noreply.example.com"])
def test_a_placeholder_is_of_the_merchants_domain_and_never_goes_to_zoho(domain: str) -> None:
    world = World.empty(29)
    id = world.zoho.crm.add_contact(Last_Name="Addressless")
    with connected(world, create_in_cscart=True, placeholder_domain=domain) as store:
        run(store, world)
        (user,) = users(world)
        assert user["email"] == f"zoho-{id}@{domain}"
        world.cscart.edit_user(int(user["user_id"]), phone="+1 555 0100")
        run(store, world)
    assert world.zoho.crm.contact(id)["Phone"] == "+1 555 0100"
    assert world.zoho.crm.contact(id)["Email"] is None
