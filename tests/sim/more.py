"""What else a merchant's world may have in it, drawn for each seed apart from its other choices.

So a seed that draws nothing here tells the story that it has always told.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World

LIST_ORDERS = ("newest_first", "oldest_first", "by_id", "shuffled")


@dataclass
class Approvals:
    """An organisation whose adjustments wait for somebody, and the one who decides on them, now or much later."""

    world: World
    rng: random.Random
    #: A person is deciding: what moves now is what the connector has booked.
    deciding: bool = False

    @classmethod
    def drawn(cls, seed: int, world: World) -> "Approvals":
        rng = random.Random(f"approvals {seed}")
        switches = world.zoho.switches
        switches.adjustment_order = rng.choice(LIST_ORDERS)
        switches.adjustment_approvals = rng.random() < 0.2
        switches.adjustments_begin_as = rng.choice(["pending_approval", "draft"])
        switches.neutral_words = rng.random() < 0.3
        return cls(world, rng)

    def decide(self, share: float) -> int:
        """Decide on about so many of those that wait; how many were decided on."""
        waiting = [row for row in self.world.zoho.adjustments() if row["status"] in ("pending_approval", "draft")]
        chosen = [row for row in waiting if self.rng.random() < share]
        self.deciding = True
        for row in chosen:
            id = str(row["inventory_adjustment_id"])
            if row["status"] == "pending_approval" and self.rng.random() < 0.2:
                self.world.zoho.reject_adjustment(id)
            else:
                self.world.zoho.approve_adjustment(id)
        self.deciding = False
        return len(chosen)


@dataclass
class Surroundings:
    """What lies around the orders of one seed."""

    world: World
    rng: random.Random
    #: A contact that Zoho keeps in another currency, by the e-mail address of its user.
    foreign: tuple[str, ...] = ()
    taxed: bool = False
    #: Orders from years ago, and a product whose tax Zoho does not have: its orders are held.
    old_orders: int = 0
    luxury: bool = False
    #: People change an order between the run's reading of it and its confirmation.
    edits_between: bool = False
    _edited: set[str] = field(default_factory=set)

    @classmethod
    def drawn(cls, seed: int, world: World) -> "Surroundings":
        rng = random.Random(f"surroundings {seed}")
        foreign = tuple(f"u{n}@example.com" for n in range(3) if rng.random() < 0.3) if rng.random() < 0.2 else ()
        drawn = cls(world, rng, foreign, taxed=rng.random() < 0.3, edits_between=rng.random() < 0.4)
        world.zoho.switches.neutral_words = rng.random() < 0.3
        drawn.old_orders = rng.randint(1, 3) if rng.random() < 0.3 else 0
        drawn.luxury = rng.random() < 0.2
        if drawn.taxed:
            world.zoho.organisation.tax_rounding = rng.choice(["item_level", "entity_level"])
            world.cscart.switches.tax_by_unit_price = rng.random() < 0.3
        return drawn

    def before_connecting(self) -> None:
        """Contacts in another currency, and the taxes of both sides."""
        if self.foreign:
            euro = self.world.zoho.add_currency("EUR", 1.1)
            for n, email in enumerate(self.foreign):
                self.world.zoho.add_contact(
                    contact_name=f"Eve Example {n}",
                    currency_id=euro,
                    contact_persons=[{"first_name": "Eve", "email": email, "is_primary_contact": True}],
                )
        if self.taxed:
            self.world.zoho.add_tax("VAT", 10)
            for product in sorted(self.world.cscart.products()):
                if self.rng.random() < 0.7:
                    self.world.cscart.edit_product(product, tax_ids="6")

        if self.luxury:
            self.world.cscart.desk.set_tax(9, 11, name="Luxury")
            self.world.cscart.edit_product(self.rng.choice(sorted(self.world.cscart.products())), tax_ids="9")
        for _ in range(self.old_orders):
            self._order_of_years_ago()

    def _order_of_years_ago(self) -> None:
        products, users = sorted(self.world.cscart.products()), sorted(self.world.cscart.users())
        lines = [(product, self.rng.randint(1, 3)) for product in self.rng.sample(products, 2)]
        days = self.rng.randint(200, 2_000)
        placed = int(self.world.clock.now()) - days * 24 * 3600
        order = self.world.cscart.place_order(user_id=self.rng.choice(users), lines=lines, timestamp=str(placed))
        if (letter := self.rng.choice("CCPO")) != "O":
            self.world.cscart.set_order_status(order, letter)

    def overtaken(self, request: Request, response: Response) -> str:
        """The order of the store that a person is to change now, because its sales order has just been read."""
        if not self.edits_between or request.method != "GET" or response.status >= 300:
            return ""
        last = request.path.rsplit("/", 1)[-1]
        if "/salesorders/" not in request.path or not last.isdigit() or self.rng.random() > 0.15:
            return ""
        sale: dict[str, Any] = self.world.zoho.salesorders().get(last, {})
        number = str(sale.get("salesorder_number", ""))
        return number.removeprefix("CS-") if number.startswith("CS-") and sale["status"] == "draft" else ""
