"""One item, and how a request body becomes changes of it.

Keys and limits: Zoho Inventory API, "Items"; `label_rate`, `brand`,
`manufacturer`, `category_id`, `package_details` and the order quantities are
seen live only. Keys that are not known here are ignored, as Zoho does.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.organisation import CustomField, Organisation

Number = int | float
#: Changes of an item by attribute name; names that `Item` lacks go to `more`.
Changes = dict[str, Any]

ITEM_TYPES = ("inventory", "sales", "purchases", "sales_and_purchases")
PRODUCT_TYPES = ("goods", "service")

TEXTS = {
    "name": 100,
    "sku": 100,
    "description": 2000,
    "purchase_description": 2000,
    "unit": 100,
    "brand": 100,
    "manufacturer": 100,
    "hsn_or_sac": 100,
    "isbn": 100,
    "part_number": 100,
    "category_id": 50,
    "vendor_id": 50,
}
MONEY = ("rate", "purchase_rate", "label_rate")
#: What makes the pieces of an item unlike each other: only the full item shows it, and only where it is set.
APART = ("track_serial_number", "track_batch_number", "is_combo_product")
FLAGS = ("is_taxable", "is_returnable", *APART)
CODES = ("upc", "ean")
QUANTITIES = ("reorder_level", "minimum_order_quantity", "maximum_order_quantity")
PACKAGE_NUMBERS = ("length", "width", "height", "weight")
PACKAGE_UNITS = ("weight_unit", "dimension_unit")
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?")
KINDS = ("item_type", "product_type", "track_inventory", "can_be_sold", "can_be_purchased")
STOCK = ("initial_stock", "initial_stock_rate", "locations")
OTHERS = ("tax_id", "package_details", "custom_fields")
#: Every key of a create body that has an effect.
KEYS = frozenset((*TEXTS, *MONEY, *FLAGS, *CODES, *QUANTITIES, *KINDS, *STOCK, *OTHERS))


@dataclass(slots=True)
class Item:
    """What Zoho keeps of an item. Amounts are rounded already; times are whole seconds since the epoch.

    `on_hand` is the book of bills and invoices, `physical` that of receives and
    shipments. Of confirmed orders, `committed` is not invoiced yet and `to_ship`
    not shipped.
    """

    id: str
    name: str
    created: int
    modified: int
    sku: str = ""
    description: str = ""
    purchase_description: str = ""
    unit: str = ""
    rate: Number = 0
    purchase_rate: Number = 0
    label_rate: Number = 0
    item_type: str = "sales_and_purchases"
    product_type: str = "goods"
    is_taxable: bool = True
    is_returnable: bool = True
    tax_id: str = ""
    status: str = "active"
    source: str = "api"
    on_hand: Number = 0
    physical: Number = 0
    committed: Number = 0
    to_ship: Number = 0
    #: Of what is on hand, what lies at each location.
    lying: dict[str, Number] = field(default_factory=dict)
    #: Whether an adjustment or an order names it.
    in_use: bool = False
    #: Keys that few items have, by their name on the wire.
    more: dict[str, Any] = field(default_factory=dict)
    #: Custom field id -> value.
    custom: dict[str, Any] = field(default_factory=dict)
    image: tuple[str, str, bytes] | None = None

    @property
    def tracked(self) -> bool:
        return self.item_type == "inventory"

    @property
    def sold(self) -> bool:
        return self.item_type != "purchases"

    @property
    def purchased(self) -> bool:
        return self.item_type != "sales"


ATTRIBUTES = frozenset(Item.__dataclass_fields__)


def read_changes(body: Mapping[str, Any], org: Organisation) -> Changes:
    """The changes a create or update body asks for, trimmed and rounded. Raises `Refusal`."""
    changes: Changes = {}
    for name, limit in TEXTS.items():
        if name in body:
            changes[name] = read_text(body[name], name, limit)
    for name in MONEY:
        if name in body:
            changes[name] = read_amount(body[name], name, org.rate_places)
    for name in QUANTITIES:
        if name in body:
            changes[name] = read_amount(body[name], name, org.quantity_precision)
    for name in FLAGS:
        if name in body:
            changes[name] = read_flag(body[name], name)
    for name in CODES:
        if name in body:
            changes[name] = _read_code(body[name], name)
    _read_kind(body, changes)
    _read_tax(body, changes, org)
    _read_package(body, changes)
    if "custom_fields" in body:
        changes["custom"] = read_custom_fields(body["custom_fields"], org)
    return changes


def read_opening_stock(body: Mapping[str, Any], org: Organisation) -> dict[str, Number]:
    """`initial_stock` by location: at the top it is for the primary one. Only a create call may bring it."""
    rows = body.get("locations")
    if not isinstance(rows, list):
        rows = [{"location_id": org.location_id, "initial_stock": body.get("initial_stock", 0)}]
    lying: dict[str, Number] = {}
    for row in rows:
        if not isinstance(row, dict) or not org.takes_stock(str(row.get("location_id", ""))):
            raise refusals.invalid("location_id")
        id = str(row["location_id"])
        stock = read_amount(row.get("initial_stock", 0), "initial_stock", org.quantity_precision)
        lying[id] = rounded(lying.get(id, 0) + stock, org.quantity_precision)
    return lying


def read_text(value: Any, name: str, limit: int) -> str:
    """Text, trimmed. Line ends come back as they were sent."""
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise refusals.invalid(name)
    text = str(value).strip()
    if len(text) > limit:
        raise refusals.too_long(name, limit)
    return text


def read_amount(value: Any, name: str, precision: int) -> Number:
    """A number that is not negative, rounded half up; "" and null are 0."""
    number = read_number(value, name, precision)
    if number < 0:
        raise refusals.invalid(name)
    return number


def read_number(value: Any, name: str, precision: int) -> Number:
    """A number, as such or as text ("12.50" but not "12,50"), rounded half up."""
    if value is None or value == "":
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refusals.invalid(name)
    if isinstance(value, int) and abs(value) < 10**15:
        return value
    if not _NUMBER.fullmatch(str(value)):
        raise refusals.invalid(name)
    number = Decimal(str(value))
    if abs(number) >= 10**15:
        raise refusals.invalid(name)
    return _plain(number, precision)


def rounded(value: Number, precision: int) -> Number:
    return value if isinstance(value, int) else _plain(Decimal(str(value)), precision)


def _plain(number: Decimal, precision: int) -> Number:
    exact = number.quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def read_flag(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise refusals.invalid(name)


def _read_code(value: Any, name: str) -> int | str:
    """A UPC (12 digits) or EAN, which Zoho keeps as a whole number."""
    if value in ("", None):
        return ""
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,14}", text) or (name == "upc" and len(text) != 12):
        raise refusals.invalid(name)
    return int(text)


def _read_kind(body: Mapping[str, Any], changes: Changes) -> None:
    """Item type and product type; `can_be_*` and `track_inventory` say the same in other words."""
    if "product_type" in body:
        changes["product_type"] = _read_choice(body["product_type"], "product_type", PRODUCT_TYPES)
    if "item_type" in body:
        changes["item_type"] = _read_choice(body["item_type"], "item_type", ITEM_TYPES)
        return
    if "track_inventory" in body and read_flag(body["track_inventory"], "track_inventory"):
        changes["item_type"] = "inventory"
    elif "can_be_sold" in body or "can_be_purchased" in body:
        sold = read_flag(body.get("can_be_sold", True), "can_be_sold")
        purchased = read_flag(body.get("can_be_purchased", True), "can_be_purchased")
        if not sold and not purchased:
            raise refusals.invalid("can_be_sold")
        kinds = {(True, True): "sales_and_purchases", (True, False): "sales", (False, True): "purchases"}
        changes["item_type"] = kinds[sold, purchased]


def _read_choice(value: Any, name: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise refusals.invalid(name)
    return str(value)


def _read_tax(body: Mapping[str, Any], changes: Changes, org: Organisation) -> None:
    """A tax must exist; an item that is not taxable carries none."""
    if "tax_id" in body:
        tax_id = read_text(body["tax_id"], "tax_id", 50)
        if tax_id and tax_id not in org.taxes:
            raise refusals.invalid("tax_id")
        changes["tax_id"] = tax_id
    if changes.get("is_taxable") is False:
        changes["tax_id"] = ""


def _read_package(body: Mapping[str, Any], changes: Changes) -> None:
    details = body.get("package_details")
    if details is None:
        return
    if not isinstance(details, dict):
        raise refusals.invalid("package_details")
    numbers = {name: read_amount(details[name], name, 3) for name in PACKAGE_NUMBERS if name in details}
    units = {name: read_text(details[name], name, 20) for name in PACKAGE_UNITS if name in details}
    changes["package_details"] = numbers | units


def read_custom_fields(rows: Any, org: Organisation) -> dict[str, Any]:
    """Custom field values by the id of the field, which a row names by id, label or `api_name`."""
    if not isinstance(rows, list):
        raise refusals.invalid("custom_fields")
    return dict(_read_custom_field(row, org) for row in rows)


def _read_custom_field(row: Any, org: Organisation) -> tuple[str, Any]:
    if not isinstance(row, dict):
        raise refusals.invalid("custom_fields")
    for key, of in _CUSTOM_FIELD_KEYS.items():
        if key not in row:
            continue
        found = next((known for known in org.custom_fields.values() if of(known) == str(row[key])), None)
        if found is None:
            raise refusals.invalid(key)
        value = row.get("value", "")
        if found.choices and value not in ("", *found.choices):
            raise refusals.invalid(found.label)
        return found.id, value
    raise refusals.invalid("customfield_id")


_CUSTOM_FIELD_KEYS: dict[str, Callable[[CustomField], str]] = {
    "customfield_id": lambda known: known.id,
    "api_name": lambda known: known.api_name,
    "label": lambda known: known.label,
}
