"""A customer of Zoho without an account, and without an address, has an order there; it is a guest's in the store. A
person edits it in the store: the edit goes to the sales order, whose customer stays who it was."""

import pytest

from tests.situations.shop import Shop


@pytest.mark.parametrize("email", ["zoe@example.com", ""])
def test_an_imported_order_of_a_guest_is_edited_in_the_store(shop: Shop, email: str) -> None:
    shop.both("LAMP", stock=20)
    shop.sync("products", "orders")
    contact = shop.contact("Zoe Example", email)
    sale = shop.sell_order(contact, ("LAMP", 2), confirmed=False)
    shop.settle("orders")
    (order,) = shop.world.cscart.orders()
    assert shop.world.cscart.order_of(order)["user_id"] == "0"

    shop.edit_order(order, ("LAMP", 3))
    shop.settle("orders")

    now = shop.world.zoho.salesorder(sale)
    assert (now["customer_id"], [line["quantity"] for line in now["line_items"]]) == (contact, [3])
    assert shop.told("orders", cscart=order) == ("synced", "")
