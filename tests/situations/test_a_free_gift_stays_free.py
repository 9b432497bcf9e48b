"""A promotion has added a free cup to an order that holds a paid cup as well. A person raises the paid one in Zoho: the
store raises that one, and the gift stays a gift."""

from tests.situations.shop import Shop


def test_a_free_gift_stays_free(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.both("CUP", stock=20, price="4.00")
    shop.sync()
    gift = shop._wanted("CUP", 1, gift=True)
    order = shop.world.cscart.place_order(
        user_id=shop._first_user(), lines=[shop._wanted("LAMP", 1), shop._wanted("CUP", 1), gift]
    )
    shop.sync("orders")
    total = shop.total(order)

    shop.edit_sale(order, lambda rows: [{**row, "quantity": 3} if row["rate"] == 4 else row for row in rows])
    shop.sync("orders")
    shop.answer("orders", "document", "zoho")
    shop.settle("orders")

    assert shop.total(order) == total + 8
    lines = shop.world.cscart.order_of(order)["products"].values()
    cups = [line for line in lines if line["product_code"] == "CUP"]
    assert sorted((line["amount"], "exclude_from_calculate" in line["extra"]) for line in cups) == [
        ("1", True),
        ("3", False),
    ]
