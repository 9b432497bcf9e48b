"""Between Zoho CRM's rows and records, under one field map. Pure."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from cscart_zoho.errors import Unfit, unfit_fields
from cscart_zoho.mapping import forms, names
from cscart_zoho.mapping.customer_map import missing_account
from cscart_zoho.mapping.field_map import FieldMap
from cscart_zoho.mapping.fields import FieldType, Module, ZohoField
from cscart_zoho.mapping.text import line
from cscart_zoho.records import Record, Side, Value, Values

#: The lookup to the record above, by module.
ABOVE = {Module.CONTACT: "Account_Name", Module.ACCOUNT: "Parent_Account"}
#: What lists show, whatever is mapped.
SHOWN = {
    Module.CONTACT: ("First_Name", "Last_Name", "Email", "Phone"),
    Module.ACCOUNT: ("Account_Name", "Phone"),
}
KEY = {Module.CONTACT: "Email", Module.ACCOUNT: "Account_Name"}
#: What lists show and a single field decides.
_SHOWN_BY = {"company": "Account_Name", "phone": "Phone", "no_email": "Email"}


@dataclass(frozen=True)
class CrmMapper:
    """Reads and writes the rows of one module.

    `account_id` gives the id of the account with a name, or nothing; it may raise `Unfit`.
    """

    field_map: FieldMap
    account_id: Callable[[str], str]

    @property
    def module(self) -> Module:
        return self.field_map.module

    @cached_property
    def columns(self) -> list[str]:
        """What is asked for: what lists show, the record above with its name, and everything that is mapped.

        Only of what there is: a CRM need not have accounts.
        """
        above = ABOVE[self.module]
        name = "Account_Name.Account_Name" if self.module is Module.CONTACT else ""
        mapped = [field for field in self.field_map.rows if self._told(field)]
        wanted = (*SHOWN[self.module], above, name, *mapped, *map(self._beside, mapped))
        return [column for column in dict.fromkeys(wanted) if column.partition(".")[0] in self.field_map.fields]

    def _told(self, field: str) -> bool:
        return self.field_map.fields[field].type is not FieldType.REFERENCE

    # Zoho -> record

    def record(self, row: Mapping[str, Any]) -> Record:
        """A row of a query, or a whole record; lookups are `{"id"}` or `{"id", "name"}`."""
        above = row.get(ABOVE[self.module])
        parent = str(above.get("id") or "") if isinstance(above, Mapping) else ""
        values = {
            name: self._value(name, row) for name in row if name in self.field_map.fields and name != "Account_Name"
        }
        values["Account_Name"] = self._account_name(row)
        key = str(values.get(KEY[self.module]) or "")
        modified = row.get("Modified_Time")
        return Record(
            side=Side.ZOHO,
            id=str(row["id"]),
            key=key,
            values=values,
            etag=_etag(values, parent, modified),
            modified_at=_moment(modified),
            parent=parent,
            shown=self._shown(values, key),
        )

    def _value(self, name: str, row: Mapping[str, Any]) -> Value:
        return forms.from_zoho(row[name], self.field_map.type_of(name), self._country(name, row), self.field_map.ways)

    def _country(self, name: str, row: Mapping[str, Any]) -> object:
        return row.get(self._beside(name))

    def _beside(self, name: str) -> str:
        """The field with the country of a state: the one that is mapped to the same address, else Zoho's own."""
        mapped = self.field_map.rows.get(name)
        if mapped is None or not mapped.column.endswith("_state"):
            return ""
        beside = f"{mapped.column[0]}_country"
        own = name.replace("State", "Country")
        found = [field for field, each in self.field_map.rows.items() if each.column == beside]
        return found[0] if found else own if own != name and own in self.field_map.fields else ""

    def _account_name(self, row: Mapping[str, Any]) -> str:
        told = row.get("Account_Name.Account_Name") or row.get("Account_Name")
        if isinstance(told, Mapping):
            told = told.get("name")
        return line(told)

    def _shown(self, values: Values, key: str) -> dict[str, str]:
        told = {name: str(values.get(name) or "") for name in ("First_Name", "Last_Name", "Account_Name", "Phone")}
        if self.module is Module.ACCOUNT:
            return {"name": told["Account_Name"], "phone": told["Phone"]}
        shown = {
            "name": names.full_name(told["First_Name"], told["Last_Name"]),
            "company": told["Account_Name"],
            "phone": told["Phone"],
        }
        return {**shown, "no_email": "" if key else "yes"}

    # Record -> Zoho

    def body(self, values: Values) -> dict[str, Any]:
        """The keys of one record of a request. Raises `Unfit`, which names the fields."""
        body: dict[str, Any] = {}
        unfit: dict[str, Unfit] = {}
        for name, value in values.items():
            field = self.field_map.fields.get(name)
            if field is None or not field.writable:
                continue
            try:
                body[name] = self._written(name, value, field)
            except Unfit as error:
                unfit[name] = error
        if unfit:
            raise unfit_fields(unfit)
        return body

    def _written(self, name: str, value: Value, field: ZohoField) -> object:
        if name == "Account_Name" and self.module is Module.CONTACT:
            return self._account(value)
        return forms.to_zoho(value, field, self.field_map.type_of(name), self.field_map.ways)

    def _account(self, name: Value) -> dict[str, str] | None:
        """Written by its id: a name alone would make an account of its own."""
        if not name:
            return None
        found = self.account_id(str(name))
        if not found:
            raise missing_account(str(name))
        return {"id": found}

    def written(self, id: str, values: Values, body: Mapping[str, Any], modified: object, *, new: bool) -> Record:
        """What a write leaves behind: Zoho answers with the id and the time alone."""
        sent: dict[str, Value] = {name: value for name, value in values.items() if name in body}
        if new:  # nothing was sent for the others, and what Zoho fills by itself is seen when it is read
            sent = {**{name: self.field_map.nothing(name) for name in self.field_map.rows}, **sent}
        above = body.get("Account_Name") if self.module is Module.CONTACT else None
        key = str(values.get(KEY[self.module]) or "")
        shown = self._shown(values, key)
        if not new:
            shown = {name: shown[name] for name, field in _SHOWN_BY.items() if field in body and name in shown}
        return Record(
            side=Side.ZOHO,
            id=id,
            key=key,
            values=sent,
            modified_at=_moment(modified),
            partial=True,
            tells_all=False,
            parent=above["id"] if isinstance(above, Mapping) else "",
            shown=shown,
        )


def _etag(values: Values, parent: str, modified: object) -> str:
    told = {**{name: str(value) for name, value in values.items()}, " parent": parent, " modified": str(modified)}
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()[:16]


def _moment(told: object) -> datetime | None:
    """A time as Zoho writes it, `2026-05-14T12:51:02+03:00`, sometimes with `Z`."""
    try:
        moment = datetime.fromisoformat(str(told).replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
