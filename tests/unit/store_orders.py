"""Orders as a store tells them, and the adapter over answers that a test writes down."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from cscart_zoho.cscart import order_wire
from cscart_zoho.cscart.order_mapper import OrderMapper
from cscart_zoho.cscart.order_wire import OrderRow
from cscart_zoho.cscart.orders import CsCartOrders
from cscart_zoho.http import Answer, Wire
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.order import Line, Order, to_text
from tests.unit.scripted import ScriptedWire, answer

NOW = datetime(2026, 3, 10, 7, tzinfo=UTC)
FOUND = {
    "edition": "ultimate",
    "company_id": "1",
    "currency": "USD",
    "payments": [{"id": "2", "name": "Phone", "active": True}],
    "shippings": [{"id": "1", "name": "Custom", "active": True}],
    "order_statuses": [
        {"letter": "O", "name": "Open", "takes_stock": True},
        {"letter": "P", "name": "Paid", "takes_stock": True},
        {"letter": "I", "name": "Canceled", "takes_stock": False},
        {"letter": "B", "name": "Backordered", "takes_stock": False},
    ],
}


def line(item: str = "900", **told: Any) -> dict[str, Any]:
    usual = {"item_id": item, "product_id": "285", "product_code": "TEE", "product": "A tee", "price": "21.50"}
    return {"amount": "2", "deleted_product": False, "extra": {"product_options": []}, **usual, **told}


def told(*lines: dict[str, Any], id: int = 98, **columns: Any) -> dict[str, Any]:
    """A whole order as the store tells it: two tees and shipping, 10 % VAT in the prices."""
    usual: dict[str, Any] = {
        "order_id": str(id),
        "is_parent_order": "N",
        "user_id": "3",
        "status": "O",
        "total": "76.00",
        "timestamp": "1773118800",
        "updated_at": "1773118800",
        "firstname": "Ann",
        "lastname": "Lee",
        "email": "ann@example.com",
        "notes": None,
        "details": None,
        "subtotal_discount": 0,
        "shipping_cost": "33.00",
        "payment_surcharge": 0,
        "secondary_currency": "USD",
        "taxes": [],
        "products": {each["item_id"]: each for each in lines or (line(),)},
    }
    return {**usual, **columns}


def head(id: int, **columns: Any) -> dict[str, Any]:
    whole = told(id=id, **columns)
    return {name: value for name, value in whole.items() if name not in ("products", "updated_at", "details", "taxes")}


def row(*lines: dict[str, Any], **columns: Any) -> OrderRow:
    return order_wire.SINGLE.decode(answer(told(*lines, **columns)).body)


def listed(*rows: object, total: object = None) -> Answer:
    return answer({"orders": list(rows), "params": {"total_items": str(len(rows)) if total is None else total}})


def mapper(capabilities: Mapping[str, Any] = FOUND, **choices: Any) -> OrderMapper:
    return OrderMapper(OrderChoices(**choices), capabilities, ZoneInfo("America/New_York"))


def adapter(
    *answers: Answer, capabilities: Mapping[str, Any] = FOUND, time_zone: str = "America/New_York", **choices: Any
) -> tuple[CsCartOrders, ScriptedWire]:
    wire = ScriptedWire(list(answers))
    side = CsCartOrders(
        cast("Wire", wire),
        capabilities,
        OrderChoices(**choices),
        company_id="",
        time_zone=time_zone,
        now=lambda: NOW,
    )
    return side, wire


def document(*lines: Line, **columns: Any) -> Order:
    """What the order above is to be: two tees for 20 each."""
    usual: dict[str, Any] = {
        "number": "SO-12",
        "date": "2026-03-09",
        "currency": "USD",
        "customer_id": "3",
        "name": "Ann Lee",
        "email": "ann@example.com",
        "lines": lines or (Line(product_id="285", sku="TEE", quantity=Decimal(2), price=Decimal(20)),),
        "shipping": Decimal(5),
        "total": Decimal(45),
    }
    return Order(**usual | columns)


def values(order: Order | None = None, **others: Any) -> dict[str, Any]:
    return {"document": to_text(order or document()), **others}


SO_12 = {"details": "[Zoho SO-12]"}
#: The order above once it has become the document.
DONE = told(line(price="20.00"), total="45.00", shipping_cost="5.00", **SO_12)
PUT = answer({"order_id": "98"})


def sent_to(wire: ScriptedWire, method: str) -> list[Any]:
    return [body for how, _, _, body in wire.asked if how == method]


def calls(wire: ScriptedWire) -> list[str]:
    return [how for how, _, _, _ in wire.asked]
