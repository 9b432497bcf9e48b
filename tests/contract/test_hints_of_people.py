"""What messages about orders, customers and companies set off, and what they cost."""

from collections.abc import Iterator

import pytest

from cscart_zoho import app
from cscart_zoho.jobs.hints import take_hints
from cscart_zoho.records import Entity
from cscart_zoho.store.models import CallWindow, Observation, Run, RunState, Store
from cscart_zoho_sim.world import World
from tests.connected import connect, sync
from tests.hinted import Hinted, to_zoho

pytestmark = pytest.mark.django_db


def shop(home: str) -> World:
    world = World.empty(11, plan="premium", per_minute_limit=None)
    for n in range(3):
        world.cscart.add_product(product=f"Product {n}", product_code=f"S-{n}", price=f"{n}.25", amount=100, status="A")
        world.zoho.add_item(name=f"Product {n}", sku=f"S-{n}", rate=n + 0.25, stock_on_hand=100)
    for n in range(40):
        company = f"Example company {n % 5}" if home != "inventory" else ""
        world.cscart.add_user(firstname="Ann", lastname=f"Example {n}", email=f"u{n}@example.com", company=company)
    return world


@pytest.fixture(params=["inventory"])
def hinted(request: pytest.FixtureRequest) -> Iterator[Hinted]:
    hinted = Hinted(shop(request.param))
    with app.using_transport(hinted.world.transport(watch=hinted.watch), hinted.world.clock):
        hinted.store = connect(hinted.world)
        hinted.store.customer_choices = {"home": request.param}
        hinted.store.save()
        for entity in (Entity.PRODUCTS, Entity.CUSTOMERS, Entity.ORDERS):
            sync(hinted.store, entity=entity)
        hinted.wait(3600)
        yield hinted


crm = pytest.mark.parametrize("hinted", ["crm"], indirect=True)
both = pytest.mark.parametrize("hinted", ["both"], indirect=True)


def listen_to_crm(hinted: Hinted) -> None:
    app.switch_on_hooks(hinted.store, "crm")
    org = hinted.store.zoho
    assert org is not None
    app.connect_zoho(org, code=hinted.world.zoho.self_client_code(app.scopes(org)), self_client=True)
    source = app.switch_on_hooks(Store.objects.select_related("zoho").get(), "crm")
    assert source.trouble == ""


def buy(hinted: Hinted, user: int = 0, status: str = "P", **given: str) -> int:
    world = hinted.world
    who = {"user_id": sorted(world.cscart.users())[user]}
    order = world.cscart.place_order(lines=[(sorted(world.cscart.products())[0], 2)], **who, **given)
    if status:
        world.cscart.set_order_status(order, status)
    return order


def sales(hinted: Hinted) -> list[str]:
    return sorted(str(row["salesorder_number"]) for row in hinted.world.zoho.salesorders().values())


def test_a_new_order_is_in_zoho_seconds_after_it_was_paid(hinted: Hinted) -> None:
    app.switch_on_hooks(hinted.store, "cscart")
    buy(hinted)
    with hinted.counting() as calls:
        runs = hinted.work()
    assert [(run.entity, run.trigger, run.state) for run in runs] == [("orders", "hint", RunState.DONE)]
    assert len(sales(hinted)) == 1
    assert set(hinted.answers) == {200}, "new_order, then order_paid"
    writes = [call for call in to_zoho(calls) if not call.startswith("GET")]
    assert len(to_zoho(calls)) - len(writes) <= 3, "an order costs its look-ups and nothing for all the others"


def test_an_order_of_a_new_customer_brings_the_customer_along(hinted: Hinted) -> None:
    app.switch_on_hooks(hinted.store, "cscart")
    hinted.world.cscart.add_user(firstname="Eve", lastname="Newcomer", email="new@example.com")
    buy(hinted, user=-1)
    hinted.work()
    assert len(sales(hinted)) == 1
    assert "new@example.com" in {row.get("email") for row in hinted.world.zoho.contacts().values()}


def test_an_order_that_was_delivered_in_zoho_is_completed_in_the_store(hinted: Hinted) -> None:
    hinted.world.zoho.switches.hooks_hear_status = True
    hinted.listen("salesorders")
    order = buy(hinted)
    sync(hinted.store, entity=Entity.ORDERS)
    hinted.wait(900)
    hinted.work()
    (sold,) = hinted.world.zoho.salesorders()
    hinted.world.zoho.ship(sold)
    hinted.world.zoho.deliver(sold)
    hinted.wait(1)
    runs = hinted.work()
    assert [run.entity for run in runs] == ["orders"]
    assert hinted.world.cscart.order_of(order)["status"] == "C"


def test_our_own_orders_make_few_further_runs(hinted: Hinted) -> None:
    """What Zoho confirms is told again, and nothing tells that it was our doing: one look, and no write."""
    hinted.listen("salesorders", "contacts", "items")
    app.switch_on_hooks(hinted.store, "cscart")
    for user in range(5):
        buy(hinted, user)
    with hinted.counting() as calls:
        runs = hinted.work()
    assert len(sales(hinted)) == 5
    assert len(runs) <= 4
    assert sum(run.counts["writes"] for run in runs[1:]) == 0
    hinted.wait(30)
    with hinted.counting() as later:
        assert hinted.work() == []
    assert later == []
    assert len(to_zoho(calls)) <= 40


def test_an_item_costs_one_call_more_where_its_stock_rests_on_orders(hinted: Hinted) -> None:
    hinted.listen("items")
    hinted.world.zoho.edit_item(sorted(hinted.world.zoho.items())[0], unit="box")
    with hinted.counting() as calls:
        hinted.work()
    assert sorted(to_zoho(calls)) == ["GET /inventory/v1/itemdetails", "GET /inventory/v1/salesorders"]


def test_a_contact_that_is_edited_in_inventory_arrives(hinted: Hinted) -> None:
    hinted.listen("contacts")
    contact = sorted(hinted.world.zoho.contacts())[0]
    email = hinted.world.zoho.contact(contact)["email"]
    hinted.world.zoho.edit_contact(contact, company_name="Example Ltd")
    with hinted.counting() as calls:
        (run,) = hinted.work()
    assert (run.entity, run.asked["zoho_ids"]) == ("customers", [contact])
    (user,) = [row for row in hinted.world.cscart.users().values() if row["email"] == email]
    assert user["company"] == "Example Ltd"
    assert to_zoho(calls) == [f"GET /inventory/v1/contacts/{contact}"]


@crm
def test_a_contact_of_crm_costs_one_look_whatever_the_number_of_customers(hinted: Hinted) -> None:
    listen_to_crm(hinted)
    contact = sorted(hinted.world.zoho.crm.contacts())[0]
    hinted.world.zoho.crm.edit_contact(contact, Phone="+1 555 0199")
    with hinted.counting() as calls:
        (run,) = hinted.work()
    assert (run.entity, run.asked["zoho_ids"], run.state) == ("customers", [contact], RunState.DONE)
    assert "+1 555 0199" in {row["phone"] for row in hinted.world.cscart.users().values()}
    hinted.wait(3600)
    with hinted.counting() as everything:
        sync(hinted.store, entity=Entity.CUSTOMERS)
    assert len(to_zoho(calls)) <= len(to_zoho(everything))


@crm
def test_a_renamed_account_reaches_the_users_of_its_contacts(hinted: Hinted) -> None:
    listen_to_crm(hinted)
    account = sorted(hinted.world.zoho.crm.accounts())[0]
    before = hinted.world.zoho.crm.accounts()[account]["Account_Name"]
    hinted.world.zoho.crm.edit_account(account, Account_Name="Renamed company")
    (run,) = hinted.work()
    assert run.asked["account_ids"] == [account]
    companies = [row["company"] for row in hinted.world.cscart.users().values()]
    assert companies.count("Renamed company") == 8
    assert before not in companies


@crm
def test_a_contact_that_was_deleted_in_crm_is_noticed(hinted: Hinted) -> None:
    listen_to_crm(hinted)
    contact = sorted(hinted.world.zoho.crm.contacts())[0]
    hinted.world.zoho.crm.delete_contact(contact)
    hinted.work()
    seen = Observation.objects.get(entity="customers", side="zoho", remote_id=contact)
    assert (seen.gone_at is not None, seen.state) == (True, "gone")


@crm
def test_a_new_contact_of_crm_becomes_a_user(hinted: Hinted) -> None:
    listen_to_crm(hinted)
    hinted.world.zoho.crm.add_contact(Last_Name="Newcomer", First_Name="Eve", Email="eve@example.com")
    hinted.work()
    assert "eve@example.com" in {row["email"] for row in hinted.world.cscart.users().values()}


@both
def test_contacts_of_inventory_beside_crm_are_looked_at_by_their_users(hinted: Hinted) -> None:
    buy(hinted)
    sync(hinted.store, entity=Entity.ORDERS)  # brings the contact of its customer
    hinted.wait(3600)
    hinted.listen("contacts")
    (contact,) = hinted.world.zoho.contacts()
    hinted.world.zoho.edit_contact(contact, phone="+1 555 0199")
    (run,) = hinted.work()
    assert run.entity == "customers"
    assert run.asked["cscart_ids"] == [str(sorted(hinted.world.cscart.users())[0])]
    assert run.asked["zoho_ids"] == []


def test_an_order_may_use_calls_that_are_kept_for_orders(hinted: Hinted) -> None:
    app.switch_on_hooks(hinted.store, "cscart")
    org = hinted.store.zoho
    assert org is not None
    hinted.world.zoho.switches.rate_limit_headers = False  # they would tell how many calls there really were
    org.daily_limit, org.set_by_hand = 2_000, ["daily_limit"]
    org.save()
    CallWindow.objects.filter(kind="day", lane=0).update(used=1_700)
    buy(hinted)
    hinted.world.cscart.add_product(product="New", product_code="N-1", price="3", amount="5", status="A")
    assert [run.entity for run in take_hints(app.now())] == []
    assert [run.entity for run in Run.objects.filter(trigger="hint")] == ["orders"]
