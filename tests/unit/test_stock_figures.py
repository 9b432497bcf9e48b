"""Which figure of Zoho's items stock rests on: chosen once, never another one by itself."""

from datetime import date
from typing import Any, cast

from cscart_zoho.http import Answer, Wire
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.records import STOCK_HIDDEN
from cscart_zoho.zoho.items import ZohoItems
from cscart_zoho.zoho.stock_figures import RememberedFigure
from tests.unit.scripted import ScriptedWire, answer

FOR_SALE, ON_HAND = "actual_available_for_sale_stock", "actual_available_stock"
DAY = date(2026, 1, 5)


def items(*rows: dict[str, Any]) -> Answer:
    told = [{"item_id": str(n), "name": "A", "item_type": "inventory", **row} for n, row in enumerate(rows, 1)]
    return answer({"code": 0, "items": [{"custom_field_hash": {}, **row} for row in told]})


def reading(
    *answers: Answer, told: dict[str, str] | None = None, others: tuple[str, ...] = ()
) -> tuple[ZohoItems, list[dict[str, str]], ScriptedWire]:
    kept: list[dict[str, str]] = []
    wire = ScriptedWire(list(answers))
    figures = RememberedFigure(told or {}, "available", kept.append, lambda: DAY, lambda: others)
    return ZohoItems(cast("Wire", wire), {}, ProductChoices(), figures), kept, wire


def test_the_first_items_that_are_read_choose_the_best_figure_that_one_of_them_shows() -> None:
    side, kept, _ = reading(items({ON_HAND: 9}, {ON_HAND: 9, FOR_SALE: 4}))
    found = side.read(["1", "2"])
    assert kept == [{"key": FOR_SALE}]
    assert found["2"].values["stock"] == 4
    assert "stock" not in found["1"].values
    assert STOCK_HIDDEN in found["1"].values


def test_an_organisation_that_shows_only_what_lies_there_counts_that() -> None:
    side, kept, _ = reading(items({ON_HAND: 9}))
    assert side.read(["1"])["1"].values["stock"] == 9
    assert kept == [{"key": ON_HAND}]


def test_a_figure_that_is_gone_is_remembered_with_the_day_and_no_other_one_takes_its_place() -> None:
    side, kept, _ = reading(items({ON_HAND: 9}), told={"key": FOR_SALE})
    values = side.read(["1"])["1"].values
    assert kept == [{"key": FOR_SALE, "missing_since": "2026-01-05"}]
    assert "stock" not in values
    assert f'"{FOR_SALE}" since 2026-01-05' in str(values[STOCK_HIDDEN])


def test_other_items_say_whether_it_is_gone_from_one_item_or_from_all() -> None:
    side, kept, wire = reading(items({ON_HAND: 9}), items({}, {FOR_SALE: 3}), told={"key": FOR_SALE}, others=("1", "2"))
    assert "for this item, though it does for others" in str(side.read(["1"])["1"].values[STOCK_HIDDEN])
    assert kept == []
    assert len(wire.asked) == 2


def test_once_it_is_known_to_be_gone_nobody_is_asked_again() -> None:
    told = {"key": FOR_SALE, "missing_since": "2026-01-02"}
    side, kept, wire = reading(items({ON_HAND: 9}), told=told, others=("7",))
    side.read(["1"])
    assert (kept, len(wire.asked)) == ([], 1)


def test_a_figure_that_is_back_counts_again() -> None:
    told = {"key": FOR_SALE, "missing_since": "2026-01-02"}
    side, kept, _ = reading(items({FOR_SALE: -12}), told=told)
    assert side.read(["1"])["1"].values["stock"] == -12
    assert kept == [{"key": FOR_SALE}]


def test_items_without_stock_say_nothing_of_figures() -> None:
    side, kept, _ = reading(items({"item_type": "sales"}), told={"key": FOR_SALE})
    assert STOCK_HIDDEN not in side.read(["1"])["1"].values
    assert kept == []


def test_the_answer_to_a_write_hides_nothing() -> None:
    made = {"item_id": "1", "name": "A", "item_type": "inventory", "custom_field_hash": {}}
    side, _, _ = reading(answer({"code": 0, "item": made}), told={"key": FOR_SALE})
    assert STOCK_HIDDEN not in side.create({"name": "A", "sku": "A"}).values
