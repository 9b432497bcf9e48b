"""`settings show` and `settings set`: the merchant's choices."""

import json
from collections.abc import Mapping
from typing import Any

from cscart_zoho import app
from cscart_zoho.cli.choosing import fitting, fitting_customer, fitting_order
from cscart_zoho.cli.here import note, the_store
from cscart_zoho.cli.words import answer_json, say, table
from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import choices_from_json, choices_to_json
from cscart_zoho.mapping.customer_choices import customer_choices_from_json, customer_choices_to_json
from cscart_zoho.mapping.order_choices import for_good, order_choices_from_json, order_choices_to_json
from cscart_zoho.store.choices import save_choices, save_customer_choices, save_order_choices
from cscart_zoho.store.models import Store


def show_settings(*, as_json: bool) -> None:
    """The merchant's choices, those for customers under `customers.` and those for orders under `orders.`."""
    store = the_store()
    choices = choices_to_json(choices_from_json(store.product_choices))
    customers = customer_choices_to_json(customer_choices_from_json(store.customer_choices))
    del customers["maps"]  # `mapping show` has them
    choices["customers"] = customers
    choices["orders"] = order_choices_to_json(order_choices_from_json(store.order_choices))
    if as_json:
        answer_json(choices)
        return
    say(table(sorted(_flat(choices))))
    say("Change one with: cscart-zoho settings set KEY VALUE")


def _flat(choices: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each setting by the key that `settings set` takes, and its value in a word."""
    rows: list[tuple[str, str]] = []
    for key, value in choices.items():
        if isinstance(value, dict):
            rows += [(f"{key}.{name}", held) for name, held in _flat(value)] or [(key, "-")]
        else:
            rows.append((key, _in_a_word(value)))
    return rows


def _in_a_word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        plain = all(isinstance(each, str) for each in value)
        return (",".join(value) if plain else json.dumps(value, ensure_ascii=False)) or "-"
    return "-" if value == "" else str(value)


def set_setting(key: str, value: str) -> None:
    """Change one choice; a value that makes no sense changes nothing."""
    group, _, name = key.partition(".")
    change = {"customers": _set_customer_setting, "orders": _set_order_setting}.get(group if name else "")
    name = name if change else key
    now = (change or _set_product_setting)(the_store(), name, value)
    note("setting changed", f"{key} = {value}")
    said = dict(_flat(now)).get(name, "-")
    say(f"{key} is now {'empty' if said == '-' else said}.")
    for sentence in _for_good(name, now) if group == "orders" else []:
        say(sentence)


def _for_good(name: str, now: Mapping[str, Any]) -> list[str]:
    """What Zoho cannot take back of a choice about statuses."""
    choice, _, letter = name.partition(".")
    if choice not in ("to_zoho", "when_it_comes_back", "draft_until_paid"):
        return []
    choices = order_choices_from_json(now)
    void = [each for each in choices.to_zoho if choices.target(each) == "void"]
    return for_good(choices, _letters(the_store()), [letter] if choice == "to_zoho" else void)


def _set_product_setting(store: Store, name: str, value: str) -> dict[str, Any]:
    choices = choices_to_json(choices_from_json(store.product_choices))
    changed = choices_from_json(with_setting(choices, name, value))
    save_choices(store, changed)
    return choices_to_json(changed)


def _set_customer_setting(store: Store, name: str, value: str) -> dict[str, Any]:
    choices = customer_choices_to_json(customer_choices_from_json(store.customer_choices))
    if name not in choices or name == "maps":
        raise no_such(f"customers.{name}")
    choices[name] = fitting_customer(name, value)
    save_customer_choices(store, customer_choices_from_json(choices))
    return choices


def _set_order_setting(store: Store, name: str, value: str) -> dict[str, Any]:
    choices, letters = order_choices_to_json(order_choices_from_json(store.order_choices)), _letters(store)
    try:
        changed = order_choices_from_json(with_order_setting(choices, name, value, letters))
    except WrongSetting:
        # The store may have got this status since it was looked at.
        fresh = app.statuses_anew(store)
        if not fresh.keys() - letters.keys():
            raise
        changed = order_choices_from_json(with_order_setting(choices, name, value, fresh))
    save_order_choices(store, changed)
    return order_choices_to_json(changed)


def _letters(store: Store) -> dict[str, str]:
    """The store's statuses of orders with their names, as far as it has told them."""
    return {str(each["letter"]): str(each["name"]) for each in store.capabilities.get("order_statuses") or []}


def no_such(key: str) -> WrongSetting:
    """What is said about a key that does not exist."""
    return WrongSetting(f'There is no setting "{key}".', advice="`cscart-zoho settings show` lists them.")


def with_setting(choices: dict[str, Any], key: str, value: str) -> dict[str, Any]:
    """The choices with one of them changed; `owners.price` and `taxes.6` reach into a table. Pure.

    An empty value takes an entry out of a table; an owner falls back to its default. Raises `WrongSetting`
    for a key that does not exist and for a value that does not fit.
    """
    name, _, entry = key.partition(".")
    if name not in choices or isinstance(choices[name], dict) != bool(entry):
        raise no_such(key)
    if entry and not value:
        return {**choices, name: {k: v for k, v in choices[name].items() if k != entry}}
    fits = fitting(key, value)
    return {**choices, name: {**choices[name], entry: fits} if entry else fits}


def with_order_setting(choices: dict[str, Any], key: str, value: str, letters: Mapping[str, str]) -> dict[str, Any]:
    """The same for orders: `to_zoho.P` and `to_cscart.void` reach into the status maps. Pure.

    `letters` are the store's statuses with their names; none = not known.
    """
    name, _, entry = key.partition(".")
    if name not in choices or isinstance(choices[name], dict) != bool(entry):
        raise no_such(f"orders.{key}")
    fits = fitting_order(key, value, letters)
    if not entry:
        return {**choices, name: fits}
    if not value and name == "to_cscart":
        return {**choices, name: {k: v for k, v in choices[name].items() if k != entry}}
    return {**choices, name: {**choices[name], entry: fits}}
