"""Carry out steps of a side that takes many records in one call.

The order is that of `apply`, for all of a batch at once: looked at, intents
committed, one call, and by record what came of it. One bad record fails alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import TypeVar

from cscart_zoho.errors import AlreadyThere, ConnectorError, Refused, Unfit, UnknownOutcome
from cscart_zoho.mapping.keys import folded
from cscart_zoho.records import Record, Side, Value, Values
from cscart_zoho.sync.apply import Applying, Fresh, id_of, leave_out, target_of
from cscart_zoho.sync.merge import Merged
from cscart_zoho.sync.plan import Kind
from cscart_zoho.sync.ports import Change, LostLease, PlannedStep, RecordSide, Written
from cscart_zoho.sync.settle import IN_DOUBT


class Next(Enum):
    """What follows from an error."""

    #: The rest is sent again.
    AGAIN = 1
    #: It is told already, or it is none.
    SETTLED = 2
    #: It is told.
    TOLD = 3


@dataclass(eq=False)
class Making:
    """One record that is about to be made from `source`."""

    step: PlannedStep
    source: Record
    values: dict[str, Value]
    key: str
    intent: int = 0
    #: Values that the target does not take: it is made without them.
    refused: list[Unfit] = field(default_factory=list)


@dataclass(eq=False)
class Changing:
    """One record that is about to be changed."""

    step: PlannedStep
    fresh: Fresh
    merged: Merged
    source: Values
    intent: int = 0
    values: dict[str, Value] = field(default_factory=dict)


Item = TypeVar("Item", Making, Changing)


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
        while made:
            with self.ledger.commit():
                for each in made:
                    each.intent = self.applying.open_creation(each.step, target, each.source, each.values, each.key)
            answers = self._sent(made, partial(side.create_all, [each.values for each in made]))
            self._keep_all(made, answers, partial(self._keep_creation, target))
            made = self._gone_wrong(made, answers, partial(self._not_made, target))

    def _keep_creation(self, target: Side, each: Making, record: Record) -> None:
        self.applying.keep_creation(
            each.step, target, each.source, each.values, record, each.intent, refused=each.refused
        )

    def _not_made(self, target: Side, each: Making, error: ConnectorError) -> Next:
        """What follows where a record was not made: without a value that it may lack it may be taken."""
        if isinstance(error, AlreadyThere) and (same := _same(error.others, each.key)):
            self.applying.leave_to_pairing(each.step, same)
            return Next.SETTLED
        named = self.applying.lacking(error, each.values, target) if isinstance(error, Unfit) else []
        if not named:
            return Next.TOLD
        each.refused += [error.fields[name] for name in named]
        each.values = {name: value for name, value in each.values.items() if name not in named}
        return Next.AGAIN

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
        while changing:
            with self.ledger.commit():
                for each in changing:
                    each.values, each.intent = self.applying.open_change(each.fresh, each.merged, each.source)
            changes = [Change(each.fresh.target.id, each.values, each.fresh.target) for each in changing]
            answers = self._sent(changing, partial(side.update_all, changes))
            self._keep_all(changing, answers, self._keep_change)
            changing = self._gone_wrong(changing, answers, partial(self._not_changed, target))

    def _keep_change(self, each: Changing, record: Record) -> None:
        applying = self.applying
        applying.keep_change(each.step, each.fresh, each.merged, each.source, each.values, record, each.intent)

    def _not_changed(self, target: Side, each: Changing, error: ConnectorError) -> Next:
        """What follows where a record was not changed: the fields that are not refused go by themselves."""
        if not isinstance(error, (Refused, Unfit)):
            return Next.TOLD
        if isinstance(error, AlreadyThere) and self._swapped(each, error):
            return Next.SETTLED
        if leave_out(each.merged, target, error):
            return Next.AGAIN
        if len(each.values) < 2 or each.values.keys() <= error.fields.keys():
            return Next.TOLD
        self.guarded(
            [each.step],
            lambda: self.applying.write_in_parts(each.step, each.fresh, each.merged, each.source, error),
        )
        return Next.SETTLED

    def _swapped(self, each: Changing, error: AlreadyThere) -> bool:
        """Whether a record has its key now that another one has given up, or was written already to give up its own."""
        swapping, pair = self.applying.swapping, each.fresh.pair
        if (pair.cscart_id, pair.zoho_id) in swapping.moved:
            with self.ledger.commit():
                self.ledger.close_step(each.step, "done")
            return True
        done: list[bool] = []
        self.guarded(
            [each.step],
            lambda: done.append(swapping.written(each.step, each.fresh, each.merged, each.source, error)),
        )
        return done != [False]

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

    # What came of it

    def _sent(self, items: Sequence[Item], call: Callable[[], list[Written]]) -> dict[int, Written]:
        """Make the call; by the id of each item what came of it. An error of the whole is the error of each."""
        try:
            answers = call()
        except ConnectorError as error:
            answers = [error] * len(items)
        assert len(answers) == len(items)
        return {id(each): answer for each, answer in zip(items, answers, strict=True)}

    def _keep_all(
        self, items: Sequence[Item], answers: Mapping[int, Written], keep: Callable[[Item, Record], None]
    ) -> None:
        """Keep all that is certain, in one commit. Where the ledger cannot keep one of them, the others stay kept."""
        try:
            with self.ledger.commit():
                for each in items:
                    self._keep(each, answers[id(each)], keep)
        except LostLease:
            raise
        except Exception as error:
            if self.ledger.is_away(error):
                raise
            for each in items:
                self.guarded([each.step], partial(self._keep_alone, each, answers[id(each)], keep))

    def _keep_alone(self, each: Item, answer: Written, keep: Callable[[Item, Record], None]) -> None:
        with self.ledger.commit():
            self._keep(each, answer, keep)

    def _keep(self, each: Item, answer: Written, keep: Callable[[Item, Record], None]) -> None:
        """Inside a commit. What is certain not to have happened ends here."""
        if isinstance(answer, Record):
            keep(each, answer)
        elif not isinstance(answer, UnknownOutcome):
            self.ledger.close_intent(each.intent, "refused" if isinstance(answer, Refused) else "not_applied")

    def _gone_wrong(
        self, items: Sequence[Item], answers: Mapping[int, Written], follows: Callable[[Item, ConnectorError], Next]
    ) -> list[Item]:
        """Tell what went wrong, and the items that are sent again."""
        again: list[Item] = []
        wrong: dict[int, tuple[ConnectorError, list[PlannedStep]]] = {}
        for each in items:
            answer = answers[id(each)]
            if not isinstance(answer, ConnectorError):
                continue
            follow = follows(each, answer)
            if follow is Next.AGAIN:
                again.append(each)
            elif follow is Next.TOLD:
                wrong.setdefault(id(answer), (answer, []))[1].append(each.step)
        for error, steps in wrong.values():
            self.guarded(steps, partial(_raise, error))
        return again


def _same(others: Sequence[object], key: str) -> list[Record]:
    """Those records that have this key, in whatever case."""
    return [each for each in others if isinstance(each, Record) and folded(each.key) == folded(key)]


def _raise(error: ConnectorError) -> None:
    raise error
