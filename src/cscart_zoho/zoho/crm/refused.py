"""Why Zoho CRM refuses one record of several: its fields and values in words for people. Pure.

What concerns a record stays with it: a record that is not shared with us, a value that another record has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cscart_zoho.errors import AlreadyThere, ConnectorError, NotShared, Unfit, unfit_fields
from cscart_zoho.mapping import forms, names
from cscart_zoho.mapping.fields import ZohoField
from cscart_zoho.records import Record, Values
from cscart_zoho.zoho.crm.wire import refusal

SEVERAL = "MULTIPLE_OR_MULTI_ERRORS"
DUPLICATE, MISSING, NOT_ALLOWED, IN_BLUEPRINT = (
    "DUPLICATE_DATA",
    "MANDATORY_NOT_FOUND",
    "NO_PERMISSION",
    "RECORD_IN_BLUEPRINT",
)
Entry = Mapping[str, Any]


def refused_entries(entry: Entry) -> list[Entry]:
    """What is wrong with a record, one by one: an entry may hold several."""
    if entry.get("code") != SEVERAL:
        return [entry]
    told = _details(entry).get("errors")
    return [each for each in told if isinstance(each, Mapping)] if isinstance(told, list) and told else [entry]


def fields_named(entry: Entry) -> set[str]:
    """The fields that a refusal names. That of the id is none of the record's values."""
    named = {str(_details(each).get("api_name") or "") for each in refused_entries(entry)}
    return named - {"", "id"}


def others_named(entry: Entry) -> list[str]:
    """The ids of the records whose values are in the way."""
    return [id for each in refused_entries(entry) if each.get("code") == DUPLICATE and (id := _other(each))]


def _details(entry: Entry) -> Mapping[str, Any]:
    told = entry.get("details")
    return told if isinstance(told, Mapping) else {}


def _other(entry: Entry) -> str:
    details = _details(entry)
    record = details.get("duplicate_record")
    return str(details.get("id") or (record.get("id") if isinstance(record, Mapping) else "") or "")


@dataclass(frozen=True)
class Refusals:
    """Turns the entries of refused records into errors. `noun` is what people call one of the records."""

    noun: str
    described: Mapping[str, ZohoField]

    def error(self, entry: Entry, status: int, values: Values, others: Mapping[str, Record]) -> ConnectorError:
        """The error of one record that was sent with these values. `others` are records that are in the way, by id."""
        told = refused_entries(entry)
        fields = {name: self._of_field(name, each, values, others) for each in told if (name := self._named(each))}
        if any(each.get("code") == DUPLICATE for each in told):
            found = AlreadyThere(
                _all(fields) or str(refusal(told[0], status, f"a {self.noun}")), code=status, advice=""
            )
            found.others = [others[id] for id in others_named(entry) if id in others]
            found.fields = fields
            return found
        if fields:
            return unfit_fields(fields)
        if entry.get("code") == NOT_ALLOWED:
            return NotShared(
                f"This {self.noun} is not shared with the user who connected Zoho, so it cannot be changed there "
                f"({NOT_ALLOWED}).",
                advice="Share it with that user in Zoho CRM, or give the user's role the right to change it.",
            )
        return refusal(entry, status, f"a {self.noun}")

    def _named(self, entry: Entry) -> str:
        name = str(_details(entry).get("api_name") or "")
        return name if name in self.described and name != "id" else ""

    def _of_field(self, name: str, entry: Entry, values: Values, others: Mapping[str, Record]) -> Unfit:
        code, label = str(entry.get("code") or ""), self.described[name].label
        value = forms.quoted(values.get(name))
        if code == DUPLICATE:
            return Unfit(
                f'{label} {value} is that of {self._who(_other(entry), others)} in Zoho CRM, where "{label}" may not '
                f"be there twice.",
                field=name,
                advice="If both are the same, give both the same e-mail address; else correct one of them, or allow "
                "duplicates of this field in Zoho.",
            )
        if code == MISSING:
            return Unfit(
                f'Zoho CRM needs "{label}" of each {self.noun}, and has got nothing for it.',
                field=name,
                advice="Fill it in, map it under Field mapping, or make it optional in Zoho.",
            )
        if code == NOT_ALLOWED:
            return Unfit(
                f'The user who connected Zoho may not change "{label}" there; {value} waits.',
                field=name,
                advice='Give that user the right in Zoho, or choose "to CS-Cart" for it under Field mapping.',
            )
        if code == IN_BLUEPRINT:
            return Unfit(
                f'"{label}" of this {self.noun} is moved by a blueprint in Zoho CRM alone; {value} waits.',
                field=name,
                advice='Move it there, or choose "to CS-Cart" for it under Field mapping.',
            )
        return Unfit(
            f"Zoho CRM does not take {value} as {label}{_wants(_details(entry))} ({code}).",
            field=name,
            advice="Correct it, or map the field to one that takes it.",
        )

    def _who(self, id: str, others: Mapping[str, Record]) -> str:
        other = others.get(id)
        if other is None:
            return f"another {self.noun} ({id}, which the user who connected Zoho may not see)" if id else "another one"
        told = other.shown.get("name") or names.full_name(
            str(other.values.get("First_Name") or ""), str(other.values.get("Last_Name") or "")
        )
        return f"{told or other.key or 'another one'} ({self.noun} {id})"


def _wants(details: Mapping[str, Any]) -> str:
    """What Zoho says that it takes instead."""
    if limit := details.get("maximum_length"):
        return f": {limit} characters at most"
    supported = details.get("supported_values")
    if isinstance(supported, Sequence) and not isinstance(supported, str) and supported:
        return f": it takes {', '.join(str(each) for each in supported[:8])}"
    if kind := details.get("expected_data_type"):
        return f": it wants a value of the kind {kind}"
    return ""


def _all(fields: Mapping[str, Unfit]) -> str:
    return " ".join(each.for_people() for each in fields.values())
