"""Two lines of one product, red and blue. Each keeps its colour in Zoho, and its own line there, when quantities change
places in the store."""

from tests.situations.shop import Shop


def test_options_stay_with_their_line(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 1, "Colour: red"), ("LAMP", 2, "Colour: blue"), status="O")
    shop.sync("orders")
    ids = {row["description"]: row["line_item_id"] for row in shop.line_items(order)}

    shop.edit_order(order, ("LAMP", 2, "Colour: red"), ("LAMP", 1, "Colour: blue"))
    shop.settle("orders")

    assert shop.sold(order) == [("LAMP", "Colour: red", 2, 10.0), ("LAMP", "Colour: blue", 1, 10.0)]
    assert {row["description"]: row["line_item_id"] for row in shop.line_items(order)} == ids
