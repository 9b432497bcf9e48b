"""What customers cost: calls are the scarce good, so they are counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Link, RunState, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim import customers
from cscart_zoho_sim.customers import Clientele
from cscart_zoho_sim.world import World
from tests.connected import connect, sync

pytestmark = pytest.mark.django_db


@contextmanager
def connected(world: World, **choices: Any) -> Iterator[Store]:
    with app.using_transport(world.transport(), world.clock):
        store = connect(world)
        store.customer_choices = choices
        store.save()
        yield store


def hour(world: World) -> None:
    world.clock.advance(3600)  # type: ignore[attr-defined]


def full_of(users: int, companies: int) -> World:
    world = World.empty(5)
    for n in range(users):
        company = f"Example company {n % companies}" if companies else ""
        world.cscart.add_user(
            firstname="Ann", lastname=f"Example {n}", email=f"c{n}@example.com", company=company, phone="+1 555 0100"
        )
    return world


@pytest.mark.long
def test_a_thousand_new_customers_with_two_hundred_companies_cost_twelve_crm_writes() -> None:
    world = full_of(1000, 200)
    with connected(world, home="crm") as store:
        run = sync(store, entity=Entity.CUSTOMERS)

        assert run.state == RunState.DONE, run.message
        assert (world.zoho.crm.contact_count, world.zoho.crm.account_count) == (1000, 200)
        assert world.zoho.crm.writes == 12
        hour(world)
        before = world.zoho.crm.calls
        again = sync(store, entity=Entity.CUSTOMERS)
        assert again.counts["writes"] == 0
        assert world.zoho.crm.writes == 12
        assert world.zoho.crm.calls - before <= 6


@pytest.mark.parametrize("choices", [{"home": "crm"}, {"home": "both"}, {"home": "both", "inventory_at_once": True}])
def test_an_idle_run_costs_at_most_six_zoho_calls_and_writes_nothing(choices: dict[str, Any]) -> None:
    world = World.empty(6)
    customers.fill(world.cscart, world.zoho, 6, Clientele(users=20, both=6, contacts=10, companies=5, accounts=5))
    with connected(world, **choices) as store:
        sync(store, entity=Entity.CUSTOMERS)
        hour(world)
        sync(store, entity=Entity.CUSTOMERS)
        hour(world)
        before = world.state()

        idle = sync(store, entity=Entity.CUSTOMERS)

        after = world.state()
        assert idle.counts["writes"] == 0
        assert after["zoho"]["calls"] - before["zoho"]["calls"] <= 6
        assert [after[side]["writes"] - before[side]["writes"] for side in after] == [0, 0]


@pytest.mark.parametrize("side", ["cscart", "zoho"])
def test_changing_one_field_of_one_customer_costs_one_write(side: str) -> None:
    world = full_of(30, 3)
    with connected(world, home="crm") as store:
        sync(store, entity=Entity.CUSTOMERS)
        hour(world)
        link = Link.objects.filter(entity="customers").first()
        assert link is not None
        if side == "cscart":
            world.cscart.edit_user(int(link.cscart_id), phone="+1 555 0142")
        else:
            world.zoho.crm.edit_contact(link.zoho_id, Phone="+1 555 0142")
        before = world.state()

        sync(store, entity=Entity.CUSTOMERS)

        after = world.state()
        written = {name: after[name]["writes"] - before[name]["writes"] for name in after}
        assert written == ({"cscart": 0, "zoho": 1} if side == "cscart" else {"cscart": 1, "zoho": 0})
        assert world.zoho.crm.contact(link.zoho_id)["Phone"] == "+1 555 0142"
        assert world.cscart.user(int(link.cscart_id))["phone"] == "+1 555 0142"


def test_an_imported_account_brings_its_contacts_and_its_parents_come_first() -> None:
    world = World.empty(7)
    top = world.zoho.crm.add_account(Account_Name="Example Holding")
    child = world.zoho.crm.add_account(Account_Name="Example Branch", Parent_Account={"id": top})
    world.zoho.crm.add_contact(Last_Name="Placeholder", Account_Name={"id": child})
    world.zoho.crm.add_contact(Last_Name="Other", Email="other@example.com")
    with connected(world, home="crm", create_in_cscart=False) as store:
        sync(store, entity=Entity.CUSTOMERS)
        assert not world.cscart.users()

        sync(store, Asked(only="ids", account_ids=(child,)), entity=Entity.CUSTOMERS)

    (user,) = world.cscart.users().values()
    assert user["company"] == "Example Branch"
    assert user["email"].endswith("@example.invalid")
    groups = {row["usergroup"]: row["usergroup_id"] for row in world.cscart.tables["usergroups"].rows}
    assert int(groups["Example Holding"]) < int(groups["Example Branch"])
    assert user["usergroups"] == {groups["Example Branch"]: "A"}


def test_a_real_address_takes_the_place_of_the_placeholder() -> None:
    world = World.empty(8)
    contact = world.zoho.crm.add_contact(Last_Name="Placeholder")
    with connected(world, home="crm") as store:
        sync(store, entity=Entity.CUSTOMERS)
        (id,) = world.cscart.users()
        assert world.cscart.user(id)["email"] == f"zoho-{contact}@example.invalid"
        hour(world)
        world.zoho.crm.edit_contact(contact, Email="real@example.com")
        sync(store, entity=Entity.CUSTOMERS)

    assert world.cscart.user(id)["email"] == "real@example.com"


def test_a_renamed_account_renames_the_company_of_its_customers() -> None:
    world = full_of(4, 1)
    with connected(world, home="crm") as store:
        sync(store, entity=Entity.CUSTOMERS)
        hour(world)
        (account,) = world.zoho.crm.accounts()
        world.zoho.crm.edit_account(account, Account_Name="Renamed Ltd")
        sync(store, entity=Entity.CUSTOMERS)
        hour(world)
        again = sync(store, entity=Entity.CUSTOMERS)

    assert {user["company"] for user in world.cscart.users().values()} == {"Renamed Ltd"}
    assert world.zoho.crm.account_count == 1
    assert again.counts["writes"] == 0


def test_one_bad_contact_fails_alone() -> None:
    world = full_of(20, 0)
    bad = world.cscart.add_user(firstname="Ann", lastname="x" * 90, email="bad@example.com")
    with connected(world, home="crm") as store:
        sync(store, entity=Entity.CUSTOMERS)

    assert world.zoho.crm.contact_count == 20
    assert not Link.objects.filter(entity="customers", cscart_id=str(bad)).exists()


def test_an_edit_between_our_read_and_our_write_is_never_run_over() -> None:
    world = full_of(3, 0)
    with connected(world, home="crm") as store:
        sync(store, entity=Entity.CUSTOMERS)
        hour(world)
        for id in world.cscart.users():
            world.cscart.edit_user(id, phone=f"+1 555 01{id}")
        (victim, *_) = world.zoho.crm.contacts()
        done: list[str] = []

        def meddle(request: Any, response: Any) -> None:
            """A person edits right after the connector's last read before it writes."""
            if request.path.endswith("/coql") and b"id in (" in request.body and not done:
                world.clock.advance(2)  # type: ignore[attr-defined]
                world.zoho.crm.edit_contact(victim, Phone="typed by a person")
                done.append(victim)

        with app.using_transport(world.transport(watch=meddle), world.clock):
            sync(store, Asked(release_brake=True), entity=Entity.CUSTOMERS)
        assert done
        assert world.zoho.crm.contact(victim)["Phone"] == "typed by a person"
