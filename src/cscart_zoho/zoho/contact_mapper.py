"""Between Zoho Inventory's contacts and records, under one field map. Pure.

A contact is told flat here: `billing_address.city`, and `contact_persons.email`
for its primary person. Custom fields stand under their `cf_` name.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from cscart_zoho.errors import Unfit, unfit_fields
from cscart_zoho.mapping import forms
from cscart_zoho.mapping.field_map import FieldMap
from cscart_zoho.mapping.fields import FieldType
from cscart_zoho.mapping.inventory_fields import PERSON_ID
from cscart_zoho.mapping.keys import folded
from cscart_zoho.records import ACTIVE, INACTIVE, Record, Side, Value, Values

#: One contact as it came.
Contact = Mapping[str, Any]

ADDRESSES = ("billing_address", "shipping_address")
PERSON = "contact_persons"
EMAIL = f"{PERSON}.email"
#: How a person may be reached besides by mail: an object within the person.
REACHED = "communication_preference"
#: What an address holds (Zoho Inventory API: Contacts).
ADDRESS_FIELDS = ("attention", "address", "street2", "city", "state", "zip", "country", "phone", "fax", "state_code")
#: What can be written of a person, besides how to reach it (Zoho Inventory API: Contacts).
PERSON_FIELDS = (
    "salutation",
    "first_name",
    "last_name",
    "email",
    "phone",
    "mobile",
    "skype",
    "designation",
    "department",
)
#: What a list row tells of the primary person, under its own name.
ECHOED = ("first_name", "last_name", "email", "phone", "mobile")


@dataclass(frozen=True)
class ContactMapper:
    """Reads and writes contacts.

    `standing_for` tells of a contact that is linked the person whom it stands for, and the address: another one may
    become the primary one in Zoho, and that is somebody else.
    """

    field_map: FieldMap
    standing_for: Callable[[str], tuple[str, str]] = lambda contact_id: ("", "")

    # Zoho -> record

    def record(self, contact: Contact, *, listed: bool) -> Record:
        """A contact. A list row has no addresses, and of its person only what is repeated on top: it is partial."""
        person = self.person(contact)
        told = flat(contact, person)
        known, address = self.standing_for(str(contact["contact_id"]))
        echoed = not known or folded(str(contact.get("email") or "")) == folded(address)
        if not listed and not known and not persons_of(contact):  # the first value for a person makes one
            told |= {f"{PERSON}.{name}": "" for name in PERSON_FIELDS}
        if listed:
            told = {name: value for name, value in told.items() if name != "contact_type"}
            told |= {f"{PERSON}.{name}": contact[name] for name in ECHOED if name in contact and echoed}
        values: dict[str, Value] = {
            name: self._value(name, told) for name in told if name in self.field_map.fields and self._kept(name)
        }
        if person:
            values[PERSON_ID] = str(person.get("contact_person_id") or "")
        values["status"] = INACTIVE if contact.get("status") == "inactive" else ACTIVE
        key = str(values.get(EMAIL) or "") if echoed or not listed else address
        modified = contact.get("last_modified_time")
        notes = {"linked_with_crm": "yes"} if contact.get("is_linked_with_zohocrm") else {}
        if known and not person and not listed:
            others = "its other persons are other people. " if persons_of(contact) else "it has no person at all. "
            notes["problem"] = (
                f'The contact person "{address}" of this contact does not exist in Zoho any more; {others}'
                "Enter that person there again."
            )
        shown = {
            "name": str(contact.get("contact_name") or ""),
            "company": str(contact.get("company_name") or ""),
            "phone": str(values.get(f"{PERSON}.phone") or ""),
        }
        return Record(
            side=Side.ZOHO,
            id=str(contact["contact_id"]),
            key=key,
            values=values,
            etag=hashlib.sha256(msgspec.json.encode([str(contact["contact_id"]), str(modified)])).hexdigest()[:16],
            modified_at=_moment(modified),
            partial=listed,
            shown={**shown, "no_email": "" if key else "yes"},
            notes=notes,
        )

    def person(self, contact: Contact) -> Mapping[str, Any]:
        """The person whom the contact stands for, the primary one else; nothing where that person is not there."""
        known, address = self.standing_for(str(contact["contact_id"]))
        persons = persons_of(contact)
        if not known or not persons:
            return primary(contact)
        return next(
            (each for each in persons if str(each.get("contact_person_id")) == known),
            next((each for each in persons if address and _email(each) == folded(address)), {}),
        )

    def others(self, contact: Contact) -> dict[str, str]:
        """By id the addresses of the other persons."""
        person = self.person(contact)
        return {
            str(each["contact_person_id"]): _email(each)
            for each in persons_of(contact)
            if each is not person and each.get("contact_person_id")
        }

    def _kept(self, name: str) -> bool:
        return self.field_map.fields[name].type is not FieldType.REFERENCE

    def _value(self, name: str, told: Mapping[str, object]) -> Value:
        address, _, leaf = name.partition(".")
        country = told.get(f"{address}.country") if leaf == "state" else None
        return forms.from_zoho(told[name], self.field_map.type_of(name), country, self.field_map.ways)

    # Record -> Zoho

    def body(self, values: Values, before: Contact | None = None) -> dict[str, Any]:
        """The keys of a request. Raises `Unfit`, which names the fields.

        Of an existing contact an address or the person goes whole, as it was read with the changes, and with the person
        all the others: whether Zoho keeps what is left out is not established.
        """
        body: dict[str, Any] = {}
        unfit: dict[str, Unfit] = {}
        for name, value in values.items():
            field = self.field_map.fields.get(name)
            if field is None or not field.writable or field.type is FieldType.REFERENCE:
                continue
            try:
                written = forms.to_zoho(value, field, self.field_map.type_of(name), self.field_map.ways)
            except Unfit as error:
                unfit[name] = error
                continue
            _put(body, name, "" if written is None else written, custom=field.custom)
        if unfit:
            raise unfit_fields(unfit)
        person = self.person(before) if before is not None else {}
        if before is not None:
            _complete(body, before, person)
        if PERSON in body:
            changed = {**body[PERSON], "is_primary_contact": bool(person.get("is_primary_contact", True))}
            body[PERSON] = _with_others(changed, before, person) if before is not None and person else [changed]
        return body


def flat(contact: Contact, person: Mapping[str, Any]) -> dict[str, object]:
    """A contact's leaves and its person's, by their dotted names; custom fields by their API name."""
    told: dict[str, object] = {name: value for name, value in contact.items() if not isinstance(value, (dict, list))}
    for address in ADDRESSES:
        inner = contact.get(address)
        if isinstance(inner, Mapping):
            told |= {f"{address}.{name}": value for name, value in inner.items()}
    told |= {f"{PERSON}.{name}": value for name, value in person.items() if not isinstance(value, (dict, list))}
    told |= {f"{PERSON}.{REACHED}.{name}": value for name, value in _reached(person).items()}
    for custom in contact.get("custom_fields") or []:
        if isinstance(custom, Mapping) and custom.get("api_name"):
            told[str(custom["api_name"])] = custom.get("value")
    return told


def _reached(person: Mapping[str, Any]) -> Mapping[str, Any]:
    told = person.get(REACHED)
    return told if isinstance(told, Mapping) else {}


def primary(contact: Contact) -> Mapping[str, Any]:
    """The primary contact person, or nothing."""
    rows = persons_of(contact)
    return next((each for each in rows if each.get("is_primary_contact")), rows[0] if rows else {})


def persons_of(contact: Contact) -> list[Mapping[str, Any]]:
    """All contact persons, in Zoho's order."""
    told = contact.get(PERSON)
    return [each for each in told if isinstance(each, Mapping)] if isinstance(told, list) else []


def _with_others(changed: dict[str, Any], before: Contact, person: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The persons as they stood, this one with its changes: one that is not named might be deleted."""
    return [
        changed
        if each is person
        else {**_kept_person(each), "is_primary_contact": bool(each.get("is_primary_contact"))}
        for each in persons_of(before)
    ]


def _email(person: Mapping[str, Any]) -> str:
    return folded(str(person.get("email") or ""))


def _kept_person(person: Mapping[str, Any]) -> dict[str, Any]:
    """What can be written of a person, as it is."""
    kept = {name: person[name] for name in (*PERSON_FIELDS, "contact_person_id") if person.get(name)}
    return {**kept, REACHED: dict(_reached(person))} if _reached(person) else kept


def _put(body: dict[str, Any], name: str, value: object, *, custom: bool) -> None:
    if custom:
        body.setdefault("custom_fields", []).append({"api_name": name, "value": value})
        return
    *groups, leaf = name.split(".")
    inner = body
    for group in groups:
        inner = inner.setdefault(group, {})
    inner[leaf] = value


def _complete(body: dict[str, Any], before: Contact, person: Mapping[str, Any]) -> None:
    for address in ADDRESSES:
        if address in body:
            known = before.get(address) or {}
            kept = {name: known[name] for name in ADDRESS_FIELDS if known.get(name)}
            if "state" in body[address] or "country" in body[address]:
                kept.pop("state_code", None)
            body[address] = {**kept, **body[address]}
    if PERSON in body:
        reached = body[PERSON].get(REACHED)
        body[PERSON] = {**_kept_person(person), **body[PERSON]}
        if reached is not None:
            body[PERSON][REACHED] = {**_reached(person), **reached}


def _moment(told: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
