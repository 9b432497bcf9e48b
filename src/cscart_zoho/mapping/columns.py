"""The columns of a CS-Cart user that a field of Zoho may be mapped to. Pure.

Names, lengths and what the store's own API shows: read in the code of 4.20.1
and seen on a running 4.20 store. Whatever is not in this list cannot be mapped:
no password, no key, and nothing that makes an administrator of a customer.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cscart_zoho.mapping.fields import Column, FieldType, Section
from cscart_zoho.mapping.text import line

_T, _P = FieldType.TEXT, FieldType.PHONE

_USER = (
    Column("email", "E-mail", Section.USER, FieldType.EMAIL, 128, shown=True),
    Column("firstname", "First name", Section.USER, _T, 128, shown=True),
    Column("lastname", "Last name", Section.USER, _T, 128, shown=True),
    Column("company", "Company", Section.USER, _T, 255, shown=True),
    Column("phone", "Phone", Section.USER, _P, 128, shown=True),
    Column("user_login", "Login", Section.USER, _T, 255, shown=True, writable=False),
    Column("timestamp", "Registered on", Section.USER, FieldType.DATE, shown=True, writable=False),
    Column("fax", "Fax", Section.USER, _P, 128),
    Column("url", "Website", Section.USER, _T, 128),
    Column("birthday", "Birthday", Section.USER, FieldType.DATE),
    Column("tax_exempt", "Tax exempt", Section.USER, FieldType.YES_NO),
    Column("lang_code", "Language", Section.USER, _T, 2),
)
_COMPUTED = (Column("fullname", "First and last name", Section.COMPUTED, _T, 257, shown=True, writable=False),)

#: Column without its prefix, title, type, length.
_ADDRESS = (
    ("firstname", "first name", _T, 128),
    ("lastname", "last name", _T, 128),
    ("address", "address", _T, 255),
    ("address_2", "address, second line", _T, 255),
    ("city", "city", _T, 64),
    ("county", "county", _T, 32),
    ("state", "state", FieldType.STATE, 32),
    ("country", "country", FieldType.COUNTRY, 2),
    ("zipcode", "postcode", _T, 16),
    ("phone", "phone", _P, 128),
)
_PREFIXES = (("b", "Billing", Section.BILLING), ("s", "Shipping", Section.SHIPPING))

#: The kinds of custom profile fields (read in the code of 4.20.1), and what their values are. Of a select box and of
#: radio buttons the store keeps the id of a choice, of an address type one of two words, of a state its code.
_CUSTOM_TYPES = {
    "I": FieldType.TEXT,
    "T": FieldType.LONG_TEXT,
    "C": FieldType.YES_NO,
    "D": FieldType.DATE,
    "S": FieldType.CHOICE,
    "R": FieldType.CHOICE,
    "L": FieldType.CHOICE,
    "N": FieldType.CHOICE,
    "E": FieldType.EMAIL,
    "P": FieldType.PHONE,
    "Z": FieldType.TEXT,
    "O": FieldType.COUNTRY,
    "A": FieldType.STATE,
}
#: Choices that the store does not list, by the word that it keeps.
_OWN_CHOICES = {"N": {"residential": "residential", "commercial": "commercial"}}
#: Kinds that are never mapped, in words for people.
_NEVER = {
    "H": "is a heading and holds nothing",
    "W": "is a password",
    "F": "is a file",
    "U": "is a choice of user groups",
    "B": "is about the terms for vendors",
}
_CUSTOM_LIMIT = 255
#: Names of custom profile fields begin with this; their numbers follow.
CUSTOM = "fields."


def columns(profile_fields: Iterable[Mapping[str, Any]] = ()) -> dict[str, Column]:
    """All columns by name. `profile_fields` are the custom ones, as the store add-on tells them."""
    known = {column.name: column for column in (*_USER, *_COMPUTED)}
    for prefix, words, section in _PREFIXES:
        for name, title, kind, limit in _ADDRESS:
            full = f"{prefix}_{name}"
            known[full] = Column(full, f"{words} {title}", section, kind, limit, country=f"{prefix}_country")
    for told in profile_fields:
        custom = _custom(told)
        if custom is not None:
            known[custom.name] = custom
    return known


def never_mapped(profile_fields: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By column why a custom profile field is never mapped, in words that follow its title."""
    never = {}
    for told in profile_fields:
        id, why = _id(told), _NEVER.get(str(told.get("type") or ""))
        if id and why:
            never[f"{CUSTOM}{id}"] = f'"{_title(told, id)}" {why}'
    return never


def _custom(told: Mapping[str, Any]) -> Column | None:
    id, letter = _id(told), str(told.get("type") or "I")
    if not id or letter in _NEVER:
        return None
    known = _choices(told) or _OWN_CHOICES.get(letter, {})
    kind = FieldType.CHOICE if known else _CUSTOM_TYPES.get(letter)
    readable = kind is not None and (kind is not FieldType.CHOICE or bool(known))
    return Column(
        f"{CUSTOM}{id}",
        _title(told, id),
        Section.CUSTOM,
        kind if kind is not None and readable else FieldType.TEXT,
        _CUSTOM_LIMIT,
        writable=readable,
        choices=tuple(dict.fromkeys(known.values())),
        ids=known,
        country="s_country" if told.get("section") == "S" else "b_country",
    )


def _id(told: Mapping[str, Any]) -> str:
    id = str(told.get("field_id") or "")
    return id if id.isdecimal() else ""


def _title(told: Mapping[str, Any], id: str) -> str:
    return " ".join(str(told.get("name") or f"Profile field {id}").split())[:100]


def _choices(told: Mapping[str, Any]) -> dict[str, str]:
    """Text by id, as lists show it."""
    values = told.get("values")
    if not isinstance(values, Mapping):
        return {}  # none at all come as a list
    return {str(id): line(text) for id, text in values.items() if str(text or "").strip()}
