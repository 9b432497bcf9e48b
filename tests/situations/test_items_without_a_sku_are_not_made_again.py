"""One side has names without SKUs, the other has the same products with SKUs: nothing is made beside what may be the
same thing, and the list says what to do. Once the SKU is there, the two are one."""

import pytest

from tests.situations.shop import Shop

ONE = "Zoho has an item of this name without SKU. If it is this one, give it the SKU L-0; else rename one."


def names(shop: Shop) -> list[tuple[str, str]]:
    return sorted((item["name"], item["sku"]) for item in shop.world.zoho.items().values())


def names_only(shop: Shop) -> None:
    shop.item("", stock=5, name="Lamp 0")


def in_store(shop: Shop) -> list[str]:
    return sorted(row["product_code"] for row in shop.world.cscart.products().values())


def test_items_that_have_names_only_are_not_made_again_with_opening_stock(shop: Shop) -> None:
    lamps = [shop.product(f"L-{n}", stock=5, product=f"Lamp {n}") for n in (0, 1)]
    for n in (0, 1):
        shop.item("", stock=5, name=f"Lamp {n}")
    shop.sync("products")
    assert names(shop) == [("Lamp 0", ""), ("Lamp 1", "")]
    assert in_store(shop) == ["L-0", "L-1"]
    assert shop.told("products", cscart=lamps[0]) == ("held", ONE)
    assert shop.told("products", cscart=lamps[1]) == ("held", ONE.replace("L-0", "L-1"))


@pytest.mark.parametrize("hours", [1, 24])
def test_an_item_that_is_given_the_sku_later_is_the_product(shop: Shop, hours: int) -> None:
    lamp = shop.product("L-0", stock=5, product="Lamp 0")
    item = shop.item("", stock=5, name="Lamp 0")
    shop.sync("products")
    shop.world.zoho.edit_item(item, sku="L-0")
    shop.sync("products", hours=hours)
    shop.settle("products")
    assert shop.told("products", cscart=lamp)[0] == "synced"
    assert names(shop) == [("Lamp 0", "L-0")]
    assert shop.stock("L-0") == (5, 5, 5)
    assert shop.adjustments() == []


def test_an_item_that_is_renamed_was_another_one(shop: Shop) -> None:
    shop.product("L-0", stock=5, product="Lamp 0")
    item = shop.item("", stock=3, name="Lamp 0")
    shop.sync("products")
    shop.world.zoho.edit_item(item, name="Lamp, old")
    shop.sync("products")
    assert names(shop) == [("Lamp 0", "L-0"), ("Lamp, old", "")]


def test_products_without_a_sku_hold_items_of_their_names(shop: Shop) -> None:
    shop.product("", stock=5, product="Lamp 0")
    item = shop.item("L-0", stock=5, name="Lamp 0")
    shop.sync("products")
    assert in_store(shop) == [""]
    right = "CS-Cart has a product of this name without SKU. If it is this one, give it the SKU L-0; else rename one."
    assert shop.told("products", zoho=item) == ("held", right)


@pytest.mark.parametrize("sku", [" ", "\u00a0", "\u200b", "\ufeff \u2060"])
def test_a_sku_of_blanks_or_of_signs_that_nobody_sees_is_none(shop: Shop, sku: str) -> None:
    lamp = shop.product(sku, stock=5, product="Lamp 0")
    item = shop.item("L-0", stock=5, name="lamp  0")
    shop.sync("products")
    assert shop.told("products", cscart=lamp)[1].startswith("It has no SKU.")
    assert shop.told("products", zoho=item)[0] == "held"
    assert shop.world.zoho.item_count == 1


def test_an_inactive_item_of_this_name_counts_as_well(shop: Shop) -> None:
    lamp = shop.product("L-0", stock=5, product="Lamp 0")
    shop.item("", stock=5, name="Lamp 0", status="inactive")
    shop.sync("products")
    assert shop.told("products", cscart=lamp) == ("held", ONE)


def test_several_items_of_this_name_are_counted(shop: Shop) -> None:
    shop.world.zoho.switches.unique_names = False
    lamp = shop.product("L-0", stock=5, product="Lamp 0")
    for _ in range(2):
        shop.item("", stock=5, name="Lamp 0")
    shop.sync("products")
    right = (
        "Zoho has 2 items of this name without SKU. If one of them is this one, give it the SKU L-0; else rename them."
    )
    assert shop.told("products", cscart=lamp) == ("held", right)
    assert shop.world.zoho.item_count == 2


def test_where_names_may_repeat_items_of_one_name_are_told_apart_by_their_skus(shop: Shop) -> None:
    shop.world.zoho.organisation.preferences.duplicate_item_names = True
    lamp = shop.product("L-0", stock=5, product="Lamp")
    shop.product("L-1", stock=6, product="Lamp")
    shop.item("L-1", stock=6, name="Lamp")
    shop.sync("products")
    assert names(shop) == [("Lamp", "L-0"), ("Lamp", "L-1")]
    assert shop.told("products", cscart=lamp)[0] == "synced"


def test_where_names_may_repeat_an_old_item_without_sku_still_holds(shop: Shop) -> None:
    item = shop.item("", stock=5, name="Lamp 0")
    shop.world.zoho.organisation.preferences.duplicate_item_names = True
    lamp = shop.product("L-0", stock=5, product="Lamp 0")
    shop.sync("products")
    assert shop.told("products", cscart=lamp) == ("held", ONE)
    assert shop.told("products", zoho=item)[0] == "held"


def test_a_name_that_another_sku_has_gets_the_sku_as_its_tail(shop: Shop) -> None:
    shop.product("L-0", stock=5, product="Lamp")
    shop.item("L-9", stock=3, name="Lamp")
    shop.sync("products")
    assert ("Lamp (L-0)", "L-0") in names(shop)


def test_an_item_without_sku_that_no_list_has_shown_yet_holds_all_the_same(shop: Shop) -> None:
    shop.both("CHAIR", stock=1)
    shop.sync("products")
    lamp = shop.product("L-0", stock=5, product="Lamp 0")
    shop.meanwhile("GET", "/items", lambda: names_only(shop))
    shop.sync("products")
    assert shop.told("products", cscart=lamp) == ("held", ONE)
    assert [sku for name, sku in names(shop) if name.startswith("Lamp")] == [""]
