"""Which values fit a setting, said in words. Pure."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import msgspec

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import OWNED_FIELDS, ProductChoices
from cscart_zoho.mapping.customer_choices import CustomerChoices
from cscart_zoho.mapping.order_choices import ZOHO_STATUSES, Money, OrderChoices, TaxRule

#: Settings that hold ids of the other sides; both write them as digits.
IDS = ("category_id", "company_id", "default_tax_id", "inventory_account_id", "purchase_account_id", "sales_account_id")
#: ... and among those for orders.
ORDER_IDS = (
    "fallback_item_id",
    "shipping_item_id",
    "surcharge_item_id",
    "guest_contact_id",
    "payment_id",
    "shipping_id",
)
#: How the tax rules for orders are written.
TAX_RULES = '[{"store_tax": "6", "zoho_tax": "460000000001"}]; country and included may be said, too'
_CUSTOMER_TYPES: Mapping[str, Any] = {field.name: field.type for field in msgspec.structs.fields(CustomerChoices)}
_ORDER_TYPES: Mapping[str, Any] = {field.name: field.type for field in msgspec.structs.fields(OrderChoices)}
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


def fitting_order(key: str, value: str, letters: Mapping[str, str]) -> object:
    """The same for a setting of orders; `key` may be `to_zoho.P` or `to_cscart.void`.

    `letters` are the store's statuses with their names; none = they are not known, and any letter fits.
    """
    name, _, entry = key.partition(".")
    full, kind = f"orders.{key}", _ORDER_TYPES[name]
    if entry:
        return _fitting_status(name, entry, value, letters)
    if name in ("sent_statuses", "draft_until_paid"):
        return [_letter(full, word.strip(), letters) for word in value.split(",") if word.strip()]
    if name == "tax_rules":
        return _tax_rules(full, value)
    one_of = _one_of(kind)
    if one_of and value not in one_of:
        raise _refusal(full, value, f"one of: {', '.join(one_of)}")
    if name in ORDER_IDS and value and not value.isdecimal():
        raise _refusal(full, value, 'an id, which is a number, or to ""')
    if name == "currency" and value and not (len(value) == 3 and value.isascii() and value.isalpha()):
        raise _refusal(full, value, 'the code of a currency, such as EUR, or to ""')
    if kind is bool:
        return _yes_or_no(full, value)
    if kind == Money:
        return _amount(full, value)
    return _whole_number(full, value, kind) if _is_number(kind) else value.upper() if name == "currency" else value


def _fitting_status(name: str, entry: str, value: str, letters: Mapping[str, str]) -> str:
    """What a status of one side becomes on the other; "" = nothing is done."""
    full = f"orders.{name}.{entry}"
    if name == "to_cscart":
        if entry not in ZOHO_STATUSES:
            raise WrongSetting(
                f'Zoho has no order status named "{entry}".', advice=f"Choose one of: {', '.join(ZOHO_STATUSES)}."
            )
        return _letter(full, value, letters) if value else ""
    _letter(f"orders.{name}", entry, letters)
    one_of = [word for word in _one_of(get_args(_ORDER_TYPES[name])[1]) if word]
    if value and value not in one_of:
        why = " Everything else follows from what is done in Zoho." if value in ZOHO_STATUSES else ""
        raise _refusal(full, value, f'one of: {", ".join(one_of)}, or to "" for nothing', why)
    return value


def _letter(key: str, value: str, letters: Mapping[str, str]) -> str:
    if letters and value not in letters:
        known = ", ".join(f"{letter} ({name})" for letter, name in letters.items())
        raise WrongSetting(f'The store has no order status "{value}" ({key}).', advice=f"It has: {known}.")
    if len(value) != 1 or not value.isalnum():
        raise _refusal(key, value, "the letter of an order status of the store")
    return value


def _tax_rules(key: str, value: str) -> list[Any]:
    try:
        rules = msgspec.json.decode(value or "[]", type=list[TaxRule])
    except msgspec.MsgspecError as error:
        raise WrongSetting(f"{key} cannot be read: {error}.", advice=f"Write it as {TAX_RULES}.") from error
    for rule in rules:
        if not rule.zoho_tax.isdecimal() or not (rule.store_tax.isdecimal() or not rule.store_tax):
            raise WrongSetting(
                f"A rule of {key} names taxes by ids, which are numbers.", advice=f"Write it as {TAX_RULES}."
            )
        if rule.country and not (len(rule.country) == 2 and rule.country.isascii() and rule.country.isalpha()):
            raise WrongSetting(f'"{rule.country}" is no country.', advice="Write its two letters, such as DE.")
    built: list[Any] = msgspec.to_builtins(rules)
    return built


def _amount(key: str, value: str) -> str:
    try:
        return msgspec.convert(value, Money)
    except msgspec.ValidationError as error:
        raise _refusal(key, value, "an amount such as 0.05, with four digits after the point at most") from error


def _refusal(key: str, value: str, wanted: str, why: str = "") -> WrongSetting:
    return WrongSetting(f'"{value}" does not fit {key}.', advice=f"Set it to {wanted}.{why}")


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
