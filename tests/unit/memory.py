"""Two sides in memory, as small as they can be: for tests of the story, not of the wire."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cscart_zoho.errors import AlreadyThere, NotFound, UnknownOutcome
from cscart_zoho.records import Record, Side, Value, Values
from cscart_zoho.sync.ports import Adjusted, Looks, OneByOne, Page, Sides, Standing, StockMove


class StandingClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 5, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class MemorySide(OneByOne):
    """A side that keeps exactly what it is given."""

    side: Side
    clock: StandingClock
    rows: dict[str, dict[str, Value]] = field(default_factory=dict)
    modified: dict[str, datetime] = field(default_factory=dict)
    versions: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    #: Names of calls that fail once with this error; "after" = the work is done and the answer lost.
    next_failure: dict[str, tuple[str, Exception]] = field(default_factory=dict)
    looks: Looks = field(default_factory=lambda: Looks(sweep=True))
    _next: int = 0

    def put(self, **values: Value) -> str:
        """A person adds a record."""
        self._next += 1
        id = str((1000 if self.side is Side.CSCART else 9000) + self._next)
        self.rows[id] = {
            "name": "A thing",
            "price": Decimal("1.00"),
            "status": "active",
            "taxable": False,
            "stock": 0,
            **values,
        }
        self._touch(id)
        return id

    def edit(self, id: str, **values: Value) -> None:
        """A person edits a record."""
        self.rows[id].update(values)
        self._touch(id)

    def sell(self, id: str, number: int) -> None:
        """Stock falls and no time stamp tells."""
        stock = self.rows[id]["stock"]
        assert isinstance(stock, int)
        self.rows[id]["stock"] = stock - number

    def remove(self, id: str) -> None:
        del self.rows[id]

    def _touch(self, id: str) -> None:
        self.versions[id] += 1
        self.modified[id] = self.clock.now()

    def _record(self, id: str) -> Record:
        values = dict(self.rows[id])
        return Record(self.side, id, str(values.get("sku") or ""), values, f"v{self.versions[id]}", self.modified[id])

    def _fail(self, call: str, when: str) -> None:
        planned = self.next_failure.get(call)
        if planned and planned[0] == when:
            del self.next_failure[call]
            raise planned[1]

    def scan(self, since: datetime | None) -> Iterator[Page]:
        self.calls["scan"] += 1
        self._fail("scan", "before")
        found = [self._record(id) for id in self.rows if since is None or self.modified[id] >= since]
        yield Page(tuple(found), len(found))

    def sweep(self) -> Iterator[Page]:
        self.calls["sweep"] += 1
        rows = [
            Record(self.side, id, str(row.get("sku") or ""), {"stock": row["stock"]}, partial=True)
            for id, row in self.rows.items()
        ]
        yield Page(tuple(rows), len(rows))

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        self.calls["read"] += 1
        return {id: self._record(id) for id in ids if id in self.rows}

    def exists(self, id: str) -> bool:
        return id in self.rows

    def find(self, key: str) -> list[Record]:
        self.calls["find"] += 1
        return [self._record(id) for id, row in self.rows.items() if row.get("sku") == key]

    def create(self, values: Values) -> Record:
        self.calls["create"] += 1
        self._fail("create", "before")
        taken = {row["name"] for row in self.rows.values()}
        if self.side is Side.ZOHO and values["name"] in taken:
            raise AlreadyThere("Item with this name exists already", code=1001)
        id = self.put(**values)
        self._fail("create", "after")
        return self._record(id)

    def update(self, id: str, values: Values) -> Record:
        self.calls["update"] += 1
        self._fail("update", "before")
        if id not in self.rows:
            raise NotFound("no such id", code=404)
        self.edit(id, **values)
        self._fail("update", "after")
        return self._record(id)


@dataclass
class MemoryBook:
    """Zoho's adjustments over a `MemorySide`."""

    zoho: MemorySide
    booked: list[Adjusted] = field(default_factory=list)
    next_failure: tuple[str, Exception] | None = None
    #: Adjustments have to be approved before they count.
    approvals: bool = False
    #: Answers tell no status, or the list is too long to be seen whole.
    silent: bool = False
    too_long: bool = False

    def adjust(self, moves: Sequence[StockMove], reference: str, reason: str = "") -> Adjusted:
        self.zoho.calls["adjust"] += 1
        failure, self.next_failure = self.next_failure, None
        if failure and failure[0] == "before":
            raise failure[1]
        adjusted = Adjusted(str(len(self.booked)), reference, tuple(moves))
        if self.approvals:
            adjusted = replace(adjusted, standing=Standing.WAITS, status="pending_approval")
        else:
            self._move(adjusted)
        self.booked.append(adjusted)
        if failure:
            raise failure[1]
        return self._told(adjusted)

    def _move(self, adjusted: Adjusted) -> None:
        for move in adjusted.moves:
            self.zoho.sell(move.item_id, -move.delta)

    def _told(self, adjusted: Adjusted) -> Adjusted:
        return replace(adjusted, standing=Standing.UNTOLD, status="") if self.silent else adjusted

    def approve(self, number: int = -1) -> None:
        """A person approves an adjustment, which can be done once: it counts from now on."""
        if self.booked[number].standing is not Standing.WAITS:
            return
        approved = replace(self.booked[number], standing=Standing.COUNTS, status="approved")
        self.booked[number] = approved
        self._move(approved)

    def stand(self, standing: Standing, number: int = -1) -> None:
        """A person rejects it, or sends it back."""
        self.booked[number] = replace(self.booked[number], standing=standing, status=standing.value)

    def find_adjustment(self, reference: str, since: datetime) -> Adjusted | None:
        if self.too_long:
            raise UnknownOutcome("too many adjustments")
        return next((self._told(a) for a in self.booked if a.reference == reference), None)

    def read_adjustments(self, ids: Sequence[str]) -> dict[str, Adjusted]:
        self.zoho.calls["read adjustment"] += len(ids)
        return {a.id: self._told(a) for a in self.booked if a.id in ids}


def memory_sides(clock: StandingClock) -> tuple[MemorySide, MemorySide, MemoryBook, Sides]:
    cscart, zoho = MemorySide(Side.CSCART, clock), MemorySide(Side.ZOHO, clock)
    book = MemoryBook(zoho)
    return cscart, zoho, book, Sides(cscart, zoho, book)
