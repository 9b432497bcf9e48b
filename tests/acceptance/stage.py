"""The product and the simulators as processes: what a person would start, and how they would look at it."""

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx2

from cscart_zoho_sim.wire import Request
from tests.judged import JUDGES

PASSWORD = "a long example password"
INIT = ("init", "--admin", "example", "--password-stdin")


@dataclass(frozen=True)
class Simulation:
    """Both simulators, running: what their ready line said, and their control addresses."""

    cscart: dict[str, str]
    zoho: dict[str, str]

    def state(self) -> dict[str, Any]:
        answer = httpx2.get(f"{self.cscart['url']}/__sim__/state", timeout=60)
        answer.raise_for_status()
        state: dict[str, Any] = answer.json()
        return state

    def edit(self, edit: str, side: str = "cscart", **fields: Any) -> Any:
        """One of the control addresses: an edit that a person makes, or a fault."""
        base = self.cscart["url"] if side == "cscart" else origin(self.zoho["accounts_url"])
        answer = httpx2.post(f"{base}/__sim__/{edit}", json=fields, timeout=60)
        assert answer.is_success, answer.text
        return answer.json()


def origin(url: str) -> str:
    parsed = httpx2.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode()}"


@contextmanager
def simulation(*words: str) -> Iterator[Simulation]:
    """The simulators for as long as the block lasts."""
    argv = [sys.executable, "-m", "cscart_zoho_sim", "serve", "--json", "--no-minute-limit", *words]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline())
            sims = Simulation(ready["cscart"], ready["zoho"])
            yield sims
            judge_requests(sims)
        finally:
            process.terminate()


def judge_requests(sims: Simulation) -> None:
    """Every request that reached Zoho is one that its description allows."""
    for told in sims.edit("requests", side="zoho") if JUDGES else ():
        query = tuple((name, value) for name, value in told["query"])
        request = Request(**{**told, "query": query, "body": told["body"].encode()})
        for judge in JUDGES.values():
            judge.check(request)


@dataclass(frozen=True)
class Installation:
    """One installation of the product in a folder of its own."""

    folder: Path
    simulation: Simulation
    more: tuple[tuple[str, str], ...] = ()

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CSCART_ZOHO_", "DJANGO_"))}
        return {
            **kept,
            "CSCART_ZOHO_DATA": str(self.folder),
            "CSCART_ZOHO_SIM_STORE_URL": self.simulation.cscart["url"],
            "CSCART_ZOHO_SIM_ACCOUNTS_URL": self.simulation.zoho["accounts_url"],
            "CSCART_ZOHO_SIM_API_URL": origin(self.simulation.zoho["inventory_url"]),
            "CSCART_ZOHO_SIM_NO_MINUTE_LIMIT": "1",
            "CSCART_ZOHO_EVERY_MINUTES": "0",
            **dict(self.more),
        }

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """A command that runs on; its lines go to a log beside the database."""
        with (self.folder / "started.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "cscart_zoho.cli", *words],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def run(self, *words: str, given: str = "", timeout_s: float = 100) -> "subprocess.CompletedProcess[str]":
        """One command with everything it printed. A traceback is never an answer."""
        done = subprocess.run(
            [sys.executable, "-m", "cscart_zoho.cli", *words],
            env=self.environment(),
            input=given,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def well(self, *words: str, given: str = "") -> str:
        """One command that has to succeed; its standard output."""
        done = self.run(*words, given=given)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def told(self, *words: str) -> dict[str, Any]:
        """The JSON object at the end of a command, whatever its exit code."""
        done = self.run(*words, "--json")
        assert done.stdout.strip(), done.stderr
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return answer

    def init(self) -> None:
        """A new installation. In a folder of its own it is a copy of one that the command has made before."""
        if {name for name, _ in self.more} & {"CSCART_ZOHO_DATABASE", "CSCART_ZOHO_SECRET_KEYS", "CSCART_ZOHO_RUNNER"}:
            self.well(*INIT, given=PASSWORD + "\n")
        else:
            shutil.copytree(_initialised(), self.folder, dirs_exist_ok=True)

    def connect_store(self, **changed: str) -> "subprocess.CompletedProcess[str]":
        store = {**self.simulation.cscart, **changed}
        words = ("connect", "store", "--url", store["url"], "--email", store["email"], "--key-stdin")
        return self.run(*words, given=store["key"] + "\n")

    def connect_zoho(self, **changed: str) -> "subprocess.CompletedProcess[str]":
        zoho = {"region": "com", **self.simulation.zoho, **changed}
        words = ["connect", "zoho", "--region", zoho["region"], "--client-id", zoho["client_id"], "--secret-stdin"]
        return self.run(*words, "--code", zoho["grant_code"], given=zoho["client_secret"] + "\n")

    def connect(self) -> None:
        for done in (self.connect_store(), self.connect_zoho()):
            assert done.returncode == 0, done.stdout + done.stderr


@cache
def _initialised() -> Path:
    """A data folder as `cscart-zoho init` leaves it, made once for all tests of a process."""
    folder = Path(tempfile.mkdtemp(prefix="cscart-zoho-init-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    data = folder / "data"
    nobody = Simulation({"url": ""}, {"accounts_url": "", "inventory_url": "http://127.0.0.1"})
    Installation(data, nobody).well(*INIT, given=PASSWORD + "\n")
    return data


def until(holds: Callable[[], bool], what: str, *, seconds: float = 90) -> None:
    """Look until it holds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(f"it never came to this: {what}")


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
