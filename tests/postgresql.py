"""A PostgreSQL server of the tests' own, on 127.0.0.1."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest


@dataclass
class Cluster:
    """One server, and as many databases as are asked for."""

    programs: Path
    folder: Path
    port: int
    user: str | None
    log: IO[bytes]
    server: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        data, port = str(self.folder / "data"), str(self.port)
        words = [str(self.programs / "postgres"), "-D", data, "-h", "127.0.0.1", "-p", port, "-k", "", "-F"]
        self.server = subprocess.Popen(words, user=self.user, cwd=self.folder, stdout=self.log, stderr=self.log)
        for _ in range(300):
            if self._called("pg_isready", "-q", check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise AssertionError("PostgreSQL does not start")

    def stop(self) -> None:
        """A fast shutdown: every connection is cut, every transaction under way rolled back."""
        assert self.server is not None
        self.server.send_signal(signal.SIGINT)
        self.server.wait(60)

    def restart(self) -> None:
        self.stop()
        self.start()

    def database(self, name: str, template: str = "template1") -> str:
        """A new database, empty or a copy of another one. Its address."""
        self._called("createdb", "-U", "example", "-T", template, name)
        return self.address(name)

    def address(self, name: str) -> str:
        return f"postgresql://example@127.0.0.1:{self.port}/{name}"

    def _called(self, program: str, *words: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
        argv = [str(self.programs / program), "-h", "127.0.0.1", "-p", str(self.port), *words]
        return subprocess.run(argv, check=check, capture_output=True, timeout=60)


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


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One server for all tests of a process: those that use it belong to the group "postgresql"."""
    programs, user = _programs(), _unprivileged()
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/cscart-zoho-pg-XXXXXX"], text=True).strip())
    if user is not None:
        shutil.chown(folder, user)
    initdb = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "example", "-A", "trust", "-N"]
    subprocess.run([*initdb, "--locale=C.UTF-8"], check=True, capture_output=True, user=user, cwd=folder, timeout=120)
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        made = Cluster(programs, folder, _free_port(), user, log)
        try:
            made.start()
            yield made
        finally:
            if made.server is not None and made.server.poll() is None:
                made.stop()
            shutil.rmtree(folder, ignore_errors=True)
            Path(log.name).unlink(missing_ok=True)
