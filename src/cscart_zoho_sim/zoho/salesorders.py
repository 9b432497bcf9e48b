"""All sales orders of the organisation: their numbers, statuses and what they keep back of the stock.

Source: Zoho Inventory API, "Sales Orders"; Zoho's help for what shipments and
invoices move: the physical stock goes down with shipments, the accounting stock
with invoices. Neither says what is refused in which status: see `Switches`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.wire import Edit
from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.addresses import Addresses
from cscart_zoho_sim.zoho.contacts import Contact, Contacts
from cscart_zoho_sim.zoho.item import read_text
from cscart_zoho_sim.zoho.items import Items
from cscart_zoho_sim.zoho.order_money import ITEM_LEVEL, NO_DISCOUNT, NOTHING, Terms, Totals, compute
from cscart_zoho_sim.zoho.organisation import Organisation
from cscart_zoho_sim.zoho.preferences import NO_ROUNDING
from cscart_zoho_sim.zoho.salesorder import CONFIRMED, DRAFT, VOID, SalesOrder, exact, plain, read_order
from cscart_zoho_sim.zoho.salesorder_lines import Lines
from cscart_zoho_sim.zoho.salesorder_shapes import order_detail
from cscart_zoho_sim.zoho.shapes import Shape
from cscart_zoho_sim.zoho.switches import Switches

#: What an order holds of one item, by the name of the figure in `Item`.
Holding = dict[str, Decimal]


@dataclass
class SalesOrders:
    """Keeps the orders. A change that is refused changes nothing."""

    org: Organisation
    items: Items
    contacts: Contacts
    switches: Switches
    clock: Clock
    rows: dict[str, SalesOrder] = field(default_factory=dict)
    #: Called after each change of an order.
    watchers: list[Callable[[Edit], None]] = field(default_factory=list)
    _next: int = 1

    def __post_init__(self) -> None:
        self.addresses = Addresses(self.contacts)
        self.lines = Lines(self.org, self.items, self.switches)

    def __iter__(self) -> Iterator[SalesOrder]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def find(self, order_id: str) -> SalesOrder:
        """The order, or Zoho's "does not exist"."""
        if order_id not in self.rows:
            raise refusals.no_such_order()
        return self.rows[order_id]

    def numbered(self, number: str) -> SalesOrder | None:
        return next((order for order in self if order.number.casefold() == number.casefold()), None)

    def check_unused(self, contact: Contact) -> None:
        """Raises `Refusal` for a contact with orders: it cannot be deleted."""
        if any(order.customer_id == contact["contact_id"] for order in self):
            raise refusals.has_dependents("Customers with transactions cannot be deleted. Mark them as inactive.")

    def today(self) -> str:
        return self.org.day(self.clock.now())

    def show(self, order: SalesOrder) -> Shape:
        """The order in full."""
        customer = self.contacts.find(order.customer_id)
        return order_detail(order, self.totals(order), customer, self.org, self.items, self.switches, self.today())

    def totals(self, order: SalesOrder) -> Totals:
        """What Zoho computes for it."""
        per_line = order.discount_type == ITEM_LEVEL
        return compute(
            Terms(
                lines=tuple(self.lines.priced(line, with_discount=per_line) for line in order.lines),
                precision=self.org.currencies[order.currency_id].precision,
                tax_rounding=self.org.tax_rounding,
                inclusive=order.inclusive,
                discount=NO_DISCOUNT if per_line else order.discount,
                discount_before_tax=order.discount_before_tax,
                shipping=order.shipping,
                shipping_levies=self.lines.levies(order.shipping_tax_id),
                adjustment=order.adjustment,
                whole_total=order.rounding != NO_ROUNDING,
                adjustment_is_rounded=self.switches.adjustment_is_rounded,
                discount_off_net=self.switches.discount_off_net,
                line_discount_off_net=self.switches.line_discount_off_net,
                sums_net=self.switches.inclusive_sums_net,
            )
        )

    # Making and changing

    def create(self, body: Mapping[str, Any], author: str, *, own_number: bool = False) -> SalesOrder:
        """A new draft. `own_number` is the flag that lets the body bring a number. Raises `Refusal`."""
        customer = self._customer(body.get("customer_id"))
        currency = self.org.currencies[customer["currency_id"]]
        now = int(self.clock.now())
        order = SalesOrder(
            id=self.org.ids.new(),
            number=self._number(body, own_number),
            customer_id=customer["contact_id"],
            currency_id=currency.id,
            date=self.today(),
            created=now,
            modified=now,
            source="Api" if author == "api" else "User",
            exchange_rate=exact(currency.rate),
            inclusive=self.org.preferences.sales_tax_type == "inclusive",
            discount_type=self.org.preferences.discount_type,
            discount_before_tax=self.org.preferences.discount_before_tax,
            rounding=self.org.preferences.transaction_rounding_type,
            shipping_tax_id=self._shipping_tax(body),
        )
        lines = self.lines.read(body.get("line_items"), (), currency)
        order = replace(order, lines=lines, **self._told(body, customer, currency.precision))
        order = self._with_addresses(order, customer, body)
        self._check_total(order)
        self._check_open(order)
        if order.number == self._own_number():
            self._next += 1
        self._put(order, None, author)
        return self.rows[order.id]

    def update(
        self, order: SalesOrder, body: Mapping[str, Any], author: str, *, own_number: bool = False
    ) -> SalesOrder:
        """Change what the body names. Raises `Refusal`."""
        self._check_editable(order)
        self._check_open(order)
        customer = self.contacts.find(order.customer_id)
        if body.get("customer_id", order.customer_id) != order.customer_id:
            customer = self._customer(body["customer_id"])
            if customer["currency_id"] != order.currency_id:
                raise refusals.invalid("customer_id")
        currency = self.org.currencies[order.currency_id]
        told = self._told(body, customer, currency.precision)
        if own_number or body.get("salesorder_number") not in (None, "", order.number):
            told["number"] = self._number(body, own_number, order)
        if "line_items" in body:
            told["lines"] = self.lines.read(body["line_items"], order.lines, currency)
        changed = replace(order, customer_id=customer["contact_id"], **told)
        if changed.customer_id != order.customer_id or self.switches.changes_reset_addresses:
            changed = replace(changed, billing={}, delivery={})
        changed = self._with_addresses(changed, customer, body)
        self._check_total(changed)
        self._check_open(changed)
        return self.set(order, changed, author)

    def set(self, order: SalesOrder, changed: SalesOrder, author: str) -> SalesOrder:
        """Put a checked change in the place of an order; one that stayed as it was counts as changed all the same."""
        self._put(changed, order, author)
        return self.rows[order.id]

    def delete(self, order: SalesOrder, author: str) -> None:
        """The order goes, and its number is free again. Raises `Refusal` where packages or invoices hang on it."""
        if order.is_under_way and not self.switches.fulfilled_orders_move:
            raise refusals.has_dependents("The sales order has packages or invoices; delete those first.")
        before = self._snapshot(order)
        del self.rows[order.id]
        self._move_stock(order, None, author)
        self._tell(author, order.id, before, None)

    # Statuses that can be set

    def confirm(self, order: SalesOrder, author: str) -> SalesOrder:
        if order.state == CONFIRMED:
            raise refusals.wrong_status("The sales order is already confirmed.")
        if order.state == VOID:
            raise refusals.wrong_status("A void sales order cannot be confirmed.")
        if self.switches.approvals and order.state != "approved":
            raise refusals.wrong_status("The sales order has to be approved first.")
        self._check_open(order)
        return self.set(order, replace(order, state=CONFIRMED), author)

    def void(self, order: SalesOrder, author: str) -> SalesOrder:
        if order.state == VOID:
            raise refusals.wrong_status("The sales order is already void.")
        if order.state != CONFIRMED and not self.switches.drafts_can_be_void:
            raise refusals.wrong_status("Only a confirmed sales order can be marked as void.")
        if order.is_under_way and not self.switches.fulfilled_orders_move:
            raise refusals.wrong_status("A sales order with packages or invoices cannot be marked as void.")
        return self.set(order, replace(order, state=VOID), author)

    def approve(self, order: SalesOrder, action: str, author: str) -> SalesOrder:
        """submit, approve, approve/final or reject: only where the organisation has approvals."""
        moves = {
            "submit": (DRAFT, "pending_approval"),
            "approve": ("pending_approval", "approved"),
            "approve/final": ("pending_approval", "approved"),
            "reject": ("pending_approval", DRAFT),
        }
        before, after = moves[action]
        if not self.switches.approvals or order.state != before:
            raise refusals.wrong_status("The sales order cannot be submitted, approved or rejected in this status.")
        return self.set(order, replace(order, state=after), author)

    def _shipping_tax(self, body: Mapping[str, Any]) -> str:
        """What a shipping charge that says nothing of a tax gets, where such charges may carry one."""
        taxed = self.org.preferences.shipping_tax and self.switches.shipping_gets_default_tax
        if not taxed or not body.get("shipping_charge"):
            return ""
        return next((tax.id for tax in self.org.taxes.values() if tax.is_default), "")

    # Checks

    def _customer(self, contact_id: Any) -> Contact:
        if not contact_id:
            raise refusals.invalid("customer_id")
        contact = self.contacts.rows.get(str(contact_id))
        if contact is None or contact["contact_type"] != "customer":
            raise refusals.no_such_customer()
        if contact["status"] != "active" and not self.switches.inactive_in_orders:
            raise refusals.not_for_orders(contact["contact_name"], "the customer is inactive")
        return contact

    def _told(self, body: Mapping[str, Any], customer: Contact, precision: int) -> dict[str, Any]:
        told = read_order(body, precision)
        if not self.org.preferences.shipping_tax:
            told.pop("shipping_tax_id", None)
        self.lines.check_tax(told.get("shipping_tax_id", ""), "shipping_charge_tax_id")
        if self.org.country_code != "IN":
            told.pop("place_of_supply", None)
        persons = {person["contact_person_id"] for person in customer["persons"]}
        if isinstance(body.get("contact_persons_associated"), list):
            named = [str(each.get("contact_person_id")) for each in body["contact_persons_associated"]]
            if not persons.issuperset(named):
                raise refusals.invalid("contact_person_id")
            told["contact_persons"] = tuple(named)
        return told

    def _with_addresses(self, order: SalesOrder, customer: Contact, body: Mapping[str, Any]) -> SalesOrder:
        """Addresses are named by id; the customer's own are the default. Objects are refused, as seen live."""
        told: dict[str, Any] = {}
        for name, attribute in (("billing_address", "billing"), ("shipping_address", "delivery")):
            if isinstance(body.get(name), dict):
                raise refusals.too_long(name, 100)
            id = str(body.get(f"{name}_id") or "")
            found = self.addresses.find(customer, id) if id else None
            if id and found is None:
                raise refusals.invalid(f"{name}_id")
            if found is not None or not getattr(order, attribute):
                told[attribute] = dict(found or customer[name])
        return replace(order, **told)

    def _check_editable(self, order: SalesOrder) -> None:
        if order.state == VOID and not self.switches.void_orders_move:
            raise refusals.wrong_status("A void sales order cannot be edited.")
        if order.is_under_way and not self.switches.fulfilled_orders_move:
            raise refusals.wrong_status("A sales order with packages or invoices cannot be edited.")

    def _check_open(self, order: SalesOrder) -> None:
        """Raises `Refusal` for an order of a locked period."""
        if self.switches.locked_until and order.date <= self.switches.locked_until:
            raise refusals.locked(self.switches.locked_until, self.switches.locked_code)

    def _check_total(self, order: SalesOrder) -> None:
        if self.totals(order).total < 0:
            raise refusals.invalid("total")

    def _number(self, body: Mapping[str, Any], own_number: bool, order: SalesOrder | None = None) -> str:
        """The number asked for (an order may keep its own), or the next of the series. Raises `Refusal`."""
        given = read_text(body.get("salesorder_number"), "salesorder_number", 100)
        if own_number and not given:
            raise refusals.invalid("salesorder_number")
        if given and not own_number and given != self._own_number():
            raise refusals.number_mismatch()
        if given and self.numbered(given) not in (None, order):
            raise refusals.number_taken(given)
        return given or self._own_number()

    def _own_number(self) -> str:
        while self.numbered(f"SO-{self._next:05}") is not None:
            self._next += 1
        return f"SO-{self._next:05}"

    # Keeping

    def _put(self, order: SalesOrder, before: SalesOrder | None, author: str) -> None:
        shown = self._snapshot(before)
        self.rows[order.id] = replace(self._closed(order), modified=int(self.clock.now()))
        for line in order.lines:
            if item := self.items.get(line.item_id):
                item.in_use = True
        self._move_stock(before, order, author)
        self._tell(author, order.id, shown, self.rows[order.id])

    def _closed(self, order: SalesOrder) -> SalesOrder:
        """An order is closed by the merchant's rule, and opened again when the rule does not hold any more."""
        reached = {
            "fulfilled": order.shipped_status == "fulfilled",
            "invoiced": order.invoiced_status == "invoiced",
            "both": order.shipped_status in ("", "fulfilled") and order.invoiced_status == "invoiced",
        }
        return replace(order, closed=reached.get(self.switches.closes_when, False))

    def _move_stock(self, before: SalesOrder | None, after: SalesOrder | None, author: str) -> None:
        """Book what the change of an order means for the items in it."""
        old, new = _holdings(before), _holdings(after)
        for item_id in {**old, **new}:
            item = self.items.get(item_id)
            if item is None or not item.tracked:
                continue
            names = ("committed", "to_ship", "on_hand", "physical")
            moves = {name: new[item_id].get(name, NOTHING) - old[item_id].get(name, NOTHING) for name in names}
            if any(moves.values()):
                self.items.book(item, author, **{name: plain(delta) for name, delta in moves.items() if delta})

    def _snapshot(self, order: SalesOrder | None) -> Shape | None:
        """The order as it is, if anybody will hear of it."""
        return self.show(order) if order is not None and self.watchers else None

    def _tell(self, author: str, order_id: str, before: Shape | None, order: SalesOrder | None) -> None:
        after = self._snapshot(order)
        for watcher in list(self.watchers):
            watcher(Edit(author, "zoho", order_id, before, after, self.clock.now()))


def _holdings(order: SalesOrder | None) -> defaultdict[str, Holding]:
    """What an order means for each item: what is kept back for it, and what went out of each book."""
    held: defaultdict[str, Holding] = defaultdict(dict)
    for line in order.lines if order else ():
        figures = {
            "committed": line.to_invoice if order and order.commits else NOTHING,
            "to_ship": line.to_ship if order and order.commits else NOTHING,
            "on_hand": -line.invoiced,
            "physical": -line.shipped,
        }
        for name, figure in figures.items():
            held[line.item_id][name] = held[line.item_id].get(name, NOTHING) + figure
    return held
