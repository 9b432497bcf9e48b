"""A store that does not keep the options of the lines that it is sent: what it dropped is told with what to do."""

from tests.situations.shop import Shop


def test_a_store_that_drops_options_is_told(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.world.cscart.switches.put_keeps_options = False
    shop.sync()
    order = shop.order(("LAMP", 1, "Colour: red"), status="O")
    shop.sync("orders")

    shop.edit_sale(order, lambda rows: [{**rows[0], "quantity": 2}])
    shop.sync("orders")
    shop.answer("orders", "document", "zoho")
    shop.sync("orders")

    assert shop.lines(order) == [("LAMP", "", 2, 10.0)]
    assert "no options for LAMP instead of Colour: red" in shop.last_words()
