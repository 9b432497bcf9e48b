"""The first load by file: exported, imported in Zoho, adopted by SKU without a single creation."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.app.item_file import ItemFile, Told, calls_by_file, waiting
from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.store.models import Conflict, ItemFileRow, Link, Observation, RunState, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho.zoho.item_file import FORMULA
from cscart_zoho_sim.world import World
from tests.connected import connect, sync

pytestmark = pytest.mark.django_db

TEXTS = {
    "plain": "Blue lamp",
    "comma": "Lamp, blue, with a shade",
    "quotes": 'Lamp 12" "Nova"',
    "umlauts": "Grüße aus 東京",
    "long": "Lamp " + "very " * 17 + "long",
}


@contextmanager
def shop(world: World, **choices: Any) -> Iterator[Store]:
    with app.using_transport(world.transport(), world.clock):
        store = connect(world, ProductChoices(**choices))
        sync(store, Asked(dry_run=True))
        yield store


def stocked(count: int = 0) -> World:
    """Products with odd texts and prices; the store has more of them than Zoho, which has one of its own."""
    world = World.empty(21)
    for n, (sku, name) in enumerate(TEXTS.items()):
        description = f'<p>{name}</p><ul><li>one</li><li>two, "three"</li></ul>'
        world.cscart.add_product(
            product=name,
            product_code=f"T-{sku}",
            price=f"{n * 1000 + 1}.{n}5",
            list_price="2000.10",
            amount=7 * n,
            status="A" if n else "D",
            weight="0.125",
            full_description=description,
        )
    for n in range(count):
        world.cscart.add_product(product=f"Product {n}", product_code=f"N-{n}", price="9.99", amount=5, status="A")
    world.cscart.add_product(product="Shared", product_code="SHARED", price="5", amount=3, status="A")
    world.zoho.add_item(name="Shared", sku="SHARED", rate=5, stock_on_hand=3, is_taxable=False)
    return world


def exported(store: Store, folder: Path) -> tuple[Told, list[Path]]:
    folder.mkdir(exist_ok=True)
    file = ItemFile(store)
    for _ in file.write(lambda name: (folder / name).open("wb")):
        pass
    return file.told, sorted(folder.iterdir())


def imported(world: World, files: list[Path], **how: Any) -> list[dict[str, Any]]:
    told = [world.zoho.import_items(each.read_bytes(), **how) for each in files]
    assert [each["unmapped"] for each in told] == [[]] * len(files)
    assert [each["skipped"] for each in told] == [[]] * len(files)
    return told


def rows(files: list[Path]) -> list[dict[str, str]]:
    return [row for each in files for row in csv.DictReader(io.StringIO(each.read_text("utf-8"), newline=""))]


def items(world: World) -> dict[str, dict[str, Any]]:
    return {item["sku"]: item for item in world.zoho.items().values()}


def creations(world: World) -> int:
    return sum(item["source"] == "api" for item in world.zoho.items().values())


@pytest.mark.parametrize("locations", [True, False])
def test_what_was_imported_is_adopted_without_a_creation_and_then_nothing_is_written(
    tmp_path: Path, locations: bool
) -> None:
    world = stocked(count=30)
    world.zoho.switches.locations_enabled = locations
    with shop(world) as store:
        told, files = exported(store, tmp_path)
        assert (told.rows, len(files), sum(told.left_out.values())) == (len(TEXTS) + 30, 1, 1)
        imported(world, files)
        writes = world.state()["zoho"]["writes"]

        run = sync(store)

        assert run.state == RunState.DONE, run.message
        assert creations(world) == 0
        assert run.counts["writes"] == 0, run.message
        assert world.state()["zoho"]["writes"] == writes
        assert Link.objects.filter(entity="products").count() == len(TEXTS) + 31
        assert set(Link.objects.values_list("origin", flat=True)) == {"adopted"}
        assert not Conflict.objects.exists()
        assert not ItemFileRow.objects.exists()
        assert set(Observation.objects.values_list("state", flat=True)) == {"synced"}
        assert sync(store, Asked(full=True)).counts["writes"] == 0


def test_an_imported_item_is_the_same_as_one_that_was_made_by_a_call(tmp_path: Path) -> None:
    """To the cent and to the letter, whatever stands in the texts."""
    by_file, by_calls = stocked(), stocked()
    with shop(by_file) as store:
        imported(by_file, exported(store, tmp_path)[1])
    Store.objects.all().delete()
    with shop(by_calls) as store:
        assert sync(store).state == RunState.DONE
    theirs = {"item_id", "source", "created_time", "last_modified_time", "image_document_id"}
    for sku, made in items(by_calls).items():
        here = items(by_file)[sku]
        differing = {key: (here.get(key), value) for key, value in made.items() if here.get(key) != value}
        assert {key for key in differing if not key.endswith("_id") and key not in theirs} <= {"locations"}, sku


# Stock


@pytest.mark.parametrize("sold", [0, 3])
def test_a_sale_between_the_export_and_the_first_run_is_counted_once(tmp_path: Path, sold: int) -> None:
    world = stocked()
    with shop(world) as store:
        _, files = exported(store, tmp_path)
        product = next(id for id, row in world.cscart.products().items() if row["product_code"] == "T-long")
        assert int(world.cscart.product(product)["amount"]) == 28
        if sold:
            world.cscart.order(product, sold)
        imported(world, files)
        for _ in range(3):
            assert sync(store).state == RunState.DONE
            world.clock.advance(3600)  # type: ignore[attr-defined]
        assert items(world)["T-long"]["available_for_sale_stock"] == 28 - sold
        assert int(world.cscart.product(product)["amount"]) == 28 - sold
        assert not Conflict.objects.exists()
        assert len(world.zoho.adjustments()) == bool(sold)


def test_goods_that_came_to_zoho_after_the_import_are_shown_in_the_store(tmp_path: Path) -> None:
    """An import that ends, a delivery, and only then a run: Zoho's figure is not the opening stock any more."""
    world = stocked()
    with shop(world, first_contact_stock="zoho") as store:
        _, files = exported(store, tmp_path)
        imported(world, files)
        world.zoho.move_stock(items(world)["T-long"]["item_id"], 10)
        for _ in range(2):
            sync(store)
            world.clock.advance(3600)  # type: ignore[attr-defined]
        product = next(row for row in world.cscart.products().values() if row["product_code"] == "T-long")
        assert int(product["amount"]) == items(world)["T-long"]["available_for_sale_stock"] == 38


def test_an_opening_stock_that_did_not_arrive_is_asked_about_and_the_store_stays_as_it_is(tmp_path: Path) -> None:
    world = stocked()
    world.zoho.switches.initial_stock_ignored = True
    with shop(world) as store:
        _, files = exported(store, tmp_path)
        imported(world, files)
        sync(store)
        amounts = {row["product_code"]: int(row["amount"]) for row in world.cscart.products().values()}
        assert amounts["T-long"] == 28
        assert {row.field for row in Conflict.objects.filter(settled_at=None)} == {"stock"}


# What lies between


def test_an_edit_in_the_store_after_the_export_reaches_zoho(tmp_path: Path) -> None:
    world = stocked()
    with shop(world) as store:
        _, files = exported(store, tmp_path)
        product = next(id for id, row in world.cscart.products().items() if row["product_code"] == "T-comma")
        world.cscart.edit_product(product, price="77.70")
        imported(world, files)
        sync(store)
        assert items(world)["T-comma"]["rate"] == 77.7
        assert not Conflict.objects.filter(settled_at=None).exists()


def test_an_edit_in_zoho_after_the_import_counts_where_zoho_owns_the_field(tmp_path: Path) -> None:
    world = stocked()
    with shop(world, owners={"price": "zoho"}) as store:
        _, files = exported(store, tmp_path)
        imported(world, files)
        world.zoho.edit_item(items(world)["T-comma"]["item_id"], rate=66.6)
        sync(store)
        product = next(row for row in world.cscart.products().values() if row["product_code"] == "T-comma")
        assert product["price"] == "66.60"


def test_items_that_begin_inactive_though_the_file_says_so_are_made_so_by_the_run(tmp_path: Path) -> None:
    """Whether an import reads the column Status is not established; both ways end alike."""
    world = stocked()
    world.zoho.switches.import_status_ignored = True
    with shop(world) as store:
        _, files = exported(store, tmp_path)
        imported(world, files)
        assert items(world)["T-plain"]["status"] == "active"
        sync(store)
        assert items(world)["T-plain"]["status"] == "inactive"
        assert sync(store).counts["writes"] == 0


def test_two_products_of_one_name_get_two_names_and_keep_them(tmp_path: Path) -> None:
    world = stocked()
    for n in range(2):
        world.cscart.add_product(product="Twin", product_code=f"TWIN-{n}", price="3", amount=1, status="A")
    world.cscart.add_product(product="SHARED", product_code="OTHER", price="3", amount=1, status="A")
    with shop(world) as store:
        _, files = exported(store, tmp_path)
        imported(world, files)
        names = {item["sku"]: item["name"] for item in items(world).values()}
        assert {names["TWIN-0"], names["TWIN-1"]} == {"Twin", "Twin (TWIN-1)"}
        assert names["OTHER"] == "SHARED (OTHER)"
        for _ in range(2):
            assert sync(store).counts["writes"] == 0


def test_a_file_that_is_imported_twice_doubles_nothing(tmp_path: Path) -> None:
    world = stocked()
    with shop(world) as store:
        _, files = exported(store, tmp_path)
        imported(world, files)
        again = world.zoho.import_items(files[0].read_bytes())
        assert (again["imported"], len(again["skipped"])) == (0, len(TEXTS))
        assert sync(store).counts["writes"] == 0


# What is in the files


@pytest.mark.parametrize("start", [mark for mark in FORMULA if mark.strip("\t\r\x00")])
def test_no_cell_begins_like_a_formula_and_what_would_is_made_by_a_call(tmp_path: Path, start: str) -> None:
    world = stocked()
    named = {"price": "3", "amount": 1, "status": "A"}
    world.cscart.add_product(product=f"{start}1+1", product_code="NAME", **named)
    world.cscart.add_product(product="SKU", product_code=f"{start}SKU", **named)
    world.cscart.add_product(product="TEXT", product_code="TEXT", full_description=f"{start}1 is a text", **named)
    with shop(world) as store:
        told, files = exported(store, tmp_path)
        cells = [cell for row in rows(files) for cell in row.values()]
        assert not [cell for cell in cells if cell.startswith(FORMULA)]
        assert {reason: n for reason, n in told.left_out.items() if "formula" in reason} == {
            "Its item name begins like a formula of a spreadsheet. A run makes it by a call of its own.": 1,
            "Its sku begins like a formula of a spreadsheet. A run makes it by a call of its own.": 1,
        }
        imported(world, files)
        assert sync(store).state == RunState.DONE
        held = items(world)
        assert (held["NAME"]["name"], held["TEXT"]["description"]) == (f"{start}1+1", f"{start}1 is a text")
        assert held[f"{start}SKU"]["name"] == "SKU"
        assert creations(world) == 2
        assert sync(store).counts["writes"] == 0


def test_what_a_run_would_not_make_is_left_out_with_its_reasons(tmp_path: Path) -> None:
    world = stocked()
    for n in range(2):
        world.cscart.add_product(product=f"Double {n}", product_code="DOUBLE", price="3", amount=1, status="A")
    world.cscart.add_product(product="Without", product_code="", price="3", amount=1, status="A")
    broken = world.cscart.add_product(product="Broken", product_code="BROKEN", price="3", amount=1, status="A")
    world.cscart.plant(broken, price="1,50")
    world.cscart.add_product(product="x" * 150, product_code="LONG", price="3", amount=1, status="A")
    with shop(world) as store:
        told, files = exported(store, tmp_path)
        assert {row["SKU"] for row in rows(files)} == {f"T-{sku}" for sku in TEXTS}
        assert sum(told.left_out.values()) == 6
        assert "The name has 150 characters" in told.in_words()
        assert "no SKU" in told.in_words()


def test_a_file_is_made_though_runs_are_told_to_make_no_items(tmp_path: Path) -> None:
    world = stocked()
    with shop(world, create_in_zoho=False) as store:
        told, files = exported(store, tmp_path)
        assert told.rows == len(TEXTS)
        imported(world, files)
        assert sync(store).counts["writes"] == 0
        assert Link.objects.count() == len(TEXTS) + 1


def test_files_end_where_the_settings_say(tmp_path: Path) -> None:
    world = stocked(count=50)
    with shop(world, file_rows=20) as store:
        told, files = exported(store, tmp_path)
        assert [each.name for each in files] == ["items-001.csv", "items-002.csv", "items-003.csv"]
        assert [len(rows([each])) for each in files] == [20, 20, 15]
        assert (told.rows, told.files) == (55, 3)
        world.zoho.switches.import_rows_max = 20
        imported(world, files)
        assert sync(store).counts["writes"] == 0


def test_each_page_of_the_store_is_asked_once_and_zoho_not_at_all(tmp_path: Path) -> None:
    world = World.empty(5)
    for n in range(600):
        world.cscart.add_product(product=f"Product {n}", product_code=f"N-{n}", price="9.99", amount=5, status="A")
    with shop(world) as store:
        before = world.state()
        told, _ = exported(store, tmp_path)
        after = world.state()
        assert (told.rows, told.calls) == (600, 3)  # 250 products a call
        assert after["cscart"]["calls"] - before["cscart"]["calls"] == 3
        assert after["zoho"]["calls"] == before["zoho"]["calls"]


def test_finding_imported_items_costs_a_call_for_two_hundred_and_one_for_a_hundred_in_full(tmp_path: Path) -> None:
    world = World.empty(5)
    for n in range(250):
        world.cscart.add_product(product=f"Product {n}", product_code=f"N-{n}", price="9.99", amount=5, status="A")
    with shop(world) as store:
        _, files = exported(store, tmp_path)
        told = waiting(store), calls_by_file(store, waiting(store))
        imported(world, files)
        before = world.zoho.calls
        assert sync(store).counts["writes"] == 0
        assert told == (250, 2 + 3)
        assert world.zoho.calls - before == 2 + 3


def test_nothing_is_exported_before_both_sides_were_looked_at() -> None:
    world = stocked()
    with app.using_transport(world.transport(), world.clock):
        store = connect(world)
        with pytest.raises(WrongSetting, match="Nobody has looked") as refused:
            ItemFile(store)
        assert "--dry-run" in refused.value.for_people()
