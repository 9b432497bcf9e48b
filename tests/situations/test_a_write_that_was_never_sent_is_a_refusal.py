"""What is refused before anything goes out has a reason and is over: nobody looks for it, and stock does not wait."""

from collections.abc import Callable
from typing import Any

import pytest

from cscart_zoho.cscart.products import CsCartProducts
from cscart_zoho.store.models import Intent, Step
from cscart_zoho.zoho.salesorders import ZohoSalesOrders
from tests.situations.shop import Shop


def open_writes() -> int:
    return Intent.objects.filter(closed_at=None).count()


def no_way_to_pay(shop: Shop) -> None:
    shop.world.cscart.tables["payments"].rows.clear()


def redirected(shop: Shop) -> None:
    shop.redirected.append(("POST", "/orders"))


def unconnected(shop: Shop) -> None:
    shop.unconnected.append(("POST", "/orders"))


@pytest.mark.parametrize(
    ("obstacle", "why"),
    [
        (no_way_to_pay, "no active way of payment"),
        (redirected, "sends elsewhere (HTTP 301, to https://elsewhere.example.com/), so nothing was done"),
        (unconnected, "cannot be reached"),
    ],
)
def test_a_sales_order_that_never_left_is_refused_and_the_stock_of_its_goods_goes_on(
    shop: Shop, obstacle: Callable[[Shop], None], why: str
) -> None:
    if obstacle is no_way_to_pay:
        obstacle(shop)
    shop.both("LAMP", 5)
    shop.sync("products", "customers", "orders")
    if obstacle is not no_way_to_pay:
        obstacle(shop)
    sale = shop.sell_order(shop.contact("Ann Example", "ann@example.com"), ("LAMP", 1), confirmed=False)
    shop.sync("orders")
    run = shop.runs[-1]
    assert why in shop.told("orders", zoho=sale)[1]
    assert "no clear answer" not in run.message
    assert open_writes() == 0
    assert not Step.objects.filter(state="unknown").exists()
    shop.count_in_zoho("LAMP", 4)
    shop.sync("products", hours=0.01)
    assert shop.stock("LAMP") == (9, 9, 9), "no stock waits for a write that never was"


@pytest.mark.parametrize("way", ["redirected", "unconnected"])
@pytest.mark.parametrize("call", [("PUT", "/products/"), ("PUT", "/items/"), ("POST", "/inventoryadjustments")])
def test_an_edit_or_a_movement_that_never_left_is_sent_by_the_next_run(
    shop: Shop, way: str, call: tuple[str, str]
) -> None:
    shop.both("LAMP", 5)
    shop.sync("products")
    shop.hours(0.1)
    if call[1] == "/items/":
        shop.world.cscart.edit_product(shop._product_id("LAMP"), product="Another name")
    elif call[1] == "/products/":
        shop.count_in_zoho("LAMP", 4)
    else:
        shop.set_stock("LAMP", 9)
    getattr(shop, way).append(call)
    shop.sync("products", hours=0.01)
    assert open_writes() == 0
    assert "no clear answer" not in shop.runs[-1].message
    assert shop.runs[-1].counts["failed"] == 1
    shop.sync("products", hours=24)
    assert shop.stock("LAMP")[0] == (5 if call[1] == "/items/" else 9)
    assert shop.stock("LAMP")[1] == (5 if call[1] == "/items/" else 9)
    shop.settle("products")


@pytest.mark.parametrize("broken", [(CsCartProducts, "update"), (ZohoSalesOrders, "create")])
def test_an_error_of_ours_before_anything_was_sent_leaves_no_write_to_look_for(
    shop: Shop, broken: tuple[type[Any], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.user()
    shop.both("LAMP", 5)
    shop.sync("products", "customers", "orders")

    def fails(*given: Any) -> None:
        raise KeyError("a body that cannot be made")

    with monkeypatch.context() as patched:
        patched.setattr(*broken, fails)
        shop.order(("LAMP", 1))
        shop.count_in_zoho("LAMP", 3)
        shop.sync("orders", "products")
        assert open_writes() == 0
    assert Step.objects.filter(state="failed", message__contains="An error inside the connector (KeyError)").exists()
    shop.sync("orders", "products", hours=24)
    shop.settle("orders", "products")
    assert shop.stock("LAMP")[0] == shop.stock("LAMP")[2] == 7
