"""One reason that many records are refused for: found out by a few of them, told once, tried seldom.

A locked period, a missing account, a tax that was switched off: what Zoho refuses for such a reason it refuses for all
records alike. After a few refusals with one code and one sentence in a row, only some of the rest are tried, farther
and farther apart; then from the end backwards until one is refused again, so that what does not share the reason goes.
All others are put off together. When their pause ends one of them is tried: once it is taken, all go.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cscart_zoho.errors import AlreadyThere, ConnectorError, NotFound, Refused, Unfit, WrongSetting
from cscart_zoho.mapping.record_map import Rules
from cscart_zoho.records import Side
from cscart_zoho.sync.plan import Action, Kind, State
from cscart_zoho.sync.ports import Ledger, PlannedStep

#: So many refusals in a row with one code and one sentence have one reason.
ALIKE = 3

#: How the sentence about all of them goes: by it they are counted together.
SHARED = "for one reason that they share:"

#: What tells the records of one sentence apart: what is quoted, addresses, and words with digits.
_OWN = re.compile(r"\"[^\"]*\"|'[^']*'|\S+@\S+|\S*\d\S*")

#: Steps of one kind that write to one side.
Way = tuple[Kind, Side | None]


@dataclass(frozen=True)
class Cause:
    """What refusals share that have one reason. `words` are the remote's, without what tells records apart."""

    code: int
    words: str


def cause_of(error: ConnectorError) -> Cause | None:
    """The cause of a refusal; None for what concerns one record alone, and for what is none."""
    refusal = error.__cause__ if isinstance(error, Unfit) else error
    if isinstance(refusal, (NotFound, AlreadyThere)) or not isinstance(refusal, (Refused, WrongSetting)):
        return None
    said = str(refusal).partition(": ")[2] or str(refusal)
    return Cause(refusal.code if isinstance(refusal, Refused) else 0, " ".join(_OWN.sub("…", said).split()))


@dataclass
class Circuit:
    """The refusals of one cause. It is found out by `ALIKE` of them in a row, or known from an earlier run.

    While it is open, not all steps are tried.
    """

    cause: Cause
    reason: str
    state: State
    refused: list[PlannedStep] = field(default_factory=list)
    known: bool = False
    open: bool = False
    #: How many of the next steps are not tried, and how many after the next refusal.
    skip: int = 0
    gap: int = 1

    @property
    def found_out(self) -> bool:
        return self.known or len(self.refused) >= ALIKE

    def one_more(self, step: PlannedStep, *, known: bool) -> None:
        """Another refusal. Those that are known already are no reason to skip new ones."""
        self.refused.append(step)
        self.known |= known
        if self.found_out and not known:
            self.skip, self.gap = self.gap, self.gap * 2
        self.open = self.found_out


class CircuitBreaker:
    """Says which steps of one run are tried. `rules` name the records, and what to do about those that are refused."""

    def __init__(self, ledger: Ledger, rules: Rules) -> None:
        self.ledger = ledger
        self.rules = rules
        self._circuits: dict[Way, Circuit] = {}
        self._aside: dict[Way, dict[int, PlannedStep]] = {}
        #: Whether what was put aside is tried from its end on: until one is refused.
        self._backwards = False

    def admitted(self, steps: Sequence[PlannedStep]) -> list[PlannedStep]:
        """Those of these steps that are tried now. The others are put aside."""
        return [step for step in steps if self._is_admitted(step)]

    def _is_admitted(self, step: PlannedStep) -> bool:
        circuit = self._circuits.get(_way(step.action))
        if circuit is None or not circuit.open or self._backwards:
            return True
        known = self._reason(step.action) == circuit.reason
        if known or circuit.skip > 0:
            circuit.skip -= 0 if known else 1
            self._aside.setdefault(_way(step.action), {})[step.id] = step
            return False
        return True

    def refused(self, steps: Sequence[PlannedStep], error: ConnectorError) -> None:
        """Take a refusal into account, before it is written down."""
        cause = cause_of(error)
        for step in steps:
            way = _way(step.action)
            circuit = self._circuits.get(way)
            if cause is None or (circuit is not None and circuit.cause != cause):
                if circuit is not None and circuit.found_out:
                    continue
                self._circuits.pop(way, None)
                circuit = None
            if cause is None:
                continue
            if circuit is None:
                held = isinstance(error, Unfit)
                # What the rules say is about refusals of Zoho.
                by_zoho = step.action.target is not Side.CSCART and isinstance(error, Refused)
                advice = self.rules.if_refused_alike if by_zoho and not held else error.advice
                reason = self._shared(cause, step.action, advice)
                circuit = self._circuits[way] = Circuit(cause, reason, State.HELD if held else State.FAILED)
            circuit.one_more(step, known=self._reason(step.action) == circuit.reason)

    def taken(self, action: Action) -> None:
        """A write like this went through: not all share the reason, so the next ones are tried."""
        circuit = self._circuits.get(_way(action))
        if circuit is None or self._backwards:
            return
        if not circuit.found_out:
            del self._circuits[_way(action)]
        circuit.open, circuit.skip, circuit.gap = circuit.known, 0, 1

    # What was put aside

    def rest(self) -> list[PlannedStep]:
        """What was put aside, the last first: what came after the last refusal may not share the reason.

        It goes on until `is_over` says that one was refused again.
        """
        aside = [step for steps in self._aside.values() for step in reversed(steps.values())]
        self._backwards = True
        return aside

    def is_over(self, step: PlannedStep) -> bool:
        """Whether a step that was put aside is not tried in this run."""
        circuit = self._circuits.get(_way(step.action))
        if circuit is None or not circuit.open:
            return False
        tried_last = circuit.refused[-1].id in self._aside.get(_way(step.action), {})
        return tried_last or self._reason(step.action) == circuit.reason

    def put_off(self, left: Sequence[PlannedStep]) -> None:
        """What one reason stops waits together, with that reason; `left` was not tried."""
        for way, circuit in self._circuits.items():
            untried = [step for step in left if _way(step.action) == way]
            if not circuit.found_out:
                continue
            rows = [row for step in [*circuit.refused, *untried] for row in _rows(step.action)]
            with self.ledger.commit():
                for step in untried:
                    self.ledger.close_step(step, "skipped", f"Not tried. {circuit.reason}")
                self.ledger.put_off(rows, circuit.reason, circuit.state)
        self._circuits.clear()
        self._aside.clear()
        self._backwards = False

    def _reason(self, action: Action) -> str:
        pair = self.ledger.pair(action.cscart_id, action.zoho_id)
        return next((row.reason for row in (pair.cscart, pair.zoho) if row is not None), "")

    def _shared(self, cause: Cause, action: Action, advice: str) -> str:
        """The sentence about all of them: the same for the same cause in each run."""
        side = action.target.title if action.target is not None else "Zoho"
        code = f" (code {cause.code})" if cause.code else ""
        return (
            f'{side} refuses {self.rules.nouns} {SHARED} "{cause.words}"{code}. '
            f"{advice} Now and then one of them is tried; once it is taken, all go."
        )


def _way(action: Action) -> Way:
    return action.kind, action.target


def _rows(action: Action) -> list[tuple[Side, str]]:
    both = {Side.CSCART: action.cscart_id, Side.ZOHO: action.zoho_id}
    return [(side, id) for side, id in both.items() if id]
