"""Which values fit a setting, said in words. Pure."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import msgspec

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import OWNED_FIELDS, ProductChoices
from cscart_zoho.mapping.customer_choices import CustomerChoices

#: Settings that hold ids of the other sides; both write them as digits.
IDS = ("category_id", "company_id", "default_tax_id", "inventory_account_id", "purchase_account_id", "sales_account_id")
_CUSTOMER_TYPES: Mapping[str, Any] = {field.name: field.type for field in msgspec.structs.fields(CustomerChoices)}
_TYPES: Mapping[str, Any] = {field.name: field.type for field in msgspec.structs.fields(ProductChoices)}


def fitting(key: str, value: str) -> object:
    """The value as the setting keeps it. Raises `WrongSetting` that names the values that fit.

    `key` is the name of a setting or, for one entry of a table, `owners.price` or `taxes.6`.
    """
    name, _, entry = key.partition(".")
    kind = _TYPES[name]
    if get_origin(kind) is dict:
        kind = get_args(kind)[1]
    if name == "owners" and entry not in OWNED_FIELDS:
        raise WrongSetting(f'There is no product field "{entry}".', advice=f"Choose one of: {', '.join(OWNED_FIELDS)}.")
    if name == "taxes" and not entry.isdecimal():
        raise _refusal(f"taxes.{entry}", entry, "the id of a tax in CS-Cart after the dot, which is a number")
    one_of = _one_of(kind)
    if one_of and value not in one_of:
        raise _refusal(key, value, f"one of: {', '.join(one_of)}")
    if name in (*IDS, "taxes") and value and not value.isdecimal():
        raise _refusal(key, value, 'an id, which is a number, or to ""')
    if kind is bool:
        return _yes_or_no(key, value)
    return _whole_number(key, value, kind) if _is_number(kind) else value


def fitting_customer(name: str, value: str) -> object:
    """The same for a setting of customers. `triggers` is a list with commas."""
    kind = _CUSTOMER_TYPES[name]
    if get_origin(kind) is list:
        allowed, words = _one_of(get_args(kind)[0]), [word.strip() for word in value.split(",") if word.strip()]
        wrong = [word for word in words if word not in allowed]
        if wrong:
            raise _refusal(name, wrong[0], f"some of: {', '.join(allowed)}")
        return words
    one_of = _one_of(kind)
    if one_of and value not in one_of:
        raise _refusal(f"customers.{name}", value, f"one of: {', '.join(filter(None, one_of))}")
    if kind is bool:
        return _yes_or_no(f"customers.{name}", value)
    return _whole_number(f"customers.{name}", value, kind) if _is_number(kind) else value


def _refusal(key: str, value: str, wanted: str) -> WrongSetting:
    return WrongSetting(f'"{value}" does not fit {key}.', advice=f"Set it to {wanted}.")


def _one_of(kind: Any) -> list[str]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(member.value) for member in kind]
    return list(get_args(kind)) if get_origin(kind) is Literal else []


def _yes_or_no(key: str, value: str) -> bool:
    if value.lower() not in {"yes", "no", "true", "false", "1", "0"}:
        raise _refusal(key, value, "yes or no")
    return value.lower() in {"yes", "true", "1"}


def _is_number(kind: Any) -> bool:
    return kind is int or (bool(get_args(kind)) and get_args(kind)[0] is int)


def _whole_number(key: str, value: str, kind: Any) -> int:
    limits = [note for note in get_args(kind)[1:] if isinstance(note, msgspec.Meta)]
    low = int(next((note.ge for note in limits if note.ge is not None), 0))
    high = next((note.le for note in limits if note.le is not None), None)
    if not (value.isdecimal() and low <= int(value) and (high is None or int(value) <= high)):
        span = f"from {low} to {high}" if high is not None else f"that is {low} or more"
        raise _refusal(key, value, f"a whole number {span}")
    return int(value)
