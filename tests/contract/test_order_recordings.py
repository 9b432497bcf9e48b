"""Every recorded order becomes a record, value for value, and its money adds up."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from cscart_zoho.cscart import order_answer, order_wire
from cscart_zoho.cscart.order_mapper import OrderMapper, Reading, total_of
from cscart_zoho.cscart.order_wire import OrderRow
from cscart_zoho.cscart.wire import check
from cscart_zoho.errors import NotFound, Refused
from cscart_zoho.http import Answer
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.order import Address, Line, Order, from_text
from tests.judged import Tell

MAPPER = OrderMapper(OrderChoices(), {"currency": "USD"}, ZoneInfo("America/New_York"))


def recorded(shared: Path) -> list[tuple[str, dict[str, Any]]]:
    files = sorted((shared / "recordings/cscart/4.20.1").glob("*order*.json"))
    return [(file.name, json.loads(file.read_text("utf-8"))) for file in files]


def stored(shared: Path, name: str = "orders") -> list[dict[str, Any]]:
    lines = (shared / f"recordings/cscart/4.20.1-store/{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def row(told: dict[str, Any]) -> OrderRow:
    return order_wire.SINGLE.decode(json.dumps(told).encode())


def document(told: dict[str, Any]) -> Order:
    return from_text(str(MAPPER.record(row(told)).values["document"]))


def about_orders(exchange: dict[str, Any]) -> bool:
    path = exchange["request"]["path"].split("/")
    return "orders" in path


def decode(exchange: dict[str, Any]) -> str:
    """Decode one answer as the adapter would; tell what it was."""
    request, response = exchange["request"], exchange["response"]
    answer = Answer(response["status"], json.dumps(response["body"]).encode(), {}, request["method"] != "GET")
    if response["status"] >= 300:
        with pytest.raises(NotFound if response["status"] == 404 else Refused):
            check(answer, "it")
        return "refusal"
    if request["method"] == "POST":
        made = order_wire.MADE.decode(answer.body)
        assert made.row is not None
        assert made.row.id == str(made.order_id)
        return "creation"
    if request["method"] == "PUT":
        assert order_wire.CHANGED.decode(answer.body).order_id == request["path"].rpartition("/")[2]
        return "change"
    if "orders" in response["body"]:
        listed = order_wire.LIST.decode(answer.body)
        assert len(listed.rows) == listed.length == len(response["body"]["orders"])
        assert str(listed.total) == response["body"]["params"]["total_items"]
        assert all(MAPPER.record(each).partial for each in listed.rows)
        return "list"
    assert order_wire.SINGLE.decode(answer.body).whole
    return "order"


def test_every_recording_of_orders_decodes(shared: Path, tell: Tell) -> None:
    kinds = [decode(exchange) for _, exchange in recorded(shared) if about_orders(exchange)]
    counted = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    tell(f"{len(kinds)} recordings of orders decoded: {counted}")
    assert counted == {"change": 8, "creation": 6, "list": 10, "order": 5, "refusal": 7}


def expected_line(told: dict[str, Any], taxes: dict[str, Any]) -> Line:
    options = told["extra"].get("product_options_value") or []
    return Line(
        id=told["item_id"],
        product_id=told["product_id"],
        sku=told["product_code"],
        name=" ".join(told["product"].split()),
        quantity=Decimal(told["amount"]),
        price=Decimal(told["price"]),
        tax_ids=tuple(id for id, tax in taxes.items() if told["item_id"] in tax["applies"]["items"]["P"]),
        options=", ".join(f"{each['option_name']}: {each['variant_name']}" for each in options),
    )


def expected_address(told: dict[str, Any], kind: str) -> Address:
    return Address(
        name=f"{told[f'{kind}_firstname']} {told[f'{kind}_lastname']}",
        street=told[f"{kind}_address"],
        street2=told[f"{kind}_address_2"],
        city=told[f"{kind}_city"],
        state=told[f"{kind}_state"],
        zip=told[f"{kind}_zipcode"],
        country=told[f"{kind}_country"],
        phone=told[f"{kind}_phone"],
    )


def money(told: object) -> Decimal:
    """The store keeps taxes as floats: 320.28000000000003 was recorded."""
    return round(Decimal(str(told)), 4)


def test_every_order_of_the_recorded_store_is_read_value_for_value(shared: Path, tell: Tell) -> None:
    orders = stored(shared)
    for told in orders:
        record, order, taxes = MAPPER.record(row(told)), document(told), dict(told["taxes"] or {})
        assert (record.id, record.key) == (told["order_id"], f"CS-{told['order_id']}")
        assert record.values["status"] == told["status"]
        assert record.values["total"] == order.total == Decimal(told["total"])
        assert record.values["customer"] == order.customer_id == told["user_id"]
        assert record.values["email"] == order.email == told["email"]
        assert record.shown["name"] == order.name == f"{told['firstname']} {told['lastname']}"
        assert order.lines == tuple(expected_line(line, taxes) for line in told["products"].values())
        assert order.billing == expected_address(told, "b")
        assert order.delivery == expected_address(told, "s")
        for tax in order.taxes:
            assert tax.amount == money(taxes[tax.id]["tax_subtotal"])
            assert tax.on_shipping == money(taxes[tax.id]["applies"]["S"])
            assert (tax.rate, tax.included, tax.fixed) == (10, True, False)
        assert len(order.taxes) == len(taxes)
        assert (order.shipping, order.discount, order.surcharge) == (Decimal(told["shipping_cost"]), 0, 0)
        assert order.payment_name == told["payment_method"].get("payment", "")
        assert order.shipping_name == "Custom shipping method"
        assert (order.currency, order.notes) == ("USD", told["notes"])
    tell(f"{len(orders)} recorded orders were read value for value")
    assert len(orders) == 64


def test_the_money_of_every_recorded_order_adds_up(shared: Path) -> None:
    """Also of those that were made and changed while recording, but for two totals that were set by hand."""
    singles = stored(shared)
    for name, exchange in recorded(shared):
        body = exchange["response"]["body"]
        if isinstance(body, dict) and about_orders(exchange) and not name.startswith(("169", "171")):
            singles += [each for each in (body, body.get("order_data")) if each and "products" in each]
    for told in singles:
        reading = Reading()
        order = MAPPER.document(row(told), reading)
        assert total_of(order) == order.total, told["order_id"]
        assert not reading.problems
    assert len(singles) == 64 + 9


def test_a_list_and_a_single_read_tell_the_same_head(shared: Path) -> None:
    heads = {told["order_id"]: MAPPER.record(row(told)) for told in stored(shared, "orders-list")}
    for told in stored(shared):
        whole, head = MAPPER.record(row(told)), heads[told["order_id"]]
        assert head.partial
        assert head.values.items() <= whole.values.items()
        assert (head.id, head.key, head.shown, head.modified_at) == (
            whole.id,
            whole.key,
            whole.shown,
            whole.modified_at,
        )
        without_time = msgspec.structs.replace(row(told), updated_at=msgspec.UNSET)
        assert head.etag == MAPPER.record(without_time).etag


def test_a_document_is_the_same_each_time_it_is_read(shared: Path) -> None:
    texts = {MAPPER.record(row(told)).values["document"] for told in stored(shared) for _ in range(2)}
    assert len(texts) == 64


def answered(shared: Path, prefix: str) -> tuple[dict[str, Any], OrderRow]:
    exchange = next(each for name, each in recorded(shared) if name.startswith(prefix))
    return exchange["request"]["body"], row(exchange["response"]["body"]["order_data"])


def sent(body: dict[str, Any]) -> Order:
    lines = [
        Line(product_id=str(line["product_id"]), sku=f"SKU {line['product_id']}", quantity=Decimal(line["amount"]))
        for line in body["products"].values()
    ]
    return Order(number="SO-1", lines=tuple(lines))


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("117", ""),
        ("165", "The store left out 1 piece of SKU 99999: none is in stock, or it is not sold any more."),
        ("166", "The store made one line of the 2 lines of SKU 13."),
    ],
)
def test_what_the_recorded_store_did_to_new_orders_is_told(shared: Path, prefix: str, words: str) -> None:
    body, shown = answered(shared, prefix)
    assert order_answer.after_creation(sent(body), shown, []) == words
