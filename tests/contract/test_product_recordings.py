"""Every product that was ever recorded goes through the adapters' wire and mapper."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cscart_zoho.cscart.mapper import ProductMapper
from cscart_zoho.cscart.wire import LIST, MADE, SINGLE, check, decoded
from cscart_zoho.errors import NotFound, Refused, Unfit
from cscart_zoho.http import Answer
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.records import Record, Side
from cscart_zoho.zoho.mapper import ItemMapper
from cscart_zoho.zoho.wire import accepted
from tests.judged import Tell

CHOICES = ProductChoices()
STORE = ProductMapper(CHOICES, {"taxes": [{"id": "6"}, {"id": "7"}]})
ITEMS = ItemMapper(CHOICES, {})


def encoded(body: Any, status: int = 200, *, write: bool = False) -> Answer:
    return Answer(status, json.dumps(body).encode(), {}, write=write)


def about_products(shared: Path) -> Iterator[tuple[str, str, Any, int]]:
    """(file, method, JSON body, status) of each recording of the products entity."""
    for file in sorted((shared / "recordings/cscart/4.20.1").glob("[0-9]*.json")):
        recorded = json.loads(file.read_text("utf-8"))
        request, response = recorded["request"], recorded["response"]
        path = request["query"].get("_d") or request["path"].removeprefix("/api/")
        words = [word for word in path.split("/") if word and not word[0].isdigit()]
        body = response.get("json", response.get("body"))
        if words[-1:] == ["products"] and isinstance(body, dict):
            yield file.name, request["method"], body, response["status"]


def test_every_product_recording_of_cscart_decodes(shared: Path, tell: Tell) -> None:
    products = files = 0
    for name, method, body, status in about_products(shared):
        files += 1
        answer = encoded(body, status, write=method != "GET")
        if status >= 300:
            with pytest.raises(NotFound if status == 404 else Exception) as refused:
                check(answer, "a product")
            assert str(refused.value), name
        elif method != "GET":
            assert decoded(check(answer, "a product"), MADE).product_id, name
        else:
            rows = decoded(answer, LIST).rows if "products" in body else [decoded(answer, SINGLE)]
            products += len(rows)
            for row in rows:
                assert_record(STORE.record(row), name)
    tell(f"{files} recordings of the products entity, {products} products in them")
    assert files > 30
    assert products > 30


def test_every_product_of_the_recorded_store_decodes_alike_from_list_and_single(shared: Path, tell: Tell) -> None:
    folder = shared / "recordings/cscart/4.20.1-store"
    lines = (folder / "products-list.jsonl").read_text("utf-8").splitlines()
    in_lists = decoded(encoded({"products": [json.loads(line) for line in lines]}), LIST).rows
    listed = {record.id: record for record in (STORE.record(row) for row in in_lists)}
    singles = [json.loads(line) for line in (folder / "products.jsonl").read_text("utf-8").splitlines()]
    full = {record.id: record for record in (STORE.record(decoded(encoded(row), SINGLE)) for row in singles)}
    assert listed.keys() == full.keys()
    for id, record in full.items():
        assert_record(record, id)
        assert listed[id].etag == record.etag
        assert dict(listed[id].values).items() <= dict(record.values).items()
    tell(f"{len(full)} products of the recorded store, each from the list and by itself")
    assert len(full) == 247


def test_every_product_of_the_recorded_store_can_be_projected_or_says_why(shared: Path) -> None:
    product_map, reasons = ProductMap(CHOICES), Counter[str]()
    lines = (shared / "recordings/cscart/4.20.1-store/products.jsonl").read_text("utf-8").splitlines()
    for line in lines:
        record = STORE.record(decoded(encoded(json.loads(line)), SINGLE))
        try:
            values = product_map.for_creation("1", record.values, Side.ZOHO)
        except Unfit as unfit:
            reasons[unfit.field] += 1
            continue
        assert ITEMS.creation({**values, "stock": 1})["name"]
    assert reasons == {"name": sum(len(json.loads(line)["product"]) > 100 for line in lines)}


def zoho_books(shared: Path, name: str) -> Any:
    recorded = json.loads((shared / f"recordings/zoho-books/{name}.json").read_text("utf-8"))
    ((_, paths),) = recorded["api"].items()
    ((_, told),) = paths.items()
    return told["response"]


def test_every_recorded_item_of_zoho_decodes(shared: Path, tell: Tell) -> None:
    listed = accepted(encoded(zoho_books(shared, "list-items")), "items").items
    single = accepted(encoded(zoho_books(shared, "get-item")), "an item").item
    made = accepted(encoded(zoho_books(shared, "create-item"), write=True), "a new item").item
    records = [ITEMS.record(item) for item in (*listed, single, made)]
    for record in records:
        assert_record(record, record.id)
    tell(f"{len(records)} recorded items of Zoho")
    assert ITEMS.record(made).values["price"] == Decimal("99.99")
    in_list = next(record for record in records if record.id == ITEMS.record(single).id)
    assert in_list.etag == ITEMS.record(single).etag
    assert in_list.modified_at == datetime(2026, 6, 9, 13, 45, 41, tzinfo=UTC)


def test_a_refusal_that_was_recorded_keeps_the_words_of_the_store(shared: Path) -> None:
    said = {name: (body, status) for name, _, body, status in about_products(shared) if status == 400}
    assert said
    for body, status in said.values():
        with pytest.raises(Refused) as refused:
            check(encoded(body, status, write=True), "a new product")
        assert body["message"].removeprefix("Bad Request: ")[:20] in str(refused.value)


def assert_record(record: Record, name: str) -> None:
    assert record.id, name
    assert not record.notes, name
    assert isinstance(record.values["price"], Decimal), name
    assert record.values["name"], name
    assert record.etag, name
    assert record.modified_at is not None, name
