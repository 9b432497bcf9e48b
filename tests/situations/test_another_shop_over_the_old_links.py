"""The connection points to another shop than the one that links were made with: or to the same, told in another way."""

from collections.abc import Callable
from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.errors import WrongSetting
from cscart_zoho_sim.cscart import CsCart
from tests.pace import first
from tests.situations.elsewhere import everything, links, present, try_sync
from tests.situations.shop import Shop

#: What a person enters: address, e-mail, key.
Entered = tuple[str, str, str]


def filled(shop: Shop, products: int = 4) -> None:
    for number in range(products):
        shop.both(f"S-{number}", 5)
    shop.user("ann@example.com")
    shop.order(("S-0", 1))
    shop.sync()
    shop.sync()


def connect(shop: Shop, entered: Entered, **how: Any) -> str:
    store = present()
    store.url, store.email, store.api_key = entered
    told = app.connect_store(store, **how)
    shop.store = present()
    return told


def own(shop: Shop) -> Entered:
    store = shop.world.cscart
    return store.url, store.email, store.api_key


def another_shop(shop: Shop) -> Entered:
    """Its products have the same numbers, and are others."""
    other = shop.world.add_store("https://second.example.com")
    for number in range(6):
        other.add_product(product_code=f"T-{number}", product=f"Other {number}", amount="9")
    return other.url, other.email, other.api_key


def another_storefront(shop: Shop) -> Entered:
    store = shop.world.cscart
    company = store.add_company("Second storefront")
    store.add_product(product_code="T-1", product="Other", company_id=company)
    return store.url, "second@example.com", store.add_administrator("second@example.com", company)


def another_path(shop: Shop) -> Entered:
    other = shop.world.add_store("https://second.example.com/shop")
    other.add_product(product_code="T-1", product="Other")
    return other.url, other.email, other.api_key


def another_edition(shop: Shop) -> Entered:
    """The same address, behind which a marketplace is now."""
    store = shop.world.cscart
    store.edition = "multivendor"
    store.switches.vendors_are_stores = False
    return own(shop)


Another = Callable[[Shop], Entered]
OTHERS = (another_shop, another_storefront, another_edition, another_path)


@pytest.mark.parametrize("another", first(3, OTHERS))
def test_nothing_is_synced_over_the_old_links(shop: Shop, another: Another) -> None:
    filled(shop)
    ours = own(shop)
    entered = another(shop)
    known, before = links(), everything(shop)
    told = connect(shop, entered)
    assert "Nothing is synced" in told
    for run in try_sync(shop):
        assert run.state == "failed"
        assert entered[0] in run.message
        assert "start-anew" in run.message
    assert everything(shop) == before
    assert links() == known
    shop.world.cscart.switches.vendors_are_stores = True
    assert connect(shop, ours) == ""
    shop.settle()
    assert links() >= known
    assert shop.world.cscart.users() == before["users"][0]
    assert {row["status"] for row in shop.world.cscart.products().values()} == {"A"}
    assert {row["status"] for row in shop.world.zoho.items().values()} == {"active"}


@pytest.mark.parametrize("another", [another_shop, another_storefront])
def test_whoever_starts_anew_pairs_anew_and_finds_the_old_links_again(shop: Shop, another: Another) -> None:
    filled(shop)
    known, ours = links(), own(shop)
    entered = another(shop)
    connect(shop, entered)
    told = app.start_anew(present())
    assert f"{len(known)} links" in told
    assert links() == set()
    try_sync(shop, "products", "customers", "orders")
    anew = links()
    assert {entity for entity, *_ in anew} >= {"products"}
    assert "orders" not in {entity for entity, *_ in anew}, "those of the first shop are none of this one"
    told = connect(shop, ours)
    assert f"{len(known)} links" in told
    assert links() == known
    shop.settle()
    assert links() >= known
    assert all(row["status"] == "A" for row in shop.world.cscart.products().values())
    assert all(row["status"] == "active" for row in shop.world.zoho.items().values())


def moved(shop: Shop) -> Entered:
    """The shop stands at another address, and nothing is left at the old one."""
    shop.world.cscart.url = "https://moved.example.com"
    return own(shop)


def by_http(shop: Shop) -> Entered:
    url, *rest = own(shop)
    return (f"{url}/", *rest)  # type: ignore[return-value]


def with_www(shop: Shop) -> Entered:
    shop.world.cscart.url = shop.world.cscart.url.replace("https://", "https://www.")
    return own(shop)


def another_administrator(shop: Shop) -> Entered:
    store = shop.world.cscart
    return store.url, "other@example.com", store.add_administrator("other@example.com")


def one_more_storefront(shop: Shop) -> Entered:
    """The key of somebody who sees our storefront among others, and another one first."""
    store = shop.world.cscart
    store.add_company("Second storefront")
    rows = store.tables["vendors"].rows
    rows.reverse()
    return own(shop)


SAME = (moved, by_http, with_www, another_administrator, one_more_storefront)


@pytest.mark.parametrize("same", SAME)
def test_the_same_shop_goes_on_without_a_question(shop: Shop, same: Another) -> None:
    filled(shop)
    known = links()
    assert connect(shop, same(shop)) == ""
    shop.settle()
    assert links() == known


def test_a_copy_for_trying_things_out_is_asked_about(shop: Shop) -> None:
    filled(shop)
    known = links()
    copy = shop.world.add_store("https://staging.example.com")
    for sku in ("S-0", "S-1", "S-2", "S-3"):
        copy.add_product(product_code=sku, product=f"Product {sku}", price="10.00", amount="5")
    copy.users_kept.rows.update(shop.world.cscart.users_kept.rows)
    told = connect(shop, (copy.url, copy.email, copy.api_key))
    assert "https://staging.example.com" in told
    assert {run.state for run in try_sync(shop)} == {"failed"}
    assert links() == known


def test_a_person_may_say_that_it_is_the_same_shop(shop: Shop) -> None:
    filled(shop)
    known = links()
    assert "Nothing is synced" in connect(shop, another_edition(shop))
    app.same_shop(present())
    assert {run.state for run in try_sync(shop, "products")} <= {"done", "attention"}
    assert links() == known


def test_nobody_may_say_that_another_shop_is_the_same(shop: Shop) -> None:
    filled(shop)
    known = links()
    entered = another_shop(shop)
    with pytest.raises(WrongSetting, match="is another shop"):
        connect(shop, entered, same_shop=True)
    assert present().url == shop.world.cscart.url
    connect(shop, entered)
    with pytest.raises(WrongSetting, match="none is there under its number"):
        app.same_shop(present())
    assert {run.state for run in try_sync(shop)} == {"failed"}
    assert links() == known


def test_orders_of_another_shop_get_numbers_of_their_own(shop: Shop) -> None:
    filled(shop)
    numbers = {row["salesorder_number"] for row in shop.world.zoho.salesorders().values()}
    connect(shop, another_shop(shop))
    told = app.start_anew(present())
    assert 'Orders get numbers that begin with "CS2-"' in told
    assert present().order_choices["prefix"] == "CS2-"
    other: CsCart = shop.world.other_stores[0]
    user = other.add_user(email="bob@example.com", firstname="Bob", lastname="Other")
    order = other.place_order(user_id=user, lines=[(1, 1)])
    other.set_order_status(order, "P")
    try_sync(shop)
    try_sync(shop)
    after = {row["salesorder_number"] for row in shop.world.zoho.salesorders().values()}
    assert after == numbers | {f"CS2-{order}"}


def test_an_organisation_and_a_shop_that_are_both_others_are_named_together(shop: Shop) -> None:
    from tests.situations.elsewhere import connect_organisation

    filled(shop)
    known = links()
    ours = own(shop)
    connect(shop, another_shop(shop))
    told = connect_organisation(shop, shop.world.add_organisation("Second Ltd"))
    assert "https://second.example.com" in told
    assert "Second Ltd" in told
    app.start_anew(present())
    assert links() == set()
    assert "Nothing is synced" in connect_organisation(shop, shop.world.zoho) or links() == set()
    connect(shop, ours)
    assert links() == known
    shop.settle()
    assert links() == known


def test_a_shop_that_does_not_answer_when_its_turn_comes_is_not_synced_by_the_facts_of_the_old_one(shop: Shop) -> None:
    filled(shop)
    connect(shop, another_shop(shop))
    shop.unconnected += [("GET", "/api")] * 50
    told = app.start_anew(present())
    assert "could not be read just now (CS-Cart cannot be reached: connection refused.) Test its connection" in told
    shop.unconnected.clear()
    before = everything(shop)
    assert {run.state for run in try_sync(shop)} == {"failed"}
    assert everything(shop) == before
    shop.store = present()
    assert app.connect_store(shop.store) == ""
    assert "taxes" in present().capabilities
    assert {run.state for run in try_sync(shop, "products")} <= {"done", "attention"}
    assert len(links()) >= 6


def test_what_settings_say_of_the_old_shop_is_not_true_of_another_one(shop: Shop) -> None:
    """A currency or a time zone that was typed in, a status letter or a profile field by its number."""
    filled(shop)
    store = present()
    own = {"to_zoho": {"P": "confirmed", "G": "confirmed"}, "to_cscart": {"confirmed": "P", "shipped": "G"}}
    store.order_choices = {**store.order_choices, "currency": "EUR", "time_zone": "Asia/Tokyo", **own}
    rows = {"Last_Name": {"column": "lastname"}, "Fax": {"column": "fields.41"}}
    store.customer_choices = {**store.customer_choices, "maps": {"contact": rows}}
    store.save(update_fields=["order_choices", "customer_choices"])
    ours = (shop.world.cscart.url, shop.world.cscart.email, shop.world.cscart.api_key)
    connect(shop, another_shop(shop))
    told = app.start_anew(present())
    assert "the currency, the ways to pay and to ship, the profile fields and the statuses of its own" in told
    order = present().order_choices
    assert (order["currency"], order["time_zone"]) == ("", "")
    assert (order["to_zoho"], order["to_cscart"]) == ({"P": "confirmed"}, {"confirmed": "P"})
    assert set(present().customer_choices["maps"]["contact"]) == {"Last_Name"}
    connect(shop, ours)
    assert present().order_choices["currency"] == "EUR"
    assert set(present().customer_choices["maps"]["contact"]) == {"Last_Name", "Fax"}


def test_a_run_that_is_under_way_stops_when_another_shop_is_connected(shop: Shop) -> None:
    """It went on in the old one to its end, while people were told that nothing is synced."""
    filled(shop)
    ours, entered = own(shop), another_shop(shop)
    other = shop.world.other_stores[0]
    untouched = other.products()
    for number in range(4):
        shop.item(f"N-{number}", 1)
    shop.during("POST", "/products", lambda: connect(shop, entered) and None)
    (run,) = try_sync(shop, "products")
    assert run.state == "stopped"
    assert len(shop.world.cscart.products()) == 5
    assert other.products() == untouched
    assert connect(shop, ours) == ""
    shop.settle()
    assert len(shop.world.cscart.products()) == 8
