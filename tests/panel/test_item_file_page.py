"""The page of the import file: what waits, what it costs either way, the file itself, and what to do in Zoho."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from cscart_zoho import app
from cscart_zoho.store.models import AuditEntry, ItemFileRow, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.world import World
from tests.connected import connect, sync

Browse = Callable[[str], Client]
PAGE, MAKE = "/item-file/", "/item-file/download/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    made = World.empty(3)
    for n in range(12):
        made.cscart.add_product(product=f"Lamp {n}", product_code=f"L-{n}", price="9.99", amount=5, status="A")
    made.cscart.add_product(product="Shared", product_code="SHARED", price="5", amount=3, status="A")
    made.zoho.add_item(name="Shared", sku="SHARED", rate=5, stock_on_hand=3)
    return made


@pytest.fixture
def shop(world: World) -> Iterator[Store]:
    with app.using_transport(world.transport(), world.clock):
        yield connect(world)


def zipped(answer: Any) -> zipfile.ZipFile:
    assert answer["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_the_page_says_what_waits_and_what_it_costs_either_way(shop: Store, browse: Browse) -> None:
    sync(shop, Asked(dry_run=True))
    shown = browse("viewer").get(PAGE).content.decode()
    assert "12 products have no item in Zoho yet" in shown
    assert "at least 12 Zoho calls" in shown
    assert "will be done on" in shown
    assert 'href="/calls/"' in shown
    assert "2 Zoho calls" in shown  # a page of the list, and the items in full
    assert "Import Items" in shown
    assert "Make the file" not in shown  # a viewer looks
    assert "Make the file" in browse("operator").get(PAGE).content.decode()


def test_the_file_is_made_and_goes_through_zoho(shop: Store, world: World, browse: Browse) -> None:
    sync(shop, Asked(dry_run=True))
    archive = zipped(browse("operator").post(MAKE))
    assert archive.namelist() == ["items-001.csv", "not-in-these-files.txt"]
    rows = list(csv.DictReader(io.StringIO(archive.read("items-001.csv").decode(), newline="")))
    assert [row["SKU"] for row in rows] == [f"L-{n}" for n in range(12)]
    told = archive.read("not-in-these-files.txt").decode()
    assert "12 items in 1 file." in told
    assert "Zoho has its SKU already" in told
    assert ItemFileRow.objects.count() == 12
    assert AuditEntry.objects.filter(who="operator", what="import file made").exists()

    assert world.zoho.import_items(archive.read("items-001.csv"))["imported"] == 12
    sync(shop)
    assert "There is nothing to import" in browse("viewer").get(PAGE).content.decode()


def test_a_large_store_gets_several_files(shop: Store, browse: Browse) -> None:
    shop.product_choices = {"file_rows": 5}
    shop.save()
    sync(shop, Asked(dry_run=True))
    assert "Of 5 rows and 25 MB at most" in browse("viewer").get(PAGE).content.decode()
    archive = zipped(browse("operator").post(MAKE))
    assert archive.namelist()[:3] == [f"items-00{n}.csv" for n in (1, 2, 3)]


def test_without_a_look_at_both_sides_nothing_is_made_and_the_page_says_so(shop: Store, browse: Browse) -> None:
    answer = browse("operator").post(MAKE, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "Nobody has looked at all products" in answer.content.decode()


def test_a_store_that_does_not_answer_is_told_before_anything_is_sent(
    shop: Store, world: World, browse: Browse
) -> None:
    sync(shop, Asked(dry_run=True))
    world.cscart.broken = 50
    answer = browse("operator").post(MAKE, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert not AuditEntry.objects.filter(what="import file made").exists()


def test_before_anything_is_connected_the_page_says_where_to_begin(browse: Browse, db: None) -> None:
    shown = browse("admin").get(PAGE).content.decode()
    assert "The store is not connected yet" in shown
    assert 'href="/store/"' in shown
    answer = browse("operator").post(MAKE, follow=True)
    assert "Connect it first" in answer.content.decode()
