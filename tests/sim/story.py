"""One seed, told from beginning to end."""

import random
import traceback

from django.apps import apps

from cscart_zoho import app
from cscart_zoho.jobs.execution import carry_out
from cscart_zoho.mapping.choices import FirstContact, Owner, ProductChoices
from cscart_zoho.records import Direction, Entity
from cscart_zoho.store.models import Run, RunState, Store
from cscart_zoho.sync.asked import Asked, asked_to_json
from cscart_zoho_sim.faults import FaultPlan, Killed
from cscart_zoho_sim.world import World
from tests.connected import connect
from tests.sim.customer_judge import CustomerJudge
from tests.sim.customer_people import CustomerPeople
from tests.sim.judge import Judge
from tests.sim.order_judge import OrderJudge
from tests.sim.order_people import OrderPeople
from tests.sim.people import People
from tests.sim.told import Told

RUNS_WITH_FAULTS = 10
RUNS_TO_REST = 6


def forget() -> None:
    """Empty every table of the ledger: each story begins with nothing."""
    for model in reversed(list(apps.get_app_config("store").get_models())):
        model.objects.all().delete()  # type: ignore[attr-defined]


class Running:
    """How a story has runs carried out, through kills and pauses."""

    entity = Entity.PRODUCTS
    rng: random.Random
    seed: int
    world: World
    store: Store
    faults: FaultPlan
    judge: "Judge | CustomerJudge | OrderJudge"
    people: "People | CustomerPeople | OrderPeople"
    kills: int
    _references: int

    def tell(self) -> Told:
        """The story from beginning to end."""
        raise NotImplementedError

    def _told(self) -> Told:
        return Told(
            self.seed,
            self.judge.failures,
            self.judge.calls,
            sum(self.faults.fired.values()),
            self.kills,
            self.people.edits,
            self.judge.race_window,
            self.judge.history,
        )

    def _hours(self, hours: float) -> None:
        self.world.clock.advance(hours * 3600)  # type: ignore[attr-defined]

    def _run(self, asked: Asked) -> Run:
        """Ask for a run and have it carried out, through kills and pauses, until it has ended."""
        Run.objects.filter(state=RunState.RUNNING).update(state=RunState.WAITING, asked_key="left")
        run = Run.objects.create(
            store=self.store,
            entity=self.entity.value,
            trigger="schedule",
            asked=asked_to_json(asked),
            asked_key=asked.key,
            asked_at=app.now(),
            state=RunState.WAITING,
        )
        for _ in range(60):
            self._lease(run)
            try:
                carry_out(run, worker="simulation", at_commit=self.faults.at_commit, new_reference=self._reference)
            except Killed:
                self.kills += 1
                self._hours(self.rng.choice([0.02, 0.1, 0.5]))
            run.refresh_from_db()
            if run.state not in (RunState.RUNNING, RunState.WAITING):
                return run
            if run.not_before is not None and run.not_before > app.now():
                self.world.clock.advance((run.not_before - app.now()).total_seconds() + 1)  # type: ignore[attr-defined]
        self.judge.failures.append("I9: a run did not come to an end in 60 attempts")
        return run

    def _lease(self, run: Run) -> None:
        run.refresh_from_db()
        run.state, run.worker, run.lease, run.not_before = RunState.RUNNING, "simulation", run.lease + 1, None
        run.heartbeat_at = app.now()
        run.save()

    def _reference(self) -> str:
        self._references += 1
        return f"CZ-{self.seed}-{self._references}"


def told_by(story: Running) -> Told:
    """What came of a story; an exception that nobody caught is a failure like any other."""
    try:
        return story.tell()
    except Exception as error:
        trace = traceback.format_exc(limit=-6)
        return Told(
            story.seed,
            [*story.judge.failures, f"an error nobody caught: {error!r}\n{trace}"],
            story.judge.calls,
            history=story.judge.history,
        )


class Story(Running):
    """The world, the people, the faults and the connector of one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.seed = seed
        self.world = World.empty(seed)
        self.judge: Judge = Judge(self.world)
        self.people = People(self.world, random.Random(self.rng.random()))
        for sim in (self.world.cscart, self.world.zoho):
            sim.watchers.append(self.judge.watch_edit)
        self.faults = FaultPlan.weather(random.Random(self.rng.random()), people=self.people.work)
        self.faults.calm()
        self.kills = 0
        self._references = 0

    def tell(self) -> Told:
        forget()
        transport = self.world.transport(self.faults, watch=self.judge.watch_call)
        with app.using_transport(transport, self.world.clock):
            self._connect()
            self.people.settle_in(8)
            self.faults.storm()
            for _ in range(RUNS_WITH_FAULTS):
                self._hours(1)
                self.people.work()
                self._run(self._asked())
            self.faults.calm()
            self.people.go_home()
            self._come_to_rest()
        return self._told()

    def _connect(self) -> None:
        owners = [Owner.CSCART, Owner.ZOHO, Owner.NEWEST, Owner.ASK]
        choices = ProductChoices(
            owners={name: self.rng.choice(owners) for name in ("name", "price", "full_description", "status")},
            first_contact_stock=self.rng.choice([FirstContact.ZOHO, FirstContact.CSCART, FirstContact.ASK]),
            brake_percent=100,
            default_tax_id="6",
        )
        self.store = connect(self.world, choices)

    def _asked(self) -> Asked:
        return self.rng.choice(
            [
                Asked(),
                Asked(),
                Asked(),
                Asked(full=True),
                Asked(stock_only=True),
                Asked(direction=Direction.TO_ZOHO),
                Asked(direction=Direction.TO_CSCART),
            ]
        )

    def _come_to_rest(self) -> None:
        for _ in range(RUNS_TO_REST):
            self._hours(25)
            run = self._run(Asked())
            self.judge.history.append(f"at rest: {run.state} {run.counts} {run.message}")
            if run.state in (RunState.DONE, RunState.ATTENTION) and not run.counts.get("writes", 1):
                break
        else:
            self.judge.failures.append("I4: the sides did not come to rest in six quiet runs")
        self.judge.at_rest()
        self._once_more()

    def _once_more(self) -> None:
        """I5: a run over two sides that agree writes nothing at all."""
        before = self.world.cscart.writes + self.world.zoho.writes
        self._hours(1)
        run = self._run(Asked(full=True))
        wrote = self.world.cscart.writes + self.world.zoho.writes - before
        if wrote or run.counts.get("writes"):
            self.judge.failures.append(f"I5: one more run wrote {wrote} times")


def tell(seed: int) -> Told:
    """The story of a seed; an exception that nobody caught is a failure like any other."""
    return told_by(Story(seed))
