"""A store that answers as an older one does, or as nobody has settled: each behaviour that stores differ in, in the
position that 4.20 does not have."""

from typing import Any

import pytest

from cscart_zoho.store.models import Observation
from cscart_zoho_sim.world import World
from tests.pace import first
from tests.situations.shop import Shop, opened

#: Read in the code of older releases.
OLDER: dict[str, Any] = {
    "form_bodies": False,
    "orders_updated_at": False,
    "strict_names": False,
    "unknown_user_is_a_list": False,
    "user_put_keeps_shipping": False,
    "user_type_needed": False,
    "version_entity": False,
}


def set_back(shop: Shop, *names: str) -> None:
    """These behaviours are those of an older release. What came with one release goes with one."""
    for name in names:
        setattr(shop.world.cscart.switches, name, OLDER[name])
    if "user_put_keeps_shipping" in names:
        shop.world.cscart.switches.unknown_user_is_a_list = False


def contact_of(shop: Shop, email: str) -> str:
    return next(id for id, row in shop.world.zoho.contacts().items() if row["email"] == email)


def user_of(shop: Shop, email: str) -> dict[str, Any]:
    return next(row for row in shop.world.cscart.users().values() if row["email"] == email)


def new_phone(shop: Shop, email: str, phone: str) -> None:
    """A person enters another telephone number of a customer in Zoho."""
    id = contact_of(shop, email)
    person = shop.world.zoho.contacts()[id]["contact_persons"][0]
    shop.world.zoho.edit_contact(id, contact_persons=[{**person, "phone": phone}])


@pytest.mark.parametrize("names", [tuple(OLDER), *first(0, [(name,) for name in OLDER])], ids=" ".join)
def test_a_day_of_an_older_store(shop: Shop, names: tuple[str, ...]) -> None:
    """New, changed and deleted records of every kind and both ways; then both sides are at rest, and equal."""
    set_back(shop, *names)
    shop.both("LAMP", stock=20)
    ann = shop.user("ann@example.com", phone="+1 555 0100")
    shop.sync()
    first_order = shop.order(("LAMP", 2), user=ann)
    zoe = shop.contact("Zoe Example", "zoe@example.com")
    shop.world.zoho.edit_contact(zoe, shipping_address={"address": "1 Main St", "city": "Salem"})
    sale = shop.sell_order(zoe, ("LAMP", 1), confirmed=True)
    shop.sync("customers", "orders", "products")

    shop.edit_order(first_order, ("LAMP", 3))
    shop.world.cscart.edit_user(ann, phone="+1 555 0199")
    new_phone(shop, "zoe@example.com", "+1 555 0111")
    bob = shop.user("bob@example.com", firstname="Bob")
    shop.sync("customers", "orders", "products")
    shop.world.cscart.delete_user(bob)
    shop.settle("customers", "orders", "products")

    assert shop.sold(first_order) == [("LAMP", "", 3, 10.0)]
    assert shop.told("orders", zoho=sale) == ("synced", "")
    assert shop.stock("LAMP") == (16, 20, 16)
    (person,) = shop.world.zoho.contacts()[contact_of(shop, "ann@example.com")]["contact_persons"]
    assert person["phone"] == "+1 555 0199"
    assert user_of(shop, "zoe@example.com")["phone"] == "+1 555 0111"
    assert Observation.objects.filter(state="failed").count() == 0
    assert Observation.objects.filter(entity="customers", side="cscart", gone_at=None).count() == 2


# The shipping address


def test_a_change_in_zoho_leaves_the_shipping_address_that_went_over(shop: Shop) -> None:
    set_back(shop, "user_put_keeps_shipping")
    zoe = shop.contact("Zoe Example", "zoe@example.com")
    shop.world.zoho.edit_contact(zoe, shipping_address={"address": "1 Main St", "city": "Salem", "country": "U.S.A."})
    shop.sync("customers")
    assert user_of(shop, "zoe@example.com")["s_address"] == "1 Main St"
    new_phone(shop, "zoe@example.com", "+1 555 0111")
    shop.sync("customers")
    row = user_of(shop, "zoe@example.com")
    assert (row["phone"], row["s_address"], row["s_city"], row["s_country"]) == (
        "+1 555 0111",
        "1 Main St",
        "Salem",
        "US",
    )


@pytest.mark.parametrize("addon", [False, True])
def test_a_shipping_address_that_the_store_does_not_tell_is_not_lost(shop: Shop, addon: bool) -> None:
    """Without the store add-on nobody knows the address that a change would blank: so nothing is written."""
    set_back(shop, "user_put_keeps_shipping")
    shop.world.cscart.switches.addon = addon
    ann = shop.user("ann@example.com", s_address="5 Elm St", s_city="Dover", s_country="GB")
    shop.sync("customers")
    new_phone(shop, "ann@example.com", "+1 555 0111")
    shop.sync("customers")
    row = shop.world.cscart.users()[ann]
    assert (row["s_address"], row["s_city"], row["s_country"]) == ("5 Elm St", "Dover", "GB")
    assert row["phone"] == ("+1 555 0111" if addon else "")
    state, why = shop.told("customers", cscart=ann)
    assert state == ("synced" if addon else "held")
    assert ("shipping address" in why) is not addon


def test_the_store_page_says_which_release_it_cannot_be(shop: Shop) -> None:
    set_back(shop, "version_entity")
    assert shop.connect().capabilities["release"] == "before 4.20.1"


# Variations


@pytest.mark.parametrize("bumps", [False, True])
def test_a_name_that_spreads_to_variations_reaches_their_items(shop: Shop, bumps: bool) -> None:
    """Whether the time stamps of the variations move with it is not settled: at the latest the daily look finds it."""
    shop.world.cscart.switches.parent_bumps_variations = bumps
    shop.world.zoho.organisation.preferences.duplicate_item_names = True
    shop.both("S", stock=3)
    parent = shop.world.cscart.catalogue.products.rows[1]
    variation = {"product_code": "S-RED", "product_type": "V", "parent_product_id": "1"}
    shop.world.cscart.catalogue.products.put(2, {**parent, **variation})
    shop.item("S-RED", stock=3, name="Product S")
    shop.sync("products")

    shop.world.cscart.edit_product(1, product="Better shirt")
    shop.sync("products")
    assert names(shop) == {"S": "Better shirt", "S-RED": "Better shirt" if bumps else "Product S"}
    shop.sync("products", hours=25)
    assert names(shop) == {"S": "Better shirt", "S-RED": "Better shirt"}
    shop.settle("products")


def names(shop: Shop) -> dict[str, str]:
    return {row["sku"]: row["name"] for row in shop.world.zoho.items().values()}


# Editions


def test_a_day_of_a_marketplace(db: None) -> None:
    """There are vendors and no stores: users are of none, and orders are made without a store in the address."""
    with opened(Shop(World.empty(1))) as shop:
        shop.world.cscart.switches.vendors_are_stores = False
        shop.both("LAMP", stock=20)
        ann = shop.user("ann@example.com")
        shop.sync()
        assert shop.connect().capabilities["edition"] == "multivendor"
        order = shop.order(("LAMP", 2), user=ann)
        sale = shop.sell_order(shop.contact("Zoe Example", "zoe@example.com"), ("LAMP", 1), confirmed=True)
        shop.sync("customers", "orders", "products")
        assert user_of(shop, "zoe@example.com")["company_id"] == "0"
        new_phone(shop, "ann@example.com", "+1 555 0111")
        shop.settle("customers", "orders", "products")
        assert user_of(shop, "ann@example.com")["phone"] == "+1 555 0111"
        assert shop.sold(order) == [("LAMP", "", 2, 10.0)]
        assert shop.told("orders", zoho=sale) == ("synced", "")
        assert shop.stock("LAMP") == (17, 20, 17)
