"""The answer to the second sales order is lost, or the call never arrives: it is looked for by its own number, found or
made, and never there twice. A ledger that has forgotten everything pairs the order with the one that lives."""

import pytest

from cscart_zoho.store.models import Cursor, Link, Observation
from tests.situations.shop import Shop


def come_back(shop: Shop) -> int:
    """An order whose payment failed, and that is paid now."""
    shop.both("LAMP", stock=20)
    shop.sync()
    order = shop.order(("LAMP", 3), status="O")
    shop.sync("orders")
    shop.set_status(order, "F")
    shop.settle("orders")
    shop.set_status(order, "P")
    return order


@pytest.mark.parametrize("way", ["lose_call", "lose_answer"])
def test_a_new_sales_order_is_made_once(shop: Shop, way: str) -> None:
    order = come_back(shop)
    getattr(shop, way)("POST", "/salesorders")
    shop.sync("orders")
    shop.settle("products", "orders")

    sales = [(sale["salesorder_number"], sale["status"]) for sale in shop.sales(order)]
    assert sales == [(f"CS-{order}", "void"), (f"CS-{order}-2", "confirmed")]
    assert shop.stock("LAMP") == (17, 20, 17)
    assert shop.told("orders", cscart=order) == ("synced", "")


def test_a_ledger_that_begins_anew_pairs_with_the_one_that_lives(shop: Shop) -> None:
    order = come_back(shop)
    shop.settle("orders")
    Link.objects.filter(entity="orders").delete()
    Observation.objects.filter(entity="orders").delete()
    Cursor.objects.filter(entity="orders").delete()
    shop.settle("orders")

    (live,) = [sale for sale in shop.sales(order) if sale["status"] == "confirmed"]
    assert Link.objects.get(entity="orders", cscart_id=str(order)).zoho_id == live["salesorder_id"]
    assert len(shop.sales(order)) == 2
    (void,) = [sale for sale in shop.sales(order) if sale["status"] == "void"]
    assert shop.told("orders", zoho=void["salesorder_id"]) == ("not_synced", "It is void in Zoho.")
    assert shop.why(order) == ""
