"""One story of orders, killed once at each of its points: before and after each commit, before and after each answer.

The story is the same each time, so its end must be, too: whatever the point, both sides hold what they hold when
nothing is killed. A point has a number; `tell(0)` is the story without a kill.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from cscart_zoho import app
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home, customer_choices_to_json
from cscart_zoho.records import Entity
from cscart_zoho_sim.faults import FaultPlan, Killed, Unanswered
from cscart_zoho_sim.wire import Request, Response
from tests.sim.order_story import OrderStory
from tests.sim.stock_judge import pieces, pieces_sold
from tests.sim.story import forget, told_by
from tests.sim.told import Told

SEED = 1


class OneKill(FaultPlan):
    """Fair weather, but for a kill at the point with this number; or, if `lost`, an answer that is lost there.

    Points are counted while `armed`; `made` are those right after the answer to a new order of the store.
    """

    def __init__(self, at: int, *, lost: bool = False) -> None:
        super().__init__(random.Random(0), rates={})
        self.at = at
        self.lost = lost
        self.made: list[int] = []
        self.armed = False
        self.points = 0

    def _point(self, kind: str) -> None:
        if not self.armed:
            return
        self.points += 1
        if self.points == self.at:
            self.fired[kind] += 1
            raise Unanswered("timeout") if self.lost else Killed(kind)

    def at_commit(self) -> None:
        """The ledger calls it twice for each commit: right before it and right after."""
        self._point("kill_at_commit")

    def around(
        self, request: Request, act: Callable[[], Response], expire: Callable[[], None] | None = None
    ) -> Response:
        self._point("kill_before")
        response = act()
        if self.armed and request.method == "POST" and request.path.endswith("/orders"):
            self.made.append(self.points + 1)
        self._point("kill_after")
        return response


class CrashingStory(OrderStory):
    """New customers, an import, an edit and a cancellation on each side."""

    everything = (Entity.PRODUCTS, Entity.ORDERS)

    def __init__(self, at: int, *, lost: bool = False) -> None:
        super().__init__(SEED)
        self.seed = at
        self.judge.stock.buffer = self.judge.buffer = 0
        self.faults: OneKill = OneKill(at, lost=lost)
        self.end: dict[str, Any] = {}

    def tell(self) -> Told:
        forget()
        with app.using_transport(self.world.transport(self.faults, watch=self.judge.watch_call), self.world.clock):
            self._connect()
            self.store.customer_choices = customer_choices_to_json(CustomerChoices(home=Home.INVENTORY))
            self.store.save()
            self._settle_in()
            for entity in self.everything:
                self._go(entity)
            self.faults.armed = True
            self._sell()
            self._runs(Entity.ORDERS, Entity.ORDERS)
            self._change()
            self._runs(Entity.ORDERS, Entity.PRODUCTS)
            self.faults.armed = False
            self._come_to_rest()
        self.end = self._held()
        return self._told()

    def _runs(self, *entities: Entity) -> None:
        for entity in entities:
            self._hours(1)
            self._go(entity)

    # What people do

    def _settle_in(self) -> None:
        for n, price in enumerate((12.5, 7.99, 101.0)):
            columns = {"product": f"Product {n}", "product_code": f"SKU-{n}", "price": str(price)}
            self.world.cscart.add_product(**columns, amount="60", status="A")
            self.world.zoho.add_item(name=f"Product {n}", sku=f"SKU-{n}", rate=price, stock_on_hand=60)
        self.user = self.world.cscart.add_user(firstname="Ann", lastname="Example", email="ann@example.com")

    def _sell(self) -> None:
        """Two paid orders of people whom Zoho does not know, and two sales orders for one whom the store does not."""
        lamp, tee, desk = sorted(self.world.cscart.products())
        place, pay = self.world.cscart.place_order, self.world.cscart.set_order_status
        self.paid = place(user_id=self.user, lines=[(lamp, 2), (desk, 1)], discount="0.35", b_address="1 Example Road")
        guest = {
            "email": "guest@example.com",
            "firstname": "Guest",
            "lastname": "Example",
            "b_address": "2 Example Road",
        }
        self.guests = place(guest=guest, lines=[(tee, 3)])
        for order in (self.paid, self.guests):
            pay(order, "P")
        items = sorted(self.world.zoho.items())
        contact = self.world.zoho.add_contact(contact_name="Bob Example", email="bob@example.com")
        self.sales = [
            self.world.zoho.add_salesorder(contact, [(items[0], 2, 9.99), (items[1], 1, 5.55)]),
            self.world.zoho.add_salesorder(contact, [(items[2], 1, 88.0)]),
        ]
        for sale in self.sales:
            self.world.zoho.confirm(sale)

    def _change(self) -> None:
        """An edit and a cancellation on each side, a count, and one more order."""
        lamp, tee, _ = sorted(self.world.cscart.products())
        items = sorted(self.world.zoho.items())
        self.world.cscart.edit_order(self.paid, lines=[(lamp, 3)], address={"b_address": "3 Changed Street"})
        self.world.cscart.set_order_status(self.guests, "I")
        self.world.zoho.edit_salesorder(self.sales[0], lines=[(items[0], 1, 9.99)])
        self.world.zoho.void(self.sales[1])
        self.world.cscart.place_order(user_id=self.user, lines=[(tee, 2)])
        self.world.zoho.move_stock(items[1], 4)

    # What comes of it

    def _held(self) -> dict[str, Any]:
        """What both sides hold in the end, without ids."""
        orders, sales = self.world.cscart.orders().values(), self.world.zoho.salesorders().values()
        products, items = self.world.cscart.products().values(), self.world.zoho.items().values()
        contacts = self.world.zoho.contacts()
        return {
            "orders": sorted((o["status"], str(o["total"]), sorted(pieces(o).items())) for o in orders),
            "sales": sorted((s["status"], str(s["total"]), sorted(pieces_sold(s).items())) for s in sales),
            "amounts": sorted((p["product_code"], str(p["amount"])) for p in products),
            "stock": sorted((i["sku"], str(i["stock_on_hand"]), str(i["available_for_sale_stock"])) for i in items),
            "contacts": Counter(str(contact["email"]) for contact in contacts.values()),
            "addresses": Counter({str(c["email"]): len(c.get("addresses") or ()) for c in contacts.values()}),
        }


def tell(at: int, end: dict[str, Any], *, lost: bool = False) -> Told:
    """The story killed at a point. What it ends with must be `end`, what the story without a kill ends with."""
    story = CrashingStory(at, lost=lost)
    told = told_by(story)
    if not story.faults.fired:
        told.failures.append(f"nothing was killed at point {at}")
    told.failures += [
        f"killed at point {at} ({', '.join(story.faults.fired)}): {name} are {story.end.get(name)}, not {held}"
        for name, held in end.items()
        if story.end and story.end.get(name) != held
    ]
    told.about = "a crash of orders"
    return told


def sweep(share: int = 0) -> Iterator[Told]:
    """The story killed at each of its points; or at so many of them, evenly spread."""
    reference = CrashingStory(0)
    told = told_by(reference)
    yield told
    all_points = range(1, reference.faults.points + 1)
    chosen = all_points if not share else [all_points[n * len(all_points) // share] for n in range(share)]
    for at in chosen:
        yield tell(at, reference.end)
