"""Zoho got five lamps more, the amount was sent to the store, its answer was lost, and a person edited in that second.

The store's time stamps have whole seconds, so the same stamp proves nothing, and a new one only that somebody wrote.
Where the figure does not tell either, a person is asked; pieces neither come nor go by a guess.
"""

import pytest

from tests.situations.shop import Shop

AMOUNT = ("PUT", "/products/")


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """186 lamps on both sides, and five more in Zoho since."""
    shop.both("LAMP", stock=186)
    shop.sync("products")
    shop.count_in_zoho("LAMP", 5)
    shop.hours(1)
    return shop


def edit_price(shop: Shop) -> None:
    shop.world.cscart.edit_product(shop._product_id("LAMP"), price="12.00")


def sync_at_once(shop: Shop) -> None:
    """A run in this very second."""
    shop.sync("products", hours=0)


def test_an_amount_that_arrived_in_the_second_of_an_edit_is_not_taken_for_five_pieces_more(shop: Shop) -> None:
    edit_price(shop)
    shop.unanswered.append(AMOUNT)
    sync_at_once(shop)
    shop.settle("products")

    assert shop.stock("LAMP") == (191, 191, 191)
    assert shop.adjustments() == []
    assert not shop.conflicts()


def test_one_that_arrived_and_was_sold_from_since_is_a_question(shop: Shop) -> None:
    edit_price(shop)
    shop.unanswered.append(AMOUNT)
    sync_at_once(shop)
    shop.sell("LAMP", 2)
    shop.settle("products")

    (question,) = shop.conflicts()
    assert (question.field, question.cscart_value, question.zoho_value) == ("stock", 189, 191)
    assert shop.stock("LAMP") == (189, 191, 191)


def test_where_orders_are_known_they_explain_what_was_sold_since(shop: Shop) -> None:
    shop.user()
    shop.sync("orders", hours=0)
    edit_price(shop)
    shop.unanswered.append(AMOUNT)
    sync_at_once(shop)
    shop.order(("LAMP", 2))
    shop.settle("products", "orders")

    assert shop.stock("LAMP") == (189, 191, 189)
    assert not shop.conflicts()


def test_where_orders_are_known_one_that_never_arrived_is_sent_again(shop: Shop) -> None:
    shop.sync("orders", hours=0)
    edit_price(shop)
    shop.unsent.append(AMOUNT)
    sync_at_once(shop)
    shop.settle("products")

    assert shop.stock("LAMP") == (191, 191, 191)
    assert not shop.conflicts()


@pytest.mark.parametrize("arrives", [True, False])
def test_a_person_who_types_an_amount_in_that_second_is_asked(shop: Shop, arrives: bool) -> None:
    (shop.unanswered if arrives else shop.unsent).append(AMOUNT)
    shop.when_lost = lambda: shop.set_stock("LAMP", 196)
    sync_at_once(shop)
    shop.settle("products")

    (question,) = shop.conflicts()
    assert (question.cscart_value, question.zoho_value) == (196, 191)
    assert shop.adjustments() == []
