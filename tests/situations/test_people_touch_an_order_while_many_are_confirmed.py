"""Thirty paid orders are confirmed in calls of many. After they were read, and before the call, a person edits one of
them in Zoho and voids another: that one is told, and nobody's order is at rest with another total."""

import pytest

from tests.situations.shop import Shop


@pytest.mark.parametrize("neutral", [True, False])
@pytest.mark.parametrize("lost", ["", "answer"])
def test_people_touch_an_order_while_many_are_confirmed(shop: Shop, neutral: bool, lost: str) -> None:
    shop.world.zoho.switches.neutral_words = neutral
    shop.both("LAMP", stock=900)
    shop.sync()
    orders = [shop.order(("LAMP", 2), status="O") for _ in range(30)]
    shop.settle("orders")
    for order in orders:
        shop.set_status(order, "P")
    sales = {order: str(shop.sale(order)["salesorder_id"]) for order in orders}  # type: ignore[index]
    edited, voided = orders[0], orders[12]

    def people() -> None:
        shop.world.zoho.edit_salesorder(sales[edited], lines=[(shop._item_id("LAMP"), 7, 10)])
        shop.world.zoho.void(sales[voided])

    shop.meanwhile("GET", f"/salesorders/{sales[orders[24]]}", people)
    if lost:
        shop.lose_answer("POST", "/status/confirmed")
    for _ in range(6):
        shop.sync("orders")

    state, reason = shop.told("orders", cscart=edited)
    assert (state in ("conflict", "held"), bool(reason)) == (True, True)
    assert shop.world.zoho.salesorder(sales[voided])["status"] == "void"
    for order in orders:
        sale = shop.world.zoho.salesorder(sales[order])
        if order not in (edited, voided):
            assert (sale["status"], sale["total"]) == ("confirmed", float(shop.total(order)))
