"""Items with serial numbers or batches, and items put together from others: their fields stay in step, their stock is
left alone on both sides and the list says why."""

import pytest

from tests.situations.shop import Shop

APART = {
    "track_serial_number": "Zoho keeps its pieces by serial numbers, which the store does not know",
    "track_batch_number": "Zoho keeps its pieces by batches, which the store does not know",
    "is_combo_product": "Zoho puts it together from other items",
}


@pytest.mark.parametrize("key", APART)
def test_their_stock_is_left_alone_and_the_rest_goes_on(shop: Shop, key: str) -> None:
    lamp = shop.product("LAMP", stock=7, price="10.00")
    shop.item("LAMP", stock=5, **{key: True})
    shop.both("CHAIR", stock=9)
    shop.sync("products")
    right = f"{APART[key]}, so its stock is not kept in step. Count it by hand on both sides."
    assert shop.told("products", cscart=lamp) == ("held", right)

    shop.world.cscart.edit_product(lamp, price="12.00", amount="6")
    shop.set_stock("CHAIR", 8)
    shop.sync("products")
    assert shop.world.zoho.items()[shop._item_id("LAMP")]["rate"] == 12
    assert shop.stock("LAMP")[:2] == (6, 5)
    assert shop.stock("CHAIR") == (8, 8, 8), "others are not held up"
    assert shop.conflicts(field="stock") == []


def test_an_item_that_gets_serial_numbers_later_stops_to_move(shop: Shop) -> None:
    shop.both("LAMP", stock=7)
    shop.sync("products")
    shop.world.zoho.edit_item(shop._item_id("LAMP"), track_serial_number=True)
    shop.sync("products")
    shop.set_stock("LAMP", 4)
    shop.sync("products")
    assert shop.stock("LAMP")[:2] == (4, 7)
    assert shop.adjustments() == []
