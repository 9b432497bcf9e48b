"""One sales order, and how a request body becomes one.

Keys and limits: Zoho Inventory API, "Sales Orders"; lengths: the same texts of
its invoices. Keys that are not known here are ignored, as Zoho does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.item import Number, read_flag, read_number, read_text
from cscart_zoho_sim.zoho.order_money import ENTITY_LEVEL, ITEM_LEVEL, NO_DISCOUNT, NOTHING, Discount

#: Texts of an order, by attribute: their key and length.
TEXTS = {
    "reference": ("reference_number", 100),
    "notes": ("notes", 5000),
    "terms": ("terms", 10000),
    "delivery_method": ("delivery_method", 100),
    "adjustment_description": ("adjustment_description", 100),
    "salesperson": ("salesperson_name", 200),
    "place_of_supply": ("place_of_supply", 50),
}
LINE_TEXTS = {"name": 100, "description": 2000, "unit": 100}
#: Every key of a body that has an effect.
KEYS = frozenset(
    (
        *(key for key, _ in TEXTS.values()),
        *("salesorder_number", "customer_id", "line_items", "date", "shipment_date", "contact_persons_associated"),
        *("discount", "discount_type", "is_discount_before_tax", "is_inclusive_tax", "shipping_charge", "adjustment"),
        *("exchange_rate", "billing_address_id", "shipping_address_id", "shipping_charge_tax_id"),
    )
)
DISCOUNT_TYPES = (ENTITY_LEVEL, ITEM_LEVEL)
DRAFT, CONFIRMED, VOID = "draft", "confirmed", "void"

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*%")


@dataclass(frozen=True)
class OrderLine:
    """One line, with what became of it. A line without an item has no `item_id`."""

    id: str
    item_id: str
    name: str
    rate: Decimal
    quantity: Decimal
    description: str = ""
    unit: str = ""
    tax_id: str = ""
    discount: Discount = NO_DISCOUNT
    #: Services are neither packed nor shipped.
    is_service: bool = False
    shipped: Decimal = NOTHING
    delivered: Decimal = NOTHING
    invoiced: Decimal = NOTHING

    @property
    def to_ship(self) -> Decimal:
        return NOTHING if self.is_service else self.quantity - self.shipped

    @property
    def to_invoice(self) -> Decimal:
        return self.quantity - self.invoiced


@dataclass(frozen=True)
class Package:
    """Goods that were packed and sent together."""

    id: str
    number: str
    date: str
    shipment_id: str
    shipment_number: str
    carrier: str
    tracking_number: str
    #: Line -> quantity.
    quantities: Mapping[str, Decimal]
    delivered: bool = False


@dataclass(frozen=True)
class Invoice:
    """A bill for an order or a part of it."""

    id: str
    number: str
    date: str
    total: Decimal
    paid: bool = False


@dataclass(frozen=True)
class SalesOrder:
    """A sales order as Zoho keeps it. Every change makes a new one; times are whole seconds since the epoch.

    `state` is what was set: draft, pending_approval, approved, confirmed or void.
    """

    id: str
    number: str
    customer_id: str
    currency_id: str
    date: str
    created: int
    modified: int
    state: str = DRAFT
    #: Closed by the merchant's rule.
    closed: bool = False
    #: "closed", "onhold", "backordered" or "drop_shipped": what a person has said, whatever else there is.
    mark: str = ""
    source: str = "Api"
    shipment_date: str = ""
    reference: str = ""
    notes: str = ""
    terms: str = ""
    delivery_method: str = ""
    salesperson: str = ""
    #: India: the state that the goods go to.
    place_of_supply: str = ""
    discount: Discount = NO_DISCOUNT
    discount_type: str = ENTITY_LEVEL
    discount_before_tax: bool = True
    inclusive: bool = False
    shipping: Decimal = NOTHING
    shipping_tax_id: str = ""
    #: How its total is rounded off: as the merchant had set it when it was made.
    rounding: str = "no_rounding"
    adjustment: Decimal = NOTHING
    adjustment_description: str = ""
    exchange_rate: Decimal = Decimal(1)
    contact_persons: tuple[str, ...] = ()
    billing: Mapping[str, str] = field(default_factory=dict)
    delivery: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[OrderLine, ...] = ()
    packages: tuple[Package, ...] = ()
    invoices: tuple[Invoice, ...] = ()

    @property
    def commits(self) -> bool:
        """Whether what is neither shipped nor invoiced is kept back for it."""
        return self.state == CONFIRMED and self.mark != "closed"

    @property
    def is_under_way(self) -> bool:
        """Whether anything of it has been shipped or invoiced."""
        return bool(self.packages or self.invoices)

    @property
    def shipped_status(self) -> str:
        """pending, partially_shipped, shipped or fulfilled (all of it delivered); "" unless confirmed goods."""
        goods = [line for line in self.lines if not line.is_service]
        if self.state != CONFIRMED or not goods:
            return ""
        if not any(line.shipped for line in goods):
            return "pending"
        if any(line.to_ship > 0 for line in goods):
            return "partially_shipped"
        return "fulfilled" if all(line.delivered >= line.quantity for line in goods) else "shipped"

    @property
    def invoiced_status(self) -> str:
        """not_invoiced, partially_invoiced or invoiced; "" unless confirmed."""
        if self.state != CONFIRMED:
            return ""
        if not any(line.invoiced for line in self.lines):
            return "not_invoiced"
        return "partially_invoiced" if any(line.to_invoice > 0 for line in self.lines) else "invoiced"

    @property
    def paid_status(self) -> str:
        if self.state != CONFIRMED:
            return ""
        return "paid" if self.invoices and all(invoice.paid for invoice in self.invoices) else "unpaid"

    @property
    def order_status(self) -> str:
        """What it is, shipments and invoices aside."""
        if self.state == CONFIRMED and (self.closed or self.mark == "closed"):
            return "closed"
        return self.state

    def status(self, today: str) -> str:
        """The one word for all of it: shipments come before invoices, as seen on live orders."""
        if self.state != CONFIRMED or self.mark:
            return self.mark if self.state == CONFIRMED else self.state
        if self.shipped_status not in ("", "pending"):
            return self.shipped_status
        if self.invoiced_status != "not_invoiced":
            return self.invoiced_status
        if self.order_status == "closed":
            return "closed"
        return "overdue" if self.shipment_date and self.shipment_date < today else CONFIRMED


# What a body tells


def read_order(body: Mapping[str, Any], precision: int) -> dict[str, Any]:
    """The attributes that a body names, lines, customer and addresses aside. Raises `Refusal`."""
    told: dict[str, Any] = {}
    for attribute, (key, limit) in TEXTS.items():
        if key in body:
            told[attribute] = read_text(body[key], key, limit)
    for key in ("date", "shipment_date"):
        if body.get(key):
            told[key] = read_day(body[key], key)
    if "discount" in body:
        told["discount"] = read_discount(body["discount"], precision)
    if "discount_type" in body:
        if body["discount_type"] not in DISCOUNT_TYPES:
            raise refusals.invalid("discount_type")
        told["discount_type"] = body["discount_type"]
    flags = {"is_discount_before_tax": "discount_before_tax", "is_inclusive_tax": "inclusive"}
    told |= {attribute: read_flag(body[key], key) for key, attribute in flags.items() if key in body}
    if "shipping_charge" in body:
        told["shipping"] = read_money(body["shipping_charge"], "shipping_charge", precision)
    if "shipping_charge_tax_id" in body:
        told["shipping_tax_id"] = read_text(body["shipping_charge_tax_id"], "shipping_charge_tax_id", 50)
    if "adjustment" in body:
        told["adjustment"] = exact(read_number(body["adjustment"], "adjustment", precision))
    if body.get("exchange_rate"):
        told["exchange_rate"] = read_money(body["exchange_rate"], "exchange_rate", 10)
    return told


def read_day(value: Any, name: str) -> str:
    """yyyy-mm-dd."""
    text = str(value)
    if not _DAY.fullmatch(text):
        raise refusals.invalid(name)
    try:
        datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise refusals.invalid(name) from None
    return text


def read_discount(value: Any, precision: int) -> Discount:
    """An amount ("12.50", 12.5) or a share ("10%", "10.00 %")."""
    share = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if share is None:
        return Discount(read_money(value, "discount", precision))
    if Decimal(share[1]) > 100:
        raise refusals.invalid("discount")
    return Discount(Decimal(share[1]), is_percent=True)


def read_money(value: Any, name: str, precision: int) -> Decimal:
    """A number that is not negative, rounded half up."""
    number = exact(read_number(value, name, precision))
    if number < 0:
        raise refusals.invalid(name)
    return number


def exact(number: Number) -> Decimal:
    """The number as it is written."""
    return Decimal(str(number))


def plain(amount: Decimal) -> Number:
    """An amount as JSON has it."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
