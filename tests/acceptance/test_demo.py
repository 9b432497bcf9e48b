"""`make demo ONCE=1`, with the synthetic store and with a recorded one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.stage import free_port

pytestmark = [pytest.mark.timeout(900)]


def demo_once(folder: Path, *words: str) -> dict[str, Any]:
    """Run the demo to its end; the JSON object of its last line."""
    argv = [sys.executable, "-m", "cscart_zoho_sim.demo", "--once", "--folder", str(folder)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CSCART_ZOHO_", "DJANGO_"))}
    done = subprocess.run(
        [*argv, "--port", str(free_port()), *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    parts = {"products", "customers", "orders", "second_run_writes", "hands_off", "hints", "truth", "calls", "seconds"}
    assert set(answer) == parts
    # What people edited while nobody touched the connector is on the other side, with a schedule and with messages.
    for way in ("hands_off", "hints"):
        assert answer[way]["arrived"] == answer[way]["edits"]
    truth = answer["truth"]
    assert truth["pairs"] >= sum(answer[what]["linked"] for what in ("products", "customers", "orders"))
    assert truth["fields_compared"] > truth["pairs"] * 2
    assert [number for name, number in truth.items() if name.endswith("without_reason")] == [0, 0, 0, 0]
    # Each mapped field of each customer, the CRM's own ones and addresses too. What differs is told with its reason.
    customers = answer["customers"]
    assert truth["customers"] == customers["linked"]
    assert truth["customers_fields_compared"] >= 20 * truth["customers"]
    # Two contacts are made without one value each; the rest are phones that wait for an answer, and placeholders.
    assert truth["customers_different_with_reason"] == 2 + customers["conflicts"] + customers["placeholders"]
    # Four customers of the store do not fit into the CRM as its administrators made it; two of them get no contact.
    assert customers["held"] >= 4
    assert customers["users"] - customers["linked"] == customers["held"] - 2
    assert customers["contacts"] == customers["linked"]
    return answer


def test_a_small_demo_brings_both_sides_into_sync(tmp_path: Path) -> None:
    """A tenth of everything, with what every demo checks of itself."""
    answer = demo_once(tmp_path / "demo", "--size", "0.1")
    products, customers, orders = answer["products"], answer["customers"], answer["orders"]
    # 27 products and 14 items, 10 of them the same.
    assert (products["cscart"], products["zoho"], products["linked"]) == (31, 31, 31)
    assert (customers["users"], customers["contacts"], customers["linked"]) == (22, 20, 20)
    assert customers["held"] == 4
    assert orders["linked"] > 40
    assert (products["failed"], customers["failed"], orders["failed"], orders["total_mismatches"]) == (0, 0, 0, 0)
    assert answer["second_run_writes"] == 0
    assert answer["hands_off"]["edits"] >= 8
    assert answer["hints"]["edits"] == 3


@pytest.mark.long
def test_the_demo_brings_both_sides_into_sync(tmp_path: Path) -> None:
    answer = demo_once(tmp_path / "demo")
    products = answer["products"]
    # 272 products and 145 items, 102 of them the same: 170 are made in Zoho and 43 in the store.
    assert (products["cscart"], products["zoho"], products["linked"]) == (315, 315, 315)
    assert (products["created_in_zoho"], products["created_in_cscart"]) == (170, 43)
    assert products["failed"] == 0
    # 180 users and 70 contacts, 30 of them the same: 148 are made in CRM and 40 in the store, 5 of them without
    # an e-mail address. 12 accounts are there, and the users' companies make 23 more.
    customers = answer["customers"]
    assert (customers["users"], customers["contacts"], customers["linked"]) == (220, 218, 218)
    assert (customers["accounts"], customers["created_in_zoho"]) == (35, 148 + 23)
    assert customers["held"] == 4
    assert (customers["created_in_cscart"], customers["placeholders"]) == (40, 5)
    assert (customers["conflicts"], customers["failed"]) == (3, 0)
    # Contacts of Inventory are made when the first order needs them: not for users who have never bought.
    assert 0 < customers["inventory_contacts"] < customers["contacts"]
    # 439 orders of the store, 63 of them sent before, and 12 of Zoho alone of which one is void. The 48 that are
    # left are cancelled, failed, declined or backordered.
    orders = answer["orders"]
    assert (orders["cscart"], orders["zoho"], orders["linked"]) == (439 + 11, 63 + 12 + 328, 63 + 328 + 11)
    assert (orders["created_in_zoho"], orders["created_in_cscart"]) == (328, 11)
    # Two imports are of goods that the store has too few of: it puts them on backorder, and each says so.
    assert (orders["total_mismatches"], orders["held"], orders["conflicts"], orders["failed"]) == (0, 2, 0, 0)
    assert answer["second_run_writes"] == 0  # on none of the three: store, CRM, Inventory
    assert (answer["hands_off"]["edits"], answer["hints"]["edits"]) == (10, 3)
    # A call for each new item; for each order two, and what its customer, its address and its items need beside.
    assert 170 + 328 <= answer["calls"]["zoho"] < 2_600


@pytest.mark.long
def test_the_demo_syncs_a_recorded_store(tmp_path: Path, shared: Path) -> None:
    answer = demo_once(tmp_path / "demo", "--store", str(shared / "recordings/cscart/4.20.1-store"))
    assert answer["products"]["cscart"] >= 247
    assert answer["products"]["linked"] > 0
    assert answer["products"]["failed"] == 0
    # The recorded store has one customer of its own, with a company; two of the others get no contact.
    customers = answer["customers"]
    assert (customers["users"], customers["contacts"], customers["linked"], customers["held"]) == (221, 219, 219, 4)
    assert (customers["accounts"], customers["placeholders"], customers["failed"]) == (36, 5, 0)
    assert answer["hands_off"]["edits"] >= 7  # its orders are held, or not confirmed
    assert answer["second_run_writes"] == 0


def test_a_folder_with_other_peoples_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear reader")
    argv = [sys.executable, "-m", "cscart_zoho_sim.demo", "--once", "--folder", str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]
