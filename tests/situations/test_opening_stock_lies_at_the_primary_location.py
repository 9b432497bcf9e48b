"""An organisation has several locations: new items get their opening stock at the primary one, whichever is listed
first, whichever was primary when Zoho was connected, and never at one that is closed."""

import pytest

from cscart_zoho.store.models import ZohoOrganisation
from tests.situations.shop import Shop


def lies(shop: Shop, sku: str, noun: str = "location") -> dict[str, int]:
    """What of an item lies where, by the name of the place."""
    item = shop.world.zoho.items()[shop._item_id(sku)]
    rows = item[f"{noun}s"]
    return {row[f"{noun}_name"]: row[f"{noun}_stock_on_hand"] for row in rows if row[f"{noun}_stock_on_hand"]}


def test_the_primary_location_is_not_the_first_of_the_list(shop: Shop) -> None:
    shop.world.zoho.add_location("Annex", first=True)
    shop.product("LAMP", stock=7)
    shop.sync("products")
    assert lies(shop, "LAMP") == {"Head Office": 7}


def test_a_closed_location_is_left_out(shop: Shop) -> None:
    zoho = shop.world.zoho
    head = zoho.organisation.location_id
    annex = zoho.add_location("Annex")
    zoho.make_primary(annex)
    zoho.set_location_status(head, "inactive")
    shop.product("LAMP", stock=7)
    shop.sync("products")
    assert lies(shop, "LAMP") == {"Annex": 7}
    told = ZohoOrganisation.objects.get().capabilities["locations"]
    assert [row["name"] for row in told] == ["Annex"]


def test_a_primary_location_that_moves_is_seen_the_next_day(shop: Shop) -> None:
    zoho = shop.world.zoho
    shop.both("CHAIR", stock=3)
    shop.sync("products")
    zoho.make_primary(zoho.add_location("New shop"))
    shop.product("LAMP", stock=7)
    shop.sync("products", hours=24)
    assert lies(shop, "LAMP") == {"New shop": 7}


def test_locations_that_are_switched_on_later_are_seen_the_next_day(shop: Shop) -> None:
    zoho = shop.world.zoho
    zoho.switches.locations_enabled = False
    shop.product("CHAIR", stock=3)
    shop.sync("products")
    assert lies(shop, "CHAIR") == {"Head Office": 3}
    zoho.switches.locations_enabled = True
    zoho.make_primary(zoho.add_location("New shop"))
    shop.product("LAMP", stock=7)
    shop.sync("products", hours=24)
    assert lies(shop, "LAMP") == {"New shop": 7}


def test_a_location_that_was_closed_meanwhile_holds_the_item_and_the_next_runs_make_it(shop: Shop) -> None:
    zoho = shop.world.zoho
    shop.both("CHAIR", stock=3)
    shop.sync("products")
    head = zoho.organisation.location_id
    zoho.make_primary(zoho.add_location("New shop"))
    zoho.set_location_status(head, "inactive")
    lamp = shop.product("LAMP", stock=7)
    shop.sync("products")
    assert shop.told("products", cscart=lamp)[0] == "failed"
    shop.sync("products", hours=2)
    shop.sync("products", hours=2)
    assert lies(shop, "LAMP") == {"New shop": 7}


@pytest.mark.parametrize("noun", ["location", "warehouse"])
def test_what_the_store_sells_is_taken_from_the_primary_place(shop: Shop, noun: str) -> None:
    shop.world.zoho.switches.warehouse_words = noun == "warehouse"
    shop.world.zoho.add_location("Annex", first=True)
    shop.product("LAMP", stock=7)
    shop.sync("products")
    shop.set_stock("LAMP", 5)
    shop.sync("products")
    assert lies(shop, "LAMP", noun) == {"Head Office": 5}
    assert shop.stock("LAMP") == (5, 5, 5)
