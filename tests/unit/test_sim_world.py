"""Worlds: synthetic and recorded, with the numbers and the differences they promise."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cscart_zoho_sim import hard_cases
from cscart_zoho_sim.catalogue import REFERENCE, Mix, good, goods
from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.world import World


def pairs(world: World) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Products and items of the same SKU."""
    items = {item["sku"]: item for item in world.zoho.items().values()}
    products = [row for row in world.cscart.products().values() if row["product_code"] in items]
    return [(row, items[row["product_code"]]) for row in products]


def differing(product: dict[str, Any], item: dict[str, Any]) -> set[str]:
    """What a pair tells differently, in words of the trade."""
    figures = {
        "name": (product["product"], item["name"]),
        "price": (Decimal(product["price"]), Decimal(str(item["rate"]))),
        "list price": (Decimal(product["list_price"]), Decimal(str(item.get("label_rate", 0)))),
        "text": (product["full_description"], f"<p>{item['description']}</p>"),
        "status": (product["status"] != "D", item["status"] == "active"),
        "taxable": (bool(product["tax_ids"]), item["is_taxable"]),
        "service": (product["is_edp"] == "Y", item["product_type"] == "service"),
    }
    if product["is_edp"] == "N":
        figures["stock"] = (Decimal(product["amount"]), Decimal(str(item["actual_available_for_sale_stock"])))
        figures["weight"] = (Decimal(product["weight"]), Decimal(str(item["package_details"]["weight"] or 0)))
    return {name for name, (left, right) in figures.items() if left != right}


def counted(world: World) -> tuple[int, int, int]:
    state = world.state()
    return state["cscart"]["products"], state["zoho"]["items"], len(pairs(world))


def contents(world: World) -> tuple[Any, Any]:
    return world.cscart.products(), world.zoho.items()


def test_the_demo_has_the_reference_shops_proportions() -> None:
    assert counted(World.demo(1)) == (272, 145, 102)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_demos_pairs_are_equal_but_for_ten(seed: int) -> None:
    found = Counter(what for pair in pairs(World.demo(seed)) for what in differing(*pair))
    assert found == {"price": 3, "name": 3, "stock": 4}


def test_pairs_of_a_synthetic_world_are_equal() -> None:
    world = World.synthetic(300, 4)
    assert len(pairs(world)) == REFERENCE.scaled(300).shared
    assert [differing(*pair) for pair in pairs(world) if differing(*pair)] == []


def test_no_name_and_no_sku_is_there_twice() -> None:
    products, items = contents(World.synthetic(500, 5))
    for values in (
        [row["product"] for row in products.values()],
        [row["product_code"] for row in products.values()],
        [item["name"] for item in items.values()],
        [item["sku"] for item in items.values()],
    ):
        assert len(values) == len({value.casefold() for value in values})


def test_the_catalogue_has_every_kind_of_product() -> None:
    some = list(goods(500, 1))
    assert {each.status for each in some} == {"A", "D", "H"}
    assert {each.service for each in some} == {True, False}
    assert {each.taxed for each in some} == {True, False}
    assert any(each.amount == 0 for each in some if not each.service)
    assert any(each.list_price > each.price for each in some)
    assert len({each.unit for each in some}) > 1


def test_a_good_does_not_depend_on_its_catalogues_size() -> None:
    assert list(goods(3, 9, first=5)) == [good(number, 9) for number in (5, 6, 7)]
    assert good(5, 9) != good(5, 10)


def test_the_same_seed_makes_the_same_world() -> None:
    assert contents(World.demo(6)) == contents(World.demo(6))
    assert World.demo(6).description() == World.demo(6).description()
    assert contents(World.demo(6)) != contents(World.demo(7))


def test_a_mix_of_its_own_makes_any_shop() -> None:
    assert counted(World.synthetic(400, 1, mix=Mix(store=400, shared=2, only_zoho=1))) == (400, 3, 2)
    assert REFERENCE.scaled(2720) == Mix(2720, 1020, 430)
    assert counted(World.synthetic(0, 1)) == (0, 0, 0)


def test_filling_a_world_is_neither_a_call_nor_a_write() -> None:
    state = World.demo(1).state()
    assert {(side["calls"], side["writes"]) for side in state.values()} == {(0, 0)}


def test_the_hard_cases_are_as_hard_as_their_names() -> None:
    world = World.empty(1)
    products, items = hard_cases.add(world.cscart, world.zoho)
    shown = {what: world.cscart.product(id) for what, id in products.items()}
    listed = {what: world.zoho.item(id) for what, id in items.items()}
    assert shown["no SKU"]["product_code"] == listed["no SKU"]["sku"] == ""
    assert shown["SKU twice, first"]["product_code"] == shown["SKU twice, second"]["product_code"]
    assert listed["SKU twice in Zoho, first"]["sku"] == listed["SKU twice in Zoho, second"]["sku"]
    both = shown["SKU in other case"]["product_code"], listed["SKU in other case"]["sku"]
    assert both[0] != both[1]
    assert both[0].casefold() == both[1].casefold()
    assert len(shown["SKU of 64 characters"]["product_code"]) == 64
    assert len(listed["SKU of 100 characters"]["sku"]) == 100
    assert len(hard_cases.PRODUCTS["name of 300 characters"]["product"]) == 300
    assert len(shown["name of 300 characters"]["product"]) == 255, "the store has cut it"
    assert shown["price 1,50"]["price"] == "1,50"
    assert shown["stock below zero"]["amount"] == "-3"
    assert "????" in shown["name with emoji"]["product"]
    assert len(shown["long description"]["full_description"]) > 2000
    assert world.zoho.switches.unique_skus, "only the old ones share a SKU"


def test_a_nasty_world_has_them_on_top() -> None:
    plain, nasty = counted(World.synthetic(50, 1)), counted(World.synthetic(50, 1, nasty=True))
    assert nasty[0] - plain[0] == len(hard_cases.PRODUCTS)
    assert nasty[1] - plain[1] == len(hard_cases.ITEMS)


def test_a_recorded_store_gets_items_for_a_part_of_its_skus(shared: Path) -> None:
    world = World.from_store(shared / "recordings/cscart/4.20.1-store", 1)
    mix = REFERENCE.scaled(247)
    assert counted(world) == (247, mix.shared + mix.only_zoho, mix.shared)
    assert [pair for pair in pairs(world) if differing(*pair) - {"text"}] == []


def test_a_folder_without_a_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        World.from_store(tmp_path, 1)


def test_the_clock_is_virtual_unless_one_is_given() -> None:
    clock = VirtualClock()
    clock.advance(86400)
    assert World.empty(1, clock=clock).clock is clock
    assert isinstance(World.empty(1).clock, VirtualClock)


def test_a_setting_reaches_its_side() -> None:
    world = World.empty(
        1, version="4.9.1", edition="multivendor", region="eu", plan="free", per_minute_limit=None, daily_limit=7
    )
    assert (world.cscart.version, world.cscart.edition) == ("4.9.1", "multivendor")
    assert (world.zoho.region, world.zoho.plan, world.zoho.accounts_url) == ("eu", "free", "https://accounts.zoho.eu")
    assert (world.zoho.limits.per_minute, world.zoho.limits.per_day) == (None, 7)


# Both sides through one client


def token(client: httpx2.Client, world: World, accounts_url: str) -> dict[str, Any]:
    zoho = world.description()["zoho"]
    form = {
        "grant_type": "authorization_code",
        "client_id": zoho["client_id"],
        "client_secret": zoho["client_secret"],
        "code": zoho["grant_code"],
    }
    answer: dict[str, Any] = client.post(f"{accounts_url}/oauth/v2/token", data=form).json()
    return answer


def test_a_client_reaches_both_sides_with_what_the_description_says() -> None:
    world = World.demo(1)
    here = world.description()
    with httpx2.Client(transport=world.transport()) as client:
        store = here["cscart"]
        listed = client.get(f"{store['url']}/api/products", auth=(store["email"], store["key"]))
        assert listed.json()["params"]["total_items"] in ("272", 272)
        headers = {
            "Authorization": f"Zoho-oauthtoken {token(client, world, here['zoho']['accounts_url'])['access_token']}"
        }
        query = {"organization_id": here["zoho"]["organization_id"]}
        items = client.get(f"{here['zoho']['inventory_url']}/items", params=query, headers=headers)
        assert len(items.json()["items"]) == 145


def test_another_region_does_not_know_the_account() -> None:
    world = World.empty(1, region="eu")
    with httpx2.Client(transport=world.transport()) as client:
        assert "access_token" in token(client, world, "https://accounts.zoho.eu")
        assert token(client, world, "https://accounts.zoho.com")["error"] == "invalid_client"


def test_a_world_of_its_own_addresses_stands_there() -> None:
    world = World.empty(
        1, cscart_url="http://127.0.0.1:8081", accounts_url="http://127.0.0.1:8082", api_url="http://127.0.0.1:8082"
    )
    assert world.description()["zoho"]["inventory_url"] == "http://127.0.0.1:8082/inventory/v1"
    with httpx2.Client(transport=world.transport()) as client:
        assert client.get("http://127.0.0.1:8081/api/products").status_code == 401
        assert "access_token" in token(client, world, "http://127.0.0.1:8082")
