"""How people work in a simulation: one thing after the other, until they go home."""

import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass

from cscart_zoho_sim.world import World

#: How common a piece of work is, and the work.
Todo = list[tuple[int, Callable[[], None]]]


@dataclass
class Working:
    """Random work on the sides of a world; `edits` counts what was done."""

    world: World
    rng: random.Random
    edits: int = 0
    _typed: int = 0
    _away: bool = False

    #: What a form says no with: the person leaves it.
    refusals = ()

    def _todo(self) -> Todo:
        """What these people do."""
        raise NotImplementedError

    def go_home(self) -> None:
        """Nobody works any more; the sides must come to rest."""
        self._away = True

    def work(self) -> None:
        """A busy moment: one to four things are done."""
        for _ in range(self.rng.randint(1, 4)):
            self.act()

    def act(self) -> None:
        """One person does one thing."""
        if self._away:
            return
        todo = self._todo()
        (work,) = self.rng.choices([w for _, w in todo], [n for n, _ in todo])
        self.edits += 1
        with contextlib.suppress(*self.refusals):
            work()

    def _new(self) -> int:
        self._typed += 1
        return self._typed
