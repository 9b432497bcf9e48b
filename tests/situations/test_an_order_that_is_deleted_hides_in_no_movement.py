"""An order is deleted in the store, where no list of changes shows it, while other pieces of the same product move.

What has moved in all tells nothing of it: the orders of a product are asked for before anything is booked.
"""

import pytest

from tests.situations.shop import Shop


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Twenty lamps on both sides; three of them are ordered and not paid yet, so Zoho has a draft of the order."""
    shop.both("LAMP", 20)
    shop.sync()
    shop.order(("LAMP", 3), status="O")
    shop.settle("orders", "products")
    assert shop.stock("LAMP") == (17, 20, 20)
    return shop


@pytest.mark.parametrize("gone", [1, 5], ids=["fewer", "more"])
def test_pieces_are_broken_at_the_same_time(shop: Shop, gone: int) -> None:
    shop.world.cscart.delete_order(1)
    shop.sell("LAMP", gone)
    shop.sync("products")

    assert shop.stock("LAMP") == (20 - gone, 20 - gone, 20 - gone)


def test_as_many_pieces_are_broken_at_the_same_time(shop: Shop) -> None:
    """The store's amount stands still, so nothing asks for the order before the daily look at all of them."""
    shop.world.cscart.delete_order(1)
    shop.sell("LAMP", 3)
    shop.sync("products")
    assert shop.stock("LAMP") == (17, 20, 20)

    shop.hours(25)
    shop.settle("orders", "products")
    assert shop.stock("LAMP") == (17, 17, 17)


def test_pieces_of_an_order_that_was_held_are_put_back_at_the_same_time(shop: Shop) -> None:
    shop.allow_guests(allowed=False)
    shop.guest_order(("LAMP", 2))
    shop.settle("orders", "products")
    assert shop.stock("LAMP") == (15, 18, 18)
    shop.world.cscart.delete_order(1)
    shop.allow_guests(allowed=True)
    shop.sync("orders")

    assert shop.stock("LAMP") == (18, 20, 18)


def test_pieces_arrive_in_zoho_at_the_same_time(shop: Shop) -> None:
    shop.world.cscart.delete_order(1)
    shop.count_in_zoho("LAMP", 10)
    shop.settle("products")

    assert shop.stock("LAMP") == (30, 30, 30)
