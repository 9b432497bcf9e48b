"""The records of one module: what is kept, checked, found twice, deleted and merged."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.wire import Edit
from cscart_zoho_sim.zoho.crm import refusals
from cscart_zoho_sim.zoho.crm.fields import CrmField, lookup_id
from cscart_zoho_sim.zoho.crm.switches import Switches

Row = dict[str, Any]

#: How long deleted records are told, in seconds: in the recycle bin, and after that.
BIN_S, KNOWN_S = 60 * 86400, 120 * 86400
SYSTEM_FIELD = {"Contacts": "Email", "Accounts": "Account_Name"}


@dataclass
class Deleted:
    """A record that is not there any more."""

    id: str
    name: str
    at: float
    row: Row


@dataclass
class Records:
    """Contacts or Accounts."""

    module: str
    fields: dict[str, CrmField]
    clock: Clock
    zone: ZoneInfo
    new_id: Callable[[], str]
    #: Whether a lookup may point to this id.
    known: Callable[[str, str], bool]
    rows: dict[str, Row] = field(default_factory=dict)
    deleted: list[Deleted] = field(default_factory=list)
    watchers: list[Callable[[Edit], None]] = field(default_factory=list)
    switches: Switches = field(default_factory=Switches)
    #: Ids that are shared with the connected user to be read alone, and not at all; those that are locked.
    withheld: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)
    locked: set[str] = field(default_factory=set)
    #: By id the fields that only a blueprint moves.
    in_blueprint: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def shown_fields(self) -> dict[str, CrmField]:
        """The fields that the connected user sees."""
        return {
            name: described
            for name, described in self.fields.items()
            if not described.hidden and (self.switches.accounts or described.lookup != "Accounts")
        }

    @property
    def shown_rows(self) -> dict[str, Row]:
        """The records that the connected user sees."""
        return {id: row for id, row in self.rows.items() if id not in self.unseen} if self.unseen else self.rows

    def time(self, at: float | None = None) -> str:
        """A moment as Zoho writes it: seconds, with the offset of the user's zone."""
        return datetime.fromtimestamp(int(self.clock.now() if at is None else at), self.zone).isoformat()

    # Checks

    def sent(self, told: Mapping[str, Any], index: int) -> Row:
        """What a program may write of what it has sent. What it may not is ignored, or refuses the record."""
        seen = self.shown_fields
        for name in told:
            described = self.fields.get(name)
            out_of_reach = described is not None and not described.read_only and (described.locked or name not in seen)
            if out_of_reach and self.switches.locked_fields == "refused":
                raise refusals.field_out_of_reach(name, index)
        return {name: value for name, value in told.items() if name in seen and not seen[name].locked}

    def check_reach(self, id: str, values: Mapping[str, Any], index: int) -> None:
        """Whether the connected user may change these values of a record right now."""
        if id in self.unseen:
            raise refusals.unknown_id(index)
        if id in self.withheld:
            raise refusals.not_shared(index)
        if id in self.locked:
            raise refusals.record_locked(index)
        moved = [name for name in values if name in self.in_blueprint.get(id, ())]
        if moved and any(self.rows[id].get(name) != values[name] for name in moved):
            raise refusals.in_blueprint(moved[0], index)

    def checked(self, told: Mapping[str, Any], index: int) -> Row:
        """The values that are kept. Unknown and read-only fields are ignored."""
        values: Row = {}
        for name, value in told.items():
            described = self.fields.get(name)
            if described is None or described.read_only:
                continue
            kept = described.checked(value, index, self.switches)
            if described.lookup and kept is not None:
                kept = self._lookup(described, kept, index)
            if described.data_type != "ownerlookup":
                values[name] = kept
        return values

    def _lookup(self, described: CrmField, told: object, index: int) -> dict[str, str]:
        id = lookup_id(told)
        if not id or not self.known(described.lookup, id):
            raise refusals.invalid(described.api_name, index, expected_data_type="jsonobject")
        return {"id": id}

    def check_needed(self, values: Mapping[str, Any], index: int, *, new: bool) -> None:
        for name, described in self.fields.items():
            if described.mandatory and (new or name in values) and not values.get(name):
                raise refusals.missing_field(name, index)

    def check_unique(self, values: Mapping[str, Any], index: int, but: str = "") -> None:
        found = []
        for name, described in self.fields.items():
            if described.unique and values.get(name):
                others = [id for id in self.matches(name, values[name]) if id != but]
                if others:
                    found.append(refusals.duplicate(name, index, others[0]))
        if len(found) > 1:
            raise refusals.several(found)
        if found:
            raise found[0]

    def matches(self, name: str, value: object) -> list[str]:
        """Ids of the records with this value, case ignored, the oldest first."""
        wanted = str(value).casefold()
        return [id for id, row in self.rows.items() if row.get(name) and str(row[name]).casefold() == wanted]

    # Changes

    def insert(self, values: Row, author: str) -> str:
        id, now = self.new_id(), self.time()
        user = {"id": "1", "name": "Sample Owner"}
        empty = {name: False if each.data_type == "boolean" else None for name, each in self.fields.items()}
        row = {**empty, **values, "id": id, "Created_Time": now, "Modified_Time": now}
        self.rows[id] = {**row, "Created_By": user, "Modified_By": user, "Owner": user}
        self._named(id)
        self._tell(author, id, None, dict(self.rows[id]))
        return id

    def update(self, id: str, values: Row, author: str) -> None:
        before = dict(self.rows[id])
        self.rows[id].update(values)
        self.rows[id]["Modified_Time"] = self.time()
        self._named(id)
        self._tell(author, id, before, dict(self.rows[id]))

    def delete(self, id: str, author: str) -> None:
        row = self.rows.pop(id)
        name = str(row.get("Full_Name") or row.get("Account_Name") or "")
        self.deleted.append(Deleted(id, name, self.clock.now(), row))
        self._tell(author, id, row, None)

    def restore(self, id: str, author: str) -> None:
        """A record comes back out of the recycle bin under its id. Raises StopIteration where it is not in there."""
        found = next(each for each in self.deleted if each.id == id)
        self.deleted.remove(found)
        moved = {"Modified_Time": self.time()} if self.switches.restoring_modifies else {}
        self.rows[id] = {**found.row, **moved}
        self._tell(author, id, None, dict(self.rows[id]))

    def merge(self, master: str, loser: str, chosen: Row) -> None:
        """Two records become one: empty fields of the master are filled, the loser surfaces as deleted."""
        filled = {name: value for name, value in self.rows[loser].items() if not self.rows[master].get(name)}
        writable = {name: value for name, value in filled.items() if not self.fields[name].read_only}
        self.update(master, {**writable, **chosen}, "people")
        self.delete(loser, "people")

    def _named(self, id: str) -> None:
        if "Full_Name" in self.fields:
            row = self.rows[id]
            row["Full_Name"] = " ".join(filter(None, (row.get("First_Name"), row.get("Last_Name"))))

    def _tell(self, author: str, id: str, before: Row | None, after: Row | None) -> None:
        for watcher in self.watchers:
            watcher(Edit(author, "zoho", id, before, after, self.clock.now()))

    # Upsert (Zoho CRM API v8: Upsert Records)

    def upsert_match(self, values: Mapping[str, Any], listed: Iterable[str]) -> tuple[str, str | None]:
        """The record that an upsert updates and the field that matched, or nothing.

        Listed fields come first, then the other unique ones all the same; the
        system field counts when nothing is listed, or when it is.
        """
        system = SYSTEM_FIELD[self.module]
        unique = [name for name, described in self.fields.items() if described.unique]
        names = list(listed) or [system]
        for name in [*names, *(each for each in unique if each not in names)]:
            if name in (system, *unique) and values.get(name):
                found = self.matches(name, values[name])
                if found:
                    return found[0], name
        return "", None
