"""`mapping` and `sync customers`, as people type them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.cli import syncing
from cscart_zoho.mapping.fields import Module
from cscart_zoho.records import Entity
from cscart_zoho.store.models import AuditEntry, Cursor, Store, ZohoOrganisation
from cscart_zoho.sync.asked import Asked
from tests.unit.test_cli import last_json, run_main

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
Run = Callable[..., str]


@pytest.fixture
def store(db: None) -> Store:
    """A store whose customers live in Inventory: its fields need no question to Zoho."""
    zoho = ZohoOrganisation.objects.create(organization_id="1", refresh_token="1000.example", connected_at=NOW)
    fields = [
        {"field_id": "41", "name": "VAT number", "type": "I", "values": {}},
        {"field_id": "42", "name": "PIN", "type": "W", "values": {}},
    ]
    return Store.objects.create(
        url="https://store.example.com",
        api_key="key",
        connected_at=NOW,
        zoho=zoho,
        capabilities={"addon": True, "profile_fields": fields},
        customer_choices={"home": "inventory"},
    )


@pytest.fixture
def run(store: Store, capsys: pytest.CaptureFixture[str]) -> Run:
    """One command that goes well; what it printed."""

    def go(*argv: str, code: int = 0) -> str:
        assert run_main(*argv) == code
        read = capsys.readouterr()
        return read.out if code == 0 else read.out + read.err

    return go


def mapped(store: Store, field: str) -> tuple[str, ...]:
    """Column, direction, owner and mode of a field; nothing when it is not mapped."""
    row = app.field_map(Store.objects.get(pk=store.pk), Module.INVENTORY).rows.get(field)
    return (row.column, row.direction.value, row.owner.value, row.mode.value) if row else ()


def test_show_tells_each_mapped_field_and_how_many_are_not(run: Run) -> None:
    shown = run("mapping", "show")
    assert "contact_persons.email" in shown
    assert "fields are not mapped" in shown
    told = last_json(run("mapping", "show", "--module", "inventory", "--json"))
    assert told["inventory"]["website"]["column"] == "url"


def test_the_fields_of_crm_are_asked_for_where_nobody_has(
    run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A map can be made before the first sync; fields of Inventory need no question."""
    asked: list[Store] = []
    monkeypatch.setattr(app, "read_fields", asked.append)
    run("mapping", "show")
    assert asked == []
    store.customer_choices = {"home": "crm"}
    store.save()
    run("mapping", "show")
    assert asked == [store]


def test_a_module_that_this_store_does_not_have_is_told(run: Run) -> None:
    assert "customers.home" in run("mapping", "show", "--module", "contact", code=1)


def test_set_maps_a_field_and_the_next_run_reads_everything(run: Run, store: Store) -> None:
    Cursor.objects.create(store=store, entity="customers", side="zoho", kind="full", moment=NOW)
    run("mapping", "set", "inventory", "vat_reg_no", "fields.41", "--direction", "to-zoho", "--mode", "if_empty")
    assert mapped(store, "vat_reg_no") == ("fields.41", "to-zoho", "ask", "if_empty")
    assert not Cursor.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.what, entry.detail) == ("mapping changed", "inventory vat_reg_no = fields.41")


def test_set_changes_only_what_is_said_and_takes_a_field_out(run: Run, store: Store) -> None:
    run("mapping", "set", "inventory", "website", "url", "--owner", "zoho")
    assert mapped(store, "website") == ("url", "both", "zoho", "always")
    run("mapping", "set", "inventory", "website", "url", "--mode", "if_new")
    assert mapped(store, "website") == ("url", "both", "zoho", "if_new")
    run("mapping", "set", "inventory", "website", "")
    assert mapped(store, "website") == ()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("currency_id", "company"), "cannot be mapped"),
        (("facebook", "url"), "would both be written"),
        (("website", "password"), "has no column"),
        (("no_such_field", "company"), "has no field"),
        (("website", "fields.42"), '"PIN" is a password'),
        (("contact_persons.email", ""), "must be mapped"),
        (("website", "url", "--owner", "me"), "is none of"),
    ],
)
def test_a_map_that_cannot_be_used_is_refused_and_nothing_changes(
    argv: tuple[str, ...], said: str, run: Run, store: Store
) -> None:
    assert said in run("mapping", "set", "inventory", *argv, code=1)
    assert Store.objects.get().customer_choices == {"home": "inventory"}


def test_maps_go_out_as_a_file_and_come_back(run: Run, store: Store, tmp_path: Path) -> None:
    run("mapping", "set", "inventory", "vat_reg_no", "fields.41")
    file = tmp_path / "map.json"
    file.write_text(run("mapping", "export"))
    run("mapping", "set", "inventory", "vat_reg_no", "")
    run("mapping", "import", str(file))
    assert mapped(store, "vat_reg_no")[0] == "fields.41"


@pytest.mark.parametrize("change", [{"kind": "a letter"}, {"version": 2}, {"maps": {"contact": {}}}, {"more": 1}])
def test_a_file_that_cannot_be_used_changes_nothing(
    change: dict[str, Any], run: Run, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "map.json"
    file.write_text(json.dumps({**json.loads(run("mapping", "export")), **change}))
    run("mapping", "import", str(file), code=1)
    assert Store.objects.get().customer_choices == {"home": "inventory"}


def test_check_says_whether_the_maps_can_be_used(run: Run, store: Store) -> None:
    assert "can be used" in run("mapping", "check")
    rows = {"website": {"column": "url"}}
    Store.objects.update(customer_choices={"home": "inventory", "maps": {"inventory": rows}})
    assert "must be mapped" in run("mapping", "check", code=1)


@pytest.mark.parametrize(
    ("argv", "asked"),
    [
        ((), Asked()),
        (("--direction", "to-zoho", "--only", "unsynced"), Asked(direction="to-zoho", only="unsynced")),  # type: ignore[arg-type]
        (("--cscart-ids", "12,15"), Asked(only="ids", cscart_ids=("12", "15"))),
        (("--zoho-ids", "46"), Asked(only="ids", zoho_ids=("46",))),
        (("--account-ids", "50,51"), Asked(only="ids", account_ids=("50", "51"))),
        (("--dry-run", "--full"), Asked(dry_run=True, full=True)),
        (("--cscart-ids", "12", "--winner", "zoho"), Asked(only="ids", cscart_ids=("12",), winner="zoho")),
        (("--release-brake",), Asked(release_brake=True)),
    ],
    ids=str,
)
def test_sync_customers_takes_the_options_of_products(
    argv: tuple[str, ...], asked: Asked, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Entity, Asked]] = []

    def sync(entity: Entity, asked: Asked, *, as_json: bool) -> int:
        seen.append((entity, asked))
        return 0

    monkeypatch.setattr(syncing, "sync", sync)
    run("sync", "customers", *argv)
    assert seen == [(Entity.CUSTOMERS, asked)]


@pytest.mark.parametrize("argv", [("--only", "ids"), ("--winner", "zoho"), ("--account-ids", "fifty")])
def test_options_that_contradict_each_other_are_wrong_use(argv: tuple[str, ...], run: Run) -> None:
    assert "Traceback" not in run("sync", "customers", *argv, code=2)
