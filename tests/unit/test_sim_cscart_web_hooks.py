"""`zapier_hooks` of the simulated store, beyond what was recorded."""

import json
import random

import pytest

from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.cscart import CsCart
from cscart_zoho_sim.messages import Message, Send
from tests.unit.test_sim_cscart import Caller, words

TRIGGERS = ("new_order", "order_paid", "new_product", "new_shipment", "new_user")


def answering(status: int, kept: list[Message]) -> Send:
    def send(message: Message) -> int:
        kept.append(message)
        return status

    return send


@pytest.fixture
def sent() -> list[Message]:
    return []


@pytest.fixture
def caller(sent: list[Message]) -> Caller:
    """A store with a hook for every trigger; what it sends is kept."""
    caller = Caller()
    caller.store.web_hooks.outbox.send = answering(200, sent)
    for trigger in TRIGGERS:
        fields = {"hook_url": f"https://panel.example.com/{trigger}", "trigger_name": trigger}
        assert caller.write("POST", "zapier_hooks", fields).status == 201
    return caller


def fired(sent: list[Message]) -> list[str]:
    return [message.url.rpartition("/")[2] for message in sent]


def test_only_what_is_new_is_told_and_no_edit(caller: Caller, sent: list[Message]) -> None:
    store = caller.store
    product = store.add_product(amount="9")
    user = store.add_user(email="ann@example.com", firstname="Ann")
    store.edit_product(product, price="7")
    store.edit_user(user, phone="1")
    store.order(product, 1)
    store.delete_product(product)
    store.delete_user(user)
    assert fired(sent) == ["new_product", "new_user"]
    assert json.loads(sent[1].body)["user_id"] == str(user)


def test_an_administrator_is_no_new_user(caller: Caller, sent: list[Message]) -> None:
    caller.store.add_user(email="boss@example.com", user_type="A")
    assert sent == []


def test_paid_is_said_once_when_an_order_is_settled_and_again_when_it_was_opened_between(
    caller: Caller, sent: list[Message]
) -> None:
    store = caller.store
    order = store.place_order([(store.add_product(amount="9"), 1)], guest={"email": "guest@example.com"})
    for letter in "PCOIP":
        store.set_order_status(order, letter)
    store.edit_order(order, notes="paid already")
    store.delete_order(order)
    assert fired(sent) == ["new_product", "new_order", "order_paid", "order_paid"]


def test_a_parcel_is_told(caller: Caller, sent: list[Message]) -> None:
    store = caller.store
    order = store.place_order([(store.add_product(amount="9"), 1)], guest={"email": "guest@example.com"})
    assert caller.write("POST", "shipments", {"order_id": order, "shipping_id": 1}).status == 201
    assert fired(sent)[-1] == "new_shipment"
    assert json.loads(sent[-1].body)["order_id"] == str(order)


def test_the_api_makes_new_things_too(caller: Caller, sent: list[Message]) -> None:
    assert caller.write("POST", "products", {"product": "Cup", "price": 3, "category_ids": [1]}).status == 201
    assert fired(sent) == ["new_product"]


def test_a_hook_that_is_asked_for_by_its_id_is_the_first_one(caller: Caller) -> None:
    assert caller.get("zapier_hooks/4")["hook_id"] == "1"


def test_a_hook_that_is_gone_hears_nothing(caller: Caller, sent: list[Message]) -> None:
    assert caller.send("DELETE", "/api/zapier_hooks/3").status == 204
    assert caller.send("DELETE", "/api/zapier_hooks/3").status == 404
    caller.store.add_product()
    assert sent == []
    assert [row["hook_id"] for row in caller.get("zapier_hooks")["zapier_hooks"]] == ["1", "2", "4", "5"]


@pytest.mark.parametrize("missing", ["hook_url", "trigger_name"])
def test_both_fields_are_needed(caller: Caller, missing: str) -> None:
    fields = {"hook_url": "https://panel.example.com/x", "trigger_name": "new_order"}
    answer = caller.write("POST", "zapier_hooks", {**fields, missing: ""})
    assert (answer.status, words(answer)["messages"]) == (400, [f"The {missing} field is required"])


def test_a_long_address_is_cut(caller: Caller) -> None:
    fields = {"hook_url": "https://panel.example.com/" + "x" * 300, "trigger_name": "new_order"}
    caller.write("POST", "zapier_hooks", fields)
    assert len(caller.get("zapier_hooks")["zapier_hooks"][-1]["hook_url"]) == 255


@pytest.mark.parametrize(("version", "status"), [("4.14.2", 404), ("4.18.2", 200), ("4.20.1", 200)])
def test_older_stores_have_no_hooks(version: str, status: int) -> None:
    assert Caller(version=version).send("GET", "/api/zapier_hooks").status == status


def test_a_receiver_that_is_down_costs_nothing_and_is_not_asked_again() -> None:
    clock = VirtualClock()
    store = CsCart(clock, rng=random.Random(1))
    tried: list[Message] = []
    store.web_hooks.outbox.send = answering(0, tried)
    store.web_hooks.handle("POST", "", {}, {"hook_url": "https://panel.example.com/x", "trigger_name": "new_product"})
    assert store.product(store.add_product())
    clock.advance(86_400)
    assert store.web_hooks.outbox.deliver() == 0
    assert len(tried) == 1
