"""The columns of a CS-Cart user that a field of Zoho may be mapped to. Pure.

Names, lengths and what the store's own API shows: read in the code of 4.20.1
and seen on a running 4.20 store. Whatever is not in this list cannot be mapped:
no password, no key, and nothing that makes an administrator of a customer.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cscart_zoho.mapping.fields import Column, FieldType, Section

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

#: The kinds of custom profile fields (read in the code of 4.20.1), and what their values are.
_CUSTOM_TYPES = {
    "A": FieldType.LONG_TEXT,  # state picker of old releases keeps text
    "T": FieldType.LONG_TEXT,
    "C": FieldType.YES_NO,
    "D": FieldType.DATE,
    "S": FieldType.CHOICE,
    "R": FieldType.CHOICE,
    "N": FieldType.TEXT,
    "E": FieldType.EMAIL,
    "P": FieldType.PHONE,
    "O": FieldType.COUNTRY,
}
_CUSTOM_LIMIT = 255


def columns(profile_fields: Iterable[Mapping[str, Any]] = ()) -> dict[str, Column]:
    """All columns by name. `profile_fields` are the custom ones, as the store add-on tells them."""
    known = {column.name: column for column in (*_USER, *_COMPUTED)}
    for prefix, words, section in _PREFIXES:
        for name, title, kind, limit in _ADDRESS:
            full = f"{prefix}_{name}"
            known[full] = Column(full, f"{words} {title}", section, kind, limit)
    for told in profile_fields:
        custom = _custom(told)
        if custom is not None:
            known[custom.name] = custom
    return known


def _custom(told: Mapping[str, Any]) -> Column | None:
    id = str(told.get("field_id") or "")
    if not id.isdecimal():
        return None
    values = told.get("values")
    choices = tuple(str(each) for each in values.values()) if isinstance(values, Mapping) else ()
    kind = _CUSTOM_TYPES.get(str(told.get("type") or ""), FieldType.TEXT)
    if kind is FieldType.CHOICE and not choices:
        kind = FieldType.TEXT
    title = " ".join(str(told.get("name") or f"Profile field {id}").split())[:100]
    return Column(f"fields.{id}", title, Section.CUSTOM, kind, _CUSTOM_LIMIT, choices=choices)
