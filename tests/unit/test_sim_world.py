"""The synthetic worlds have the proportions they promise, and the seam answers like a network."""

import random
from pathlib import Path

import httpx2
import pytest

from cscart_zoho_sim.faults import RATES, FaultPlan, Killed
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World


def test_the_demo_has_the_proportions_of_the_reference_shop() -> None:
    world = World.demo()
    products = {row["product_code"] for row in world.cscart.products().values()}
    items = {row["sku"] for row in world.zoho.items().values()}

    assert (len(world.cscart.products()), len(world.zoho.items())) == (272, 145)
    assert (len(products & items), len(items - products)) == (102, 43)


def test_the_same_seed_makes_the_same_world() -> None:
    one, two, other = World.demo(3), World.demo(3), World.demo(4)

    assert one.cscart.products() == two.cscart.products()
    assert one.cscart.products() != other.cscart.products()
    assert one.description()["zoho"]["client_id"] == two.description()["zoho"]["client_id"]


def test_a_recorded_store_gets_a_zoho_with_partners(shared: Path) -> None:
    world = World.from_store(shared / "recordings/cscart/4.20.1-store")
    products = {row["product_code"] for row in world.cscart.products().values()}
    items = {row["sku"] for row in world.zoho.items().values()}

    assert len(world.cscart.products()) == 247
    assert len(products & items) > 20
    assert items - products


def test_a_folder_without_products_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        World.from_store(tmp_path)


def test_each_host_has_its_simulator_and_no_other_host_is_there() -> None:
    world = World.empty()
    with httpx2.Client(transport=world.transport()) as client:
        assert client.get("https://store.example.com/api/products").status_code == 401
        assert client.get("https://www.zohoapis.com/inventory/v1/items").status_code == 401
        with pytest.raises(httpx2.ConnectError):
            client.get("https://elsewhere.example.com/")


def ask() -> Request:
    return Request("GET", "store.example.com", "/api/products")


def plan(kind: str) -> FaultPlan:
    return FaultPlan(random.Random(1), {kind: 1.0})


def test_a_time_out_after_the_work_has_done_the_work() -> None:
    done: list[int] = []

    def work() -> Response:
        done.append(1)
        return Response(200)

    with pytest.raises(httpx2.ReadTimeout):
        plan("timeout_after").around(ask(), work)
    with pytest.raises(httpx2.ReadTimeout):
        plan("timeout_before").around(ask(), work)

    assert done == [1]


@pytest.mark.parametrize("kind", ["kill_before", "kill_after"])
def test_a_kill_passes_every_handler_of_exceptions(kind: str) -> None:
    assert not issubclass(Killed, Exception)
    with pytest.raises(Killed):
        plan(kind).around(ask(), lambda: Response(200))


def test_a_truncated_answer_is_half_of_it() -> None:
    answer = plan("truncated").around(ask(), lambda: Response(200, b"x" * 100))

    assert len(answer.body) == 50


def test_people_work_between_two_calls() -> None:
    seen: list[int] = []
    faults = FaultPlan(random.Random(1), {"people": 1.0}, people=lambda: seen.append(1))
    faults.around(ask(), lambda: Response(200))

    assert seen == [1]
    assert not faults.fired, "a person at work is no fault"


def test_a_calm_plan_lets_everything_pass() -> None:
    faults = FaultPlan(random.Random(1), dict.fromkeys(RATES, 1.0))
    faults.calm()

    assert faults.around(ask(), lambda: Response(204)).status == 204
    faults.at_commit()
    faults.storm()
    with pytest.raises(Killed):
        faults.at_commit()


def test_the_weather_of_a_story_has_some_faults_and_always_people() -> None:
    weathers = [FaultPlan.weather(random.Random(seed)).rates for seed in range(200)]
    kinds = set().union(*weathers)

    assert kinds == set(RATES)
    assert all("people" in weather for weather in weathers)
    assert any(len(weather) < len(RATES) / 2 for weather in weathers)
