"""A person writes another colour into a sales order and answers the question with Zoho. The store's options have ids
that Zoho does not know: the order is held with what to do, and nothing is written."""

from tests.situations.shop import Shop


def test_an_option_that_zoho_made_up_is_not_invented_in_the_store(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 1, "Colour: red"), status="O")
    shop.sync("orders")

    shop.edit_sale(order, lambda rows: [{**rows[0], "description": "Colour: green"}])
    shop.sync("orders")
    shop.answer("orders", "document", "zoho")
    shop.sync("orders")

    assert shop.lines(order) == [("LAMP", "Colour: red", 1, 10.0)]
    state, why = shop.told("orders", cscart=order)
    assert (state, "Colour: green" in why, "the store's own panel" in why) == ("held", True, True)
