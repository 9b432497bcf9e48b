"""A paid order takes its pieces in the store at once and in Zoho when it is confirmed; nothing is booked besides."""

from tests.situations.shop import Shop, pieces


def test_a_sale_in_the_store_is_taken_once(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.user()
    shop.sync()

    order = shop.order(("LAMP", 3))
    shop.settle("products", "orders")

    sale = shop.sale(order)
    assert sale is not None
    assert (sale["status"], pieces(sale), sale["total"]) == ("confirmed", {"LAMP": 3}, float(shop.total(order)))
    assert shop.stock("LAMP") == (17, 20, 17)
    assert shop.adjustments() == []
