"""What people do with sales orders in the simulated Zoho, and what that means for status and stock."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho_sim.wire import Edit
from cscart_zoho_sim.zoho import Refusal, Zoho
from tests.unit.zoho_caller import Caller


@pytest.fixture
def zoho() -> Zoho:
    return shop()


def shop(caller: Caller | None = None) -> Zoho:
    made = (caller or Caller.new()).zoho
    made.add_contact(contact_name="Ann Example")
    made.add_item(name="Chair", sku="C-1", rate=20, stock_on_hand=50)
    made.add_item(name="Table", sku="T-1", rate=100, stock_on_hand=50)
    made.add_item(name="Course", sku="S-1", rate=99.5, product_type="service")
    return made


def customer(zoho: Zoho) -> str:
    return next(iter(zoho.contacts()))


def items(zoho: Zoho) -> list[str]:
    return list(zoho.items())


def ordered(zoho: Zoho, *quantities: int, **given: Any) -> str:
    """A confirmed order over so many of each item."""
    lines = [(item, quantity, 20) for item, quantity in zip(items(zoho), quantities, strict=False) if quantity]
    order = zoho.add_salesorder(customer(zoho), lines, **given)
    zoho.confirm(order)
    return order


def books(zoho: Zoho, item: int = 0) -> dict[str, tuple[Any, Any, Any]]:
    """On hand, committed, for sale: by invoices and by shipments."""
    told = zoho.item(items(zoho)[item])
    return {
        "invoices": (told["stock_on_hand"], told["committed_stock"], told["available_for_sale_stock"]),
        "shipments": (
            told["actual_available_stock"],
            told["actual_committed_stock"],
            told["actual_available_for_sale_stock"],
        ),
    }


# What is kept back


def test_a_draft_keeps_nothing_back_and_a_confirmed_order_does(zoho: Zoho) -> None:
    order = zoho.add_salesorder(customer(zoho), [(items(zoho)[0], 3, 20)])
    assert books(zoho) == dict.fromkeys(("invoices", "shipments"), (50, 0, 50))
    zoho.confirm(order)
    assert books(zoho) == dict.fromkeys(("invoices", "shipments"), (50, 3, 47))


@pytest.mark.parametrize("release", ["void", "delete_salesorder", "close"])
def test_what_is_kept_back_is_let_go(zoho: Zoho, release: str) -> None:
    order = ordered(zoho, 3)
    getattr(zoho, release)(order)
    assert books(zoho) == dict.fromkeys(("invoices", "shipments"), (50, 0, 50))


def test_a_change_of_a_confirmed_order_moves_what_it_keeps_back(zoho: Zoho) -> None:
    chair, table, _ = items(zoho)
    order = ordered(zoho, 3)
    zoho.edit_salesorder(order, [(chair, 1, 20), (table, 2, 100)])
    assert [books(zoho, item)["shipments"] for item in (0, 1)] == [(50, 1, 49), (50, 2, 48)]
    zoho.edit_salesorder(order, [(table, 2, 100)])
    assert [books(zoho, item)["shipments"] for item in (0, 1)] == [(50, 0, 50), (50, 2, 48)]


def test_shipping_lets_go_what_it_takes_and_so_does_invoicing_in_its_own_book(zoho: Zoho) -> None:
    order = ordered(zoho, 3)
    zoho.ship(order, {items(zoho)[0]: 2})
    assert books(zoho) == {"invoices": (50, 3, 47), "shipments": (48, 1, 47)}
    zoho.invoice(order)
    assert books(zoho) == {"invoices": (47, 0, 47), "shipments": (48, 1, 47)}
    zoho.ship(order)
    assert books(zoho) == {"invoices": (47, 0, 47), "shipments": (47, 0, 47)}


def test_two_lines_of_one_item_are_kept_back_together(zoho: Zoho) -> None:
    chair = items(zoho)[0]
    order = zoho.add_salesorder(customer(zoho), [(chair, 2, 20), (chair, 3, 18)])
    zoho.confirm(order)
    assert books(zoho)["shipments"] == (50, 5, 45)
    zoho.ship(order, {chair: 4})
    lines = zoho.salesorder(order)["line_items"]
    assert [line["quantity_shipped"] for line in lines] == [2, 2]
    assert books(zoho)["shipments"] == (46, 1, 45)


def test_services_and_untracked_items_have_no_stock_to_keep_back(zoho: Zoho) -> None:
    ordered(zoho, 0, 0, 4)
    assert "committed_stock" not in zoho.item(items(zoho)[2])


def test_a_deleted_item_stays_in_its_orders(zoho: Zoho) -> None:
    order = ordered(zoho, 3, 1)
    zoho.delete_item(items(zoho)[0])
    line = zoho.salesorder(order)["line_items"][0]
    assert (line["name"], line["sku"]) == ("Chair", "")
    zoho.void(order)
    assert books(zoho)["shipments"] == (50, 0, 50)


ACTIONS = ("confirm", "void", "ship", "ship some", "invoice", "invoice some", "deliver", "close", "edit", "delete")


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(ACTIONS), st.integers(1, 4)), max_size=25))
def test_stock_is_what_the_orders_have_left_of_it(story: list[tuple[int, str, int]]) -> None:
    zoho = shop()
    orders = [zoho.add_salesorder(customer(zoho), [(items(zoho)[0], 3 + n, 20)]) for n in range(3)]
    for place, action, quantity in story:
        act(zoho, orders[place], action, quantity)
    kept, gone = Counter[str](), Counter[str]()
    for order in zoho.salesorders().values():
        holds = order["order_status"] == "confirmed"
        for line in order["line_items"]:
            for book, done in (("shipments", "quantity_shipped"), ("invoices", "quantity_invoiced")):
                gone[book] += line[done]
                kept[book] += line["quantity"] - line[done] if holds else 0
    for book in ("shipments", "invoices"):
        assert books(zoho)[book] == (50 - gone[book], kept[book], 50 - gone[book] - kept[book])


def act(zoho: Zoho, order: str, action: str, quantity: int) -> None:
    """One thing done to an order; what Zoho refuses is not done."""
    word, _, some = action.partition(" ")
    part = ({items(zoho)[0]: quantity},) if some else ()
    try:
        if word == "edit":
            zoho.edit_salesorder(order, [(items(zoho)[0], quantity, 20)])
        elif word == "delete":
            zoho.delete_salesorder(order)
        else:
            getattr(zoho, word)(order, *part)
    except Refusal:
        pass


# How far an order has come


def status(zoho: Zoho, order: str) -> tuple[str, ...]:
    told = zoho.salesorder(order)
    return tuple(told[key] for key in ("status", "order_status", "shipped_status", "invoiced_status"))


def test_shipments_come_before_invoices(zoho: Zoho) -> None:
    order, chair = ordered(zoho, 3), {items(zoho)[0]: 1}
    assert status(zoho, order) == ("confirmed", "confirmed", "pending", "not_invoiced")
    zoho.invoice(order, chair)
    assert status(zoho, order) == ("partially_invoiced", "confirmed", "pending", "partially_invoiced")
    zoho.invoice(order, paid=True)
    assert status(zoho, order) == ("invoiced", "confirmed", "pending", "invoiced")
    assert zoho.salesorder(order)["paid_status"] == "unpaid"
    zoho.ship(order, chair)
    assert status(zoho, order) == ("partially_shipped", "confirmed", "partially_shipped", "invoiced")
    zoho.ship(order)
    assert status(zoho, order) == ("shipped", "confirmed", "shipped", "invoiced")
    zoho.deliver(order)
    assert status(zoho, order) == ("fulfilled", "closed", "fulfilled", "invoiced")


@pytest.mark.parametrize(
    ("rule", "closed"),
    [("", [False, False, False]), ("fulfilled", [False, True, True]), ("invoiced", [False, False, True])],
)
def test_orders_are_closed_by_a_rule(zoho: Zoho, rule: str, closed: list[bool]) -> None:
    zoho.switches.closes_when = rule
    order, seen = ordered(zoho, 3), []
    for step in (zoho.ship, zoho.deliver, zoho.invoice):
        step(order)
        seen.append(status(zoho, order)[1] == "closed")
    assert seen == closed


def test_an_order_of_services_is_not_shipped(zoho: Zoho) -> None:
    order = ordered(zoho, 0, 0, 4)
    assert status(zoho, order) == ("confirmed", "confirmed", "", "not_invoiced")
    with pytest.raises(Refusal):
        zoho.ship(order)
    zoho.invoice(order)
    assert status(zoho, order) == ("invoiced", "closed", "", "invoiced")


@pytest.mark.parametrize("word", ["closed", "onhold", "backordered", "drop_shipped"])
def test_people_give_an_order_a_status_by_hand(zoho: Zoho, word: str) -> None:
    order = ordered(zoho, 3)
    zoho.mark(order, word)
    assert status(zoho, order)[0] == word
    zoho.mark(order, "")
    assert status(zoho, order)[0] == "confirmed"
    with pytest.raises(Refusal):
        zoho.mark(order, "lost")


def test_an_order_that_should_have_been_sent_is_overdue(zoho: Zoho) -> None:
    assert status(zoho, ordered(zoho, 1, shipment_date="2026-01-04"))[0] == "overdue"
    assert status(zoho, ordered(zoho, 1, shipment_date="2026-01-05"))[0] == "confirmed"


@pytest.mark.parametrize("step", ["ship", "invoice", "close"])
def test_a_draft_is_neither_shipped_nor_invoiced_nor_closed(zoho: Zoho, step: str) -> None:
    order = zoho.add_salesorder(customer(zoho), [(items(zoho)[0], 3, 20)])
    with pytest.raises(Refusal, match="not confirmed"):
        getattr(zoho, step)(order)


@pytest.mark.parametrize("step", ["ship", "invoice"])
def test_no_more_is_shipped_or_invoiced_than_there_is(zoho: Zoho, step: str) -> None:
    order, chair = ordered(zoho, 3), items(zoho)[0]
    for part in ({chair: 4}, {items(zoho)[1]: 1}, {}):
        with pytest.raises(Refusal):
            getattr(zoho, step)(order, part)
    getattr(zoho, step)(order)
    with pytest.raises(Refusal):
        getattr(zoho, step)(order)


# Papers


def test_packages_and_shipments_stand_with_the_order(zoho: Zoho) -> None:
    order, chair = ordered(zoho, 3), items(zoho)[0]
    zoho.ship(order, {chair: 1}, carrier="Example Post", tracking="EX-1")
    zoho.ship(order)
    first, second = zoho.salesorder(order)["packages"]
    told = ("package_number", "shipment_number", "status", "quantity", "carrier", "tracking_number", "date")
    assert [first[key] for key in told] == [
        "PKG-00001",
        "SHP-00001",
        "shipped",
        1,
        "Example Post",
        "EX-1",
        "2026-01-05",
    ]
    assert (second["package_number"], second["quantity"]) == ("PKG-00002", 2)
    zoho.deliver(order)
    assert {row["status"] for row in zoho.salesorder(order)["packages"]} == {"delivered"}


def test_invoices_share_the_total_to_the_cent(zoho: Zoho) -> None:
    order, chair = ordered(zoho, 3, shipping_charge=0.01), {items(zoho)[0]: 1}
    for _ in range(2):
        zoho.invoice(order, chair)
    zoho.invoice(order, paid=True)
    invoices = zoho.salesorder(order)["invoices"]
    assert [row["invoice_number"] for row in invoices] == ["INV-000001", "INV-000002", "INV-000003"]
    assert [row["total"] for row in invoices] == [20, 20, 20.01]
    assert [(row["status"], row["balance"]) for row in invoices] == [("sent", 20), ("sent", 20), ("paid", 0)]
    assert zoho.salesorder(order)["balance"] == 40


# People, and who hears of it


def test_people_type_orders_in_and_change_them(zoho: Zoho) -> None:
    chair, table, _ = items(zoho)
    own = zoho.add_salesorder(customer(zoho), [(chair, 1, 20)], salesorder_number="MINE-1", notes="x")
    zoho.add_salesorder(customer(zoho), [(chair, 1, 20)])
    assert [order["salesorder_number"] for order in zoho.salesorders().values()] == ["MINE-1", "SO-00001"]
    before = zoho.salesorder(own)["line_items"][0]["line_item_id"]
    zoho.edit_salesorder(own, [(table, 1, 100), (chair, 2, 19)], notes="y")
    after = zoho.salesorder(own)
    assert after["line_items"][1]["line_item_id"] == before
    assert (after["notes"], after["total"], after["source"]) == ("y", 138, "User")
    with pytest.raises(TypeError, match="colour"):
        zoho.edit_salesorder(own, colour="red")
    zoho.delete_salesorder(own)
    assert zoho.salesorder_count == 1


@pytest.mark.parametrize("step", ["ship", "invoice", "close", "void"])
def test_every_change_moves_the_time_of_the_order(step: str) -> None:
    caller = Caller.new()
    zoho = shop(caller)
    order = ordered(zoho, 3)
    caller.clock.advance(60)
    getattr(zoho, step)(order)
    told = zoho.salesorder(order)
    assert (told["created_time"], told["last_modified_time"]) == (
        "2026-01-05T13:30:00+0530",
        "2026-01-05T13:31:00+0530",
    )


def test_every_change_is_told(zoho: Zoho) -> None:
    heard: list[Edit] = []
    zoho.salesorder_watchers.append(heard.append)
    order = zoho.add_salesorder(customer(zoho), [(items(zoho)[0], 3, 20)])
    zoho.confirm(order)
    for step in (zoho.ship, zoho.deliver, zoho.invoice):
        step(order)
    assert [edit.before["status"] if edit.before else None for edit in heard] == [
        None,
        "draft",
        "confirmed",
        "shipped",
        "fulfilled",
    ]
    assert heard[-1].after == zoho.salesorder(order)
    assert {(edit.author, edit.side, edit.id) for edit in heard} == {("people", "zoho", order)}


def test_a_deleted_order_is_told_without_an_after(zoho: Zoho) -> None:
    order = ordered(zoho, 3)
    heard: list[Edit] = []
    zoho.salesorder_watchers.append(heard.append)
    zoho.delete_salesorder(order)
    assert [(edit.before is None, edit.after) for edit in heard] == [(False, None)]
