"""What a write leaves behind: the base of both sides, the row as it is now, the badge. Inside a commit."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from cscart_zoho.errors import (
    ConnectorError,
    NotAuthorised,
    NotConnected,
    NotForSale,
    NotFound,
    Refused,
    RemoteFault,
    Retryable,
    Throttled,
    Unfit,
    UnknownOutcome,
    Unreachable,
)
from cscart_zoho.logs import about, ids
from cscart_zoho.mapping.record_map import RecordMap
from cscart_zoho.records import Record, Side, Value, Values
from cscart_zoho.sync.circuit_breaker import ALIKE, CircuitBreaker
from cscart_zoho.sync.pairs import Pair
from cscart_zoho.sync.plan import Action, Kind, State, evened_out, open_stock
from cscart_zoho.sync.ports import Badge, Ledger, LostLease, PlannedStep, Sides

log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")

#: So many steps in a row without a proper answer mean that a side is away; the run waits so many seconds then.
AWAY_AFTER, AWAY_S = 10, 300.0

IN_DOUBT = "Its last write has no clear answer yet; it is looked up first."


def sent(ledger: Ledger, sides: Sides, intents: Sequence[int], call: Callable[[], _Answer]) -> _Answer:
    """Make a call whose intents are open.

    A clear "no" closes them, and so does whatever comes before anything was sent:
    nobody has to look for a write that never was. Silence leaves them open.
    """
    before = sides.writes()
    try:
        return call()
    except LostLease:
        raise
    except Exception as error:
        unsent = before is not None and sides.writes() == before
        outcome = outcome_of(error) or ("not_applied" if unsent and not ledger.is_away(error) else None)
        if outcome is not None:
            with ledger.commit():
                for intent in intents:
                    ledger.close_intent(intent, outcome)
        raise


def outcome_of(error: Exception) -> str | None:
    """What became of a write that ended so: "refused" or "not_applied"; None where nobody knows."""
    if not isinstance(error, ConnectorError) or isinstance(error, UnknownOutcome):
        return None
    return "refused" if isinstance(error, Refused) else "not_applied"


def held_values(target: Side, answer: Record, sent: Values) -> dict[str, Value]:
    """What the target holds after a write, by the answer to that very write.

    Zoho answers a write with the record. CS-Cart answers with an id, and what is
    read afterwards may be somebody's edit already: there the values sent count,
    but for orders, which the store changes on its own while it keeps them.
    """
    if target is Side.CSCART and not answer.answered:
        return dict(sent)
    told = answer.digest()
    return {name: told.get(name, value) for name, value in sent.items()}


def after_write(before: Record | None, answer: Record, values: Values) -> Record:
    """The row to remember after a write: the answer, over the values sent, over what was read before."""
    known = before.values if before is not None else {}
    return replace(answer, values={**known, **values, **answer.values}, partial=answer.partial and before is None)


def link_created(
    ledger: Ledger,
    record_map: RecordMap,
    target: Side,
    source_id: str,
    source: Values,
    made: Record,
    sent: Values,
    held: Values,
) -> None:
    """Link a record with the one that was made from it.

    The target's half of the base is what the target holds. Where that is not
    what was asked for, the source's half stays empty, so that the difference
    counts as the source's change and is written again.
    """
    here: dict[str, Value] = {}
    there: dict[str, Value] = {}
    for name in record_map.synced_fields():
        if name not in source or name not in held:
            continue
        there[name] = held[name]
        halves = (source[name], held[name]) if target is Side.ZOHO else (held[name], source[name])
        if record_map.takes_as_made(name, target) or held[name] == sent.get(name) or record_map.agree(name, *halves):
            here[name] = source[name]
    if not made.tells_all:  # what was not sent begins there as nothing: what the source has for it is news
        names = record_map.synced_fields()
        there |= {name: made.values[name] for name in names if name in made.values and name not in sent}
    stock = held.get("stock")
    if isinstance(stock, int) and "stock" in made.values:
        there["stock"] = stock
        here["stock"] = stock if target is Side.ZOHO else source.get("stock")
    pair = (source_id, made.id) if target is Side.ZOHO else (made.id, source_id)
    bases = (here, there) if target is Side.ZOHO else (there, here)
    ledger.link(*pair, f"created_in_{target.value}", *bases)
    ledger.badge([Badge(target.other, source_id, State.SYNCED), Badge(target, made.id, State.SYNCED)])


def ask_about_stock(ledger: Ledger, pair: Pair) -> None:
    """Nobody can tell what a figure is made of: a person says whose counts. Equal figures settle it by themselves.

    The figures are taken as they are shown: nothing has to be put back in Zoho any more for what they are made of.
    """
    if pair.link is None or pair.cscart is None or pair.zoho is None:
        return
    there: dict[str, Value] = {"evened_out": evened_out(pair.link) + pair.zoho.owed} if pair.zoho.owed else {}
    ledger.rebase(pair.link, {"stock": None}, {**there, "stock": None})
    ledger.record(pair, [open_stock(pair.cscart, pair.zoho)])


def badges(pair: Pair, state: State, reason: str = "") -> list[Badge]:
    """The same badge for both rows of a pair."""
    return [Badge(row.side, row.id, state, reason) for row in (pair.cscart, pair.zoho) if row is not None]


def kept_otherwise(target: Side, sent: Values, held: Values) -> str:
    """A sentence about fields that the target did not take as they were sent, or nothing."""
    kept = [name for name, value in sent.items() if held.get(name) != value]
    return f"{target.title} keeps its own form of: {', '.join(kept)}." if kept else ""


def read_one(sides: Sides, ledger: Ledger, side: Side, id: str) -> Record:
    """One record as it is now.

    Raises `NotFound`, and remembers it, when the side itself says that it is not there.
    """
    record = sides.of(side).read([id]).get(id)
    if record is not None:
        return record
    if sides.of(side).exists(id):
        raise Retryable(
            f"{side.title} did not show {id}, though it is there.",
            advice="Look whether it belongs to another vendor or storefront now, or the connected user may not see it "
            "any more. The next run tries again.",
        )
    with ledger.commit():
        ledger.mark_gone(side, id, why=sides.of(side).maybe_hidden)
    raise NotFound(f"{side.title} {id} does not exist any more.", code=404, advice="The next run deals with it.")


class Guarded:
    """Does the work of steps; what goes wrong with some records stays with these records.

    A side that fails many times in a row is away: then the run pauses, and does
    not try one record after the other.
    """

    def __init__(self, ledger: Ledger, breaker: CircuitBreaker | None = None) -> None:
        self.ledger = ledger
        #: Hears of what is refused and of what is taken; without one every step is tried.
        self.breaker = breaker
        self._silent = 0
        #: By kind of step and target how many records in a row it was said of that this may not be done.
        self._refused_in_a_row: dict[tuple[Kind, Side | None], int] = {}

    def taken(self, action: Action) -> None:
        """A write of a step went through."""
        self._refused_in_a_row.pop((action.kind, action.target), None)
        if self.breaker is not None:
            self.breaker.taken(action)

    def _refused(self, steps: Sequence[PlannedStep], error: ConnectorError) -> None:
        if self.breaker is not None:
            self.breaker.refused(steps, error)

    def __call__(self, steps: Sequence[PlannedStep], work: Callable[[], None]) -> None:
        """Raises `Throttled`, `NotConnected` and `LostLease`: those concern the whole run."""
        actions = [step.action for step in steps]
        with about(cscart_id=ids([a.cscart_id for a in actions]), zoho_id=ids([a.zoho_id for a in actions])):
            self._do(steps, work)

    def _do(self, steps: Sequence[PlannedStep], work: Callable[[], None]) -> None:
        try:
            work()
        except NotAuthorised as error:
            self._not_allowed(steps, error)
            return
        except (Throttled, NotConnected, LostLease):
            raise
        except (Unreachable, RemoteFault, UnknownOutcome) as error:
            fail(self.ledger, steps, "unknown" if isinstance(error, UnknownOutcome) else "failed", error.for_people())
            self._one_more(error)
            return
        except ConnectorError as error:
            self._refused(steps, error)
            held = isinstance(error, Unfit) or bool(error.fields)  # a person has to settle it
            outcome, state = ("held", State.HELD) if held else ("failed", State.FAILED)
            fail(self.ledger, steps, outcome, error.for_people(), state, rests=isinstance(error, NotForSale))
        except Exception as error:
            if self.ledger.is_away(error):
                raise
            log.exception("a step failed")
            words = f"An error inside the connector ({type(error).__name__}). Please report it with the run's number."
            fail(self.ledger, steps, "failed", words)
        self._silent = 0

    def _not_allowed(self, steps: Sequence[PlannedStep], error: NotAuthorised) -> None:
        """It is about this record, unless the same is said of all that are tried: then the right is lost."""
        ways = {(step.action.kind, step.action.target) for step in steps}
        for way in ways:
            self._refused_in_a_row[way] = self._refused_in_a_row.get(way, 0) + 1
        fail(self.ledger, steps, "failed", error.for_people())
        if any(self._refused_in_a_row[way] >= ALIKE for way in ways):
            raise error

    def _one_more(self, error: ConnectorError) -> None:
        self._silent += 1
        if self._silent >= AWAY_AFTER:
            raise Throttled(
                f"{AWAY_AFTER} calls in a row had no proper answer. The last one: {error}",
                wait_s=AWAY_S,
                advice="The run goes on by itself.",
            ) from error


def fail(
    ledger: Ledger,
    steps: Iterable[PlannedStep],
    outcome: str,
    message: str,
    state: State = State.FAILED,
    *,
    rests: bool = False,
) -> None:
    """Close steps with what went wrong; their rows wait longer before the next attempt, or rest until goods move."""
    log.info("%s: %s", outcome, message)
    with ledger.commit():
        for step in steps:
            ledger.close_step(step, outcome, message)
            for side, id in _rows(step.action):
                ledger.failed(side, id, message, state, rests=rests)


def _rows(action: Action) -> list[tuple[Side, str]]:
    both: Mapping[Side, str] = {Side.CSCART: action.cscart_id, Side.ZOHO: action.zoho_id}
    return [(side, id) for side, id in both.items() if id]
