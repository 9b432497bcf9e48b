"""A payment is declined, so the sales order is void; then the shopper pays after all. Zoho cannot open a void sales
order again: the order gets a new one with a number of its own, and its pieces are taken in Zoho, once."""

import pytest

from tests.situations.shop import Shop, pieces


@pytest.mark.parametrize("failed", ["F", "D"])
def test_a_second_payment_gets_a_new_sales_order(shop: Shop, failed: str) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3), status="O")
    shop.sync("orders")
    shop.set_status(order, failed)
    shop.settle("products", "orders")
    assert [(sale["status"], sale["salesorder_number"]) for sale in shop.sales(order)] == [("void", f"CS-{order}")]
    assert shop.stock("LAMP") == (20, 20, 20)

    shop.set_status(order, "P")
    shop.settle("products", "orders")

    assert [(sale["status"], sale["salesorder_number"], pieces(sale)) for sale in shop.sales(order)] == [
        ("void", f"CS-{order}", {"LAMP": 3}),
        ("confirmed", f"CS-{order}-2", {"LAMP": 3}),
    ]
    assert shop.stock("LAMP") == (17, 20, 17)
    assert shop.told("orders", cscart=order) == ("synced", "")
    assert shop.adjustments() == []
    assert shop.conflicts("orders") == []


def test_the_third_one_follows_the_second(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3), status="O")
    for status in "OFOIP":
        if status != "O" or shop.world.cscart.order_of(order)["status"] != "O":
            shop.set_status(order, status)
        shop.settle("products", "orders")

    sales = [(sale["salesorder_number"], sale["status"]) for sale in shop.sales(order)]
    assert sales == [(f"CS-{order}", "void"), (f"CS-{order}-2", "void"), (f"CS-{order}-3", "confirmed")]
    assert shop.stock("LAMP") == (17, 20, 17)


def test_it_costs_a_few_calls(shop: Shop) -> None:
    """As docs/orders.md says: the void one read, its new number looked for, made; then confirmed as any other."""
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3), status="O")
    shop.sync("orders")
    shop.set_status(order, "F")
    shop.settle("orders")

    shop.set_status(order, "P")
    shop.forget_calls()
    shop.sync("orders")

    zoho = [(method, path.rsplit("/v1/", 1)[1]) for method, path in shop.calls if "/inventory/v1/" in path]
    void, new = (sale["salesorder_id"] for sale in shop.sales(order))
    assert zoho == [
        ("GET", "salesorders"),
        ("GET", f"salesorders/{void}"),
        ("GET", "salesorders"),
        ("POST", "salesorders"),
        ("GET", f"salesorders/{new}"),
        ("POST", f"salesorders/{new}/status/confirmed"),
    ]


def test_one_that_is_cancelled_again_with_other_lines_is_held_and_says_why(shop: Shop) -> None:
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3), status="O")
    shop.sync("orders")
    shop.set_status(order, "F")
    shop.settle("products", "orders")
    shop.set_status(order, "P")

    def a_person_thinks_again() -> None:
        shop.edit_order(order, ("LAMP", 2))
        shop.set_status(order, "F")

    shop.meanwhile("GET", "/salesorders", a_person_thinks_again)
    run = shop.sync("orders")

    (step,) = run.steps.filter(kind="create")
    assert step.state == "held"
    assert "Zoho takes no changes of a sales order that is void" in step.reason + step.message
    assert shop.told("orders", cscart=order)[0] == "held"
    assert [sale["status"] for sale in shop.sales(order)] == ["void"]
