"""Carry out planned steps one by one: intent, fresh read, call, and what came of it.

Every write follows the same order. The record is read again, and decided on
again, so that an edit made since the plan is not run over; the intent with the
values that are sent is committed; the call is made once; link, base,
observation and closed intent are committed together. A call without a clear
answer leaves its intent open, and `recover` settles it before anything else
happens.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cscart_zoho.errors import AlreadyThere, KnownElsewhere, NotFound, NotShared, Refused, Unfit
from cscart_zoho.mapping.forms import quoted
from cscart_zoho.mapping.keys import written
from cscart_zoho.records import INACTIVE, Record, Side, Value, Values, digest, is_fingerprint, kept
from cscart_zoho.sync.circuit_breaker import ALIKE
from cscart_zoho.sync.merge import Merged
from cscart_zoho.sync.pairing import Candidate, why_not_beside
from cscart_zoho.sync.pairs import Linked, Pair, Seen
from cscart_zoho.sync.plan import Action, Kind, Planner, State, open_stock, rebase
from cscart_zoho.sync.ports import Ledger, NewIntent, PlannedStep, Sides
from cscart_zoho.sync.settle import (
    IN_DOUBT,
    Guarded,
    after_write,
    badges,
    held_values,
    kept_otherwise,
    link_created,
    read_one,
    sent,
)
from cscart_zoho.sync.stock import Agreement
from cscart_zoho.sync.swapping import Swapping
from cscart_zoho.sync.unlinked import plan_anew, still_partners

#: What records are called by, in the words of both sides.
NAMES = ("name", "contact_name")
NOTHING_LEFT = "Nothing is left to do: it was changed meanwhile."


@dataclass(frozen=True)
class Fresh:
    """A linked pair whose one row, `target`, has been read this very moment."""

    pair: Pair
    link: Linked
    target: Record

    @property
    def source_values(self) -> Values:
        row = self.pair.of(self.target.side.other)
        return row.values if row is not None else {}


class Applying:
    """Carries out the steps of one run that write fields, make records, link and tell."""

    def __init__(self, sides: Sides, ledger: Ledger, planner: Planner, guarded: Guarded) -> None:
        self.sides = sides
        self.ledger = ledger
        self.planner = planner
        self.guarded = guarded
        self.record_map = planner.record_map
        self._sources: dict[tuple[Side, str], Record] = {}
        self.swapping = Swapping(self)

    def prepare(self, steps: Sequence[PlannedStep]) -> None:
        """Read the sources of coming creations together: as few calls as the side allows."""
        self._sources.clear()
        for side in Side:
            ids = [
                id_of(step.action, side)
                for step in steps
                if step.action.kind is Kind.CREATE and step.action.target is side.other
            ]
            if ids:
                self._sources |= {(side, id): record for id, record in self.sides.of(side).read(ids).items()}

    def carry_out(self, step: PlannedStep) -> None:
        """One step. What concerns this record alone ends here; what concerns the whole run is raised.

        Raises `Throttled`, `NotConnected` and `LostLease`.
        """
        self.guarded([step], lambda: self._do(step))

    def _do(self, step: PlannedStep) -> None:
        action = step.action
        if self.ledger.in_doubt(action.cscart_id, action.zoho_id):
            self.leave(step)
            return
        ways: dict[Kind, Callable[[PlannedStep], None]] = {
            Kind.LINK: self._link,
            Kind.CREATE: self._create,
            Kind.UPDATE: self._update,
            Kind.MARK_INACTIVE: self._mark_inactive,
            Kind.CONFLICT: self._conflict,
            Kind.HOLD: self._hold,
        }
        ways[action.kind](step)

    def leave(self, step: PlannedStep) -> None:
        """Nothing is done about records of which nobody knows what the last write has made."""
        self._close(step, "skipped", IN_DOUBT)

    def _close(self, step: PlannedStep, state: str, message: str = "") -> None:
        with self.ledger.commit():
            self.ledger.close_step(step, state, message)

    def _hold(self, step: PlannedStep) -> None:
        self._close(step, "held", step.action.reason)

    # Linking and conflicts: nothing is written outside

    def _link(self, step: PlannedStep) -> None:
        pair = self.ledger.pair(step.action.cscart_id, step.action.zoho_id)
        if pair.link is None and pair.zoho is not None and self._may_be_gone(pair.zoho):
            now = self.read(Side.ZOHO, pair.zoho.id)  # nothing of a record that was deleted meanwhile comes over
            with self.ledger.commit():
                self.ledger.observe([now])
            pair = self.ledger.pair(step.action.cscart_id, step.action.zoho_id)
        if (
            pair.link is not None
            or pair.cscart is None
            or pair.zoho is None
            or pair.cscart.gone
            or not still_partners(self.planner, self.ledger, pair.cscart.id, pair.zoho.id)
        ):
            self._close(step, "skipped", "It is linked already, or one of the two has changed or is gone.")
            return
        merged = self.planner.merge(pair, pair.cscart.values, pair.zoho.values)
        agreed = rebase(pair, merged, self.planner.stock(pair))
        begun = pair.begun.base_cscart if pair.begun else {}, pair.begun.base_zoho if pair.begun else {}
        bases = ({**begun[0], **agreed.cscart}, {**begun[1], **agreed.zoho}) if agreed else begun
        with self.ledger.commit():
            agreement = agreed.agreement if agreed is not None else Agreement.WITHOUT
            self.ledger.link(pair.cscart.id, pair.zoho.id, "adopted", *bases, agreement=agreement)
            self.ledger.close_step(step, "done")
            self.ledger.badge(badges(pair, State.HELD if merged.unfit else State.SYNCED, why_unfit(merged.unfit)))

    def _may_be_gone(self, row: Seen) -> bool:
        """Whether a row was last seen by an earlier run, and its side tells of no deletions."""
        unseen = row.seen_at is None or row.seen_at < self.planner.now
        return unseen and not row.gone and not self.sides.of(row.side).looks.deletions

    def _conflict(self, step: PlannedStep) -> None:
        pair = self.ledger.pair(step.action.cscart_id, step.action.zoho_id)
        if pair.cscart is None or pair.zoho is None:
            self._close(step, "skipped", "One of the two records is not there any more.")
            return
        differences = self.planner.merge(pair, pair.cscart.values, pair.zoho.values).undecided
        stock = self.planner.stock(pair)
        if stock is not None and stock.undecided:
            differences = [*differences, open_stock(pair.cscart, pair.zoho)]
        with self.ledger.commit():
            self.ledger.record(pair, differences)
            self.ledger.close_step(step, "held", step.action.reason)
            if differences:
                self.ledger.badge(badges(pair, State.CONFLICT, step.action.reason))

    # Creating

    def _create(self, step: PlannedStep) -> None:
        target, source = target_of(step.action), self.source_of(step)
        if source is None:
            return
        values = self.creation_of(source, target)
        key = self.record_map.creation_key(source.key, values, target)
        if target is Side.CSCART and self._is_there(step, key):
            return  # CS-Cart takes the same SKU twice, so it is looked for right before
        refused: list[Unfit] = []
        while True:
            try:
                created = self._send_creation(step, target, source, values, key, refused)
            except Refused as error:
                if self._is_there(step, key):
                    return  # the codes for what is there already are not all established
                taken = isinstance(error, AlreadyThere)
                distinct = self.record_map.made_distinct(values, source.key, target) if taken else None
                if distinct is None and taken:  # it is not: the code stands for something else, which others may share
                    raise Refused(str(error), code=error.code) from error
                if distinct is None:
                    raise
                self._look_for_namesakes(target, source, values)
                created = self._send_creation(step, target, source, distinct, key, refused)
            except KnownElsewhere as error:
                self._leave_elsewhere(step, error)
                return
            except Unfit as error:
                named = self.lacking(error, values, target)
                if not named:
                    raise
                refused += [error.fields[name] for name in named]
                values = {name: value for name, value in values.items() if name not in named}
                continue
            break
        self.follow_up(source, created)

    def _leave_elsewhere(self, step: PlannedStep, error: KnownElsewhere) -> None:
        """The other side has it within another record: nothing is made, and nothing is wrong."""
        pair = self.ledger.pair(step.action.cscart_id, step.action.zoho_id)
        with self.ledger.commit():
            self.ledger.close_step(step, "skipped", error.for_people())
            self.ledger.badge(badges(pair, State.NOT_SYNCED, error.for_people()))

    def lacking(self, error: Unfit, values: Values, target: Side) -> list[str]:
        """The fields that a new record is made without after such an error; none where it needs one of them."""
        named = [name for name in error.fields if name in values]
        if len(named) < len(error.fields) or not all(self.record_map.may_lack(name, target) for name in named):
            return []
        return named

    def _look_for_namesakes(self, target: Side, source: Record, values: Values) -> None:
        """The name is taken. Raises `Unfit` where a record without key has it, which may be this very one."""
        there = self.sides.of(target).called(str(values.get("name") or ""))
        alone = [record for record in there if not written(record.key)]
        if alone:
            with self.ledger.commit():
                self.ledger.observe(there)
            row = Candidate(source.side, source.id, source.key)
            raise Unfit(why_not_beside(row, len(alone), self.record_map.rules.key), field="name", advice="")

    def source_of(self, step: PlannedStep) -> Record | None:
        """What the record shall be made from; None when it is not to be made any more (the step is closed)."""
        action, side = step.action, target_of(step.action).other
        id = id_of(action, side)
        source = self._sources.get((side, id)) or self.read(side, id)
        with self.ledger.commit():
            self.ledger.observe([source])
        pair = self.ledger.pair(action.cscart_id, action.zoho_id)
        if pair.link is not None:
            self._close(step, "skipped", "It is linked already.")
            return None
        return source if self._still_to_make(step, source) else None

    def _still_to_make(self, step: PlannedStep, source: Record) -> bool:
        """Whether a plan made now would make it, too; else the step is closed with what has come in between."""
        _, plan = plan_anew(self.planner, self.ledger, source.side, source.id)
        kinds = {action.kind for action in plan.actions}
        if Kind.CREATE in kinds:
            return True
        if kinds == {Kind.HOLD}:
            raise Unfit(plan.reason, advice="")
        paired = "It has a partner by now; the next run pairs them."
        self._close(step, "skipped", paired if Kind.LINK in kinds else plan.reason or "It was changed meanwhile.")
        return False

    def creation_of(self, source: Record, target: Side) -> dict[str, Value]:
        """The values of a new record. Raises `Unfit`."""
        problem = source.notes.get("problem")
        if problem:
            raise Unfit(problem)
        return self.planner.creation(source.id, source.values, target)

    def _send_creation(
        self,
        step: PlannedStep,
        target: Side,
        source: Record,
        values: Values,
        key: str,
        refused: Sequence[Unfit] = (),
    ) -> Record:
        with self.ledger.commit():
            intent = self.open_creation(step, target, source, values, key)
        made = self.send(intent, lambda: self.sides.of(target).create(values))
        made = self.sides.of(target).complete(made.id, values) or made
        with self.ledger.commit():
            self.keep_creation(step, target, source, values, made, intent, refused=refused)
        return made

    def open_creation(self, step: PlannedStep, target: Side, source: Record, values: Values, key: str) -> int:
        """Write down what is about to be made. Inside a commit."""
        payload = {"sent": kept(values), "source": digest(source.values)}
        ids = {"cscart_id": step.action.cscart_id, "zoho_id": step.action.zoho_id}
        return self.ledger.open_intent(NewIntent("create", target, **ids, key=key, payload=payload))

    def keep_creation(
        self,
        step: PlannedStep,
        target: Side,
        source: Record,
        values: Values,
        made: Record,
        intent: int,
        *words: str,
        refused: Sequence[Unfit] = (),
    ) -> None:
        """Link what was made with what it was made from; `refused` are values that it was made without.

        Inside a commit.
        """
        sent = digest(values)
        held = held_values(target, made, sent)
        if target is Side.CSCART:
            held |= self.record_map.when_made(sent, target)
        self.ledger.observe([made])
        link_created(self.ledger, self.record_map, target, source.id, digest(source.values), made, sent, held)
        self.ledger.close_intent(intent, "done")
        self.ledger.close_step(step, "done", " ".join([f"Made in {target.title} as {made.id}.", *words]))
        self.guarded.taken(step.action)
        pair = self.ledger.pair(*self._ids(target, source, made))
        self._tell_problem(pair, made)
        left = {error.field for error in refused}
        unfit = [*refused, *(error for error in self.planner.unfit(pair) if error.field not in left)]
        if refused:
            self._tell_refused(pair, unfit)
        elif unfit:
            self.ledger.badge(badges(pair, State.HELD, why_unfit(unfit)))

    @staticmethod
    def _ids(target: Side, source: Record, made: Record) -> tuple[str, str]:
        return (source.id, made.id) if target is Side.ZOHO else (made.id, source.id)

    def _tell_problem(self, pair: Pair, answer: Record) -> None:
        """What a side noted about a write that it took all the same. Inside a commit."""
        if problem := answer.notes.get("problem", ""):
            self.ledger.badge(badges(pair, State.HELD, problem))

    def send(self, intent: int, call: Callable[[], Record]) -> Record:
        """Make a call whose intent is open."""
        return sent(self.ledger, self.sides, [intent], call)

    def _is_there(self, step: PlannedStep, key: str) -> bool:
        """If the target has this key already: see it, and leave the pairing to the rules. True if it is there."""
        found = self.sides.of(target_of(step.action)).find(key) if key else []
        if found:
            self.leave_to_pairing(step, found)
        return bool(found)

    def leave_to_pairing(self, step: PlannedStep, found: Sequence[Record]) -> None:
        """The target has this key already: the next run decides what belongs together."""
        message = f"{found[0].side.title} has this {self.record_map.rules.key.noun} already; the next run pairs them."
        pair = self.ledger.pair(step.action.cscart_id, step.action.zoho_id)
        with self.ledger.commit():
            self.ledger.observe(found)
            self.ledger.close_step(step, "skipped", message)
            self.ledger.badge(badges(pair, State.NOT_SYNCED, message))

    def follow_up(self, source: Record, created: Record) -> None:
        """Write what the creation itself could not say, such as a status.

        Stock becomes a step of its own: an opening stock cannot be negative, and an
        organisation may ignore it (seen on a free plan of Zoho).
        """
        ids = (source.id, created.id) if source.side is Side.CSCART else (created.id, source.id)
        pair = self.ledger.pair(*ids)
        if pair.link is None or pair.cscart is None or pair.zoho is None:
            return
        values = {source.side: source.values, created.side: created.values}
        merged = self._merge(pair, values)
        if merged.writes[created.side] and self.sides.of(created.side).updates_together > 1:
            with self.ledger.commit():
                self.ledger.add_steps(self.planner.field_actions(pair, merged))
        elif merged.writes[created.side]:
            self._write(None, Fresh(pair, pair.link, created), merged, values[source.side])
        elif merged.unfit:
            with self.ledger.commit():
                self.ledger.add_steps(self.planner.field_actions(pair, merged))
                self.ledger.badge(badges(pair, State.HELD, why_unfit(merged.unfit)))
        stock = self.planner.stock_actions(pair, pair.cscart, pair.zoho, self.planner.stock(pair))
        with self.ledger.commit():
            self.ledger.add_steps(stock)

    # Updating

    def _update(self, step: PlannedStep) -> None:
        target = target_of(step.action)
        fresh = self.fresh(step, self.read(target, id_of(step.action, target)))
        if fresh is None:
            return
        values, merged = self.merged(fresh)
        if merged.writes[target]:
            self._write(step, fresh, merged, values[target.other])
        else:
            self.nothing_left(step, fresh, merged)

    def nothing_left(self, step: PlannedStep, fresh: Fresh, merged: Merged) -> None:
        """Close a step after which nothing is to be written. Raises `Unfit` where that is because it cannot be.

        What was changed on the way may be a question now, or one that has to be asked again: it is asked at once.
        """
        if merged.unfit:
            raise Unfit(why_unfit(merged.unfit), advice="")
        asked = next((a for a in self.planner.field_actions(fresh.pair, merged) if a.kind is Kind.CONFLICT), None)
        if asked is None:
            self._close(step, "skipped", NOTHING_LEFT)
            return
        with self.ledger.commit():
            self.ledger.record(fresh.pair, merged.undecided)
            self.ledger.close_step(step, "held", asked.reason)
            self.ledger.badge(badges(fresh.pair, State.CONFLICT, asked.reason))

    def fresh(self, step: PlannedStep, record: Record) -> Fresh | None:
        """The pair with its target as it was just read; None when it cannot be used (the step is closed then)."""
        with self.ledger.commit():
            self.ledger.observe([record])
        pair = self.ledger.pair(step.action.cscart_id, step.action.zoho_id)
        if pair.link is None or pair.cscart is None or pair.zoho is None:
            self._close(step, "skipped", "It is not linked any more.")
            return None
        problem = pair.cscart.problem or pair.zoho.problem
        if problem:
            raise Unfit(problem)
        if self.planner.erased(pair) is not None:
            self._close(step, "skipped", NOTHING_LEFT)
            return None
        return Fresh(pair, pair.link, record)

    def about_to_change(self, record: Record) -> tuple[Fresh, Merged, Values] | None:
        """A linked record that was just read, with what it is about to become; None where nothing may be written."""
        with self.ledger.commit():
            self.ledger.observe([record])
        pair = self.ledger.pair(*((record.id, "") if record.side is Side.CSCART else ("", record.id)))
        if pair.link is None or pair.cscart is None or pair.zoho is None or self.ledger.in_doubt(*_ids(pair)):
            return None
        unusable = any(row.gone or row.problem for row in (pair.cscart, pair.zoho))
        if unusable or self.planner.erased(pair) is not None:
            return None
        fresh = Fresh(pair, pair.link, record)
        values, merged = self.merged(fresh)
        return fresh, merged, values[record.side.other]

    def merged(self, fresh: Fresh) -> tuple[dict[Side, Values], Merged]:
        """Both rows' values, and what follows; the source's long texts in full if they have to be written."""
        target = fresh.target.side
        values = {target: {**self._remembered(fresh), **fresh.target.values}, target.other: fresh.source_values}
        merged = self._merge(fresh.pair, values)
        source = fresh.pair.of(target.other)
        if source is not None and any(is_fingerprint(after) for _, after in merged.writes[target].values()):
            record = self.read(source.side, source.id)
            with self.ledger.commit():
                self.ledger.observe([record])
            values[source.side] = record.values
            merged = self._merge(fresh.pair, values)
        return values, merged

    def _remembered(self, fresh: Fresh) -> Values:
        """What a side that does not tell everything is known to hold, by our own writes."""
        row = fresh.pair.of(fresh.target.side)
        return row.values if row is not None and not fresh.target.tells_all else {}

    def _merge(self, pair: Pair, values: Mapping[Side, Values]) -> Merged:
        return self.planner.merge(pair, values[Side.CSCART], values[Side.ZOHO])

    def _write(self, step: PlannedStep | None, fresh: Fresh, merged: Merged, source: Values) -> None:
        """Send the fields that the target lacks. `source` are the very values that were merged.

        A field that the target refuses stays behind, and the others go.
        """
        target = fresh.target.side
        named_anew = False
        while True:
            try:
                self.write_once(step, fresh, merged, source)
            except (Refused, Unfit) as error:
                if self.swapping.written(step, fresh, merged, source, error):
                    return
                if leave_out(merged, target, error):
                    continue
                if not named_anew and self._name_distinct(fresh, merged, source, error):
                    named_anew = True
                    continue
                self.write_in_parts(step, fresh, merged, source, error)
            return

    def _unfit(self, name: str, change: tuple[Value, Value], why: Refused | Unfit) -> Unfit:
        """Why one field waits, with its value."""
        if name in why.fields:
            return why.fields[name]
        said = f"{self.record_map.label(name)} {quoted(change[1])} waits. {why}"
        return Unfit(said, field=name, advice=why.advice)

    def write_once(self, step: PlannedStep | None, fresh: Fresh, merged: Merged, source: Values) -> Fresh:
        target = fresh.target.side
        with self.ledger.commit():
            values, intent = self.open_change(fresh, merged, source)
        answer = self.send(intent, lambda: self.sides.of(target).update(fresh.target.id, values))
        with self.ledger.commit():
            return self.keep_change(step, fresh, merged, source, values, answer, intent)

    def _name_distinct(self, fresh: Fresh, merged: Merged, source: Values, error: Refused | Unfit) -> bool:
        """Whether a record whose name is taken gets another one, as it would when it is made."""
        writes = merged.writes[fresh.target.side]
        names = {name: value for name, (_, value) in writes.items()}
        if not isinstance(error, AlreadyThere) or not names.keys() & set(NAMES):
            return False
        row = fresh.pair.of(fresh.target.side.other)
        distinct = self.record_map.made_distinct(names, row.key if row is not None else "", fresh.target.side)
        if distinct is None or distinct == names:
            return False
        merged.writes[fresh.target.side] = {name: (before, distinct[name]) for name, (before, _) in writes.items()}
        return True

    def write_in_parts(
        self, step: PlannedStep | None, fresh: Fresh, merged: Merged, source: Values, error: Refused | Unfit
    ) -> None:
        """Send each field by itself: nothing says which of them is refused. Raises `error` where none is taken."""
        target = fresh.target.side
        wanted = merged.writes[target]
        whole = isinstance(error, (NotFound, NotShared)) or not self.record_map.in_parts
        if isinstance(error, AlreadyThere) and len(wanted) == 1 and not error.fields:
            raise self._unfit(*next(iter(wanted.items())), error) from error  # another one has it: people settle it
        if whole or len(wanted) < 2 or wanted.keys() <= error.fields.keys():
            raise error
        refused: dict[str, Refused | Unfit] = {}
        for at, (name, change) in enumerate(wanted.items()):
            if len(refused) == at >= ALIKE:
                refused[name] = error  # none was taken so far: it is not about a field
                continue
            try:
                part = replace(merged, writes={target: {name: change}, target.other: {}})
                fresh = self.write_once(None, fresh, part, source)
            except (Refused, Unfit) as why:
                refused[name] = why
        if len(refused) == len(wanted):
            raise error
        merged.writes[target] = {name: change for name, change in wanted.items() if name not in refused}
        merged.unfit += [self._unfit(name, wanted[name], why) for name, why in refused.items()]
        merged.refused = bool(refused)
        with self.ledger.commit():
            if step is not None:
                self.ledger.close_step(step, "done")
            self._settle_badge(fresh.pair, merged)

    def open_change(self, fresh: Fresh, merged: Merged, source: Values) -> tuple[dict[str, Value], int]:
        """Write down what is about to be sent, and what it overwrites. Inside a commit."""
        target, pair = fresh.target.side, fresh.pair
        values = {name: after for name, (_, after) in merged.writes[target].items()}
        self.ledger.record(pair, [d for d in merged.differences if d.winner is target.other and d.field in values])
        return values, self.open_update(pair, target, {"sent": kept(values), "source": _told(source, values)})

    def keep_change(
        self,
        step: PlannedStep | None,
        fresh: Fresh,
        merged: Merged,
        source: Values,
        values: Values,
        answer: Record,
        intent: int,
    ) -> Fresh:
        """Take what was written into the base of both sides; the pair with its target as it is now. Inside a commit."""
        target, pair, sent = fresh.target.side, fresh.pair, digest(values)
        held, told = held_values(target, answer, sent), _told(source, values)
        self._leave_not_taken(fresh.target, merged, sent, held, told)
        known = after_write(fresh.target, answer, values)
        self.ledger.observe([known])
        self.ledger.rebase(fresh.link, *((told, held) if target is Side.ZOHO else (held, told)))
        self.ledger.close_intent(intent, "done")
        self.ledger.close_conflicts(pair.cscart_id, pair.zoho_id, list(values))
        if step is not None:
            self.ledger.close_step(step, "done", kept_otherwise(target, sent, held))
            self.guarded.taken(step.action)
        self._settle_badge(pair, merged, answer)
        return replace(fresh, target=known)

    def _leave_not_taken(
        self, before: Record, merged: Merged, sent: Values, held: dict[str, Value], told: dict[str, Value]
    ) -> None:
        """Fields that a side did not change, though it said so, are not agreed on: they wait like refused ones."""
        for name, value in sent.items():
            unfit = self.record_map.not_taken(name, value, before.values.get(name), held[name])
            if unfit is not None:
                del held[name], told[name]
                merged.unfit.append(unfit)
                merged.refused = True

    def _settle_badge(self, pair: Pair, merged: Merged, answer: Record | None = None) -> None:
        """What the lists show of a pair after a write. Inside a commit."""
        if merged.refused:
            self._tell_refused(pair, merged.unfit)
        elif not merged.undecided and not merged.unfit:
            self.ledger.badge(badges(pair, State.SYNCED))
            if answer is not None:
                self._tell_problem(pair, answer)

    def _tell_refused(self, pair: Pair, unfit: Sequence[Unfit]) -> None:
        """Fields that wait because they were refused, though the rest has gone over: tried seldom, told at once."""
        for row in (pair.cscart, pair.zoho):
            if row is not None:
                self.ledger.failed(row.side, row.id, why_unfit(unfit), State.HELD)
        name = f"{self.record_map.entity.value}.held"
        self.ledger.count({"held": self.ledger.counted(name) + 1})

    def open_update(self, pair: Pair, target: Side, payload: Mapping[str, object]) -> int:
        row = pair.of(target)
        key = row.key if row is not None else ""
        return self.ledger.open_intent(NewIntent("update", target, pair.cscart_id, pair.zoho_id, key, payload))

    def _mark_inactive(self, step: PlannedStep) -> None:
        """The partner was deleted: take this one off sale, once. A person may put it back."""
        target = target_of(step.action)
        record = self.read(target, id_of(step.action, target))
        with self.ledger.commit():
            self.ledger.observe([record])
        pair = self.ledger.pair(step.action.cscart_id, step.action.zoho_id)
        gone = pair.of(target.other)
        if why := self.planner.vanished.get(target.other):
            self._close(step, "skipped", f"Nothing was done. {why}")
            return
        if pair.link is None or gone is None or not gone.gone or record.values.get("status") == INACTIVE:
            self._close(step, "skipped", "Nothing is left to do.")
            return
        values: dict[str, Value] = {"status": INACTIVE}
        with self.ledger.commit():
            intent = self.open_update(pair, target, {"sent": values, "source": {}})
        answer = self.send(intent, lambda: self.sides.of(target).update(record.id, values))
        with self.ledger.commit():
            self.ledger.observe([after_write(record, answer, values)])
            # Should the other one ever come back, its status counts as news.
            back: dict[str, Value] = {"status": None}
            self.ledger.rebase(pair.link, *((values, back) if target is Side.CSCART else (back, values)))
            self.ledger.close_intent(intent, "done")
            self.ledger.close_step(step, "done", step.action.reason)
            self.ledger.badge(badges(pair, State.GONE, step.action.reason))

    def read(self, side: Side, id: str) -> Record:
        return read_one(self.sides, self.ledger, side, id)


def leave_out(merged: Merged, target: Side, error: Refused | Unfit) -> bool:
    """Take the fields that a refusal names out of what is written; whether it names any and something is left."""
    writes = merged.writes[target]
    named = [name for name in error.fields if name in writes]
    if not named or len(named) == len(writes):
        return False
    for name in named:
        del writes[name]
        merged.unfit.append(error.fields[name])
        merged.refused = True
    merged.differences[:] = [d for d in merged.differences if d.field not in named]
    return True


def why_unfit(unfit: Sequence[Unfit]) -> str:
    """Why fields of a pair cannot be written, and what to do."""
    return " ".join(dict.fromkeys(error.for_people() for error in unfit))


def _told(source: Values, values: Values) -> dict[str, Value]:
    """The source's half of what is written; what it does not tell itself is as it was written."""
    told = digest(source)
    return {name: told.get(name, value) for name, value in digest(values).items()}


def _ids(pair: Pair) -> tuple[str, str]:
    return pair.cscart_id, pair.zoho_id


def target_of(action: Action) -> Side:
    assert action.target is not None
    return action.target


def id_of(action: Action, side: Side) -> str:
    return action.cscart_id if side is Side.CSCART else action.zoho_id
