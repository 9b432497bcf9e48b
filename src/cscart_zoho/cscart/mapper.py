"""Between CS-Cart's products and records. Pure.

Nothing here trusts the store to refuse what it cannot keep: it answers 200 and
stores something else (seen on a running 4.20 store), so a value that it would
damage raises `Unfit` before it is sent.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from cscart_zoho.cscart.signs import PRODUCT_TEXTS, keeps_all
from cscart_zoho.cscart.wire import ProductRow
from cscart_zoho.errors import Unfit
from cscart_zoho.mapping import text
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.mapping.product_map import NAME_LIMIT, PRICE_PLACES, SKU_LIMIT, WEIGHT_PLACES
from cscart_zoho.records import ACTIVE, GOODS, INACTIVE, SERVICE, Record, Side, Value, Values

#: `amount` is a signed mediumint; what lies beyond is clamped.
AMOUNT_LIMIT = 8_388_607

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?")
_TEXTS = ("full_description", "short_description")


@dataclass(frozen=True)
class ProductMapper:
    """Reads and writes products the way the merchant and the store want it.

    `capabilities` are those the probe found: `company_id`, `category_id` and `taxes` are used.
    """

    choices: ProductChoices
    capabilities: Mapping[str, Any]

    # Store -> record

    def record(self, row: ProductRow) -> Record:
        """A record with every value the row tells; a row of a list without texts is partial.

        A value that cannot be read is left out, and `notes["problem"]` says so.
        """
        values: dict[str, Value] = {}
        problems = [problem for problem in (self._fill(values, row), self._fill_numbers(values, row)) if problem]
        etag = _etag(row, values)
        told = {name: getattr(row, name) for name in _TEXTS}
        values |= {name: _plain(text) for name, text in told.items() if text is not msgspec.UNSET}
        return Record(
            side=Side.CSCART,
            id=str(row.product_id),
            key=str(values["sku"]),
            values=values,
            etag=etag,
            modified_at=_moment(row.updated_timestamp) or _moment(row.timestamp),
            partial=msgspec.UNSET in told.values(),
            notes={"problem": " ".join(problems)} if problems else {},
        )

    def lean(self, row: ProductRow) -> Record:
        """Only what moves often, and stock, which moves without a trace."""
        values: dict[str, Value] = {}
        sku = _line(row.product_code)
        self._fill_stock(values, row)
        self._fill_price(values, row)
        values["status"] = self._status(row)
        return Record(Side.CSCART, str(row.product_id), sku, {"sku": sku, **values}, partial=True)

    def _fill(self, values: dict[str, Value], row: ProductRow) -> str:
        values["sku"] = _line(row.product_code)
        values["name"] = text.line(row.product)
        values["status"] = self._status(row)
        values["kind"] = self._kind(row)
        values["tracked"] = self._tracked(row)
        self._fill_tax(values, row)
        return self._fill_stock(values, row)

    def _fill_numbers(self, values: dict[str, Value], row: ProductRow) -> str:
        problems = [self._fill_price(values, row)]
        for name, told in (("list_price", row.list_price), ("weight", row.weight)):
            number = _number(told)
            if number is None:
                problems.append(f'Its {name.replace("_", " ")} in the store, "{_line(told)}", is no number.')
            else:
                values[name] = number
        return " ".join(problem for problem in problems if problem)

    def _fill_price(self, values: dict[str, Value], row: ProductRow) -> str:
        """The price without promotions, which `price` may have taken off already."""
        told = row.price if row.base_price is None else row.base_price
        price = _number(told)
        if price is None or told is None or told == "":
            return f'Its price in the store, "{_line(told)}", is no number. Correct it there ("1.50", not "1,50").'
        values["price"] = price
        return ""

    def _fill_stock(self, values: dict[str, Value], row: ProductRow) -> str:
        """Whole units; nothing for a product whose stock is not tracked."""
        if not self._tracked(row):
            return ""
        amount = _number(row.amount)
        if amount is None or amount != amount.to_integral_value():
            return f'Its amount in the store, "{_line(row.amount)}", is no whole number.'
        values["stock"] = int(amount)
        return ""

    def _fill_tax(self, values: dict[str, Value], row: ProductRow) -> None:
        """A product without a tax is not taxable - in a store that has taxes at all."""
        taxes = _ids(row.tax_ids)
        values["tax"] = taxes[0] if taxes else ""
        if taxes or self.default_tax or self.capabilities.get("taxes"):
            values["taxable"] = bool(taxes)

    def _status(self, row: ProductRow) -> str:
        status = str(row.status)
        return ACTIVE if status == "A" or (status == "H" and self.choices.hidden_is_active) else INACTIVE

    def _kind(self, row: ProductRow) -> str:
        return SERVICE if row.is_edp == "Y" and self.choices.downloadable_is_service else GOODS

    def _tracked(self, row: ProductRow) -> bool:
        """Tracking D is "do not track"; services have no stock in Zoho."""
        return row.tracking != "D" and self._kind(row) == GOODS

    # Record -> store

    @property
    def _keeps_all(self) -> bool:
        return keeps_all(self.capabilities, PRODUCT_TEXTS)

    @property
    def default_tax(self) -> str:
        """The tax of a taxable Zoho item: the merchant's choice, else the only tax there is."""
        if self.choices.default_tax_id:
            return self.choices.default_tax_id
        taxes = self.capabilities.get("taxes") or []
        only = taxes[0] if isinstance(taxes, list) and len(taxes) == 1 else {}
        return str(only.get("tax_id") or only.get("id") or "") if isinstance(only, Mapping) else ""

    def creation(self, values: Values) -> dict[str, Any]:
        """The body that makes a product. Raises `Unfit`."""
        body = self.change(values)
        if values.get("status") != INACTIVE:
            body["status"] = self.choices.new_product_status
        if values.get("tracked") is not None:
            body["tracking"] = "B" if values["tracked"] else "D"
        if values.get("kind") == SERVICE:
            body["is_edp"] = "Y"
        category = self.choices.category_id or str(self.capabilities.get("category_id") or "")
        if category:
            body |= {"category_ids": [category], "main_category": category}
        company = self.choices.company_id or str(self.capabilities.get("company_id") or "")
        if company:
            body["company_id"] = company
        return body

    def change(self, values: Values) -> dict[str, Any]:
        """The body that changes only these values. Raises `Unfit` for what the store would damage."""
        body: dict[str, Any] = {}
        if "sku" in values:
            body["product_code"] = _code(values["sku"], self._keeps_all)
        if "name" in values:
            body["product"] = _name(values["name"], self._keeps_all)
        for name in ("price", "list_price", "weight"):
            if name in values:
                places = WEIGHT_PLACES if name == "weight" else PRICE_PLACES
                body[name] = _amount(name, values[name], places)
        if "status" in values:
            body["status"] = "A" if values["status"] == ACTIVE else "D"
        if "stock" in values:
            body["amount"] = _stock(values["stock"])
        for name in _TEXTS:
            if name in values:
                body[name] = text.to_html(str(values[name] or ""))
        return body | self._taxes(values)

    def _taxes(self, values: Values) -> dict[str, Any]:
        """The set of taxes is replaced. A product has one tax for us: the first."""
        if values.get("taxable") is False:
            return {"tax_ids": []}
        if values.get("tax"):
            return {"tax_ids": [str(values["tax"])]}
        if values.get("taxable") is True:
            return self._default_taxes()
        return {"tax_ids": []} if "tax" in values and "taxable" not in values else {}

    def _default_taxes(self) -> dict[str, Any]:
        if self.default_tax:
            return {"tax_ids": [self.default_tax]}
        if self.capabilities.get("taxes"):
            raise Unfit(
                "It is taxable in Zoho, and the store has several taxes.",
                field="taxable",
                advice="Open Settings and choose the store tax for taxable Zoho items.",
            )
        return {}


def _etag(row: ProductRow, values: Values) -> str:
    """The same for a list row and a single read of an unchanged product. Stock is told by every list."""
    told = {name: str(value) for name, value in values.items() if name != "stock"}
    told["updated"] = str(row.updated_timestamp)
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()[:16]


def _line(told: object) -> str:
    return "" if told is None else " ".join(str(told).split())


def _plain(told: object) -> str:
    """Canonical plain text; a text that was never written is null."""
    return text.comparable(text.from_html(told)) if isinstance(told, str) else ""


def _number(told: object) -> Decimal | None:
    """A number in its shortest form, nothing as 0, or None for what is no number ("1,50")."""
    if told is None or told == "":
        return Decimal(0)
    if isinstance(told, bool) or not _NUMBER.fullmatch(str(told)):
        return None
    return _shortest(Decimal(str(told)))


def _shortest(number: Decimal) -> Decimal:
    """Without the noughts of "12.50000000", but with two places at least, as money is written."""
    short = number.normalize()
    exponent = short.as_tuple().exponent
    return short if isinstance(exponent, int) and exponent < -2 else number.quantize(Decimal("0.01"))


def _ids(told: object) -> list[str]:
    parts = told if isinstance(told, list) else str(told or "").split(",")
    return [str(part) for part in parts if str(part).strip() not in ("", "0")]


def _moment(told: object) -> datetime | None:
    seconds = int(str(told)) if str(told).isdecimal() else 0
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 2**33 else None


def _whole_text(field: str, value: Value, limit: int, keeps_all: bool) -> str:
    """Text that the store keeps as it is."""
    told = str(value or "")
    if len(told) > limit:
        raise Unfit(f"The {field} has {len(told)} characters; CS-Cart would cut it at {limit}.", field=field)
    if text.damaged_by_store(told) and not keeps_all:
        raise Unfit(f'CS-Cart would store the emoji in the {field} "{told}" as question marks.', field=field)
    return told


def _name(value: Value, keeps_all: bool) -> str:
    name = _whole_text("name", value, NAME_LIMIT[Side.CSCART], keeps_all)
    if not name:
        raise Unfit("The product has no name.", field="name", advice="Give it a name and sync again.")
    return name


def _code(value: Value, keeps_all: bool) -> str:
    """CS-Cart strips tags from product codes, and takes "A<5" for the beginning of one."""
    sku = _whole_text("sku", value, SKU_LIMIT[Side.CSCART], keeps_all)
    if "<" in sku:
        raise Unfit(f'CS-Cart would cut the SKU "{sku}" at the sign "<".', field="sku")
    return sku


def _amount(field: str, value: Value, places: int) -> str:
    """A number as CS-Cart reads it, or "0"; it drops the sign of a negative price."""
    number = Decimal(0) if value is None else value
    if not isinstance(number, Decimal) or not number.is_finite() or number < 0 or number >= Decimal(10**9):
        raise Unfit(f'CS-Cart cannot keep "{value}" as {field.replace("_", " ")}.', field=field)
    kept = number.quantize(Decimal(1).scaleb(-places))
    if kept != number:
        raise Unfit(f"CS-Cart would keep {kept} of {field.replace('_', ' ')} {number}.", field=field)
    return str(kept)


def _stock(value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > AMOUNT_LIMIT:
        raise Unfit(f'CS-Cart cannot keep "{value}" as an amount; {AMOUNT_LIMIT} is the most.', field="stock")
    return value
