"""Bad input at the command line: each gives a sentence that says what to do, and the other records go on."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.stage import Installation, Simulation, simulation, until

pytestmark = [pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def sims() -> Iterator[Simulation]:
    """One world for what never gets as far as changing it."""
    with simulation("--products", "12") as running:
        yield running


@pytest.fixture
def product(tmp_path: Path, sims: Simulation) -> Installation:
    made = Installation(tmp_path, sims)
    made.init()
    return made


def refused(done: "subprocess.CompletedProcess[str]", *expected: str) -> str:
    """The sentences of a command that ended with 1; each of the expected words is in them."""
    assert done.returncode == 1, done.stdout + done.stderr
    said = done.stderr + done.stdout
    for words in expected:
        assert words.lower() in said.lower(), said
    return said


def test_a_wrong_key_is_told(product: Installation) -> None:
    said = refused(product.connect_store(key="WrongKeyOfTheExample"), "key")
    assert "WrongKeyOfTheExample" not in said
    assert product.told("status")["store"]["connected"] is False


@pytest.mark.long
def test_a_wrong_key_after_a_good_one_leaves_the_good_one(product: Installation) -> None:
    assert product.connect_store().returncode == 0
    refused(product.connect_store(key="WrongKeyOfTheExample"), "key")
    assert product.told("status")["store"]["connected"] is True


def test_a_wrong_client_secret_is_told(product: Installation) -> None:
    said = refused(product.connect_zoho(client_secret="wrong-secret-of-the-example"), "secret")
    assert "wrong-secret-of-the-example" not in said


@pytest.mark.long
def test_the_wrong_data_centre_is_told(tmp_path: Path, sims: Simulation) -> None:
    """A client of one data centre is unknown in all others: here, a second Zoho plays the other one."""
    with simulation("--products", "0", "--seed", "99") as elsewhere:
        product = Installation(tmp_path, Simulation(sims.cscart, {**elsewhere.zoho, "region": "eu"}))
        product.init()
        here = {name: sims.zoho[name] for name in ("client_id", "client_secret", "grant_code")}
        refused(product.connect_zoho(**here), "data centre")
        assert product.told("status")["zoho"]["connected"] is False


def test_a_data_centre_that_does_not_exist_is_told(product: Installation) -> None:
    refused(product.connect_zoho(region="mars"), "mars")


def test_a_used_code_is_told(product: Installation) -> None:
    refused(product.connect_zoho(grant_code="1000.used.code"), "code")


@pytest.mark.long
def test_a_revoked_token_is_told(tmp_path: Path) -> None:
    with simulation("--products", "12") as sims:
        product = Installation(tmp_path, sims)
        product.init()
        product.connect()
        assert product.told("sync", "products")["state"] in {"done", "attention"}
        sims.edit("revoke_everything")
        sims.edit("expire_tokens")
        refused(product.run("sync", "products"), "connect again")
        refused(product.run("doctor"), "connect again")


def test_a_missing_permission_is_told(product: Installation, sims: Simulation) -> None:
    """The token may read items and change none."""
    assert product.connect_store().returncode == 0
    code = sims.edit("grant_code", scopes="ZohoInventory.settings.READ,ZohoInventory.items.READ")["grant_code"]
    connecting = product.connect_zoho(grant_code=code)
    done = connecting if connecting.returncode else product.run("sync", "products")
    refused(done, "permission")


@contextmanager
def website(status: int, kind: str, body: str) -> Iterator[str]:
    """Some other web server at the address of the store."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "text/html", "<html><body>Welcome to my blog</body></html>"),
        (404, "text/html", "<html><body>Not found</body></html>"),
        (200, "application/json", '{"hello": "world"}'),
        (200, "application/json", "not json at all"),
    ],
    ids=["HTML", "404", "other JSON", "broken JSON"],
)
def test_an_address_that_is_not_cscart_is_told(
    tmp_path: Path, sims: Simulation, status: int, kind: str, body: str
) -> None:
    with website(status, kind, body) as url:
        product = Installation(tmp_path, Simulation({**sims.cscart, "url": url}, sims.zoho))
        product.init()
        refused(product.connect_store(), "CS-Cart")


@pytest.mark.long
def test_an_address_where_nobody_answers_is_told(tmp_path: Path, sims: Simulation) -> None:
    with website(200, "text/html", "") as url:
        pass
    product = Installation(tmp_path, Simulation({**sims.cscart, "url": url}, sims.zoho))
    product.init()
    refused(product.connect_store(), "address")


@pytest.mark.parametrize("url", ["ftp://store.example.com", "http://10.0.0.7", "https://user:word@store.example.com"])
def test_an_address_that_may_not_be_called_is_told(product: Installation, url: str) -> None:
    said = refused(product.connect_store(url=url), "address")
    assert "user:word" not in said


@pytest.mark.long
def test_html_instead_of_json_in_the_middle_of_a_run_is_told(tmp_path: Path) -> None:
    with simulation("--products", "12") as sims:
        product = Installation(tmp_path, sims)
        product.init()
        product.connect()
        sims.edit("fault", kind="html_200", times=8)
        refused(product.run("sync", "products"), "CS-Cart")
        until(lambda: product.told("sync", "products")["state"] in {"done", "attention"}, "the store answers again")


@pytest.mark.long
def test_bad_products_are_held_with_a_reason_and_the_others_go_on(tmp_path: Path) -> None:
    with simulation("--products", "12") as sims:
        product = Installation(tmp_path, sims)
        product.init()
        product.connect()
        dear = sims.edit("add_product", product="Example with a price", product_code="BAD-PRICE", price="1.00")
        sims.edit("plant", product_id=dear["product_id"], price="1,50")
        sims.edit("add_product", product="Long " + "x" * 295, product_code="BAD-NAME", price="2.00")
        before = sims.state()["zoho"]["items"]

        result = product.told("sync", "products", "--direction", "to-zoho")

        assert result["counts"].get("failed", 0) == 0
        reasons = {row["reason"] for row in product.told("status")["not_linked"] if row["side"] == "cscart"}
        assert any("1,50" in reason for reason in reasons), reasons
        assert any("name has" in reason for reason in reasons), reasons
        skus = {item["sku"] for item in sims.edit("items")}
        assert not {"BAD-PRICE", "BAD-NAME"} & skus
        good = {row["product_code"] for row in sims.edit("products")} - {"BAD-PRICE", "BAD-NAME"}
        assert good <= skus, "the other products have gone on"
        assert sims.state()["zoho"]["items"] > before
