"""Zoho refuses every new item for one reason, here an account that the organisation wants to be named. A few items find
it out, one notice tells it, and once Zoho takes one of them all go. What a person corrects goes at once."""

import pytest

from cscart_zoho.jobs.situation import concerns
from tests.situations.shop import Shop

MANY = 30


@pytest.fixture
def refused(shop: Shop) -> Shop:
    for n in range(MANY):
        shop.product(f"P-{n}", stock=0)
    shop.world.zoho.switches.inventory_account_required = True
    shop.sync("products")
    return shop


def test_a_few_items_find_it_out_and_one_notice_tells_it(refused: Shop) -> None:
    assert refused.world.zoho.item_count == 0
    assert refused.called("POST", "/items") <= 12
    assert refused.store is not None
    told = concerns(refused.store, refused.store.zoho)
    assert [each.text.startswith(f"{MANY} products of CS-Cart: Zoho refuses products") for each in told].count(
        True
    ) == 1
    assert not [each for each in told if each.key == "failed:products:cscart"]


def test_in_a_day_it_is_tried_seldom_and_then_all_go(refused: Shop) -> None:
    refused.forget_calls()
    for _ in range(24):
        refused.sync("products")
    assert refused.called("POST", "/items") <= 6
    refused.world.zoho.switches.inventory_account_required = False
    for _ in range(24):
        refused.sync("products")
    assert refused.world.zoho.item_count == MANY


def test_one_that_is_edited_is_tried_at_the_next_run(refused: Shop) -> None:
    refused.forget_calls()
    refused.sync("products", hours=0.2)
    assert refused.called("POST", "/items") == 0
    refused.world.cscart.edit_product(refused._product_id("P-7"), product="Another name")
    refused.world.zoho.switches.inventory_account_required = False
    refused.sync("products", hours=0.2)
    assert [row["sku"] for row in refused.world.zoho.items().values()] == ["P-7"]
