"""A person takes the red lamp out of a sales order, the blue one stays. The question is answered with Zoho: the store
drops red and keeps blue, with its colour."""

from tests.situations.shop import Shop


def test_an_answer_drops_the_line_that_was_dropped(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 1, "Colour: red"), ("LAMP", 1, "Colour: blue"), status="O")
    shop.sync("orders")

    shop.edit_sale(order, lambda rows: [row for row in rows if row["description"] != "Colour: red"])
    shop.sync("orders")
    shop.answer("orders", "document", "zoho")
    shop.settle("orders")

    assert shop.lines(order) == [("LAMP", "Colour: blue", 1, 10.0)]
    assert shop.sold(order) == [("LAMP", "Colour: blue", 1, 10.0)]
    assert shop.conflicts("orders") == []
