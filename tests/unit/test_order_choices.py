"""What a merchant may choose for orders, and what is refused."""

import pytest

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.order_choices import (
    ZOHO_STATUSES,
    OrderChoices,
    loops,
    order_choices_from_json,
    order_choices_to_json,
)


def test_the_defaults_need_no_thought_and_survive_being_kept() -> None:
    choices = order_choices_from_json({})
    assert choices == OrderChoices()
    assert order_choices_from_json(order_choices_to_json(choices)) == choices
    assert loops(choices) == []


def test_a_status_that_only_zoho_derives_falls_back_to_the_one_it_is_built_upon() -> None:
    choices = OrderChoices()
    assert choices.letter("partially_shipped") == choices.letter("confirmed") == "P"
    assert choices.letter("fulfilled") == "C"
    assert choices.letter("pending_approval") == "O"
    assert choices.letter("a word Zoho invents tomorrow") == "P"


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe/Berlin "])
def test_a_time_zone_must_exist(name: str) -> None:
    with pytest.raises(WrongSetting, match="no time zone"):
        order_choices_from_json({"time_zone": name})


def test_only_drafts_and_confirmed_orders_are_made_in_zoho() -> None:
    choices = OrderChoices()
    assert [letter for letter in "OYPCFDIBX" if choices.is_sent(letter)] == ["O", "Y", "P", "C"]
    assert [letter for letter in "OYPC" if OrderChoices(sent_statuses=["P"]).is_sent(letter)] == ["P"]


@pytest.mark.parametrize("status", ["draft", "confirmed", "void", "fulfilled", "closed"])
def test_a_map_under_which_orders_would_move_by_themselves_is_refused(status: str) -> None:
    other = "void" if ZOHO_STATUSES[status] != "void" else "confirmed"
    with pytest.raises(WrongSetting, match="would move by itself"):
        order_choices_from_json({"to_cscart": {status: "X"}, "to_zoho": {"X": other}})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"prefix": ""}, "prefix"),
        ({"prefix": "a b"}, "prefix"),
        ({"prefix": "=1+1"}, "prefix"),
        ({"since": "yesterday"}, "date"),
        ({"to_cscart": {"sent": "P"}}, "no order status named sent"),
        ({"to_zoho": {"P": "shipped"}}, "to_zoho"),
        ({"tolerance": "a lot"}, "tolerance"),
        ({"tolerance": "-1"}, "tolerance"),
        ({"shipping_as": "line"}, "needs an item"),
        ({"no_such_thing": 1}, "no_such_thing"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_by_name(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(WrongSetting, match=words):
        order_choices_from_json(wrong)
