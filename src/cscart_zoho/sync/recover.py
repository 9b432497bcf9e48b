"""Settle every write without a clear answer, before anything else is read or sent.

Each open intent says exactly what was sent. The record is looked up by its
correlation key: what arrived becomes the base as it was *sent then*, not as the
record is today, so that an edit made since is still seen as an edit.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cscart_zoho.errors import ConnectorError, NotConnected, NotFound, Throttled, UnknownOutcome
from cscart_zoho.logs import about
from cscart_zoho.mapping.record_map import RecordMap
from cscart_zoho.records import Record, Side, Value, Values
from cscart_zoho.sync.adjustments import PATIENCE, WaitingAdjustments, moves_of, shown, sums, untouched
from cscart_zoho.sync.ports import Adjusted, Ledger, LostLease, OpenIntent, Sides, Standing
from cscart_zoho.sync.settle import ask_about_stock, link_created, read_one
from cscart_zoho.sync.stock import Agreement

log = logging.getLogger(__name__)

#: How long a request that was cut off may still be at work on the other side: our time-out for one call.
ON_ITS_WAY = timedelta(seconds=30)

#: So far the store's clock and ours may be apart: a stamp that is older than the write by more is not of its second.
CLOCKS_APART = timedelta(minutes=15)

#: How long an adjustment is looked for in a list of which only a part can be seen. Then a person is asked.
LOOKED_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Recovered:
    """What is left: writes without an answer, and how long to wait before they can be judged."""

    left: int = 0
    wait_s: float = 0.0
    #: Sentences about adjustments that never will count.
    told: tuple[str, ...] = ()


class Recovering:
    """Closes the intents of earlier attempts."""

    def __init__(
        self,
        sides: Sides,
        ledger: Ledger,
        record_map: RecordMap,
        now: datetime,
        look_first: Callable[[Side], None] = lambda side: None,
    ) -> None:
        self.sides = sides
        self.ledger = ledger
        self.record_map = record_map
        self.now = now
        #: Brings the orders of a side up to date, on which stock rests.
        self.look_first = look_first
        #: What was looked up together, on sides that write many records in one call.
        self.adjustments = WaitingAdjustments(sides, ledger, now)
        self._found: dict[tuple[Side, str], list[Record]] = {}
        self._read: dict[tuple[Side, str], Record] = {}

    def settle_all(self) -> Recovered:
        """Settle what can be settled. Raises `Throttled`, `NotConnected` and `LostLease`."""
        left, wait_s = 0, 0.0
        intents = self.ledger.open_intents()
        self._look_up(intents)
        for intent in intents:
            with about(cscart_id=intent.cscart_id, zoho_id=intent.zoho_id):
                try:
                    if not self._settle(intent):
                        left += 1
                        wait_s = max(wait_s, (ON_ITS_WAY - self._age(intent)).total_seconds())
                except (Throttled, NotConnected, LostLease):
                    raise
                except ConnectorError as error:
                    log.warning("write %s is still without a clear answer: %s", intent.id, error)
                    left += 1
                except Exception as error:
                    if self.ledger.is_away(error):
                        raise
                    # Its records stay in doubt and are left alone; all others go on.
                    log.exception("write %s could not be looked up", intent.id)
                    left += 1
        self._look_at_what_waits()
        return Recovered(left, wait_s, tuple(self.adjustments.refused))

    def _look_at_what_waits(self) -> None:
        """Adjustments that wait for approval in Zoho; what cannot be seen now is seen by a later run."""
        try:
            self.adjustments.look()
        except (Throttled, NotConnected, LostLease):
            raise
        except ConnectorError as error:
            log.warning("adjustments that wait for approval could not be looked at: %s", error)

    def _look_up(self, intents: Sequence[OpenIntent]) -> None:
        """A call that was cut off may have left a hundred intents: they are looked up in a few calls."""
        for side in Side:
            if self.sides.of(side).together == 1:  # updates of such a side are looked up one by one, too
                continue
            mine = [intent for intent in intents if intent.target is side]
            keys = [intent.key for intent in mine if intent.kind == "create"]
            ids = [_target_id(intent) for intent in mine if intent.kind == "update"]
            try:
                if keys:
                    found = self.sides.of(side).find_all(keys)
                    self._found |= {(side, key): found.get(key, []) for key in keys}
                if ids:
                    self._read |= {(side, id): record for id, record in self.sides.of(side).read(ids).items()}
            except (Throttled, NotConnected):
                raise
            except ConnectorError as error:
                log.warning("open writes could not be looked up together: %s", error)

    def _one(self, side: Side, id: str) -> Record:
        return self._read.get((side, id)) or read_one(self.sides, self.ledger, side, id)

    def _age(self, intent: OpenIntent) -> timedelta:
        return self.now - intent.opened_at

    def _settle(self, intent: OpenIntent) -> bool:
        ways = {
            "create": self._created,
            "update": self._updated,
            "amount": self._amount_written,
            "adjust": self._adjusted,
        }
        return ways[intent.kind](intent)

    def _close(self, intent: OpenIntent, outcome: str) -> bool:
        with self.ledger.commit():
            self.ledger.close_intent(intent.id, outcome)
        return True

    # A record that may have been made

    def _created(self, intent: OpenIntent) -> bool:
        looked_up = self._found.get((intent.target, intent.key))
        found = self.sides.of(intent.target).find(intent.key) if looked_up is None else looked_up
        if not found and self._age(intent) < ON_ITS_WAY:
            return False
        if len(found) != 1:
            with self.ledger.commit():
                self.ledger.observe(found)  # twice there: pairing holds them and says so
                self.ledger.close_intent(intent.id, "not_applied")
            return True
        made = found[0] if looked_up else read_one(self.sides, self.ledger, intent.target, found[0].id)
        source_id = intent.cscart_id or intent.zoho_id
        ids = (source_id, made.id) if intent.target is Side.ZOHO else (made.id, source_id)
        if self._taken(*ids, instead_of=(intent.cscart_id, intent.zoho_id)):
            return self._close(intent, "not_applied")
        sent, source = _values(intent.payload, "sent"), _values(intent.payload, "source")
        completed = self.sides.of(intent.target).complete(made.id, sent)
        made = completed or made
        held = {**sent, **self.record_map.when_made(sent, intent.target)}
        held |= {name: made.values[name] for name in sent if self._as_made(name, sent[name], made)}
        if made.values.get("stock") == 0 != sent.get("stock"):
            # Sold out already, or an opening stock that Zoho ignored (seen on a free plan): nobody can tell, and
            # taking the one for the other would empty the store. First contact decides.
            held.pop("stock", None)
        if self.ledger.of_other_choices(intent):  # its fields may have other partners now: they are compared anew
            held = {name: value for name, value in held.items() if name == "stock"}
        with self.ledger.commit():
            self.ledger.observe([made])
            if intent.cscart_id and intent.zoho_id:
                self.ledger.part(intent.cscart_id, intent.zoho_id)
            link_created(self.ledger, self.record_map, intent.target, source_id, source, made, sent, held)
            self.ledger.close_intent(intent.id, "done")
        return True

    def _taken(self, cscart_id: str, zoho_id: str, instead_of: tuple[str, str]) -> bool:
        """Whether either record is linked already, and not in the link whose place this one takes."""
        links = [self.ledger.pair(cscart_id, "").link, self.ledger.pair("", zoho_id).link]
        return any(link is not None and (link.cscart_id, link.zoho_id) != instead_of for link in links)

    def _as_made(self, name: str, sent: Value, record: Record) -> bool:
        """Whether what the side made of a value it was sent counts as that value: it has its own form of it."""
        arrived = name in record.values and self.record_map.arrived(name, sent, record.values[name])
        return arrived and self.record_map.takes_as_made(name, record.side)

    # Fields that may have been written

    def _updated(self, intent: OpenIntent) -> bool:
        try:
            record = self._one(intent.target, _target_id(intent))
        except NotFound:
            return self._close(intent, "not_applied")
        sent, source = _values(intent.payload, "sent"), _values(intent.payload, "source")
        arrived = {
            name: record.values[name] if self._as_made(name, value, record) else value
            for name, value in sent.items()
            if self.record_map.arrived(name, value, record.values.get(name))
        }
        link = self.ledger.pair(intent.cscart_id, intent.zoho_id).link
        told = {name: source[name] for name in arrived if name in source}
        with self.ledger.commit():
            self.ledger.observe([record])
            if link is not None and arrived and not self.ledger.of_other_choices(intent):
                halves = (told, arrived) if intent.target is Side.ZOHO else (arrived, told)
                self.ledger.rebase(link, *halves)
                self.ledger.close_conflicts(intent.cscart_id, intent.zoho_id, list(arrived))
            self.ledger.close_intent(intent.id, "done" if arrived else "not_applied")
        return True

    # An amount that may have been written to the store

    def _amount_written(self, intent: OpenIntent) -> bool:
        try:
            record = read_one(self.sides, self.ledger, Side.CSCART, intent.cscart_id)
        except NotFound:
            return self._close(intent, "not_applied")
        pair = self.ledger.pair(intent.cscart_id, intent.zoho_id)
        known = pair.cscart.values if pair.cscart else {}
        arrived = _amount_arrived(
            record, intent.payload, known=known, taken=lambda: self._ordered(intent), sent_at=intent.opened_at
        )
        with self.ledger.commit():
            self.ledger.observe([record])
            if arrived and pair.link is not None:
                explained, in_zoho = intent.payload["accounted"], intent.payload["zoho"]
                agreement = Agreement(str(intent.payload.get("agreement", Agreement.WITHOUT)))
                bases = {"stock": _whole(explained)}, {"stock": _whole(in_zoho)}
                self.ledger.rebase(pair.link, *bases, agreement=agreement)
            if arrived is None:
                ask_about_stock(self.ledger, self.ledger.pair(intent.cscart_id, intent.zoho_id))
            self.ledger.close_intent(intent.id, "done" if arrived else "not_applied")
        return True

    def _ordered(self, intent: OpenIntent) -> int | None:
        """What orders have taken of the product by now, or None where no orders are kept in sync."""
        ids = (intent.cscart_id, intent.zoho_id)
        if self.ledger.in_orders([ids]) is None:
            return None
        self.look_first(Side.CSCART)
        return (self.ledger.in_orders([ids]) or {}).get(ids, (0, 0))[0]

    # An adjustment that may have been booked

    def _adjusted(self, intent: OpenIntent) -> bool:
        """Whether it is known what became of an adjustment. One that cannot be found is not booked again on a guess."""
        assert self.sides.stock_book is not None
        try:
            found = self.sides.stock_book.find_adjustment(intent.key, intent.opened_at - PATIENCE)
        except UnknownOutcome as error:
            return self._unfindable(intent, error)
        if found is not None:
            return self._found_there(intent, found)
        fresh = self._items_of(intent)
        if self._age(intent) > (ON_ITS_WAY if untouched(fresh, moves_of(intent)) else PATIENCE):
            return self._close(intent, "not_applied")
        return False

    def _items_of(self, intent: OpenIntent) -> Mapping[str, Record]:
        return self.sides.zoho.read([move["zoho_id"] for move in moves_of(intent)])

    def _unfindable(self, intent: OpenIntent, error: UnknownOutcome) -> bool:
        """The list cannot be seen whole, so it proves nothing; the stock of all lines together may."""
        if self._age(intent) > ON_ITS_WAY and shown(self._items_of(intent), moves_of(intent)):
            self._book(intent, {move["zoho_id"]: move["delta"] for move in moves_of(intent)})
            return True
        if self._age(intent) > LOOKED_FOR:
            return self.adjustments.refuse(intent, "was not found in Zoho's list, which is too long to be seen whole")
        log.warning("inventory adjustment %s cannot be looked up: %s", intent.key, error)
        return False

    def _found_there(self, intent: OpenIntent, found: Adjusted) -> bool:
        if found.standing is Standing.UNTOLD:
            fresh = self._items_of(intent)
            if untouched(fresh, moves_of(intent)):
                self._keep_waiting(intent, found)
                return True
            if not shown(fresh, moves_of(intent)):
                if self._age(intent) <= PATIENCE:
                    return False
                return self.adjustments.refuse(intent, "is in Zoho, which does not say whether it counts")
        elif found.standing is Standing.REFUSED:
            return self.adjustments.refuse(intent, f"was refused in Zoho ({found.status})")
        elif found.standing is not Standing.COUNTS:
            self._keep_waiting(intent, found)
            return True
        self._book(intent, sums((move.item_id, move.delta) for move in found.moves))
        return True

    def _keep_waiting(self, intent: OpenIntent, found: Adjusted) -> None:
        """It has arrived: what it will move is explained, though Zoho's figure does not have it yet."""
        with self.ledger.commit():
            for move in moves_of(intent):
                link = self.ledger.pair(move["cscart_id"], move["zoho_id"]).link
                if link is not None:
                    self.ledger.rebase(link, *_bases(move, move["delta"], in_zoho=move["before"]))
            self.adjustments.keep(intent, found)

    def _book(self, intent: OpenIntent, booked: Mapping[str, int]) -> None:
        """Take the lines of an adjustment that is in stock into the base."""
        with self.ledger.commit():
            for move in moves_of(intent):
                link = self.ledger.pair(move["cscart_id"], move["zoho_id"]).link
                delta = booked.get(move["zoho_id"], 0)
                if link is not None and delta:
                    self.ledger.rebase(link, *_bases(move, delta, in_zoho=move["before"] + delta))
            self.ledger.close_intent(intent.id, "done")


def _bases(move: Mapping[str, Any], delta: int, in_zoho: int) -> tuple[dict[str, Value], dict[str, Value]]:
    """What both halves of a base become when a line of an adjustment has arrived, and Zoho's figure is `in_zoho`."""
    owed = move.get("owed", 0)
    here: dict[str, Value] = {"stock": move["accounted"] + delta - owed} if "accounted" in move else {}
    evened: dict[str, Value] = {"evened_out": move["evened_out"]} if owed else {}
    return here, {**evened, "stock": in_zoho}


def _amount_arrived(
    record: Record,
    payload: Mapping[str, object],
    known: Values,
    taken: Callable[[], int | None],
    sent_at: datetime | None = None,
) -> bool | None:
    """Whether the store took the amount. None = it cannot be told, and is not guessed: pieces would come or go.

    Every PUT moves `updated_timestamp`; an order that takes stock does not (seen
    on a running 4.20 store). So an unmoved stamp says no, unless it was young when
    the amount was sent: stamps have whole seconds, and an edit may have stamped
    the very second of our write. A moved stamp says that somebody has written, we
    or a person. Then only the figure tells: that which was sent, less what orders
    have `taken` since (None = no orders are kept in sync, and any other figure may
    be a sale or a count); and nothing does where another field is different, too.
    """
    stock = record.values.get("stock")
    version = record.modified_at.isoformat() if record.modified_at else ""
    unmoved = version == payload["version"]
    if unmoved and not _young(record.modified_at, sent_at):
        return False
    told = record.digest()
    edited = any(name in told and told[name] != value for name, value in known.items() if name != "stock")
    if edited or not isinstance(stock, int):
        return None
    then, now = payload.get("taken"), taken()
    sold = now - then if now is not None and isinstance(then, int) else None
    if stock + (sold or 0) == _whole(payload["amount"]) and stock != payload["before"]:
        return None if unmoved else True
    untouched = sold is not None and stock + sold == payload["before"]
    return False if unmoved and untouched else None


def _young(stamp: datetime | None, sent_at: datetime | None) -> bool:
    """Whether a record's stamp may be of the second in which something was sent, by clocks that do not quite agree."""
    return stamp is not None and sent_at is not None and stamp > sent_at - CLOCKS_APART


def _target_id(intent: OpenIntent) -> str:
    return intent.zoho_id if intent.target is Side.ZOHO else intent.cscart_id


def _values(payload: Mapping[str, object], name: str) -> dict[str, Value]:
    values = payload[name]
    assert isinstance(values, Mapping)
    return dict(values)


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
