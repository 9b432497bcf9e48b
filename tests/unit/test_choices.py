"""The merchant's choices: safe by default, refused by name when wrong."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import (
    OWNED_FIELDS,
    FirstContact,
    LongNames,
    Owner,
    ProductChoices,
    StockOwner,
    choices_from_json,
    choices_to_json,
)


def test_a_store_without_settings_has_the_safe_ones() -> None:
    choices = choices_from_json({})
    assert choices == ProductChoices()
    assert {choices.owners[name] for name in OWNED_FIELDS} == {Owner.CSCART}
    assert choices.stock_owner is StockOwner.SHARED
    assert choices.first_contact_stock is FirstContact.ASK
    assert choices.long_names is LongNames.HOLD


@pytest.mark.parametrize(
    ("stored", "names"),
    [
        ({"owners": {"price": "the boss"}}, "owners"),
        ({"owners": {"colour": "zoho", "shape": "zoho"}}, "colour, shape"),
        ({"owners": {"stock": "zoho"}}, "stock"),
        ({"owners": "zoho"}, "owners"),
        ({"stock_owner": "both"}, "stock_owner"),
        ({"first_contact_stock": "shared"}, "first_contact_stock"),
        ({"stock_book": "guesswork"}, "stock_book"),
        ({"long_names": "wrap"}, "long_names"),
        ({"stock_buffer": -1}, "stock_buffer"),
        ({"stock_buffer": "3"}, "stock_buffer"),
        ({"stock_buffer": 1.5}, "stock_buffer"),
        ({"brake_percent": 0}, "brake_percent"),
        ({"brake_percent": 101}, "brake_percent"),
        ({"brake_minimum": -1}, "brake_minimum"),
        ({"full_look_hours": None}, "full_look_hours"),
        ({"taxes": ["6"]}, "taxes"),
        ({"create_in_zoho": "yes"}, "create_in_zoho"),
        ({"prices_rise": True}, "prices_rise"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_refused_by_its_name(stored: dict[str, Any], names: str) -> None:
    with pytest.raises(WrongSetting) as caught:
        choices_from_json(stored)
    assert names in str(caught.value)
    assert str(caught.value).endswith(".")
    assert caught.value.advice


def test_owners_that_are_not_named_stay_as_by_default() -> None:
    choices = choices_from_json({"owners": {"price": "zoho"}})
    assert choices.owners["price"] is Owner.ZOHO
    assert choices.owners["name"] is Owner.CSCART
    assert set(choices.owners) == set(OWNED_FIELDS)


@given(
    st.dictionaries(st.sampled_from(OWNED_FIELDS), st.sampled_from(Owner)),
    st.sampled_from(StockOwner),
    st.integers(0, 10_000),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5)),
)
def test_choices_come_back_from_the_database_as_they_were(
    owners: dict[str, Owner], stock_owner: StockOwner, buffer: int, taxes: dict[str, str]
) -> None:
    chosen = choices_from_json({"owners": owners, "stock_owner": stock_owner, "stock_buffer": buffer, "taxes": taxes})
    assert choices_from_json(json.loads(json.dumps(choices_to_json(chosen)))) == chosen


@pytest.mark.parametrize(
    ("field", "setting"), [("list_price", "list_price_field"), ("short_description", "short_description_field")]
)
def test_a_field_without_a_place_in_zoho_is_nobodys(field: str, setting: str) -> None:
    assert choices_from_json({setting: ""}).owner(field) is Owner.NOBODY
    assert choices_from_json({setting: "cf_of_ours"}).owner(field) is Owner.CSCART


@pytest.mark.parametrize("field", ["stock", "kind", "tracked", "unit", "colour"])
def test_what_is_not_compared_is_nobodys(field: str) -> None:
    assert ProductChoices().owner(field) is Owner.NOBODY


def test_two_stores_never_share_their_choices() -> None:
    one, other = ProductChoices(), ProductChoices()
    one.owners["price"] = Owner.ZOHO
    assert other.owners["price"] is Owner.CSCART
