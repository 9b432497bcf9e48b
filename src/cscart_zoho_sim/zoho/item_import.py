"""Items -> More -> Import Items: a person uploads a file, maps its columns to fields, and imports.

Known from Zoho's help ("Importing Data"): .csv in UTF-8, fields are mapped by
hand and those of the same name by themselves, a preview tells which rows are
skipped and why, duplicates are skipped or overwritten. The names of the fields
are those that Zoho's exports and other programs' import files show; how a cell
is read is not documented, and strict here.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from cscart_zoho_sim.zoho.item import Item
from cscart_zoho_sim.zoho.items import Items
from cscart_zoho_sim.zoho.organisation import Organisation
from cscart_zoho_sim.zoho.refusals import Refusal
from cscart_zoho_sim.zoho.switches import Switches

Row = dict[str, str]
Body = dict[str, Any]

#: Fields whose cell is the value of a key of the API.
PLAIN = {
    "item name": "name",
    "sku": "sku",
    "sales description": "description",
    "selling price": "rate",
    "mrp": "label_rate",
    "unit": "unit",
    "purchase price": "purchase_rate",
    "purchase description": "purchase_description",
}
TYPES = {
    "inventory": "inventory",
    "sales": "sales",
    "purchases": "purchases",
    "sales and purchases": "sales_and_purchases",
}
WORDS = {"true": True, "false": False}
#: Fields that are read together with others, or one by one in their own way.
OTHERS = (
    *("taxable", "tax name", "tax percentage", "product type", "item type", "status"),
    *("opening stock", "opening stock rate per unit", "location name", "package weight", "weight unit"),
    *("sales account", "purchase account", "inventory account"),
)
FIELDS = frozenset((*PLAIN, *OTHERS))


class Unreadable(ValueError):
    """A cell, or a whole file, that Zoho cannot use."""


class ItemImport:
    """Imports into the items of one organisation."""

    def __init__(self, items: Items, org: Organisation, switches: Switches) -> None:
        self._items = items
        self._org = org
        self._switches = switches

    def run(self, content: bytes, mapping: Mapping[str, str], *, overwrite: bool) -> dict[str, Any]:
        """Import a file; `mapping` gives fields to headings that are not called like one. Raises `Unreadable`.

        Answers {"imported", "overwritten", "skipped": [{"row", "why"}], "unmapped": [headings]}.
        """
        headings, rows = self._read(content)
        fields = {heading: self._field(heading, mapping) for heading in headings}
        told: dict[str, Any] = {"imported": 0, "overwritten": 0, "skipped": []}
        told["unmapped"] = [heading for heading, field in fields.items() if not field]
        for number, row in rows:
            try:
                named = {fields[heading]: cell for heading, cell in row.items() if fields[heading] and cell}
                told[self._take(named, overwrite=overwrite)] += 1
            except (Refusal, Unreadable) as error:
                told["skipped"].append({"row": number, "why": str(error)})
        return told

    def _read(self, content: bytes) -> tuple[list[str], Iterator[tuple[int, Row]]]:
        if self._switches.import_bytes_max is not None and len(content) > self._switches.import_bytes_max:
            raise Unreadable("The file is too large.")
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Unreadable("The file is not in UTF-8.") from error
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        if not lines or len({*lines[0]}) < len(lines[0]):
            raise Unreadable("The file has no headings, or two of the same name.")
        if self._switches.import_rows_max is not None and len(lines) - 1 > self._switches.import_rows_max:
            raise Unreadable("The file has too many rows.")
        headings = lines[0]
        return headings, (
            (number, dict(zip(headings, line, strict=False))) for number, line in enumerate(lines[1:], start=2)
        )

    def _field(self, heading: str, mapping: Mapping[str, str]) -> str:
        """The field of a column; "" where nobody has mapped it."""
        name = mapping.get(heading, heading).casefold()
        custom = {f"cf.{known.label.casefold()}": known.id for known in self._org.custom_fields.values()}
        return name if name in FIELDS or name in custom else ""

    def _take(self, row: Row, *, overwrite: bool) -> str:
        """One row; what became of it."""
        body = {key: _text(row[field]) for field, key in PLAIN.items() if field in row}
        for read in (self._kind, self._tax, self._opening, _package, self._custom):
            body |= read(row)
        found = self._duplicate(body)
        if found is not None and not overwrite:
            raise Unreadable(f'Item "{found.name}" already exists.')
        inactive = row.get("status", "").casefold() == "inactive" and not self._switches.import_status_ignored
        if found is not None:
            self._items.update(found, body, "people")
            return "overwritten"
        made = self._items.create(body, "people")
        if inactive:
            self._items.set(made, {"status": "inactive"}, "people")
        return "imported"

    def _duplicate(self, body: Body) -> Item | None:
        by_sku = self._items.with_sku(str(body["sku"])) if body.get("sku") else []
        return next(iter([*by_sku, *self._items.named(str(body.get("name") or ""))]), None)

    def _kind(self, row: Row) -> Body:
        told: Body = {}
        if "product type" in row:
            told["product_type"] = row["product type"].casefold()
        if "item type" in row:
            told["item_type"] = _one_of(row["item type"], TYPES, "Item Type")
        if "taxable" in row:
            told["is_taxable"] = _one_of(row["taxable"], WORDS, "Taxable")
        self._check_accounts(row)
        return told

    def _check_accounts(self, row: Row) -> None:
        known = {"sales account": "sales", "purchase account": "cost of goods sold"}
        for field, name in {**known, "inventory account": "inventory asset"}.items():
            if row.get(field, name).casefold() != name:
                raise Unreadable(f'There is no account "{row[field]}".')

    def _tax(self, row: Row) -> Body:
        name = row.get("tax name")
        if not name:
            return {}
        percent = float(row["tax percentage"]) if "tax percentage" in row else None
        for tax in self._org.taxes.values():
            if tax.name == name and percent in (None, float(tax.percentage)):
                return {"tax_id": tax.id}
        raise Unreadable(f'There is no tax "{name}".')

    def _opening(self, row: Row) -> Body:
        """The opening stock, at the location that the row names."""
        opening = {"initial_stock": row.get("opening stock", "0"), "initial_stock_rate": "0"}
        if "opening stock rate per unit" in row:
            opening["initial_stock_rate"] = row["opening stock rate per unit"]
        if "location name" not in row:
            return opening
        return {"locations": [{"location_id": self._location(row["location name"]), **opening}]}

    def _location(self, name: str) -> str:
        """The id of the location of this name; without locations there is one, of no name."""
        known = {each.name: each.id for each in self._org.locations.values() if each.status == "active"}
        if not self._switches.locations_enabled:
            known = {"": self._org.location_id}
        if name not in known:
            raise Unreadable(f'There is no location "{name}".')
        return known[name]

    def _custom(self, row: Row) -> Body:
        rows = [
            {"customfield_id": known.id, "value": row[f"cf.{known.label.casefold()}"]}
            for known in self._org.custom_fields.values()
            if f"cf.{known.label.casefold()}" in row
        ]
        return {"custom_fields": rows} if rows else {}


def _text(cell: str) -> str:
    return cell.replace("\r\n", "\n")


def _package(row: Row) -> Body:
    told = {"weight": row.get("package weight"), "weight_unit": row.get("weight unit")}
    return {"package_details": {name: value for name, value in told.items() if value}} if told["weight"] else {}


def _one_of(cell: str, known: Mapping[str, Any], field: str) -> Any:
    if cell.casefold() not in known:
        raise Unreadable(f'"{cell}" is no {field}.')
    return known[cell.casefold()]


__all__ = ["FIELDS", "ItemImport", "Unreadable"]
