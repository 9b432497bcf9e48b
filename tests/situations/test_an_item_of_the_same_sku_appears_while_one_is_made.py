"""A product of the store goes to Zoho, and at that very moment a person enters an item with its SKU. An organisation
may refuse the second one, or take it: then both are named, and nothing is guessed."""

import pytest

from cscart_zoho.store.models import Step
from tests.situations.shop import Shop


@pytest.mark.parametrize("unique", [True, False])
def test_an_item_of_the_same_sku_appears_while_one_is_made(shop: Shop, unique: bool) -> None:
    shop.world.zoho.switches.unique_skus = unique
    product = shop.product("LAMP", stock=5)
    shop.product("VASE", stock=5)
    shop.connect()

    def enter_it() -> None:
        """Once the first new item was made, and before the second one."""
        if Step.objects.filter(kind="create", state="planned", cscart_id=str(product)).exists():
            shop.item("LAMP", name="Our lamp")

    shop.meanwhile("GET", "/products", lambda: shop.meanwhile("GET", "/products", enter_it))
    shop.sync("products")
    shop.sync("products", hours=25)
    rows = shop.world.zoho.items()
    lamps = [id for id, row in rows.items() if row["sku"] == "LAMP"]
    assert shop.told("products", cscart=product) == ("synced", "")
    if unique:
        (lamp,) = lamps
        assert shop.told("products", zoho=lamp) == ("synced", "")
        return
    theirs, ours = sorted(lamps, key=lambda id: rows[id]["name"] != "Our lamp")
    assert shop.told("products", zoho=ours) == ("synced", "")
    state, why = shop.told("products", zoho=theirs)
    assert state == "held"
    assert "is also used by Zoho" in why
