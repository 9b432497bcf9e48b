"""Carry out planned steps one by one: intent, fresh read, call, and what came of it.

Every write follows the same order. The record is read again, and decided on
again, so that an edit made since the plan is not run over; the intent with the
values that are sent is committed; the call is made once; link, base,
observation and closed intent are committed together. A call without a clear
answer leaves its intent open, and `recover` settles it before anything else
happens.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cscart_zoho.errors import AlreadyThere, NotConnected, Refused, Retryable, Unfit
from cscart_zoho.mapping.product_map import NAME_LIMIT
from cscart_zoho.records import INACTIVE, Record, Side, Value, Values, digest, is_fingerprint
from cscart_zoho.sync.merge import Merged
from cscart_zoho.sync.pairs import Linked, Pair
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
)
from cscart_zoho.sync.stock import opening_stock
from cscart_zoho.sync.unlinked import partner_now, plan_anew


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
        self.product_map = planner.product_map
        self._sources: dict[tuple[Side, str], Record] = {}

    def prepare(self, steps: Sequence[PlannedStep]) -> None:
        """Read the sources of coming creations together: as few calls as the side allows."""
        self._sources.clear()
        for side in Side:
            ids = [
                _id(step.action, side)
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
            self._close(step, "skipped", IN_DOUBT)
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

    def _close(self, step: PlannedStep, state: str, message: str = "") -> None:
        with self.ledger.commit():
            self.ledger.close_step(step, state, message)

    def _hold(self, step: PlannedStep) -> None:
        self._close(step, "held", step.action.reason)

    # Linking and conflicts: nothing is written outside

    def _link(self, step: PlannedStep) -> None:
        pair = self.ledger.pair(step.action.cscart_id, step.action.zoho_id)
        if (
            pair.link is not None
            or pair.cscart is None
            or pair.zoho is None
            or pair.cscart.gone
            or partner_now(self.ledger, Side.CSCART, pair.cscart.id) != pair.zoho.id
        ):
            self._close(step, "skipped", "It is linked already, or one of the two has changed or is gone.")
            return
        merged = self.planner.merge(pair, pair.cscart.values, pair.zoho.values)
        agreed = rebase(pair, merged, self.planner.stock(pair))
        bases = (agreed.cscart, agreed.zoho) if agreed else ({}, {})
        with self.ledger.commit():
            self.ledger.link(pair.cscart.id, pair.zoho.id, "adopted", *bases)
            self.ledger.close_step(step, "done")
            self.ledger.badge(badges(pair, State.SYNCED))

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
        action, target = step.action, _target(step.action)
        source_id = _id(action, target.other)
        source = self._sources.get((target.other, source_id)) or self._read(target.other, source_id)
        with self.ledger.commit():
            self.ledger.observe([source])
        pair = self.ledger.pair(action.cscart_id, action.zoho_id)
        if pair.link is not None:
            self._close(step, "skipped", "It is linked already.")
            return
        if not self._still_to_make(step, source):
            return
        if target is Side.CSCART and self._is_there(step, pair, source):
            return  # CS-Cart takes the same SKU twice, so it is looked for right before
        values = self._creation(source, target)
        try:
            created = self._send_creation(step, target, source, values)
        except AlreadyThere:
            if self._is_there(step, pair, source):
                return
            values["name"] = _name_with_sku(str(values["name"]), source.key, target)
            created = self._send_creation(step, target, source, values)
        self._follow_up(source, created)

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

    def _creation(self, source: Record, target: Side) -> dict[str, Value]:
        problem = source.notes.get("problem")
        if problem:
            raise Unfit(problem)
        values = self.product_map.for_creation(source.values, target)
        stock = source.values.get("stock")
        if isinstance(stock, int):
            values["stock"] = opening_stock(self.product_map.choices, stock, target)
        return values

    def _send_creation(self, step: PlannedStep, target: Side, source: Record, values: Values) -> Record:
        sent, told = digest(values), source.digest()
        payload = {"sent": sent, "source": told}
        ids = {"cscart_id": step.action.cscart_id, "zoho_id": step.action.zoho_id}
        with self.ledger.commit():
            intent = self.ledger.open_intent(NewIntent("create", target, **ids, key=source.key, payload=payload))
        made = self._sent(intent, lambda: self.sides.of(target).create(values))
        held = held_values(target, made, sent)
        if target is Side.CSCART:
            held["status"] = self.product_map.status_when_made(sent.get("status"), target)
        with self.ledger.commit():
            self.ledger.observe([made])
            link_created(self.ledger, self.product_map, target, source.id, told, made, sent, held)
            self.ledger.close_intent(intent, "done")
            self.ledger.close_step(step, "done", f"Made in {target.title} as {made.id}.")
        return made

    def _sent(self, intent: int, call: Callable[[], Record]) -> Record:
        """Make a call whose intent is open; a clear "no" closes the intent, silence leaves it open."""
        try:
            return call()
        except (Retryable, Refused, NotConnected, Unfit) as error:
            outcome = "refused" if isinstance(error, Refused) else "not_applied"
            with self.ledger.commit():
                self.ledger.close_intent(intent, outcome)
            raise

    def _is_there(self, step: PlannedStep, pair: Pair, source: Record) -> bool:
        """If the target has this SKU already: see it, and leave the pairing to the rules. True if it is there."""
        target = _target(step.action)
        found = self.sides.of(target).find(source.key) if source.key else []
        if not found:
            return False
        message = f"{target.title} has this SKU already; the next run pairs them."
        with self.ledger.commit():
            self.ledger.observe(found)
            self.ledger.close_step(step, "skipped", message)
            self.ledger.badge(badges(pair, State.NOT_SYNCED, message))
        return True

    def _follow_up(self, source: Record, created: Record) -> None:
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
        if merged.writes[created.side]:
            self._write(None, Fresh(pair, pair.link, created), merged, values[source.side])
        stock = self.planner.stock_actions(pair, pair.cscart, pair.zoho, self.planner.stock(pair))
        with self.ledger.commit():
            self.ledger.add_steps(stock)

    # Updating

    def _update(self, step: PlannedStep) -> None:
        fresh = self._fresh(step)
        if fresh is None:
            return
        values, target = self._in_full(fresh), fresh.target.side
        merged = self._merge(fresh.pair, values)
        if merged.writes[target]:
            self._write(step, fresh, merged, values[target.other])
        else:
            self._close(step, "skipped", "Nothing is left to do: it was changed meanwhile.")

    def _fresh(self, step: PlannedStep) -> Fresh | None:
        """The pair with its target read this very moment; None when it cannot be used (the step is closed then)."""
        action, target = step.action, _target(step.action)
        record = self._read(target, _id(action, target))
        with self.ledger.commit():
            self.ledger.observe([record])
        pair = self.ledger.pair(action.cscart_id, action.zoho_id)
        if pair.link is None or pair.cscart is None or pair.zoho is None:
            self._close(step, "skipped", "It is not linked any more.")
            return None
        problem = pair.cscart.problem or pair.zoho.problem
        if problem:
            raise Unfit(problem)
        return Fresh(pair, pair.link, record)

    def _in_full(self, fresh: Fresh) -> dict[Side, Values]:
        """Both rows' values, with the source's long texts in full if they have to be written."""
        target = fresh.target.side
        values = {target: fresh.target.values, target.other: fresh.source_values}
        writes = self._merge(fresh.pair, values).writes[target]
        source = fresh.pair.of(target.other)
        if source is not None and any(is_fingerprint(after) for _, after in writes.values()):
            record = self._read(source.side, source.id)
            with self.ledger.commit():
                self.ledger.observe([record])
            values[source.side] = record.values
        return values

    def _merge(self, pair: Pair, values: Mapping[Side, Values]) -> Merged:
        return self.planner.merge(pair, values[Side.CSCART], values[Side.ZOHO])

    def _write(self, step: PlannedStep | None, fresh: Fresh, merged: Merged, source: Values) -> None:
        """Send the fields that the target lacks. `source` are the very values that were merged.

        What is overwritten is written down in the same commit as the intent.
        """
        target, pair = fresh.target.side, fresh.pair
        values = {name: after for name, (_, after) in merged.writes[target].items()}
        sent = digest(values)
        told = {name: value for name, value in digest(source).items() if name in sent}
        lost = [d for d in merged.differences if d.winner is target.other and d.field in values]
        with self.ledger.commit():
            self.ledger.record(pair, lost)
            intent = self._open_update(pair, target, {"sent": sent, "source": told})
        answer = self._sent(intent, lambda: self.sides.of(target).update(fresh.target.id, values))
        held = held_values(target, answer, sent)
        with self.ledger.commit():
            self.ledger.observe([after_write(fresh.target, answer, values)])
            self.ledger.rebase(fresh.link, *((told, held) if target is Side.ZOHO else (held, told)))
            self.ledger.close_intent(intent, "done")
            self.ledger.close_conflicts(pair.cscart_id, pair.zoho_id, list(values))
            if step is not None:
                self.ledger.close_step(step, "done", kept_otherwise(target, sent, held))
            if not merged.undecided and not merged.unfit:
                self.ledger.badge(badges(pair, State.SYNCED))

    def _open_update(self, pair: Pair, target: Side, payload: Mapping[str, object]) -> int:
        row = pair.of(target)
        key = row.key if row is not None else ""
        return self.ledger.open_intent(NewIntent("update", target, pair.cscart_id, pair.zoho_id, key, payload))

    def _mark_inactive(self, step: PlannedStep) -> None:
        """The partner was deleted: take this one off sale, once. A person may put it back."""
        target = _target(step.action)
        record = self._read(target, _id(step.action, target))
        with self.ledger.commit():
            self.ledger.observe([record])
        pair = self.ledger.pair(step.action.cscart_id, step.action.zoho_id)
        gone = pair.of(target.other)
        if pair.link is None or gone is None or not gone.gone or record.values.get("status") == INACTIVE:
            self._close(step, "skipped", "Nothing is left to do.")
            return
        values: dict[str, Value] = {"status": INACTIVE}
        with self.ledger.commit():
            intent = self._open_update(pair, target, {"sent": values, "source": {}})
        answer = self._sent(intent, lambda: self.sides.of(target).update(record.id, values))
        with self.ledger.commit():
            self.ledger.observe([after_write(record, answer, values)])
            # Should the other one ever come back, its status counts as news.
            back: dict[str, Value] = {"status": None}
            self.ledger.rebase(pair.link, *((values, back) if target is Side.CSCART else (back, values)))
            self.ledger.close_intent(intent, "done")
            self.ledger.close_step(step, "done", step.action.reason)
            self.ledger.badge(badges(pair, State.GONE, step.action.reason))

    def _read(self, side: Side, id: str) -> Record:
        return read_one(self.sides, self.ledger, side, id)


def _target(action: Action) -> Side:
    assert action.target is not None
    return action.target


def _id(action: Action, side: Side) -> str:
    return action.cscart_id if side is Side.CSCART else action.zoho_id


def _name_with_sku(name: str, sku: str, target: Side) -> str:
    """Zoho takes a name only once; the SKU makes it different and recognisable."""
    tail = f" ({sku})"
    return name[: NAME_LIMIT[target] - len(tail)].rstrip() + tail
