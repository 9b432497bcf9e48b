"""Adjustments need approval, and an order is held, so that its pieces are booked. Then it goes over after all.

Its sales order takes the pieces now, so the booking that still waits must not take them a second time: approved, its
pieces are put back; refused, there is nothing to put back.
"""

import pytest

from tests.situations.shop import Shop


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Twenty lamps on both sides, three of which a guest has ordered; the order was held and then confirmed."""
    shop.both("LAMP", 20)
    shop.user()
    shop.allow_guests(allowed=False)
    shop.sync()
    shop.approvals()
    shop.guest_order(("LAMP", 3))
    shop.settle("orders", "products")
    assert shop.stock("LAMP") == (17, 20, 20)
    return shop


def release(shop: Shop) -> None:
    shop.allow_guests(allowed=True)
    shop.settle()
    assert shop.stock("LAMP") == (17, 20, 17)


def decide(shop: Shop, *, approved: bool) -> None:
    """All that waits."""
    for row in shop.adjustments():
        if row["status"] == "pending_approval":
            act = shop.world.zoho.approve_adjustment if approved else shop.world.zoho.reject_adjustment
            act(str(row["inventory_adjustment_id"]))


def test_refused_it_leaves_both_sides_as_the_sales_order_has_made_them(shop: Shop) -> None:
    release(shop)
    decide(shop, approved=False)
    shop.settle()
    shop.hours(30)
    shop.settle()

    assert shop.stock("LAMP") == (17, 20, 17)
    assert not shop.conflicts()
    assert [row["quantity_adjusted"] for row in moves(shop)] == [-3]


def test_approved_its_pieces_are_put_back(shop: Shop) -> None:
    release(shop)
    decide(shop, approved=True)
    shop.settle()
    decide(shop, approved=True)
    shop.settle()

    assert shop.stock("LAMP") == (17, 20, 17)
    assert [row["quantity_adjusted"] for row in moves(shop)] == [-3, 3]
    assert not shop.conflicts()


def test_while_it_waits_nothing_is_put_back_for_it(shop: Shop) -> None:
    release(shop)
    shop.hours(24 * 5)
    shop.settle()

    assert [row["quantity_adjusted"] for row in moves(shop)] == [-3]
    assert shop.stock("LAMP") == (17, 20, 17)


def test_refused_while_the_order_is_held_it_is_a_question(shop: Shop) -> None:
    decide(shop, approved=False)
    shop.settle()

    (question,) = shop.conflicts()
    assert (question.cscart_value, question.zoho_value) == (17, 20)


@pytest.mark.parametrize(("side", "after"), [("zoho", (17, 17)), ("cscart", (15, 15))])
def test_a_count_that_is_refused_with_it_is_asked_about_alone(shop: Shop, side: str, after: tuple[int, int]) -> None:
    """Two lamps more were broken in the store: the booking that is refused is about these and about the order's."""
    decide(shop, approved=False)
    shop.settle()
    shop.answer("products", "stock", "cscart")
    shop.sell("LAMP", 2)
    shop.settle("products")
    release_again(shop)
    decide(shop, approved=False)
    shop.settle()

    (question,) = shop.conflicts()
    assert (question.cscart_value, question.zoho_value) == (15, 17)
    shop.answer("products", "stock", side)
    shop.settle()
    decide(shop, approved=True)
    shop.settle()
    in_store, _, for_sale = shop.stock("LAMP")
    assert (in_store, for_sale) == after
    assert not shop.conflicts()


def release_again(shop: Shop) -> None:
    shop.allow_guests(allowed=True)
    shop.settle()
    assert shop.stock("LAMP") == (15, 20, 17)


def moves(shop: Shop) -> list[dict[str, int]]:
    return [line for row in shop.adjustments() for line in row["line_items"]]
