"""How rows of `line_items` become lines of a sales order.

What is open about them is a switch: lines without an item, inactive items,
whose tax a line gets that names none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.item import Item, read_text
from cscart_zoho_sim.zoho.items import Items
from cscart_zoho_sim.zoho.order_money import NO_DISCOUNT, Levy, PricedLine
from cscart_zoho_sim.zoho.organisation import Currency, Organisation
from cscart_zoho_sim.zoho.salesorder import LINE_TEXTS, OrderLine, exact, read_discount, read_money
from cscart_zoho_sim.zoho.switches import Switches

Row = Mapping[str, Any]


@dataclass
class Lines:
    """Reads lines for one organisation."""

    org: Organisation
    items: Items
    switches: Switches

    def read(self, rows: Any, known: tuple[OrderLine, ...], currency: Currency) -> tuple[OrderLine, ...]:
        """The lines that take the place of the known ones. Raises `Refusal`.

        A row with a `line_item_id` changes that line; keys that it does not name
        stay. Lines that no row names are gone, unless they were shipped or invoiced.
        """
        if not isinstance(rows, list) or not rows:
            raise refusals.invalid("line_items")
        by_id = {line.id: line for line in known}
        lines = tuple(self._read(row, by_id, currency) for row in rows)
        kept = {line.id for line in lines}
        if len(kept) < len(lines) or any(line.id not in kept and (line.shipped or line.invoiced) for line in known):
            raise refusals.invalid("line_items")
        return lines

    def priced(self, line: OrderLine, *, with_discount: bool) -> PricedLine:
        """The line as its money is computed."""
        discount = line.discount if with_discount else NO_DISCOUNT
        return PricedLine(line.rate, line.quantity, discount, self.levies(line.tax_id))

    def levies(self, tax_id: str) -> tuple[Levy, ...]:
        """What is reckoned for a tax: the taxes of a group, or itself; nothing where there is none."""
        tax = self.org.taxes.get(tax_id)
        parts = () if tax is None else tax.parts or (tax,)
        return tuple(Levy(part.id, part.name, exact(part.percentage), part.compound) for part in parts)

    def check_tax(self, tax_id: str, name: str) -> None:
        """Raises `Refusal` for a tax that the organisation does not have."""
        if tax_id and tax_id not in self.org.taxes:
            raise refusals.invalid(name)

    def _read(self, row: Any, known: Mapping[str, OrderLine], currency: Currency) -> OrderLine:
        if not isinstance(row, dict):
            raise refusals.invalid("line_items")
        id = str(row.get("line_item_id") or "")
        if id and id not in known:
            raise refusals.invalid("line_item_id")
        before = known.get(id)
        item_id = str(row.get("item_id") or (before.item_id if before else ""))
        item = self.items.get(item_id)
        if before is None or before.item_id != item_id:
            self._check_item(item, item_id)
        fresh = before if before and before.item_id == item_id else self._blank(item, currency)
        line = self._filled(row, fresh, item, currency)
        if before and (line.quantity < before.shipped or line.quantity < before.invoiced):
            raise refusals.invalid("quantity")
        return line

    def _check_item(self, item: Item | None, item_id: str) -> None:
        if not item_id:
            if not self.switches.lines_without_item:
                raise refusals.invalid("item_id")
            return
        if item is None:
            raise refusals.no_such_line_item()
        if not item.sold:
            raise refusals.not_for_orders(item.name, "it is not sold")
        if item.status != "active" and not self.switches.inactive_in_orders:
            raise refusals.not_for_orders(item.name, "it is inactive")

    def _blank(self, item: Item | None, currency: Currency) -> OrderLine:
        """A new line as its item makes it. Rates of items are in the base currency."""
        id = self.org.ids.new()
        if item is None:
            return OrderLine(id, "", "", Decimal(0), Decimal(1))
        rate = read_money(str(exact(item.rate) / exact(currency.rate)), "rate", currency.precision)
        service = item.product_type == "service"
        tax_id = self._tax_of(item)
        return OrderLine(id, item.id, item.name, rate, Decimal(1), unit=item.unit, tax_id=tax_id, is_service=service)

    def _filled(self, row: Row, line: OrderLine, item: Item | None, currency: Currency) -> OrderLine:
        told: dict[str, Any] = {n: read_text(row[n], n, limit) for n, limit in LINE_TEXTS.items() if row.get(n)}
        if "description" in row:
            told["description"] = read_text(row["description"], "description", LINE_TEXTS["description"])
        if row.get("rate") is not None:
            told["rate"] = read_money(row["rate"], "rate", self._rate_digits(currency))
        if row.get("quantity") is not None:
            told["quantity"] = read_money(row["quantity"], "quantity", self.org.quantity_precision)
        if "discount" in row:
            told["discount"] = read_discount(row["discount"], currency.precision)
        if "tax_id" in row:
            told["tax_id"] = self._read_tax(row["tax_id"], item)
        filled = replace(line, **told)
        if not filled.name or filled.quantity <= 0:
            raise refusals.invalid("quantity" if filled.name else "name")
        full = Fraction(filled.rate) * Fraction(filled.quantity)
        if filled.discount.of(full) > full:
            raise refusals.invalid("discount")
        return filled

    def _rate_digits(self, currency: Currency) -> int:
        """The merchant's preference, or those of the currency."""
        if self.switches.rates_keep_decimals:
            return 6
        wanted = self.org.preferences.rate_precision
        return currency.precision if wanted is None else wanted

    def _read_tax(self, value: Any, item: Item | None) -> str:
        tax_id = read_text(value, "tax_id", 50)
        self.check_tax(tax_id, "tax_id")
        if not tax_id and not self.switches.empty_tax_id_is_no_tax:
            return self._tax_of(item)
        return tax_id

    def _tax_of(self, item: Item | None) -> str:
        """The tax that a line gets without asking."""
        if item is not None and item.tax_id:
            return item.tax_id
        if not self.switches.default_tax_applies or (item is not None and not item.is_taxable):
            return ""
        return next((tax.id for tax in self.org.taxes.values() if tax.is_default), "")
