"""What a run would do with one record, and why. Pure: values in, actions out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.choices import Owner, StockOwner
from cscart_zoho.mapping.record_map import RecordMap
from cscart_zoho.records import ACTIVE, INACTIVE, STOCK_APART, STOCK_HIDDEN, Selection, Side, Value, digest_value
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.merge import Difference, Halves, Merged, merge
from cscart_zoho.sync.pairing import Pairing
from cscart_zoho.sync.pairs import Linked, Pair, Seen
from cscart_zoho.sync.stock import Agreement, StockPlan, opening_stock, plan_stock


class Kind(StrEnum):
    """What an action does."""

    LINK = "link"
    CREATE = "create"
    UPDATE = "update"
    STOCK = "stock"
    EVEN_OUT = "even_out"
    CONFLICT = "conflict"
    HOLD = "hold"
    MARK_INACTIVE = "mark_inactive"


class State(StrEnum):
    """The badge of a record."""

    SYNCED = "synced"
    NOT_SYNCED = "not_synced"
    CONFLICT = "conflict"
    HELD = "held"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True)
class Action:
    """One planned step. `changes` holds (value before, value after), long texts as fingerprints."""

    kind: Kind
    cscart_id: str = ""
    zoho_id: str = ""
    label: str = ""
    target: Side | None = None
    changes: Mapping[str, tuple[Value, Value]] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Rebase:
    """New values for the two halves of a base; fields that are not named stay."""

    cscart: Mapping[str, Value]
    zoho: Mapping[str, Value]
    #: What figures of stock that are agreed on for the first time say of open orders.
    agreement: Agreement = Agreement.WITHOUT


@dataclass(frozen=True)
class Plan:
    """The actions for one pair, and its badge if nothing of it went wrong. `state` None = leave it."""

    actions: tuple[Action, ...] = ()
    state: State | None = None
    reason: str = ""
    #: What both halves of the base become because both sides say the same already.
    agreed: Rebase | None = None
    #: Open conflicts that have settled themselves.
    closed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Planner:
    """Everything a decision rests on besides the pair itself."""

    asked: Asked
    record_map: RecordMap
    now: datetime
    #: Sides whose linked records have vanished by the whole, and why their partners are left alone.
    vanished: Mapping[Side, str] = field(default_factory=dict)

    @cached_property
    def selection(self) -> Selection:
        return self.asked.selection

    def plan(self, pair: Pair, pairing: Pairing | None = None) -> Plan:
        """Plan one pair: linked, about to be adopted (two rows, no link) or alone."""
        selected = self.selection.has(
            cscart_id=pair.cscart_id or None, zoho_id=pair.zoho_id or None, linked=pair.link is not None
        )
        if not selected:
            return Plan()
        stopped = self._stopped(pair, pairing)
        if stopped is not None:
            return stopped
        if pair.cscart and pair.zoho:
            return self._both(pair, pair.cscart, pair.zoho)
        row = pair.cscart or pair.zoho
        return self._create(row) if row is not None else Plan()

    def _stopped(self, pair: Pair, pairing: Pairing | None) -> Plan | None:
        """The plan of a pair that cannot be worked with, or None."""
        rows = [row for row in (pair.cscart, pair.zoho) if row is not None]
        gone = next((row for row in rows if row.gone), None)
        if gone is not None:
            return self._gone(pair, gone)
        erased = self.erased(pair)
        if erased is not None:
            said = replace(self._held(pair, erased) if erased else Plan((), State.SYNCED), closed=tuple(pair.conflicts))
            return said if pair.link is not None else Plan()
        if pairing is not None and pairing.apart:
            return Plan((), State.NOT_SYNCED, pairing.apart)
        problem = next((row.problem for row in rows if row.problem), "")
        if problem or (pairing and pairing.held):
            return self._with_stock(pair, self._held(pair, problem or (pairing.held if pairing else "")))
        if pair.link is not None and len(rows) < 2:
            return Plan((), None)  # the partner has not been seen by this ledger yet
        if all(self._waits(row) for row in rows):  # one that does not has changed since: that may have mended it
            return self._with_stock(pair, Plan((), None))
        if len(rows) == 2 and any(row.partial for row in rows):
            return Plan((), State.NOT_SYNCED, "It has changed and has not been read again yet.")
        return None

    def erased(self, pair: Pair) -> str | None:
        """Whether the store has erased whom a pair is about; what Zoho still has of that person, or nothing."""
        if pair.cscart is None or pair.zoho is None:
            return None
        base = pair.link.base_zoho if pair.link is not None else {}
        return self.record_map.erased(pair.cscart.values, pair.zoho.values, base)

    def _with_stock(self, pair: Pair, plan: Plan) -> Plan:
        """The plan, and the stock all the same: what is wrong with a field must not let the store oversell."""
        if pair.link is None or pair.cscart is None or pair.zoho is None or pair.zoho.partial:
            return plan
        stock = self.stock(pair)
        moves = self.stock_actions(pair, pair.cscart, pair.zoho, stock)
        return replace(plan, actions=(*plan.actions, *(move for move in moves if move.kind is not Kind.CONFLICT)))

    def _waits(self, row: Seen) -> bool:
        """Whether a row that failed before is not tried again yet. What a person asks for is tried at once."""
        by_hand = self.asked.by_hand or self.asked.release_brake
        return not by_hand and row.waits_until is not None and row.waits_until > self.now

    def _chosen(self, row: Seen) -> bool:
        """Whether a person asks for this very record: then it is made, whatever is set for all of them."""
        asked = self.asked.cscart_ids if row.side is Side.CSCART else self.asked.zoho_ids
        return self.asked.by_hand and row.id in asked

    def _held(self, pair: Pair, reason: str) -> Plan:
        hold = Action(Kind.HOLD, pair.cscart_id, pair.zoho_id, pair.label, reason=reason)
        return Plan((hold,), State.HELD, reason)

    def _gone(self, pair: Pair, gone: Seen) -> Plan:
        reason = f"It was deleted in {gone.side.title}."
        left = pair.of(gone.side.other)
        if gone.problem and left is not None and not left.gone and pair.link is not None:
            return self._held(pair, gone.problem)  # nobody has said that it was deleted
        if left is not None and not left.gone and pair.link is not None and not self.asked.stock_only:
            to_do = self.record_map.bereft(left.values, left.side)
            if to_do:
                return replace(self._held(pair, f"{reason} {to_do}"), closed=tuple(pair.conflicts))
        elsewhere = self.record_map.lives_on(left.values, gone.values, left.side) if left is not None else ""
        told = Plan((), State.GONE, f"{reason} {elsewhere}".strip(), closed=tuple(pair.conflicts))
        if elsewhere:
            return told
        if pair.link is not None and asleep(pair.link) and left is not None and left.values.get("status") == ACTIVE:
            return replace(told, agreed=Rebase({"status": ACTIVE}, {}))
        if left is None or left.gone or pair.link is None or self.asked.stock_only:
            return told
        if left.side not in self.record_map.rules.mark_inactive:
            return told
        untouched = pair.link.base(left.side).get("status") != INACTIVE and not was_put_to_sleep(pair.link)
        if not untouched or left.values.get("status") == INACTIVE or not self.asked.direction.allows(left.side):
            return told
        if self._waits(left):
            return Plan((), None)
        if gone.side in self.vanished:
            return replace(self._held(pair, f"{reason} {self.vanished[gone.side]}"), closed=tuple(pair.conflicts))
        action = Action(
            Kind.MARK_INACTIVE,
            pair.cscart_id,
            pair.zoho_id,
            pair.label,
            left.side,
            {"status": (left.values.get("status"), INACTIVE)},
            reason + f" It is made inactive in {left.side.title}; nothing is deleted there.",
        )
        return Plan((action,), State.GONE, reason)

    def _create(self, row: Seen) -> Plan:
        target = row.side.other
        rules = self.record_map.rules
        if self.asked.stock_only:
            return Plan()
        if not self.asked.direction.allows(target):
            return Plan((), State.NOT_SYNCED, "")
        why = self.record_map.passes_by(row.values, target)
        if why:
            return Plan((), State.NOT_SYNCED, why)
        if not (rules.create_in[target] or (rules.chosen_too and self._chosen(row))):
            by_choice = f"Settings say that no new {rules.nouns} are made in {target.title}."
            return Plan((), State.NOT_SYNCED, rules.why_not.get(target, by_choice))
        cscart_id, zoho_id = (row.id, "") if row.side is Side.CSCART else ("", row.id)
        pair = Pair(cscart=row) if row.side is Side.CSCART else Pair(zoho=row)
        try:
            values = self.creation(row.id, row.values, target)
        except Unfit as error:
            return self._held(pair, error.for_people())
        changes: dict[str, tuple[Value, Value]] = {name: (None, value) for name, value in values.items()}
        why = f"It is not in {target.title} yet."
        action = Action(Kind.CREATE, cscart_id, zoho_id, pair.label, target, changes, why)
        return Plan((action,), State.NOT_SYNCED)

    def creation(self, id: str, values: Mapping[str, Value], target: Side) -> dict[str, Value]:
        """What a new record on `target` is made of, its opening stock included. Raises `Unfit`.

        The opening stock is what the other side has for sale: what orders have taken until then is sold already.
        """
        made = self.record_map.for_creation(id, values, target)
        choices, stock = self.record_map.stock_choices, values.get("stock")
        if choices is not None and isinstance(stock, int):
            made["stock"] = opening_stock(choices, stock, target)
        return made

    def _both(self, pair: Pair, cscart: Seen, zoho: Seen) -> Plan:
        actions: list[Action] = []
        if pair.link is None:
            if self.asked.stock_only:
                return Plan()
            why = f'Both sides have the {self.record_map.rules.key.noun} "{cscart.key}".'
            actions.append(Action(Kind.LINK, cscart.id, zoho.id, pair.label, reason=why))
        merged = Merged() if self.asked.stock_only else self.merge(pair, cscart.values, zoho.values)
        if merged.anew:
            return self._anew(pair, cscart, merged.anew)
        if self.asked.stock_only:
            merged.unfit.extend(self.hidden_stock(zoho.values))
        actions += self.field_actions(pair, merged)
        stock = self.stock(pair)
        actions += self.stock_actions(pair, cscart, zoho, stock)
        state, reason = self._badge(pair, merged, stock)
        if state is State.SYNCED and pair.link is not None and not actions:
            values = cscart.values, zoho.values
            trouble = self.record_map.trouble(*values) or self.record_map.notice(*values)
            if trouble:
                return self._held(pair, trouble)
        return Plan(tuple(actions), state, reason, rebase(pair, merged, stock), self._settled(pair, merged, stock))

    def _anew(self, pair: Pair, cscart: Seen, why: str) -> Plan:
        """A new record takes the place of one that can never be what its partner is."""
        if cscart.partial or self._waits(cscart):
            return Plan((), None)
        try:
            values = self.creation(cscart.id, cscart.values, Side.ZOHO)
        except Unfit as error:
            return self._held(pair, error.for_people())
        changes: dict[str, tuple[Value, Value]] = {name: (None, value) for name, value in values.items()}
        action = Action(Kind.CREATE, pair.cscart_id, pair.zoho_id, pair.label, Side.ZOHO, changes, why)
        return Plan((action,), State.NOT_SYNCED)

    def merge(self, pair: Pair, cscart: Mapping[str, Value], zoho: Mapping[str, Value]) -> Merged:
        """The merge of a pair's fields; the values may hold long texts in full."""
        base = pair.base
        halves = Halves(
            cscart=cscart,
            zoho=zoho,
            base_cscart=base.base_cscart if base else {},
            base_zoho=base.base_zoho if base else {},
            cscart_modified_at=pair.cscart.modified_at if pair.cscart else None,
            zoho_modified_at=pair.zoho.modified_at if pair.zoho else None,
        )
        merged = merge(
            self.record_map,
            halves,
            direction=self.asked.direction,
            winner=self.asked.winning_side,
            conflicts=pair.conflicts,
        )
        if pair.link is not None and pair.zoho is not None and not pair.zoho.gone:
            self._awaken(pair.link, cscart, merged)
        if pair.link is not None:
            merged.anew = self.record_map.anew(zoho, {name: to for name, (_, to) in merged.writes[Side.ZOHO].items()})
        if merged.anew:
            merged.writes[Side.ZOHO].clear()
            merged.unfit.clear()  # what the old one cannot take, the new one is made of
        else:
            self._hold_back(merged, cscart, zoho)
        merged.unfit.extend(self.hidden_stock(zoho))
        return merged

    def _awaken(self, link: Linked, cscart: Mapping[str, Value], merged: Merged) -> None:
        """What was switched off because its partner had been deleted is switched on again: the partner is back.

        Where both sides have a status that is kept alike, that of the partner comes over by itself.
        """
        if "status" in self.record_map.synced_fields() or not was_put_to_sleep(link):
            return
        merged.awake = cscart.get("status") == ACTIVE
        if asleep(link) and not merged.awake and self.asked.direction.allows(Side.CSCART):
            merged.writes[Side.CSCART]["status"] = (INACTIVE, ACTIVE)

    def hidden_stock(self, zoho: Mapping[str, Value]) -> list[Unfit]:
        """Why the stock of an item stands still though the rest goes on: Zoho does not show it, or keeps it apart."""
        choices, apart = self.record_map.stock_choices, zoho.get(STOCK_APART)
        words = apart or ("" if "stock" in zoho else zoho.get(STOCK_HIDDEN))
        if not words or choices is None or choices.stock_owner is StockOwner.NOBODY:
            return []
        return [Unfit(str(words), field="stock", advice="")]

    def _hold_back(self, merged: Merged, cscart: Mapping[str, Value], zoho: Mapping[str, Value]) -> None:
        """Leave out what must not be written while the pair is in trouble, or before the rest of it is written.

        Whether the rest is at rest, held or in conflict makes no difference: what counts is how both sides are now.
        """
        for target, name in self.sealed(merged):
            trouble = self.record_map.trouble(cscart, zoho)
            if any(writes.keys() - {name} for writes in merged.writes.values()):
                del merged.writes[target][name]
                merged.left.append(name)  # until it is seen what the other side has made of the rest
            elif trouble and merged.undecided:
                del merged.writes[target][name]
                merged.left.append(name)  # the open question tells it already, and its answer settles this, too
            elif trouble:
                del merged.writes[target][name]
                merged.unfit.append(Unfit(trouble, field=name, advice=""))

    def sealed(self, merged: Merged) -> list[tuple[Side, str]]:
        """What is about to be written and may only be while nothing is wrong between both sides."""
        return [
            (target, name)
            for target, writes in merged.writes.items()
            for name, (_, value) in writes.items()
            if self.record_map.seals(name, target, value)
        ]

    def unfit(self, pair: Pair) -> list[Unfit]:
        """Why fields of a pair cannot be written, whatever this run is about."""
        if pair.cscart is None or pair.zoho is None:
            return []
        return self.merge(pair, pair.cscart.values, pair.zoho.values).unfit

    def stock(self, pair: Pair) -> StockPlan | None:
        """The plan for a pair's stock, or None where stock is not kept on both sides."""
        if pair.cscart is None or pair.zoho is None:
            return None
        choices = self.record_map.stock_choices
        if choices is None or choices.stock_owner is StockOwner.NOBODY:
            return None
        if pair.zoho.values.get(STOCK_APART):
            return None
        figures, waiting = pair.figures, pair.cscart.undecided
        if figures is None:
            return None
        taken = pair.cscart.in_orders - waiting
        known, answer = pair.conflicts.get("stock"), answered_stock(pair)
        plan = plan_stock(
            choices,
            cscart=figures.cscart - waiting,
            zoho=figures.zoho,
            accounted=accounted(pair.base),
            direction=self.asked.direction,
            winner=self.asked.winning_side or answer,
            answered_at=known.figures if known and answer and not self.asked.winning_side else None,
            taken=taken,
            waiting=waiting,
            owed=_owed_now(pair.zoho),
            asked=known is not None,
        )
        if plan.amount is None:
            return plan
        return replace(plan, amount=plan.amount - taken - (waiting if plan.holds_waiting else 0))

    def field_actions(self, pair: Pair, merged: Merged) -> list[Action]:
        actions = []
        for target, writes in merged.writes.items():
            if writes:
                why = self._why(merged, target)
                ids = (pair.cscart_id, pair.zoho_id, pair.label)
                actions.append(Action(Kind.UPDATE, *ids, target, digests(writes), why))
        if any(not _known(pair, d) for d in merged.undecided):
            why = self._why_asked(pair, merged)
            actions.append(Action(Kind.CONFLICT, pair.cscart_id, pair.zoho_id, pair.label, reason=why))
        if merged.unfit:
            why = " ".join(error.for_people() for error in merged.unfit)
            actions.append(Action(Kind.HOLD, pair.cscart_id, pair.zoho_id, pair.label, reason=why))
        return actions

    def _why_asked(self, pair: Pair, merged: Merged) -> str:
        """Why a person is asked: because of both sides, or because of what one value may be."""
        cscart = pair.cscart.values if pair.cscart is not None else {}
        besides = {d.field: why for d in merged.undecided if (why := self.record_map.why_asked(d.field, cscart))}
        changed = self._why_both(pair, [d.field for d in merged.undecided if d.field not in besides])
        said = [f"Empty in CS-Cart: {self._named(besides)}.", *dict.fromkeys(besides.values())] if besides else []
        return " ".join(filter(None, (changed, *said)))

    def _why_both(self, pair: Pair, undecided: Sequence[str]) -> str:
        """Why a person is asked: for the first time, or again because what they were shown is not there any more."""
        again = [name for name in undecided if name in pair.conflicts and pair.conflicts[name].answer]
        new = [name for name in undecided if name not in again]
        said = [f"Changed on both sides: {self._named(new)}. Decide on the conflicts page."] if new else []
        if again:
            said.append(f"Changed after it was answered: {self._named(again)}. Answer again on the conflicts page.")
        return " ".join(said)

    def _why(self, merged: Merged, target: Side) -> str:
        overruled = [d.field for d in merged.differences if d.winner is target.other]
        if not overruled:
            return f"Changed in {target.other.title}."
        names = self._named(overruled)
        return f"{target.other.title} counts for: {names}. What {target.title} had is kept on the conflicts page."

    def _named(self, fields: Iterable[str]) -> str:
        """Fields as people call them."""
        return ", ".join(self.record_map.label(field) for field in fields)

    def stock_actions(self, pair: Pair, cscart: Seen, zoho: Seen, stock: StockPlan | None) -> list[Action]:
        """The steps that a pair's stock needs."""
        if stock is None:
            return []
        ids = (pair.cscart_id, pair.zoho_id, pair.label)
        actions = []
        if stock.undecided and not _asked_already(pair, open_stock(cscart, zoho)):
            actions.append(Action(Kind.CONFLICT, *ids, reason=_why_asked_about_stock(pair)))
        if stock.idle:
            return actions
        changes: dict[str, tuple[Value, Value]] = {}
        in_store, in_zoho = cscart.values["stock"], zoho.values["stock"]
        booked = stock.push + stock.owed
        if booked and isinstance(in_zoho, int):
            before = in_zoho + zoho.in_adjustments
            changes["stock_in_zoho"] = (before, before + booked)
        if stock.amount is not None:
            changes["stock_in_cscart"] = (in_store, stock.amount)
        if stock.push or stock.amount is not None:
            return [*actions, Action(Kind.STOCK, *ids, None, changes, "Stock has moved.")]
        return [*actions, Action(Kind.EVEN_OUT, *ids, Side.ZOHO, changes, _why_owed(stock.owed))]

    def _settled(self, pair: Pair, merged: Merged, stock: StockPlan | None) -> tuple[str, ...]:
        """Open conflicts that have ended: both sides agree, or took their edits back, or nobody syncs the field."""
        synced = self.record_map.synced_fields()
        settled = [
            name
            for name in pair.conflicts
            if name != "stock" and (name in (*merged.agreed, *merged.untouched) or name not in synced)
        ]
        agreed = stock is not None and stock.idle and stock.accounted is not None
        choices = self.record_map.stock_choices
        unsynced = choices is None or choices.stock_owner is StockOwner.NOBODY
        if "stock" in pair.conflicts and (agreed or unsynced):
            settled.append("stock")
        return tuple(settled)

    def _badge(self, pair: Pair, merged: Merged, stock: StockPlan | None) -> tuple[State | None, str]:
        waiting = [d.field for d in merged.undecided]
        if stock is not None and stock.undecided:
            waiting.append("stock")
        if merged.unfit:
            return State.HELD, " ".join(error.for_people() for error in merged.unfit)
        if waiting:
            return State.CONFLICT, f"Both sides differ: {self._named(waiting)}."
        if merged.left or (self.asked.stock_only and pair.conflicts):
            return None, ""
        return State.SYNCED, waiting_words(pair) or self._remark(pair)

    def _remark(self, pair: Pair) -> str:
        if pair.cscart is None or pair.zoho is None:
            return ""
        return self.record_map.remark(pair.cscart.values, pair.zoho.values)


def waiting_words(pair: Pair) -> str:
    """What of a pair's stock waits for approval in Zoho, and what to do about it; or nothing."""
    if pair.zoho is None or not pair.zoho.waiting:
        return ""
    named = ", ".join(
        f"{each.reference} ({each.status.replace('_', ' ') or 'status not told'})" for each in pair.zoho.waiting
    )
    pieces = sum(abs(each.delta) for each in pair.zoho.waiting)
    one = len(pair.zoho.waiting) == 1
    return (
        f"{pieces:,} {'piece waits' if pieces == 1 else 'pieces wait'} for approval in Zoho: inventory "
        f"{'adjustment' if one else 'adjustments'} {named}. Approve or reject {'it' if one else 'them'} there."
    )


def accounted(link: Linked | None) -> int | None:
    """How much of the store's amount Zoho's figure explains; None before the first contact is settled."""
    amount = link.base_cscart.get("stock") if link else None
    return amount if isinstance(amount, int) else None


def answered_stock(pair: Pair) -> Side | None:
    """Whose stock a person has said counts, as long as it can be told what has moved since.

    Once the stock is agreed on the answer is carried out: it does not count a second time.
    """
    known, now = pair.conflicts.get("stock"), pair.figures
    if known is None or now is None or accounted(pair.base) is not None:
        return None
    return known.answer if known.figures is None or now.tell_since(known.figures) else None


def evened_out(link: Linked | None) -> int:
    """How many pieces were put back in Zoho because sales orders had taken them a second time."""
    pieces = link.base_zoho.get("evened_out") if link else None
    return pieces if isinstance(pieces, int) else 0


def was_put_to_sleep(link: Linked) -> bool:
    """Whether we have made the store's record inactive because its partner was deleted; once for each deletion."""
    return link.base_zoho.get("status", "") is None


def asleep(link: Linked) -> bool:
    """The same, and nobody has put it back since: whoever switches it off after that means it."""
    return was_put_to_sleep(link) and link.base_cscart.get("status") == INACTIVE


def open_stock(cscart: Seen, zoho: Seen) -> Difference:
    """The stock of both sides at first contact, as a difference that a person decides."""
    return Difference("stock", cscart.values.get("stock"), zoho.values.get("stock"), None, Owner.ASK.value, winner=None)


def rebase(pair: Pair, merged: Merged, stock: StockPlan | None) -> Rebase | None:
    """What a linked pair's base becomes by agreement alone, or None when it is so already."""
    if pair.cscart is None or pair.zoho is None:
        return None
    cscart = {name: digest_value(name, pair.cscart.values[name]) for name in merged.agreed}
    zoho = {name: digest_value(name, pair.zoho.values[name]) for name in merged.agreed}
    agreement = stock.agreement if stock is not None else Agreement.WITHOUT
    if stock is not None and stock.idle and not stock.undecided and stock.accounted is not None:
        cscart["stock"], zoho["stock"] = stock.accounted, pair.zoho.values.get("stock")
    if merged.awake:
        cscart["status"] = zoho["status"] = ACTIVE
    old_cscart = pair.link.base_cscart if pair.link else {}
    old_zoho = pair.link.base_zoho if pair.link else {}
    if all(n in old_cscart and old_cscart[n] == v for n, v in cscart.items()) and all(
        n in old_zoho and old_zoho[n] == v for n, v in zoho.items()
    ):
        return None
    return Rebase(cscart, zoho, agreement)


def _owed_now(zoho: Seen) -> int:
    """What is to be put back right now.

    Nothing while a booking waits for approval that it would undo: the booking of an order that was held, say, which
    was confirmed meanwhile. Once it is approved its pieces are put back, and once it is refused there are none.
    """
    return 0 if zoho.owed * zoho.in_adjustments < 0 else zoho.owed


def _why_owed(owed: int) -> str:
    """Why pieces are put back in Zoho, or taken out again, though nobody has moved a stock."""
    if owed > 0:
        return "A sales order has taken pieces that were sold before Zoho had it, and that its figure was without."
    return "A sales order has let go of pieces that were sold before Zoho had it."


def _known(pair: Pair, difference: Difference) -> bool:
    known = pair.conflicts.get(difference.field)
    return known is not None and known.cscart == difference.cscart and known.zoho == difference.zoho


def digests(writes: Mapping[str, tuple[Value, Value]]) -> dict[str, tuple[Value, Value]]:
    """Changes as the ledger keeps them."""
    return {name: (digest_value(name, before), digest_value(name, after)) for name, (before, after) in writes.items()}


def _asked_already(pair: Pair, stock: Difference) -> bool:
    """Whether a person has been asked about these very figures, and no answer has lapsed."""
    known = pair.conflicts.get("stock")
    return known is not None and known.answer is None and known.figures is not None and _known(pair, stock)


def _why_asked_about_stock(pair: Pair) -> str:
    known = pair.conflicts.get("stock")
    if known is not None and known.answer is not None:
        return "Orders have moved the stock after it was answered. Answer again on the conflicts page."
    return "The stock differs at first contact, and nobody has said whose figure counts."
