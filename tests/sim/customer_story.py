"""One seed of customers: the store, Zoho CRM and Zoho Inventory, people, administrators, faults and the connector."""

import random

from cscart_zoho import app
from cscart_zoho.records import Direction, Entity
from cscart_zoho.store.models import Run
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect
from tests.sim.customer_answers import Answering
from tests.sim.customer_judge import CustomerJudge
from tests.sim.customer_people import CustomerPeople
from tests.sim.customer_setting import HOMES, CustomerSetting
from tests.sim.story import RUNS_TO_REST, RUNS_WITH_FAULTS, Running, forget, told_by
from tests.sim.told import Told


class CustomerStory(Running):
    """The world, the people, the faults and the connector of one seed."""

    entity = Entity.CUSTOMERS

    def __init__(self, seed: int, *, hinted: bool = False) -> None:
        self.rng = random.Random(f"customers {seed}")
        self.seed = seed
        self.world = World.empty(seed)
        self.world.cscart.switches.addon = self.rng.random() < 0.6
        home, at_once = self.rng.choice(HOMES)
        self.setting = CustomerSetting.drawn(seed, self.world, home, at_once)
        self.people = CustomerPeople(self.world, random.Random(self.rng.random()), setting=self.setting)
        self.answering = Answering(random.Random(self.rng.random()), afterwards=self.people.think_again)
        self.judge = CustomerJudge(
            self.world,
            self.setting,
            lambda: self.people.doubled,
            lambda: self.people.disabled,
            lambda: self.answering.decided,
        )
        self.judge.watch_all()
        self.setting.history = self.answering.history = self.judge.history
        self.faults = FaultPlan.weather(random.Random(self.rng.random()), people=self._somebody)
        self.faults.calm()
        self.kills = 0
        self._references = 0
        #: After which runs customers move, another organisation is connected, and the first one again.
        self.moves_at = self.rng.randrange(2, RUNS_WITH_FAULTS) if self.setting.moves else -1
        self.swaps_at = self.rng.randrange(2, 6) if self.setting.swaps and not hinted else -1
        self.back_at = self.swaps_at + self.rng.randrange(2, 6) if self.swaps_at > 0 else -1
        if hinted:
            self._listen_badly()

    def tell(self) -> Told:
        forget()
        with app.using_transport(self._transport(self._watch_call), self.world.clock):
            self.store = connect(self.world)
            self.setting.choose()
            self.store.refresh_from_db()
            self._listen_from_now_on()
            self.people.settle_in(8)
            self._customise(2)
            self.faults.storm()
            for number in range(RUNS_WITH_FAULTS):
                self._hours(1)
                self.people.work()
                self._decide()
                self._turn(number)
                self._go(self._asked())
            self._lock_at_last()
            self.faults.calm()
            self.people.go_home()
            self._come_to_rest()
            self._open_up()
            self._late_messages()
        told = self._told()
        told.named = dict(self.judge.named)
        return told

    # What happens besides

    def _watch_call(self, request: Request, response: Response) -> None:
        self.judge.watch_call(request, response)
        if request.path.endswith("/coql") and response.status == 200:
            self.people.look_over_the_shoulder(request.body.decode())
        if request.method in ("POST", "PUT") and self.faults.stormy and self.setting.agreed is not None:
            self._save_a_map()

    def _save_a_map(self) -> None:
        """An administrator saves another map while a run writes by the old one."""
        if self.setting.remaps and self.rng.random() < 0.08:
            self.setting.remap()
            self.judge.settings_saved()

    def _somebody(self) -> None:
        """Between two calls of ours: people work, and now and then an administrator or somebody at our panel does."""
        if self.setting.agreed is not None and self.rng.random() < 0.15:
            self._decide()
        else:
            self.people.work()

    def _decide(self) -> None:
        """Somebody at our panel, or an administrator of CRM."""
        if self.setting.answers:
            if self.rng.random() < 0.6:
                self.answering.look(self.store)
            if self.rng.random() < 0.6:
                self.answering.answer()
        if self.setting.remaps and self.rng.random() < 0.3:
            self.setting.remap()
            self.judge.settings_saved()
        if self.rng.random() < 0.5:
            self._customise(1)

    def _customise(self, times: int) -> None:
        for _ in range(times if self.setting.customises and self.setting.has_crm else 0):
            self.setting.customise()

    def _lock_at_last(self) -> None:
        """An administrator makes a field read-only, and people go on typing into its column in the store."""
        if self.setting.customises and self.setting.has_crm and (name := self.setting.lock_one()):
            row = self.setting.rows("crm").get(name)
            for _ in range(3 if row is not None else 0):
                assert row is not None
                self.people.type_into(row.column)

    def _turn(self, number: int) -> None:
        """The great changes in the life of a shop: another home, another organisation."""
        if number == self.moves_at:
            self.setting.move()
        if number in (self.swaps_at, self.back_at):
            if number == self.swaps_at:
                self.people.settle_in_elsewhere(self.world.other_organisations[0])
            self.faults.calm()
            self._swap()
            self.faults.storm()

    def _swap(self) -> None:
        """Another organisation is connected. Nothing goes on before an administrator has said so."""
        self.setting.swap()
        self.store = self.setting.store()
        if self.setting.agreed is None:
            self._go(Asked())
            if self.rng.random() < 0.2:
                self.setting.swap()  # it was a mistake
            else:
                self.setting.start_anew()
            self.store = self.setting.store()
        elif not self.setting.choices().maps:
            self.setting.choose_maps()

    def _go(self, asked: Asked) -> Run:
        self.store.refresh_from_db()
        self.judge.run_begins()
        run = self._run(asked)
        self.judge.history.append(f"run: {run.state} {run.counts} {run.message}")
        return run

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

    # The end

    def _come_to_rest(self) -> None:
        for _ in range(RUNS_TO_REST):
            self._hours(25)
            before = self.judge.changes
            run = self._go(Asked())
            if run.state in ("done", "attention") and self.judge.changes == before:
                break
        else:
            self.judge.failures.append("I4: the sides did not come to rest in six quiet runs")
        self._hours(25)
        run = self._go(Asked())  # a company that came with the last run is paired by this one
        self._listen()
        self.judge.at_rest(self.store, run)
        before, changes = self._writes(), self.judge.changes
        self._hours(1)
        run = self._go(Asked(full=True))
        wrote = (self.judge.changes - changes) if self.setting.obstacles else (self._writes() - before)
        if wrote:
            self.judge.failures.append(f"I5: one more run wrote {wrote} times")

    def _open_up(self) -> None:
        """Whatever is in the way is taken away, and every question is answered: then both sides are alike."""
        if not self.setting.obstacles and not self.judge.named["question"]:
            return
        self.judge.named.clear()
        self.setting.open_up()
        self.answering.answer_all(self.store)
        self._come_to_rest()

    def _writes(self) -> int:
        zohos = self.setting.organisations
        return self.world.cscart.writes + sum(each.writes + each.crm.writes for each in zohos)


def tell(seed: int, *, hinted: bool = False) -> Told:
    """The story of a seed; an exception that nobody caught is a failure like any other."""
    return told_by(CustomerStory(seed, hinted=hinted))
