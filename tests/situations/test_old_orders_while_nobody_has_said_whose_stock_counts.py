"""The stock differs at first contact and the merchant is asked. Before he answers, an order of last year goes over and
is confirmed: Zoho's figure must still be the one that he is asked about.
"""

import pytest

from tests.situations.shop import Shop


@pytest.mark.parametrize(("answer", "stock"), [("zoho", 30), ("cscart", 17)])
def test_an_old_order_does_not_move_the_figure_that_a_person_is_asked_about(
    answer: str, stock: int, shop: Shop
) -> None:
    shop.product("LAMP", stock=20)
    shop.order(("LAMP", 3), status="C")
    shop.item("LAMP", stock=30)

    shop.sync("products", "customers", "orders", "products")
    assert shop.stock("LAMP") == (17, 33, 30)
    assert len(shop.conflicts(field="stock")) == 1

    shop.answer("products", "stock", answer)
    shop.settle("products", "orders")

    assert shop.stock("LAMP")[::2] == (stock, stock)
