"""People write notes into lines of a sales order. That is no edit of what was ordered: nobody is asked, and the words
stay when the store changes the line."""

from tests.situations.shop import Shop


def test_words_of_people_in_a_line_are_no_edit(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 1, "Colour: red"), status="O")
    shop.sync("orders")

    shop.edit_sale(order, lambda rows: [{**rows[0], "description": "Colour: red\nFragile"}])
    shop.sync("orders")
    assert shop.conflicts("orders") == []

    shop.edit_order(order, ("LAMP", 3, "Colour: red"))
    shop.settle("orders")
    assert shop.sold(order) == [("LAMP", "Colour: red\nFragile", 3, 10.0)]
