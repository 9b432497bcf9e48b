"""One SKU is typed on a Mac (its é is two signs) and on Windows (one sign), or was copied with a space that does not
break or a sign without width: the two are one. What looks different is held with both spellings."""

import unicodedata

import pytest

from tests.situations.shop import Shop

CAFE = unicodedata.normalize("NFC", "Café-1")


def state(shop: Shop, product: int) -> tuple[str, str]:
    return shop.told("products", cscart=product)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (CAFE, unicodedata.normalize("NFD", CAFE)),
        (unicodedata.normalize("NFD", CAFE), CAFE),
        ("L 0", "L\u00a00"),
        ("L-0", "L-0\u200b"),
        ("\ufeffL-0", "L-0"),
    ],
)
def test_spellings_that_nobody_can_see_are_one_sku(shop: Shop, here: str, there: str) -> None:
    product = shop.product(here, stock=5, product="Lamp")
    shop.item(there, stock=5, name="Lamp")
    shop.sync("products")
    shop.settle("products")
    assert (shop.world.zoho.item_count, len(shop.world.cscart.products())) == (1, 1)
    assert state(shop, product)[0] == "synced"
    assert shop.adjustments() == []
    before = shop.writes()
    shop.sync("products", hours=24)
    assert shop.writes() == before, "each side keeps its own spelling"


@pytest.mark.parametrize(("here", "there"), [("L-0", "Ｌ-0"), ("x²", "x2")])
def test_spellings_that_look_different_are_held_with_both(shop: Shop, here: str, there: str) -> None:
    product = shop.product(here, stock=5, product="Lamp")
    item = shop.item(there, stock=5, name="Lamp, Zoho's")
    shop.sync("products")
    right = (
        f'SKU "{here}" and Zoho\'s "{there}" ({item}) differ only in how it is written. '
        "Write them alike if they are the same."
    )
    assert state(shop, product) == ("held", right)
    assert (shop.world.zoho.item_count, len(shop.world.cscart.products())) == (1, 1)


def test_two_products_of_one_side_whose_skus_nobody_can_tell_apart_are_held(shop: Shop) -> None:
    product = shop.product(CAFE, product="One")
    other = shop.product(unicodedata.normalize("NFD", CAFE), product="Two")
    shop.sync("products")
    assert state(shop, product)[0] == state(shop, other)[0] == "held"
    assert f"is also used by CS-Cart {other}" in state(shop, product)[1]
    assert shop.world.zoho.item_count == 0


def test_a_chosen_product_finds_its_item_in_the_other_spelling(shop: Shop) -> None:
    shop.both("CHAIR", stock=1)
    shop.sync("products")
    product = shop.product(CAFE, stock=5, product="Lamp")
    shop.item(unicodedata.normalize("NFD", CAFE), stock=5, name="Lamp")
    shop.sync("products", only="ids", cscart_ids=(str(product),))
    assert shop.world.zoho.item_count == 2
    assert state(shop, product)[0] == "synced"
