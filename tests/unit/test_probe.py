"""What a store can do, asked of stores of several releases and of some that answer oddly."""

from typing import Any

import httpx2
import pytest

from cscart_zoho.cscart.probe import examine, probe, store_address
from cscart_zoho.errors import NotConnected, RemoteFault, Throttled, WrongSetting
from cscart_zoho.http import Answer, Wire
from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.world import World


def wire(transport: httpx2.BaseTransport, world: World | None = None) -> Wire:
    client = httpx2.Client(transport=transport)
    if world is not None:
        client.auth = httpx2.BasicAuth(world.cscart.email, world.cscart.api_key)
    return Wire(name="CS-Cart", base_url="https://store.example.com", client=client, examine=examine)


def probed(**setting: Any) -> dict[str, Any]:
    clock = VirtualClock()
    world = World.synthetic(5, 1, clock=clock, **setting)
    clock.advance(3600)
    return probe(wire(world.transport(), world))


def test_a_present_store_can_do_everything() -> None:
    found = probed()
    assert found["edition"] == "ultimate"
    assert found["release"] == "4.20.1 or newer"
    assert found["products"] > 0
    assert found["updated_in_hours"]
    assert found["texts_in_lists"]
    assert found["category_id"]
    assert found["taxes"]


def test_what_orders_are_made_of_is_told() -> None:
    statuses = {"statuses": [{"status": "P", "description": "Paid", "params": {"inventory": "D"}}, {"status": "I"}]}
    payments = {"payments": [{"payment_id": "1", "payment": "Card", "status": "D", "processor_params": {"key": "x"}}]}
    payments["payments"].append({"payment_id": "2", "payment": "Phone", "status": "A"})
    money = {"currencies": [{"currency_code": "EUR", "is_primary": "N"}, {"currency_code": "USD", "is_primary": "Y"}]}
    found = probe(
        odd(
            products={"products": []},
            orders={"orders": [], "params": {"total_items": "0"}},
            statuses=statuses,
            payments=payments,
            sra_currencies=money,
        )
    )
    assert found["orders"] is True
    assert found["order_statuses"] == [
        {"letter": "P", "name": "Paid", "takes_stock": True},
        {"letter": "I", "name": "", "takes_stock": False},
    ]
    assert found["payments"] == [
        {"id": "2", "name": "Phone", "active": True},
        {"id": "1", "name": "Card", "active": False},
    ]
    assert (found["shippings"], found["currency"]) == ([], "USD")


@pytest.mark.parametrize(
    ("rows", "currency"),
    [
        ([{"currency_code": "usd ", "is_primary": True}], "USD"),
        ({"1": {"code": "EUR", "is_primary": 1}, "2": {"code": "USD", "is_primary": 0}}, "EUR"),
        ([{"currency_code": "JPY", "is_primary": "Y", "coefficient": "0.01", "decimals": "3", "symbol": "$"}], "JPY"),
        ([{"currency_code": "USD", "is_primary": "Y"}, {"currency_code": "EUR", "is_primary": "Y"}], ""),
        ([{"currency_code": "USD", "is_primary": "N"}], ""),
        ([{"symbol": "$", "is_primary": "Y"}], ""),
        ([], ""),
    ],
)
def test_the_primary_currency_is_one_or_nobody_knows_it(rows: Any, currency: str) -> None:
    assert probe(odd(products={"products": []}, sra_currencies={"currencies": rows}))["currency"] == currency


def test_a_store_that_tells_nothing_of_orders_can_be_connected() -> None:
    broken = httpx2.Response(500, html="<html></html>")
    found = probe(odd(products={"products": []}, orders=httpx2.Response(403, json={}), sra_currencies=broken))
    assert (found["orders"], found["order_statuses"], found["currency"]) == (False, [], "")


def zones(sections: dict[str, Any]) -> dict[str, Any]:
    """What is found in a store whose settings answer so, by the section that is asked for ("" = all)."""

    def store(request: httpx2.Request) -> httpx2.Response:
        if not request.url.path.endswith("/settings"):
            known = request.url.path.endswith("/products")
            return httpx2.Response(200 if known else 404, json={"products": []} if known else {})
        told = sections[request.url.params.get("section_id", "")]
        return told if isinstance(told, httpx2.Response) else httpx2.Response(200, json={"settings": told})

    return probe(wire(httpx2.MockTransport(store)))


def row(value: Any) -> dict[str, Any]:
    return {"object_id": "23", "name": "timezone", "value": value}


def test_a_store_tells_its_time_zone() -> None:
    clock = VirtualClock()
    world = World.synthetic(5, 1, clock=clock)
    world.cscart.set_time_zone("Europe/Berlin")
    assert probe(wire(world.transport(), world))["time_zone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    ("sections", "zone"),
    [
        ({"4": [row("Asia/Tokyo")]}, "Asia/Tokyo"),
        ({"4": [{"name": "default_language", "value": "en"}], "": {"23": row("Asia/Tokyo")}}, "Asia/Tokyo"),
        ({"4": [], "": []}, ""),
        ({"4": [row("")], "": [row(None)]}, ""),
        ({"4": [row("Mars/Olympus")]}, ""),
        ({"4": [row("../../etc/passwd")]}, ""),
        ({"4": httpx2.Response(403, json={"message": "Access denied"})}, ""),
    ],
)
def test_only_a_time_zone_that_is_known_is_kept(sections: dict[str, Any], zone: str) -> None:
    assert zones(sections).get("time_zone", "") == zone


@pytest.mark.parametrize(("version", "filters"), [("4.6.1", False), ("4.8.2", False), ("4.9.1", True)])
def test_old_stores_cannot_tell_what_has_changed(version: str, filters: bool) -> None:
    found = probed(version=version)
    assert found["updated_in_hours"] is filters
    assert found["release"] == "before 4.20.1"


def test_a_marketplace_has_vendors() -> None:
    found = probed(edition="multivendor")
    assert found["edition"] == "multivendor"
    assert found["company_id"]


def odd(**lists: Any) -> Wire:
    """A store where the named lists answer so, and nothing else exists."""

    def store(request: httpx2.Request) -> httpx2.Response:
        told = lists.get(request.url.path.rpartition("/")[2])
        if isinstance(told, httpx2.Response):
            return told
        return httpx2.Response(404 if told is None else 200, json=told or {"message": "Not found"})

    return wire(httpx2.MockTransport(store))


@pytest.mark.parametrize(
    "products",
    [
        {"products": []},
        {"products": [], "params": []},
        {"products": {}, "params": {"total_items": None}},
        {"products": "none", "params": {"total_items": "²"}},
        {"products": [1, None, {"product_id": "1"}], "params": {"total_items": "many"}},
    ],
)
def test_odd_lists_are_borne(products: Any) -> None:
    found = probe(odd(products=products))
    assert found["products"] == 0
    assert found["category_id"] == found["company_id"] == ""
    assert found["taxes"] == []


def test_a_store_that_does_not_say_how_many_have_changed_is_read_as_a_whole() -> None:
    answers = [
        {"products": [{"product_id": "1"}], "params": {"total_items": "9"}},
        {"products": [], "params": []},
    ]

    def store(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/products"):
            return httpx2.Response(200, json=answers["updated_in_hours" in request.url.params])
        return httpx2.Response(404, json={})

    assert probe(wire(httpx2.MockTransport(store)))["updated_in_hours"] is False


def test_lists_may_be_objects_by_id() -> None:
    found = probe(
        odd(
            products={"products": {"1": {"product_id": "1"}}, "params": {"total_items": "1"}},
            categories={"categories": {"5": {"category_id": 5, "category": "Example", "status": "A"}}},
        )
    )
    assert (found["products"], found["category_id"]) == (1, "5")


def test_a_disabled_category_is_not_chosen() -> None:
    rows = [{"category_id": 1, "status": "D"}, {"category_id": 2, "status": "A"}]
    assert probe(odd(products={"products": []}, categories={"categories": rows}))["category_id"] == "2"


def test_a_key_that_may_not_read_products_is_told() -> None:
    with pytest.raises(NotConnected, match="may not read products"):
        probe(odd(products=httpx2.Response(403, json={"message": "Access denied"})))


def test_html_in_the_middle_is_a_fault() -> None:
    with pytest.raises(RemoteFault):
        probe(odd(products={"products": []}, categories=httpx2.Response(200, html="<html></html>")))


@pytest.mark.parametrize(("status", "error"), [(401, NotConnected), (429, Throttled)])
def test_what_concerns_the_whole_store_is_raised(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        examine(Answer(status, b"", {}), False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://store.example.com", "https://store.example.com"),
        ("  store.example.com/ ", "https://store.example.com"),
        ("https://store.example.com/admin.php?dispatch=x", "https://store.example.com"),
        ("https://store.example.com/shop/index.php", "https://store.example.com/shop"),
        ("https://store.example.com/api/2.0/products", "https://store.example.com"),
        ("https://store.example.com/api.php", "https://store.example.com"),
        ("https://store.example.com:8443/shop//", "https://store.example.com:8443/shop"),
        ("http://127.0.0.1:8701", "http://127.0.0.1:8701"),
        ("https://käse.example.com", "https://käse.example.com"),
        ("https://store.example.com/apiary", "https://store.example.com/apiary"),
    ],
)
def test_an_address_is_kept_without_what_does_not_belong_to_it(typed: str, kept: str) -> None:
    assert store_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "ftp://store.example.com",
        "file:///etc/passwd",
        "gopher://store.example.com",
        "javascript:alert(1)",
        "https://store.example.com:port",
        "https://[::1",
        "https://exa mple.com",
        "https://exa\\mple.com",
        "https://0177.0.0.1",
        "x" * 5_000 + "://",
    ],
)
def test_what_is_no_address_is_told(typed: str) -> None:
    with pytest.raises(WrongSetting) as caught:
        store_address(typed)
    assert caught.value.advice
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "typed", ["https://user:canary@store.example.com", "https://canary@store.example.com", "user:canary@store.example"]
)
def test_an_address_with_a_password_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(WrongSetting) as caught:
        store_address(typed)
    assert "canary" not in caught.value.for_people()
