"""The command line: what people type, what they read, what programs get."""

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from cryptography.fernet import Fernet

from cscart_zoho import __version__, app
from cscart_zoho.cli import choices as chosen
from cscart_zoho.cli import connecting, progress, syncing, words
from cscart_zoho.cli.entry import app as commands
from cscart_zoho.cli.entry import main
from cscart_zoho.errors import NotConnected, WrongSetting
from cscart_zoho.jobs import execution
from cscart_zoho.mapping.choices import ProductChoices, choices_to_json
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.store.models import (
    AuditEntry,
    Conflict,
    Link,
    Observation,
    Run,
    RunState,
    Step,
    Store,
    ZohoOrganisation,
)
from cscart_zoho.store.values import value_to_json
from cscart_zoho.zoho.regions import REGIONS
from tests.begun import BEGUN
from tests.unit.memory import StandingClock, memory_sides

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def run_main(*argv: str) -> int:
    """The exit code of one command."""
    with pytest.raises(SystemExit) as ended:
        main(list(argv))
    return int(ended.value.code or 0)


def last_json(text: str) -> dict[str, Any]:
    answer = json.loads(text.strip().splitlines()[-1])
    assert isinstance(answer, dict)
    return answer


# Help


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from walk(child, (*path, name))


ALL_COMMANDS = list(walk(typer.main.get_command(commands)))


@pytest.mark.parametrize("path", [path for path, _ in ALL_COMMANDS], ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_main(*path, "--help") == 0
    assert "Usage: cscart-zoho" in capsys.readouterr().out


def test_every_command_and_option_is_explained() -> None:
    for path, command in ALL_COMMANDS:
        assert command.help, path
        for parameter in command.params:
            assert getattr(parameter, "help", "") or parameter.name == "help", (path, parameter.name)


def test_no_option_takes_a_secret() -> None:
    """Arguments are seen by everybody on the machine."""
    options = {option for _, command in ALL_COMMANDS for p in command.params for option in p.opts}
    assert "--key-stdin" in options
    assert not options & {"--key", "--api-key", "--secret", "--client-secret", "--password", "--token"}


def test_a_word_that_is_no_command_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_main("synchronise") == 2
    assert "No such command" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["--only", "ids"],
        ["--only", "unsynced", "--cscart-ids", "1"],
        ["--cscart-ids", "1,two"],
        ["--winner", "zoho"],
        ["--direction", "sideways"],
    ],
    ids=" ".join,
)
def test_options_that_contradict_each_other_are_wrong_use(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_main("sync", "products", *argv) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_no_summary_of_a_command_is_cut(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run_main("--help") == 0
    summaries = capsys.readouterr().out.partition("Commands:")[2]
    assert "sync" in summaries
    assert "..." not in summaries


def test_every_data_centre_is_named_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    run_main("connect", "zoho", "--help")
    said = " ".join(capsys.readouterr().out.split())
    assert all(f" {name}," in said or f" {name}." in said for name in REGIONS)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_main("--version") == 0
    assert capsys.readouterr().out == f"cscart-zoho {__version__}\n"


# Installing


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a new installation in `folder`, with nothing of the test process in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CSCART_ZOHO_", "DJANGO_"))}
    return {**kept, "CSCART_ZOHO_DATA": str(folder), **more}


def command(folder: Path, *argv: str, given: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cscart_zoho.cli", *argv],
        env=environment(folder, **more),
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


PASSWORD = "a long example password"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation") / "data"
    done = command(folder, "init", "--admin", "example", "--password-stdin", given=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    return folder


def test_init_makes_files_that_only_the_owner_can_read(installed: Path) -> None:
    assert stat.S_IMODE(installed.stat().st_mode) == 0o700
    assert {file.name for file in installed.iterdir()} >= {"secret.keys", "cscart-zoho.sqlite3"}
    for file in installed.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name


def test_init_makes_a_key_of_its_own(installed: Path) -> None:
    Fernet((installed / "secret.keys").read_text().strip())


def test_init_again_changes_nothing(installed: Path) -> None:
    key = (installed / "secret.keys").read_bytes()
    again = command(installed, "init", "--admin", "example", "--password-stdin", given="another long password\n")
    assert again.returncode == 0, again.stderr
    assert "was there already" in again.stdout
    assert (installed / "secret.keys").read_bytes() == key
    assert command(installed, "init").returncode == 0


def test_init_never_prints_a_secret(tmp_path: Path) -> None:
    done = command(tmp_path / "data", "init", "--admin", "example", "--password-stdin", given=PASSWORD + "\n")
    printed = done.stdout + done.stderr
    assert PASSWORD not in printed
    assert (tmp_path / "data" / "secret.keys").read_text().strip() not in printed


def test_init_has_no_default_password(tmp_path: Path) -> None:
    done = command(tmp_path / "data", "init")
    assert done.returncode == 1
    assert "--password-stdin" in done.stderr


def test_init_refuses_a_weak_password(tmp_path: Path) -> None:
    done = command(tmp_path / "data", "init", "--password-stdin", given="password\n")
    assert done.returncode == 1
    assert "too common" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_before_init_says_what_to_do(tmp_path: Path) -> None:
    done = command(tmp_path / "data", "status", "--json")
    assert done.returncode == 1
    assert "cscart-zoho init" in done.stderr
    assert last_json(done.stdout)["ok"] is False


def test_a_database_that_is_away_is_told_in_a_sentence(installed: Path) -> None:
    done = command(installed, "status", CSCART_ZOHO_DATABASE="postgresql://nobody:secret@127.0.0.1:9/example")
    assert done.returncode == 1
    assert "CSCART_ZOHO_DATABASE" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_address_that_makes_no_sense_is_told_in_a_sentence(installed: Path) -> None:
    done = command(installed, "status", CSCART_ZOHO_DATABASE="mysql://127.0.0.1/example")
    assert done.returncode == 1
    assert "must begin with" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_interval_ends_the_schedule_with_a_sentence(installed: Path) -> None:
    done = command(installed, "schedule", CSCART_ZOHO_EVERY_MINUTES="often")
    assert done.returncode == 1
    assert "CSCART_ZOHO_EVERY_MINUTES" in done.stderr


def test_a_fresh_installation_has_a_status(installed: Path) -> None:
    done = command(installed, "status", "--json")
    assert done.returncode == 0, done.stderr
    answer = last_json(done.stdout)
    assert answer["store"]["connected"] is answer["zoho"]["connected"] is answer["worker"] is False
    assert answer["last_run"] is None


def test_sync_without_connections_says_which_command_comes_first(installed: Path) -> None:
    done = command(installed, "sync", "products", "--json")
    assert done.returncode == 1
    assert "cscart-zoho connect store" in done.stderr
    assert last_json(done.stdout)["ok"] is False


def test_doctor_of_a_fresh_installation_says_what_is_missing(installed: Path) -> None:
    done = command(installed, "doctor", "--json")
    assert done.returncode == 1
    findings = {finding["what"]: finding for finding in last_json(done.stdout)["findings"]}
    assert all(findings[what]["ok"] for what in ("Data folder", "Keys", "Database", "Secrets", "Clock"))
    assert "connect store" in findings["Store"]["words"]
    assert "connect zoho" in findings["Zoho"]["words"]
    assert "serve" in findings["Worker"]["words"]


def test_doctor_before_init_says_init(tmp_path: Path) -> None:
    done = command(tmp_path / "data", "doctor")
    assert done.returncode == 1
    assert "cscart-zoho init" in done.stdout


# Connecting


@pytest.fixture
def connected(db: None) -> Store:
    zoho = ZohoOrganisation.objects.create(
        organization_id="10234695",
        name="Example Ltd",
        client_id="1000.A",
        refresh_token="1000.example",
        connected_at=NOW,
    )
    return Store.objects.create(
        url="https://store.example.com",
        api_key="key",
        connected_at=NOW,
        zoho=zoho,
        first_syncs=BEGUN,
    )


@pytest.mark.django_db
def test_a_store_that_does_not_answer_replaces_nothing(
    connected: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuses(_: Store, *, same_shop: bool) -> None:
        raise NotConnected("The store refused the key.")

    monkeypatch.setattr(app, "connect_store", refuses)
    monkeypatch.setattr(sys, "stdin", io.StringIO("wrong-key-value\n"))
    code = run_main("connect", "store", "--url", "https://other.example.com", "--email", "a@example.com", "--key-stdin")
    assert code == 1
    assert "The store refused the key." in capsys.readouterr().err
    connected.refresh_from_db()
    assert (connected.url, connected.api_key) == ("https://store.example.com", "key")


@pytest.mark.django_db
def test_a_store_is_connected_and_noted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(app, "connect_store", lambda store, same_shop: store.save())
    monkeypatch.setenv("CSCART_ZOHO_STORE_KEY", "the-key-of-the-store")
    main_ok("connect", "store", "--url", "https://store.example.com/", "--email", "a@example.com")
    store = Store.objects.get()
    assert (store.url, store.api_key) == ("https://store.example.com", "the-key-of-the-store")
    assert AuditEntry.objects.get().what == "store connected"
    assert "the-key-of-the-store" not in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize("keeps", [False, True])
def test_what_an_old_store_cannot_keep_is_told_at_connecting(
    keeps: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def connect(store: Store, *, same_shop: bool) -> None:
        store.capabilities = {"keeps_shipping": keeps}
        store.save()

    monkeypatch.setattr(app, "connect_store", connect)
    monkeypatch.setenv("CSCART_ZOHO_STORE_KEY", "the-key-of-the-store")
    main_ok("connect", "store", "--url", "https://store.example.com/", "--email", "a@example.com")
    main_ok("status")
    told = " ".join(capsys.readouterr().out.split())
    assert told.count("empties the shipping address of a customer") == (0 if keeps else 2)


def main_ok(*argv: str) -> None:
    assert run_main(*argv) == 0


@pytest.mark.django_db
def test_a_missing_key_is_asked_for_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CSCART_ZOHO_STORE_KEY", raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run_main("connect", "store", "--url", "https://store.example.com", "--email", "a@example.com") == 1
    assert "CSCART_ZOHO_STORE_KEY" in capsys.readouterr().err


@pytest.mark.django_db
def test_a_self_client_code_is_exchanged_and_what_it_lacks_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(app, "connect_zoho", lambda org, **how: seen.update(how, secret=org.client_secret))
    monkeypatch.setattr(app, "check_zoho", lambda org: [("Zoho", True, "answers"), ("Zoho", False, "Missing: items.")])
    monkeypatch.setattr(sys, "stdin", io.StringIO("the-secret\n"))
    store = Store.objects.create()
    main_ok("connect", "zoho", "--region", "eu", "--client-id", "1000.B", "--secret-stdin", "--code", "1000.code")
    assert seen == {"code": "1000.code", "self_client": True, "secret": "the-secret"}
    assert capsys.readouterr().out.splitlines()[1:] == ["Missing: items."]
    store.refresh_from_db()
    assert store.zoho is not None
    assert store.zoho.region == "eu"


@pytest.mark.django_db
def test_without_a_code_the_authorise_address_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "authorise_url", lambda org, *, state: f"https://accounts.zoho.eu/auth?state={state}")
    monkeypatch.setattr(sys, "stdin", io.StringIO("the-secret\n"))
    main_ok("connect", "zoho", "--region", "eu", "--client-id", "1000.B", "--secret-stdin")
    printed = capsys.readouterr().out
    assert "https://accounts.zoho.eu/auth?state=" in printed
    assert "/zoho/callback/" in printed, "Zoho refuses an address that its console does not have"
    assert app.scopes() in printed, "a Self Client's code is made for typed permissions"
    assert "the-secret" not in printed


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def authorising(monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[[str], dict[str, Any]]:
    """Type the address that the browser ended at; `STATE` in it stands for the right state."""

    def types(address: str) -> dict[str, Any]:
        seen: dict[str, Any] = {}

        def authorise(org: ZohoOrganisation, *, state: str) -> str:
            monkeypatch.setattr("builtins.input", lambda _: address.replace("STATE", state))
            return "https://accounts.zoho.eu/auth"

        monkeypatch.setattr(app, "authorise_url", authorise)
        monkeypatch.setattr(app, "connect_zoho", lambda org, **how: seen.update(how))
        monkeypatch.setattr(app, "check_zoho", lambda org: [])
        monkeypatch.setattr(sys, "stdin", Terminal())
        monkeypatch.setenv("CSCART_ZOHO_CLIENT_SECRET", "the-secret")
        connecting.connect_zoho("eu", "1000.B", secret_stdin=False, code="", organisation_id="")
        return seen

    return types


def test_the_address_after_accept_connects(authorising: Callable[[str], dict[str, Any]]) -> None:
    seen = authorising(
        "http://127.0.0.1:8600/zoho/callback/?state=STATE&code=1000.x&location=eu&accounts-server=https%3A%2F%2Faccounts.zoho.eu"
    )
    assert seen == {"code": "1000.x", "location": "eu", "accounts_server": "https://accounts.zoho.eu"}


def test_an_address_of_another_attempt_is_refused(authorising: Callable[[str], dict[str, Any]]) -> None:
    with pytest.raises(NotConnected, match="does not belong"):
        authorising("http://127.0.0.1:8600/zoho/callback/?state=other&code=1000.x")


def test_a_rejection_is_told(authorising: Callable[[str], dict[str, Any]]) -> None:
    with pytest.raises(NotConnected, match="access_denied"):
        authorising("http://127.0.0.1:8600/zoho/callback/?state=STATE&error=access_denied")


def test_a_working_connection_is_not_replaced_by_another_client(connected: Store) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSCART_ZOHO_CLIENT_SECRET", "the-secret")
        with pytest.raises(WrongSetting, match="connected already"):
            connecting.connect_zoho("eu", "1000.OTHER", secret_stdin=False, code="1000.x", organisation_id="")


def test_disconnect_tells_a_warning(
    connected: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "disconnect_zoho", lambda org: "Zoho could not be reached.")
    main_ok("disconnect", "zoho")
    assert "Zoho could not be reached." in capsys.readouterr().out


# Syncing


def carries_out(monkeypatch: pytest.MonkeyPatch, then: Callable[[Run], object]) -> None:
    def carry_out(run: Run, *, worker: str, on_progress: Callable[[execution.Progress], None] | None = None) -> None:
        if on_progress:
            on_progress(execution.Progress("applying", 1, 2))
        then(run)

    monkeypatch.setattr(execution, "carry_out", carry_out)


def ends(run: Run, state: RunState, **more: Any) -> None:
    Run.objects.filter(pk=run.pk).update(state=state, finished_at=NOW, **more)


@pytest.mark.django_db
def test_sync_carries_the_run_out_and_tells_the_result(
    connected: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def then(run: Run) -> None:
        Step.objects.create(run=run, kind="create", target="zoho", state="done", label="Lamp")
        Step.objects.create(run=run, kind="link", state="done", label="Chair")
        Step.objects.create(run=run, kind="hold", state="held", label="Desk", reason="The SKU is there twice.")
        ends(run, RunState.DONE, calls_zoho=5, calls_cscart=2)

    carries_out(monkeypatch, then)
    main_ok("sync", "products", "--json")
    said = capsys.readouterr()
    answer = last_json(said.out)
    assert answer["counts"] == {"linked": 1, "created_in_zoho": 1, "held": 1}
    assert (answer["state"], answer["calls"]) == ("done", {"cscart": 2, "zoho": 5})
    assert "Desk: The SKU is there twice." in said.out
    assert "Writing ..." in said.err


def test_a_run_ends_with_the_conflicts_that_wait(
    conflict: Conflict, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    carries_out(monkeypatch, lambda run: ends(run, RunState.DONE, calls_cscart=1))
    main_ok("sync", "products")
    said = capsys.readouterr().out
    assert "1 conflict to be answered" in said
    assert "1 call to CS-Cart" in said


@pytest.mark.parametrize("state", [RunState.ATTENTION, RunState.FAILED, RunState.STOPPED])
def test_a_run_that_needs_somebody_ends_with_1(
    connected: Store, monkeypatch: pytest.MonkeyPatch, state: RunState
) -> None:
    carries_out(monkeypatch, lambda run: ends(run, state, message="Look at it."))
    assert run_main("sync", "products") == 1


def test_what_was_asked_reaches_the_run(connected: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    carries_out(monkeypatch, lambda run: ends(run, RunState.DONE))
    main_ok("sync", "products", "--cscart-ids", "12, 7,7", "--winner", "zoho", "--direction", "to-cscart", "--dry-run")
    asked = Run.objects.get().asked
    assert asked["only"] == "ids"
    assert asked["cscart_ids"] == ["7", "12"]
    assert (asked["winner"], asked["direction"], asked["dry_run"]) == ("zoho", "to-cscart", True)


def test_a_run_that_a_worker_has_is_followed(connected: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([NOW, NOW])

    def worker_ends(_: float) -> None:
        if next(looks, None) is None:
            Run.objects.update(state=RunState.DONE, finished_at=NOW)

    monkeypatch.setattr(syncing, "claim_this", lambda *_: None)
    monkeypatch.setattr(syncing.time, "sleep", worker_ends)
    main_ok("sync", "products")
    assert next(looks, "all used") == "all used"


def test_a_run_that_a_killed_process_left_behind_is_finished_first(
    connected: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = Run.objects.create(
        store=connected, state=RunState.RUNNING, asked_key="left", asked_at=NOW, heartbeat_at=NOW, lease=1
    )
    order: list[int] = []
    monkeypatch.setattr(syncing.time, "sleep", lambda _: None)
    carries_out(monkeypatch, lambda run: (order.append(run.pk), ends(run, RunState.DONE)))
    main_ok("sync", "products")
    assert order == [left.pk, Run.objects.exclude(pk=left.pk).get().pk]


@pytest.mark.parametrize(
    ("at_work", "said"), [(True, "goes on by itself after"), (False, "start a worker with `cscart-zoho serve`")]
)
def test_a_long_pause_is_not_waited_for(
    connected: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], at_work: bool, said: str
) -> None:
    def pauses(run: Run) -> None:
        until = datetime.now(UTC) + timedelta(hours=5)
        Run.objects.filter(pk=run.pk).update(state=RunState.WAITING, not_before=until, message="No calls left.")

    carries_out(monkeypatch, pauses)
    monkeypatch.setattr(syncing, "is_present", lambda _: at_work)
    assert run_main("sync", "products") == 1
    assert said in capsys.readouterr().out


def test_a_dry_run_lists_what_would_be_done(
    connected: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def plans(run: Run) -> None:
        Step.objects.create(run=run, kind="create", target="zoho", label="Lamp")
        Step.objects.create(run=run, kind="update", target="cscart", label="Chair", changes={"price": ["d:1", "d:2"]})
        ends(run, RunState.DONE)

    carries_out(monkeypatch, plans)
    main_ok("sync", "products", "--dry-run")
    printed = capsys.readouterr().out
    assert "Would be: Created in Zoho" in printed
    assert "update Chair: price" in printed


@pytest.mark.django_db(transaction=True)
def test_a_first_run_a_preview_and_a_second_run(
    connected: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real run over two sides in memory, seen from the command line."""
    clock = StandingClock()
    cscart, zoho, _, sides = memory_sides(clock)
    for number in range(4):
        cscart.put(sku=f"S{number}", name=f"Thing {number}")
    for number in range(3, 6):
        zoho.put(sku=f"S{number}", name=f"Thing {number}")
    cscart.put(sku="", name="Nameless")
    monkeypatch.setattr("cscart_zoho.app.runs.wires_of", lambda *_, **__: (None, None))
    monkeypatch.setattr("cscart_zoho.app.runs.product_sides", lambda *_: sides)
    monkeypatch.setattr(app, "product_map", lambda _: ProductMap(ProductChoices()))
    monkeypatch.setattr(app, "now", clock.now)

    main_ok("sync", "products", "--dry-run", "--json")
    assert last_json(capsys.readouterr().out)["counts"]["planned"] == 6
    assert (len(cscart.rows), len(zoho.rows)) == (5, 3)

    main_ok("sync", "products", "--json")
    counts = last_json(capsys.readouterr().out)["counts"]
    assert counts == {"linked": 1, "created_in_zoho": 3, "created_in_cscart": 2, "held": 1}

    main_ok("sync", "products", "--json")
    assert last_json(capsys.readouterr().out)["counts"] == {}
    main_ok("status", "--json")
    status = last_json(capsys.readouterr().out)
    assert status["products"]["linked"] == 6
    assert status["products"]["unexplained"] == 0
    ((side, reason),) = [(row["side"], row["reason"]) for row in status["not_linked"]]
    assert side == "cscart"
    assert "no SKU" in reason


def test_status_says_why_customers_are_not_in_sync_each_pair_once(
    connected: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    def customer(id: str, side: str, state: str = "held", reason: str = "No group.", **more: Any) -> None:
        row = {"entity": "customers", "side": side, "remote_id": id, "state": state, "reason": reason, **more}
        Observation.objects.create(store=connected, values={}, seen_at=NOW, **row)

    customer("1", "cscart", name="Ann Example")
    customer("2", "cscart", name="Bob Example")
    customer("3", "cscart", reason="A long city.", name="Cleo Example", linked=True)
    customer("z3", "zoho", reason="A long city.", name="Cleo Example", linked=True)
    customer("4", "cscart", state="synced", reason="")
    ends = {"cscart_id": "3", "zoho_id": "z3", "origin": "adopted"}
    Link.objects.create(store=connected, entity="customers", created_at=NOW, settled_at=NOW, **ends)
    main_ok("status", "--json")
    told = last_json(capsys.readouterr().out)["customers_told"]
    assert [(row["customers"], row["linked"], row["first"]) for row in told] == [
        (2, False, "Ann Example and 1 other"),
        (1, True, "Cleo Example"),
    ]
    main_ok("status")
    assert "2 customers not in sync, Ann Example and 1 other: No group." in capsys.readouterr().out


def test_every_outcome_of_a_step_has_words() -> None:
    states = ["planned", "done", "held", "failed", "unknown", "skipped"]
    kinds = ["link", "create", "update", "stock", "conflict", "hold", "mark_inactive"]
    keys = {
        syncing._key(kind, target, state) for kind in kinds for target in ("zoho", "cscart", "") for state in states
    }
    assert keys <= set(syncing.KEY_WORDS)


# Showing


@pytest.fixture
def conflict(connected: Store) -> Conflict:
    return Conflict.objects.create(
        store=connected,
        entity="products",
        cscart_id="7",
        zoho_id="70",
        label="Lamp",
        field="price",
        cscart_value=value_to_json(Decimal("10.50")),
        zoho_value=value_to_json(Decimal("11")),
        policy="ask",
        found_at=NOW,
    )


def test_conflicts_show_both_values(conflict: Conflict, capsys: pytest.CaptureFixture[str]) -> None:
    main_ok("conflicts")
    printed = capsys.readouterr().out
    assert all(shown in printed for shown in ("Lamp", "10.5", "11"))


def test_an_answer_is_kept_and_a_run_asked_for(conflict: Conflict, capsys: pytest.CaptureFixture[str]) -> None:
    main_ok("conflicts", "--json")
    (listed,) = last_json(capsys.readouterr().out)["conflicts"]
    main_ok("conflicts", "--answer", listed["question"], "zoho", "--json")
    conflict.refresh_from_db()
    assert conflict.answer == "zoho"
    run = Run.objects.get(pk=last_json(capsys.readouterr().out)["run"])
    assert (run.asked["only"], run.asked["cscart_ids"], run.asked["zoho_ids"]) == ("ids", ["7"], ["70"])
    assert AuditEntry.objects.filter(what="conflict answered").exists()


def test_an_answer_to_a_settled_conflict_is_refused(conflict: Conflict, capsys: pytest.CaptureFixture[str]) -> None:
    Conflict.objects.update(settled_at=NOW)
    assert run_main("conflicts", "--answer", str(conflict.pk), "zoho") == 1
    assert "settled already" in capsys.readouterr().err
    assert not Run.objects.exists()


@pytest.mark.parametrize("version", ["", "-", "-0123abcd"])
def test_an_answer_without_the_values_that_it_is_for_is_refused(
    version: str, conflict: Conflict, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main("conflicts", "--answer", f"{conflict.pk}{version}", "zoho") == 1
    said = capsys.readouterr().err
    assert f"conflicts --answer {conflict.pk}-{conflict.version} zoho" in said
    assert "10.5" in said
    conflict.refresh_from_db()
    assert (conflict.answer, Run.objects.exists()) == ("", False)


def test_whoever_answers_after_somebody_else_is_told(conflict: Conflict, capsys: pytest.CaptureFixture[str]) -> None:
    Conflict.objects.update(answer="cscart", settled_by="Ann")
    assert run_main("conflicts", "--answer", f"{conflict.pk}-{conflict.version}", "zoho") == 1
    assert "Ann has answered meanwhile that CS-Cart counts" in capsys.readouterr().err
    main_ok("conflicts", "--answer", f"{conflict.pk}-{conflict.version}-cscart", "zoho")


def test_an_answer_to_no_conflict_is_refused(connected: Store) -> None:
    assert run_main("conflicts", "--answer", "99", "zoho") == 1


def test_an_answer_must_name_a_side(connected: Store) -> None:
    assert run_main("conflicts", "--answer", "1", "amazon") == 2


def test_runs_are_listed_newest_first(connected: Store, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        Run.objects.create(
            store=connected, asked_key=str(number), asked_at=NOW + timedelta(hours=number), trigger="cli"
        )
    main_ok("runs", "--limit", "2", "--json")
    listed = [row["run"] for row in last_json(capsys.readouterr().out)["runs"]]
    assert listed == sorted(listed, reverse=True)
    assert len(listed) == 2


def test_a_setting_is_changed_and_kept(connected: Store, capsys: pytest.CaptureFixture[str]) -> None:
    main_ok("settings", "set", "stock_buffer", "3")
    main_ok("settings", "set", "owners.price", "zoho")
    main_ok("settings", "set", "create_in_zoho", "no")
    capsys.readouterr()
    main_ok("settings", "show", "--json")
    shown = last_json(capsys.readouterr().out)
    assert (shown["stock_buffer"], shown["owners"]["price"], shown["create_in_zoho"]) == (3, "zoho", False)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("colour", "red", "settings show"),
        ("owners", "zoho", "settings show"),
        ("owners.colour", "zoho", "short_description"),
        ("owners.price", "amazon", "cscart, zoho, newest, ask, nobody"),
        ("stock_owner", "me", "shared, zoho, cscart, nobody"),
        ("stock_buffer", "-1", "0 or more"),
        ("stock_buffer", "many", "0 or more"),
        ("create_in_zoho", "perhaps", "yes or no"),
        ("stock_buffer.x", "1", "settings show"),
        ("brake_percent", "101", "from 1 to 100"),
        ("new_product_status", "Z", "A, D, H"),
        ("weight_unit", "stone", "kg, g, lb, oz"),
        ("default_tax_id", "VAT", "number"),
        ("taxes.6", "standard", "number"),
        ("taxes.VAT", "460", "number"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_fits_and_changes_nothing(
    connected: Store, key: str, value: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main("settings", "set", key, value) == 1
    assert said in capsys.readouterr().err
    connected.refresh_from_db()
    assert connected.product_choices == {}


def test_an_emptied_owner_is_told_with_the_default_it_falls_back_to(
    connected: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    main_ok("settings", "set", "owners.price", "")
    assert "owners.price is now cscart." in capsys.readouterr().out


def test_an_empty_value_takes_an_entry_out_of_a_table() -> None:
    choices = {**choices_to_json(ProductChoices()), "taxes": {"6": "460", "7": "461"}}
    assert chosen.with_setting(choices, "taxes.6", "")["taxes"] == {"7": "461"}


# Words


def test_a_table_is_aligned_and_never_cut() -> None:
    long = "x" * 300
    lines = words.table([("Paired", 1200), (long, 7)], head=("What", "Number")).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1].endswith(" 1,200")
    assert long in lines[2]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (185, "3 min 5 s"), (7800, "2 h 10 min")]
)
def test_a_duration_is_said_in_words(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("done", "total", "seconds", "said"),
    [
        (40, 120, 5.0, "40 of 120, 8.0/s, 10 s left"),
        (120, 120, 10.0, "120 of 120, 12.0/s"),
        (7, 0, 2.0, "7, 3.5/s"),
        (0, 5, 0.0, "0 of 5"),
    ],
)
def test_progress_tells_rate_and_time_left(done: int, total: int, seconds: float, said: str) -> None:
    assert progress.progress_line(done, total, seconds) == said


def test_progress_without_a_terminal_is_a_line_now_and_then() -> None:
    stream, moments = io.StringIO(), iter([0.0, 1.0, 6.0, 7.0, 8.0])
    tell = progress.plain_lines(stream, lambda: next(moments))
    for phase, done in [("observing", 0), ("observing", 1), ("observing", 6), ("observing", 7), ("applying", 0)]:
        tell(phase, done, 12)
    assert stream.getvalue().splitlines() == [
        "Reading both sides ...",
        "Reading both sides: 6 of 12, 1.0/s, 6 s left",
        "Writing ...",
    ]


def test_progress_on_a_terminal_is_a_bar() -> None:
    terminal = Terminal()
    with progress.shown_progress(terminal) as tell:
        tell("observing", 3, 0)
        tell("applying", 2, 4)
        tell("applying", 4, 4)
    assert "Writing" in terminal.getvalue()
    assert "4/4" in terminal.getvalue()
