"""The sales orders that the demo's Zoho begins with."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho_sim import zoho_orders
from cscart_zoho_sim.orders import StoreOrder
from cscart_zoho_sim.world import World


def bare(seed: int = 1) -> World:
    """The demo's store and Zoho, before anybody has carried orders over."""
    world = World.demo(seed, sales_orders=False)
    assert world.zoho.salesorder_count == 0
    return world


def filled(seed: int = 1) -> tuple[World, dict[str, dict[str, Any]], dict[str, StoreOrder]]:
    """A world, Zoho's orders by number, and the store's by the number they have in Zoho."""
    world = bare(seed)
    zoho_orders.fill(world.zoho, world.past, world.clock.now(), seed)
    orders = {order["salesorder_number"]: order for order in world.zoho.salesorders().values()}
    return world, orders, {order.number: order for order in world.past}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sixty_three_orders_are_in_both_and_twelve_in_zoho_only(seed: int) -> None:
    _, orders, past = filled(seed)
    own = [order for number, order in orders.items() if number not in past]
    assert (len(orders), len(own), len(past)) == (75, 12, 439)
    assert [order["salesorder_number"] for order in own] == [f"SO-{n:05}" for n in range(1, 13)]
    statuses = {"draft": 4, "confirmed": 5, "shipped": 1, "invoiced": 1, "void": 1}
    assert Counter(order["status"] for order in own) == statuses


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_was_carried_over_is_equal_to_the_cent(seed: int) -> None:
    _, orders, past = filled(seed)
    for number in orders.keys() & past.keys():
        order, kept = orders[number], past[number]
        assert Decimal(str(order["total"])) == kept.total
        assert (order["reference_number"], order["date"]) == (number, kept.date)
        assert [line["sku"] for line in order["line_items"]] == [line.sku for line in kept.lines]


def test_what_zoho_makes_of_an_order_otherwise_is_in_the_adjustment() -> None:
    world = bare()
    past = [replace(order, total=order.total + Decimal("0.01")) for order in world.past]
    zoho_orders.fill(world.zoho, past, world.clock.now(), 1)
    carried = [order for order in world.zoho.salesorders().values() if order["salesorder_number"].startswith("CS-")]
    assert {order["adjustment"] for order in carried} == {0.01}


def test_an_order_has_come_as_far_as_the_store_says() -> None:
    _, orders, past = filled()
    words = {"O": "draft", "P": "confirmed", "F": "void", "D": "void", "I": "void"}
    for number in orders.keys() & past.keys():
        letter, status = past[number].status, orders[number]["status"]
        assert status in ("fulfilled", "invoiced") if letter == "C" else status == words[letter]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_item_has_as_much_for_sale_as_without_the_orders(seed: int) -> None:
    world = bare(seed)
    before = for_sale(world)
    zoho_orders.fill(world.zoho, world.past, world.clock.now(), seed)
    assert for_sale(world) == before
    assert any(item.get("committed_stock") for item in world.zoho.items().values())


def for_sale(world: World) -> dict[str, tuple[Any, Any]]:
    items = world.zoho.items()
    return {
        id: (item.get("available_for_sale_stock"), item.get("actual_available_for_sale_stock"))
        for id, item in items.items()
    }


def test_each_customer_is_one_contact_with_an_address() -> None:
    world, orders, past = filled()
    contacts = world.zoho.contacts()
    emails = [contact["email"] for contact in contacts.values()]
    assert len(emails) == len(set(emails))
    for number in orders.keys() & past.keys():
        contact = contacts[orders[number]["customer_id"]]
        assert contact["email"] == past[number].email
        assert contact["billing_address"]["city"] == orders[number]["shipping_address"]["city"] != ""
    assert sum(email.startswith("wholesale") for email in emails) == 3


def test_a_seed_makes_the_same_orders_and_no_calls() -> None:
    world, orders, _ = filled()
    assert filled()[1] == orders
    assert (world.zoho.calls, world.zoho.writes) == (0, 0)
    assert not world.zoho.switches.inactive_in_orders


def test_where_little_can_be_carried_over_little_is() -> None:
    world = bare()
    zoho_orders.fill(world.zoho, world.past[:3], world.clock.now(), 1)
    assert world.zoho.salesorder_count <= 3 + 12
