"""Between Zoho's items and records. Pure.

Zoho shows an item in two ways. A list row lacks the list price, whether the item
is taxable, and the figures "for sale"; a record made from it is partial if one of
those is synced. Its etag is the same as that of the full item, as long as the
item stays as it is.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import msgspec

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping import text
from cscart_zoho.mapping.choices import ZOHO_LIST_PRICE, Owner, ProductChoices, StockOwner
from cscart_zoho.records import ACTIVE, GOODS, INACTIVE, SERVICE, STOCK_APART, STOCK_HIDDEN, Record, Side, Value, Values
from cscart_zoho.zoho.wire import Item

#: The figure for sale in each of the two books (Zoho Inventory API: Items).
STOCK_KEYS = {"available": "actual_available_for_sale_stock", "accounting": "available_for_sale_stock"}
#: Where an organisation has never shown that: what lies there, promised or not.
ON_HAND_KEYS = {"available": "actual_available_stock", "accounting": "stock_on_hand"}

#: What both a list row and a full item show. Two edits within one second differ in it, time stamps do not.
_SHOWN_BY_BOTH = (
    *("name", "sku", "status", "rate", "tax_id", "item_type", "product_type"),
    *("last_modified_time", "stock_on_hand", "actual_available_stock"),
)
_GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "lb": Decimal("453.59237"), "oz": Decimal("28.349523125")}
#: Zoho keeps three decimals of a weight.
_WEIGHT = Decimal("0.001")
#: Items whose pieces are not all alike (Zoho Inventory API: Composite Items), and what is said of their stock.
_APART = {
    "track_serial_number": "Zoho keeps its pieces by serial numbers, which the store does not know",
    "track_batch_number": "Zoho keeps its pieces by batches, which the store does not know",
    "is_combo_product": "Zoho puts it together from other items",
}
_TYPES = {True: "inventory", False: "sales_and_purchases"}


@dataclass(frozen=True)
class ItemMapper:
    """Reads and writes items the way the merchant wants it.

    `organisation` holds what was read of it: `locations` and `custom_fields` are used.
    """

    choices: ProductChoices
    organisation: Mapping[str, Any]

    # Zoho -> record

    def record(self, item: Item, figure: str = "", hidden: str = "") -> Record:
        """A record with every value the item tells; what cannot be read is said in `notes["problem"]`.

        `figure` is the one that stock rests on, "" where the organisation has not shown any yet; `hidden` what is to be
        said of a full item without it.
        """
        sku = _line(item.get("sku"))
        values: dict[str, Value] = {
            "sku": sku,
            "name": text.line(item.get("name")),
            "status": INACTIVE if item.get("status") == "inactive" else ACTIVE,
            "kind": SERVICE if item.get("product_type") == "service" else GOODS,
            "tracked": is_tracked(item),
            "unit": text.line(item.get("unit")),
        }
        if "description" in item:
            values["full_description"] = text.comparable(str(item["description"] or ""))
        if "is_taxable" in item:
            values["taxable"] = bool(item["is_taxable"])
        if "tax_id" in item:
            values["tax"] = str(item["tax_id"] or "")
        problems = self._fill_numbers(values, item)
        stock, apart = self._stock(item, figure), _apart(item)
        if apart:
            values[STOCK_APART] = apart
        elif stock is not None:
            values["stock"] = stock
        elif hidden and is_tracked(item) and _is_full(item):
            values[STOCK_HIDDEN] = hidden
        self._fill_short_description(values, item)
        return Record(
            side=Side.ZOHO,
            id=str(item.get("item_id", "")),
            key=sku,
            values=values,
            etag=_etag(item),
            modified_at=moment(item.get("last_modified_time")),
            partial=not self._complete(item, figure),
            notes={"problem": " ".join(problems)} if problems else {},
        )

    def _fill_numbers(self, values: dict[str, Value], item: Item) -> list[str]:
        told = {"price": item.get("rate", ""), "list_price": self._list_price(item), "weight": self._weight(item)}
        problems = []
        for name, shown in told.items():
            if shown is None:
                continue
            number = _number(shown)
            if number is None or (name == "price" and shown == ""):
                problems.append(f'Its {name.replace("_", " ")} in Zoho, "{shown}", is no number. Correct it there.')
            else:
                values[name] = number
        return problems

    def _list_price(self, item: Item) -> object:
        """None when this view of the item does not show it."""
        field = self.choices.list_price_field
        if field in ("", ZOHO_LIST_PRICE):
            return item.get(ZOHO_LIST_PRICE)
        return _custom(item, field)

    def _weight(self, item: Item) -> object:
        """In the merchant's unit; None when this view does not show it. In list rows it lies flat."""
        package = item if "weight" in item else item.get("package_details")
        if not isinstance(package, Mapping):
            return None
        weight, unit = _number(package.get("weight", "")), str(package.get("weight_unit") or "")
        if weight is None or unit == self.choices.weight_unit or not {unit, self.choices.weight_unit} <= _GRAMS.keys():
            return package.get("weight", "")
        return (weight * _GRAMS[unit] / _GRAMS[self.choices.weight_unit]).quantize(_WEIGHT)

    def shown_figure(self, item: Item) -> str:
        """The best figure that an item shows in the merchant's book; "" where it shows none."""
        book = self.choices.stock_book
        keys = (STOCK_KEYS[book], ON_HAND_KEYS[book]) if _is_full(item) else (STOCK_KEYS[book],)
        return next((key for key in keys if item.get(key) is not None), "") if is_tracked(item) else ""

    def _stock(self, item: Item, figure: str) -> int | None:
        """Whole units for sale in the merchant's book. A part of a unit cannot be sold in a store.

        Only the figure that stock rests on counts: another one would sell again what is promised already.
        """
        if not is_tracked(item):
            return None
        told = item.get(figure or self.shown_figure(item))
        number = _number(told) if told is not None else None
        return int(number.to_integral_value(ROUND_FLOOR)) if number is not None else None

    def _fill_short_description(self, values: dict[str, Value], item: Item) -> None:
        field = self.choices.short_description_field
        told = _custom(item, field) if field else None
        if told is not None:
            values["short_description"] = text.comparable(str(told))

    def _complete(self, item: Item, figure: str) -> bool:
        """Whether this view of the item shows every value that is synced."""
        choices = self.choices
        if _is_full(item):
            return True
        needs_stock = is_tracked(item) and choices.stock_owner is not StockOwner.NOBODY
        return not (
            "description" not in item
            or (choices.owner("taxable") is not Owner.NOBODY and "is_taxable" not in item)
            or (needs_stock and (figure or STOCK_KEYS[choices.stock_book]) not in item)
            or (choices.list_price_field == ZOHO_LIST_PRICE and ZOHO_LIST_PRICE not in item)
            or (choices.owner("weight") is not Owner.NOBODY and "weight" not in item)
        )

    # Record -> Zoho

    def creation(self, values: Values) -> dict[str, Any]:
        """The body that makes an item. Raises `Unfit`.

        An item is active at first; its status is another call.
        """
        service = values.get("kind") == SERVICE
        tracked = not service and values.get("tracked") is not False
        body: dict[str, Any] = {
            **self.change(values),
            "product_type": "service" if service else "goods",
            "item_type": _TYPES[tracked],
            "unit": str(values.get("unit") or self.choices.unit),
        }
        accounts = {
            "account_id": self.choices.sales_account_id,
            "purchase_account_id": self.choices.purchase_account_id,
            "inventory_account_id": self.choices.inventory_account_id if tracked else "",
        }
        stock = values.get("stock")
        if tracked and isinstance(stock, int) and stock > 0:
            body |= self._opening_stock(stock)
        return {**body, **{name: id for name, id in accounts.items() if id}}

    def _opening_stock(self, stock: int) -> dict[str, Any]:
        """At the primary location where the organisation has locations, else at the top.

        How an older organisation takes stock for a warehouse is not described; at the top it is for the primary one.
        The store knows no cost price, so the opening stock has no value until the merchant gives it one.
        """
        opening = {"initial_stock": stock, "initial_stock_rate": 0}
        location = self._primary_location()
        return {"locations": [{"location_id": location, **opening}]} if location else opening

    def _primary_location(self) -> str:
        """The id of the location that is marked as primary, else of the first one; "" without locations."""
        told: Sequence[Mapping[str, Any]] = self.organisation.get("locations") or []
        locations = [each for each in told if each.get("kind") != "warehouse"]
        primary = [each for each in locations if each.get("primary")]
        return str(next(iter([*primary, *locations]), {}).get("id") or "")

    def change(self, values: Values, before: Item | None = None) -> dict[str, Any]:
        """The body that changes only these values, status and stock aside. Raises `Unfit`.

        `before` is the item as it is: Zoho takes package details as a whole.
        """
        body: dict[str, Any] = {}
        if "sku" in values:
            body["sku"] = str(values["sku"] or "")
        if "name" in values:
            body["name"] = str(values["name"] or "")
        if "price" in values:
            body["rate"] = _json_number("price", values["price"])
        if "full_description" in values:
            body["description"] = _description(values["full_description"])
        if values.get("taxable") is not None:
            body["is_taxable"] = values["taxable"]
        if "tax" in values and values.get("taxable") is not False:
            body["tax_id"] = str(values["tax"] or "")
        if "weight" in values:
            body["package_details"] = self._package(values["weight"], before)
        return body | self._custom_values(values)

    def _package(self, weight: Value, before: Item | None) -> dict[str, Any]:
        kept = (before or {}).get("package_details")
        package = {name: _plain_number(value) for name, value in kept.items() if value != ""} if kept else {}
        return {**package, "weight": _json_number("weight", weight), "weight_unit": self.choices.weight_unit}

    def _custom_values(self, values: Values) -> dict[str, Any]:
        custom: list[dict[str, Any]] = []
        body: dict[str, Any] = {}
        field = self.choices.list_price_field
        if "list_price" in values and field == ZOHO_LIST_PRICE:
            body[ZOHO_LIST_PRICE] = _json_number("list_price", values["list_price"])
        elif "list_price" in values and field:
            custom.append({"api_name": field, "value": str(_json_number("list_price", values["list_price"]))})
        if "short_description" in values and self.choices.short_description_field:
            told = str(values["short_description"] or "")
            custom.append({"api_name": self.choices.short_description_field, "value": told})
        return {**body, "custom_fields": custom} if custom else body


def moment(told: object) -> datetime | None:
    """`2024-11-28T14:52:55+0530` in UTC."""
    try:
        read = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else None


def day(told: object) -> date | None:
    """`2024-11-28`."""
    try:
        return date.fromisoformat(str(told))
    except ValueError:
        return None


def _etag(item: Item) -> str:
    shown = {name: _same(item.get(name)) for name in _SHOWN_BY_BOTH}
    return hashlib.sha256(msgspec.json.encode(shown, order="sorted")).hexdigest()[:16]


def _same(value: object) -> str:
    """5, 5.0 and "5" are one; so are nothing and ""."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value)
    number = _number(value) if value != "" else None
    return str(value) if number is None else str(number.normalize())


def _is_full(item: Item) -> bool:
    """Whether this is the full item: its custom fields are a list there, and lie flat in list rows."""
    return "custom_field_hash" in item or "package_details" in item


def is_tracked(item: Item) -> bool:
    return item.get("item_type") == "inventory" or item.get("track_inventory") is True


def _apart(item: Item) -> str:
    """Why the stock of an item is not moved, or nothing."""
    why = next((words for key, words in _APART.items() if item.get(key) is True), "")
    return f"{why}, so its stock is not kept in step. Count it by hand on both sides." if why else ""


def _custom(item: Item, field: str) -> object:
    """The value of a custom field, without currency signs; "" when it has none."""
    rows, flat = item.get("custom_fields"), item.get("custom_field_hash")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping) and row.get("api_name") == field:
            return row.get("value", "")
    shown = {**item, **flat} if isinstance(flat, Mapping) else item
    return shown.get(f"{field}_unformatted", shown.get(field, ""))


def _line(told: object) -> str:
    return "" if told is None else " ".join(str(told).split())


def _number(told: object) -> Decimal | None:
    if told is None or told == "":
        return Decimal(0)
    if isinstance(told, bool):
        return None
    try:
        number = Decimal(str(told))
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def _json_number(field: str, value: Value) -> int | float:
    """A number as Zoho's JSON wants it. Money of twelve digits is exact as a float."""
    number = Decimal(0) if value is None else value
    if not isinstance(number, Decimal) or not number.is_finite() or number < 0 or number >= Decimal(10**10):
        raise Unfit(f'Zoho cannot keep "{value}" as {field.replace("_", " ")}.', field=field)
    return int(number) if number == number.to_integral_value() else float(number)


def _plain_number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _description(value: Value) -> str:
    told = str(value or "")
    if len(told) > text.DESCRIPTION_LIMIT:
        raise Unfit(
            f"The description has {len(told)} characters; Zoho takes {text.DESCRIPTION_LIMIT}.",
            field="full_description",
        )
    return told
