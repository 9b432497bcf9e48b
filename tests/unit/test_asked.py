"""What is asked of a run, and when two requests are the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.errors import WrongSetting
from cscart_zoho.records import Direction, Side
from cscart_zoho.sync.asked import Asked, asked_from_json, asked_to_json

ids = st.lists(st.sampled_from(["1", "2", "10", "a"]), max_size=4).map(tuple)


def requests() -> st.SearchStrategy[Asked]:
    return st.builds(
        Asked,
        direction=st.sampled_from(Direction),
        only=st.just("ids"),
        cscart_ids=ids,
        zoho_ids=ids.filter(bool),
        stock_only=st.booleans(),
        dry_run=st.booleans(),
        full=st.booleans(),
        winner=st.sampled_from(["", "cscart", "zoho"]),
        release_brake=st.booleans(),
    )


def meaning(asked: Asked) -> dict[str, object]:
    """The request with ids as sets: what the run will do."""
    said: dict[str, object] = dict(asked_to_json(asked))
    return said | {"cscart_ids": set(asked.cscart_ids), "zoho_ids": set(asked.zoho_ids)}


@given(requests(), requests())
def test_keys_are_equal_exactly_when_the_requests_mean_the_same(one: Asked, other: Asked) -> None:
    assert (one.key == other.key) is (meaning(one) == meaning(other))


@given(requests(), st.randoms(use_true_random=False))
def test_the_order_of_the_ids_and_repeated_ids_make_no_other_request(asked: Asked, rng: Any) -> None:
    shuffled = [*asked.cscart_ids, *asked.cscart_ids]
    rng.shuffle(shuffled)
    again = asked_from_json(asked_to_json(asked) | {"cscart_ids": shuffled})
    assert again.key == asked.key


@pytest.mark.parametrize(
    "other",
    [
        {"direction": "to-zoho"},
        {"only": "unsynced"},
        {"only": "ids", "cscart_ids": ["1"]},
        {"only": "ids", "zoho_ids": ["1"]},
        {"stock_only": True},
        {"dry_run": True},
        {"full": True},
        {"winner": "zoho"},
        {"release_brake": True},
    ],
    ids=str,
)
def test_every_part_of_a_request_makes_it_another_one(other: dict[str, Any]) -> None:
    assert asked_from_json(other).key != Asked().key


def test_the_same_ids_of_the_other_side_are_another_request() -> None:
    assert Asked(only="ids", cscart_ids=("1",)).key != Asked(only="ids", zoho_ids=("1",)).key


@given(requests())
def test_a_request_comes_back_from_the_ledger_as_it_was(asked: Asked) -> None:
    assert asked_from_json(asked_to_json(asked)) == asked


def test_an_empty_request_is_everything_both_ways() -> None:
    asked = asked_from_json({})
    assert asked == Asked()
    assert asked.direction is Direction.BOTH
    assert asked.selection.has(cscart_id="1", zoho_id=None, linked=False)
    assert asked.winning_side is None


def test_the_winner_is_a_side() -> None:
    assert asked_from_json({"winner": "zoho"}).winning_side is Side.ZOHO


@pytest.mark.parametrize(
    ("stored", "names"),
    [
        ({"direction": "sideways"}, "direction"),
        ({"only": "everything"}, "everything"),
        ({"winner": "nobody"}, "nobody"),
        ({"dry_run": "perhaps"}, "dry_run"),
        ({"colour": "red"}, "colour"),
        ({"cscart_ids": 7, "only": "ids"}, "cscart_ids"),
        ({"only": "ids"}, "at least one record"),
        ({"only": "ids", "cscart_ids": [], "zoho_ids": []}, "at least one record"),
        ({"cscart_ids": ["1"]}, "ids"),
        ({"only": "unsynced", "zoho_ids": ["1"]}, "ids"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_a_sentence_that_names_it(
    stored: dict[str, Any], names: str
) -> None:
    with pytest.raises(WrongSetting) as caught:
        asked_from_json(stored)
    assert names in str(caught.value)
    assert str(caught.value).endswith(".")
