"""One seed of customers: the store, Zoho CRM and Zoho Inventory, people, faults and the connector."""

import random

import msgspec

from cscart_zoho import app
from cscart_zoho.mapping.choices import Owner
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home, customer_choices_to_json
from cscart_zoho.mapping.fields import Module
from cscart_zoho.records import Direction, Entity
from cscart_zoho.store.models import Run
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect
from tests.sim.customer_judge import CustomerJudge
from tests.sim.customer_people import CustomerPeople
from tests.sim.story import RUNS_TO_REST, RUNS_WITH_FAULTS, Running, forget, told_by
from tests.sim.told import Told

HOMES = (
    (Home.CRM, False),
    (Home.CRM, False),
    (Home.BOTH, True),
    (Home.BOTH, False),
    (Home.INVENTORY, False),
)


class CustomerStory(Running):
    """The world, the people, the faults and the connector of one seed."""

    entity = Entity.CUSTOMERS

    def __init__(self, seed: int, *, hinted: bool = False) -> None:
        self.rng = random.Random(f"customers {seed}")
        self.seed = seed
        self.world = World.empty(seed)
        self.world.cscart.switches.addon = self.rng.random() < 0.4
        self.home, self.at_once = self.rng.choice(HOMES)
        self.people = CustomerPeople(
            self.world,
            random.Random(self.rng.random()),
            crm=self.home is not Home.INVENTORY,
            inventory=self.home is Home.INVENTORY or self.at_once,
        )
        self.judge = CustomerJudge(self.world, lambda: self.people.doubled)
        self.world.cscart.user_watchers.append(self.judge.watcher("store"))
        self.world.zoho.crm.watchers.append(self.judge.watcher("crm"))
        self.world.zoho.contact_watchers.append(self.judge.watcher("inventory"))
        self.faults = FaultPlan.weather(random.Random(self.rng.random()), people=self.people.work)
        self.faults.calm()
        self.kills = 0
        self._references = 0
        if hinted:
            self._listen_badly()

    def tell(self) -> Told:
        forget()
        with app.using_transport(self._transport(self._watch_call), self.world.clock):
            self.store = connect(self.world)
            self._choose()
            self._listen_from_now_on()
            self.people.settle_in(8)
            self.faults.storm()
            for _ in range(RUNS_WITH_FAULTS):
                self._hours(1)
                self.people.work()
                self._run(self._asked())
            self.faults.calm()
            self.people.go_home()
            self._come_to_rest()
            self._late_messages()
        return self._told()

    def _watch_call(self, request: Request, response: Response) -> None:
        self.judge.watch_call(request, response)
        if request.path.endswith("/coql") and response.status == 200:
            self.people.look_over_the_shoulder(request.body.decode())

    def _choose(self) -> None:
        """The default maps, with other owners now and then."""
        choices = CustomerChoices(home=self.home, inventory_at_once=self.at_once, brake_percent=100)
        self.store.customer_choices = customer_choices_to_json(choices)
        app.read_fields(self.store)
        maps = {}
        for module in app.modules_of(self.store):
            rows = dict(app.field_map(self.store, module).rows)
            for name, row in rows.items():
                if row.direction is Direction.BOTH and module is not Module.ACCOUNT and self.rng.random() < 0.3:
                    owner = self.rng.choice([Owner.CSCART, Owner.ZOHO, Owner.NEWEST, Owner.ASK])
                    rows[name] = msgspec.structs.replace(row, owner=owner)
            maps[module] = rows
        self.store.customer_choices = customer_choices_to_json(msgspec.structs.replace(choices, maps=maps))
        self.store.save()

    def _asked(self) -> Asked:
        return self.rng.choice(
            [
                Asked(),
                Asked(),
                Asked(),
                Asked(full=True),
                Asked(only="unsynced"),
                Asked(direction=Direction.TO_ZOHO),
                Asked(direction=Direction.TO_CSCART),
            ]
        )

    def _come_to_rest(self) -> None:
        for _ in range(RUNS_TO_REST):
            self._hours(25)
            run = self._run(Asked())
            self.judge.history.append(f"at rest: {run.state} {run.counts} {run.message}")
            if _quiet(run):
                break
        else:
            self.judge.failures.append("I4: the sides did not come to rest in six quiet runs")
        self._hours(25)
        self._run(Asked())  # a company that came with the last run is paired by this one
        self._listen()
        self.judge.at_rest()
        before = self._writes()
        self._hours(1)
        run = self._run(Asked(full=True))
        wrote = self._writes() - before
        if wrote or run.counts.get("writes"):
            self.judge.failures.append(f"I5: one more run wrote {wrote} times")


def _quiet(run: Run) -> bool:
    return run.state in ("done", "attention") and not run.counts.get("writes", 1)


def tell(seed: int, *, hinted: bool = False) -> Told:
    """The story of a seed; an exception that nobody caught is a failure like any other."""
    return told_by(CustomerStory(seed, hinted=hinted))
