"""The merchant keeps drafts until they are paid: a failed payment leaves the sales order a draft, a cancelled order is
void, and the payment that comes after all confirms the very same sales order."""

from cscart_zoho.mapping.order_choices import OrderChoices
from tests.situations.shop import Shop


def test_a_failed_payment_may_leave_the_draft(shop: Shop) -> None:
    shop.order_choices = OrderChoices(brake_percent=100, draft_until_paid=["F", "D"])
    shop.both("LAMP", stock=20)
    shop.sync()
    paid, cancelled = shop.order(("LAMP", 3), status="O"), shop.order(("LAMP", 2), status="O")
    shop.sync("orders")
    shop.set_status(paid, "F")
    shop.set_status(cancelled, "F")
    shop.settle("products", "orders")
    assert [sale["status"] for sale in shop.sales(paid)] == ["draft"]
    assert shop.told("orders", cscart=paid) == ("synced", "")
    assert shop.stock("LAMP") == (20, 20, 20)

    shop.set_status(paid, "P")
    shop.set_status(cancelled, "I")
    shop.settle("products", "orders")
    assert [sale["status"] for sale in shop.sales(paid)] == ["confirmed"]
    assert [sale["status"] for sale in shop.sales(cancelled)] == ["void"]
    assert shop.stock("LAMP") == (17, 20, 17)


def test_a_confirmed_sales_order_whose_payment_is_taken_back_is_void(shop: Shop) -> None:
    shop.order_choices = OrderChoices(brake_percent=100, draft_until_paid=["F", "D"])
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3))
    shop.settle("orders")
    shop.set_status(order, "D")
    shop.settle("products", "orders")
    assert [sale["status"] for sale in shop.sales(order)] == ["void"]
    assert shop.stock("LAMP") == (20, 20, 20)
