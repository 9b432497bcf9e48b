"""The simulated Zoho Inventory: items, lists, stock, and what it silently does to what it is sent."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cscart_zoho_sim.wire import Edit
from cscart_zoho_sim.zoho import Refusal
from cscart_zoho_sim.zoho.item import KEYS
from tests.unit.zoho_caller import Caller


@pytest.fixture
def caller() -> Caller:
    return Caller.new()


# Items


def test_a_new_item_is_answered_in_full(caller: Caller) -> None:
    item = caller.create(name="Chair", sku="C-1", rate=19.9, item_type="inventory", initial_stock=4)
    assert item == caller.zoho.item(item["item_id"])
    assert item["stock_on_hand"] == item["actual_available_stock"] == 4
    assert caller.get(f"/items/{item['item_id']}").json["item"] == item
    assert item["last_modified_time"] == "2026-01-05T13:30:00+0530"


def test_ids_are_long_digits_and_grow(caller: Caller) -> None:
    first, second = (caller.create(name=name)["item_id"] for name in "AB")
    assert len(first) == 18
    assert first.isdecimal()
    assert int(first) < int(second)


def test_names_are_trimmed_and_money_is_rounded(caller: Caller) -> None:
    item = caller.create(name="  Chair ", sku=" C-1 ", rate=1.005, label_rate=2.999, purchase_rate=3)
    assert (item["name"], item["sku"]) == ("Chair", "C-1")
    assert (item["rate"], item["label_rate"], item["purchase_rate"]) == (1.01, 3, 3)


def test_prices_follow_the_precision_of_the_organisation() -> None:
    assert Caller.new(price_precision=3).create(name="Chair", rate=1.2345)["rate"] == 1.235


@pytest.mark.parametrize("rate", ["1,50", "abc", -1, True, [], float("nan"), 10**20])
def test_a_bad_price_is_refused_with_code_2(caller: Caller, rate: Any) -> None:
    refused = caller.send("POST", "/items", {"name": "Chair", "rate": rate})
    assert refused.code in {(400, 2), (400, 4)}
    assert caller.zoho.items() == {}
    assert caller.zoho.writes == 0


def test_a_name_of_more_than_100_characters_is_refused(caller: Caller) -> None:
    refused = caller.send("POST", "/items", {"name": "x" * 101})
    assert refused.code == (400, 15)
    assert refused.json["message"] == 'Please ensure that the "name" has less than 100 characters.'
    assert caller.send("POST", "/items", {"name": "x" * 100}).status == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, 2), ({"name": "  "}, 2), (b"", 11), (b"{", 4), ([], 4), ({"name": "A", "tax_id": "12"}, 2)],
)
def test_a_bad_body_is_refused(caller: Caller, body: Any, code: int) -> None:
    assert caller.send("POST", "/items", body).code == (400, code)


def test_the_old_form_of_a_body_still_works(caller: Caller) -> None:
    caller.headers["content-type"] = "application/x-www-form-urlencoded"
    assert caller.send("POST", "/items", b"JSONString=%7B%22name%22%3A%22Chair%22%7D").status == 200
    assert caller.names() == ["Chair"]


@pytest.mark.parametrize("key", ["name", "sku"])
def test_a_name_or_sku_exists_once(caller: Caller, key: str) -> None:
    caller.create(name="Chair", sku="C-1")
    other = caller.create(name="Table", sku="T-1")
    clash = {"name": "Other", "sku": "Other"} | {key: {"name": "Chair", "sku": "C-1"}[key]}
    refused = caller.send("POST", "/items", clash)
    assert refused.code == (400, 1001)
    assert refused.json["message"] == f'Item "{clash[key]}" already exists'
    assert caller.send("PUT", f"/items/{other['item_id']}", clash).code == (400, 1001)
    assert caller.zoho.item(other["item_id"]) == other


@pytest.mark.parametrize("key", ["names", "skus"])
def test_an_organisation_may_allow_doubles(caller: Caller, key: str) -> None:
    setattr(caller.zoho.switches, f"unique_{key}", False)
    doubles = {"name": "Chair"} if key == "names" else {"sku": "C-1"}
    for name in "AB":
        caller.create(**{"name": name, "sku": name, **doubles})
    assert len(caller.zoho.items()) == 2


@pytest.mark.parametrize(("fold", "status"), [(False, 200), (True, 400)])
def test_case_makes_a_difference_or_not(caller: Caller, fold: bool, status: int) -> None:
    caller.zoho.switches.fold_case = fold
    caller.create(name="Chair", sku="c-1")
    assert caller.send("POST", "/items", {"name": "Table", "sku": "C-1"}).status == status


def test_an_item_keeps_its_own_name_on_change(caller: Caller) -> None:
    item = caller.create(name="Chair", sku="C-1", rate=5, description="Oak")
    caller.clock.advance(60)
    changed = caller.send("PUT", f"/items/{item['item_id']}", {"name": "Chair", "rate": 6}).json["item"]
    assert (changed["rate"], changed["description"], changed["sku"]) == (6, "Oak", "C-1")
    assert changed["last_modified_time"] == "2026-01-05T13:31:00+0530"
    assert changed["created_time"] == item["created_time"]


def test_a_freed_name_can_be_used_again(caller: Caller) -> None:
    item = caller.create(name="Chair", sku="C-1")
    caller.send("PUT", f"/items/{item['item_id']}", {"name": "Table", "sku": "T-1"})
    caller.create(name="Chair", sku="C-1")
    assert caller.names(sku="T-1") == ["Table"]


def test_a_change_without_name_is_refused(caller: Caller) -> None:
    item = caller.create(name="Chair", rate=5)
    assert caller.send("PUT", f"/items/{item['item_id']}", {"rate": 6}).code == (400, 2)
    assert caller.zoho.item(item["item_id"]) == item


def test_a_change_ignores_stock_and_unknown_keys(caller: Caller) -> None:
    item = caller.create(name="Chair", item_type="inventory", initial_stock=4)
    stock = {"initial_stock": 9, "stock_on_hand": 9, "available_stock": 9, "locations": [{"initial_stock": 9}]}
    changed = caller.send("PUT", f"/items/{item['item_id']}", {"name": "Chair", "colour": "red", **stock})
    assert changed.status == 200
    assert changed.json["item"] == item


@pytest.mark.parametrize(("switch", "status"), [(False, "active"), (True, "inactive")])
def test_status_in_a_change_is_ignored_or_not(caller: Caller, switch: bool, status: str) -> None:
    caller.zoho.switches.put_changes_status = switch
    item = caller.create(name="Chair")
    caller.send("PUT", f"/items/{item['item_id']}", {"name": "Chair", "status": "inactive"})
    assert caller.zoho.item(item["item_id"])["status"] == status


def test_items_are_marked_inactive_and_active(caller: Caller) -> None:
    ids = [caller.create(name=name)["item_id"] for name in "AB"]
    said = caller.send("POST", f"/items/{ids[0]}/inactive")
    assert said.json == {"code": 0, "message": "The item has been marked as Inactive."}
    assert caller.names(filter_by="Status.Active") == ["B"]
    caller.send("POST", "/items/inactive", item_ids=",".join(ids))
    assert caller.names(status="active") == []
    caller.send("POST", f"/items/{ids[1]}/active")
    assert caller.names(status="active") == ["B"]


def test_an_item_that_is_not_taxable_has_no_tax(caller: Caller) -> None:
    tax = caller.zoho.add_tax("Local", 7)
    item = caller.create(name="Chair", tax_id=tax)
    assert (item["is_taxable"], item["tax_name"], item["tax_percentage"]) == (True, "Local", 7)
    changed = caller.send("PUT", f"/items/{item['item_id']}", {"name": "Chair", "is_taxable": False})
    assert (changed.json["item"]["is_taxable"], changed.json["item"]["tax_id"]) == (False, "")


def test_services_carry_no_stock(caller: Caller) -> None:
    service = caller.create(name="Delivery", product_type="service", initial_stock=4)
    assert "stock_on_hand" not in service
    assert "locations" not in service
    refused = caller.send("POST", "/items", {"name": "X", "product_type": "service", "item_type": "inventory"})
    assert refused.code == (400, 2)


def test_what_can_be_sold_and_bought_decides_the_type(caller: Caller) -> None:
    assert caller.create(name="A", can_be_purchased=False)["item_type"] == "sales"
    assert caller.create(name="B", can_be_sold=False)["item_type"] == "purchases"
    assert caller.create(name="C", track_inventory=True)["item_type"] == "inventory"
    assert caller.create(name="D")["item_type"] == "sales_and_purchases"


def test_opening_stock_is_taken_per_location_too(caller: Caller) -> None:
    home = caller.get("/locations").json["locations"][0]["location_id"]
    rows = [{"location_id": home, "initial_stock": 5, "initial_stock_rate": 2}]
    assert caller.create(name="A", item_type="inventory", locations=rows)["stock_on_hand"] == 5
    rows[0]["location_id"] = "12"
    refused = caller.send("POST", "/items", {"name": "B", "item_type": "inventory", "locations": rows})
    assert refused.code == (400, 2)


def test_opening_stock_may_come_back_empty(caller: Caller) -> None:
    caller.zoho.switches.initial_stock_ignored = True
    assert caller.create(name="A", item_type="inventory", initial_stock=5)["stock_on_hand"] == 0


def test_a_package_comes_back_as_sent(caller: Caller) -> None:
    item = caller.create(name="A", package_details={"weight": 1.5, "weight_unit": "kg"})
    assert item["package_details"]["weight"] == 1.5
    assert "package_details" not in caller.get("/items").json["items"][0]


def test_custom_fields_are_named_by_id_label_or_api_name(caller: Caller) -> None:
    field_id = caller.zoho.add_custom_field("Store id")
    colour = caller.zoho.add_custom_field("Colour", "dropdown", ("red", "blue"))
    for index, key in enumerate([{"customfield_id": field_id}, {"label": "Store id"}, {"api_name": "cf_store_id"}]):
        item = caller.create(name=f"A{index}", custom_fields=[{**key, "value": "12"}])
        assert item["custom_field_hash"]["cf_store_id"] == "12"
        assert item["custom_fields"][0]["customfield_id"] == field_id
    assert caller.get("/items").json["items"][0]["cf_store_id"] == "12"
    bad = [{"customfield_id": colour, "value": "green"}]
    assert caller.send("POST", "/items", {"name": "B", "custom_fields": bad}).code == (400, 2)
    row = {"label": "Colour", "value": "red"}
    assert caller.send("PUT", f"/item/{item['item_id']}/customfields", [row]).status == 200
    assert caller.zoho.item(item["item_id"])["custom_field_hash"]["cf_colour"] == "red"
    known = caller.get("/settings/fields", entity="item").json["fields"]
    assert [row["api_name"] for row in known] == ["cf_store_id", "cf_colour"]


def test_an_image_goes_up_and_away(caller: Caller) -> None:
    path = f"/items/{caller.create(name='A')['item_id']}/image"
    assert caller.get(path).code == (404, 5)
    part = (
        b'--line\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x00\r\n--line--\r\n"
    )
    caller.headers["content-type"] = "multipart/form-data; boundary=line"
    assert caller.send("POST", path, part).status == 200
    assert caller.raw("GET", path).body == b"\x89PNG\r\n\x00"
    assert caller.get("/items").json["items"][0]["image_name"] == "a.png"
    assert caller.send("POST", path, part.replace(b"a.png", b"a.pdf")).code == (400, 2)
    assert caller.send("DELETE", path).status == 200
    assert caller.get(path).status == 404


def test_unknown_ids_addresses_and_methods_are_told_apart(caller: Caller) -> None:
    assert caller.get("/items/12").code == (404, 1002)
    assert caller.get("/inventoryadjustments/12").code == (404, 1002)
    assert caller.get("/goods").code == (404, 5)
    assert caller.send("PUT", "/items", {"name": "A"}).code == (405, 37)


def test_a_used_item_cannot_be_deleted(caller: Caller) -> None:
    used, unused = (caller.create(name=name, item_type="inventory")["item_id"] for name in "AB")
    caller.adjust((used, 1))
    assert caller.send("DELETE", f"/items/{used}").status == 400
    assert caller.send("DELETE", f"/items/{unused}").status == 200
    assert list(caller.zoho.items()) == [used]
    caller.zoho.delete_item(used)
    assert caller.get(f"/items/{used}").code == (404, 1002)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(sorted(KEYS)), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(sorted(KEYS | {"line_items", "date", "reason", "status"})), JSON_VALUES))
@settings(max_examples=150, deadline=None)
def test_no_body_makes_it_stumble(body: dict[str, Any]) -> None:
    caller = Caller.new()
    item_id = caller.zoho.add_item(name="A")
    for method, path in [("POST", "/items"), ("PUT", f"/items/{item_id}"), ("POST", "/inventoryadjustments")]:
        sent = {"adjustment_type": "quantity", "reason": "r", "date": "2026-01-05", "name": "B", **body}
        assert caller.send(method, path, sent).status in (200, 400)
    assert caller.get("/items").status == 200


# Lists


def fill(caller: Caller, count: int) -> list[str]:
    return [caller.zoho.add_item(name=f"Item {n:04}", sku=f"S-{n:04}", rate=n) for n in range(count)]


def test_pages_hold_200_rows_at_most_and_say_whether_there_are_more(caller: Caller) -> None:
    fill(caller, 401)
    pages = [caller.get("/items", page=page, per_page=500).json for page in (1, 2, 3, 4)]
    assert [len(page["items"]) for page in pages] == [200, 200, 1, 0]
    assert [page["page_context"]["has_more_page"] for page in pages] == [True, True, False, False]
    assert pages[0]["page_context"]["per_page"] == 200
    assert len({row["item_id"] for page in pages for row in page["items"]}) == 401


@pytest.mark.parametrize("query", [{"page": "0"}, {"page": "x"}, {"per_page": "-1"}])
def test_a_bad_page_is_refused(caller: Caller, query: dict[str, str]) -> None:
    assert caller.get("/items", **query).code == (400, 2)


def test_an_unknown_filter_is_ignored_and_returns_everything(caller: Caller) -> None:
    fill(caller, 3)
    assert len(caller.names(seller_sku="S-0001", colour="red")) == 3


def test_a_known_filter_can_be_made_to_do_nothing(caller: Caller) -> None:
    fill(caller, 3)
    assert caller.names(sku="S-0001") == ["Item 0001"]
    caller.zoho.switches.ignored_filters.add("sku")
    assert len(caller.names(sku="S-0001")) == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "item 0002"}, [2]),
        ({"sku": "s-0003"}, [3]),
        ({"sku_startswith": "S-000"}, [0, 1, 2, 3]),
        ({"name_contains": "0001"}, [1]),
        ({"search_text": "s-0002"}, [2]),
        ({"rate_greater_than": "2"}, [3]),
        ({"rate_less_equals": "1"}, [0, 1]),
        ({"rate": "1.0"}, [1]),
        ({"filter_by": "ItemType.Inventory"}, [0, 1, 2, 3]),
        ({"filter_by": "ItemType.Service"}, []),
        ({"sort_column": "rate", "sort_order": "D"}, [3, 2, 1, 0]),
        ({"sort_column": "nonsense"}, [0, 1, 2, 3]),
        ({"item_id": "7"}, []),
    ],
)
def test_filters_and_order(caller: Caller, query: dict[str, str], found: list[int]) -> None:
    fill(caller, 4)
    assert caller.names(**query) == [f"Item {n:04}" for n in found]


def test_the_list_by_last_change_begins_with_the_latest(caller: Caller) -> None:
    ids = fill(caller, 3)
    caller.clock.advance(5)
    caller.zoho.edit_item(ids[1], rate=99)
    order = {"sort_column": "last_modified_time", "sort_order": "D"}
    assert caller.names(**order)[0] == "Item 0001"
    assert caller.names(last_modified_time="2026-01-05T13:30:00+0530") == ["Item 0001"]
    assert caller.names(last_modified_time="2026-01-05T08:00:05+0000") == []


@pytest.mark.parametrize("moment", ["2026-01-05T08:00:00Z", "2026-01-05", "2026-13-05T08:00:00+0000"])
def test_a_moment_with_a_literal_z_is_refused(caller: Caller, moment: str) -> None:
    refused = caller.get("/items", last_modified_time=moment)
    assert refused.code == (400, 2)
    assert refused.json["message"] == "Invalid value passed for last_modified_time"


def test_new_items_may_show_late_in_lists_but_at_once_by_id(caller: Caller) -> None:
    caller.zoho.switches.list_lag_calls = 3
    item = caller.create(name="Chair", sku="C-1")
    assert caller.get(f"/items/{item['item_id']}").status == 200
    assert caller.names(sku="C-1") == []
    assert caller.names(sku="C-1") == ["Chair"]


def test_details_of_many_items_leave_unknown_ids_out(caller: Caller) -> None:
    ids = fill(caller, 3)
    rows = caller.get("/itemdetails", item_ids=f"{ids[2]},12,{ids[0]}").json["items"]
    assert [row["item_id"] for row in rows] == [ids[2], ids[0]]
    assert rows[0] == caller.zoho.item(ids[2])
    assert caller.get("/itemdetails", item_ids=",".join(["1"] * 201)).code == (400, 2)
    assert caller.get("/itemdetails", item_ids="").code == (400, 2)


# Stock


def test_an_adjustment_moves_stock_by_its_deltas(caller: Caller) -> None:
    a, b = fill(caller, 2)
    booked = caller.adjust((a, 5), (b, -2.5), (a, 1), reference_number="R-1")
    assert booked.status == 200
    assert [caller.zoho.item(id)["stock_on_hand"] for id in (a, b)] == [6, -2.5]
    shown = booked.json["inventory_adjustment"]
    assert shown["reference_number"] == "R-1"
    assert caller.get(f"/inventoryadjustments/{shown['inventory_adjustment_id']}").json["inventory_adjustment"] == (
        shown
    )


def test_sending_an_adjustment_twice_moves_stock_twice(caller: Caller) -> None:
    (a,) = fill(caller, 1)
    for _ in range(2):
        caller.adjust((a, 5), reference_number="R-1")
    assert caller.zoho.item(a)["stock_on_hand"] == 10


def test_one_wrong_line_refuses_the_whole_adjustment(caller: Caller) -> None:
    (a,) = fill(caller, 1)
    service = caller.create(name="Delivery", product_type="service")["item_id"]
    assert caller.adjust((a, 5), ("12", 1)).code == (400, 2006)
    assert caller.adjust((a, 5), (service, 1)).code == (400, 2)
    assert caller.adjust((a, 5), (a, 0)).code == (400, 2)
    assert caller.zoho.item(a)["stock_on_hand"] == 0
    assert caller.zoho.adjustments() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "05.01.2026"},
        {"date": "2026-02-30"},
        {"date": ""},
        {"reason": ""},
        {"adjustment_type": "value"},
        {"line_items": []},
        {"location_id": "12"},
    ],
)
def test_an_adjustment_needs_date_reason_type_and_lines(caller: Caller, wrong: dict[str, Any]) -> None:
    (a,) = fill(caller, 1)
    assert caller.adjust((a, 5), **wrong).code == (400, 2)
    assert caller.zoho.adjustments() == []


def test_an_adjustment_takes_100_lines(caller: Caller) -> None:
    ids = fill(caller, 101)
    assert caller.adjust(*((id, 1) for id in ids)).code == (400, 15)
    assert caller.adjust(*((id, 1) for id in ids[:100])).status == 200


@pytest.mark.parametrize(("allowed", "status"), [(True, 200), (False, 400)])
def test_stock_may_fall_below_zero_or_not(caller: Caller, allowed: bool, status: int) -> None:
    caller.zoho.switches.negative_stock = allowed
    item_id = caller.zoho.add_item(name="A", stock_on_hand=3)
    assert caller.adjust((item_id, -2), (item_id, -2)).status == status


def test_adjustments_cannot_be_searched_by_reference(caller: Caller) -> None:
    (a,) = fill(caller, 1)
    for number in range(3):
        caller.adjust((a, 1), reference_number=f"R-{number}", date=f"2026-01-0{number + 1}")
    rows = caller.get("/inventoryadjustments", reference_number="R-1").json["inventory_adjustments"]
    assert [row["reference_number"] for row in rows] == ["R-2", "R-1", "R-0"]
    assert not any("line_items" in row for row in rows)
    assert len(caller.get("/inventoryadjustments", per_page=2, page=2).json["inventory_adjustments"]) == 1


def test_a_deleted_adjustment_is_taken_back(caller: Caller) -> None:
    (a,) = fill(caller, 1)
    booked = caller.adjust((a, 5)).json["inventory_adjustment"]
    caller.send("DELETE", f"/inventoryadjustments/{booked['inventory_adjustment_id']}")
    assert caller.zoho.item(a)["stock_on_hand"] == 0


@pytest.mark.parametrize("touches", [False, True])
def test_adjustments_move_the_time_of_last_change_or_not(caller: Caller, touches: bool) -> None:
    caller.zoho.switches.adjustments_touch_items = touches
    (a,) = fill(caller, 1)
    before = caller.zoho.item(a)["last_modified_time"]
    caller.clock.advance(60)
    caller.zoho.move_stock(a, 3)
    assert (caller.zoho.item(a)["last_modified_time"] != before) is touches


def test_only_the_figures_for_sale_know_what_is_committed(caller: Caller) -> None:
    item_id = caller.zoho.add_item(name="A", stock_on_hand=10)
    caller.zoho.commit_stock(item_id, 4)
    item = caller.zoho.item(item_id)
    assert item["stock_on_hand"] == item["available_stock"] == item["actual_available_stock"] == 10
    assert item["available_for_sale_stock"] == item["actual_available_for_sale_stock"] == 6
    assert item["committed_stock"] == 4
    assert item["locations"][0]["location_stock_on_hand"] == 10


def test_a_tracked_item_in_use_stays_tracked(caller: Caller) -> None:
    item_id = caller.zoho.add_item(name="A")
    caller.zoho.move_stock(item_id, 1)
    refused = caller.send("PUT", f"/items/{item_id}", {"name": "A", "item_type": "sales"})
    assert refused.code == (400, 2)


# People, watchers, counts


def test_watchers_hear_who_changed_what(caller: Caller) -> None:
    edits: list[Edit] = []
    caller.zoho.watchers.append(edits.append)
    item_id = caller.zoho.add_item(name="A", rate=1)
    caller.send("PUT", f"/items/{item_id}", {"name": "A", "rate": 2})
    caller.clock.advance(1)
    caller.zoho.move_stock(item_id, 3)
    caller.zoho.delete_item(item_id)
    assert [(edit.author, edit.before is None, edit.after is None) for edit in edits] == [
        ("people", True, False),
        ("api", False, False),
        ("people", False, False),
        ("people", False, True),
    ]
    assert {(edit.side, edit.id) for edit in edits} == {("zoho", item_id)}
    assert (edits[1].before or {})["rate"] == 1
    assert (edits[1].after or {})["rate"] == 2
    assert (edits[2].after or {})["stock_on_hand"] == 3
    assert edits[2].at == edits[0].at + 1


def test_a_refused_change_is_not_heard(caller: Caller) -> None:
    item_id = caller.zoho.add_item(name="A")
    edits: list[Edit] = []
    caller.zoho.watchers.append(edits.append)
    caller.send("PUT", f"/items/{item_id}", {"name": "A", "rate": "abc"})
    caller.adjust((item_id, 1), ("12", 1))
    assert edits == []


def test_people_are_refused_what_the_form_refuses(caller: Caller) -> None:
    item_id = caller.zoho.add_item(name="A", status="inactive")
    assert caller.zoho.item(item_id)["status"] == "inactive"
    with pytest.raises(Refusal, match="already exists"):
        caller.zoho.add_item(name="A")
    with pytest.raises(ValueError, match="Invalid value passed for rate"):
        caller.zoho.edit_item(item_id, rate="1,50")
    with pytest.raises(TypeError, match="stock"):
        caller.zoho.edit_item(item_id, stock=4)


def test_calls_and_writes_are_counted(caller: Caller) -> None:
    item = caller.create(name="A", item_type="inventory")
    caller.get("/items")
    caller.adjust((item["item_id"], 1))
    caller.send("POST", "/items", {"name": "A"})
    caller.get("/items/12")
    caller.token_request(grant_type="refresh_token", refresh_token="nonsense")
    assert (caller.zoho.calls, caller.zoho.writes, caller.zoho.token_calls) == (5, 2, 1)


# The organisation


def test_organisations_are_listed_without_an_organisation_id(caller: Caller) -> None:
    caller.zoho.add_organization("Second Sample")
    rows = caller.get("/organizations", organization_id=None).json["organizations"]
    assert [row["name"] for row in rows] == ["Sample Organisation", "Second Sample"]
    assert rows[0]["organization_id"] == caller.zoho.organization_id
    assert (rows[0]["plan_name"], rows[0]["currency_code"]) == ("Enterprise", "USD")
    assert (rows[0]["time_zone"], rows[0]["price_precision"]) == ("Asia/Kolkata", 2)


@pytest.mark.parametrize("organisation", [None, "", "12"])
def test_a_wrong_organisation_is_refused(caller: Caller, organisation: str | None) -> None:
    caller.zoho.switches.organisation_must_be_named = True
    assert caller.get("/items", organization_id=organisation).code == (400, 6041)


def test_what_live_organisations_take_is_taken(caller: Caller) -> None:
    caller.create(name="A")
    caller.create(name="B")
    assert caller.get("/items", organization_id=None).status == 200
    assert caller.get("/items", organization_id="12").code == (400, 6041)
    assert caller.get("/items/").status == 200
    assert caller.names(last_modified_time="") == ["A", "B"]
    assert caller.get("/items", per_page="1", response_option="2").json["page_context"]["total"] == 2
    assert "total" not in caller.get("/items").json["page_context"]


def test_taxes_and_units_are_listed(caller: Caller) -> None:
    caller.create(name="A", unit="pcs")
    taxes = caller.get("/settings/taxes").json["taxes"]
    assert [(tax["tax_name"], tax["tax_percentage"]) for tax in taxes] == [
        ("Reduced Rate", 5),
        ("Standard Rate", 20),
    ]
    assert caller.get(f"/settings/taxes/{taxes[0]['tax_id']}").json["tax"] == taxes[0]
    assert [unit["unit"] for unit in caller.get("/units").json["units"]] == ["pcs"]


def test_old_organisations_say_warehouse(caller: Caller) -> None:
    caller.zoho.switches.warehouse_words = True
    item = caller.create(name="A", item_type="inventory", initial_stock=2)
    assert item["warehouses"][0]["warehouse_stock_on_hand"] == 2
    assert "locations" not in item
    assert caller.get("/locations").status == 400
    assert len(caller.get("/settings/warehouses").json["warehouses"]) == 1


def test_two_worlds_of_one_seed_are_alike() -> None:
    worlds = [Caller.new(seed=5) for _ in range(2)]
    for caller in worlds:
        fill(caller, 5)
        caller.adjust((next(iter(caller.zoho.items())), 2))
    assert worlds[0].zoho.items() == worlds[1].zoho.items()
    assert worlds[0].zoho.client_secret == worlds[1].zoho.client_secret
    assert Caller.new(seed=6).zoho.client_secret != worlds[0].zoho.client_secret


def test_every_item_can_be_written_as_json(caller: Caller) -> None:
    caller.create(name="Ä 😀", rate=1.005, item_type="inventory", initial_stock=0.5, upc="123456789012")
    text = json.dumps(caller.zoho.items())
    assert Counter(type(value).__name__ for value in json.loads(text).values()) == {"dict": 1}
