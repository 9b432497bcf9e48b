"""A line with an option and a plain one of the same product. The store drops the one with the option: the plain line
stays in Zoho, and says nothing of a colour. So when the option alone is taken off an only line."""

from tests.situations.shop import Shop


def test_the_plain_line_stays_plain(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 1, "Colour: red"), ("LAMP", 1), status="O")
    shop.sync("orders")
    plain = next(row["line_item_id"] for row in shop.line_items(order) if not row["description"])

    shop.edit_order(order, ("LAMP", 1))
    shop.settle("orders")

    assert shop.sold(order) == [("LAMP", "", 1, 10.0)]
    assert [row["line_item_id"] for row in shop.line_items(order)] == [plain]


def test_an_option_that_is_taken_off_is_taken_off_in_zoho(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 1, "Colour: red"), status="O")
    shop.sync("orders")
    shop.edit_sale(order, lambda rows: [{**rows[0], "description": "Colour: red\nWrap it, please"}])

    shop.edit_order(order, ("LAMP", 1))
    shop.settle("orders")

    assert shop.sold(order) == [("LAMP", "Wrap it, please", 1, 10.0)]
