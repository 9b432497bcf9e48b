"""Carry out steps of a side that takes many records in one call.

The order is that of `apply`, for all of a batch at once: looked at, intents
committed, one call, and by record what came of it. One bad record fails alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from cscart_zoho.errors import ConnectorError, Refused, UnknownOutcome
from cscart_zoho.records import Record, Side, Value, Values
from cscart_zoho.sync.apply import Applying, Fresh, id_of, target_of
from cscart_zoho.sync.merge import Merged
from cscart_zoho.sync.plan import Kind
from cscart_zoho.sync.ports import Change, PlannedStep, RecordSide, Written
from cscart_zoho.sync.settle import IN_DOUBT


@dataclass
class Making:
    """One record that is about to be made from `source`."""

    step: PlannedStep
    source: Record
    values: dict[str, Value]
    key: str
    intent: int = 0


@dataclass
class Changing:
    """One record that is about to be changed."""

    step: PlannedStep
    fresh: Fresh
    merged: Merged
    source: Values
    intent: int = 0
    values: dict[str, Value] = field(default_factory=dict)


class ApplyingTogether:
    """The creations and updates of one run that go out many at a time."""

    def __init__(self, applying: Applying) -> None:
        self.applying = applying
        self.ledger = applying.ledger
        self.guarded = applying.guarded

    def carry_out(self, steps: Sequence[PlannedStep]) -> None:
        """Steps of one kind and one target. Raises `Throttled`, `NotConnected` and `LostLease`."""
        clear = [step for step in steps if not self._in_doubt(step)]
        if not clear:
            return
        way = self._create if clear[0].action.kind is Kind.CREATE else self._update
        self.guarded(clear, lambda: way(clear))

    def _in_doubt(self, step: PlannedStep) -> bool:
        if not self.ledger.in_doubt(step.action.cscart_id, step.action.zoho_id):
            return False
        with self.ledger.commit():
            self.ledger.close_step(step, "skipped", IN_DOUBT)
        return True

    def _each(self, steps: Sequence[PlannedStep], work: Callable[[PlannedStep], None]) -> None:
        """What goes wrong with one step stays with it."""
        for step in steps:
            self.guarded([step], partial(work, step))

    # Creating

    def _create(self, steps: Sequence[PlannedStep]) -> None:
        target = target_of(steps[0].action)
        side = self.applying.sides.of(target)
        made: list[Making] = []
        self._each(steps, lambda step: made.extend(self._about_to_make(step, target)))
        made = self._not_there_yet(made, side)
        if not made:
            return
        with self.ledger.commit():
            for each in made:
                each.intent = self.applying.open_creation(each.step, target, each.source, each.values, each.key)
        answers = self._sent([each.intent for each in made], lambda: side.create_all([each.values for each in made]))
        self._settle([each.step for each in made], [each.intent for each in made], answers, self._made(made, target))

    def _about_to_make(self, step: PlannedStep, target: Side) -> list[Making]:
        """What this step makes, or nothing when that is settled already (the step is closed then)."""
        source = self.applying.source_of(step)
        if source is None:
            return []
        values = self.applying.creation_of(source, target)
        key = self.applying.record_map.creation_key(source.key, values, target)
        return [Making(step, source, values, key)]

    def _not_there_yet(self, made: Sequence[Making], side: RecordSide) -> list[Making]:
        """Those whose key the target does not have. The others are seen, and the pairing is left to the rules."""
        there = side.find_all([each.key for each in made if each.key])
        left = []
        for each in made:
            if there.get(each.key):
                self.applying.leave_to_pairing(each.step, there[each.key])
            else:
                left.append(each)
        return left

    def _made(self, made: Sequence[Making], target: Side) -> Callable[[int, Record], None]:
        return lambda at, record: self.applying.keep_creation(
            made[at].step, target, made[at].source, made[at].values, record, made[at].intent
        )

    # Updating

    def _update(self, steps: Sequence[PlannedStep]) -> None:
        target = target_of(steps[0].action)
        side = self.applying.sides.of(target)
        read = side.read([id_of(step.action, target) for step in steps])
        changing: list[Changing] = []
        self._each(steps, lambda step: changing.extend(self._about_to_change(step, read)))
        changing = self._compared(changing, target)
        if not changing:
            return
        with self.ledger.commit():
            for each in changing:
                each.values, each.intent = self.applying.open_change(each.fresh, each.merged, each.source)
        changes = [Change(each.fresh.target.id, each.values, each.fresh.target) for each in changing]
        answers = self._sent([each.intent for each in changing], lambda: side.update_all(changes))
        steps = [each.step for each in changing]
        self._settle(steps, [each.intent for each in changing], answers, self._changed(changing))

    def _compared(self, changing: Sequence[Changing], target: Side) -> list[Changing]:
        """The same, where what rests on both sides being equal is decided on both as they are now.

        The target has been read just now, and the source when the run began: somebody may have edited it since. It is
        read last and in as few calls as it allows, because nothing lies between that and the write.
        """
        sealed = [each for each in changing if self.applying.planner.sealed(each.merged)]
        if not sealed:
            return list(changing)
        sources = self.applying.sides.of(target.other).read([id_of(each.step.action, target.other) for each in sealed])
        left = [each for each in changing if each not in sealed]
        self._each(
            [each.step for each in sealed],
            lambda step: left.extend(self._compared_again(step, sealed, sources)),
        )
        return left

    def _compared_again(
        self, step: PlannedStep, sealed: Sequence[Changing], sources: dict[str, Record]
    ) -> list[Changing]:
        """One of these with its source as it was just read. Raises `NotFound` where that is gone."""
        target = target_of(step.action)
        id = id_of(step.action, target.other)
        source = sources.get(id) or self.applying.read(target.other, id)
        with self.ledger.commit():
            self.ledger.observe([source])
        before = next(each.fresh.target for each in sealed if each.step is step)
        return self._about_to_change(step, {before.id: before})

    def _about_to_change(self, step: PlannedStep, read: dict[str, Record]) -> list[Changing]:
        target = target_of(step.action)
        id = id_of(step.action, target)
        fresh = self.applying.fresh(step, read.get(id) or self.applying.read(target, id))
        if fresh is None:
            return []
        values, merged = self.applying.merged(fresh)
        if merged.writes[target]:
            return [Changing(step, fresh, merged, values[target.other])]
        self.applying.nothing_left(step, fresh, merged)
        return []

    def _changed(self, changing: Sequence[Changing]) -> Callable[[int, Record], None]:
        return lambda at, record: self.applying.keep_change(
            changing[at].step,
            changing[at].fresh,
            changing[at].merged,
            changing[at].source,
            changing[at].values,
            record,
            changing[at].intent,
        )

    # What came of it

    def _sent(self, intents: Sequence[int], call: Callable[[], list[Written]]) -> list[Written]:
        """Make the call. An error of the whole is the error of each; what is certain not to have happened ends here."""
        try:
            return call()
        except ConnectorError as error:
            return [error] * len(intents)

    def _settle(
        self,
        steps: Sequence[PlannedStep],
        intents: Sequence[int],
        answers: Sequence[Written],
        keep: Callable[[int, Record], None],
    ) -> None:
        """First all that is certain, in one commit; then what went wrong, step by step."""
        assert len(answers) == len(steps)
        with self.ledger.commit():
            for at, answer in enumerate(answers):
                if isinstance(answer, Record):
                    keep(at, answer)
                elif not isinstance(answer, UnknownOutcome):
                    self.ledger.close_intent(intents[at], "refused" if isinstance(answer, Refused) else "not_applied")
        wrong: dict[int, list[PlannedStep]] = {}
        for step, answer in zip(steps, answers, strict=True):
            if isinstance(answer, ConnectorError):
                wrong.setdefault(id(answer), []).append(step)
        for answer in {id(a): a for a in answers if isinstance(a, ConnectorError)}.values():
            self.guarded(wrong[id(answer)], partial(_raise, answer))


def _raise(error: ConnectorError) -> None:
    raise error
