"""The same on PostgreSQL: the races of budget and token, and a whole installation from `init` to a second run."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.stage import Installation, simulation
from tests.unit.racing import LIMIT, race

pytestmark = [pytest.mark.timeout(400)]


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of its own on 127.0.0.1, with one empty database for each name."""

    programs: Path
    port: int

    def database(self, name: str) -> str:
        words = [str(self.programs / "createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "example", name]
        subprocess.run(words, check=True, capture_output=True, timeout=60)
        return f"postgresql://example@127.0.0.1:{self.port}/{name}"


def _programs() -> Path:
    """The newest PostgreSQL of this machine."""
    found = [Path(path) for path in (shutil.which("initdb"),) if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        pytest.skip("PostgreSQL is not installed on this machine")
    return found[-1].parent


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; then it runs as this user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return pytest.skip("there is no user for PostgreSQL besides root")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    programs, user, port = _programs(), _unprivileged(), _free_port()
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/cscart-zoho-pg-XXXXXX"], text=True).strip())
    if user is not None:
        shutil.chown(folder, user)
    data = str(folder / "data")
    initdb = [str(programs / "initdb"), "-D", data, "-U", "example", "-A", "trust", "-N", "--locale=C.UTF-8"]
    serve = [str(programs / "postgres"), "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", "", "-F"]
    subprocess.run(initdb, check=True, capture_output=True, user=user, cwd=folder, timeout=120)
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        server = subprocess.Popen(serve, user=user, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_for(programs, port)
        yield Cluster(programs, port)
    finally:
        server.terminate()
        server.wait(60)
        shutil.rmtree(folder, ignore_errors=True)
        Path(log.name).unlink(missing_ok=True)


def _wait_for(programs: Path, port: int) -> None:
    ready = [str(programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q"]
    for _ in range(300):
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError("PostgreSQL does not start")


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
