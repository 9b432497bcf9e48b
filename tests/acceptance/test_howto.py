"""The pages of docs/howto, tried as written: their units, their commands, their containers' commands."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from cscart_zoho.cli import main
from tests.acceptance.stage import PASSWORD, Installation, Simulation, free_port, simulation, until
from tests.postgresql import Cluster

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("postgresql")]
HOWTO = Path(__file__).resolve().parent.parent.parent / "docs" / "howto"
PROGRAMS = Path(sys.executable).parent
UNITS = "/etc/systemd/system/"
NOBODY = Simulation({"url": ""}, {"accounts_url": "", "inventory_url": "http://127.0.0.1"})


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of one language on a page."""
    return re.findall(rf"```{language}\n(.*?)```", (HOWTO / page).read_text(), re.DOTALL)


def lines(page: str, *beginnings: str) -> list[str]:
    """The command lines of a page that begin so."""
    told = [line for block in blocks(page, "sh") for line in block.splitlines()]
    return [line for line in told if line.startswith(beginnings)]


def units() -> dict[str, str]:
    """By name the units of systemd.md; those that only say what is different, made whole as the page says."""
    told = {block.splitlines()[0].removeprefix(f"# {UNITS}"): block for block in blocks("systemd.md", "ini")}
    told.pop("# /etc/cscart-zoho.env")
    whole = told["cscart-zoho.service"]
    starts = {name: re.search(r"^ExecStart=.*$", block, re.MULTILINE) for name, block in told.items()}
    return {
        name: re.sub(r"^ExecStart=.*$", start.group(), whole, flags=re.MULTILINE)
        for name, start in starts.items()
        if start is not None
    }


def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    told = units()
    assert len(told) == 4
    for name, unit in told.items():
        (tmp_path / name).write_text(unit.replace("/opt/cscart-zoho/bin", str(PROGRAMS)))
    words = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in told)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def words_of(unit: str) -> list[str]:
    """What a unit runs, without the program's own path."""
    start = re.search(r"^ExecStart=\S+ (.*)$", unit, re.MULTILINE)
    assert start is not None, unit
    return shlex.split(start.group(1))


def settings_of(page: str) -> dict[str, str]:
    """The environment file on a page."""
    return dict(line.split("=", 1) for line in blocks(page, "ini")[0].splitlines()[1:])


def test_one_service_is_panel_worker_and_schedule(tmp_path: Path) -> None:
    settings = {**settings_of("systemd.md"), "CSCART_ZOHO_DATA": str(tmp_path)}
    product, port = Installation(tmp_path, NOBODY, tuple(settings.items())), free_port()
    product.init()
    with started(product, at_port(words_of(units()["cscart-zoho.service"]), port)):
        until(lambda: answers(port), "the panel answers")
        until(lambda: bool(product.told("status")["worker"]), "the worker is there")


def commands_of_compose() -> dict[str, list[str]]:
    services: dict[str, Any] = yaml.safe_load((HOWTO / "compose.yaml").read_text())["services"]
    return {name: service["command"] for name, service in services.items() if "command" in service}


def test_every_command_that_a_page_names_exists() -> None:
    told = [shlex.split(line)[1:] for line in lines("postgresql.md", "cscart-zoho ")]
    told += [words_of(unit) for unit in units().values()]
    told += commands_of_compose().values()
    assert len(told) == 5 + 4 + 5
    for words in told:
        with pytest.raises(SystemExit) as ended:
            main([*words, "--help"])
        assert not ended.value.code, words
    with pytest.raises(SystemExit) as ended:
        main(["worker", "--wrong", "--help"])
    assert ended.value.code == 2, "a wrong option is seen all the same"


@contextmanager
def started(product: Installation, *commands: list[str]) -> Iterator[None]:
    processes = [product.start(*words) for words in commands]
    try:
        yield
        assert [process.poll() for process in processes] == [None] * len(processes), "none has ended by itself"
    finally:
        for process in processes:
            process.terminate()
        ended = [process.wait(60) for process in processes]
    assert ended == [0] * len(processes), "each ends politely"


def at_port(words: list[str], port: int) -> list[str]:
    """The same command on a port that is free on this machine."""
    return [str(port) if word == "8600" else word for word in words]


def bash(script: str, environment: dict[str, str], given: str = "") -> None:
    """Commands of a page, without becoming another user."""
    words = ["bash", "-euc", script.replace("sudo -u postgres ", "")]
    # In a session of its own: without a terminal, passwords are read from standard input.
    done = subprocess.run(
        words, env=environment, input=given, capture_output=True, text=True, timeout=200, start_new_session=True
    )
    assert done.returncode == 0, done.stderr


def answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/login/", timeout=10).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.mark.long
def test_panel_schedule_and_workers_start_apart_as_the_pages_say(cluster: Cluster, tmp_path: Path) -> None:
    server = {"PGHOST": "127.0.0.1", "PGPORT": str(cluster.port), "PGUSER": "example"}
    path = {"PATH": f"{cluster.programs}:{PROGRAMS}:{os.environ['PATH']}"}
    bash("\n".join(lines("postgresql.md", "sudo -u postgres")), {**server, **path}, given="a password\na password\n")
    settings = settings_of("postgresql.md")
    settings["CSCART_ZOHO_DATABASE"] = (
        settings["CSCART_ZOHO_DATABASE"]
        .replace("PASSWORD", "a%20password")
        .replace("db.example.com:5432", f"127.0.0.1:{cluster.port}")
    )
    settings |= {"CSCART_ZOHO_DATA": str(tmp_path), "PGSSLMODE": "disable"}
    product = Installation(tmp_path, NOBODY, tuple(settings.items()))
    init, *apart, doctor = [shlex.split(line)[1:] for line in lines("postgresql.md", "cscart-zoho ")]
    product.well(*init, "--password-stdin", given=PASSWORD + "\n")
    compose, ports = commands_of_compose(), (free_port(), free_port())
    contained = [at_port(compose[name], ports[1]) for name in ("web", "worker", "schedule")]

    with started(product, *(at_port(words, ports[0]) for words in apart), *contained):
        until(lambda: all(answers(port) for port in ports), "both panels answer")
        until(lambda: len(product.told("status")["workers"]) == 3, "three workers say that they are there")
        found = {finding["what"]: finding for finding in product.told(*doctor)["findings"]}
    assert found["Database"]["words"] == "postgresql, Procrastinate hands out the runs"
    assert [found[what]["ok"] for what in ("Worker", "Clock")] == [True, True]
    until(lambda: not product.told("status")["workers"], "nobody is named who has gone")


@pytest.mark.long
def test_a_store_moves_from_sqlite_to_postgresql_and_nothing_is_written_anew(cluster: Cluster, tmp_path: Path) -> None:
    *_, leave, come = blocks("postgresql.md", "sh")
    assert "dumpdata" in leave
    assert "loaddata" in come
    with simulation("--products", "20") as sims:
        key = ("CSCART_ZOHO_SECRET_KEYS", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
        old = Installation(tmp_path, sims, (key,))
        old.init()
        old.connect()
        old.told("sync", "products")
        written = {side: counts["writes"] for side, counts in sims.state().items()}
        new = Installation(tmp_path, sims, (key, ("CSCART_ZOHO_DATABASE", cluster.database("moved"))))
        here = f"cd {shlex.quote(str(tmp_path))}\n"
        path = {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}

        bash(here + leave, {**old.environment(), **path})
        assert (tmp_path / "moving.jsonl").stat().st_mode & 0o077 == 0, "there are secrets in it"
        bash(here + come, {**new.environment(), **path})

        told = new.told("sync", "products")
        assert told["counts"] == {}
        assert {side: counts["writes"] for side, counts in sims.state().items()} == written
        assert new.told("status")["products"] == old.told("status")["products"]
        assert not (tmp_path / "moving.jsonl").exists()
