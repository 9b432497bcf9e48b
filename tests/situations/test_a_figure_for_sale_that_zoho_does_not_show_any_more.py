"""Zoho renames or drops the figure "for sale", as it has done before.

What lies there is no answer: of it the pieces of confirmed orders are promised already. Stock stands still with a
sentence, everything else goes on, and stock goes on when the figure is back.
"""

import pytest

from cscart_zoho import app
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.store.models import ZohoOrganisation
from tests.situations.shop import Shop

KEY = "actual_available_for_sale_stock"


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Twenty lamps, five of them promised to a customer of Zoho."""
    shop.both("LAMP", stock=20)
    shop.both("VASE", stock=8)
    shop.world.zoho.commit_stock(shop._item_id("LAMP"), 5)
    shop.sync("products")
    shop.answer("products", "stock", "zoho")
    shop.settle("products")
    assert shop.stock("LAMP") == (15, 20, 15)
    return shop


def touch(shop: Shop, sku: str, name: str) -> None:
    shop.world.zoho.edit_item(shop._item_id(sku), name=name)


@pytest.mark.parametrize("how", ["renamed", "missing"])
def test_promised_pieces_are_not_put_on_sale(shop: Shop, how: str) -> None:
    shop.world.zoho.switches.figures_for_sale = how
    touch(shop, "LAMP", "A lamp")
    shop.count_in_zoho("VASE", 4)
    shop.settle("products")

    assert shop.stock("LAMP") == (15, 20, 15)
    assert shop.stock("VASE") == (8, 12, 12)


def test_the_merchant_is_told_what_is_gone_since_when_and_what_to_do(shop: Shop) -> None:
    shop.world.zoho.switches.figures_for_sale = "renamed"
    touch(shop, "LAMP", "A lamp")
    shop.sync("products")

    state, reason = shop.told("products", zoho=shop._item_id("LAMP"))
    assert state == "held"
    assert f'Zoho does not show the figure "{KEY}" since 2026-' in reason
    assert "under Settings" in reason
    (told,) = [each for each in concerns(shop.store, ZohoOrganisation.objects.get()) if each.key == "figure"]
    assert told.grave
    assert KEY in told.text


def test_other_fields_go_on_meanwhile(shop: Shop) -> None:
    shop.world.zoho.switches.figures_for_sale = "missing"
    shop.world.cscart.edit_product(shop._product_id("LAMP"), price="12.50")
    shop.settle("products")
    assert shop.world.zoho.item(shop._item_id("LAMP"))["rate"] == 12.5


def test_a_sale_of_the_store_is_not_booked_on_a_figure_that_is_not_known(shop: Shop) -> None:
    shop.world.zoho.switches.figures_for_sale = "missing"
    shop.sell("LAMP", 2)
    shop.sync("products")
    assert shop.adjustments() == []
    assert "does not show the figure" in shop.told("products", cscart=shop._product_id("LAMP"))[1]


def test_when_the_figure_is_back_stock_goes_on_where_it_was(shop: Shop) -> None:
    shop.world.zoho.switches.figures_for_sale = "missing"
    touch(shop, "LAMP", "A lamp")
    shop.sell("LAMP", 2)
    shop.settle("products")
    assert shop.stock("LAMP") == (13, 20, 15)

    shop.world.zoho.switches.figures_for_sale = "shown"
    shop.hours(24)
    shop.settle("products")

    assert shop.stock("LAMP") == (13, 18, 13)
    assert shop.told("products", zoho=shop._item_id("LAMP")) == ("synced", "")
    assert not [each for each in concerns(shop.store, ZohoOrganisation.objects.get()) if each.key == "figure"]


def test_one_item_that_lost_its_figure_stops_alone(shop: Shop) -> None:
    shop.world.zoho.switches.items_without_figures = {shop._item_id("LAMP")}
    touch(shop, "LAMP", "A lamp")
    shop.count_in_zoho("VASE", 4)
    shop.settle("products")

    assert shop.stock("LAMP") == (15, 20, 15)
    assert shop.stock("VASE") == (12, 12, 12)
    assert "for this item" in shop.told("products", zoho=shop._item_id("LAMP"))[1]


def test_connecting_again_does_not_forget_which_figure_it_was(shop: Shop) -> None:
    shop.world.zoho.switches.figures_for_sale = "missing"
    code = shop.world.zoho.self_client_code(app.scopes())
    app.connect_zoho(ZohoOrganisation.objects.get(), code=code, self_client=True)
    touch(shop, "LAMP", "A lamp")
    shop.settle("products")
    assert shop.stock("LAMP") == (15, 20, 15)
