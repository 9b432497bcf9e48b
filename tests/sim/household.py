"""Both sides, our panel, the schedule and a worker on one virtual clock, and nobody who presses anything."""

import random
from collections.abc import Callable

from cscart_zoho import app
from cscart_zoho.jobs import hints, runner, schedule
from cscart_zoho.store.models import Run, RunState, Store
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.sim.listening import Listener

#: How long a call to either side takes.
CALL_S = 0.2
#: How often messages, the schedule and the worker are looked at, at most.
STEP_S = 0.5


class Household:
    """What `serve` starts, without processes: the same functions at the same intervals."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.runs = 0
        self._next_tick = self._next_look = 0.0
        self.listener: Listener | None = None

    def switch_hints_on(self, store: Store) -> None:
        """Every web hook of both sides; their messages arrive at once."""
        self.listener = Listener(self.world, random.Random(1))
        self.listener.begin(store)

    def live(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> float:
        """Let time go by, so many seconds or until something holds; how many went by."""
        began = self.world.clock.now()
        while not until() and self.world.clock.now() - began < seconds:
            self._step()
            if until():
                break
            waiting = Run.objects.filter(state=RunState.WAITING).exists()
            self.world.clock.advance(STEP_S if waiting else schedule.TICK_S)  # type: ignore[attr-defined]
        return self.world.clock.now() - began

    def watch(self, _request: Request, _response: Response) -> None:
        self.world.clock.advance(CALL_S)  # type: ignore[attr-defined]

    def _step(self) -> None:
        if self.listener is not None:
            self.listener.post.pass_on()
        if self.world.clock.now() >= self._next_tick:
            self._next_tick = self.world.clock.now() + schedule.TICK_S
            schedule.ask_for_due(app.now())
            hints.take_hints(app.now())
        if self.world.clock.now() >= self._next_look:
            while runner.work_once("worker"):
                self.runs += 1
            self._next_look = self.world.clock.now() + runner.IDLE_S
