"""Sales orders that a Zoho organisation has before the connector comes.

Some of the store's orders were carried over, by hand or by another tool, under
the number "CS-<order id>". The others were taken in Zoho and the store knows
nothing of them. What confirmed orders keep back was received beforehand, so
that every item has as much for sale as it would have without them.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.customers import COUNTRIES, FIRST, LAST
from cscart_zoho_sim.orders import IN_ZOHO, StoreOrder
from cscart_zoho_sim.zoho import Zoho

#: Orders that only Zoho has, by how far they have come.
OWN = ("draft",) * 4 + ("confirmed",) * 5 + ("shipped", "invoiced", "void")
#: The store's letters, and what somebody has made of such an order in Zoho. Backordered ones nobody has carried over.
REACHED = {
    "O": "draft",
    "Y": "draft",
    "P": "confirmed",
    "C": "fulfilled",
    "F": "void",
    "D": "void",
    "I": "void",
}
Step = Callable[[str], None]
_NEW_CUSTOMERS, _OWN_DAYS, _DAY_S = 3, 60, 86_400
#: Codes of states of the synthetic customers, as Zoho's pages write them.
_STATES = {"NY": "New York", "CA": "California"}


def fill(zoho: Zoho, past: Sequence[StoreOrder], now: float, seed: int, carried_over: int = IN_ZOHO) -> None:
    """Add both kinds of orders, with their customers. Fewer are carried over where fewer can be."""
    filling = _Filling(zoho, now, random.Random(f"sales orders {seed}"))
    with _no_refusals(zoho):
        filling.carry_over(past, carried_over)
        filling.take_own()


@contextmanager
def _no_refusals(zoho: Zoho) -> Iterator[None]:
    """Items that are inactive now were not when they were ordered."""
    before, zoho.switches.inactive_in_orders = zoho.switches.inactive_in_orders, True
    try:
        yield
    finally:
        zoho.switches.inactive_in_orders = before


@dataclass
class _Filling:
    zoho: Zoho
    now: float
    rng: random.Random
    #: E-mail address -> contact.
    contacts: dict[str, str] = field(default_factory=dict)
    #: E-mail address -> the latest order of the store with it.
    latest: dict[str, StoreOrder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.items = {str(item["sku"]): item for item in self.zoho.items().values() if item["sku"]}
        for id, contact in self.zoho.contacts().items():
            self.contacts.setdefault(contact["email"], id)
        self.names = {contact["contact_name"].casefold() for contact in self.zoho.contacts().values()}

    # The store's orders

    def carry_over(self, past: Sequence[StoreOrder], count: int) -> None:
        self.latest = {order.email: order for order in past}
        fitting = [order for order in past if self._fits(order)]
        chosen = self.rng.sample(fitting, min(count, len(fitting)))
        for order in sorted(chosen, key=lambda each: each.order_id):
            self._reach(self._carried_over(order), REACHED[order.status])

    def _fits(self, order: StoreOrder) -> bool:
        """Somebody carries over what Zoho has items for."""
        known = all(line.sku in self.items and self.items[line.sku]["can_be_sold"] for line in order.lines)
        return known and order.status in REACHED and order.currency == self.zoho.organisation.currency

    def _carried_over(self, order: StoreOrder) -> str:
        """The order's sales order, of the same total: the adjustment takes what Zoho makes of it otherwise."""
        lines = [(self.items[line.sku]["item_id"], line.quantity, float(line.price)) for line in order.lines]
        taxes = [self._tax(line.tax_rate) for line in order.lines]
        id = self._typed(
            self._contact(order),
            lines,
            taxes,
            salesorder_number=order.number,
            reference_number=order.number,
            date=order.date,
            discount=float(order.discount),
            shipping_charge=float(order.shipping),
        )
        missing = order.total - Decimal(str(self.zoho.salesorder(id)["total"]))
        if missing:
            self.zoho.edit_salesorder(id, adjustment=float(missing), adjustment_description="Rounding")
        return id

    def _contact(self, order: StoreOrder) -> str:
        """The contact of the customer, made for the first order, as the customer's latest one tells it."""
        if order.email not in self.contacts:
            order = self.latest[order.email]
            address = {
                "address": order.address["address"],
                "city": order.address["city"],
                "state": _STATES.get(order.address["state"], order.address["state"]),
                "zip": order.address["zipcode"],
                "country": COUNTRIES.get(order.address["country"], order.address["country"]),
            }
            person = {"first_name": order.firstname, "last_name": order.lastname, "phone": order.phone}
            self.contacts[order.email] = self._new_contact(order.email, person, address)
        return self.contacts[order.email]

    # Zoho's own orders

    def take_own(self) -> None:
        customers = [*self.rng.sample(sorted(self.contacts.values()), min(len(OWN), len(self.contacts)))]
        customers[:_NEW_CUSTOMERS] = [self._wholesaler(n) for n in range(1, _NEW_CUSTOMERS + 1)]
        for place, reached in enumerate(OWN):
            days_ago = self.rng.randrange(1, _OWN_DAYS)
            day = self.zoho.organisation.day(self.now - days_ago * _DAY_S)
            self._reach(self._own(customers[place % len(customers)], day), reached)

    def _own(self, customer: str, day: str) -> str:
        goods = [
            item for item in self.items.values() if item["item_type"] == "inventory" and item["status"] == "active"
        ]
        chosen = self.rng.sample(goods, self.rng.choice((1, 1, 2, 3)))
        lines = [(item["item_id"], self.rng.randint(1, 3), item["rate"]) for item in chosen]
        taxes = [self._tax(Decimal(10) if item["is_taxable"] else Decimal(0)) for item in chosen]
        return self._typed(customer, lines, taxes, date=day, notes=self.rng.choice(("", "", "By telephone")))

    def _wholesaler(self, number: int) -> str:
        """A customer of whom the store knows nothing."""
        person = {"first_name": self.rng.choice(FIRST), "last_name": self.rng.choice(LAST), "phone": "+1 555 0155"}
        address = {"address": f"{number} Wholesale Road", "city": "Sample City", "zip": "10001", "country": "U.S.A"}
        company = f"Example Wholesale {number} Ltd"
        return self._new_contact(f"wholesale{number}@example.com", person, address, company)

    # Both

    def _new_contact(self, email: str, person: Mapping[str, str], address: Mapping[str, str], company: str = "") -> str:
        """Contacts have names of their own: of two customers who are called alike, one gets the e-mail address, too."""
        name = company or f"{person['first_name']} {person['last_name']}"
        name = f"{name} ({email})" if name.casefold() in self.names else name
        self.names.add(name.casefold())
        return self.zoho.add_contact(
            contact_name=name,
            company_name=company,
            contact_persons=[{**person, "email": email, "is_primary_contact": True}],
            billing_address={**address, "phone": person["phone"]},
            shipping_address=address,
        )

    def _typed(self, customer: str, lines: list[tuple[str, int, float]], taxes: list[str], **given: Any) -> str:
        rows = [
            {"item_id": item, "quantity": quantity, "rate": rate, "tax_id": tax}
            for (item, quantity, rate), tax in zip(lines, taxes, strict=True)
        ]
        return self.zoho.add_salesorder(customer, [], **given, line_items=rows)

    def _tax(self, percentage: Decimal) -> str:
        """The tax of this rate; Zoho gets one where it has none."""
        if not percentage:
            return ""
        taxes = self.zoho.organisation.taxes.values()
        found = next((tax.id for tax in taxes if Decimal(str(tax.percentage)) == percentage and not tax.parts), "")
        return found or self.zoho.add_tax(f"VAT {percentage.normalize():f}", float(percentage))

    def _reach(self, order_id: str, reached: str) -> None:
        """Take an order as far as people have taken it."""
        if reached in ("draft", "void"):
            if reached == "void":
                self.zoho.void(order_id)
            return
        order = self.zoho.salesorder(order_id)
        for line in order["line_items"]:
            if line["item_type"] == "inventory":
                self.zoho.receive(line["item_id"], line["quantity"])
        for step in self._steps(order, reached):
            step(order_id)

    def _steps(self, order: Mapping[str, Any], reached: str) -> Iterator[Step]:
        goods = any(line["product_type"] == "goods" for line in order["line_items"])
        yield self.zoho.confirm
        if goods and reached in ("shipped", "fulfilled"):
            yield self.zoho.ship
        if goods and reached == "fulfilled":
            yield self.zoho.deliver
        if reached in ("invoiced", "fulfilled"):
            yield self.zoho.invoice
