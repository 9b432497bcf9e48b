"""An order is held, since nothing explains its total, and says: enter it in Zoho by hand, with this adjustment and this
reference. A person does just that. The two are one order afterwards, at one total, and nothing is imported twice."""

import re

from tests.situations.money import buy, goods, ship_for
from tests.situations.shop import Shop


def test_an_order_that_is_entered_by_hand_is_no_second_one(shop: Shop) -> None:
    goods(shop, "LAMP", tax=0)
    ship_for(shop, "5.00")
    shop.sync()
    order = buy(shop, ("LAMP", 3), total="25.00")
    shop.settle("orders")
    assert shop.sale(order) is None
    told = re.search(r"adjustment of (\S+) and the reference (\S+),", shop.why(order))
    assert told is not None, shop.why(order)
    adjustment, reference = told.groups()

    contact = next(iter(shop.world.zoho.contacts()))
    lines = [(shop._item_id("LAMP"), 3, 10)]
    given = {"shipping_charge": 5, "adjustment": float(adjustment), "reference_number": reference}
    sale = shop.world.zoho.add_salesorder(contact, lines, **given)
    shop.world.zoho.confirm(sale)
    shop.settle("products", "orders")

    assert list(shop.world.cscart.orders()) == [order]
    now = shop.world.zoho.salesorder(sale)
    assert (now["status"], now["total"], float(shop.total(order))) == ("confirmed", 25, 25)
    assert shop.told("orders", cscart=order) == ("synced", "")
    assert shop.stock("LAMP") == (47, 50, 47)
