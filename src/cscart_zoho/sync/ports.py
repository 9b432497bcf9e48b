"""What the sync needs from the outside, as protocols.

Adapters (`cscart`, `zoho`) and the ledger (`store`) fulfil them; the sync knows
nothing else of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Protocol

from cscart_zoho.errors import ConnectorError
from cscart_zoho.records import Record, Selection, Side, Value, Values
from cscart_zoho.sync.guard import Partners
from cscart_zoho.sync.merge import Difference
from cscart_zoho.sync.pairing import Candidate
from cscart_zoho.sync.pairs import Linked, Pair, Seen
from cscart_zoho.sync.plan import Action, Kind, State
from cscart_zoho.sync.stock import Agreement


class Clock(Protocol):
    """The time, from outside."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


@dataclass(frozen=True)
class Page:
    """One page of a scan. `total` is how many rows the whole scan has, if known.

    `begins_at` is how many rows of the list come before this page, where a scan
    of everything can go on there (0 = it begins anew).
    """

    records: tuple[Record, ...]
    total: int | None = None
    begins_at: int = 0


@dataclass(frozen=True)
class Census:
    """How the records of one kind stand, each pair counted once. Those of no figure but `records` are in sync."""

    records: int = 0
    held: int = 0
    conflicts: int = 0
    failed: int = 0
    #: New ones that wait for their turn.
    waiting: int = 0
    #: On one side only, or different, for a reason that the lists tell: a setting, say.
    left_out: int = 0
    #: Their partner was deleted.
    gone: int = 0
    #: Nobody has compared them yet.
    untold: int = 0
    #: When the first of the failed ones is tried again.
    next_try: datetime | None = None


@dataclass(frozen=True)
class Begun:
    """A look at everything that was cut off: when it began, and how many rows come before the page it was at."""

    at: datetime
    rows: int = 0


@dataclass(frozen=True)
class StockMove:
    """A change of one Zoho item's stock by `delta` units."""

    item_id: str
    delta: int


class Standing(StrEnum):
    """Whether an inventory adjustment counts in Zoho's stock."""

    COUNTS = "counts"
    #: It has to be approved first.
    WAITS = "waits"
    #: Nobody has submitted it for approval yet, or somebody has sent it back.
    DRAFT = "draft"
    REFUSED = "refused"
    #: Zoho's answer has no word about it.
    UNTOLD = "untold"


@dataclass(frozen=True)
class Adjusted:
    """An inventory adjustment that exists in Zoho: its id, its lines, and whether it is in stock.

    `status` is Zoho's own word. A list row has no lines.
    """

    id: str
    reference: str
    moves: tuple[StockMove, ...]
    standing: Standing = Standing.COUNTS
    status: str = ""


@dataclass(frozen=True)
class Looks:
    """What a side can tell of its changes."""

    #: `scan(since)` tells what has changed; else every look is at everything.
    changes: bool = True
    #: Some values move without a trace, and `sweep` shows them.
    sweep: bool = False
    #: `deleted` tells what was deleted.
    deletions: bool = False


@dataclass(frozen=True)
class Change:
    """What shall be changed of one record, and how it was read right before."""

    id: str
    values: Values
    before: Record


#: What came of one write of several.
Written = Record | ConnectorError


class RecordSide(Protocol):
    """The records of one kind on one side.

    Errors: those of `cscart_zoho.errors`. A write raises `UnknownOutcome` when
    no clear answer came, and never repeats itself.
    """

    side: Side
    looks: Looks
    #: How many new records one call makes.
    together: int
    #: How many records are changed at once.
    updates_together: int
    #: What is said of a record that the side does not show, where that is no proof that it was deleted; or nothing.
    maybe_hidden: str

    def scan(self, since: datetime | None) -> Iterator[Page]:
        """Every record, or those that changed since a moment (as far as the side can tell).

        A scan that ends early raises: a list is never silently shorter than it
        should be. Rows may be `partial`.
        """
        ...

    def go_on(self, after: int) -> Iterator[Page]:
        """The rest of a scan of everything, from the page on that has this `begins_at`."""
        ...

    def sweep(self) -> Iterator[Page]:
        """Every record with what moves without leaving a trace (stock), as cheaply as the side can.

        Rows carry only some values; the others are as they were.
        """
        ...

    def sweep_some(self, ids: Sequence[str]) -> Iterator[Page]:
        """As `sweep`, these records only: many of a large side concern nobody."""
        ...

    def deleted(self, since: datetime) -> Iterator[Sequence[str]]:
        """Ids that the side says were deleted since a moment, some at a time."""
        ...

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """These records in full, long texts included, in as few calls as the side allows.

        Ids that do not come back are left out; that alone proves nothing.
        """
        ...

    def exists(self, id: str) -> bool:
        """Whether the id exists: False only on the side's own "not found" for this id."""
        ...

    def find(self, key: str) -> list[Record]:
        """Records with exactly this key (filters of both sides are re-checked)."""
        ...

    def find_all(self, keys: Sequence[str]) -> dict[str, list[Record]]:
        """By key what `find` finds, in as few calls as the side allows. A key that nobody has may be left out."""
        ...

    def called(self, name: str) -> list[Record]:
        """Records of this name, on a side that takes a name only once."""
        ...

    def create(self, values: Values) -> Record:
        """Make a record and tell what came of it (`values` as the side holds them now)."""
        ...

    def complete(self, id: str, values: Values) -> Record | None:
        """What a creation needs besides its first call. Doing it twice changes nothing.

        Tells the record as the side holds it afterwards, or nothing where the first answer stays true.
        """
        ...

    def update(self, id: str, values: Values) -> Record:
        """Change only these values and tell what came of it."""
        ...

    def create_all(self, batch: Sequence[Values]) -> list[Written]:
        """Make up to `together` records in one call; by position what came of each.

        An error of the whole call is the error of each. A batch that is refused
        because of one record is sent again in halves.
        """
        ...

    def update_all(self, batch: Sequence[Change]) -> list[Written]:
        """Change up to `together` records in one call; by position what came of each."""
        ...


class OneByOne:
    """For sides that write and look up single records, tell no deletions, and whose scans begin anew."""

    together = 1
    updates_together = 1
    maybe_hidden = ""

    def go_on(self: "RecordSide", after: int) -> Iterator[Page]:
        return self.scan(None)

    def sweep_some(self: "RecordSide", ids: Sequence[str]) -> Iterator[Page]:
        """Read in full: what most sides would do anyhow."""
        yield Page(tuple(self.read(ids).values()))

    def deleted(self, since: datetime) -> Iterator[Sequence[str]]:
        return iter(())

    def complete(self, id: str, values: Values) -> Record | None:
        """A creation is one call."""
        return None

    def called(self, name: str) -> list[Record]:
        return []

    def find_all(self: "RecordSide", keys: Sequence[str]) -> dict[str, list[Record]]:
        return {key: self.find(key) for key in dict.fromkeys(keys)}

    def create_all(self: "RecordSide", batch: Sequence[Values]) -> list[Written]:
        return [_written(partial(self.create, values)) for values in batch]

    def update_all(self: "RecordSide", batch: Sequence[Change]) -> list[Written]:
        return [_written(partial(self.update, each.id, each.values)) for each in batch]


def _written(call: Callable[[], Record]) -> Written:
    try:
        return call()
    except ConnectorError as error:
        return error


class StockBook(Protocol):
    """Zoho's stock, which moves by adjustments only."""

    def adjust(self, moves: Sequence[StockMove], reference: str, reason: str = "") -> Adjusted:
        """Book one adjustment with up to 100 lines. `reason` tells people why; "" = the store's stock has moved."""
        ...

    def find_adjustment(self, reference: str, since: datetime) -> Adjusted | None:
        """The adjustment with this reference, looked for among those made since a moment.

        None: the whole list was seen, and it is not in there. Raises `UnknownOutcome` where the list is too long
        to be seen whole, or has moved meanwhile.
        """
        ...

    def read_adjustments(self, ids: Sequence[str]) -> dict[str, Adjusted]:
        """Where these adjustments stand now. One that Zoho says does not exist is left out."""
        ...


@dataclass(frozen=True)
class Sides:
    """Both sides of one store, put together by `app`."""

    cscart: RecordSide
    zoho: RecordSide
    #: Only products have stock.
    stock_book: StockBook | None = None
    #: Calls made through these sides so far.
    calls: Callable[[], Mapping[Side, int]] = dict
    #: Writes handed to the network through these sides so far; None where nobody counts.
    writes: Callable[[], int | None] = lambda: None
    #: Calls that Zoho still allows today; None where nobody counts.
    calls_left: Callable[[], int | None] = lambda: None
    #: Rows of Zoho that looks at everything may read a day; None where nobody counts.
    rows_a_day: int | None = None

    def of(self, side: Side) -> RecordSide:
        return self.cscart if side is Side.CSCART else self.zoho


class LostLease(Exception):
    """Another worker has taken this run; nothing more may be written."""


class ChoicesChanged(LostLease):
    """Other choices were saved than the run began with: nothing more is written by the old ones."""


@dataclass(frozen=True)
class PlannedStep:
    """A step of the present run that has not been carried out."""

    id: int
    action: Action


@dataclass(frozen=True)
class OpenIntent:
    """A write whose outcome nobody knows yet."""

    id: int
    #: create, update, amount, adjust
    kind: str
    target: Side
    cscart_id: str
    zoho_id: str
    key: str
    payload: Mapping[str, object]
    opened_at: datetime


@dataclass(frozen=True)
class Badge:
    """What a list shows for one row."""

    side: Side
    id: str
    state: State
    reason: str = ""


@dataclass(frozen=True)
class NewIntent:
    """What is about to be sent. `payload` holds canonical values and whole numbers only."""

    kind: str
    target: Side
    cscart_id: str = ""
    zoho_id: str = ""
    key: str = ""
    payload: Mapping[str, object] = field(default_factory=dict)


class Ledger(Protocol):
    """What one run remembers. Each change happens inside `commit()`.

    Methods that change something must be called inside `with ledger.commit():`;
    leaving that block writes all of it at once, renews the lease, and raises
    `LostLease` (and writes nothing) when another worker has taken the run.
    """

    def commit(self) -> AbstractContextManager[None]: ...

    def phase(self) -> str:
        """The phase this run has reached: "" at first, then "observing", "planning", "applying"."""
        ...

    def chapter(self) -> str:
        """The entity whose phase that is; "" at first."""
        ...

    def enter(self, phase: str) -> None: ...

    def progress(self, done: int, total: int) -> None:
        """What a person sees while it goes on. May be called outside of `commit()`."""
        ...

    def count(self, counts: Mapping[str, int]) -> None:
        """Keep figures of this chapter; a figure that is there already is replaced."""
        ...

    def counted(self, name: str) -> int:
        """A figure that was kept, summed up over all chapters, or 0; `orders.held` is that of one chapter."""
        ...

    def sum_up(self, counts: Mapping[str, int]) -> None:
        """Keep figures of the whole run."""
        ...

    def tally(self) -> Mapping[tuple[str, str, str, str], int]:
        """How many steps of this run there are by (entity, kind, target, state), of all chapters."""
        ...

    def written(self) -> int:
        """How many writes this run has sent; those that were certainly not carried out do not count."""
        ...

    def stop_asked(self) -> bool:
        """Whether a person, or the end of the process, asks to stop after this record."""
        ...

    def is_away(self, error: Exception) -> bool:
        """Whether the error says that the ledger cannot be reached: then no record is to blame, and the run stops."""
        ...

    def makes_room(self) -> bool:
        """Whether something more urgent waits, and this run has done enough since it was taken up."""
        ...

    # What was seen

    def cursor(self, side: Side, kind: str) -> datetime | None: ...

    def move_cursor(self, side: Side, kind: str, moment: datetime) -> None: ...

    def unfinished_look(self, side: Side) -> Begun | None:
        """The look at everything that was cut off, if the last one was."""
        ...

    def keep_look(self, side: Side, look: Begun | None) -> None:
        """How far a look at everything has come; None when it has seen the whole list."""
        ...

    def observe(self, records: Sequence[Record]) -> None:
        """Keep rows as they were just read; rows of a lean list keep what they do not tell."""
        ...

    def known(self, side: Side) -> int:
        """How many rows of a side are known and not deleted."""
        ...

    def to_read(self, side: Side, limit: int, selection: Selection) -> list[str]:
        """The next ids that must be read in full before anything is decided, a limited number of them.

        Those are incomplete rows that are linked or that share their SKU with a row of the other side; where records
        are chosen by id, only those that are chosen or share their key with a chosen one.
        Each is told once in a run, whether it came back or not.
        """
        ...

    def never_seen(self, side: Side, ids: Sequence[str]) -> list[str]:
        """Those of these ids of which the ledger knows nothing."""
        ...

    def unseen(self, side: Side, before: datetime, limit: int) -> list[str]:
        """Ids that no list has shown since a moment: linked ones first, then the longest unseen."""
        ...

    def unseen_partners(self, side: Side, before: datetime) -> Partners:
        """How many linked records no list has shown since a moment, and how many others there are."""
        ...

    def partners(self, side: Side) -> Partners:
        """How many linked records are there, and how many are not found any more."""
        ...

    def connected(self, side: Side) -> str:
        """To what a side is connected, as a sentence for people."""
        ...

    def crowded(self, side: Side, limit: int) -> list[str]:
        """Linked ids of a side whose key another row of that side has, one that has no partner and has just moved."""
        ...

    def still_there(self, side: Side, id: str) -> None:
        """The side itself said that this id exists, though no list shows it."""
        ...

    def mark_gone(self, side: Side, id: str, why: str = "") -> None:
        """The side itself said that this id does not exist; or `why` it may be there all the same."""
        ...

    # What is the same thing

    def settle(self, rows: Sequence[Seen]) -> None:
        """Nothing is to be done about these rows until they, or what their plan rests on, change."""
        ...

    def badged(self, state: State) -> int:
        """How many things have this badge: pairs, and rows without a partner."""
        ...

    def unasked(self, side: Side, ids: Sequence[str]) -> int:
        """For how many of these rows the brake has let no plan pass that makes their partners.

        None, as long as there was no plan about all records: who starts the first sync means all of them.
        """
        ...

    def let_pass(self, made: Mapping[Side, Sequence[str]], *, all_of_them: bool) -> None:
        """The brake has let a plan pass that makes partners for these rows; `all_of_them` = it is about all records."""
        ...

    def census(self, waits: str) -> Census:
        """How all records of this kind stand; `waits` is the reason of those that wait for their turn."""
        ...

    def failed_now(self) -> Mapping[str, int]:
        """By kind of record how many this run has failed with or has no clear answer about, each counted once."""
        ...

    def all_settled(self) -> bool:
        """Whether no record of the store, of whatever kind, is held, in conflict or failed."""
        ...

    def linked_ids(self, side: Side) -> list[str]:
        """The ids of a side that have a partner."""
        ...

    def pairs(self, selection: Selection, *, due: bool = False) -> Iterator[list[Pair]]:
        """The linked pairs of a selection, some at a time; `due`: only those of which a row is due."""
        ...

    def unlinked(
        self, side: Side, selection: Selection, *, due: bool = False
    ) -> Iterator[list[tuple[Seen, list[Candidate]]]]:
        """The unlinked rows of a side with what shares their SKU, case ignored; `due`: only those that are due.

        A row whose partner was deleted is not told as linked; of a SKU that very many rows
        share, some of them are told, always the same ones.
        """
        ...

    def others(self, side: Side, id: str) -> list[str]:
        """The rows of a side with the key of this one that have no partner and are not at their end."""
        ...

    def pair(self, cscart_id: str, zoho_id: str) -> Pair:
        """One pair as it is now; either id may be empty."""
        ...

    def linked(self) -> int: ...

    def done_by_hints(self) -> Sequence[Action]:
        """What runs that messages set off have done since the last run over everything that nobody told to,
        within a day."""
        ...

    def in_orders(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[int, int]] | None:
        """By (product id, item id) how many pieces known orders have taken in the store, and of those in Zoho.

        None where no orders are kept in sync.
        """
        ...

    def link(
        self,
        cscart_id: str,
        zoho_id: str,
        origin: str,
        base_cscart: Values,
        base_zoho: Values,
        *,
        agreement: Agreement = Agreement.WITHOUT,
    ) -> None:
        """Link two rows. A link that one of them has with a deleted row ends.

        `agreement` says what a stock that is agreed on here says of open orders.
        """
        ...

    def part(self, cscart_id: str, zoho_id: str) -> None:
        """End a link whose place another one takes in this commit; Zoho's record stays, without a partner."""
        ...

    def rebase(
        self,
        link: Linked,
        base_cscart: Mapping[str, Value],
        base_zoho: Mapping[str, Value],
        *,
        agreement: Agreement = Agreement.WITHOUT,
    ) -> None:
        """New values for both halves of a link's base; fields that are not named stay. `agreement`: as for `link`.

        Where other choices were saved meanwhile, fields have other partners perhaps: what was agreed on about them is
        forgotten instead, and they are compared anew. What stock is made of stays true.
        """
        ...

    # What shall happen

    def clear_plan(self) -> None:
        """Forget the steps that an interrupted planning has left."""
        ...

    def add_steps(self, actions: Sequence[Action]) -> None: ...

    def planned(self, kinds: Sequence[Kind]) -> Iterator[list[PlannedStep]]:
        """The steps that are still to be carried out, in order, some at a time."""
        ...

    def close_step(self, step: PlannedStep, state: str, message: str = "") -> None:
        """`state`: done, held, failed, unknown or skipped."""
        ...

    def badge(self, badges: Sequence[Badge]) -> None: ...

    def put_off(self, rows: Sequence[tuple[Side, str]], reason: str, state: State) -> None:
        """Rows that one reason stops have waited equally often, and wait for one moment that is farther each time."""
        ...

    def failed(self, side: Side, id: str, reason: str, state: State = State.FAILED, *, rests: bool = False) -> None:
        """One more attempt at a row that came to nothing; the next one waits longer.

        `rests`: it is for want of goods in the store, and waits until they have moved, or for a day.
        """
        ...

    # What is under way

    def open_intent(self, intent: NewIntent) -> int:
        """Keep what is about to be sent. Raises `ChoicesChanged` where it is not to be sent any more."""
        ...

    def of_other_choices(self, intent: OpenIntent) -> bool:
        """Whether an open write was planned by other choices than those that hold now."""
        ...

    def close_intent(self, id: int, outcome: str) -> None:
        """`outcome`: done, refused, not_applied or rejected."""
        ...

    def open_intents(self) -> list[OpenIntent]:
        """Writes without a clear answer."""
        ...

    def keep_waiting(self, id: int, payload: Mapping[str, object]) -> None:
        """An adjustment has arrived and is not in stock yet: no doubt is left about it, and it stays open.

        `payload` takes the place of what was kept of it: `moves` as they were, `id`, `standing` and `status` in Zoho.
        """
        ...

    def waiting_adjustments(self) -> list[OpenIntent]:
        """Adjustments that are in Zoho and not in its stock yet, the oldest first."""
        ...

    def read_again(self, side: Side, ids: Sequence[str]) -> None:
        """What is known of these records has moved in a way that their lists may not show."""
        ...

    def in_doubt(self, cscart_id: str, zoho_id: str) -> bool:
        """Whether an open intent concerns this thing."""
        ...

    # What could not both stay

    def record(self, pair: Pair, differences: Sequence[Difference]) -> None:
        """Write differences down; one that is open already is brought up to date and stays open."""
        ...

    def close_conflicts(self, cscart_id: str, zoho_id: str, fields: Sequence[str]) -> None:
        """Settle open conflicts about fields on which both sides agree now."""
        ...
