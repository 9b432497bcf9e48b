"""The store's amounts are in euros and Zoho's in dollars. A price is never converted, and 10.00 EUR are not 10.00 USD:
no price goes over, no product is made with a wrong one, and stock goes on."""

import msgspec

from cscart_zoho.mapping.choices import Owner
from cscart_zoho.store.choices import save_choices
from tests.situations.shop import Shop


def in_euros(shop: Shop) -> None:
    shop.world.cscart.desk.checkout.currency = "EUR"
    shop.both("A", 50)
    shop.product("B", 1, "20.00")
    shop.item("C", 1)


def test_no_price_goes_over_and_stock_does(shop: Shop) -> None:
    in_euros(shop)
    shop.sync("products")
    shop.world.cscart.edit_product(shop._product_id("A"), price="9.20")
    shop.set_stock("A", 40)
    shop.settle("products")
    assert shop.world.zoho.items()[shop._item_id("A")]["rate"] == 10.0
    assert shop.stock("A") == (40, 40, 40)
    assert len(shop.world.zoho.items()) == len(shop.world.cscart.products()) == 2
    for told in ({"cscart": shop._product_id("A")}, {"cscart": shop._product_id("B")}, {"zoho": shop._item_id("C")}):
        state, reason = shop.told("products", **told)
        assert state == "held"
        assert "prices are in EUR, and Zoho's are in USD" in reason
        assert "owners.price" in reason


def test_where_prices_are_not_synced_items_are_made_without_one(shop: Shop) -> None:
    """A product of the store would be for sale for nothing: that one waits."""
    in_euros(shop)
    owners = {**shop.product_choices.owners, "price": Owner.NOBODY}
    shop.product_choices = msgspec.structs.replace(shop.product_choices, owners=owners)
    shop.sync("products")
    shop.world.cscart.edit_product(shop._product_id("A"), price="9.20")
    shop.settle("products")
    assert shop.told("products", cscart=shop._product_id("A")) == ("synced", "")
    assert shop.told("products", cscart=shop._product_id("B")) == ("synced", "")
    assert not shop.world.zoho.items()[shop._item_id("B")]["rate"]
    assert len(shop.world.cscart.products()) == 2
    assert "prices are in EUR" in shop.told("products", zoho=shop._item_id("C"))[1]


def test_it_ends_with_the_difference(shop: Shop) -> None:
    in_euros(shop)
    shop.sync("products")
    shop.world.cscart.desk.checkout.currency = "USD"
    assert shop.store is not None
    shop.store.refresh_from_db()
    shop.store.capabilities = {**shop.store.capabilities, "currency": "USD"}
    shop.store.save()
    save_choices(shop.store, shop.product_choices)
    shop.settle("products")
    assert len(shop.world.zoho.items()) == len(shop.world.cscart.products()) == 3
