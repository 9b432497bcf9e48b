"""The merchant wants to be asked about orders that come back: such an order is held, and says that Zoho goes on selling
its pieces and what to choose. Once chosen, the next run makes the sales order."""

from cscart_zoho.mapping.order_choices import OrderChoices
from tests.situations.shop import Shop


def test_who_wants_to_be_asked_is_asked(shop: Shop) -> None:
    shop.order_choices = OrderChoices(brake_percent=100, when_it_comes_back="ask")
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3), status="O")
    shop.sync("orders")
    shop.set_status(order, "F")
    shop.settle("orders")
    shop.set_status(order, "P")
    shop.settle("products", "orders")

    assert [sale["status"] for sale in shop.sales(order)] == ["void"]
    assert shop.told("orders", cscart=order)[0] == "held"
    for words in ("cannot be opened again", "goes on selling its pieces", "orders.when_it_comes_back"):
        assert words in shop.why(order)

    shop.order_choices = OrderChoices(brake_percent=100)
    shop.connect()
    shop.settle("products", "orders")
    assert [sale["status"] for sale in shop.sales(order)] == ["void", "confirmed"]
    assert shop.stock("LAMP") == (17, 20, 17)
