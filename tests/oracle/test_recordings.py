"""The calculator against what both sides have really answered."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import cscart, zoho
from tests.oracle.cscart import Cart, CartLine, StoreTax

#: An order whose tax names three of its four lines, and is that of all four.
ONE_LINE_UNNAMED = "71"
#: Orders whose total somebody had set by hand, or whose figures are known to be one change behind.
SET_BY_HAND = {"169-order-get-after-total.json", "171-order-get-after-shipping-cost.json"}


def store_orders(shared: Path) -> list[dict[str, Any]]:
    lines = (shared / "recordings/cscart/4.20.1-store/orders.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def made_orders(shared: Path) -> dict[str, dict[str, Any]]:
    """Orders that were made or changed on the recorded store, by recording."""
    found = {}
    for file in sorted((shared / "recordings/cscart/4.20.1").glob("*order*.json")):
        body = json.loads(file.read_text("utf-8"))["response"].get("body")
        for order in (body, body.get("order_data") if isinstance(body, dict) else None):
            if isinstance(order, dict) and "subtotal_discount" in order:
                found[file.name] = order
    return found


def cart_of(order: dict[str, Any]) -> Cart:
    """The cart of a recorded order: its lines, its shipping, the one tax that prices hold."""
    taxes = order["taxes"] if isinstance(order["taxes"], dict) else {}
    told = {
        id: StoreTax(
            id,
            Decimal(tax["rate_value"]),
            included=tax["price_includes_tax"] == "Y",
            on_shipping=bool(tax["applies"].get("S")),
        )
        for id, tax in taxes.items()
    }
    lines = tuple(
        CartLine(Decimal(line["price"]), int(line["amount"]), frozenset(on for on in told if _falls_on(id, taxes[on])))
        for id, line in order["products"].items()
    )
    return Cart(lines, tuple(told.values()), shipping=Decimal(order["shipping_cost"]))


def _falls_on(line_id: str, tax: dict[str, Any]) -> bool:
    named = tax["applies"]["items"].get("P") or {}
    return line_id in named


def test_every_order_of_the_recorded_store_comes_to_its_total_and_its_tax(shared: Path) -> None:
    orders = store_orders(shared)
    assert len(orders) == 64
    for order in orders:
        cart = cart_of(order)
        assert cscart.recorded_total(order) == cscart.total(cart) == Decimal(order["total"]), order["order_id"]
        for id, parts in cscart.taxes(cart).items():
            applies = order["taxes"][id]["applies"]
            assert parts["P"] == Decimal(str(applies["P"])) or order["order_id"] == ONE_LINE_UNNAMED, order["order_id"]
            assert parts["S"] == Decimal(str(applies["S"])), order["order_id"]


def test_every_order_that_was_made_or_changed_there_comes_to_its_total(shared: Path) -> None:
    orders = made_orders(shared)
    assert len(orders) > 5
    for name, order in orders.items():
        if name not in SET_BY_HAND:
            assert cscart.recorded_total(order) == Decimal(order["total"]), name


@pytest.mark.parametrize(("name", "kind"), [("create-invoice", "invoice"), ("create-credit-note", "creditnote")])
def test_documents_of_zoho_come_to_their_totals(shared: Path, name: str, kind: str) -> None:
    recording = json.loads((shared / f"recordings/zoho-books/{name}.json").read_text("utf-8"))
    (answer,) = recording["api"]["post"].values()
    told = json.loads(json.dumps(answer["response"][kind]), parse_float=Decimal)
    organisation = zoho.Organisation(
        told["price_precision"], told["price_precision"], told["tax_rounding"], step=Decimal(0)
    )
    assert told["transaction_rounding_type"] == "no_rounding"
    found = zoho.figures(zoho.from_body(told, {}), organisation)
    assert found.total == told["total"]
    assert found.sub_total == told["sub_total"]
    assert found.item_totals == tuple(Decimal(str(line["item_total"])) for line in told["line_items"])


def test_a_certificate_may_pay_for_shipping() -> None:
    """The recorded shape of an order that a certificate of 40.00 paid for with 25.00, and one with 23.00."""
    order: dict[str, Any] = {"products": {"1": {"price": "20.00", "amount": "1"}}, "shipping_cost": "5.00"}
    for cost, total in ((25, "0.00"), (23, "2.00")):
        paid = order | {"use_gift_certificates": {"GC-A": {"amount": "40.00", "cost": cost}}}
        assert cscart.recorded_total(paid) == Decimal(total)
