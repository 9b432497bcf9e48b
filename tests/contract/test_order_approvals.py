"""Where sales orders have to be approved in Zoho: an order waits there, and goes on by itself afterwards."""

from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho.records import Entity
from cscart_zoho.store.models import Conflict, Observation, Run, RunState, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.world import World
from tests.connected import sync
from tests.contract.test_order_calls import buy, connected, hour, sales, shop

pytestmark = pytest.mark.django_db


def with_approvals() -> World:
    world = shop()
    world.zoho.switches.approvals = True
    return world


def sale(world: World) -> dict[str, Any]:
    (told,) = sales(world).values()
    return told


def orders(world: World, store: Store) -> Run:
    hour(world)
    run = sync(store, entity=Entity.ORDERS)
    assert run.state == RunState.DONE, run.message
    return run


def told(side: str = "cscart") -> Observation:
    return Observation.objects.get(entity="orders", side=side)


def quiet(world: World, store: Store) -> None:
    """Runs write nothing, and the waiting order costs no refusal each time."""
    writes = world.state()["zoho"]["writes"]
    for full in (False, True):
        hour(world)
        run = sync(store, Asked(full=full), entity=Entity.ORDERS)
        assert (run.state, run.counts["writes"]) == (RunState.DONE, 0), run.message
    assert world.state()["zoho"]["writes"] == writes
    assert not Conflict.objects.filter(store=store, entity="orders").exists()


def test_a_paid_order_waits_for_its_approval_and_is_confirmed_afterwards() -> None:
    world = with_approvals()
    with connected(world) as store:
        order = buy(world)
        orders(world, store)
        assert sale(world)["status"] == "draft"
        assert "approved" in told().reason
        id = sale(world)["salesorder_id"]

        world.zoho.approve(id, "submit")
        orders(world, store)
        assert sale(world)["status"] == "pending_approval"
        assert (told().state, "approval" in told().reason) == ("held", True)
        quiet(world, store)

        world.zoho.approve(id, "approve")
        orders(world, store)
        assert sale(world)["status"] == "confirmed"
        assert Decimal(str(sale(world)["total"])) == Decimal(str(world.cscart.order_of(order)["total"]))
        assert world.cscart.order_of(order)["status"] == "P"
        orders(world, store)
        assert told().state == "synced"
        quiet(world, store)


def test_a_rejected_order_waits_and_goes_on_when_it_is_approved_after_all() -> None:
    world = with_approvals()
    with connected(world) as store:
        buy(world)
        orders(world, store)
        id = sale(world)["salesorder_id"]
        world.zoho.approve(id, "submit")
        orders(world, store)

        world.zoho.approve(id, "reject")
        orders(world, store)
        assert sale(world)["status"] == "draft"
        assert told().state == "held"
        quiet(world, store)

        world.zoho.approve(id, "submit")
        world.zoho.approve(id, "approve")
        for _ in range(2):
            orders(world, store)
        assert sale(world)["status"] == "confirmed"
        quiet(world, store)


def test_an_open_order_is_a_draft_while_it_is_approved_and_its_status_stays() -> None:
    world = with_approvals()
    with connected(world) as store:
        order = world.cscart.place_order(lines=[(1, 1)], user_id=sorted(world.cscart.users())[0])
        orders(world, store)
        for action in ("submit", "approve"):
            world.zoho.approve(sale(world)["salesorder_id"], action)
            orders(world, store)
            assert told().state == "synced"
        assert world.cscart.order_of(order)["status"] == "O"
        assert sale(world)["status"] == "approved"
        quiet(world, store)


def test_an_order_that_is_cancelled_while_it_waits_is_void_in_zoho() -> None:
    world = with_approvals()
    world.zoho.switches.drafts_can_be_void = True
    with connected(world) as store:
        order = buy(world)
        orders(world, store)
        world.zoho.approve(sale(world)["salesorder_id"], "submit")
        orders(world, store)
        world.cscart.set_order_status(order, "I")
        for _ in range(2):
            orders(world, store)
        assert sale(world)["status"] == "void"
        quiet(world, store)


def test_several_orders_of_which_one_is_approved_are_confirmed_as_far_as_they_may() -> None:
    world = with_approvals()
    with connected(world) as store:
        bought = [buy(world, user=1 + n) for n in range(3)]
        orders(world, store)
        first = sales(world)[f"CS-{bought[0]}"]["salesorder_id"]
        for action in ("submit", "approve"):
            world.zoho.approve(first, action)
        orders(world, store)
        assert [sales(world)[f"CS-{id}"]["status"] for id in bought] == ["confirmed", "draft", "draft"]
        for id in bought[1:]:
            world.zoho.approve(sales(world)[f"CS-{id}"]["salesorder_id"], "submit")
        orders(world, store)
        assert len(sales(world)) == 3
        quiet(world, store)
