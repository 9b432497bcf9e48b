"""The records of one kind within a run: looked at, planned, guarded, applied.

Each phase leaves what the next one needs in the ledger, so a run that is cut
off goes on where it was: the plan is stored, and a step that was not closed is
looked at again.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cscart_zoho.errors import Braked, Throttled
from cscart_zoho.mapping.record_map import RecordMap
from cscart_zoho.records import Entity, Side
from cscart_zoho.sync.adjustments import WaitingAdjustments
from cscart_zoho.sync.apply import Applying
from cscart_zoho.sync.apply_anew import ApplyingAnew
from cscart_zoho.sync.apply_stock import LINES, ApplyingStock
from cscart_zoho.sync.apply_together import ApplyingTogether
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.circuit_breaker import CircuitBreaker
from cscart_zoho.sync.guard import Extent, Partners, check_made, check_partners, check_plan, vanished_words
from cscart_zoho.sync.observe import Observing
from cscart_zoho.sync.pairs import Pair, Seen
from cscart_zoho.sync.plan import Action, Kind, Plan, Planner, State
from cscart_zoho.sync.ports import Badge, Clock, Ledger, PlannedStep, Sides
from cscart_zoho.sync.recover import Recovering
from cscart_zoho.sync.settle import Guarded
from cscart_zoho.sync.unlinked import plan_unlinked

#: The order of applying: what writes nothing, then the scarce and urgent, then what may free a name, then new records.
IN_ORDER: Sequence[Sequence[Kind]] = (
    (Kind.LINK, Kind.CONFLICT, Kind.HOLD),
    (Kind.STOCK, Kind.EVEN_OUT),
    (Kind.UPDATE, Kind.MARK_INACTIVE),
    (Kind.CREATE,),
    (Kind.STOCK, Kind.EVEN_OUT),  # what an opening stock could not say
    (Kind.UPDATE,),  # ... and what creations that are completed many at a time could not
    (Kind.HOLD,),  # ... and what shall not be written now that both sides are seen
)

#: Steps that go out in one call where a side takes several records.
TOGETHER = frozenset({Kind.CREATE, Kind.UPDATE})

#: Badges that the plan itself knows; the others are earned by what applying does.
PLANNED_BADGES = frozenset({State.HELD, State.CONFLICT, State.GONE})


WAITS = "It waits for its turn: today's calls to Zoho do not suffice for all new {nouns}."
#: So few products are planned in each run, whatever has changed; of more, those that are due. A look at everything,
#: once a day, is followed by a plan of everything. Orders and customers rest on records of other kinds, which leave no
#: trace in them: an order waits for its goods, a contact has the name of its company. They are planned each time.
PLANNED_EACH_TIME = 2_000


@dataclass
class Turn:
    """Hands the room for new items out, first come first served."""

    room: int | None
    nouns: str = "products"
    waiting: int = 0

    def of(self, plan: Plan) -> Plan:
        """The plan, or the same record's waiting for a later run."""
        if self.room is None or not any(a.kind is Kind.CREATE and a.target is Side.ZOHO for a in plan.actions):
            return plan
        if self.room > 0:
            self.room -= 1
            return plan
        self.waiting += 1
        return Plan((), State.NOT_SYNCED, WAITS.format(nouns=self.nouns))


class Chapter:
    """One kind of record in a run, over its ports.

    `look_first` brings up to date what a side's stock rests on: its orders; `look_at_orders` those of some products.
    `derived` says that the store's side is made from what another chapter has
    seen, so that it is looked at when its turn comes and not before.
    `choose` says what the run's request means for this kind of record.
    `new_reference` makes a name for each stock adjustment.
    """

    def __init__(
        self,
        sides: Sides,
        ledger: Ledger,
        asked: Asked,
        record_map: RecordMap,
        *,
        clock: Clock,
        new_reference: Callable[[], str],
        derived: bool = False,
        look_first: Callable[[Side], None] = lambda side: None,
        look_at_orders: Callable[[Sequence[str]], None] = lambda product_ids: None,
        choose: Callable[[Asked], Asked] | None = None,
    ) -> None:
        self.sides = sides
        self.ledger = ledger
        self._asked = asked
        self._choose = choose
        self.record_map = record_map
        self.clock = clock
        self.new_reference = new_reference
        self.derived = derived
        self.look_first = look_first
        self.look_at_orders = look_at_orders
        #: What a preview says besides its steps.
        self.warning = ""
        #: Sentences about what was found out on the way and concerns no step.
        self.told: list[str] = []

    @property
    def asked(self) -> Asked:
        """What is asked of this chapter, as things are now: a chosen customer means its company, too."""
        return self._choose(self._asked) if self._choose is not None else self._asked

    @property
    def entity(self) -> Entity:
        return self.record_map.entity

    # Recovered

    def recover(self, began: datetime) -> None:
        """Nothing is read or sent before it is known what became of earlier writes."""
        recovering = Recovering(self.sides, self.ledger, self.record_map, began, self.look_first)
        recovered = recovering.settle_all()
        self.told.extend(recovered.told)
        if recovered.wait_s > 0:
            raise Throttled(
                "A write was cut off a moment ago, and its outcome cannot be seen yet.",
                wait_s=recovered.wait_s,
                advice="The run goes on by itself when it can.",
            )

    # Observed

    def observe(self, began: datetime) -> bool:
        self._enter("observing")
        for side in Side if not self.asked.about_nothing else ():
            self.look_first(side)
        observing = Observing(self.sides, self.ledger, self.asked, self.record_map.rules, began, self.ledger.progress)
        complete = observing.look()
        with self.ledger.commit():
            self.ledger.count({f"seen_{side.value}": seen for side, seen in observing.seen.items()})
        return complete

    def _enter(self, phase: str) -> None:
        self.ledger.progress(0, 0)
        with self.ledger.commit():
            self.ledger.enter(phase)

    # Planned

    def plan(self, began: datetime) -> None:
        """Decide on every selected pair and store what shall be done; the brake looks at the whole."""
        self._enter("planning")
        with self.ledger.commit():
            self.ledger.clear_plan()
        partners = self._partners()
        planner = self._planner(began, partners)
        # What came in portions is judged with what comes now: the brake is about all of it.
        by_hints = self.ledger.done_by_hints()
        lately = {touched for action in by_hints for touched in _touches(action)}
        made_lately = Counter(action.target for action in by_hints if action.kind is Kind.CREATE)
        changed = Counter(side for side, *_ in lately)
        switched_off: Counter[Side] = Counter()
        made: dict[Side, list[str]] = {side: [] for side in Side}
        tally: Counter[str] = Counter()
        turn = Turn(self._room(), self.record_map.rules.nouns)
        only_due = self._only_due()
        for planned in self._plans(planner, due=only_due):
            for source, id in (new for _, plan in planned for new in _new(plan)):
                made[source].append(id)
            plans = [(pair, turn.of(plan)) for pair, plan in planned]
            self._keep(plans)
            for _, plan in plans:
                touched = (each for action in plan.actions for each in _touches(action) if each not in lately)
                changed.update(side for side, *_ in touched)
                off = (action.target for action in plan.actions if action.kind is Kind.MARK_INACTIVE)
                switched_off.update(target for target in off if target is not None)
            tally.update(_badge_after(pair, plan) for pair, plan in plans)
            tally[State.HELD] += sum(plan.state is not State.HELD for pair, plan in plans if self._answers(pair, plan))
        if only_due:
            tally |= {state: self.ledger.badged(state) for state in (State.HELD, State.CONFLICT)}
        with self.ledger.commit():
            if self.asked.routine and self.asked.complete and not only_due:
                self.ledger.move_cursor(Side.CSCART, "planned", began)
            self.ledger.count({"held": tally[State.HELD], "conflicts": tally[State.CONFLICT], "waiting": turn.waiting})
        if not (self.asked.release_brake or self.asked.by_hand):
            new = {each.other: self.ledger.unasked(each, ids) + made_lately[each.other] for each, ids in made.items()}
            self._guard(Extent(self.ledger.linked(), dict(changed), dict(switched_off), new), partners)
        if not self.asked.dry_run:
            with self.ledger.commit():
                self.ledger.let_pass(made, all_of_them=self.asked.whole)
        self._enter("applying")

    def _partners(self) -> dict[Side, Partners]:
        """How the linked records stand of each side whose missing ones switch something off."""
        sides = [side for side in Side if side.other in self.record_map.rules.mark_inactive]
        return {side: self.ledger.partners(side) for side in sides}

    def _planner(self, began: datetime, partners: Mapping[Side, Partners]) -> Planner:
        rules = self.record_map.rules
        vanished = {side: vanished_words(side, rules, each) for side, each in partners.items() if each.vanished}
        return Planner(self.asked, self.record_map, began, vanished)

    def _guard(self, extent: Extent, partners: Mapping[Side, Partners]) -> None:
        """Stop before an accident; a preview only says that the run would stop."""
        try:
            for side, each in partners.items():
                if each.untold:
                    check_partners(side, self.record_map.rules, each, self.ledger.connected(side))
            check_plan(extent, self.record_map.rules)
            check_made(extent, self.record_map.rules)
        except Braked as error:
            if not self.asked.dry_run:
                raise
            self.warning = f" A run would stop here and ask: {error}"

    def _room(self) -> int | None:
        """How many new items fit into today's calls; None = any number. A share stays for stock and edits."""
        if self.asked.by_hand:
            return None
        if self.record_map.rules.first_load and self.asked.only == "unsynced":
            return None
        left = self.sides.calls_left()
        return None if left is None else int(left * self.record_map.rules.share_for_new) * self.sides.zoho.together

    def _only_due(self) -> bool:
        """Whether everything has been planned since it was looked at, so that what has changed is enough."""
        if not self.record_map.rules.first_load or not self.asked.routine:
            return False
        if sum(self.ledger.known(side) for side in Side) <= PLANNED_EACH_TIME:
            return False
        planned = self.ledger.cursor(Side.CSCART, "planned")
        looks = [self.ledger.cursor(side, "full") for side in Side]
        return planned is not None and all(look is not None and look <= planned for look in looks)

    def _plans(self, planner: Planner, *, due: bool) -> Iterator[list[tuple[Pair, Plan]]]:
        selection = self.asked.selection
        for pairs in self.ledger.pairs(selection, due=due):
            yield [(pair, planner.plan(pair)) for pair in pairs]
        for side in Side:
            for rows in self.ledger.unlinked(side, selection, due=due):
                plans = (plan_unlinked(planner, self.ledger, row, same_key) for row, same_key in rows)
                yield [plan for plan in plans if plan is not None]
        yield self._unknown()

    def _unknown(self) -> list[tuple[Pair, Plan]]:
        """Chosen ids that no side has: a person who asked for them must hear of it."""
        plans: list[tuple[Pair, Plan]] = []
        if self.asked.hinted:
            return plans
        for side, ids in ((Side.CSCART, self.asked.cscart_ids), (Side.ZOHO, self.asked.zoho_ids)):
            for id in self.ledger.never_seen(side, ids):
                why = f"{side.title} has no {self.record_map.rules.noun} with the ID {id}."
                cscart_id, zoho_id = (id, "") if side is Side.CSCART else ("", id)
                hold = Action(Kind.HOLD, cscart_id, zoho_id, label=id, reason=why)
                plans.append((Pair(), Plan((hold,), State.HELD, why)))
        return plans

    def _keep(self, plans: Sequence[tuple[Pair, Plan]]) -> None:
        """Store the steps; what both sides agree on is settled here and now."""
        steps: list[Action] = []
        badges: list[Badge] = []
        settled: list[Seen] = []
        with self.ledger.commit():
            for pair, plan in plans:
                to_do = [action for action in plan.actions if not self._told_before(pair, action)]
                steps += [*to_do, *self._answers(pair, plan)]
                settled += [] if to_do else self._settled(pair, plan)
                badges += _badges(pair, plan)
                if self.asked.dry_run or pair.link is None:
                    continue
                if plan.agreed is not None:
                    agreed = plan.agreed
                    self.ledger.rebase(pair.link, agreed.cscart, agreed.zoho, agreement=agreed.agreement)
                if plan.closed:
                    self.ledger.close_conflicts(pair.cscart_id, pair.zoho_id, plan.closed)
            self.ledger.add_steps(steps)
            if not self.asked.dry_run:
                self.ledger.badge(badges)
                self.ledger.settle(settled)

    def _settled(self, pair: Pair, plan: Plan) -> list[Seen]:
        """The rows of a pair about which nothing is to be done as long as nothing changes."""
        rows = [row for row in (pair.cscart, pair.zoho) if row is not None]
        tells_all = self.asked.complete and plan.state is not None and not any(row.partial for row in rows)
        waits = plan.reason == WAITS.format(nouns=self.record_map.rules.nouns)
        return rows if tells_all and (self.record_map.rules.first_load or not waits) else []

    def _answers(self, pair: Pair, plan: Plan) -> list[Action]:
        """Why nothing is done about a chosen record: who asked for it is told."""
        if not self.asked.by_hand or plan.actions or not plan.reason:
            return []
        return [Action(Kind.HOLD, pair.cscart_id, pair.zoho_id, pair.label, reason=plan.reason)]

    def _told_before(self, pair: Pair, action: Action) -> bool:
        """Whether a record that is held for the same reason as before would only be told again."""
        if action.kind is not Kind.HOLD or self.asked.by_hand or self.asked.dry_run:
            return False
        rows = [row for row in (pair.cscart, pair.zoho) if row is not None]
        return all(row.state == State.HELD and row.reason == action.reason for row in rows)

    # Applied

    def apply(self, began: datetime) -> bool:
        """Carry the stored plan out; False when asked to stop before its end."""
        planner = self._planner(began, self._partners())
        breaker = CircuitBreaker(self.ledger, self.record_map.rules)
        guarded = Guarded(self.ledger, None if self.asked.by_hand else breaker)
        applying = Applying(self.sides, self.ledger, planner, guarded)
        together, anew = ApplyingTogether(applying), ApplyingAnew(applying)
        stock = self._stock(planner, guarded)

        def carry_out(steps: Sequence[PlannedStep]) -> None:
            """Steps of one kind and one target."""
            if self._at_once(steps[0]) > 1 and not _is_anew(steps[0]):
                together.carry_out(steps)
                return
            for step in steps:
                (anew if _is_anew(step) else applying).carry_out(step)

        states: Counter[str] = Counter()
        for (*_, state), n in self.ledger.tally().items():
            states[state] += n
        done, total = states.total() - states["planned"], states.total()
        for kinds in IN_ORDER:
            if stock is None and Kind.STOCK in kinds:
                continue
            for steps in self.ledger.planned(kinds):
                for some in self._batches(applying, kinds, steps):
                    if self.ledger.stop_asked() or self.ledger.makes_room():
                        return False
                    if Kind.STOCK in kinds:
                        assert stock is not None
                        stock.carry_out(some)
                    elif tried := breaker.admitted(some):
                        carry_out(tried)
                    done += len(some)
                    self.ledger.progress(done, total)
            if not self._rest(breaker, carry_out):
                return False
        return not self.ledger.stop_asked()

    def _rest(self, breaker: CircuitBreaker, carry_out: Callable[[Sequence[PlannedStep]], None]) -> bool:
        """What was put aside while one reason seemed to stop all; False when asked to stop before its end."""
        left: list[PlannedStep] = []
        for step in breaker.rest():
            if self.ledger.stop_asked() or self.ledger.makes_room():
                return False
            if breaker.is_over(step):
                left.append(step)
            else:
                carry_out([step])
        breaker.put_off(left)
        return True

    def _at_once(self, step: PlannedStep) -> int:
        """How many steps like this one go out in one call."""
        target, kind = step.action.target, step.action.kind
        if target is None or kind not in TOGETHER or _is_anew(step):
            return 1
        side = self.sides.of(target)
        return side.together if kind is Kind.CREATE else side.updates_together

    def _stock(self, planner: Planner, guarded: Guarded) -> ApplyingStock | None:
        if self.record_map.stock_choices is None or self.sides.stock_book is None:
            return None
        looks = self.look_first, self.look_at_orders
        adjustments = WaitingAdjustments(self.sides, self.ledger, planner.now)
        adjustments.refused = self.told
        return ApplyingStock(self.sides, self.ledger, planner, guarded, self.new_reference, *looks, adjustments)

    def _batches(
        self, applying: Applying, kinds: Sequence[Kind], steps: Sequence[PlannedStep]
    ) -> Iterator[Sequence[PlannedStep]]:
        if Kind.STOCK in kinds:
            for start in range(0, len(steps), LINES):
                yield steps[start : start + LINES]
            return
        if Kind.CREATE in kinds:
            applying.prepare(steps)
        alike: dict[tuple[Kind, Side | None], list[PlannedStep]] = {}
        for step in steps:
            some = alike.setdefault((step.action.kind, step.action.target), [])
            some.append(step)
            if len(some) >= self._at_once(step):
                yield some.copy()
                some.clear()
        yield from (some for some in alike.values() if some)


def _is_anew(step: PlannedStep) -> bool:
    """Whether a record is made in place of one that is linked."""
    action = step.action
    return action.kind is Kind.CREATE and bool(action.cscart_id and action.zoho_id)


def _badge_after(pair: Pair, plan: Plan) -> str:
    """The badge that a pair has once it is planned: a new one, or the one it had."""
    rows = [row for row in (pair.cscart, pair.zoho) if row is not None]
    return plan.state.value if plan.state is not None else next((row.state for row in rows), "")


def _new(plan: Plan) -> list[tuple[Side, str]]:
    """What a plan makes new records from: side and id."""
    made = [a for a in plan.actions if a.kind is Kind.CREATE and not (a.cscart_id and a.zoho_id)]
    return [(a.target.other, a.cscart_id or a.zoho_id) for a in made if a.target is not None]


def _touches(action: Action) -> list[tuple[Side, str, str]]:
    """What an action changes of an existing record in a way that hurts when it is an accident: sides and ids."""
    ids = (action.cscart_id, action.zoho_id)
    if action.kind in (Kind.UPDATE, Kind.MARK_INACTIVE) and action.target is not None:
        return [(action.target, *ids)]
    if action.kind is not Kind.STOCK:
        return []
    emptied = [name for name, (before, after) in action.changes.items() if before != 0 and after == 0]
    return [(Side.ZOHO if name == "stock_in_zoho" else Side.CSCART, *ids) for name in emptied]


def _badges(pair: Pair, plan: Plan) -> list[Badge]:
    if plan.state is None or (plan.actions and plan.state not in PLANNED_BADGES):
        return []
    rows = [row for row in (pair.cscart, pair.zoho) if row is not None]
    return [
        Badge(row.side, row.id, plan.state, plan.reason)
        for row in rows
        if (row.state, row.reason) != (plan.state.value, plan.reason)
    ]
