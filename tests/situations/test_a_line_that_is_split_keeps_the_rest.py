"""A line of five is split into three and two of another colour; the lines of other products change their order. What
was there keeps its line in Zoho, and only the new one is new."""

from tests.situations.shop import Shop


def test_a_line_that_is_split_keeps_the_rest(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.both("CUP", stock=20, price="4.00")
    shop.sync()
    order = shop.order(("LAMP", 5, "Colour: red"), ("CUP", 1), status="O")
    shop.sync("orders")
    red, cup = (row["line_item_id"] for row in shop.line_items(order))

    shop.edit_order(order, ("CUP", 1), ("LAMP", 2, "Colour: blue"), ("LAMP", 3, "Colour: red"))
    shop.settle("orders")

    sold = {row["description"] or row["sku"]: (row["line_item_id"], row["quantity"]) for row in shop.line_items(order)}
    assert sold["Colour: red"] == (red, 3)
    assert sold["CUP"] == (cup, 1)
    assert sold["Colour: blue"][1] == 2
    assert sold["Colour: blue"][0] not in (red, cup)
