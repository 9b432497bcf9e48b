"""An order that was made in Zoho is cancelled in the store, so its sales order is void. When the store has it paid
after all, it gets a new sales order with the number of the first one and a count, and is not imported a second time."""

from tests.situations.shop import Shop


def test_an_imported_order_comes_back(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    contact = shop.contact("Zoe Example", "zoe@example.com")
    sale = shop.world.zoho.salesorder(shop.sell_order(contact, ("LAMP", 2), confirmed=True))
    shop.settle("products", "orders")
    (order,) = shop.world.cscart.orders()
    shop.set_status(order, "I")
    shop.settle("products", "orders")
    assert shop.stock("LAMP") == (20, 20, 20)

    shop.set_status(order, "P")
    shop.settle("products", "orders")

    number = sale["salesorder_number"]
    sales = shop.world.zoho.salesorders().values()
    assert [(each["salesorder_number"], each["status"]) for each in sales] == [
        (number, "void"),
        (f"{number}-2", "confirmed"),
    ]
    assert list(shop.world.cscart.orders()) == [order]
    assert shop.told("orders", cscart=order) == ("synced", "")
    assert shop.stock("LAMP") == (18, 20, 18)
