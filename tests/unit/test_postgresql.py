"""The same on PostgreSQL: the races of budget and token, and a whole installation from `init` to a second run."""

from pathlib import Path

import pytest

from tests.acceptance.stage import Installation, simulation
from tests.postgresql import Cluster
from tests.unit.racing import LIMIT, race

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("postgresql")]


def test_of_many_workers_one_asks_zoho_and_all_stay_within_the_budget(cluster: Cluster, tmp_path: Path) -> None:
    spent, tokens, asked = race(tmp_path, cluster.database("race"))
    assert (spent, len(tokens), asked) == (LIMIT, 1, 1)


def test_an_installation_syncs_on_postgresql_and_the_second_run_writes_nothing(
    cluster: Cluster, tmp_path: Path
) -> None:
    with simulation("--products", "12") as sims:
        product = Installation(tmp_path, sims, more=(("CSCART_ZOHO_DATABASE", cluster.database("whole")),))
        product.init()
        product.connect()

        first = product.told("sync", "products", "--direction", "both")

        assert first["state"] in {"done", "attention"}, first
        assert first["counts"].get("failed", 0) == 0, first
        status = product.told("status")
        assert status["store"]["connected"]
        assert status["zoho"]["connected"]
        written = {side: counts["writes"] for side, counts in sims.state().items()}
        assert written["zoho"] > 0

        second = product.told("sync", "products", "--direction", "both")

        assert second["state"] in {"done", "attention"}, second
        assert {side: counts["writes"] for side, counts in sims.state().items()} == written
        assert product.run("runs").returncode == 0
        assert not list(tmp_path.glob("*.sqlite3")), "nothing lies in a second database"
