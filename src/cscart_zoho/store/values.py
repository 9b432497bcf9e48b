"""Canonical values as JSON and back: money stays exact, whole numbers stay whole."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from cscart_zoho.records import Value, Values

_DECIMAL = "d:"


def to_json(values: Values) -> dict[str, Any]:
    """Values as a JSON column takes them; a decimal becomes the text `d:12.50`."""
    return {name: value_to_json(value) for name, value in values.items()}


def from_json(stored: Mapping[str, Any]) -> dict[str, Value]:
    """The inverse of `to_json`."""
    return {name: value_from_json(value) for name, value in stored.items()}


def value_to_json(value: Value) -> Any:
    if isinstance(value, Decimal):
        return _DECIMAL + _plain(value)
    if isinstance(value, str) and value.startswith(("d:", "s:")):
        return "s:" + value
    return value


def _plain(value: Decimal) -> str:
    """Every digit, without an exponent and without zeros at the end: equal amounts are equal texts."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def value_from_json(stored: Any) -> Value:
    if isinstance(stored, str):
        if stored.startswith(_DECIMAL):
            return Decimal(stored[2:])
        if stored.startswith("s:"):
            return stored[2:]
    return stored  # type: ignore[no-any-return]


def payload_to_json(payload: Mapping[str, object]) -> dict[str, Any]:
    """What an intent keeps: nested values, each as `value_to_json` writes it."""
    return {name: _nested(value, value_to_json) for name, value in payload.items()}


def payload_from_json(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `payload_to_json`."""
    return {name: _nested(value, value_from_json) for name, value in stored.items()}


def _nested(value: Any, convert: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return {name: _nested(inner, convert) for name, inner in value.items()}
    if isinstance(value, list):
        return [_nested(inner, convert) for inner in value]
    return convert(value)
