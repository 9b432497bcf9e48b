"""Zoho has booked a sale and its answer was lost; how the list of adjustments stands is not documented.

The reference is looked for to the end of the list. What cannot be found in it is not booked again on a guess.
"""

import pytest

from cscart_zoho.zoho import adjustments
from tests.situations.shop import Shop

BOOKING = ("POST", "/inventoryadjustments")


@pytest.fixture
def shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop with 186 lamps on both sides and years of adjustments: six pages of a list that has ten a page."""
    monkeypatch.setattr(adjustments, "PER_PAGE", 10)
    shop.both("LAMP", stock=186)
    shop.item("OLD", stock=500)
    for _ in range(55):
        shop.count_in_zoho("OLD", -1)
        shop.hours(24)
    shop.sync("products")
    return shop


def lose_the_booking(shop: Shop, *, arrives: bool = True) -> None:
    """Four lamps are sold, and nobody hears what came of their booking."""
    shop.sell("LAMP", 4)
    (shop.unanswered if arrives else shop.unsent).append(BOOKING)
    shop.sync("products")


@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "by_id", "shuffled"])
def test_a_booking_that_arrived_is_found_and_not_booked_again(shop: Shop, order: str) -> None:
    shop.world.zoho.switches.adjustment_order = order
    lose_the_booking(shop)
    shop.settle("products")

    assert shop.stock("LAMP") == (182, 182, 182)
    assert len(shop.adjustments()) == 1


@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "shuffled"])
def test_a_booking_that_never_arrived_is_booked_once(shop: Shop, order: str) -> None:
    shop.world.zoho.switches.adjustment_order = order
    lose_the_booking(shop, arrives=False)
    shop.settle("products")

    assert shop.stock("LAMP") == (182, 182, 182)
    assert len(shop.adjustments()) == 1


def test_one_that_arrived_and_waits_for_approval_is_found_as_such(shop: Shop) -> None:
    shop.approvals()
    shop.world.zoho.switches.adjustment_order = "oldest_first"
    lose_the_booking(shop)
    shop.settle("products")

    assert shop.stock("LAMP") == (182, 186, 186)
    assert len(shop.adjustments()) == 1
    shop.world.zoho.approve_adjustment(shop.adjustments()[0]["inventory_adjustment_id"])
    shop.settle("products")
    assert shop.stock("LAMP") == (182, 182, 182)


def test_in_a_list_that_is_too_long_the_stock_itself_is_the_second_witness(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adjustments, "PAGES", 3)
    shop.world.zoho.switches.adjustment_order = "oldest_first"
    lose_the_booking(shop)
    shop.settle("products")

    assert shop.stock("LAMP") == (182, 182, 182)
    assert len(shop.adjustments()) == 1


def test_where_nothing_settles_it_the_stock_waits_with_a_sentence_and_other_products_go_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adjustments, "PAGES", 3)
    shop.world.zoho.switches.adjustment_order = "oldest_first"
    shop.product("BOWL", stock=5)
    shop.sync("products")
    lose_the_booking(shop)
    shop.count_in_zoho("LAMP", 1)  # and a person counts one more, so that the figure says nothing
    shop.sell("BOWL", 2)

    run = shop.sync("products")

    assert "1 write has no clear answer yet" in run.message
    assert shop.stock("LAMP") == (182, 183, 183)
    assert shop.stock("BOWL") == (3, 3, 3)
    assert [row["line_items"][0]["quantity_adjusted"] for row in shop.adjustments()] == [-4, -2]


def test_after_a_day_it_becomes_a_question(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adjustments, "PAGES", 3)
    shop.world.zoho.switches.adjustment_order = "oldest_first"
    lose_the_booking(shop)
    shop.count_in_zoho("LAMP", 1)
    shop.sync("products")
    run = shop.sync("products", hours=30)

    assert "was not found in Zoho's list" in run.message
    (question,) = shop.conflicts()
    assert (question.cscart_value, question.zoho_value) == (182, 183)
    assert len(shop.adjustments()) == 1
