"""Between CS-Cart's users and records. Pure.

A record's values are keyed by the Zoho field that a column is mapped to; each
column stands there a second time under "@" and its own name, mapped or not.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from cscart_zoho.cscart.user_wire import UserRow
from cscart_zoho.errors import Unfit
from cscart_zoho.mapping import forms, names
from cscart_zoho.mapping.customer_map import ANONYMOUS
from cscart_zoho.mapping.field_map import FieldMap
from cscart_zoho.mapping.old_store import CUSTOM
from cscart_zoho.mapping.placeholder import is_placeholder
from cscart_zoho.mapping.places import is_state, state_names
from cscart_zoho.mapping.storefronts import STOREFRONT
from cscart_zoho.records import ACTIVE, INACTIVE, Direction, Record, Side, Value, Values

_BY_CHANCE = re.compile(r"[0-9a-f]{16}@example\.com")
#: What lists show and a single column decides.
_SHOWN_BY = {"company": "company", "phone": "phone", "no_email": "email"}
_STATUS = {ACTIVE: "A", INACTIVE: "D"}


@dataclass(frozen=True)
class UserMapper:
    """Reads and writes users under one field map."""

    field_map: FieldMap
    placeholder_domain: str

    # Store -> record

    def record(self, row: UserRow, tells_all: bool) -> Record:
        """A user as a list tells it. Without the add-on most columns are not told, and stay as they were known."""
        columns = self._columns(row)
        record = self.from_columns(str(row["user_id"]), columns, tells_all)
        return replace(record, modified_at=_moment(row.get("updated_at")))

    def from_columns(self, id: str, columns: Mapping[str, Value], tells_all: bool = True) -> Record:
        """A record of canonical columns, as `record` has put them under "@"."""
        email = str(columns.get("email") or "")
        key = str(columns.get("_address") or email)
        values: dict[str, Value] = {f"@{name}": value for name, value in columns.items()}
        for field, mapped in self.field_map.rows.items():
            if mapped.column in columns:
                values[field] = columns[mapped.column]
        values["status"] = columns.get("status", ACTIVE)
        return Record(Side.CSCART, id, key, values, _etag(values), None, tells_all=tells_all, shown=_shown(values))

    def _columns(self, row: UserRow) -> dict[str, Value]:
        """The told columns in canonical form; custom profile fields lie under `fields`."""
        told: dict[str, object] = dict(row)
        told |= _custom_fields(row, self.field_map)
        columns: dict[str, Value] = {
            name: forms.from_cscart(told[name], column, told, self.field_map.ways)
            for name, column in self.field_map.columns.items()
            if name in told
        }
        address = str(columns.get("email") or "")
        columns["_address"] = address
        if is_placeholder(address, self.placeholder_domain):
            columns["email"] = ""
        columns["fullname"] = names.full_name(str(columns.get("firstname") or ""), str(columns.get("lastname") or ""))
        columns["status"] = ACTIVE if str(row.get("status") or "A") == "A" else INACTIVE
        if is_anonymous(row):
            columns[ANONYMOUS] = True
        if str(row.get("company_id") or "0") != "0":
            columns[STOREFRONT] = str(row["company_id"])
        return columns

    def has_new_choice(self, row: UserRow) -> bool:
        """Whether a profile field has the id of a choice that is not known: it was added since they were read."""
        told = row.get("fields")
        columns = ((value, self.field_map.columns.get(f"{CUSTOM}{id}")) for id, value in dict(told or {}).items())
        return any(
            column and column.ids and value and forms.choice_told(value, column) not in column.choices
            for value, column in columns
        )

    # Record -> store

    def columns_of(self, values: Values, new: bool) -> dict[str, Value]:
        """The columns that values are written to, in canonical form."""
        columns: dict[str, Value] = {}
        for field, value in values.items():
            row = self.field_map.rows.get(field)
            if row is None or not self.field_map.columns[row.column].writable:
                continue
            if new or row.direction is not Direction.TO_ZOHO:
                columns.setdefault(row.column, value)
        if values.get("@email"):
            columns["email"] = values["@email"]
        return columns

    def body(self, values: Values, new: bool, beside: UserRow | None = None) -> dict[str, Any]:
        """The keys of a request; `beside` is what the store has of an existing user.

        Raises `Unfit` for what the store would refuse or damage.
        """
        body: dict[str, Any] = {}
        columns = self.columns_of(values, new)
        columns |= self._states_by_their_codes(columns, beside or {})
        for name, value in columns.items():
            written = self._written(name, value, {**(beside or {}), **columns})
            if name in ("firstname", "lastname") and isinstance(written, str):
                written = names.for_store(written, keeps_all=self.field_map.ways.keeps_all)
            if name.startswith(CUSTOM):
                body.setdefault("fields", {})[name.removeprefix(CUSTOM)] = written
            else:
                body[name] = written
        if "email" in body and not body["email"]:
            raise Unfit("The store takes no customer without an e-mail address.", field="email")
        if values.get("status") in _STATUS and (not new or values["status"] == INACTIVE):
            body["status"] = _STATUS[str(values["status"])]
        return body

    def _states_by_their_codes(self, columns: Mapping[str, Value], beside: UserRow) -> dict[str, Value]:
        """The states that the store keeps by name because nobody knew their country, where that comes over now."""
        found: dict[str, Value] = {}
        for state, column in self.field_map.columns.items():
            country, kept = str(columns.get(column.country) or ""), str(beside.get(state) or "")
            known = self.field_map.ways.places.state(country, kept) if country and kept and state not in columns else ""
            if is_state(known) and kept.casefold() in map(str.casefold, state_names(known)):
                found[state] = known
        return found

    def written(self, columns: Mapping[str, Value]) -> dict[str, Any]:
        """Columns as the store keeps them. Raises `Unfit`."""
        return {name: self._written(name, value, columns) for name, value in columns.items()}

    def _written(self, name: str, value: Value, row: Mapping[str, object]) -> object:
        column = self.field_map.columns[name]
        return forms.to_cscart(value, column, self.field_map.ways, str(row.get(column.country) or ""))

    def after(self, id: str, values: Values, new: bool) -> Record:
        """What a write leaves behind: the values sent, under both names. The store answers with the id alone."""
        columns = self.columns_of(values, new)
        kept = {name: value for name, value in values.items() if not name.startswith("@")}
        told: dict[str, Value] = {**kept, **{f"@{name}": value for name, value in columns.items()}}
        key = str(columns.get("email") or "")
        if key:
            told["@_address"] = key
        if key and is_placeholder(key, self.placeholder_domain):
            told["@email"] = ""
        shown = _shown(told)
        if not new:
            shown = {name: shown[name] for name, column in _SHOWN_BY.items() if column in columns}
        return Record(Side.CSCART, id, key, told, partial=True, tells_all=False, shown=shown)


def is_anonymous(row: UserRow) -> bool:
    """Whether a customer was made anonymous. The bundled GDPR add-on tells it in lists, and leaves stars in names and
    an address by chance (both read in its code; the first was seen on a running 4.20 store).
    """
    if row.get("anonymized") == "Y":
        return True
    stars = f"{row.get('firstname') or ''}{row.get('lastname') or ''}"
    return set(stars) == {"*"} and _BY_CHANCE.fullmatch(str(row.get("email") or "")) is not None


def _custom_fields(row: UserRow, used: FieldMap) -> dict[str, object]:
    """The custom profile fields; one that the user has nothing in is not among those that the store keeps."""
    if "fields" not in row:
        return {}
    fields = row["fields"] if isinstance(row["fields"], Mapping) else {}  # none at all come as a list
    none: dict[str, object] = {name: "" for name in used.columns if name.startswith(CUSTOM)}
    return none | {f"{CUSTOM}{id}": value for id, value in fields.items()}


def _shown(values: Values) -> dict[str, str]:
    """What lists show of a user."""
    told = {name: str(values.get(f"@{name}") or "") for name in ("firstname", "lastname", "company", "phone", "email")}
    shown = {
        "name": names.full_name(told["firstname"], told["lastname"]),
        "company": told["company"],
        "phone": told["phone"],
    }
    return {**shown, "no_email": "" if told["email"] else "yes"}


def _etag(values: Values) -> str:
    told = {name: str(value) for name, value in values.items()}
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()[:16]


def _moment(told: object) -> datetime | None:
    seconds = int(str(told)) if str(told).isdecimal() else 0
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 2**33 else None
