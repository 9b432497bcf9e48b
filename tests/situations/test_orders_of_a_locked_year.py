"""The accountant has locked last year in Zoho, and forty old orders of the store are refused for it: one reason, found
out by a few of them, told once, and tried seldom. Orders of this year go all the while."""

import pytest

from cscart_zoho.jobs.situation import concerns
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.store.choices import save_order_choices
from tests.situations.shop import Shop

OLD = 40


@pytest.fixture
def locked(shop: Shop) -> list[int]:
    """Forty paid orders of the locked year, and three of this one; the ids of these."""
    shop.both("L-1", stock=500)
    user = shop.user()
    shop.sync("products", "customers")
    for _ in range(OLD):
        order = shop.world.cscart.place_order(user_id=user, lines=[(1, 1)])
        shop.world.cscart.desk.orders.rows[order].columns["timestamp"] = "1735689600"  # 2025-01-01
        shop.set_status(order, "P")
    shop.world.zoho.switches.locked_until = "2025-12-31"
    return [shop.order(("L-1", 1), user=user) for _ in range(3)]


def hourly(shop: Shop, hours: int) -> tuple[int, int]:
    """Runs of orders each hour: how many calls went to Zoho, and how many orders were tried there."""
    before, tried = shop.world.zoho.calls, shop.called("POST", "/salesorders")
    for _ in range(hours):
        shop.sync("orders")
    return shop.world.zoho.calls - before, shop.called("POST", "/salesorders") - tried


def test_one_reason_for_forty_orders_is_found_out_by_a_few_and_told_once(shop: Shop, locked: list[int]) -> None:
    _, tried = hourly(shop, 1)
    assert tried <= 12 + len(locked)
    for _ in range(2):
        shop.sync("orders")
    assert all(shop.sale(order)["status"] == "confirmed" for order in locked)  # type: ignore[index]
    assert shop.world.zoho.salesorder_count == len(locked)
    assert shop.store is not None
    told = [
        each for each in concerns(shop.store, shop.store.zoho) if "orders" in each.text and "schedule" not in each.key
    ]
    (notice,) = [each for each in told if each.key.startswith("alike:")]
    assert notice.text.startswith(f"{OLD} orders of CS-Cart: Zoho refuses orders for one reason")
    assert "orders.since" in notice.text
    assert not [each for each in told if each.key.startswith("failed:")]


@pytest.mark.parametrize("code", [36, 1001, 1002])
def test_whatever_code_zoho_has_for_it_a_few_find_it_out(shop: Shop, locked: list[int], code: int) -> None:
    """1001 is what Zoho says where a record is there already, 1002 where it is not: neither is so."""
    shop.world.zoho.switches.locked_code = code
    _, tried = hourly(shop, 1)
    assert tried <= 12 + len(locked)
    assert all(shop.sale(order) is not None for order in locked)
    _, tried = hourly(shop, 3)
    assert tried <= 3


def test_a_day_of_it_costs_few_calls_and_the_next_one_less(shop: Shop, locked: list[int]) -> None:
    first, _ = hourly(shop, 24)
    assert first <= 150  # two for each look, and some twelve tries
    second, tried = hourly(shop, 24)
    assert tried <= 3
    assert second <= 24 * 2 + 12


def test_once_the_period_is_open_all_of_them_go(shop: Shop, locked: list[int]) -> None:
    hourly(shop, 3)
    shop.world.zoho.switches.locked_until = ""
    hourly(shop, 30)
    sales = shop.world.zoho.salesorders().values()
    assert len(sales) == OLD + len(locked)
    assert {row["status"] for row in sales} == {"confirmed"}


def test_with_the_day_from_which_on_orders_are_synced_nothing_is_tried_or_told_any_more(
    shop: Shop, locked: list[int]
) -> None:
    hourly(shop, 1)
    assert shop.store is not None
    save_order_choices(shop.store, OrderChoices(brake_percent=100, since="2026-01-01"))
    _, tried = hourly(shop, 5)
    assert tried == 0
    assert not [each for each in concerns(shop.store, shop.store.zoho) if each.key.startswith(("alike:", "failed:"))]
