"""The orders that the demo's store begins with."""

import json
from collections import Counter
from decimal import Decimal
from threading import Lock

from cscart_zoho_sim.control import Control
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.orders import IN_ZOHO, REFERENCE
from cscart_zoho_sim.wire import Request
from cscart_zoho_sim.world import World


def test_the_store_has_as_many_orders_as_the_reference_shop() -> None:
    world = World.demo(1)
    assert len(world.past) == len(world.cscart.orders()) == REFERENCE == 439
    kinds = Counter(order.status for order in world.past)
    assert kinds.keys() == set("CPOIFDB")
    assert min(kinds["C"], kinds["P"]) > kinds["O"] > kinds["I"]
    assert Counter(len(order.lines) for order in world.past).keys() == {1, 2, 3, 4}
    for some in (
        [order for order in world.past if order.user_id == 0],
        [order for order in world.past if order.tax],
        [order for order in world.past if order.discount],
        [order for order in world.past if order.shipping],
    ):
        assert 20 < len(some) < 439


def test_what_is_written_down_of_an_order_is_what_the_store_tells() -> None:
    world = World.demo(2)
    for order in world.past:
        told = world.cscart.order_of(order.order_id)
        assert (order.number, str(order.placed_at)) == (f"CS-{told['order_id']}", told["timestamp"])
        assert f"{order.total:.2f}" == told["total"]
        assert (order.email, order.status) == (told["email"], told["status"])
        assert [(each.sku, str(each.quantity), f"{each.price:.2f}") for each in order.lines] == [
            (line["product_code"], line["amount"], line["price"]) for line in told["products"].values()
        ]
        goods = sum((each.price * each.quantity for each in order.lines), Decimal(0))
        assert order.total == goods - order.discount + order.shipping + order.tax


def test_enough_of_them_are_for_goods_that_zoho_has() -> None:
    world = World.demo(3)
    items = {item["sku"] for item in world.zoho.items().values()}
    assert len([order for order in world.past if {line.sku for line in order.lines} <= items]) > 2 * IN_ZOHO


def test_past_orders_move_no_stock_and_are_neither_call_nor_write() -> None:
    bare, world = World.demo(4, past_orders=0), World.demo(4)
    assert world.cscart.products() == bare.cscart.products()
    assert (world.cscart.calls, world.cscart.writes) == (0, 0)
    assert world.state()["cscart"]["orders"] == 439
    assert bare.past == []


def test_old_orders_were_never_changed_and_all_are_in_the_past() -> None:
    world = World.demo(5)
    changed = [int(each["updated_at"]) for each in world.cscart.orders().values()]
    assert 200 < changed.count(0) < 300
    now = world.clock.now()
    assert max(changed) < now
    placed = [order.placed_at for order in world.past]
    assert max(placed) < now
    assert max(placed) - min(placed) > 500 * 86_400


def test_the_same_seed_makes_the_same_orders() -> None:
    assert World.demo(6).past == World.demo(6).past
    assert World.demo(6).past != World.demo(7).past


def test_a_new_order_comes_after_the_past_ones() -> None:
    world = World.demo(1)
    product = next(id for id, row in world.cscart.products().items() if int(row["amount"]) > 5)
    id = world.cscart.place_order([(product, 1)], guest={"email": "guest@example.com"})
    assert id == max(order.order_id for order in world.past) + 1


def test_people_reach_orders_over_the_control_addresses() -> None:
    world = World.synthetic(3, 1)
    control = Control(world, Lock())
    product = world.cscart.add_product(amount=5)

    def edit(name: str, **fields: object) -> object:
        request = Request("POST", "", f"/__sim__/{name}", body=json.dumps(fields).encode())
        answer = control.handle(request, FaultPlan.none())
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    made = edit("place_order", lines=[[product, 2]], guest={"email": "guest@example.com"})
    assert made == {"order_id": 1}
    edit("edit_order", order_id=1, lines=[[product, 3]])
    edit("set_order_status", order_id=1, letter="P")
    (told,) = edit("orders")  # type: ignore[misc]
    assert (told["status"], world.cscart.product(product)["amount"]) == ("P", "2")
    edit("delete_order", order_id=1)
    assert world.cscart.product(product)["amount"] == "5"
