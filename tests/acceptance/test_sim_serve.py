"""`cscart-zoho-sim serve` as any client meets it: a process, a JSON line, two addresses."""

import base64
import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx2

from tests.acceptance.stage import origin, simulation

ARGV = [sys.executable, "-m", "cscart_zoho_sim", "serve"]


def test_any_client_can_be_pointed_at_the_ready_line() -> None:
    with simulation("--products", "30", "--seed", "5") as sims:
        here = base64.b64encode(f"{sims.cscart['email']}:{sims.cscart['key']}".encode()).decode()
        listed = httpx2.get(f"{sims.cscart['url']}/api/products", headers={"authorization": f"Basic {here}"})
        form = {
            "grant_type": "refresh_token",
            "refresh_token": sims.zoho["refresh_token"],
            "client_id": sims.zoho["client_id"],
            "client_secret": sims.zoho["client_secret"],
        }
        token = httpx2.post(f"{sims.zoho['accounts_url']}/oauth/v2/token", data=form).json()["access_token"]
        items = httpx2.get(
            f"{sims.zoho['inventory_url']}/items",
            params={"organization_id": sims.zoho["organization_id"]},
            headers={"authorization": f"Zoho-oauthtoken {token}"},
        )

        assert listed.json()["params"]["total_items"] == "30"
        assert len(items.json()["items"]) == sims.state()["zoho"]["items"]
        assert {"crm_url", "grant_code"} <= sims.zoho.keys()


def test_the_controls_do_what_a_person_would_do() -> None:
    with simulation("--products", "5") as sims:
        id = sims.edit("add_product", product="Example added", product_code="X-1", price="3.00", amount="9")
        sims.edit("order", product_id=id, amount=2)

        assert sims.state()["cscart"]["products"] == 6
        added = next(row for row in sims.edit("products") if row["product_code"] == "X-1")
        assert added["amount"] == "7"
        refused = httpx2.post(f"{origin(sims.cscart['url'])}/__sim__/nothing", json={})
        assert refused.status_code == 404


def test_it_ends_cleanly_on_sigterm() -> None:
    with subprocess.Popen([*ARGV, "--products", "1", "--json"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["cscart"]["url"]
        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 0


def test_a_folder_that_is_no_store_is_refused_with_a_sentence(tmp_path: Path) -> None:
    ended = subprocess.run([*ARGV, "--store", str(tmp_path)], capture_output=True, text=True, timeout=60)

    assert ended.returncode == 2
    assert "is not a recorded store" in ended.stderr
