"""`cscart-zoho-sim serve`: the ready line, the control addresses, real sockets, and a clean end."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from cscart_zoho_sim.clock import RealClock
from cscart_zoho_sim.server import Servers
from cscart_zoho_sim.world import World
from tests.acceptance.stage import Simulation, origin, simulation

COMMAND = [sys.executable, "-m", "cscart_zoho_sim", "serve"]
SMALL = ("--products", "5", "--seed", "3")


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Both ports over an empty world, in this process."""
    with Servers() as opened:
        opened.open(World.empty(1, clock=RealClock(), **opened.addresses()))
        yield opened


def store_client(sims: Simulation) -> httpx2.Client:
    store = sims.cscart
    return httpx2.Client(base_url=store["url"], auth=(store["email"], store["key"]), timeout=30)


def refused(*words: str) -> str:
    """The sentence of a command that could not start."""
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_the_ready_line_says_all_that_a_client_needs() -> None:
    with simulation(*SMALL) as sims:
        assert set(sims.cscart) == {"url", "email", "key"}
        assert set(sims.zoho) == {
            *("accounts_url", "inventory_url", "crm_url", "client_id", "client_secret"),
            *("organization_id", "grant_code", "refresh_token"),
        }
        with store_client(sims) as store:
            assert len(store.get("/api/products").json()["products"]) == 5
        for grant in (
            {"grant_type": "authorization_code", "code": sims.zoho["grant_code"]},
            {"grant_type": "refresh_token", "refresh_token": sims.zoho["refresh_token"]},
        ):
            form = {**grant, "client_id": sims.zoho["client_id"], "client_secret": sims.zoho["client_secret"]}
            token = httpx2.post(f"{sims.zoho['accounts_url']}/oauth/v2/token", data=form).json()["access_token"]
            items = httpx2.get(
                f"{sims.zoho['inventory_url']}/items",
                params={"organization_id": sims.zoho["organization_id"]},
                headers={"Authorization": f"Zoho-oauthtoken {token}"},
            )
            assert items.json()["code"] == 0
        assert sims.state()["zoho"]["token_calls"] == 2


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_with_connections_open(how: signal.Signals) -> None:
    with subprocess.Popen([*COMMAND, "--json", *SMALL], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        ready = json.loads(process.stdout.readline())
        with httpx2.Client() as client:
            assert client.get(f"{ready['cscart']['url']}/api/products").status_code == 401
            process.send_signal(how)
            assert process.wait(timeout=30) == 0
        assert process.stdout.read() == b"", "one line is all"
        assert process.stderr.read() == b""


def test_without_numbers_it_is_the_demo() -> None:
    with simulation() as sims:
        state = sims.state()
        assert (state["cscart"]["products"], state["zoho"]["items"]) == (272, 145)


def test_the_chosen_release_edition_and_plan_answer() -> None:
    words = ("--cscart-version", "4.14.1", "--edition", "multivendor", "--plan", "free")
    with simulation(*SMALL, *words) as sims, store_client(sims) as store:
        assert store.get("/api/stores").status_code == 404
        assert store.get("/api/products").json()["params"]["items_per_page"] in ("10", 10)


def test_people_edit_both_sides_over_the_control_addresses() -> None:
    with simulation("--products", "0") as sims:
        product = sims.edit("add_product", product="Example cup", product_code="CUP", price="3.50", amount="9")
        sims.edit("edit_product", product_id=product["product_id"], price="4")
        assert sims.edit("order", product_id=product["product_id"], amount=2) == {"sold": 2}
        (row,) = sims.edit("products")
        assert (row["product_code"], row["price"], row["amount"]) == ("CUP", "4.00", "7")
        item = sims.edit("add_item", side="zoho", name="Example cup", sku="CUP", rate=3.5, stock_on_hand=9)
        sims.edit("move_stock", side="zoho", item_id=item["item_id"], delta=-1)
        # Either port takes every edit.
        sims.edit("edit_item", item_id=item["item_id"], name="Example cup, blue")
        (shown,) = sims.edit("items", side="zoho")
        assert (shown["name"], shown["stock_on_hand"]) == ("Example cup, blue", 8)
        state = sims.state()
        assert [state[side]["writes"] for side in ("cscart", "zoho")] == [0, 0], "people are no API"
        sims.edit("delete_item", item_id=item["item_id"])
        sims.edit("delete_product", product_id=product["product_id"])
        assert sims.edit("items") == sims.edit("products") == []


def control(servers: Servers, name: str, body: Any = None) -> httpx2.Response:
    return httpx2.post(f"{servers.cscart.url}/__sim__/{name}", json={} if body is None else body)


@pytest.mark.parametrize(
    ("name", "body", "status", "words"),
    [
        ("dance", {}, 404, "There is no edit 'dance'; there are state, requests, products"),
        ("edit_product", {"product_id": 99, "price": "1"}, 400, "There is no 99"),
        ("delete_item", {"item_id": "99"}, 400, "Item does not exist"),
        ("edit_item", {"item_id": "99", "colour": "red"}, 400, "no field colour"),
        ("add_item", {}, 400, "name"),
        ("move_stock", {}, 400, "item_id"),
        ("add_product", [1], 400, "must be a JSON object"),
        ("fault", {"kind": "earthquake"}, 400, "no fault named 'earthquake'"),
        ("fault", {"kind": "kill_after"}, 400, "which a server cannot do"),
        ("switch_zoho", {"gravity": 1}, 400, "no switch 'gravity'"),
    ],
)
def test_a_wrong_edit_is_told_in_a_sentence(servers: Servers, name: str, body: Any, status: int, words: str) -> None:
    answer = control(servers, name, body)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_edits_are_never_made_by_get(servers: Servers) -> None:
    assert httpx2.get(f"{servers.cscart.url}/__sim__/revoke_everything").status_code == 405
    assert httpx2.get(f"{servers.zoho.url}/__sim__/state").json()["zoho"]["items"] == 0


def test_a_switch_is_turned_in_a_running_simulation(servers: Servers) -> None:
    assert control(servers, "switch_zoho", {"unique_names": False, "ignored_filters": ["sku"]}).status_code == 200
    for sku in ("A", "B"):
        assert control(servers, "add_item", {"name": "Example twin", "sku": sku}).status_code == 200


def test_tokens_die_when_the_control_says_so() -> None:
    with simulation("--products", "0") as sims:
        zoho = sims.zoho
        form = {key: zoho[key] for key in ("client_id", "client_secret", "refresh_token")}
        refresh = {**form, "grant_type": "refresh_token"}

        def token() -> Any:
            return httpx2.post(f"{zoho['accounts_url']}/oauth/v2/token", data=refresh).json().get("access_token")

        def items(bearer: str) -> int:
            headers = {"Authorization": f"Zoho-oauthtoken {bearer}"}
            query = {"organization_id": zoho["organization_id"]}
            return httpx2.get(f"{zoho['inventory_url']}/items", params=query, headers=headers).status_code

        first = token()
        assert items(first) == 200
        sims.edit("expire_tokens")
        assert items(first) == 401
        assert items(token()) == 200
        sims.edit("revoke_everything")
        assert token() is None


# What goes wrong on a real socket


def test_ordered_faults_reach_one_port_only_and_end(servers: Servers) -> None:
    ordered = httpx2.post(f"{servers.zoho.url}/__sim__/fault", json={"kind": "error_500_before", "times": 2})
    assert ordered.status_code == 200
    assert httpx2.get(f"{servers.cscart.url}/api/products").status_code == 401
    address = f"{servers.zoho.url}/inventory/v1/items"
    assert [httpx2.get(address).status_code >= 500 for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("kind", "timeout_s", "error"),
    [("reset", 60, httpx2.RemoteProtocolError), ("timeout_before", 0.3, httpx2.ReadTimeout)],
)
def test_no_answer_is_no_answer_on_a_socket_too(
    servers: Servers, kind: str, timeout_s: float, error: type[httpx2.TransportError]
) -> None:
    control(servers, "fault", {"kind": kind})
    with pytest.raises(error):
        httpx2.get(f"{servers.cscart.url}/api/products", timeout=timeout_s)
    assert httpx2.get(f"{servers.cscart.url}/api/products", timeout=60).status_code == 401


def test_one_connection_serves_many_calls(servers: Servers) -> None:
    connection = http.client.HTTPConnection(urlsplit(servers.cscart.url).netloc)
    sockets = set()
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        connection.request(method, "/api/products")
        answer = connection.getresponse()
        answer.read()
        sockets.add(connection.sock)
    connection.close()
    assert len(sockets) == 1


def test_a_body_in_chunks_is_read(servers: Servers) -> None:
    parts = iter([b'{"product": "Example in ', b'pieces", "price": "2"}'])
    answer = httpx2.post(f"{servers.cscart.url}/__sim__/add_product", content=parts)
    assert answer.json() == {"product_id": 1}


def test_many_clients_at_once_are_all_counted(servers: Servers) -> None:
    def sell() -> None:
        for _ in range(8):
            control(servers, "order", {"product_id": 1, "amount": 1})

    control(servers, "add_product", {"product": "Example", "amount": "500"})
    clients = [threading.Thread(target=sell) for _ in range(5)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    (row,) = control(servers, "products").json()
    assert row["amount"] == "460"


# What is wrong with the command


def test_a_taken_port_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert "Choose others with --cscart-port" in refused("--zoho-port", port)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--cscart-port", "70000"), "a port is a number from 0 to 65535"),
        (("--store", "nowhere"), "nowhere is not a folder"),
        (("--store", "."), "does not hold a recorded store"),
        (("--store", ".", "--products", "3"), "leave --products and --nasty out"),
        (("--customised", "--products", "3"), "--customised is about customers"),
        (("--edition", "community"), "--edition must be one of ultimate, multivendor, not 'community'"),
        (("--plan", "gold"), "--plan must be one of free"),
        (("--region", "mars"), "--region must be one of com"),
        (("--cscart-version", "newest"), "must be a release such as 4.20.1"),
        (("--products", "many"), "--products"),
    ],
)
def test_wrong_use_is_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    assert sentence in " ".join(refused(*words).split())


def test_a_recorded_store_is_served(shared: Path) -> None:
    with simulation("--store", str(shared / "recordings/cscart/4.20.1-store")) as sims:
        assert sims.state()["cscart"]["products"] == 247
        with store_client(sims) as store:
            assert store.get("/api/products/1").json()["product_code"] == "D00014MK1P"


def test_the_addresses_are_of_this_machine_only() -> None:
    with simulation(*SMALL) as sims:
        for url in (sims.cscart["url"], origin(sims.zoho["inventory_url"])):
            assert urlsplit(url).hostname == "127.0.0.1"
