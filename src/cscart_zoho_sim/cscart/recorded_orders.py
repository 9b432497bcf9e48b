"""Orders of a recorded store: each is told as it was recorded until something changes it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from cscart_zoho_sim.cscart.cart import ShippingRates
from cscart_zoho_sim.cscart.checkout import Rate
from cscart_zoho_sim.cscart.damage import number
from cscart_zoho_sim.cscart.figures import NOTHING, Figures, TaxRate
from cscart_zoho_sim.cscart.order import BLANK, Group, Line, Order, Way
from cscart_zoho_sim.cscart.order_desk import OrderDesk
from cscart_zoho_sim.cscart.recorded import read_rows
from cscart_zoho_sim.cscart.users import PROFILE

_ALREADY_TOLD = frozenset(
    ("product_options", "unlimited_download", "product", "company_id", "is_edp", "edp_shipping", "discount")
) | {"base_price", "stored_price"}

#: A promotion of the recorded store took 8.00 off an order of 30 pieces; from which subtotal on is supposed.
PROMOTION = (Decimal(8), Decimal(600))


def load(folder: Path, desk: OrderDesk) -> None:
    """All orders of `orders`, in place of those there are; the rates of taxes and shipping are learned from them."""
    desk.orders.rows.clear()
    desk.checkout.rates.clear()
    desk.checkout.shipping_rates.clear()
    for told in read_rows(folder, "orders"):
        _learn(told, desk)
        desk.orders.keep(int(told["order_id"]), order_of(told))


def fill_profiles(desk: OrderDesk, users: Mapping[int, dict[str, Any]]) -> None:
    """Give users the addresses that most of their orders tell: no list of users tells them.

    The telephone is the user's own where the orders tell none (seen in a new order of the recorded store).
    """
    told: dict[int, Counter[tuple[tuple[str, str], ...]]] = defaultdict(Counter)
    for order in desk.orders.rows.values():
        told[int(order["user_id"])][tuple((name, str(order[name])) for name in PROFILE)] += 1
    for id, addresses in told.items():
        if id in users:
            user = users[id]
            user.update(addresses.most_common(1)[0][0])
            user["b_phone"] = user["b_phone"] or user["phone"]


def order_of(told: dict[str, Any]) -> Order:
    """The order behind a single answer."""
    columns = {name: told[name] for name in BLANK if name in told}
    lines = {id: _line(line, told) for id, line in told["products"].items()}
    order = Order(
        columns,
        [Group(str(told["company_id"]), lines, _way(told))],
        figures=_figures(told),
        currency=told["secondary_currency"],
        due=Decimal(told["total"]),
        recorded=told,
    )
    order.discount = number(told["subtotal_discount"])
    return order


def _line(told: dict[str, Any], order: dict[str, Any]) -> Line:
    extra = told["extra"]
    taxed = [
        id
        for id, tax in (order["taxes"] or {}).items()
        if told["item_id"] in tax["applies"].get("items", {}).get("P", ())
    ]
    return Line(
        item_id=told["item_id"],
        product_id=int(told["product_id"]),
        amount=int(told["amount"]),
        price=Decimal(told["price"]),
        base_price=number(told["base_price"]),
        discount=number(told["discount"]),
        name=extra["product"],
        code=told["product_code"],
        company_id=str(told["company_id"]),
        stored=extra["stored_price"] == "Y",
        is_edp=extra["is_edp"] == "Y",
        tax_ids=tuple(taxed),
        extra={name: value for name, value in extra.items() if name not in _ALREADY_TOLD},
    )


def _way(told: dict[str, Any]) -> Way | None:
    """The cost, and not the rate of the chosen way: old orders tell a rate that they did not pay."""
    if not told["shipping"]:
        return None
    return Way(str(told["shipping"][0]["shipping_id"]), Decimal(told["shipping_cost"]))


def _figures(told: dict[str, Any]) -> Figures:
    taxes, rates = {}, {}
    for id, tax in (told["taxes"] or {}).items():
        taxes[id] = {what: number(money) for what, money in tax["applies"].items() if what != "items"}
        included = tax["price_includes_tax"] == "Y"
        rates[id] = TaxRate(id, tax["description"], number(tax["rate_value"]), tax["rate_type"] == "F", included)
    return Figures(
        subtotal=number(told["subtotal"]),
        shipping=Decimal(told["shipping_cost"]),
        total=Decimal(told["total"]),
        taxes=taxes,
        rates=rates,
        items=dict.fromkeys(taxes, ()),
    )


def _learn(told: dict[str, Any], desk: OrderDesk) -> None:
    for id, tax in (told["taxes"] or {}).items():
        desk.checkout.rates[id] = Rate(number(tax["rate_value"]), tax["rate_type"] == "F")
    for way in told["shipping"]:
        steps = way["rate_info"]["rate_value"]
        if {"C", "I"} <= steps.keys():  # newer orders come first: the first rate is the present one
            rates = ShippingRates(_steps(steps["C"]), _steps(steps["I"]))
            desk.checkout.shipping_rates.setdefault(str(way["shipping_id"]), rates)


def _steps(told: dict[str, Any]) -> dict[int, Decimal]:
    return {int(limit): number(step["value"]) if step else NOTHING for limit, step in told.items()}
