"""Canonical values as JSON and back."""

import json
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cscart_zoho.records import Value
from cscart_zoho.store.values import from_json, to_json, value_from_json, value_to_json

values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["d:", "s:", "d:1.50", "s:d:1", "s:s:", "d", "s"])
    | st.decimals(allow_nan=False, allow_infinity=False).filter(lambda d: abs(d.adjusted()) < 500)
)


@given(values)
@example(Decimal("12345678901234.123456"))
@example(Decimal("1234567890123456789012345678901234567890.12345678901234567890"))
@example(Decimal("1E+30"))
@example(Decimal("-0.00"))
@example("d:not a number")
def test_every_value_comes_back_exactly_as_it_went(value: Value) -> None:
    back = value_from_json(json.loads(json.dumps(value_to_json(value))))
    assert back == value
    assert type(back) is type(value)


@given(st.dictionaries(st.text(), values))
def test_a_whole_row_comes_back_as_it_went(row: dict[str, Value]) -> None:
    assert from_json(json.loads(json.dumps(to_json(row)))) == row


@pytest.mark.parametrize(
    ("amount", "stored"),
    [
        ("12.50", "d:12.5"),
        ("12.5", "d:12.5"),
        ("100", "d:100"),
        ("1E+2", "d:100"),
        ("0.00", "d:0"),
        ("1E-7", "d:0.0000001"),
    ],
)
def test_equal_amounts_are_stored_as_equal_texts_without_an_exponent(amount: str, stored: str) -> None:
    assert value_to_json(Decimal(amount)) == stored


def test_whole_numbers_and_yes_or_no_stay_what_they_are() -> None:
    assert [type(value_from_json(value_to_json(value))) for value in (1, True, "1")] == [int, bool, str]
