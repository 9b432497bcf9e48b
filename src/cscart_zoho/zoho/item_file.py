"""Items as rows of the file that Zoho Inventory imports. Pure.

A row says what the call that makes an item would say. Headings are those that
Zoho's own exports and other programs' import files have (seen in several of
them, none of it in Zoho's documentation): columns whose heading is the name of
a field are mapped by themselves, and the person who imports sees all of them.

Text that a spreadsheet would take for a formula never stands at the beginning
of a cell. A quote in front of it would become part of the name in Zoho, and an
item with another SKU would not be found again: such a product is left to a call
of its own. Only a description gets a space in front; spaces at the ends of a
text mean nothing on either side.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.choices import ZOHO_LIST_PRICE, ProductChoices

#: What opens a formula when a file is looked at in a spreadsheet, or hides what does.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\x00")

#: Key of a creation's body -> heading. "Opening Stock Value" is left alone: whether it means one piece or all of them
#: is not established, and Zoho's help calls the field for one piece by the name used here.
HEADINGS: Mapping[str, str] = {
    "name": "Item Name",
    "sku": "SKU",
    "description": "Sales Description",
    "rate": "Selling Price",
    ZOHO_LIST_PRICE: "MRP",
    "is_taxable": "Taxable",
    "tax_name": "Tax Name",
    "tax_percentage": "Tax Percentage",
    "product_type": "Product Type",
    "item_type": "Item Type",
    "unit": "Unit",
    "initial_stock": "Opening Stock",
    "initial_stock_rate": "Opening Stock Rate per Unit",
    "location_name": "Location Name",
    "weight": "Package Weight",
    "weight_unit": "Weight Unit",
    "status": "Status",
    "account_id": "Sales Account",
    "purchase_account_id": "Purchase Account",
    "inventory_account_id": "Inventory Account",
}
_ITEM_TYPES = {"inventory": "Inventory", "sales_and_purchases": "Sales and Purchases"}
ACCOUNTS = ("account_id", "purchase_account_id", "inventory_account_id")


@dataclass(frozen=True)
class ItemSheet:
    """The columns of one file, and what the ids of an organisation are called: a file has names in their place.

    `organisation` is what was read of it (`taxes`, `locations`), `accounts` the names of accounts by their ids.
    """

    choices: ProductChoices
    organisation: Mapping[str, Any]
    accounts: Mapping[str, str]

    @property
    def header(self) -> tuple[str, ...]:
        """The headings, in order."""
        left_out = {ZOHO_LIST_PRICE} - {self.choices.list_price_field}
        left_out |= {"location_name"} if not self.organisation.get("locations") else set()
        left_out |= {name for name in ACCOUNTS if not self._account(name)}
        return (*(text for name, text in HEADINGS.items() if name not in left_out), *self._custom_headings())

    @property
    def nameless(self) -> tuple[str, ...]:
        """Headings of accounts that the merchant has chosen and whose names are not known: Zoho's own count then."""
        return tuple(HEADINGS[name] for name in ACCOUNTS if self._chosen(name) and not self._account(name))

    def row(self, body: Mapping[str, Any], *, active: bool) -> dict[str, str]:
        """The cells of one item by heading, from the body that would make it. Raises `Unfit`."""
        told = {name: body[name] for name in HEADINGS if name in body and name not in ACCOUNTS}
        told |= self._tax(body) | _package(body) | self._opening(body)
        told |= {name: self._account(name) for name in ACCOUNTS if name in body}
        told |= {"item_type": _ITEM_TYPES[str(body["item_type"])], "status": "Active" if active else "Inactive"}
        cells = {HEADINGS[name]: _cell(name, value) for name, value in told.items()}
        for each in body.get("custom_fields") or []:
            cells[_custom_heading(str(each["api_name"]))] = _cell("custom", each["value"])
        return {heading: cells.get(heading, "") for heading in self.header}

    def _tax(self, body: Mapping[str, Any]) -> dict[str, str]:
        id = str(body.get("tax_id") or "")
        if not id:
            return {}
        found = next((tax for tax in self.organisation.get("taxes") or [] if str(tax.get("id")) == id), None)
        if found is None:
            raise Unfit(
                f"Zoho's tax {id} is not known by its name, which a file needs.",
                field="tax",
                advice="Connect Zoho again, so that its taxes are read, and look at the taxes in Settings.",
            )
        return {"tax_name": str(found.get("name") or ""), "tax_percentage": str(found.get("percentage") or "")}

    def _opening(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The opening stock, which stands in the one place that it is meant for."""
        opening = (body.get("locations") or [{}])[0]
        kept = {name: opening[name] for name in ("initial_stock", "initial_stock_rate") if name in opening}
        id = str(opening.get("location_id") or "")
        names = {str(each.get("id")): str(each.get("name")) for each in self.organisation.get("locations") or []}
        return {**kept, "location_name": names.get(id, "")} if id else kept

    def _chosen(self, name: str) -> str:
        chosen = {
            "account_id": self.choices.sales_account_id,
            "purchase_account_id": self.choices.purchase_account_id,
            "inventory_account_id": self.choices.inventory_account_id,
        }
        return chosen[name]

    def _account(self, name: str) -> str:
        return self.accounts.get(self._chosen(name), "")

    def _custom_headings(self) -> Iterator[str]:
        fields = (self.choices.list_price_field, self.choices.short_description_field)
        return (_custom_heading(field) for field in fields if field not in ("", ZOHO_LIST_PRICE))


def _custom_heading(api_name: str) -> str:
    """Exports call custom fields by "CF." and their label; only the API name is known here."""
    return f"CF.{api_name}"


def _package(body: Mapping[str, Any]) -> dict[str, Any]:
    package = body.get("package_details") or {}
    return {name: package[name] for name in ("weight", "weight_unit") if name in package}


def _cell(name: str, value: object) -> str:
    """One value as text. Raises `Unfit` for what a file cannot carry without changing it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return format(Decimal(str(value)), "f")
    text = str(value)
    if "\x00" in text:
        raise _unfit(name, "has a character that no file can carry")
    if not text.startswith(FORMULA):
        return text
    if name == "description":
        return f" {text}"
    raise _unfit(name, "begins like a formula of a spreadsheet")


def _unfit(name: str, why: str) -> Unfit:
    what = HEADINGS.get(name, "A custom field").lower()
    return Unfit(f"Its {what.removeprefix('a ')} {why}.", field=name, advice="A run makes it by a call of its own.")


def line(cells: Iterable[str]) -> bytes:
    """One line of a file: UTF-8, commas, quotes where they are needed (RFC 4180)."""
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue().encode()


@dataclass
class Parts:
    """Where one file ends and the next one begins: so many rows, so many bytes."""

    rows: int
    limit_bytes: int
    header: bytes
    number: int = 0
    _rows: int = 0
    _bytes: int = 0

    def place(self, row: bytes) -> bool:
        """Count a row in; whether it is the first one of another file."""
        begins = self.number == 0 or self._rows >= self.rows or self._bytes + len(row) > self.limit_bytes
        if begins:
            self.number, self._rows, self._bytes = self.number + 1, 0, len(self.header)
        self._rows += 1
        self._bytes += len(row)
        return begins
