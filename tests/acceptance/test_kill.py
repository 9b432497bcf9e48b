"""kill -9 in the middle of a hundred and of 1,200 products: no duplicate, none missing, the same run goes on."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.stage import Installation, simulation, until
from tests.pace import first

pytestmark = [pytest.mark.timeout(400)]
PRODUCTS = (120, 1200)


def kill(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("products", first(1, PRODUCTS))
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, products: int) -> None:
    # A plan with calls enough for one day: else a first load would get a run of its own.
    with simulation("--products", str(products), "--seed", "7", "--plan", "premium") as sims:
        product = Installation(tmp_path, sims, (("CSCART_ZOHO_TAKE_OVER_S", "2"),))
        product.init()
        product.connect()
        before = sims.state()
        missing = products - before["zoho"]["items"]
        assert missing > products * 0.4, "there must be enough to do for a kill in the middle"

        def writes() -> int:
            return int(sims.state()["zoho"]["writes"])

        syncing = product.start("sync", "products", "--direction", "to-zoho")
        until(lambda: writes() > missing // 5, "a fifth is written")
        kill(syncing)
        at_first_kill = writes()

        worker = product.start("worker")
        until(lambda: writes() > at_first_kill + missing // 5, "the worker has taken over")
        kill(worker)

        worker = product.start("worker")
        try:
            until(lambda: last_run(product)["state"] in {"done", "attention"}, "the run is over", seconds=200)
        finally:
            kill(worker)

        assert len(product.told("runs")["runs"]) == 1, "the run that was killed is the run that went on"
        assert last_run(product)["counts"].get("failed", 0) == 0
        skus = [item["sku"] for item in sims.edit("items", side="zoho")]
        assert len(skus) == len(set(skus)), "no item is there twice"
        assert set(skus) >= {row["product_code"] for row in sims.edit("products")}, "none is missing"


def last_run(product: Installation) -> dict[str, Any]:
    row: dict[str, Any] = product.told("runs")["runs"][0]
    return row
