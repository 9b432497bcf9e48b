"""One contract for both adapters, against the simulators; then what only one side does.

Every request to Zoho is held against Zoho's own description, where it is at hand.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from cscart_zoho.errors import (
    AlreadyThere,
    NotConnected,
    NotFound,
    Refused,
    RemoteFault,
    Unfit,
    UnknownOutcome,
)
from cscart_zoho.mapping.text import DESCRIPTION_LIMIT
from cscart_zoho.records import Side, Value
from cscart_zoho.sync.ports import StockMove
from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.world import World
from tests.conftest import SHARED
from tests.contract.wired import CHOICES, Case, Wired
from tests.contract.zoho_spec import SpecValidator

DESCRIPTIONS = SHARED / "specs" / "zoho-inventory"

#: Every value that both sides have a place for.
THING: dict[str, Value] = {
    "sku": "NEW-1",
    "name": "A new thing, größer",
    "price": Decimal("12.50"),
    "list_price": Decimal("15.00"),
    "status": "active",
    "full_description": "First line\nsecond <line> & more\n\nA new paragraph — with 商品 and 😀",
    "taxable": True,
    "weight": Decimal("1.250"),
    "kind": "goods",
    "tracked": True,
    "stock": 7,
}


@pytest.fixture(scope="session")
def validator() -> SpecValidator | None:
    return SpecValidator(DESCRIPTIONS) if DESCRIPTIONS.is_dir() else None


@pytest.fixture
def wired(validator: SpecValidator | None) -> Wired:
    clock = VirtualClock()
    return Wired(World.empty(7, clock=clock), clock, validator.check if validator else None)


@pytest.fixture(params=list(Side), ids=lambda side: side.value)
def case(request: pytest.FixtureRequest, wired: Wired) -> Case:
    side: Side = request.param
    return Case(wired, side, wired.store() if side is Side.CSCART else wired.items())


# Lists


@pytest.mark.parametrize("count", [0, 1, 200, 251])
def test_a_scan_shows_every_product_once(case: Case, count: int) -> None:
    ids = [case.add(f"Thing {n}", f"T-{n}") for n in range(count)]
    assert sorted(record.id for record in case.scan()) == sorted(ids)


def test_what_stays_as_it_is_keeps_its_etag_in_lists_and_in_full(case: Case) -> None:
    ids = [case.add(f"Thing {n}", f"T-{n}") for n in range(3)]
    in_list, again = case.scan(), case.scan()
    full = case.products.read(ids)
    for record, same in zip(in_list, again, strict=True):
        assert record == same
        assert record.etag == full[record.id].etag != ""
        assert dict(record.values).items() <= dict(full[record.id].values).items()
        assert not full[record.id].partial


def test_an_edit_moves_the_etag(case: Case) -> None:
    id = case.add("Thing", "T-1")
    before = case.scan()[0]
    case.rename(id, "Another thing")
    after = case.scan()[0]
    assert after.etag != before.etag
    assert after.values["name"] == "Another thing"
    assert after.etag == case.products.read([id])[id].etag


def test_news_are_what_changed_since_a_moment(case: Case) -> None:
    ids = [case.add(f"Thing {n}", f"T-{n}") for n in range(5)]
    case.wired.clock.sleep(3600)
    since = case.wired.now()
    case.wired.clock.sleep(60)
    case.rename(ids[2], "Another thing")
    new = case.add("New", "N-1")
    assert {record.id for record in case.scan(since)} == {ids[2], new}
    assert {record.id for record in case.scan(since - timedelta(days=1))} == {*ids, new}


def test_a_change_in_this_very_second_is_news(case: Case) -> None:
    id = case.add("Thing", "T-1")
    assert [record.id for record in case.scan(case.wired.now())] == [id]


def test_nothing_new_costs_one_call(case: Case) -> None:
    for n in range(250):
        case.add(f"Thing {n}", f"T-{n}")
    case.wired.clock.sleep(60)
    before = case.wire.calls
    assert case.scan(case.wired.now()) == []
    assert case.wire.calls == before + 1


def test_a_movement_of_stock_without_a_time_stamp_is_swept_up(case: Case) -> None:
    ids = [case.add(f"Thing {n}", f"T-{n}", stock=9) for n in range(3)]
    before = {record.id: record.etag for record in case.scan()}
    case.wired.clock.sleep(60)
    since = case.wired.now()
    case.move_stock(ids[1], -4)
    assert case.scan(since) == []
    swept = {record.id: record for page in case.products.sweep() for record in page.records}
    assert swept.keys() == set(ids)
    moved = {id for id, record in swept.items() if record.values.get("stock") == 5 or record.etag != before[id]}
    assert ids[1] in moved if case.side is Side.CSCART else moved == {ids[1]}
    assert case.products.read(ids)[ids[1]].values["stock"] == 5


# Single products


def test_products_are_read_in_full_and_unknown_ids_are_left_out(case: Case) -> None:
    ids = [case.add(f"Thing {n}", f"T-{n}", price="1.25", stock=n) for n in range(101)]
    found = case.products.read([*ids, "999999999"])
    assert sorted(found) == sorted(ids)
    assert [found[id].values["stock"] for id in ids] == list(range(101))
    assert found[ids[0]].values["price"] == Decimal("1.25")
    assert case.products.read([]) == {}


def test_only_what_the_side_denies_does_not_exist(case: Case) -> None:
    id = case.add("Thing", "T-1")
    assert case.products.exists(id)
    case.remove(id)
    assert not case.products.exists(id)
    assert case.products.read([id]) == {}


def test_a_sku_is_found_exactly(case: Case) -> None:
    id = case.add("Thing", "AB-1")
    case.add("Longer", "AB-10")
    case.add("Lower", "ab-1")
    assert [record.id for record in case.products.find("AB-1")] == [id]
    assert case.products.find("AB") == []
    assert case.products.find("") == []
    assert not case.products.find("AB-10")[0].partial


# Writes


def test_what_is_made_is_what_is_read(case: Case) -> None:
    made = case.products.create(THING)
    held = case.products.read([made.id])[made.id]
    assert {name: held.values[name] for name in THING} == THING
    assert made == held
    assert made.key == "NEW-1"
    assert [record.id for record in case.scan()] == [made.id]


def test_a_service_is_made_without_stock(case: Case) -> None:
    made = case.products.create({**THING, "kind": "service", "tracked": False})
    held = case.products.read([made.id])[made.id].values
    assert (held["kind"], held["tracked"], held.get("stock")) == ("service", False, None)


def test_an_untracked_product_is_made_without_stock(case: Case) -> None:
    made = case.products.create({**THING, "tracked": False})
    assert "stock" not in case.products.read([made.id])[made.id].values


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", "OTHER"),
        ("name", "Another name"),
        ("price", Decimal("99.95")),
        ("list_price", Decimal("120.00")),
        ("status", "inactive"),
        ("full_description", "Short now"),
        ("full_description", ""),
        ("taxable", False),
        ("weight", Decimal("0.500")),
    ],
)
def test_a_change_changes_what_it_names_and_nothing_else(case: Case, field: str, value: Value) -> None:
    id = case.products.create(THING).id
    before = case.products.read([id])[id].values
    answer = case.products.update(id, {field: value})
    after = case.products.read([id])[id].values
    assert answer.values[field] == value
    changed = {name: shown for name, shown in after.items() if before[name] != shown}
    assert changed.pop(field) == value
    assert changed.keys() <= {"tax"}


def test_a_status_and_other_values_change_together(case: Case) -> None:
    id = case.products.create(THING).id
    case.products.update(id, {"status": "inactive", "price": Decimal("3.00")})
    held = case.products.read([id])[id].values
    assert (held["status"], held["price"]) == ("inactive", Decimal("3.00"))


def test_a_product_that_is_gone_cannot_be_changed(case: Case) -> None:
    id = case.add("Thing", "T-1")
    case.remove(id)
    for values in ({"price": Decimal(1)}, {"status": "inactive"}):
        with pytest.raises(NotFound):
            case.products.update(id, values)


def test_a_text_that_zoho_can_just_hold_fits_both_sides(case: Case) -> None:
    text = "é" * (DESCRIPTION_LIMIT - 1) + "…"
    made = case.products.create({**THING, "full_description": text})
    assert case.products.read([made.id])[made.id].values["full_description"] == text


@pytest.mark.parametrize("value", [Decimal(-1), Decimal("NaN"), "12,50"])
def test_a_price_that_would_be_damaged_is_never_sent(case: Case, value: Value) -> None:
    id = case.add("Thing", "T-1")
    calls = case.wire.calls
    with pytest.raises(Unfit):
        case.products.create({**THING, "price": value})
    assert case.wire.calls == calls
    with pytest.raises(Unfit):
        case.products.update(id, {"price": value})
    assert case.products.read([id])[id].values["price"] == 10


# Faults


@pytest.mark.parametrize("fault", ["timeout_after", "error_500_after", "truncated"])
def test_a_write_whose_answer_is_lost_has_no_known_outcome(case: Case, fault: str) -> None:
    case.wired.faults.order(fault)
    with pytest.raises(UnknownOutcome):
        case.products.create(THING)
    assert [record.key for record in case.products.find("NEW-1")] == ["NEW-1"]


@pytest.mark.parametrize("fault", ["timeout_before", "error_500_before"])
def test_a_write_that_did_not_arrive_has_no_known_outcome_either(case: Case, fault: str) -> None:
    case.wired.faults.order(fault)
    with pytest.raises(UnknownOutcome):
        case.products.create(THING)
    assert case.products.find("NEW-1") == []
    assert case.count() == 0


def test_a_page_instead_of_an_answer_is_no_answer(case: Case) -> None:
    id = case.add("Thing", "T-1")
    case.wired.faults.order("html_200", 5)
    with pytest.raises(UnknownOutcome):
        case.products.update(id, {"sku": "T-2"} if case.side is Side.CSCART else {"status": "inactive"})
    with pytest.raises(RemoteFault):
        case.scan()


def test_a_read_is_tried_again(case: Case) -> None:
    id = case.add("Thing", "T-1")
    case.wired.faults.order("error_500_before")
    assert case.products.exists(id)
    case.wired.faults.order("timeout_before", 2)
    assert [record.id for record in case.scan()] == [id]


# Zoho alone


@pytest.fixture
def zoho(wired: Wired) -> Case:
    return Case(wired, Side.ZOHO, wired.items())


def test_creating_n_items_costs_n_calls(zoho: Case) -> None:
    before = zoho.wire.calls
    for n in range(20):
        zoho.products.create({**THING, "sku": f"S-{n}", "name": f"Thing {n}"})
    assert zoho.wire.calls - before == 20


def test_reading_items_costs_a_call_for_each_hundred(zoho: Case) -> None:
    ids = [zoho.add(f"Thing {n}", f"T-{n}") for n in range(250)]
    before = zoho.wire.calls
    assert len(zoho.products.read(ids)) == 250
    assert zoho.wire.calls - before == 3


def test_changing_an_item_that_was_just_read_costs_one_call(zoho: Case) -> None:
    id = zoho.add("Thing", "T-1")
    zoho.products.read([id])
    before = zoho.wire.calls
    zoho.products.update(id, {"price": Decimal(3)})
    assert zoho.wire.calls - before == 1


@pytest.mark.parametrize("code", [1001, 2])
def test_a_name_or_sku_that_is_taken_is_already_there(zoho: Case, code: int) -> None:
    zoho.wired.world.zoho.switches.sku_taken_code = code
    zoho.products.create(THING)
    with pytest.raises(AlreadyThere):
        zoho.products.create({**THING, "sku": "OTHER"})
    # Code 2 says no more than that it was refused, and words decide nothing: the engine looks for the SKU then.
    with pytest.raises(AlreadyThere if code == 1001 else Refused):
        zoho.products.create({**THING, "name": "Other"})


def test_an_ignored_filter_finds_only_the_sku(zoho: Case) -> None:
    zoho.wired.world.zoho.switches.ignored_filters = {"sku"}
    ids = [zoho.add(f"Thing {n}", f"T-{n}") for n in range(201)]
    assert [record.id for record in zoho.products.find("T-200")] == [ids[200]]


def test_stock_is_what_is_for_sale(zoho: Case) -> None:
    id = zoho.add("Thing", "T-1", stock=9)
    zoho.wired.world.zoho.commit_stock(id, 2)
    assert zoho.products.read([id])[id].values["stock"] == 7


def test_opening_stock_that_zoho_drops_is_told(zoho: Case) -> None:
    zoho.wired.world.zoho.switches.initial_stock_ignored = True
    assert zoho.products.create(THING).values["stock"] == 0


@pytest.mark.parametrize("enabled", [True, False])
def test_opening_stock_arrives_with_and_without_locations(wired: Wired, *, enabled: bool) -> None:
    wired.world.zoho.switches.locations_enabled = enabled
    assert wired.items().create(THING).values["stock"] == 7


def test_custom_fields_hold_what_the_merchant_maps_to_them(wired: Wired) -> None:
    wired.world.zoho.add_custom_field("Teaser")
    wired.world.zoho.add_custom_field("Was", "decimal")
    choices = msgspec.structs.replace(CHOICES, short_description_field="cf_teaser", list_price_field="cf_was")
    items = wired.items(choices)
    made = items.create({**THING, "short_description": "In short"})
    listed = next(items.scan(None)).records[0]
    for record in (made, listed, items.read([made.id])[made.id]):
        assert record.values["short_description"] == "In short"
        assert record.values["list_price"] == Decimal(15)
    items.update(made.id, {"short_description": "", "list_price": Decimal("16.50")})
    held = items.read([made.id])[made.id].values
    assert (held["short_description"], held["list_price"]) == ("", Decimal("16.5"))


def test_a_change_of_weight_keeps_the_size_of_the_package(zoho: Case) -> None:
    id = zoho.add("Thing", "T-1")
    zoho.wired.world.zoho.edit_item(id, package_details={"length": 3, "weight": 1, "weight_unit": "kg"})
    zoho.products.update(id, {"weight": Decimal("2.5")})
    package = zoho.wired.world.zoho.item(id)["package_details"]
    assert (package["length"], package["weight"]) == (3, 2.5)


def test_the_stock_of_n_items_costs_one_call_for_each_hundred(zoho: Case) -> None:
    ids = [zoho.add(f"Thing {n}", f"T-{n}", stock=5) for n in range(100)]
    book = zoho.wired.book()
    before = zoho.wire.calls
    booked = book.adjust([StockMove(id, -2) for id in ids], "CSZ-1")
    assert zoho.wire.calls - before == 1
    assert {record.values["stock"] for record in zoho.products.read(ids).values()} == {3}
    assert book.find_adjustment("CSZ-1", zoho.wired.now()) == booked
    assert book.find_adjustment("CSZ-2", zoho.wired.now()) is None


def test_an_adjustment_is_booked_wholly_or_not_at_all(zoho: Case) -> None:
    ids = [zoho.add(f"Thing {n}", f"T-{n}", stock=5) for n in range(2)]
    zoho.remove(ids[1])
    with pytest.raises(Refused):
        zoho.wired.book().adjust([StockMove(id, -2) for id in ids], "CSZ-1")
    assert zoho.products.read(ids)[ids[0]].values["stock"] == 5
    assert zoho.wired.book().find_adjustment("CSZ-1", zoho.wired.now()) is None


def test_an_adjustment_whose_answer_is_lost_is_found_again(zoho: Case) -> None:
    id = zoho.add("Thing", "T-1", stock=5)
    book = zoho.wired.book()
    zoho.wired.faults.order("timeout_after")
    with pytest.raises(UnknownOutcome):
        book.adjust([StockMove(id, 3)], "CSZ-1")
    found = book.find_adjustment("CSZ-1", zoho.wired.now())
    assert found is not None
    assert found.moves == (StockMove(id, 3),)


def test_a_token_that_no_renewal_helps_says_to_connect_again(zoho: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    zoho.wired.world.zoho.revoke_everything()
    monkeypatch.setattr(zoho.wired, "renewed_token", lambda: "as dead as the first")
    with pytest.raises(NotConnected) as error:
        zoho.scan()
    assert "connect again" in error.value.advice


def test_an_expired_token_is_renewed(zoho: Case) -> None:
    zoho.wired.world.zoho.expire_tokens()
    assert zoho.scan() == []


# CS-Cart alone

STORES = [("4.20.1", "ultimate"), ("4.20.1", "multivendor"), ("4.14.2", "ultimate"), ("4.11.5", "ultimate")]


@pytest.fixture
def store(wired: Wired) -> Case:
    return Case(wired, Side.CSCART, wired.store())


@pytest.mark.parametrize(("version", "edition"), STORES)
def test_every_release_and_edition_can_be_written_and_read(version: str, edition: str) -> None:
    clock = VirtualClock()
    wired = Wired(World.empty(1, clock=clock, version=version, edition=edition), clock)
    products = wired.store()
    made = products.create(THING)
    held = products.read([made.id])[made.id]
    assert {name: held.values[name] for name in THING} == THING
    assert [record.id for page in products.scan(None) for record in page.records] == [made.id]


def test_a_store_without_texts_in_lists_is_read_product_by_product(store: Case) -> None:
    store.wired.world.cscart.switches.texts_in_lists = False
    ids = [store.products.create({**THING, "sku": f"S-{n}"}).id for n in range(3)]
    listed, full = store.scan(), store.products.read(ids)
    assert {record.id: record for record in store.wired.store().find("S-1")} == {ids[1]: full[ids[1]]}
    assert store.wired.store().read(ids) == full
    assert all(record.partial and "full_description" not in record.values for record in listed)
    assert [full[id].values["full_description"] for id in ids] == [THING["full_description"]] * 3
    assert {record.id: record.etag for record in listed} == {id: record.etag for id, record in full.items()}


def test_a_promotion_does_not_change_the_price(store: Case) -> None:
    id = store.add("Thing", "T-1", price="10.00")
    store.wired.world.cscart.switches.promotion_percent = Decimal(20)
    assert store.scan()[0].values["price"] == Decimal(10)
    assert store.products.read([id])[id].values["price"] == Decimal(10)


def test_a_price_with_a_comma_is_the_problem_of_one_product(store: Case) -> None:
    good, bad = store.add("Good", "G-1"), store.add("Bad", "B-1")
    store.wired.world.cscart.plant(int(bad), price="1,50")
    records = {record.id: record for record in store.scan()}
    assert '"1,50"' in records[bad].notes["problem"]
    assert not records[good].notes
    assert [record.id for page in store.products.sweep() for record in page.records] == [good, bad]


def test_a_long_name_is_read_and_never_written(store: Case) -> None:
    id = store.add("x" * 255, "L-1")
    assert store.scan()[0].values["name"] == "x" * 255
    with pytest.raises(Unfit):
        store.products.update(id, {"name": "x" * 300})


def test_a_wrong_key_says_to_connect_again(store: Case) -> None:
    store.wired.world.cscart.api_key = "another key"
    with pytest.raises(NotConnected):
        store.scan()


def test_the_store_takes_the_same_sku_twice(store: Case) -> None:
    ids = {store.products.create(THING).id for _ in range(2)}
    assert {record.id for record in store.products.find("NEW-1")} == ids


def test_stock_may_be_below_nothing(store: Case) -> None:
    id = store.add("Thing", "T-1")
    store.products.update(id, {"stock": -3})
    assert store.products.read([id])[id].values["stock"] == -3


def test_the_store_keeps_its_html_as_long_as_the_text_stays(store: Case) -> None:
    id = store.add("Thing", "T-1")
    store.wired.world.cscart.edit_product(int(id), full_description="<h2>Big</h2><p>One<br>two</p>")
    assert store.scan()[0].values["full_description"] == "Big\n\nOne\ntwo"
    store.products.update(id, {"price": Decimal(2)})
    assert store.wired.world.cscart.product(int(id))["full_description"] == "<h2>Big</h2><p>One<br>two</p>"


def test_products_deleted_during_a_scan_hide_no_other(store: Case) -> None:
    ids = [store.add(f"Thing {n}", f"T-{n}") for n in range(300)]
    pages: Iterator[Any] = store.products.scan(None)
    seen = {record.id for record in next(pages).records}
    store.remove(ids[0])
    seen |= {record.id for page in pages for record in page.records}
    assert seen == set(ids)
