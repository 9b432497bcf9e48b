"""Only the colour of a line changes in the store, and the call that should tell Zoho fails before it gets there. The
look that follows sees the old colour: the change did not arrive, and goes out again."""

from tests.situations.shop import Shop


def test_a_change_that_did_not_arrive_goes_out_again(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 1, "Colour: red"), status="O")
    shop.sync("orders")

    shop.edit_order(order, ("LAMP", 1, "Colour: blue"))
    shop.lose_call("PUT", "/salesorders/")
    shop.sync("orders")
    assert shop.sold(order) == [("LAMP", "Colour: red", 1, 10.0)]
    shop.settle("orders")

    assert shop.sold(order) == [("LAMP", "Colour: blue", 1, 10.0)]


def test_a_change_whose_answer_was_lost_is_not_sent_twice(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 1, "Colour: red"), status="O")
    shop.sync("orders")

    shop.edit_order(order, ("LAMP", 1, "Colour: blue"))
    shop.lose_answer("PUT", "/salesorders/")
    shop.sync("orders")
    shop.forget_calls()
    shop.settle("orders")

    assert shop.sold(order) == [("LAMP", "Colour: blue", 1, 10.0)]
    assert shop.called("PUT", "") == 0
