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
from cscart_zoho_sim.transport import SimTransport, Watch
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect
from tests.sim.customer_judge import CustomerJudge
from tests.sim.customer_people import CustomerPeople
from tests.sim.judge import Judge
from tests.sim.listening import Listener
from tests.sim.more import Approvals
from tests.sim.order_judge import OrderJudge
from tests.sim.order_people import OrderPeople
from tests.sim.people import People
from tests.sim.post import LONGEST_DELAY_S
from tests.sim.told import Told

RUNS_WITH_FAULTS = 10
RUNS_TO_REST = 6
#: How often messages arrive between two calls of ours.
ARRIVES_BETWEEN = 0.3
#: Runs that hints have asked for may be followed by others.
ROUNDS_OF_HINTS = 5


def forget() -> None:
    """Empty every table of the ledger: each story begins with nothing."""
    for model in reversed(list(apps.get_app_config("store").get_models())):
        model._base_manager.all().delete()


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
    #: Where messages of both sides are listened to.
    listener: Listener | None = None

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
            zoho_calls=self.world.zoho.calls + self.world.zoho.crm.calls,
            messages=dict(self.listener.post.counts) if self.listener else {},
        )

    # Messages

    def _transport(self, watch: Watch) -> SimTransport:
        """The way to both sides. Their messages arrive between our calls, too."""

        def heard(request: Request, response: Response) -> None:
            watch(request, response)
            if self.listener is not None and self.listener.rng.random() < ARRIVES_BETWEEN:
                self.listener.post.pass_on()

        return self.world.transport(self.faults, watch=heard)

    def _listen_badly(self) -> None:
        """Web hooks are switched on, and what carries them has a weather of its own."""
        self.listener = Listener(self.world, random.Random(f"messages {self.seed}"), self.faults)
        self.listener.let_doubtful_things_be()

    def _listen_from_now_on(self) -> None:
        if self.listener is not None:
            self.listener.begin(self.store)

    def _listen(self) -> None:
        """Look at what messages have named, until none waits."""
        for _ in range(ROUNDS_OF_HINTS if self.listener else 0):
            assert self.listener is not None
            waiting = self.listener.runs(self.store)
            for run in waiting:
                self._carried_out(run)
                self.judge.history.append(f"hinted run of {run.entity}: {run.state} {run.asked} {run.counts}")
            if not waiting:
                break

    def _late_messages(self) -> None:
        """What comes two days late, or more than once, changes nothing when both sides agree."""
        if self.listener is None:
            return
        before = self._writes()
        self._hours(LONGEST_DELAY_S / 3600 + 1)
        if self.listener.post.held:
            self.judge.failures.append("a message never arrived")
        if wrote := self._writes() - before:
            self.judge.failures.append(f"I5: late messages made us write {wrote} times")
        self.judge.failures.extend(self.listener.post.failures)

    def _writes(self) -> int:
        return self.world.cscart.writes + self.world.zoho.writes + self.world.zoho.crm.writes

    # Runs

    def _hours(self, hours: float) -> None:
        self._wait(hours)
        self._listen()

    def _wait(self, hours: float) -> None:
        if self.listener is not None:
            self.listener.post.pass_on()  # what was sent is not an hour on its way
        self.world.clock.advance(hours * 3600)  # type: ignore[attr-defined]

    def _run(self, asked: Asked) -> Run:
        """Ask for a run and have it carried out, through kills and pauses, until it has ended."""
        if self.listener is not None and self.listener.rng.random() < 0.5:
            self._listen()
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
        return self._carried_out(run)

    def _carried_out(self, run: Run) -> Run:
        for _ in range(60):
            self._lease(run)
            try:
                carry_out(run, worker="simulation", at_commit=self.faults.at_commit, new_reference=self._reference)
            except Killed:
                self.kills += 1
                self._wait(self.rng.choice([0.02, 0.1, 0.5]))
            self._broken_off_or_done()
            run.refresh_from_db()
            if run.state not in (RunState.RUNNING, RunState.WAITING):
                return run
            if run.not_before is not None and run.not_before > app.now():
                self.world.clock.advance((run.not_before - app.now()).total_seconds() + 1)  # type: ignore[attr-defined]
        self.judge.failures.append("I9: a run did not come to an end in 60 attempts")
        return run

    def _broken_off_or_done(self) -> None:
        """A worker has stopped: what it has told until now can be read."""

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

    def __init__(self, seed: int, *, hinted: bool = False) -> None:
        self.rng = random.Random(seed)
        self.seed = seed
        self.world = World.empty(seed)
        self.approvals = Approvals.drawn(seed, self.world)
        self.judge: Judge = Judge(self.world, deciding=lambda: self.approvals.deciding)
        self.people = People(self.world, random.Random(self.rng.random()))
        for sim in (self.world.cscart, self.world.zoho):
            sim.watchers.append(self.judge.watch_edit)
        self.faults = FaultPlan.weather(random.Random(self.rng.random()), people=self.people.work)
        self.faults.calm()
        self.kills = 0
        self._references = 0
        if hinted:
            self._listen_badly()

    def tell(self) -> Told:
        forget()
        with app.using_transport(self._transport(self.judge.watch_call), self.world.clock):
            self._connect()
            self._listen_from_now_on()
            self.people.settle_in(8)
            self.faults.storm()
            for _ in range(RUNS_WITH_FAULTS):
                self._hours(1)
                self.people.work()
                self.approvals.decide(0.3)
                self._run(self._asked())
            self.faults.calm()
            self.people.go_home()
            self._come_to_rest()
            self._late_messages()
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
            self.approvals.decide(1)
            run = self._run(Asked())
            self.judge.history.append(f"at rest: {run.state} {run.counts} {run.message}")
            if run.state in (RunState.DONE, RunState.ATTENTION) and not run.counts.get("writes", 1):
                break
        else:
            self.judge.failures.append("I4: the sides did not come to rest in six quiet runs")
        self._listen()
        self.judge.at_rest()
        self._once_more()

    def _once_more(self) -> None:
        """I5: a run over two sides that agree writes nothing at all."""
        before = self._writes()
        self._hours(1)
        run = self._run(Asked(full=True))
        wrote = self._writes() - before
        if wrote or run.counts.get("writes"):
            self.judge.failures.append(f"I5: one more run wrote {wrote} times")


def tell(seed: int, *, hinted: bool = False) -> Told:
    """The story of a seed; an exception that nobody caught is a failure like any other."""
    return told_by(Story(seed, hinted=hinted))
