"""What people do with a confirmed order in Zoho's own pages: ship, deliver, invoice and close it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.item import Number
from cscart_zoho_sim.zoho.order_money import NOTHING
from cscart_zoho_sim.zoho.salesorder import CONFIRMED, Invoice, OrderLine, Package, SalesOrder, exact
from cscart_zoho_sim.zoho.salesorders import SalesOrders

#: Item -> how many of it; None = all that is left.
Part = Mapping[str, Number] | None
MARKS = ("", "closed", "onhold", "backordered", "drop_shipped")


@dataclass
class Fulfilment:
    """Packages and invoices of the orders, each with a number of its own series."""

    orders: SalesOrders
    _packages: int = 0
    _invoices: int = 0

    def ship(self, order: SalesOrder, part: Part = None, carrier: str = "Courier", tracking: str = "") -> SalesOrder:
        """Pack goods and send them. Raises `Refusal` for more than there is to ship."""
        _check_confirmed(order)
        taken = _taken(order, part, {line.id: line.to_ship for line in order.lines})
        self._packages += 1
        package = Package(
            id=self.orders.org.ids.new(),
            number=f"PKG-{self._packages:05}",
            date=self.orders.today(),
            shipment_id=self.orders.org.ids.new(),
            shipment_number=f"SHP-{self._packages:05}",
            carrier=carrier,
            tracking_number=tracking or f"TRK{self._packages:08}",
            quantities=taken,
        )
        lines = tuple(replace(line, shipped=line.shipped + taken.get(line.id, NOTHING)) for line in order.lines)
        return self._set(order, replace(order, lines=lines, packages=(*order.packages, package)))

    def deliver(self, order: SalesOrder) -> SalesOrder:
        """All that was sent has arrived."""
        packages = tuple(replace(package, delivered=True) for package in order.packages)
        lines = tuple(replace(line, delivered=line.shipped) for line in order.lines)
        return self._set(order, replace(order, lines=lines, packages=packages))

    def invoice(self, order: SalesOrder, part: Part = None, *, paid: bool = False) -> SalesOrder:
        """Bill an order, or a part of it by its share of the money. Raises `Refusal` for more than there is to bill."""
        _check_confirmed(order)
        taken = _taken(order, part, {line.id: line.to_invoice for line in order.lines})
        lines = tuple(replace(line, invoiced=line.invoiced + taken.get(line.id, NOTHING)) for line in order.lines)
        self._invoices += 1
        invoice = Invoice(
            id=self.orders.org.ids.new(),
            number=f"INV-{self._invoices:06}",
            date=self.orders.today(),
            total=self._worth(order, lines, taken),
            paid=paid,
        )
        return self._set(order, replace(order, lines=lines, invoices=(*order.invoices, invoice)))

    def mark(self, order: SalesOrder, word: str) -> SalesOrder:
        """Close an order, hold it, or say that it is ordered from a supplier; "" takes that back."""
        if word not in MARKS:
            raise refusals.invalid("status")
        _check_confirmed(order)
        return self._set(order, replace(order, mark=word))

    def _worth(self, order: SalesOrder, lines: tuple[OrderLine, ...], taken: Mapping[str, Decimal]) -> Decimal:
        """The last invoice takes what the others have left of the total."""
        totals = self.orders.totals(order)
        billed = sum((invoice.total for invoice in order.invoices), NOTHING)
        if all(line.to_invoice <= 0 for line in lines):
            return totals.total - billed
        parts = zip(order.lines, totals.lines, strict=True)
        share = sum((money.amount * taken.get(line.id, NOTHING) / line.quantity for line, money in parts), NOTHING)
        whole = sum((money.amount for money in totals.lines), NOTHING)
        return (totals.total * share / whole).quantize(totals.total) if whole else NOTHING

    def _set(self, order: SalesOrder, changed: SalesOrder) -> SalesOrder:
        return self.orders.set(order, changed, "people")


def _check_confirmed(order: SalesOrder) -> None:
    if order.state != CONFIRMED:
        raise refusals.wrong_status("The sales order is not confirmed.")


def _taken(order: SalesOrder, part: Part, left: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Line -> how much of it is taken: all that is left, or the part, from the first lines on."""
    if part is None:
        taken = {line_id: quantity for line_id, quantity in left.items() if quantity > 0}
    else:
        taken, wanted = {}, {item_id: exact(quantity) for item_id, quantity in part.items()}
        for line in order.lines:
            some = min(left[line.id], wanted.get(line.item_id, NOTHING))
            if some > 0:
                taken[line.id] = some
                wanted[line.item_id] -= some
        if any(quantity > 0 for quantity in wanted.values()):
            raise refusals.invalid("quantity")
    if not taken:
        raise refusals.invalid("line_items")
    return taken
