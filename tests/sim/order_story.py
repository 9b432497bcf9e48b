"""One seed of orders: products, customers and orders on both sides, people, faults and the connector."""

import random

from cscart_zoho import app
from cscart_zoho.mapping.choices import FirstContact, ProductChoices
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home, customer_choices_to_json
from cscart_zoho.mapping.order_choices import OrderChoices, order_choices_to_json
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Run
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect
from tests.sim.more import Surroundings
from tests.sim.order_judge import OrderJudge
from tests.sim.order_people import OrderPeople
from tests.sim.story import RUNS_TO_REST, RUNS_WITH_FAULTS, Running, forget, told_by
from tests.sim.told import Told

#: From the seed after this on, orders come back in every second story.
COMES_BACK_AFTER = 300
ALL = (Entity.PRODUCTS, Entity.CUSTOMERS, Entity.ORDERS)


class OrderStory(Running):
    """The world, the people, the faults and the connector of one seed."""

    #: What a quiet round runs.
    everything: tuple[Entity, ...] = ALL

    def __init__(self, seed: int, *, hinted: bool = False) -> None:
        self.rng = random.Random(f"orders {seed}")
        self.seed = seed
        self.world = World.empty(seed)
        # Apart from `rng`, so that the other choices of a seed stay what they were.
        setting = random.Random(f"setting of orders {seed}")
        self.judge = OrderJudge(self.world, buffer=setting.choice([0, 0, 2]), counting=lambda: self.people.counting)
        # With a buffer, sales that are not known yet can make different figures look agreed on.
        orders_first = self.judge.buffer or setting.random() < 0.3
        self.beginning = (Entity.ORDERS, *ALL) if orders_first else ALL
        # Not in the first stories: those were chosen for what they catch.
        come_back = seed > COMES_BACK_AFTER and seed % 2 == 0
        self.people = OrderPeople(self.world, random.Random(self.rng.random()), come_back=come_back)
        #: Both sides have the same stock before the connector comes: their orders are past.
        self.same_at_first = setting.random() < 0.5
        for watchers in (
            self.world.cscart.watchers,
            self.world.zoho.watchers,
            self.world.cscart.order_watchers,
            self.world.zoho.salesorder_watchers,
        ):
            watchers.append(self.judge.watch_edit)
        self.faults = FaultPlan.weather(random.Random(self.rng.random()), people=self.people.work)
        self.surroundings = Surroundings.drawn(seed, self.world)
        self.faults.calm()
        self.kills = 0
        self._references = 0
        if hinted:
            self._listen_badly()

    def tell(self) -> Told:
        forget()
        with app.using_transport(self._transport(self._watch), self.world.clock):
            self._connect()
            self._listen_from_now_on()
            self.people.settle_in()
            self.surroundings.before_connecting()
            if self.same_at_first or self.surroundings.old_orders:
                self._level()
            self.judge.stock.agree()
            for entity in self.beginning:
                self._go(entity)
            self.faults.storm()
            for _ in range(RUNS_WITH_FAULTS):
                self._hours(1)
                self.people.work()
                self._go(self.rng.choice([Entity.ORDERS, Entity.ORDERS, Entity.PRODUCTS, Entity.CUSTOMERS]))
            self.faults.calm()
            self.people.go_home()
            self._come_to_rest()
            self._late_messages()
        return self._told()

    def _level(self) -> None:
        """Somebody has counted both sides' shelves, orders and all."""
        for product in self.world.cscart.products().values():
            items = self.world.zoho.items().items()
            id, item = next((id, row) for id, row in items if row["sku"] == product["product_code"])
            if less := int(product["amount"]) - int(item["available_for_sale_stock"]):
                self.world.zoho.move_stock(id, less)

    def _broken_off_or_done(self) -> None:
        self.judge.note_told()

    def _watch(self, request: Request, response: Response) -> None:
        self.judge.watch_call(request, response)
        if order := self.faults.stormy and self.surroundings.overtaken(request, response):
            self.people.edit_now(int(order))

    def _connect(self) -> None:
        choices = ProductChoices(
            first_contact_stock=FirstContact.ZOHO, stock_buffer=self.judge.buffer, brake_percent=100, default_tax_id="6"
        )
        self.store = connect(self.world, choices)
        home = self.rng.choice([Home.INVENTORY, Home.CRM, Home.BOTH])
        self.store.customer_choices = customer_choices_to_json(CustomerChoices(home=home, brake_percent=100))
        self.store.order_choices = order_choices_to_json(OrderChoices(brake_percent=100, tolerance="0.05"))
        self.store.save()

    def _go(self, entity: Entity, asked: Asked | None = None) -> Run:
        self.entity = entity
        run = self._run(asked or Asked())
        self.judge.history.append(f"run of {entity.value}: {run.state} {run.counts} {run.message}")
        return run

    def _come_to_rest(self) -> None:
        for _ in range(RUNS_TO_REST):
            self._hours(25)
            runs = [self._go(entity) for entity in self.everything]
            if all(_quiet(run) for run in runs):
                break
        else:
            self.judge.failures.append("I4: the sides did not come to rest in six quiet rounds")
        self._listen()
        self.judge.at_rest()
        before = self._writes()
        self._hours(1)
        runs = [self._go(entity, Asked(full=True)) for entity in self.everything]
        wrote = self._writes() - before
        if wrote or any(run.counts.get("writes") for run in runs):
            self.judge.failures.append(f"I5: one more round wrote {wrote} times")


def _quiet(run: Run) -> bool:
    """Nothing was written, and nothing was left for the next run."""
    return run.state in ("done", "attention") and not run.counts.get("writes", 1) and not run.counts.get("skipped")


def tell(seed: int, *, hinted: bool = False) -> Told:
    """The story of a seed; an exception that nobody caught is a failure like any other."""
    return told_by(OrderStory(seed, hinted=hinted))
