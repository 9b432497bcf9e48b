"""See what both sides hold now: what has changed since the cursor, what moves without a trace, what is gone.

A list that ends early raises, and absence from a complete list proves nothing:
only the side's own "not found" for an id does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cscart_zoho.mapping.record_map import Rules
from cscart_zoho.records import Record, Side
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.guard import check_partners, check_scan
from cscart_zoho.sync.ports import Begun, Ledger, Page, Sides

#: Both sides stamp whole seconds with their own clocks: what is at the edge is read twice.
OVERLAP = timedelta(minutes=15)
#: Zoho's list of all items is read in each run while that is this cheap (200 rows a call).
CHEAP_SWEEP = 400
#: Of a larger side only what is linked is swept in each run, where that is a small part of it.
LARGE, SMALL_PART = 2_000, 4
#: How many ids that no list shows any more are asked for one by one in a run.
ASKED_AFTER = 50
#: Ids read together.
TOGETHER = 100
#: A look at everything that was cut off goes on within this time; later it begins anew.
GOES_ON_FOR = timedelta(days=7)


@dataclass
class Observing:
    """Brings the ledger's two trees of observations up to date."""

    sides: Sides
    ledger: Ledger
    asked: Asked
    rules: Rules
    #: When this run began; the cursors move here once everything has been seen.
    began: datetime
    tell: Callable[[int, int], None] = lambda done, total: None
    #: Rows seen, by side.
    seen: dict[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))
    #: By side since when it has been looked at: before this run where a look went on.
    _since: dict[Side, datetime] = field(default_factory=dict)

    def look(self) -> bool:
        """Observe what this run is about; False when it was asked to stop."""
        if self.asked.only == "ids" and self._few():
            return self._look_at_chosen()
        for side in Side:
            if not self._look_at(side):
                return False
        for side in Side:
            if not self._read_in_full(side):
                return False
        with self.ledger.commit():
            for side in Side:
                self.ledger.move_cursor(side, "changes", self._since.get(side, self.began))
        return True

    def glance(self, side: Side) -> None:
        """See what has changed on a side, or all where nobody knows since when; its own run does everything else."""
        since = self._known_since(side)
        if self._take(self.sides.of(side).scan(since - OVERLAP if since is not None else None)) is not None:
            self._read_in_full(side)

    # Everything, or what has changed

    def _look_at(self, side: Side) -> bool:
        known = self.ledger.known(side)
        last_full = self.ledger.cursor(side, "full")
        since = self._known_since(side)
        looks = self.sides.of(side).looks
        due = last_full is None or self.began - last_full > self._between_looks(side, known)
        if self.asked.full or due or since is None or not looks.changes:
            return self._full_look(side, known)
        if looks.sweep and side is Side.ZOHO and known <= CHEAP_SWEEP:
            return self._complete(side, self.sides.of(side).scan(None), known)
        if looks.deletions:
            self._strike(side, since - OVERLAP)
        if self._take(self.sides.of(side).scan(since - OVERLAP)) is None:
            return False
        if self.rules.merges and not looks.deletions:
            self._ask_after_crowded(side)
        if not looks.sweep or (side is Side.ZOHO and not self.asked.stock_only):
            return True
        linked = self.ledger.linked_ids(side) if known > LARGE else []
        if known > LARGE and len(linked) * SMALL_PART < known:
            return self._sweep_linked(side, linked)
        return self._complete(side, self.sides.of(side).sweep(), known)

    def _sweep_linked(self, side: Side, ids: Sequence[str]) -> bool:
        """Stock matters where there is a partner. The full look, once a day, sees the rest."""
        if ids and self._take(self.sides.of(side).sweep_some(ids)) is None:
            return False
        if not self.asked.release_brake:
            self._check_partners(side, self.began)
        gone = set(self.ledger.unseen(side, self.began, ASKED_AFTER)) & set(ids)
        for id in sorted(gone):
            if not self.sides.of(side).exists(id):
                with self.ledger.commit():
                    self._not_found(side, id)
        return True

    def _check_partners(self, side: Side, since: datetime) -> None:
        """Raises `Braked` where most linked records have vanished: none of them is asked for one by one then."""
        partners = self.ledger.unseen_partners(side, since)
        check_partners(side, self.rules, partners, self.ledger.connected(side))

    def _strike(self, side: Side, since: datetime) -> None:
        """Believe the side about what was deleted there. Looked at before the changes: what came back is in those."""
        for ids in self.sides.of(side).deleted(since):
            with self.ledger.commit():
                for id in ids:
                    self.ledger.mark_gone(side, id)

    def _not_found(self, side: Side, id: str) -> None:
        """The side has nothing to show under this id: deleted, unless it may only be hidden. Inside a commit."""
        self.ledger.mark_gone(side, id, why=self.sides.of(side).maybe_hidden)

    def _ask_after_crowded(self, side: Side) -> None:
        """Of two records of one key the linked one may have been merged into the other: its side is asked first."""
        for id in self.ledger.crowded(side, ASKED_AFTER):
            if not self.sides.of(side).exists(id):
                with self.ledger.commit():
                    self._not_found(side, id)

    def _known_since(self, side: Side) -> datetime | None:
        """The moment up to which a side is known: a run that was cut off after its look need not look again."""
        moments = [self.ledger.cursor(side, kind) for kind in ("changes", "full")]
        return max((moment for moment in moments if moment is not None), default=None)

    def _between_looks(self, side: Side, rows: int) -> timedelta:
        """Looks at all of a large Zoho are more seldom than the merchant's hours: its list is read by few calls."""
        apart = timedelta(hours=self.rules.full_look_hours)
        if side is Side.CSCART or self.sides.rows_a_day is None:
            return apart
        return max(apart, timedelta(days=rows / max(1, self.sides.rows_a_day)))

    def _full_look(self, side: Side, known: int) -> bool:
        """Look at everything. Where the calls of a day were used up in the middle, the next run goes on from there."""
        look, there = self.ledger.unfinished_look(side), self.sides.of(side)
        if look is None or self.began - look.at > GOES_ON_FOR:
            look = Begun(self.began)
        since = self._known_since(side)
        if there.looks.deletions and since is not None:
            self._strike(side, since - OVERLAP)
        pages = there.go_on(look.rows) if look.rows else there.scan(None)
        if not self._complete(side, self._kept(side, look, pages), known, look):
            return False
        self._since[side] = look.at
        with self.ledger.commit():
            self.ledger.move_cursor(side, "full", look.at)
        return True

    def _kept(self, side: Side, look: Begun, pages: Iterator[Page]) -> Iterator[Page]:
        """The same pages, with a note of how far the look has come.

        It goes on with the last page that it saw: where rows were deleted meanwhile, others have moved onto that.
        """
        for page in pages:
            yield page
            if page.begins_at:
                with self.ledger.commit():
                    self.ledger.keep_look(side, Begun(look.at, page.begins_at))
        with self.ledger.commit():
            self.ledger.keep_look(side, None)

    def _complete(self, side: Side, pages: Iterator[Page], known: int, look: Begun | None = None) -> bool:
        """A list of everything, or the rest of it. What it does not show any more is asked for by id."""
        look = look or Begun(self.began)
        listed = self._take(pages)
        if listed is None:
            return False
        if not self.asked.release_brake:
            self._check_partners(side, look.at)
            check_scan(side, self.rules, seen=look.rows + listed, known=known, connected=self.ledger.connected(side))
        self.seen[side] = look.rows + listed
        return self._ask_after(side, look.at)

    def _ask_after(self, side: Side, since: datetime) -> bool:
        """Ask by id for what no list shows: some in each run, all of them when a person released the brake."""
        while ids := self.ledger.unseen(side, since, ASKED_AFTER):
            for id in ids:
                there = self.sides.of(side).exists(id)
                with self.ledger.commit():
                    (self.ledger.still_there if there else self._not_found)(side, id)
            if self.ledger.stop_asked():
                return False
            if not self.asked.release_brake:
                break
        return True

    def _take(self, pages: Iterator[Page]) -> int | None:
        """Keep each page as it comes; how many rows there were, or None when asked to stop."""
        done = 0
        for page in pages:
            with self.ledger.commit():
                self.ledger.observe(page.records)
            done += len(page.records)
            self.tell(done, max(page.total or 0, done))
            if self.ledger.stop_asked():
                return None
        return done

    def _read_in_full(self, side: Side) -> bool:
        """Read the rows whose list row told too little, and that matter."""
        done = 0
        while ids := self.ledger.to_read(side, TOGETHER, self.asked.selection):
            records = self.sides.of(side).read(ids)
            with self.ledger.commit():
                self.ledger.observe(list(records.values()))
            done += len(ids)
            self.tell(done, done)
            if self.ledger.stop_asked():
                return False
        return True

    # Chosen ids only

    def _few(self) -> bool:
        if self.asked.hinted and self.asked.stock_only:
            return True  # goods that orders have moved this very moment: their stock, and no more than that
        known = all(self.ledger.cursor(side, "full") is not None for side in Side)
        return known and len(self.asked.cscart_ids) + len(self.asked.zoho_ids) <= TOGETHER

    def _look_at_chosen(self) -> bool:
        """Read just these and their partners. The cursors stay where they are."""
        partners: dict[Side, set[str]] = {
            Side.CSCART: set(self.asked.cscart_ids),
            Side.ZOHO: set(self.asked.zoho_ids),
        }
        for side in Side:
            for id in sorted(partners[side]):
                pair = self.ledger.pair(id, "") if side is Side.CSCART else self.ledger.pair("", id)
                if pair.link is not None:
                    partners[side.other].add(pair.link.zoho_id if side is Side.CSCART else pair.link.cscart_id)
        for side in Side:
            for record in self.read_chosen(side, sorted(partners[side])):
                pair = self.ledger.pair(*((record.id, "") if side is Side.CSCART else ("", record.id)))
                if pair.link is None and record.key:
                    self._remember(self.sides.of(side.other).find(record.key))
        return True

    def read_chosen(self, side: Side, ids: Sequence[str]) -> list[Record]:
        """Read these; what the side itself says is not there is gone."""
        if not ids:
            return []
        records = self.sides.of(side).read(ids)
        self._remember(list(records.values()))
        missing = [id for id in ids if id not in records and not self.sides.of(side).exists(id)]
        for id in missing:
            with self.ledger.commit():
                self._not_found(side, id)
        there, since = self.sides.of(side), self._known_since(side)
        if missing and there.maybe_hidden and there.looks.deletions and since is not None:
            self._strike(side, since - OVERLAP)  # which of them are not only hidden
        self.seen[side] += len(records)
        return list(records.values())

    def _remember(self, records: Sequence[Record]) -> None:
        with self.ledger.commit():
            self.ledger.observe(records)
