"""Carry out the stock steps of a run: one adjustment for up to 100 items, then the store's amounts.

An adjustment is a list of differences, each computed from a read of Zoho made
right before. The base moves in the same commit that closes the intent, so a
step that is repeated finds nothing left to book.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cscart_zoho.errors import Refused, Unfit, UnknownOutcome
from cscart_zoho.mapping.choices import StockOwner
from cscart_zoho.records import Record, Side, Value
from cscart_zoho.sync.adjustments import WaitingAdjustments, shown, untouched
from cscart_zoho.sync.merge import Difference
from cscart_zoho.sync.pairs import Linked, Pair, Seen
from cscart_zoho.sync.plan import Planner, State, accounted, answered_stock, evened_out, open_stock, waiting_words
from cscart_zoho.sync.ports import Adjusted, Ledger, NewIntent, PlannedStep, Sides, Standing, StockMove
from cscart_zoho.sync.settle import IN_DOUBT, Guarded, badges, fail, read_one, sent
from cscart_zoho.sync.stock import StockPlan, amount_to_publish

APPROVED = "An inventory adjustment of it was approved or refused in Zoho at this very moment; the next run does it."
ORDERED = "An order of it came in at this very moment; the next run does it."

#: How often both sides are looked at while their orders move; then the next run does it.
LOOKS = 2

#: What Zoho shows as the reason of an adjustment that puts back what a sales order has taken a second time.
EVENED_OUT = "Sold before its sales order took it"

#: Zoho Inventory names no limit for the lines of an adjustment; 100 is ours, so that a refusal stays small.
LINES = 100


@dataclass(frozen=True)
class Booking:
    """One pair's stock as it is right now, and what shall be done."""

    step: PlannedStep
    link: Linked
    cscart: Seen
    zoho: Seen
    plan: StockPlan

    @property
    def in_zoho(self) -> int:
        return _whole(self.zoho.values.get("stock"))

    @property
    def in_store(self) -> int:
        return _whole(self.cscart.values.get("stock"))

    @property
    def in_zoho_at_last(self) -> int:
        """Zoho's figure once what is booked now and everything that waits for approval count."""
        return self.in_zoho + self.zoho.in_adjustments + self.booked

    @property
    def booked(self) -> int:
        """By how much Zoho's stock is moved: what has moved in the store, and what sales orders took twice."""
        return self.plan.push + self.plan.owed

    @property
    def settles(self) -> bool:
        """Whether the stock is agreed on; else it is only evened out what orders do to Zoho's figure meanwhile."""
        return self.plan.accounted is not None and not self.plan.undecided

    @property
    def explained(self) -> int:
        """How much of the store's amount Zoho's figure explains once `push` is booked."""
        return _whole(self.plan.accounted) + self.plan.push

    @property
    def evened_out(self) -> int:
        """How much is evened out for orders in all, once `owed` is booked."""
        return evened_out(self.link) + self.plan.owed


class ApplyingStock:
    """Carries out the stock steps of one run.

    `new_reference` makes a name for each adjustment; `look_first` brings the orders of a side up to date, on which its
    figures rest: an order that has taken stock must be known before that stock is looked at. `look_at_orders` asks
    for the known orders of some products by id: those that were deleted are in no list of changes.
    """

    def __init__(
        self,
        sides: Sides,
        ledger: Ledger,
        planner: Planner,
        guarded: Guarded,
        new_reference: Callable[[], str],
        look_first: Callable[[Side], None] = lambda side: None,
        look_at_orders: Callable[[Sequence[str]], None] = lambda product_ids: None,
        adjustments: WaitingAdjustments | None = None,
    ) -> None:
        self.sides = sides
        self.ledger = ledger
        self.planner = planner
        self.guarded = guarded
        assert sides.stock_book is not None
        self.stock_book = sides.stock_book
        choices = planner.record_map.stock_choices
        assert choices is not None
        self.choices = choices
        self.new_reference = new_reference
        self.look_first = look_first
        self.look_at_orders = look_at_orders
        self.adjustments = adjustments or WaitingAdjustments(sides, ledger, planner.now)
        #: Ids of steps whose push has arrived in Zoho and waits for approval there.
        self._waiting: set[int] = set()

    def carry_out(self, steps: Sequence[PlannedStep]) -> None:
        """Up to `LINES` steps together. Raises `Throttled`, `NotConnected` and `LostLease`."""
        self.guarded(steps, lambda: self._carry_out(steps))

    def _carry_out(self, steps: Sequence[PlannedStep]) -> None:
        bookings = self._bookings(steps)
        self._book([b for b in bookings if b.plan.push])
        self._book([b for b in bookings if b.plan.owed and not b.plan.push])
        for booking in bookings:
            if self.ledger.stop_asked():
                return
            # What could not be booked is closed already; the rest is published from the present base.
            self.guarded([booking.step], lambda b=booking: self._publish(b))  # type: ignore[misc]

    def _bookings(self, steps: Sequence[PlannedStep]) -> list[Booking]:
        """Read both sides of all steps together and plan each anew; steps that need nothing are closed."""
        pairs = [(step.action.cscart_id, step.action.zoho_id) for step in steps]
        for _ in range(LOOKS):
            fresh, moved = self._both_sides(pairs)
            if not moved:
                break
        bookings = []
        for step, pair in zip(steps, pairs, strict=True):
            booking = self._booking(step, fresh, moved.get(pair, ""))
            if booking is not None:
                bookings.append(booking)
        return bookings

    def _both_sides(self, pairs: Sequence[tuple[str, str]]) -> tuple[Mapping[str, Record], dict[tuple[str, str], str]]:
        """Zoho's records by id, and why pairs cannot be planned now: they moved while both sides were looked at."""
        self.look_first(Side.CSCART)
        orders = self.ledger.in_orders(pairs)
        fresh = self._look_at(Side.ZOHO, [zoho_id for _, zoho_id in pairs])
        # After the figures: an adjustment that still waits now is in none of them, one that does not may be.
        decided = self.adjustments.look({zoho_id for _, zoho_id in pairs})
        moved = {pair: APPROVED for pair in pairs if pair[1] in decided}
        if orders is None:
            return fresh, moved
        self._look_at(Side.CSCART, [cscart_id for cscart_id, _ in pairs])
        self._look_for_deleted([self.ledger.pair(*pair) for pair in pairs])
        now = self.ledger.in_orders(pairs) or {}
        return fresh, {pair: ORDERED for pair in pairs if orders[pair] != now.get(pair)} | moved

    def _look_at(self, side: Side, ids: Sequence[str]) -> Mapping[str, Record]:
        """A side's figures, and then its orders: one that has moved since they were known must not go unseen."""
        records = self.sides.of(side).read(ids)
        with self.ledger.commit():
            self.ledger.observe(list(records.values()))
        self.look_first(side)
        return records

    def _look_for_deleted(self, pairs: Sequence[Pair]) -> None:
        """Pieces that have come back to the store may be those of an order that was deleted, and nobody's count.

        They may hide in any movement: nine that are gone and three that came back look like six that are gone.
        """
        plans = [(pair, self.planner.stock(pair)) for pair in pairs]
        moved = [pair.cscart_id for pair, plan in plans if plan is not None and (plan.push or plan.owed)]
        if moved:
            self.look_at_orders(moved)

    def _booking(self, step: PlannedStep, fresh: Mapping[str, Record], moved: str) -> Booking | None:
        ids = (step.action.cscart_id, step.action.zoho_id)
        pair = self.ledger.pair(*ids)
        why = moved or self._unusable(pair, step.action.zoho_id in fresh)
        if self.ledger.in_doubt(*ids):
            why = IN_DOUBT
        plan = self.planner.stock(pair)
        if not why and pair.zoho is not None and (hidden := self.planner.hidden_stock(pair.zoho.values)):
            why = hidden[0].for_people()
            with self.ledger.commit():
                self.ledger.badge(badges(pair, State.HELD, why))
        if not why and (plan is None or (not plan.owed and (plan.undecided or plan.accounted is None))):
            why = "Nothing is left to do."
        if why or plan is None or pair.link is None or pair.cscart is None or pair.zoho is None:
            self._close(step, "skipped", why)
            return None
        with self.ledger.commit():
            self.ledger.record(pair, self._overruled(pair, plan))
        aside = 0 if plan.holds_waiting else pair.cscart.undecided
        cscart = replace(pair.cscart, in_orders=pair.cscart.in_orders - aside, undecided=0)
        return Booking(step, pair.link, cscart, pair.zoho, plan)

    def _unusable(self, pair: Pair, seen: bool) -> str:
        if pair.link is None or pair.cscart is None or pair.zoho is None:
            return "It is not linked any more."
        if pair.cscart.gone or pair.zoho.gone or not seen:
            return "One of the two records did not come back; the next run looks at it."
        return ""

    def _overruled(self, pair: Pair, plan: StockPlan) -> list[Difference]:
        """The figures that a first contact or a person's answer puts aside, to be written down before."""
        assert pair.cscart is not None
        assert pair.zoho is not None
        answer = self.planner.asked.winning_side or answered_stock(pair)
        if answer is None and accounted(pair.link) is not None:
            return []
        difference = open_stock(pair.cscart, pair.zoho)
        if difference.cscart == difference.zoho or (plan.push == 0 and plan.amount is None):
            return []
        if answer is not None:
            return [replace(difference, policy="person", winner=answer)]
        if self.choices.stock_owner is not StockOwner.SHARED:
            side = Side(self.choices.stock_owner.value)
            return [replace(difference, policy=side.value, winner=side)]
        side = Side(self.choices.first_contact_stock.value)
        return [replace(difference, policy=side.value, winner=side)]

    # Zoho: one adjustment with many lines

    def _book(self, bookings: Sequence[Booking]) -> None:
        """Book all; a refusal is narrowed down to the line that causes it."""
        if not bookings:
            return
        try:
            self._adjust(bookings)
        except Refused as error:
            if len(bookings) == 1:
                fail(self.ledger, [bookings[0].step], "failed", error.for_people())
                return
            middle = len(bookings) // 2
            self._book(bookings[:middle])
            self._book(bookings[middle:])

    def _adjust(self, bookings: Sequence[Booking]) -> None:
        reference = self.new_reference()
        moves = [_move(b) for b in bookings if b.booked]
        if not moves:  # what has come back to the store is just what its sales order has let go of
            with self.ledger.commit():
                self._keep(bookings)
            return
        with self.ledger.commit():
            payload = {"moves": moves}
            intent = self.ledger.open_intent(NewIntent("adjust", Side.ZOHO, key=reference, payload=payload))
        lines = [StockMove(b.link.zoho_id, b.booked) for b in bookings if b.booked]
        why = "" if bookings[0].plan.push else EVENED_OUT
        booked = sent(self.ledger, self.sides, [intent], lambda: self.stock_book.adjust(lines, reference, why))
        if self._is_in_stock(booked, moves):
            with self.ledger.commit():
                self.ledger.close_intent(intent, "done")
                self._keep(bookings)
            return
        where = {"id": booked.id, "standing": booked.standing.value, "status": booked.status}
        with self.ledger.commit():
            self.ledger.keep_waiting(intent, {**payload, **where})
            self._keep(bookings, in_stock=False)
        self._waiting |= {b.step.id for b in bookings}

    def _keep(self, bookings: Sequence[Booking], *, in_stock: bool = True) -> None:
        """Take what is booked into the base; `in_stock` = Zoho's figure has it already. Inside a commit."""
        for b in bookings:
            in_zoho = b.in_zoho + (b.booked if in_stock else 0)
            if in_zoho != b.in_zoho:
                self.ledger.observe([moved(Side.ZOHO, b.zoho, in_zoho)])
            here: dict[str, Value] = {"stock": b.explained} if b.settles else {}
            there: dict[str, Value] = {"evened_out": b.evened_out} if b.plan.owed else {}
            self.ledger.rebase(b.link, here, {**there, "stock": in_zoho}, agreement=b.plan.agreement)

    def _is_in_stock(self, booked: Adjusted, moves: Sequence[Mapping[str, Any]]) -> bool:
        """Whether an adjustment that has just been made counts. Raises `UnknownOutcome`.

        Where Zoho's answer has no word about it (an older organisation), the stock that is read back says so: taken
        for booked, an adjustment that waits would put sold pieces on sale again; taken for waiting, one that counts
        would be counted twice.
        """
        if booked.standing is not Standing.UNTOLD:
            return booked.standing is Standing.COUNTS
        fresh = self.sides.zoho.read([move["zoho_id"] for move in moves])
        if shown(fresh, moves):
            return True
        if untouched(fresh, moves):
            return False
        raise UnknownOutcome("Zoho does not say whether the inventory adjustment counts, and its stock has moved.")

    # CS-Cart: one amount at a time, carrying what was sold meanwhile

    def _publish(self, booking: Booking) -> None:
        pair = self.ledger.pair(booking.link.cscart_id, booking.link.zoho_id)
        if not self._booked(booking, pair):
            return
        if not booking.settles:
            self._close(booking.step, "done", "")
            return
        in_zoho = booking.in_zoho + (0 if booking.step.id in self._waiting else booking.booked)
        if booking.plan.amount is None:
            self._settle(booking, pair, booking.explained, in_zoho)
            return
        record = read_one(self.sides, self.ledger, Side.CSCART, booking.link.cscart_id)
        with self.ledger.commit():
            self.ledger.observe([record])
        before = record.values.get("stock")
        if not isinstance(before, int):
            raise Unfit("The store shows no amount for this product any more.", field="stock")
        if before != booking.in_store and self._ordered(booking):
            self._close(booking.step, "skipped", ORDERED)
            return
        taken = booking.cscart.in_orders
        free, explained = amount_to_publish(
            self.choices,
            cscart=before + taken,
            zoho=booking.in_zoho_at_last + booking.zoho.in_orders - booking.plan.owed,
            accounted=booking.explained,
            taken=taken,
        )
        amount = free - taken
        if amount != before:
            self._send_amount(booking, record, before, amount, explained, in_zoho, taken)
        self._settle(booking, pair, explained if amount != before else booking.explained, in_zoho)

    def _ordered(self, booking: Booking) -> bool:
        """Whether the store's amount has moved since it was looked at because one of its orders has."""
        pair = (booking.link.cscart_id, booking.link.zoho_id)
        self.look_first(Side.CSCART)
        orders = self.ledger.in_orders([pair])
        known = (booking.cscart.in_orders, booking.zoho.in_orders - booking.plan.owed)
        return orders is not None and orders[pair] != known

    def _booked(self, booking: Booking, pair: Pair) -> bool:
        """Whether what had to be booked is in the base; a refused booking has closed its step already."""
        if booking.plan.push == 0 and booking.plan.owed == 0:
            return True
        settled = not booking.settles or accounted(pair.link) == booking.explained
        return pair.link is not None and settled and evened_out(pair.link) == booking.evened_out

    def _send_amount(
        self, booking: Booking, record: Record, before: int, amount: int, explained: int, in_zoho: int, taken: int
    ) -> None:
        payload = {
            "before": before,
            "taken": taken,
            "amount": amount,
            "accounted": explained,
            "zoho": in_zoho,
            "version": record.modified_at.isoformat() if record.modified_at else "",
            "agreement": booking.plan.agreement.value,
        }
        ids = (booking.link.cscart_id, booking.link.zoho_id)
        with self.ledger.commit():
            intent = self.ledger.open_intent(NewIntent("amount", Side.CSCART, *ids, record.key, payload))
        answer = sent(self.ledger, self.sides, [intent], lambda: self.sides.cscart.update(record.id, {"stock": amount}))
        with self.ledger.commit():
            values = {**record.values, **answer.values}
            self.ledger.observe([replace(answer, values=values, partial=False)])
            agreement = booking.plan.agreement
            self.ledger.rebase(booking.link, {"stock": explained}, {"stock": in_zoho}, agreement=agreement)
            self.ledger.close_intent(intent, "done")

    def _settle(self, booking: Booking, pair: Pair, explained: int, in_zoho: int) -> None:
        with self.ledger.commit():
            agreement = booking.plan.agreement
            self.ledger.rebase(booking.link, {"stock": explained}, {"stock": in_zoho}, agreement=agreement)
            self.ledger.close_conflicts(booking.link.cscart_id, booking.link.zoho_id, ["stock"])
            self.ledger.close_step(booking.step, "done")
            rows = [row for row in (pair.cscart, pair.zoho) if row is not None]
            troubled = any(row.problem or row.waits_until for row in rows)  # with something else than its stock
            if not troubled and not set(pair.conflicts) - {"stock"} and not self.planner.unfit(pair):
                pair = self.ledger.pair(booking.link.cscart_id, booking.link.zoho_id)
                self.ledger.badge(badges(pair, State.SYNCED, waiting_words(pair)))

    def _close(self, step: PlannedStep, state: str, message: str) -> None:
        with self.ledger.commit():
            self.ledger.close_step(step, state, message)


def _move(booking: Booking) -> dict[str, object]:
    """A line of an adjustment as its intent keeps it: what the base becomes when it arrived."""
    settles = {"accounted": booking.plan.accounted} if booking.settles else {}
    return {
        "cscart_id": booking.link.cscart_id,
        "zoho_id": booking.link.zoho_id,
        "delta": booking.booked,
        "before": booking.in_zoho,
        "owed": booking.plan.owed,
        "evened_out": booking.evened_out,
        **settles,
    }


def moved(side: Side, row: Seen, stock: int) -> Record:
    """A row with another stock, to be read again before it is believed.

    Its etag is one that no side has: the stock may move back to what it was, and
    then the side shows the old etag again.
    """
    return Record(side, row.id, row.key, {"stock": stock}, etag="moved", partial=True)


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
