"""The store refuses a whole order when it has none of its goods (seen on 4.20). Such a sales order waits, says which
product lacks and how many pieces there are, and goes over by itself when there are some."""

from decimal import Decimal

import pytest

from tests.situations.shop import Shop


def sold_out(shop: Shop, *pieces: int) -> list[str]:
    """Nothing of LAMP is left on either side, and somebody enters sales orders of it in Zoho."""
    shop.both("LAMP")
    shop.both("VASE", stock=9)
    shop.sync()
    contact = shop.contact("Zoe Example", "zoe@example.com")
    return [shop.sell_order(contact, ("LAMP", each), confirmed=False) for each in pieces]


def tries(shop: Shop) -> int:
    return shop.called("POST", "/orders")


def test_it_is_held_with_the_product_and_its_pieces_and_is_not_tried_over_and_over(shop: Shop) -> None:
    (sale,) = sold_out(shop, 5)
    shop.forget_calls()
    shop.sync("orders")
    state, why = shop.told("orders", zoho=sale)
    assert state == "held"
    assert "no pieces of LAMP" in why
    assert "5" in why
    assert "void" in why
    assert shop.runs[-1].counts["failed"] == 0

    for _ in range(5):
        shop.sync("products", "orders", hours=2)
    assert tries(shop) == 1
    assert shop.runs[-1].counts["held"] == 1
    shop.sync("orders", hours=25)
    assert tries(shop) == 2, "once a day, whatever the products say"


@pytest.mark.parametrize("where", ["zoho", "store"])
def test_it_goes_over_by_itself_when_pieces_have_come(shop: Shop, where: str) -> None:
    (sale,) = sold_out(shop, 5)
    shop.sync("products", "orders")
    if where == "zoho":
        shop.count_in_zoho("LAMP", 8)
    else:
        shop.set_stock("LAMP", 8)
    shop.sync("products", "orders")
    assert shop.told("orders", zoho=sale) == ("synced", "")
    (order,) = shop.world.cscart.orders()
    assert shop.lines(order) == [("LAMP", "", 5, 10.0)]
    shop.settle("products", "orders")
    assert shop.stock("LAMP") == (3, 8, 8)  # an open order of the store, a draft in Zoho


def test_several_of_one_product_keep_nothing_else_back(shop: Shop) -> None:
    sales = sold_out(shop, 1, 2, 3, 4)
    contact = next(iter(shop.world.zoho.contacts()))
    other = [shop.sell_order(contact, ("VASE", 1), confirmed=False) for _ in range(3)]
    shop.sync("orders")
    assert {shop.told("orders", zoho=sale)[0] for sale in sales} == {"held"}
    assert {shop.told("orders", zoho=sale)[0] for sale in other} == {"synced"}


def test_a_product_that_was_deleted_in_the_store_is_named(shop: Shop) -> None:
    (sale,) = sold_out(shop, 5)
    shop.world.cscart.delete_product(shop._product_id("LAMP"))
    shop.sync("orders")
    state, why = shop.told("orders", zoho=sale)
    assert (state, "LAMP is not in the store any more" in why) == ("held", True)


def test_a_product_that_is_sold_in_larger_numbers_than_there_are_is_named(shop: Shop) -> None:
    (sale,) = sold_out(shop, 5)
    shop.world.cscart.edit_product(shop._product_id("LAMP"), amount="3", min_qty="4")
    shop.sync("orders")
    state, why = shop.told("orders", zoho=sale)
    assert (state, "3 pieces of LAMP" in why, "at least 4" in why) == ("held", True, True)


@pytest.mark.parametrize(("limit", "pieces"), [({"min_qty": "6"}, 5), ({"max_qty": "2"}, 5)])
def test_the_numbers_in_which_shoppers_buy_do_not_change_a_sales_order(
    shop: Shop, limit: dict[str, str], pieces: int
) -> None:
    (sale,) = sold_out(shop, pieces)
    shop.world.cscart.edit_product(shop._product_id("LAMP"), amount="50", **limit)
    shop.sync("orders")
    (order,) = shop.world.cscart.orders()
    assert shop.lines(order) == [("LAMP", "", pieces, 10.0)]
    assert shop.told("orders", zoho=sale) == ("synced", "")


def test_what_may_be_bought_in_advance_needs_no_pieces(shop: Shop) -> None:
    (sale,) = sold_out(shop, 5)
    shop.world.cscart.edit_product(shop._product_id("LAMP"), out_of_stock_actions="B")
    shop.sync("orders")
    assert shop.told("orders", zoho=sale) == ("synced", "")


def test_an_order_below_the_stores_minimum_stops_no_other(shop: Shop) -> None:
    """403 is what the store says of it, as of a key without rights."""
    sold_out(shop)
    shop.world.cscart.switches.minimum_order = Decimal(25)
    contact = next(iter(shop.world.zoho.contacts()))
    small = shop.sell_order(contact, ("VASE", 1), confirmed=False)
    large = shop.sell_order(contact, ("VASE", 3), confirmed=False)
    shop.sync("orders")
    state, why = shop.told("orders", zoho=small)
    assert (state, "minimum" in why, "right" in why) == ("failed", True, True)
    assert shop.told("orders", zoho=large) == ("synced", "")
