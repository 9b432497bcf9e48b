"""Inventory adjustments of the simulated Zoho: what they tell, approvals, the order of their list, figures for sale."""

from typing import Any

import pytest

from cscart_zoho_sim.zoho import Refusal
from tests.unit.zoho_caller import Caller


@pytest.fixture
def caller() -> Caller:
    return Caller.new()


def on_hand(caller: Caller, item: str) -> Any:
    return caller.zoho.item(item)["stock_on_hand"]


def booked(caller: Caller, item: str, delta: float = 5, **fields: Any) -> dict[str, Any]:
    told: dict[str, Any] = caller.adjust((item, delta), **fields).json["inventory_adjustment"]
    return told


def references(caller: Caller, **query: Any) -> list[str]:
    return [
        row["reference_number"] for row in caller.get("/inventoryadjustments", **query).json["inventory_adjustments"]
    ]


def test_an_adjustment_tells_its_status_its_times_and_who_made_it(caller: Caller) -> None:
    told = booked(caller, caller.zoho.add_item(name="A"))
    (row,) = caller.get("/inventoryadjustments").json["inventory_adjustments"]
    for shown in (told, row):
        assert shown["status"] == "adjusted"
        assert shown["created_time"] == shown["last_modified_time"] == "2026-01-05T13:30:00+0530"
        assert shown["created_by_name"]
    assert "line_items" not in row


def test_its_total_is_the_quantity_at_the_purchase_rate(caller: Caller) -> None:
    item = caller.zoho.add_item(name="A", purchase_rate=2.5)
    free = caller.zoho.add_item(name="B")
    told = caller.adjust((item, -3), (free, 4)).json["inventory_adjustment"]
    assert told["total"] == -7.5
    assert [line["item_total"] for line in told["line_items"]] == [-7.5, 0]


@pytest.mark.parametrize("begins_as", ["pending_approval", "draft"])
def test_with_approvals_stock_moves_only_when_the_adjustment_is_approved(caller: Caller, begins_as: str) -> None:
    caller.zoho.switches.adjustment_approvals = True
    caller.zoho.switches.adjustments_begin_as = begins_as
    item = caller.zoho.add_item(name="A", stock_on_hand=10)
    told = booked(caller, item, -2)
    assert (told["status"], on_hand(caller, item)) == (begins_as, 10)

    caller.zoho.approve_adjustment(told["inventory_adjustment_id"])

    assert on_hand(caller, item) == 8
    shown = caller.get(f"/inventoryadjustments/{told['inventory_adjustment_id']}").json["inventory_adjustment"]
    assert shown["status"] == "approved"


def test_the_calls_submit_approve_and_reject_go_from_one_status_to_the_next(caller: Caller) -> None:
    caller.zoho.switches.adjustment_approvals = True
    caller.zoho.switches.adjustments_begin_as = "draft"
    item = caller.zoho.add_item(name="A", stock_on_hand=10)
    address = f"/inventoryadjustments/{booked(caller, item)['inventory_adjustment_id']}"
    assert caller.send("POST", f"{address}/approve").status == 400
    assert caller.send("POST", f"{address}/submit").code == (200, 0)
    assert caller.send("POST", f"{address}/approve/final").code == (200, 0)
    assert caller.send("POST", f"{address}/reject").status == 400
    assert on_hand(caller, item) == 15


def test_a_rejected_or_deleted_adjustment_that_waited_moves_nothing(caller: Caller) -> None:
    caller.zoho.switches.adjustment_approvals = True
    item = caller.zoho.add_item(name="A", stock_on_hand=10)
    first, second = (booked(caller, item)["inventory_adjustment_id"] for _ in range(2))
    caller.zoho.reject_adjustment(first)
    caller.zoho.delete_adjustment(second)
    assert on_hand(caller, item) == 10
    with pytest.raises(Refusal):
        caller.zoho.approve_adjustment(first)


def test_without_approvals_nothing_can_be_approved(caller: Caller) -> None:
    told = booked(caller, caller.zoho.add_item(name="A"))
    assert caller.send("POST", f"/inventoryadjustments/{told['inventory_adjustment_id']}/approve").status == 400


def test_whoever_approves_may_write_another_quantity_first(caller: Caller) -> None:
    caller.zoho.switches.adjustment_approvals = True
    item = caller.zoho.add_item(name="A", stock_on_hand=10)
    id = booked(caller, item, -4)["inventory_adjustment_id"]
    caller.zoho.correct_adjustment(id, item, -1)
    caller.zoho.approve_adjustment(id)
    assert on_hand(caller, item) == 9


def test_what_a_person_books_counts_at_once(caller: Caller) -> None:
    caller.zoho.switches.adjustment_approvals = True
    item = caller.zoho.add_item(name="A", stock_on_hand=10)
    caller.zoho.move_stock(item, 1)
    assert on_hand(caller, item) == 11


def test_the_list_stands_in_one_of_several_orders(caller: Caller) -> None:
    item = caller.zoho.add_item(name="A")
    days = ["2026-01-03", "2026-01-05", "2026-01-04", "2026-01-02", "2026-01-01"]
    for number, day in enumerate(days):
        booked(caller, item, date=day, reference_number=f"R-{number}")
    assert references(caller) == ["R-1", "R-2", "R-0", "R-3", "R-4"]
    for order, expected in (("oldest_first", "43021"), ("by_id", "01234")):
        caller.zoho.switches.adjustment_order = order
        assert references(caller) == [f"R-{number}" for number in expected]
    caller.zoho.switches.adjustment_order = "shuffled"
    paged = [r for page in (1, 2, 3) for r in references(caller, page=page, per_page=2)]
    assert paged == references(caller)
    assert sorted(paged) == [f"R-{number}" for number in range(5)]


def test_an_older_organisation_tells_no_status(caller: Caller) -> None:
    caller.zoho.switches.adjustment_status_told = False
    assert "status" not in booked(caller, caller.zoho.add_item(name="A"))


@pytest.mark.parametrize("how", ["renamed", "missing"])
def test_figures_for_sale_may_be_gone_from_every_answer(caller: Caller, how: str) -> None:
    id = caller.zoho.add_item(name="A", stock_on_hand=10)
    caller.zoho.switches.figures_for_sale = how
    told = [
        caller.get(f"/items/{id}").json["item"],
        caller.get("/itemdetails", item_ids=id).json["items"][0],
        caller.send("PUT", f"/items/{id}", {"name": "A"}).json["item"],
    ]
    for item in told:
        places = [item, *item["locations"]]
        assert not any(name.endswith("for_sale_stock") for place in places for name in place)
        assert ("available_to_sell" in item) is (how == "renamed")
        assert item["stock_on_hand"] == 10
    assert caller.zoho.item(id)["available_for_sale_stock"] == 10


def test_the_figure_for_sale_can_be_negative(caller: Caller) -> None:
    id = caller.zoho.add_item(name="A", stock_on_hand=12)
    caller.zoho.commit_stock(id, 24)
    assert caller.get(f"/items/{id}").json["item"]["available_for_sale_stock"] == -12
