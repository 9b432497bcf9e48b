"""The Zoho adapter: items in two views, refusals by code, adjustments."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.errors import (
    AlreadyThere,
    Bug,
    ConnectorError,
    MissingScope,
    NotAuthorised,
    NotConnected,
    NotFound,
    QuotaGone,
    Refused,
    RemoteFault,
    Throttled,
    Unfit,
    UnknownOutcome,
    WrongSetting,
)
from cscart_zoho.http import Answer, Wire
from cscart_zoho.mapping.choices import Owner, ProductChoices, StockOwner
from cscart_zoho.records import Record, Value
from cscart_zoho.sync.ports import Standing, StockMove
from cscart_zoho.zoho.adjustments import PAGES, ZohoStockBook
from cscart_zoho.zoho.items import ZohoItems
from cscart_zoho.zoho.mapper import ItemMapper, moment
from cscart_zoho.zoho.wire import refusal
from tests.unit.scripted import ScriptedWire, answer
from tests.unit.test_zoho_organisation import found

ROW: dict[str, Any] = {
    "item_id": "460000000000000017",
    "name": "A lamp",
    "sku": "L-1",
    "status": "active",
    "rate": Decimal("12.5"),
    "unit": "pcs",
    "description": "Bright",
    "tax_id": "",
    "item_type": "inventory",
    "product_type": "goods",
    "stock_on_hand": 5,
    "available_stock": 5,
    "actual_available_stock": 5,
    "last_modified_time": "2026-01-05T13:30:00+0530",
}
FULL: dict[str, Any] = {
    **ROW,
    "is_taxable": True,
    "label_rate": 15,
    "package_details": {"length": 3, "width": "", "weight": Decimal("0.25"), "weight_unit": "kg"},
    "actual_available_for_sale_stock": Decimal("3.0"),
    "available_for_sale_stock": 4,
    "custom_fields": [{"api_name": "cf_teaser", "value": "Short"}],
    "custom_field_hash": {"cf_teaser": "Short", "cf_teaser_unformatted": "Short"},
}


def mapper(organisation: dict[str, Any] | None = None, **choices: Any) -> ItemMapper:
    return ItemMapper(ProductChoices(**choices), organisation or {})


def side(*answers: Answer, **choices: Any) -> tuple[ZohoItems, ScriptedWire]:
    wire = ScriptedWire(list(answers))
    return ZohoItems(cast("Wire", wire), {}, ProductChoices(**choices)), wire


def book(*answers: Answer) -> tuple[ZohoStockBook, ScriptedWire]:
    wire = ScriptedWire(list(answers))
    return ZohoStockBook(cast("Wire", wire), {}, ProductChoices(), lambda: date(2026, 1, 5)), wire


def page(*items: dict[str, Any], more: bool = False) -> Answer:
    return answer({"code": 0, "message": "success", "items": items, "page_context": {"has_more_page": more}})


def one(item: dict[str, Any]) -> Answer:
    return answer({"code": 0, "message": "done", "item": item})


def no(code: int, message: str = "No.", status: int = 400) -> Answer:
    return answer({"code": code, "message": message}, status)


# Items


def test_a_full_item_becomes_canonical_values() -> None:
    record = mapper(short_description_field="cf_teaser").record(FULL)
    assert record.values == {
        "sku": "L-1",
        "name": "A lamp",
        "status": "active",
        "kind": "goods",
        "tracked": True,
        "unit": "pcs",
        "full_description": "Bright",
        "short_description": "Short",
        "taxable": True,
        "tax": "",
        "price": Decimal("12.5"),
        "list_price": Decimal(15),
        "weight": Decimal("0.25"),
        "stock": 3,
    }
    assert not record.partial
    assert record.modified_at == datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_a_list_row_tells_less_and_has_the_same_etag() -> None:
    in_list, full = mapper().record(ROW), mapper().record(FULL)
    assert in_list.partial
    assert in_list.etag == full.etag
    assert not {"list_price", "weight", "stock"} & in_list.values.keys()
    assert {name: full.values[name] for name in in_list.values} == dict(in_list.values)


@pytest.mark.parametrize(
    "changed",
    [
        {"rate": 13},
        {"name": "B"},
        {"status": "inactive"},
        {"stock_on_hand": 4},
        {"last_modified_time": "2026-01-05T13:30:01+0530"},
    ],
)
def test_the_etag_moves_with_the_item(changed: dict[str, Any]) -> None:
    assert mapper().record({**ROW, **changed}).etag != mapper().record(ROW).etag


def test_the_etag_does_not_depend_on_how_a_number_is_written() -> None:
    other = {**ROW, "rate": Decimal("12.50"), "stock_on_hand": Decimal("5.0"), "tax_id": None}
    assert mapper().record(other).etag == mapper().record(ROW).etag


def test_a_list_row_is_enough_when_nothing_more_is_synced() -> None:
    few = mapper(list_price_field="", owners={"weight": Owner.NOBODY}, stock_owner=StockOwner.NOBODY)
    assert not few.record(ROW).partial
    assert few.record({key: value for key, value in ROW.items() if key != "description"}).partial


def test_a_list_row_does_not_tell_whether_an_item_is_taxable() -> None:
    taxable = mapper(list_price_field="", owners={"taxable": Owner.ZOHO}, stock_owner=StockOwner.NOBODY)
    assert taxable.record(ROW).partial
    assert "taxable" not in taxable.record(ROW).values
    assert not taxable.record({**ROW, "is_taxable": False}).partial


def test_a_list_row_may_tell_the_weight_flat() -> None:
    weighed = mapper(list_price_field="", owners={"weight": Owner.ZOHO}, stock_owner=StockOwner.NOBODY)
    record = weighed.record({**ROW, "weight": 250, "weight_unit": "g"})
    assert (record.partial, record.values["weight"]) == (False, Decimal("0.25"))
    assert weighed.record(ROW).partial


def test_stock_comes_from_the_chosen_book() -> None:
    assert mapper(stock_book="accounting").record(FULL).values["stock"] == 4
    bare = {key: value for key, value in FULL.items() if "for_sale" not in key}
    assert mapper().record(bare).values["stock"] == 5
    assert mapper().record({**FULL, "actual_available_for_sale_stock": Decimal("-1.5")}).values["stock"] == -2
    assert "stock" not in mapper().record({**FULL, "item_type": "sales"}).values


def test_weights_are_told_in_the_unit_of_the_merchant() -> None:
    heavy = {**FULL, "package_details": {"weight": 250, "weight_unit": "g"}}
    assert mapper().record(heavy).values["weight"] == Decimal("0.250")


def test_a_number_that_cannot_be_read_is_a_problem_of_that_record() -> None:
    record = mapper().record({**FULL, "rate": "1,50"})
    assert "price" not in record.values
    assert '"1,50"' in record.notes["problem"]


def test_the_list_price_may_live_in_a_custom_field() -> None:
    choices = mapper(list_price_field="cf_was")
    in_list = {**ROW, "cf_was": "$ 20.00", "cf_was_unformatted": Decimal(20)}
    in_full = {**FULL, "custom_fields": [{"api_name": "cf_was", "value": 20}]}
    assert choices.record(in_list).values["list_price"] == choices.record(in_full).values["list_price"] == 20
    assert choices.record(ROW).values["list_price"] == 0
    assert choices.change({"list_price": Decimal("9.5")}) == {"custom_fields": [{"api_name": "cf_was", "value": "9.5"}]}


@given(
    st.dictionaries(
        st.sampled_from([*FULL, "track_inventory"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=3), max_size=2),
    )
)
def test_no_item_is_odd_enough_to_raise(told: dict[str, Any]) -> None:
    assert isinstance(mapper(short_description_field="cf_teaser").record({**FULL, **told}), Record)


@pytest.mark.parametrize("told", ["", None, "yesterday", "2026-01-05T08:00:00", 12])
def test_a_time_without_sense_is_no_time(told: object) -> None:
    assert moment(told) is None


# What is sent

#: As Zoho lists them; what is stored of them is what the organisation's reader makes of it.
LOCATIONS = [
    {"location_id": "0", "location_name": "Closed", "status": "inactive", "is_primary": True},
    {"location_id": "1", "location_name": "Store house", "status": "active", "is_primary": False},
    {"location_id": "2", "location_name": "Shop", "status": "active", "is_primary": True},
]


def read(**told: Any) -> dict[str, Any]:
    """What is stored of an organisation that answers so."""
    return found(**told)[0]


def test_a_new_item_is_tracked_with_its_opening_stock() -> None:
    values: dict[str, Value] = {
        "name": "A",
        "price": Decimal("2.50"),
        "stock": 4,
        "status": "inactive",
        "taxable": True,
    }
    expected = {
        "name": "A",
        "rate": 2.5,
        "is_taxable": True,
        "product_type": "goods",
        "item_type": "inventory",
        "unit": "pcs",
    }
    opening = {"initial_stock": 4, "initial_stock_rate": 0}
    assert mapper().creation(values) == {**expected, **opening}
    placed = mapper(read(locations={"locations": LOCATIONS})).creation(values)
    assert placed == {**expected, "locations": [{"location_id": "2", **opening}]}
    unmarked = [{**row, "is_primary": False} for row in LOCATIONS]
    assert mapper(read(locations={"locations": unmarked})).creation(values)["locations"][0]["location_id"] == "1"
    warehouses = [{"warehouse_id": "9", "warehouse_name": "Depot", "status": "active", "is_primary": True}]
    assert mapper(read(settings__warehouses={"warehouses": warehouses})).creation(values) == {**expected, **opening}


def test_a_service_and_an_untracked_product_have_no_stock() -> None:
    service = mapper(inventory_account_id="9").creation({"name": "A", "kind": "service", "stock": 4})
    assert (service["product_type"], service["item_type"]) == ("service", "sales_and_purchases")
    assert not {"initial_stock", "inventory_account_id"} & service.keys()
    assert mapper().creation({"name": "A", "tracked": False})["item_type"] == "sales_and_purchases"


def test_accounts_are_sent_when_they_are_chosen() -> None:
    body = mapper(sales_account_id="1", purchase_account_id="2", inventory_account_id="3").creation({"name": "A"})
    assert (body["account_id"], body["purchase_account_id"], body["inventory_account_id"]) == ("1", "2", "3")


def test_a_weight_keeps_the_rest_of_the_package_details() -> None:
    assert mapper().change({"weight": Decimal("0.5")}, FULL)["package_details"] == {
        "length": 3,
        "weight": 0.5,
        "weight_unit": "kg",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("price", Decimal(-1)), ("price", "1"), ("full_description", "x" * 2001), ("list_price", Decimal("Infinity"))],
)
def test_what_zoho_cannot_hold_is_not_sent(field: str, value: Value) -> None:
    with pytest.raises(Unfit) as refused:
        mapper().change({field: value})
    assert refused.value.field == field


def test_an_item_that_is_not_taxable_is_sent_without_a_tax() -> None:
    assert mapper().change({"taxable": False, "tax": "7"}) == {"is_taxable": False}
    assert mapper().change({"taxable": True, "tax": "7"}) == {"is_taxable": True, "tax_id": "7"}


# Calls


def test_pages_go_on_as_long_as_zoho_promises_more() -> None:
    items, wire = side(page(ROW, more=True), page({**ROW, "item_id": "18"}))
    assert [record.id for each in items.scan(None) for record in each.records] == [ROW["item_id"], "18"]
    assert [query["page"] for _, _, query, _ in wire.asked] == ["1", "2"]


def test_an_empty_page_where_more_is_promised_is_a_fault() -> None:
    items, _ = side(page(ROW, more=True), page(more=True))
    with pytest.raises(RemoteFault, match="ended early"):
        list(items.scan(None))


def test_news_end_where_the_items_are_older() -> None:
    old = {**ROW, "item_id": "18", "last_modified_time": "2026-01-01T00:00:00+0000"}
    items, wire = side(page(ROW, old, more=True))
    fresh = [record.id for each in items.scan(datetime(2026, 1, 4, tzinfo=UTC)) for record in each.records]
    assert fresh == [ROW["item_id"]]
    assert len(wire.asked) == 1


def test_a_hundred_items_are_read_in_one_call() -> None:
    items, wire = side(answer({"code": 0, "items": [FULL]}), answer({"code": 0, "items": []}))
    assert list(items.read([ROW["item_id"], *map(str, range(149))])) == [ROW["item_id"]]
    assert [len(query["item_ids"].split(",")) for _, _, query, _ in wire.asked] == [100, 50]


def test_a_filter_that_is_ignored_finds_nothing_wrong() -> None:
    other = {**ROW, "item_id": "18", "sku": "l-1"}
    items, _ = side(page(other, ROW), answer({"code": 0, "items": [FULL]}))
    assert [(record.id, record.partial) for record in items.find("L-1")] == [(ROW["item_id"], False)]
    assert side()[0].find("") == []


def test_a_change_is_sent_with_the_name_that_was_read() -> None:
    items, wire = side(answer({"code": 0, "items": [FULL]}), one(FULL), answer({"code": 0, "items": [FULL]}), one(FULL))
    items.read([ROW["item_id"]])
    items.update(ROW["item_id"], {"price": Decimal(9)})
    assert wire.asked[-1][3] == {"name": "A lamp", "rate": 9}
    items.update(ROW["item_id"], {"price": Decimal(9)})
    assert [method for method, *_ in wire.asked] == ["GET", "PUT", "GET", "PUT"]


def test_a_status_is_a_call_of_its_own() -> None:
    items, wire = side(answer({"code": 0, "message": "The item has been marked as Inactive."}))
    changed = items.update("18", {"status": "inactive"})
    assert [(method, path) for method, path, *_ in wire.asked] == [("POST", "/inventory/v1/items/18/inactive")]
    assert (changed.values, changed.partial, changed.etag) == ({"status": "inactive"}, True, "")


def test_a_status_that_the_change_has_brought_is_not_sent_again() -> None:
    items, wire = side(answer({"code": 0, "items": [FULL]}), one({**FULL, "status": "inactive"}))
    items.update(ROW["item_id"], {"status": "inactive", "price": Decimal(1)})
    assert len(wire.asked) == 2


def test_an_item_that_is_gone_cannot_be_changed() -> None:
    items, wire = side(answer({"code": 0, "items": []}))
    with pytest.raises(NotFound):
        items.update("18", {"price": Decimal(1)})
    assert len(wire.asked) == 1


def test_existence_is_denied_by_zohos_own_word_only() -> None:
    assert side(one(FULL))[0].exists("17")
    assert not side(no(1002, "Item does not exist.", 404))[0].exists("17")
    with pytest.raises(MissingScope):
        side(no(57, status=401))[0].exists("17")


def test_an_odd_answer_is_a_fault_on_a_read_and_an_unknown_outcome_on_a_write() -> None:
    with pytest.raises(RemoteFault):
        list(side(answer({"items": "none"}))[0].scan(None))
    with pytest.raises(UnknownOutcome):
        side(answer(b"[]"))[0].create({"name": "A"})
    with pytest.raises(UnknownOutcome):
        side(answer({"code": 0, "message": "The item has been added."}))[0].create({"name": "A"})


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, 1001, AlreadyThere),
        (404, 1002, NotFound),
        (404, 5, NotFound),
        (400, 2006, Refused),
        (400, 2, Refused),
        (429, 44, Throttled),
        (429, 1070, Throttled),
        (429, 45, QuotaGone),
        (401, 57, NotAuthorised),
        (401, 14, NotConnected),
        (400, 6041, WrongSetting),
    ],
)
def test_a_code_says_what_follows(status: int, code: int, error: type[ConnectorError]) -> None:
    found = refusal(status, code, "Zoho's own words", "to add the item")
    assert type(found) is error
    assert "Zoho's own words" in str(found)
    assert found.advice


def test_a_name_that_is_taken_is_known_by_its_code_and_by_no_words() -> None:
    assert isinstance(refusal(400, 1001, "That is not possible.", "it"), AlreadyThere)
    assert not isinstance(refusal(400, 4711, 'Item "L-1" already exists', "it"), AlreadyThere)


# Adjustments


def test_many_moves_are_one_adjustment() -> None:
    stock, wire = book(answer({"code": 0, "inventory_adjustment": {"inventory_adjustment_id": "9"}}))
    moves = (StockMove("1", -2), StockMove("2", 3))
    assert stock.adjust(moves, "CSZ-1").moves == moves
    (method, path, _, body) = wire.asked[0]
    assert (method, path) == ("POST", "/inventory/v1/inventoryadjustments")
    assert (body["date"], body["reference_number"], body["adjustment_type"]) == ("2026-01-05", "CSZ-1", "quantity")
    assert body["line_items"] == [
        {"item_id": "1", "quantity_adjusted": -2},
        {"item_id": "2", "quantity_adjusted": 3},
    ]


@pytest.mark.parametrize("count", [0, 101])
def test_an_adjustment_has_one_to_a_hundred_lines(count: int) -> None:
    with pytest.raises(Bug):
        book()[0].adjust([StockMove(str(n), 1) for n in range(count)], "CSZ-1")


def test_an_adjustment_without_an_id_may_have_been_booked() -> None:
    with pytest.raises(UnknownOutcome):
        book(answer({"code": 0}))[0].adjust([StockMove("1", 1)], "CSZ-1")


def adjustments(*rows: tuple[str, str], more: bool = False, first: int = 0) -> Answer:
    told = [
        {"inventory_adjustment_id": str(n), "reference_number": reference, "date": day}
        for n, (reference, day) in enumerate(rows, first)
    ]
    return answer({"code": 0, "inventory_adjustments": told, "page_context": {"has_more_page": more}})


def test_an_adjustment_is_found_by_its_reference_with_its_lines() -> None:
    detail = answer({"code": 0, "inventory_adjustment": {"line_items": [{"item_id": "1", "quantity_adjusted": -2.0}]}})
    stock, _ = book(adjustments(("other", "2026-01-06"), more=True), adjustments(("CSZ-1", "2026-01-05")), detail)
    found = stock.find_adjustment("CSZ-1", datetime(2026, 1, 5, tzinfo=UTC))
    assert found is not None
    assert (found.id, found.moves) == ("0", (StockMove("1", -2),))


def test_an_older_adjustment_says_nothing_of_those_that_follow_it() -> None:
    """No order of the list is documented: only its end is an answer."""
    detail = answer({"code": 0, "inventory_adjustment": {"line_items": [{"item_id": "1", "quantity_adjusted": -4}]}})
    stock, _ = book(adjustments(("other", "2026-01-01"), more=True), adjustments(("CSZ-1", "2026-01-05")), detail)
    assert stock.find_adjustment("CSZ-1", datetime(2026, 1, 5, tzinfo=UTC)) is not None
    others = adjustments(("other", "2026-01-01"), more=True), adjustments(("another", "2026-01-01"), first=1)
    stock, wire = book(*others)
    assert stock.find_adjustment("CSZ-1", datetime(2026, 1, 5, tzinfo=UTC)) is None
    assert len(wire.asked) == 2


def test_a_list_that_is_too_long_to_be_seen_whole_is_no_answer() -> None:
    pages = [adjustments((f"other-{n}", "2026-01-05"), more=True) for n in range(PAGES)]
    stock, wire = book(*pages)
    with pytest.raises(UnknownOutcome):
        stock.find_adjustment("CSZ-1", datetime(2026, 1, 5, tzinfo=UTC))
    assert len(wire.asked) == PAGES


def test_a_list_that_shows_a_row_twice_has_hidden_another_one() -> None:
    stock, _ = book(adjustments(("a", "2026-01-05"), more=True), adjustments(("a", "2026-01-05")))
    with pytest.raises(UnknownOutcome):
        stock.find_adjustment("CSZ-1", datetime(2026, 1, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("status", "preferences", "standing"),
    [
        ("adjusted", {}, Standing.COUNTS),
        ("Approved", {}, Standing.COUNTS),
        ("pending_approval", {}, Standing.WAITS),
        ("on the way", {}, Standing.WAITS),
        ("draft", {}, Standing.DRAFT),
        ("rejected", {}, Standing.REFUSED),
        ("", {}, Standing.UNTOLD),
        ("", {"preferences": {"adjustment_approval": None}}, Standing.UNTOLD),
        ("", {"preferences": {"adjustment_approval": True}}, Standing.UNTOLD),
        ("", {"preferences": {"adjustment_approval": False}}, Standing.COUNTS),
        ("pending_approval", {"preferences": {"adjustment_approval": False}}, Standing.WAITS),
    ],
)
def test_an_adjustment_counts_only_when_its_status_says_so(
    status: str, preferences: dict[str, Any], standing: Standing
) -> None:
    told = {"inventory_adjustment_id": "9", **({"status": status} if status else {})}
    wire = ScriptedWire([answer({"code": 0, "inventory_adjustment": told})])
    stock = ZohoStockBook(cast("Wire", wire), preferences, ProductChoices(), lambda: date(2026, 1, 5))
    assert stock.adjust([StockMove("1", -2)], "CSZ-1").standing is standing


def test_adjustments_that_wait_cost_a_call_each_or_one_page_where_they_are_many() -> None:
    told = {"line_items": [], "status": "pending_approval"}
    stock, wire = book(*(answer({"code": 0, "inventory_adjustment": told}) for _ in range(2)))
    assert set(stock.read_adjustments(["1", "2"])) == {"1", "2"}
    assert len(wire.asked) == 2

    rows = [{"inventory_adjustment_id": str(n), "status": "pending_approval"} for n in range(20)]
    approved = {"line_items": [{"item_id": "1", "quantity_adjusted": -4}], "status": "approved"}
    rows.append({"inventory_adjustment_id": "20", "status": "approved"})
    page = answer({"code": 0, "inventory_adjustments": rows})
    stock, wire = book(page, answer({"code": 0, "inventory_adjustment": approved}))
    found = stock.read_adjustments([str(n) for n in range(21)])
    assert len(wire.asked) == 2
    assert (found["20"].standing, found["20"].moves) == (Standing.COUNTS, (StockMove("1", -4),))


def test_an_adjustment_that_zoho_does_not_know_is_left_out() -> None:
    stock, _ = book(answer({"code": 1002, "message": "Inventory Adjustment does not exist."}, 404))
    assert stock.read_adjustments(["1"]) == {}
