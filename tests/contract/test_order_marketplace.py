"""Orders of a marketplace: a cart over several vendors is a parent and one order of each, and the parent is no sale."""

from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho.records import Entity
from cscart_zoho.store.models import Link, Observation, RunState, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.world import World
from tests.connected import sync
from tests.contract.test_order_calls import buy, connected, hour, sales

pytestmark = pytest.mark.django_db


def marketplace() -> World:
    """Two vendors with two products each, all of them in Zoho, and a user."""
    world = World.empty(12, edition="multivendor")
    for n in range(4):
        named = {"product": f"Product {n}", "product_code": f"S-{n}", "price": f"{n + 1}.25"}
        world.cscart.add_product(**named, amount=100, status="A", company_id=str(1 + n // 2))
        world.zoho.add_item(name=f"Product {n}", sku=f"S-{n}", rate=n + 1.25, stock_on_hand=100)
    world.cscart.add_user(firstname="Ann", lastname="Example", email="u0@example.com")
    return world


def family(world: World, parent: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A parent order and the orders of the vendors."""
    rows = world.cscart.orders()
    return rows[parent], [row for row in rows.values() if str(row["parent_order_id"]) == str(parent)]


def at_rest(world: World, store: Store) -> None:
    """Nothing more is written: by the next run, and by one that looks at everything."""
    for entity in (Entity.ORDERS, Entity.PRODUCTS, Entity.ORDERS):
        hour(world)
        sync(store, entity=entity)
    hour(world)
    writes = {side: told["writes"] for side, told in world.state().items()}
    again = sync(store, Asked(full=True), entity=Entity.ORDERS)
    assert (again.state, again.counts["writes"]) == (RunState.DONE, 0), again.message
    assert {side: told["writes"] for side, told in world.state().items()} == writes


def totals(rows: list[dict[str, Any]]) -> list[Decimal]:
    return sorted(Decimal(str(row["total"])) for row in rows)


def test_the_orders_of_the_vendors_are_sent_and_their_parent_is_not() -> None:
    world = marketplace()
    with connected(world) as store:
        parent_id = buy(world, lines=((1, 2), (3, 1), (4, 3)))
        parent, children = family(world, parent_id)
        assert (parent["is_parent_order"], len(children)) == ("Y", 2)

        run = sync(store, entity=Entity.ORDERS)

        assert run.state == RunState.DONE, run.message
        assert set(sales(world)) == {f"CS-{child['order_id']}" for child in children}
        assert totals(list(sales(world).values())) == totals(children)
        assert {row["status"] for row in sales(world).values()} == {"confirmed"}
        assert Link.objects.filter(entity="orders").count() == 2
        assert not Observation.objects.filter(entity="orders", side="cscart", remote_id=str(parent_id)).exists()
        at_rest(world, store)
        sold = {item["sku"]: item["available_for_sale_stock"] for item in world.zoho.items().values()}
        assert sold == {"S-0": 98, "S-1": 100, "S-2": 99, "S-3": 97}
        assert [int(row["amount"]) for row in world.cscart.products().values()] == [98, 100, 99, 97]
        assert not world.zoho.adjustments()


def test_a_cart_of_one_vendor_is_one_order() -> None:
    world = marketplace()
    with connected(world) as store:
        order = buy(world, lines=((1, 2), (2, 1)))
        sync(store, entity=Entity.ORDERS)
        assert set(sales(world)) == {f"CS-{order}"}
        at_rest(world, store)


def test_a_cancelled_parent_cancels_the_orders_of_all_its_vendors() -> None:
    world = marketplace()
    with connected(world) as store:
        parent = buy(world, lines=((1, 2), (3, 1)))
        sync(store, entity=Entity.ORDERS)
        hour(world)

        world.cscart.set_order_status(parent, "I")
        sync(store, entity=Entity.ORDERS)

        assert [row["status"] for row in sales(world).values()] == ["void", "void"]
        at_rest(world, store)
        assert {int(row["amount"]) for row in world.cscart.products().values()} == {100}


def test_one_vendor_ships_and_only_its_order_is_complete() -> None:
    world = marketplace()
    with connected(world) as store:
        parent = buy(world, lines=((1, 2), (3, 1)))
        sync(store, entity=Entity.ORDERS)
        hour(world)
        _, (first, second) = family(world, parent)
        sale = sales(world)[f"CS-{first['order_id']}"]
        world.zoho.ship(sale["salesorder_id"])
        world.zoho.deliver(sale["salesorder_id"])

        sync(store, entity=Entity.ORDERS)

        now = world.cscart.orders()
        assert [now[int(row["order_id"])]["status"] for row in (first, second)] == ["C", "P"]
        at_rest(world, store)


def test_a_sales_order_over_one_vendor_becomes_an_order_and_one_over_two_is_held() -> None:
    world = marketplace()
    with connected(world) as store:
        (contact, *_) = world.zoho.contacts()
        items = list(world.zoho.items())
        one = world.zoho.add_salesorder(contact, [(items[0], 1, 1.25), (items[1], 2, 2.25)])
        world.zoho.add_salesorder(contact, [(items[0], 1, 1.25), (items[2], 1, 3.25)])

        run = sync(store, entity=Entity.ORDERS)

        assert run.state == RunState.DONE, run.message
        (made,) = world.cscart.orders().values()
        assert world.zoho.salesorder(one)["salesorder_number"] in made["details"]
        assert Decimal(str(made["total"])) == Decimal(str(world.zoho.salesorder(one)["total"]))
        (held,) = Observation.objects.filter(entity="orders", side="zoho", linked=False)
        assert "several vendors" in held.reason
        at_rest(world, store)
