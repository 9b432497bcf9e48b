"""The simulators and the product, as the tests of the calculator call them: documents go in, documents come out."""

import json
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cscart_zoho import app
from cscart_zoho.app.orders import money_rules
from cscart_zoho.cscart import order_body as store_body
from cscart_zoho.cscart import order_wire
from cscart_zoho.cscart.order_mapper import OrderMapper, Reading
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.mapping.order_money import MoneyRules, price_for_store, price_for_zoho
from cscart_zoho.store.models import ZohoOrganisation
from cscart_zoho.zoho import order_body as zoho_body
from cscart_zoho.zoho.order_mapper import OrderMapper as SalesOrderMapper
from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.cscart import CsCart
from cscart_zoho_sim.world import World
from cscart_zoho_sim.zoho import Zoho
from cscart_zoho_sim.zoho.preferences import NO_ROUNDING, TO_WHOLE
from tests.oracle.cscart import CartLine
from tests.oracle.drawn import CURRENCIES, Drawn, told
from tests.oracle.zoho import Organisation
from tests.unit.zoho_caller import ALL, Caller

CHOICES = OrderChoices()


@dataclass
class ZohoSide:
    """One simulated organisation with taxes, and what the product has read of it at connecting."""

    caller: Caller
    ids: dict[str, str]
    rules: MoneyRules
    item: str
    customer: str
    capabilities: dict[str, Any] = field(repr=False)

    def kept(self, body: dict[str, Any]) -> dict[str, Any]:
        """The sales order that Zoho makes of a body; it is deleted again."""
        lines = [{"item_id": self.item, **line} for line in body["line_items"]]
        body = {"salesorder_number": "SO-1"} | body
        told = {**body, "customer_id": self.customer, "line_items": lines}
        made = self.caller.send("POST", "/salesorders", told, ignore_auto_number_generation="true")
        assert made.status == 201, (made.json, body)
        order: dict[str, Any] = made.json.get("salesorder") or made.json["sales_order"]
        gone = self.caller.send("DELETE", f"/salesorders/{order['salesorder_id']}")
        assert gone.status == 200, gone.json
        return json.loads(json.dumps(order), parse_float=Decimal)  # type: ignore[no-any-return]


def zoho_side(order: Drawn) -> ZohoSide:
    """The organisation of a drawn order, connected by the real flow. Needs the database."""
    world, ids = _world(order)
    with app.using_transport(world.transport(), world.clock):
        made = ZohoOrganisation.objects.create(
            region=world.zoho.region, client_id=world.zoho.client_id, client_secret=world.zoho.client_secret
        )
        app.connect_zoho(made, code=world.zoho.self_client_code(app.scopes()), self_client=True)
        made.refresh_from_db()
    caller = Caller(world.zoho, world.clock, world.zoho.issue_access_token(ALL))  # type: ignore[arg-type]
    item = world.zoho.add_item(name="Thing", sku="T", rate=1.0, item_type="sales", product_type="service")
    customer = world.zoho.add_contact(contact_name="Ann Example")
    return ZohoSide(caller, ids, money_rules(made), item, customer, dict(made.capabilities))


def _world(order: Drawn) -> tuple[World, dict[str, str]]:
    world = World.empty(1)
    kept = order.organisation
    clock = VirtualClock()
    zoho = Zoho(
        clock,
        rng=world.rng,
        plan="enterprise",
        per_minute_limit=None,
        daily_limit=10**9,
        currency=order.currency,
        price_precision=kept.decimals,
    )
    made = zoho.organisation
    made.taxes.clear()
    made.tax_rounding = kept.tax_rounding
    made.preferences.rate_precision = kept.price_precision
    made.preferences.transaction_rounding_type = TO_WHOLE if kept.step else NO_ROUNDING
    made.preferences.shipping_tax = bool(kept.shipping_tax)
    zoho.switches.discount_off_net = kept.discount_off_net
    ids = {}
    for tax in order.zoho_taxes:
        if len(tax.taxes) == 1:
            own = {"compound": tax.taxes[0].compound, "is_default": tax.taxes == kept.shipping_tax}
            ids[tax.name] = made.add_tax(tax.name, float(tax.taxes[0].percent), **own)
    for tax in order.zoho_taxes:
        if len(tax.taxes) > 1:
            ids[tax.name] = made.add_tax_group(tax.name, [ids[part.name] for part in tax.taxes])
    return replace(world, zoho=zoho, clock=clock), ids


# The simulated store


def placed(order: Drawn) -> dict[str, Any] | None:
    """The order as the simulated store makes and tells it.

    None for what it cannot make: prices of three decimals (no column of a store holds them), payments that are cheaper,
    totals that nothing explains.
    """
    cart = order.cart
    if cart.decimals > 2 or cart.surcharge < 0 or "unexplained" in order.kinds:
        return None
    store = CsCart(VirtualClock(), rng=random.Random(order.seed))
    store.desk.checkout.currency = order.currency
    store.switches.tax_by_unit_price = cart.by_unit_price
    store.switches.certificates_pay_shipping = True
    store.switches.points_in_discount = order.points_in_discount
    ids = {tax.name: 30 + at for at, tax in enumerate(cart.taxes)}
    for tax in cart.taxes:
        store.desk.set_tax(ids[tax.name], tax.percent, included=tax.included, priority=tax.priority)
    store.desk.set_shipping(1, cart.shipping, [ids[tax.name] for tax in cart.taxes if tax.on_shipping])
    store.desk.set_surcharge(1, cart.surcharge)
    lines = [(_product(store, at, line, ids), line.amount) for at, line in enumerate(cart.lines)]
    coupon = cart.subtotal_discount - (order.points if order.points_in_discount else 0)
    made = store.place_order(
        user_id=store.add_user(email="ann@example.com", firstname="Ann", lastname="Example"),
        lines=lines,
        discount=coupon,
        certificates={"GC-A": order.certificate} if order.certificate else {},
        points=(100, order.points) if order.points else (0, 0),
        wallet=order.wallet,
        payment_id=1,
        shipping_id=1,
    )
    return {**store.order_of(made), "ids": ids}


def _product(store: CsCart, at: int, line: CartLine, ids: dict[str, int]) -> int:
    taxes = ",".join(str(ids[name]) for name in sorted(line.taxes))
    return store.add_product(
        product=f"P {at}", product_code=f"S-{at}", price=str(line.price), amount="999", tax_ids=taxes
    )


# The product


def sent_to_zoho(order: Drawn, side: ZohoSide) -> dict[str, Any]:
    """The body with which the product would make the sales order. Raises `Unfit` for an order that is held."""
    row = order_wire.SINGLE.decode(json.dumps(told(order)).encode())
    reading = Reading()
    document = OrderMapper(CHOICES, {"currency": order.currency}, ZoneInfo("UTC")).document(row, reading)
    assert not reading.problems, reading.problems
    priced = price_for_zoho(document, CHOICES, {}, side.rules, lambda line: side.item)
    return zoho_body.creation(msgspec.structs.replace(priced.order, customer_id=side.customer), {})


def sent_to_store(sale: dict[str, Any], side: ZohoSide, decimals: int) -> dict[str, Any]:
    """What the product would have the store keep of a sales order: lines and figures. Raises `Unfit`."""
    document = SalesOrderMapper(CHOICES, side.capabilities).order(sale)
    priced = price_for_store(document, CHOICES, side.rules, lambda line: "1", max(decimals, 2))
    body = store_body.creation(
        msgspec.structs.replace(priced.order, email="ann@example.com"),
        payment_id="1",
        shipping_id="1",
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    lines = {
        str(at): {"price": str(line.price), "amount": str(line.quantity)}
        for at, line in enumerate(priced.order.lines, 1)
    }
    return {**body, "products": lines, **store_body.overrides(priced.order)}


def organisation_key(order: Drawn) -> tuple[str, str, Organisation]:
    return order.currency, order.tax_set, order.organisation


def store_decimals(order: Drawn) -> int:
    """Those that Zoho counts in."""
    return CURRENCIES[order.currency]
