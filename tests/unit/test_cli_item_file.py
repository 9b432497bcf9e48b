"""`items export`, as people type it."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cscart_zoho import app
from cscart_zoho.store.models import AuditEntry
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.world import World
from tests.connected import connect, sync
from tests.unit.test_cli import run_main

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    made = World.empty(4)
    for n in range(5):
        made.cscart.add_product(product=f"Lamp {n}", product_code=f"L-{n}", price="9.99", amount=5, status="A")
    made.cscart.add_product(product="Without", product_code="", price="9.99", amount=5, status="A")
    with app.using_transport(made.transport(), made.clock):
        sync(connect(made), Asked(dry_run=True))
        yield made


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))


def test_files_of_so_many_rows_and_what_is_not_in_them(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "items"
    assert run_main("items", "export", str(folder), "--rows", "2") == 0
    said = capsys.readouterr().out
    assert "5 items in 3 files." in said
    assert "Not in the files (1):" in said
    assert "It has no SKU" in said
    files = sorted(folder.iterdir())
    assert [each.name for each in files] == ["items-001.csv", "items-002.csv", "items-003.csv"]
    assert [len(rows(each)) for each in files] == [2, 2, 1]
    assert AuditEntry.objects.filter(what="import file made", detail="5 items").exists()


def test_programs_get_the_figures(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_main("items", "export", str(tmp_path / "items"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["rows"], told["files"], told["calls"]) == (True, 5, 1, 1)
    assert sum(told["left_out"].values()) == 1


def test_files_of_an_earlier_export_are_not_mixed_with_new_ones(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main("items", "export", str(tmp_path)) == 0
    assert run_main("items", "export", str(tmp_path)) == 1
    assert "Choose an empty folder" in capsys.readouterr().err


def test_a_file_that_was_not_finished_is_not_taken_for_one(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.cscart.broken = 50
    assert run_main("items", "export", str(tmp_path / "items")) == 1
    assert not list((tmp_path / "items").glob("*.csv"))
    assert capsys.readouterr().err
