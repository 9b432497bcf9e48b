"""Two documents of one order next to each other, line by line and amount by amount, in words. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cscart_zoho.mapping.currencies import places, rounded
from cscart_zoho.mapping.money_rules import Traced
from cscart_zoho.mapping.order_lines import same_words
from cscart_zoho.order import NOTHING, Address, Line, Order, Tax, plain
from cscart_zoho.panel import words
from cscart_zoho.panel.order_words import amount, figure, percent


@dataclass(frozen=True)
class Cells:
    """One line of one side."""

    sku: str
    name: str
    options: str
    quantity: str
    price: str
    discount: str
    tax: str
    total: str


@dataclass(frozen=True)
class LineRow:
    """One line of the order, as far as each side has it."""

    cscart: Cells | None
    zoho: Cells | None
    #: Both sides have a document.
    compared: bool

    @property
    def either(self) -> Cells | None:
        return self.cscart or self.zoho

    @property
    def verdict(self) -> str:
        """ "different" where a side lacks the line or has another quantity. Prices may be told in different ways."""
        told = [cells.quantity for cells in (self.cscart, self.zoho) if cells is not None]
        return "different" if self.compared and (len(told) < 2 or told[0] != told[1]) else "equal"


@dataclass(frozen=True)
class Sides:
    """One row of a comparison: what it is, and what each side has."""

    title: str
    cscart: str
    zoho: str
    verdict: str = ""


@dataclass(frozen=True)
class Documents:
    """Both sides of an order, as far as they are known or planned."""

    cscart: Order | None
    zoho: Order | None
    #: Zoho's item by product of the store, for those that are linked.
    items: Mapping[str, str]
    #: Names of Zoho's taxes by their id, from its settings.
    taxes: Mapping[str, str]

    def lines(self) -> list[LineRow]:
        """Line by line: the store's order first, then what only Zoho has."""
        pairs = paired(self.cscart.lines if self.cscart else (), self.zoho.lines if self.zoho else (), self.items)
        compared = self.cscart is not None and self.zoho is not None
        return [LineRow(self._cells(self.cscart, a), self._cells(self.zoho, b), compared) for a, b in pairs]

    def _cells(self, order: Order | None, line: Line | None) -> Cells | None:
        if order is None or line is None:
            return None
        money = _written(order.currency)
        return Cells(
            sku=line.sku,
            name=line.name,
            options=line.options,
            quantity=figure(line.quantity),
            price=money(line.price),
            discount=money(line.discount) if line.discount else "",
            tax=", ".join(self._tax(order, id) for id in line.tax_ids),
            total=money(rounded(line.price * line.quantity - line.discount, places(order.currency))),
        )

    def _tax(self, order: Order, id: str) -> str:
        told = next((tax for tax in order.taxes if tax.id == id), None)
        return tax_title(told) if told is not None else self.taxes.get(id, id)

    def totals(self) -> list[Sides]:
        """The sum of the lines, everything on top of it and off it, and the total."""
        rows = [self._sum("Lines", _sum_of_lines)]
        rows += [self._sum(title, of) for title, of in _AMOUNTS if self._has(of)]
        rows += self._taxes()
        if self._has(lambda order: order.adjustment):
            rows.append(self._sum("Adjustment", lambda order: order.adjustment))
        return [*rows, self._total()]

    def _has(self, of: Callable[[Order], Decimal]) -> bool:
        return any(order is not None and of(order) for order in (self.cscart, self.zoho))

    def _sum(self, title: str, of: Callable[[Order], Decimal]) -> Sides:
        here, there = (_or_nothing(of(order), order.currency) if order else "" for order in (self.cscart, self.zoho))
        return Sides(title, here, there)

    def _taxes(self) -> list[Sides]:
        """Taxes of one name and percentage stand in one row."""
        titles = dict.fromkeys(tax_title(tax) for order in (self.cscart, self.zoho) if order for tax in order.taxes)
        return [Sides(title, _tax_amount(self.cscart, title), _tax_amount(self.zoho, title)) for title in titles]

    def _total(self) -> Sides:
        cscart, zoho = self.cscart, self.zoho
        here, there = (amount(order.total, order.currency, told=True) if order else "" for order in (cscart, zoho))
        if cscart is None or zoho is None:
            return Sides("Total", here, there)
        same = (cscart.total, cscart.currency) == (zoho.total, zoho.currency)
        return Sides("Total", here, there, verdict="equal" if same else "different")

    def head(self) -> list[Sides]:
        """Everything of the order that is not money, where a side tells it."""
        rows = [
            Sides(title, *(of(order) if order else "" for order in (self.cscart, self.zoho))) for title, of in _HEAD
        ]
        if self.cscart is not None:  # a sales order has no field for either
            rows += [
                Sides("Way of payment", self.cscart.payment_name, ""),
                Sides("Way of shipping", self.cscart.shipping_name, ""),
            ]
        return [row for row in rows if row.cscart or row.zoho]


def paired(
    cscart: Iterable[Line], zoho: Iterable[Line], items: Mapping[str, str]
) -> list[tuple[Line | None, Line | None]]:
    """Lines that are the same: by the linked item, the SKU or the name, each used once. Of several, the one with the
    same options comes first, then the one with the same quantity.
    """
    left = list(zoho)
    pairs: list[tuple[Line | None, Line | None]] = []
    for line in cscart:
        alike = [each for each in left if _alike(line, each, items)]
        partner = max(alike, key=lambda each: _likeness(line, each), default=None)
        if partner is not None:
            left.remove(partner)
        pairs.append((line, partner))
    return pairs + [(None, line) for line in left]


def _likeness(line: Line, other: Line) -> tuple[bool, bool]:
    return same_words(line.options, other.options), line.quantity == other.quantity


def _alike(cscart: Line, zoho: Line, items: Mapping[str, str]) -> bool:
    item = items.get(cscart.product_id, "")
    if item and item == zoho.product_id:
        return True
    return bool(cscart.sku and cscart.sku == zoho.sku) or bool(cscart.name and cscart.name == zoho.name)


def tax_title(tax: Tax) -> str:
    """ "VAT 10 %"; the name alone for a fixed tax, and where the name has the figure in it ("VAT 10")."""
    name, rate = tax.name or tax.id, plain(tax.rate)
    if tax.fixed or not rate or figure(rate) in name.replace("%", " ").split():
        return name
    return f"{name} {percent(rate)}"


def _tax_amount(order: Order | None, title: str) -> str:
    taxes = [tax for tax in order.taxes if tax_title(tax) == title] if order is not None else []
    if order is None or not taxes:
        return ""
    told = amount(sum((tax.amount for tax in taxes), NOTHING), order.currency)
    return f"{told} (in the prices)" if taxes[0].included else told


def _sum_of_lines(order: Order) -> Decimal:
    digits = places(order.currency)
    return sum((rounded(each.price * each.quantity - each.discount, digits) for each in order.lines), NOTHING)


def _or_nothing(value: Decimal, currency: str) -> str:
    return amount(value, currency) if value else words.NOTHING


def _written(currency: str) -> Callable[[Decimal], str]:
    return lambda value: amount(value, currency)


_AMOUNTS: tuple[tuple[str, Callable[[Order], Decimal]], ...] = (
    ("Discount of the order", lambda order: -order.discount),
    ("Shipping", lambda order: order.shipping),
    ("Payment surcharge", lambda order: order.surcharge),
)


def _address(address: Address) -> str:
    place = " ".join(filter(None, (address.zip, address.city)))
    parts = (address.name, address.street, address.street2, place, address.state, address.country, address.phone)
    return ", ".join(filter(None, parts))


_HEAD: tuple[tuple[str, Callable[[Order], str]], ...] = (
    ("Number", lambda order: order.number),
    ("Date", lambda order: order.date),
    ("Customer", lambda order: order.name),
    ("E-mail", lambda order: order.email),
    ("Phone", lambda order: order.phone),
    ("Company", lambda order: order.company),
    ("Billing address", lambda order: _address(order.billing)),
    ("Delivery address", lambda order: _address(order.delivery)),
    ("Notes", lambda order: order.notes),
    ("Adjustment is for", lambda order: order.adjustment_note),
)


@dataclass(frozen=True)
class TraceRow:
    """One line of the money trace, in words."""

    what: str
    store: str
    zoho: str
    why: str


def trace_rows(trace: Iterable[Traced], currency: str) -> list[TraceRow]:
    """The trace, and under it what each column adds up to."""
    lines = tuple(trace)
    rows = [TraceRow(line.what, amount(line.store, currency), amount(line.zoho, currency), line.why) for line in lines]
    store, zoho = (sum((getattr(line, side) or NOTHING for line in lines), NOTHING) for side in ("store", "zoho"))
    told = "Both sides come to the same." if store == zoho else "The sides differ."
    return [*rows, TraceRow("Total", amount(store, currency), amount(zoho, currency), told)] if lines else []
