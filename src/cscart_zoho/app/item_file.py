"""The file from which Zoho imports many new items at once: the first load of a large store.

It holds what runs would make, decided by the same planner, read fresh from the
store page by page and written as it comes, so that memory does not grow with
the store. Zoho is not asked anything.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import IO

import msgspec

from cscart_zoho.app.around import now
from cscart_zoho.app.products import product_map
from cscart_zoho.app.store_connection import store_wire
from cscart_zoho.app.wires import connected
from cscart_zoho.app.zoho_connection import zoho_wire
from cscart_zoho.cscart.products import FULL_PAGE, READ_TOGETHER, CsCartProducts
from cscart_zoho.errors import Unfit, WrongSetting
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.mapping.counted import so_many
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.records import ACTIVE, Entity, Record, Selection, Side, Value, Values
from cscart_zoho.store import forecast
from cscart_zoho.store.file_rows import keep_file_rows
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.store.models import Observation, Run, Store, SyncState, ZohoOrganisation
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.pairs import Pair
from cscart_zoho.sync.plan import Kind, Plan, Planner
from cscart_zoho.sync.unlinked import plan_unlinked
from cscart_zoho.zoho.item_file import ItemSheet, Parts, line
from cscart_zoho.zoho.items import account_names
from cscart_zoho.zoho.mapper import ItemMapper

MEGABYTE = 1024 * 1024
PAIRS = "Zoho has its SKU already; the next run pairs them."
#: So many reasons are told apart; the list of products tells each one.
REASONS = 50


def waiting(store: Store) -> int:
    """How many products a run would make in Zoho, as far as they have been seen. What is held is not counted."""
    rows = Observation.objects.filter(store=store, entity=Entity.PRODUCTS, gone_at=None)
    there = rows.filter(side=Side.ZOHO).exclude(folded_key="").values("folded_key")
    alone = rows.filter(side=Side.CSCART, linked=False, problem="").exclude(folded_key="")
    return alone.exclude(state=SyncState.HELD).exclude(folded_key__in=there).count()


def calls_by_file(store: Store, items: int) -> int:
    """What so many imported items cost Zoho's quota, as the forecast counts it."""
    there = Observation.objects.filter(store=store, entity=Entity.PRODUCTS, side=Side.ZOHO, gone_at=None).count()
    return forecast.calls_by_file(items, there)


class _Clock:
    def now(self) -> datetime:
        return now()


@dataclass
class Told:
    """What came of it."""

    rows: int = 0
    files: int = 0
    #: Calls that the store was asked.
    calls: int = 0
    #: Why products that have no item are not in the files, and how many.
    left_out: Counter[str] = field(default_factory=Counter)
    #: Columns that are missing though the settings name something for them.
    nameless: tuple[str, ...] = ()

    def leave_out(self, reason: str) -> None:
        known = reason in self.left_out or len(self.left_out) < REASONS
        self.left_out[reason if known else "Other reasons; the list of products tells them."] += 1

    def in_words(self) -> str:
        """What a person reads who wonders what is not in the files."""
        lines = [f"{so_many(self.rows, 'item')} in {so_many(self.files, 'file')}."]
        if self.nameless:
            lines.append(f"Without {', '.join(self.nameless)}: choose them in Zoho, or Zoho's own are used.")
        if self.left_out:
            lines += ["", f"Not in the files ({self.left_out.total():,}):", ""]
        lines += [f"{number:>9,}  {reason}" for reason, number in self.left_out.most_common()]
        return "\n".join(lines) + "\n"


class ItemFile:
    """Writes the files, of `rows` items each where the settings shall not count.

    Raises `NotConnected`, and `WrongSetting` before a first look at both sides.
    """

    def __init__(self, store: Store, *, rows: int | None = None, on_wait: Callable[[], None] = lambda: None) -> None:
        org = connected(store)
        self._store, self._map = store, _asked_for(product_map(store))
        self._rows = rows or self._map.choices.file_rows
        self._wire = store_wire(store, on_wait=on_wait)
        self._products = CsCartProducts(self._wire, store.capabilities, self._map.choices)
        self._mapper = ItemMapper(self._map.choices, org.capabilities)
        self._sheet = ItemSheet(self._map.choices, org.capabilities, _accounts(org, self._map.choices))
        self._ledger = RunLedger(Run(store=store, entity=Entity.PRODUCTS.value), _Clock())
        self._planner = Planner(Asked(), self._map, now())
        self._names = _Names(store)
        self.told = Told(nameless=self._sheet.nameless)
        for side in Side:
            if self._ledger.cursor(side, "full") is None:
                raise WrongSetting(
                    f"Nobody has looked at all products of {side.title} yet, so nobody knows which are missing.",
                    advice="Ask first what a sync would do: `cscart-zoho sync products --dry-run`, or the button "
                    '"Preview" above the list of products.',
                )

    def write(self, open_file: Callable[[str], IO[bytes]]) -> Iterator[Told]:
        """Write file after file to what `open_file` opens under a name; after each page, how far it is."""
        header = line(self._sheet.header)
        parts = Parts(self._rows, self._map.choices.file_megabytes * MEGABYTE, header)
        present: IO[bytes] | None = None
        try:
            for rows in self._pages():
                for row in rows:
                    if parts.place(row) or present is None:
                        if present is not None:
                            present.close()
                        present = open_file(f"items-{parts.number:03}.csv")
                        present.write(header)
                    present.write(row)
                self.told.rows, self.told.files = self.told.rows + len(rows), parts.number
                self.told.calls = self._wire.calls
                yield self.told
        finally:
            if present is not None:
                present.close()

    def _pages(self) -> Iterator[list[bytes]]:
        for records in self._records():
            made: dict[str, tuple[Values, Values]] = {}
            rows = [row for row in (self._row(record, made) for record in self._to_make(records)) if row]
            if made:
                keep_file_rows(self._store.pk, made, now())
            yield rows

    def _records(self) -> Iterator[Sequence[Record]]:
        """The products that may have to be made, in full: by their ids where they are few, else by the whole list."""
        alone = Observation.objects.filter(
            store=self._store, entity=Entity.PRODUCTS, side=Side.CSCART, gone_at=None, linked=False
        )
        everything = Observation.objects.filter(store=self._store, entity=Entity.PRODUCTS, side=Side.CSCART).count()
        if alone.count() * FULL_PAGE < everything * READ_TOGETHER:
            ids = list(alone.order_by("pk").values_list("remote_id", flat=True))
            for start in range(0, len(ids), READ_TOGETHER):
                yield list(self._products.read(ids[start : start + READ_TOGETHER]).values())
            return
        for page in self._products.scan(None):
            told = [record for record in page.records if not record.partial]
            lacking = [record.id for record in page.records if record.partial]
            yield [*told, *(self._products.read(lacking).values() if lacking else ())]

    def _to_make(self, records: Sequence[Record]) -> Iterator[Record]:
        """Those that a run would make in Zoho. Of the others it is counted why they are left out."""
        by_id = {record.id: record for record in records}
        selection = Selection.of_ids(cscart=by_id)
        for rows in self._ledger.unlinked(Side.CSCART, selection):
            for row, same_key in rows:
                found = plan_unlinked(self._planner, self._ledger, row, same_key)
                pair, plan = found or (Pair(), Plan())
                reason = PAIRS if pair.zoho is not None else _left_out(plan, by_id[row.id], row.key)
                if reason:
                    self.told.leave_out(reason)
                else:
                    yield by_id[row.id]

    def _row(self, record: Record, made: dict[str, tuple[Values, Values]]) -> bytes | None:
        try:
            values = self._names.distinct(self._creation(record), record.key, self._map)
            row = self._sheet.row(self._mapper.creation(values), active=values.get("status") == ACTIVE)
        except Unfit as error:
            self.told.leave_out(error.for_people())
            return None
        source = {name: record.values[name] for name in self._map.synced_fields() if name in record.values}
        made[record.id] = (source, values)
        return line(row.values())

    def _creation(self, record: Record) -> dict[str, Value]:
        """The very values that a call would make it with. Raises `Unfit`."""
        return dict(self._planner.creation(record.id, record.values, Side.ZOHO))


def _asked_for(record_map: ProductMap) -> ProductMap:
    """Whoever makes a file wants the items, though runs may be told to make none by themselves until it is in."""
    return replace(record_map, choices=msgspec.structs.replace(record_map.choices, create_in_zoho=True))


def _accounts(org: ZohoOrganisation, choices: ProductChoices) -> Mapping[str, str]:
    """The names of accounts by their ids, as far as a page of items tells them. Asked only where some are chosen."""
    chosen = {choices.sales_account_id, choices.purchase_account_id, choices.inventory_account_id} - {""}
    return account_names(zoho_wire(org), chosen) if chosen else {}


def _left_out(plan: Plan, record: Record, key_when_seen: str) -> str:
    """Why a product without a partner is not in the file, or nothing."""
    if not any(action.kind is Kind.CREATE for action in plan.actions):
        return plan.reason or "A run tries it later."
    if record.notes.get("problem"):
        return record.notes["problem"]
    return "" if record.key == key_when_seen else "Its SKU has changed just now; the next run sees it."


class _Names:
    """Names that Zoho has, and those of the files: it takes each one only once. Hashes, so that they cost little."""

    def __init__(self, store: Store) -> None:
        there = Observation.objects.filter(store=store, entity=Entity.PRODUCTS, side=Side.ZOHO, gone_at=None)
        self._taken = {hash(name.casefold()) for name in there.values_list("name", flat=True).iterator()}

    def distinct(self, values: Values, key: str, record_map: ProductMap) -> dict[str, Value]:
        """The values with a name that is not taken. Raises `Unfit` where that of the SKU is taken, too."""
        for tried in (dict(values), record_map.made_distinct(values, key, Side.ZOHO)):
            name = hash(str(tried["name"]).casefold())
            if name not in self._taken:
                self._taken.add(name)
                return dict(tried)
        raise Unfit("Its name is taken in Zoho, and so is the one with its SKU.", field="name")
