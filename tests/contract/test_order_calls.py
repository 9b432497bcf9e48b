"""What orders cost, and that they arrive: calls are the scarce good, so they are counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Link, Observation, RunState, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.world import World
from tests.connected import connect, sync

pytestmark = pytest.mark.django_db


@contextmanager
def connected(world: World, customers: bool = True, home: str = "inventory", **choices: Any) -> Iterator[Store]:
    with app.using_transport(world.transport(), world.clock):
        store = connect(world)
        store.customer_choices = {"home": home}
        store.order_choices = choices
        store.save()
        sync(store, entity=Entity.PRODUCTS)
        if customers:
            sync(store, entity=Entity.CUSTOMERS)
        yield store


def shop(users: int = 3, products: int = 4) -> World:
    world = World.empty(11)
    for n in range(products):
        price = f"{n + 1}.25"
        world.cscart.add_product(product=f"Product {n}", product_code=f"S-{n}", price=price, amount=100, status="A")
        world.zoho.add_item(name=f"Product {n}", sku=f"S-{n}", rate=float(price), stock_on_hand=100)
    for n in range(users):
        world.cscart.add_user(firstname="Ann", lastname=f"Example {n}", email=f"u{n}@example.com")
    return world


def buy(
    world: World, *, user: int | None = 1, lines: tuple[tuple[int, int], ...] = ((1, 2), (2, 1)), **given: Any
) -> int:
    """A user, or a guest, checks out; the order is paid."""
    who: dict[str, Any] = {"user_id": sorted(world.cscart.users())[user - 1]} if user else {"guest": given.pop("guest")}
    products = sorted(world.cscart.products())
    order = world.cscart.place_order(lines=[(products[p - 1], n) for p, n in lines], **who, **given)
    world.cscart.set_order_status(order, "P")
    return order


def hour(world: World) -> None:
    world.clock.advance(3600)  # type: ignore[attr-defined]


def zoho_calls(world: World) -> int:
    return world.zoho.calls


def sales(world: World) -> dict[str, Any]:
    return {row["salesorder_number"]: row for row in world.zoho.salesorders().values()}


def test_thirty_cold_orders_cost_two_calls_each_and_one_confirmation_for_twenty_five() -> None:
    world = shop()
    with connected(world) as store:
        sync(store, entity=Entity.ORDERS)  # the first look at an empty list
        orders = [buy(world, user=1 + n % 3) for n in range(30)]
        before = zoho_calls(world)

        run = sync(store, entity=Entity.ORDERS)

        assert run.state == RunState.DONE, run.message
        assert zoho_calls(world) - before <= 2 * len(orders) + 5  # the list, two confirmations, a look after each
        assert {row["status"] for row in sales(world).values()} == {"confirmed"}
        assert len(sales(world)) == 30
        hour(world)
        sync(store, entity=Entity.ORDERS)
        hour(world)
        writes = world.state()
        idle = zoho_calls(world)
        again = sync(store, entity=Entity.ORDERS)
        assert again.counts["writes"] == 0
        assert zoho_calls(world) - idle <= 2
        assert world.state()["zoho"]["writes"] == writes["zoho"]["writes"]


@pytest.mark.parametrize("side", ["cscart", "zoho"])
def test_an_hour_with_ten_changed_orders_costs_ten_details_and_four_calls(side: str) -> None:
    world = shop()
    with connected(world) as store:
        orders = [world.cscart.place_order(lines=[(1, 1)], user_id=sorted(world.cscart.users())[0]) for _ in range(20)]
        for _ in range(2):
            sync(store, entity=Entity.ORDERS)
            hour(world)
        drafts = sales(world)
        before = zoho_calls(world)
        for order in orders[:10]:
            if side == "cscart":
                world.cscart.set_order_status(order, "P")
            else:
                world.zoho.confirm(drafts[f"CS-{order}"]["salesorder_id"])

        run = sync(store, entity=Entity.ORDERS)

        assert run.state == RunState.DONE, run.message
        assert zoho_calls(world) - before <= 10 + 4
        assert [world.cscart.order_of(order)["status"] for order in orders] == ["P"] * 10 + ["O"] * 10
        assert sorted(row["status"] for row in sales(world).values()) == ["confirmed"] * 10 + ["draft"] * 10


def test_a_guest_becomes_a_contact_once_and_a_user_without_login_is_known() -> None:
    world = shop()
    guest = {"email": "Guest@example.com", "firstname": "Gus", "lastname": "Example", "b_address": "2 Example Road"}
    with connected(world) as store:
        buy(world, user=None, guest=guest)
        buy(world, user=None, guest={**guest, "email": "guest@EXAMPLE.com"})
        buy(world, user=None, guest={**guest, "email": "u1@example.com"})

        run = sync(store, entity=Entity.ORDERS)

        assert run.state == RunState.DONE, run.message
        emails = sorted(row["email"].casefold() for row in world.zoho.contacts().values())
        assert emails == ["guest@example.com", "u0@example.com", "u1@example.com", "u2@example.com"]
        assert len(sales(world)) == 3


@pytest.mark.parametrize("home", ["inventory", "crm", "both"])
def test_an_order_goes_though_no_run_of_customers_has_seen_its_user(home: str) -> None:
    world = shop()
    with connected(world, customers=False, home=home) as store:
        buy(world)
        run = sync(store, entity=Entity.ORDERS)
        assert run.state == RunState.DONE, run.message
        assert len(sales(world)) == 1
        assert [row["email"] for row in world.zoho.contacts().values()] == ["u0@example.com"]


def test_where_guests_do_not_become_contacts_their_orders_say_so() -> None:
    world = shop()
    with connected(world) as store:
        store.customer_choices = {"home": "inventory", "guests": False}
        store.save()
        buy(world, user=None, guest={"email": "guest@example.com", "firstname": "Gus", "lastname": "Example"})
        sync(store, entity=Entity.ORDERS)
        (row,) = Observation.objects.filter(entity="orders")
        assert (row.state, "guest" in row.reason) == ("held", True)
        assert not sales(world)


def test_an_order_waits_for_its_products_and_goes_once_they_are_there() -> None:
    world = shop()
    with connected(world) as store:
        new = world.cscart.add_product(product="New", product_code="NEW", price="9.99", amount=10, status="A")
        buy(world, lines=((5, 1),))
        sync(store, entity=Entity.ORDERS)
        assert not sales(world)
        (row,) = Observation.objects.filter(entity="orders")
        assert '"NEW" is not linked' in row.reason
        sync(store, entity=Entity.PRODUCTS)
        sync(store, entity=Entity.ORDERS)
        assert len(sales(world)) == 1
        assert int(world.cscart.product(new)["amount"]) == 9


def test_stock_is_neither_counted_twice_nor_forgotten_while_an_order_travels() -> None:
    world = shop()
    item = next(iter(world.zoho.items()))
    with connected(world) as store:
        sync(store, entity=Entity.ORDERS)
        buy(world, lines=((1, 7),))
        for entity in (Entity.PRODUCTS, Entity.ORDERS, Entity.PRODUCTS, Entity.ORDERS, Entity.PRODUCTS):
            sync(store, entity=entity)
            hour(world)
            assert int(world.cscart.product(1)["amount"]) == 93
        shown = world.zoho.item(item)
        assert (shown["stock_on_hand"], shown["available_for_sale_stock"]) == (100, 93)
        assert not world.zoho.adjustments()


def imported(world: World, store: Store, status: str = "confirmed") -> tuple[str, dict[str, Any]]:
    (contact, *_) = world.zoho.contacts()
    (item, *_) = world.zoho.items()
    sale = world.zoho.add_salesorder(contact, [(item, 3, 2.5)], shipping_charge=4.2, notes="Please ring")
    if status == "confirmed":
        world.zoho.confirm(sale)
    run = sync(store, entity=Entity.ORDERS)
    assert run.state == RunState.DONE, run.message
    (order,) = world.cscart.orders().values()
    return sale, order


def test_a_sales_order_of_zoho_becomes_an_order_of_the_store_with_its_prices_total_and_status() -> None:
    world = shop()
    with connected(world) as store:
        sale, order = imported(world, store)
        (line,) = order["products"].values()
        assert (int(line["amount"]), Decimal(str(line["price"]))) == (3, Decimal("2.5"))
        assert Decimal(str(order["total"])) == Decimal("11.70")
        assert order["status"] == "P"
        assert world.zoho.salesorder(sale)["salesorder_number"] in order["details"]
        assert int(order["user_id"]) in world.cscart.users()
        hour(world)
        for entity in (Entity.PRODUCTS, Entity.ORDERS, Entity.PRODUCTS, Entity.ORDERS):
            sync(store, entity=entity)
            hour(world)
        assert int(world.cscart.product(1)["amount"]) == 97
        assert world.zoho.item(next(iter(world.zoho.items())))["available_for_sale_stock"] == 97
        again = sync(store, Asked(full=True), entity=Entity.ORDERS)
        assert again.counts["writes"] == 0
        assert len(world.cscart.orders()) == len(world.zoho.salesorders()) == 1


def test_an_edit_in_the_store_reaches_a_confirmed_order_and_a_cancellation_voids_it() -> None:
    world = shop()
    with connected(world) as store:
        order = buy(world, lines=((1, 2),))
        sync(store, entity=Entity.ORDERS)
        hour(world)
        world.cscart.edit_order(order, lines=[(1, 5), (2, 1)])
        sync(store, entity=Entity.ORDERS)
        (sale,) = sales(world).values()
        assert {line["sku"]: line["quantity"] for line in sale["line_items"]} == {"S-0": 5, "S-1": 1}
        assert Decimal(str(sale["total"])) == Decimal(str(world.cscart.order_of(order)["total"]))
        hour(world)
        world.cscart.set_order_status(order, "I")
        sync(store, entity=Entity.ORDERS)
        (sale,) = sales(world).values()
        assert sale["status"] == "void"


def test_what_zoho_has_shipped_completes_the_order_and_an_edit_of_it_becomes_a_task() -> None:
    world = shop()
    with connected(world) as store:
        order = buy(world)
        sync(store, entity=Entity.ORDERS)
        hour(world)
        (sale,) = sales(world).values()
        world.zoho.ship(sale["salesorder_id"])
        world.zoho.deliver(sale["salesorder_id"])
        sync(store, entity=Entity.ORDERS)
        assert world.cscart.order_of(order)["status"] == "C"
        hour(world)
        world.cscart.edit_order(order, lines=[(1, 9)])
        sync(store, entity=Entity.ORDERS)
        row = Observation.objects.get(entity="orders", side="cscart")
        assert (row.state, "takes no changes" in row.reason) == ("held", True)


def test_orders_that_another_tool_has_sent_are_adopted_and_not_sent_again() -> None:
    world = shop()
    with connected(world) as store:
        order = buy(world, lines=((1, 2),))
        (contact, *_) = world.zoho.contacts()
        (item, *_) = world.zoho.items()
        total = world.cscart.order_of(order)["total"]
        shipping = float(Decimal(str(total)) - Decimal("2.5"))
        sale = world.zoho.add_salesorder(
            contact, [(item, 2, 1.25)], reference_number=f"CS-{order}", shipping_charge=shipping
        )
        world.zoho.confirm(sale)
        run = sync(store, entity=Entity.ORDERS)
        assert run.counts["writes"] == 0, run.message
        assert Link.objects.get(entity="orders").origin == "adopted"
        assert world.zoho.salesorder_count == 1
