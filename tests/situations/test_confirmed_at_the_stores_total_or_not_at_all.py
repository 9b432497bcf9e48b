"""A paid order is confirmed in Zoho at the store's total, or not at all: whether its document is at rest, held, in
conflict, or edited by somebody in the very moment."""

from decimal import Decimal

import pytest

from cscart_zoho.store.models import Conflict
from tests.situations.shop import Shop


@pytest.fixture
def draft(shop: Shop) -> int:
    """An open order of one lamp, a draft in Zoho; its id."""
    shop.both("L-1", stock=50)
    shop.user()
    shop.sync()
    order = shop.order(("L-1", 1), status="O")
    shop.sync("orders", "orders")
    assert status(shop, order) == "draft"
    return order


def status(shop: Shop, order: int) -> str:
    sale = shop.sale(order)
    assert sale is not None
    return str(sale["status"])


def totals(shop: Shop, order: int) -> tuple[Decimal, Decimal]:
    sale = shop.sale(order)
    assert sale is not None
    return shop.total(order), Decimal(str(sale["total"]))


def test_the_store_added_a_product_that_zoho_does_not_have(shop: Shop, draft: int) -> None:
    new = shop.product("NEW", stock=5, price="50.00")
    shop.world.cscart.edit_order(draft, lines=[(1, 1), (new, 1)])
    shop.set_status(draft, "P")
    shop.sync("orders", "orders", "orders")
    assert status(shop, draft) == "draft"
    state, reason = shop.told("orders", cscart=draft)
    assert state == "held"
    assert '"NEW" is not linked' in reason
    assert "totals differ" in reason

    shop.settle("products", "orders")  # the item is made, and the order follows
    assert status(shop, draft) == "confirmed"
    assert len({*totals(shop, draft)}) == 1


def test_both_sides_have_edited_it(shop: Shop, draft: int) -> None:
    sale = shop.sale(draft)
    assert sale is not None
    shop.world.cscart.edit_order(draft, lines=[(1, 3)])
    shop.world.zoho.edit_salesorder(sale["salesorder_id"], lines=[(shop._item_id("L-1"), 2, 10)])
    shop.set_status(draft, "P")
    shop.sync("orders", "orders", "orders")
    assert status(shop, draft) == "draft"
    assert shop.told("orders", cscart=draft)[0] == "conflict"

    Conflict.objects.filter(entity="orders", field="document").update(answer="cscart")
    shop.settle("orders")
    assert status(shop, draft) == "confirmed"
    assert len({*totals(shop, draft)}) == 1


def test_a_person_has_edited_the_draft(shop: Shop, draft: int) -> None:
    sale = shop.sale(draft)
    assert sale is not None
    shop.world.zoho.edit_salesorder(sale["salesorder_id"], lines=[(shop._item_id("L-1"), 2, 10)])
    shop.set_status(draft, "P")
    shop.sync("orders", "orders", "orders")
    assert status(shop, draft) == "draft"
    assert shop.told("orders", cscart=draft)[0] == "conflict"


def test_an_edit_of_both_addresses_is_a_question_and_keeps_no_money_back(shop: Shop, draft: int) -> None:
    sale = shop.sale(draft)
    assert sale is not None
    shop.world.cscart.edit_order(draft, notes="Ring twice")
    shop.world.zoho.edit_salesorder(sale["salesorder_id"], notes="Rings loudly")
    shop.set_status(draft, "P")
    shop.sync("orders", "orders")
    assert status(shop, draft) == "confirmed"
    assert len({*totals(shop, draft)}) == 1


@pytest.mark.parametrize("others", [0, 3])
def test_the_store_edits_it_between_the_look_and_the_confirmation(shop: Shop, draft: int, others: int) -> None:
    sale = shop.sale(draft)
    assert sale is not None
    shop.set_status(draft, "P")
    for _ in range(others):
        shop.order(("L-1", 2))
    read = f"/salesorders/{sale['salesorder_id']}"
    shop.meanwhile("GET", read, lambda: shop.world.cscart.edit_order(draft, lines=[(1, 4)]))
    shop.sync("orders")
    assert status(shop, draft) == "draft"
    shop.settle("orders")
    assert status(shop, draft) == "confirmed"
    assert len({*totals(shop, draft)}) == 1


def test_the_order_is_deleted_in_the_store_between_the_look_and_the_confirmation(shop: Shop, draft: int) -> None:
    sale = shop.sale(draft)
    assert sale is not None
    shop.set_status(draft, "P")
    read = f"/salesorders/{sale['salesorder_id']}"
    shop.meanwhile("GET", read, lambda: shop.world.cscart.delete_order(draft))
    shop.sync("orders")
    shop.sync("orders")
    rows = shop.world.zoho.salesorders().values()
    assert [row["status"] for row in rows] == ["draft"]
