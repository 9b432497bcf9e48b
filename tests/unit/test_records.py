"""What a record is to both sides."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.mapping.choices import OWNED_FIELDS
from cscart_zoho.records import (
    KEPT_WHOLE,
    LONG_TEXTS,
    ONLY_AT_CREATION,
    PRODUCT_FIELDS,
    Direction,
    Record,
    Selection,
    Side,
    digest,
    digest_value,
    fingerprint,
    is_fingerprint,
)


def test_each_side_has_the_other_and_a_name_that_people_know() -> None:
    assert Side.CSCART.other is Side.ZOHO
    assert Side.ZOHO.other is Side.CSCART
    assert [side.title for side in Side] == ["CS-Cart", "Zoho"]


@pytest.mark.parametrize(
    ("direction", "to_zoho", "to_cscart"),
    [(Direction.BOTH, True, True), (Direction.TO_ZOHO, True, False), (Direction.TO_CSCART, False, True)],
)
def test_a_direction_says_where_a_run_may_write(direction: Direction, to_zoho: bool, to_cscart: bool) -> None:
    assert (direction.allows(Side.ZOHO), direction.allows(Side.CSCART)) == (to_zoho, to_cscart)


def test_a_fingerprint_is_a_part_of_the_hash_and_the_length() -> None:
    hashed = hashlib.sha256("Größe".encode()).hexdigest()
    assert fingerprint("Größe") == f"#{hashed[:16]}:5"


def test_the_fingerprint_of_nothing_is_nothing() -> None:
    assert fingerprint("") == ""
    assert not is_fingerprint("")
    assert not is_fingerprint(None)


@given(st.text(min_size=1))
def test_every_fingerprint_is_recognised(text: str) -> None:
    assert is_fingerprint(fingerprint(text))


@pytest.mark.parametrize(
    "text",
    [
        "#1 seller since 20:00 yesterday",
        "#1 of all 17 kind: the best",
        "#0123456789abcdef:",
        "#0123456789abcdef:12 and more",
        "#0123456789ABCDEF:12",
        " #0123456789abcdef:12",
        "#0123456789abcdef:12\n",
    ],
)
def test_a_text_that_only_looks_like_a_fingerprint_is_a_text(text: str) -> None:
    assert not is_fingerprint(text)
    assert digest_value("full_description", text) == fingerprint(text)


@given(st.dictionaries(st.sampled_from(sorted(PRODUCT_FIELDS)), st.text() | st.none() | st.integers()))
def test_a_digest_of_a_digest_is_the_digest(values: dict[str, str | int | None]) -> None:
    once = digest(values)
    assert digest(once) == once


def test_only_long_texts_are_replaced_in_a_digest() -> None:
    text = "A long text. " * 100
    values = dict.fromkeys(PRODUCT_FIELDS, text)
    kept = {name for name, value in digest(values).items() if value == text}
    assert kept == set(PRODUCT_FIELDS) - LONG_TEXTS


def test_a_record_tells_its_digest_and_keeps_its_values() -> None:
    record = Record(Side.ZOHO, "1", "A-1", {"name": "Lamp", "full_description": "Bright"})
    assert record.digest() == {"name": "Lamp", "full_description": fingerprint("Bright")}
    assert record.values["full_description"] == "Bright"


def test_every_product_field_is_owned_or_set_at_creation_or_stock() -> None:
    assert set(PRODUCT_FIELDS) == set(OWNED_FIELDS) | ONLY_AT_CREATION | {"stock"}
    assert not set(OWNED_FIELDS) & ONLY_AT_CREATION
    assert set(PRODUCT_FIELDS) >= LONG_TEXTS - KEPT_WHOLE


@pytest.mark.parametrize("linked", [True, False])
def test_a_selection_of_everything_has_everything(linked: bool) -> None:
    assert Selection().has(cscart_id="1", zoho_id=None, linked=linked)


def test_a_selection_of_what_is_unsynced_leaves_out_what_is_linked() -> None:
    unsynced = Selection("unsynced")
    assert unsynced.has(cscart_id="1", zoho_id=None, linked=False)
    assert not unsynced.has(cscart_id="1", zoho_id="2", linked=True)


@pytest.mark.parametrize(
    ("cscart_id", "zoho_id", "selected"),
    [("1", None, True), ("1", "8", True), (None, "9", True), ("2", "9", True), ("2", "8", False), (None, None, False)],
)
def test_a_selection_of_ids_has_a_pair_when_either_of_its_ids_is_named(
    cscart_id: str | None, zoho_id: str | None, selected: bool
) -> None:
    chosen = Selection.of_ids(cscart=["1"], zoho=["9"])
    assert chosen.has(cscart_id=cscart_id, zoho_id=zoho_id, linked=True) is selected


def test_an_id_of_one_side_does_not_select_the_same_id_of_the_other() -> None:
    assert not Selection.of_ids(cscart=["7"]).has(cscart_id=None, zoho_id="7", linked=False)
