"""The side of Zoho's sales orders, call by call: lists, look-ups, creations, proofs of totals, statuses."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import msgspec
import pytest

from cscart_zoho.errors import (
    AlreadyThere,
    ConnectorError,
    NotFound,
    Refused,
    RemoteFault,
    Retryable,
    Throttled,
    Unfit,
    UnknownOutcome,
)
from cscart_zoho.http import Answer, Wire
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.order import Address, Line, Order, from_text, to_text
from cscart_zoho.records import Record, Side
from cscart_zoho.sync.ports import Change
from cscart_zoho.zoho.order_addresses import ContactAddresses
from cscart_zoho.zoho.salesorders import ZohoSalesOrders
from tests.unit.salesorder_shapes import ADDRESS, CONTACT, ID, ITEM, LINE, ROW, SALES_ORDER, TAX
from tests.unit.scripted import ScriptedWire, answer

LIST, ONE = "/inventory/v1/salesorders", f"/inventory/v1/salesorders/{ID}"
SINCE = datetime(2026, 1, 5, 8, tzinfo=UTC)
ALBANY = Address(name="Ann Example", street="1 Long Street", city="Albany", state="NY", zip="12207", country="US")
ORDER = Order(
    number="CS-97",
    date="2026-01-05",
    currency="USD",
    customer_id=CONTACT,
    lines=(Line(product_id=ITEM, name="A lamp", quantity=Decimal(2), price=Decimal(50), tax_ids=(TAX,)),),
    shipping=Decimal(11),
    total=Decimal(121),
)
ANSWERED = {"code": 0, "message": "success"}


def side(*answers: Answer, **given: Any) -> tuple[ZohoSalesOrders, ScriptedWire]:
    wire = ScriptedWire(list(answers))
    addresses = {name: given.pop(name) for name in ("address_id", "gone_addresses") if name in given}
    return ZohoSalesOrders(cast("Wire", wire), {}, OrderChoices(**given), **addresses), wire


def page(*rows: Mapping[str, Any], more: bool = False) -> Answer:
    return answer({**ANSWERED, "salesorders": rows, "page_context": {"has_more_page": more}})


def one(told: Mapping[str, Any] = SALES_ORDER, name: str = "salesorder", **changes: Any) -> Answer:
    body = msgspec.json.Encoder(decimal_format="number").encode({**ANSWERED, name: {**told, **changes}})
    return answer(body, 201)


def said(message: str) -> Answer:
    return answer({"code": 0, "message": message})


def no(code: int = 9, message: str = "No.", status: int = 400) -> Answer:
    return answer({"code": code, "message": message}, status)


def sent(order: Order = ORDER, **changes: Any) -> dict[str, str]:
    return {"document": to_text(msgspec.structs.replace(order, **changes))}


def told(record: Record) -> Order:
    return from_text(str(record.values["document"]))


# Lists


def test_a_full_scan_goes_by_the_time_of_creation() -> None:
    orders, wire = side(page(ROW, more=True), page({**ROW, "salesorder_id": "2"}))
    records = [record for found in orders.scan(None) for record in found.records]
    assert [record.id for record in records] == [ID, "2"]
    assert all(record.partial for record in records)
    asked = {"sort_column": "created_time", "sort_order": "A", "per_page": "200"}
    assert [query for _, _, query, _ in wire.asked] == [{**asked, "page": "1"}, {**asked, "page": "2"}]


def test_a_look_at_changes_ends_where_the_news_end() -> None:
    old = {**ROW, "salesorder_id": "2", "last_modified_time": "2026-01-05T13:29:59+0530"}
    orders, wire = side(page(ROW, old, more=True))
    assert [[record.id for record in found.records] for found in orders.scan(SINCE)] == [[ID]]
    assert wire.asked[0][2]["sort_column"] == "last_modified_time"
    assert wire.asked[0][2]["sort_order"] == "D"


def test_a_list_that_ends_early_is_a_fault() -> None:
    orders, _ = side(page(ROW, more=True), page(more=True))
    with pytest.raises(RemoteFault, match="ended early"):
        list(orders.scan(None))


# Single orders


@pytest.mark.parametrize("name", ["salesorder", "sales_order"])
def test_orders_are_read_one_by_one_under_either_name(name: str) -> None:
    orders, wire = side(one(name=name), no(1002, "Sales Order does not exist.", 404))
    assert [*orders.read([ID, "2"])] == [ID]
    assert [path for _, path, _, _ in wire.asked] == [ONE, f"{LIST}/2"]


def test_only_zohos_own_word_says_that_an_order_is_gone() -> None:
    assert not side(no(1002, "Sales Order does not exist.", 404))[0].exists(ID)
    assert side(one())[0].exists(ID)
    with pytest.raises(Refused):
        side(no(9, "Something else."))[0].exists(ID)
    with pytest.raises(RemoteFault):
        side(said("success"))[0].exists(ID)


def test_an_order_is_found_by_its_number_and_comes_in_full() -> None:
    longer = {**ROW, "salesorder_id": "2", "salesorder_number": "CS-970", "reference_number": "CS-970"}
    orders, wire = side(page(ROW, longer), one())
    (found,) = orders.find("CS-97")
    assert (found.id, found.key, found.partial) == (ID, "CS-97", False)
    assert [query.get("salesorder_number") for _, _, query, _ in wire.asked] == ["CS-97", None]


def test_an_order_of_another_tool_is_found_by_its_reference() -> None:
    theirs = {"salesorder_number": "SO-5"}
    orders, wire = side(page(), page({**ROW, **theirs}), one(**theirs))
    assert [record.key for record in orders.find("CS-97")] == ["CS-97"]
    assert wire.asked[1][2]["reference_number"] == "CS-97"


def test_a_number_of_zohos_own_is_no_reference() -> None:
    orders, wire = side(page())
    assert orders.find("SO-5") == []
    assert orders.find("") == []
    assert len(wire.asked) == 1


def test_an_order_with_a_reference_of_ours_has_no_other_number() -> None:
    orders, wire = side(page({**ROW, "salesorder_number": "SO-5"}))
    assert orders.find("SO-5") == []
    assert len(wire.asked) == 1


def test_an_order_that_was_made_anew_is_found_by_its_own_number() -> None:
    anew = {"salesorder_number": "CS-97-2", "reference_number": "CS-97"}
    orders, _ = side(page({**ROW, **anew}), one(**anew))
    assert [record.key for record in orders.find("CS-97-2")] == ["CS-97"]
    theirs = {"salesorder_number": "SO-5-2", "reference_number": "SO-5"}
    orders, _ = side(page({**ROW, **theirs}), one(**theirs))
    assert [record.key for record in orders.find("SO-5-2")] == ["SO-5"]


def test_where_a_filter_is_ignored_the_latest_orders_are_looked_through() -> None:
    other = {**ROW, "salesorder_id": "2", "salesorder_number": "SO-5", "reference_number": ""}
    orders, wire = side(page(other, more=True), page(other, more=True), page(ROW, more=True), one())
    assert [record.id for record in orders.find("CS-97")] == [ID]
    assert [query.get("sort_column", "") for _, _, query, _ in wire.asked[:3]] == ["", *["last_modified_time"] * 2]

    orders, wire = side(*[page(other, more=True)] * 6)
    assert orders.find("CS-97") == []
    assert len(wire.asked) == 6, "the first one, and five pages"


def test_an_ignored_filter_may_show_the_order_all_the_same() -> None:
    other = {**ROW, "salesorder_id": "2", "salesorder_number": "SO-5", "reference_number": ""}
    orders, _ = side(page(other, ROW), one())
    assert [record.id for record in orders.find("CS-97")] == [ID]


def test_several_keys_are_looked_up_one_by_one() -> None:
    orders, _ = side(page(ROW), one(), page())
    found = orders.find_all(["CS-97", "SO-5"])
    assert {key: len(records) for key, records in found.items()} == {"CS-97": 1, "SO-5": 0}


# Creating


@pytest.mark.parametrize("name", ["salesorder", "sales_order"])
def test_an_order_is_made_in_one_call_under_its_own_number(name: str) -> None:
    orders, wire = side(one(name=name))
    made = orders.create(sent())
    assert (made.id, made.key, made.answered, made.partial) == (ID, "CS-97", True, False)
    assert (made.values["status"], made.values["total"]) == ("draft", Decimal(121))
    assert told(made).lines[0].id == LINE
    assert "problem" not in made.notes
    ((method, path, query, body),) = wire.asked
    assert (method, path, query) == ("POST", LIST, {"ignore_auto_number_generation": "true"})
    assert body["salesorder_number"] == body["reference_number"] == "CS-97"
    assert orders.complete(ID, sent()) is None


def test_the_answer_to_a_creation_has_the_etag_of_the_next_list_row() -> None:
    orders, _ = side(one(), page(ROW))
    made = orders.create(sent())
    (listed,) = [record for found in orders.scan(SINCE) for record in found.records]
    assert made.etag == listed.etag != ""


def test_a_number_that_is_taken_is_no_second_order() -> None:
    orders, _ = side(no(1001, "That is not possible."))
    with pytest.raises(AlreadyThere):
        orders.create(sent())


def test_words_alone_do_not_say_that_a_number_is_taken() -> None:
    """The run looks for the number after any refusal."""
    orders, _ = side(no(36004, 'Sales order "CS-97" already exists'))
    with pytest.raises(Refused) as refused:
        orders.create(sent())
    assert not isinstance(refused.value, AlreadyThere)


def test_an_answer_without_an_order_leaves_the_outcome_open() -> None:
    with pytest.raises(UnknownOutcome):
        side(said("success"))[0].create(sent())


def test_an_answer_without_lines_is_read_once_more() -> None:
    short = {name: value for name, value in SALES_ORDER.items() if name != "line_items"}
    orders, wire = side(one(short), one())
    assert told(orders.create(sent())).lines
    assert [method for method, *_ in wire.asked] == ["POST", "GET"]
    for wrong in (no(1002, "Sales Order does not exist.", 404), no()):
        with pytest.raises(UnknownOutcome):
            side(one(short), wrong)[0].create(sent())


def test_an_order_without_a_customer_is_not_sent() -> None:
    orders, wire = side()
    with pytest.raises(Unfit, match="customer"):
        orders.create(sent(customer_id=""))
    assert not wire.asked


def test_several_are_made_one_a_call_and_one_bad_one_fails_alone() -> None:
    orders, wire = side(no(15, "Too long."), one())
    bad, good = orders.create_all([sent(), sent()])
    assert isinstance(bad, Refused)
    assert isinstance(good, Record)
    assert [method for method, *_ in wire.asked] == ["POST", "POST"]
    assert orders.together == 1


# The total


def test_a_cent_is_evened_out_by_one_more_call() -> None:
    orders, wire = side(one(total=Decimal("121.01")), one(total=121, adjustment=Decimal("-0.01")))
    made = orders.create(sent())
    assert made.values["total"] == Decimal(121)
    assert told(made).adjustment == Decimal("-0.01")
    assert "problem" not in made.notes
    method, path, query, body = wire.asked[1]
    assert (method, path, query) == ("PUT", ONE, {"ignore_auto_number_generation": "true"})
    assert (body["adjustment"], body["adjustment_description"]) == (-0.01, "Rounding -0.01")
    assert [line["line_item_id"] for line in body["line_items"]] == [LINE]


def test_what_is_evened_out_comes_on_top_of_the_adjustment_there_is() -> None:
    orders, wire = side(one(total=Decimal("120.98")), one())
    orders.create(sent(adjustment=Decimal(3), adjustment_note="Payment fee"))
    assert wire.asked[1][3]["adjustment"] == 3.02
    assert wire.asked[1][3]["adjustment_description"] == "Payment fee; Rounding +0.02"


@pytest.mark.parametrize(
    ("tolerance", "answers"),
    [("0.05", 1), ("0", 1), ("0.10", 2)],
    ids=["more than the tolerance", "no tolerance", "still wrong after the correction"],
)
def test_totals_that_stay_apart_are_told_with_both_figures(tolerance: str, answers: int) -> None:
    orders, wire = side(*[one(total=Decimal("120.92"))] * answers, tolerance=tolerance)
    made = orders.create(sent())
    assert "120.92" in made.notes["problem"]
    assert "121" in made.notes["problem"]
    assert made.values["status"] == "draft"
    assert len(wire.asked) == answers


def test_a_total_that_zoho_has_rounded_off_names_the_preference() -> None:
    orders, _ = side(one(total=Decimal(122), roundoff_value=Decimal("0.4")))
    problem = orders.create(sent(total=Decimal("121.60"))).notes["problem"]
    assert "rounded the total off to 122" in problem
    assert '"Round off total to whole number"' in problem
    assert "Switch it off in Zoho" in problem


@pytest.mark.parametrize("wrong", [no(9, "No changes."), answer(b"<html>", 502)])
def test_a_correction_that_fails_leaves_an_order_with_a_problem(wrong: Answer) -> None:
    orders, _ = side(one(total=Decimal("121.01")), wrong)
    made = orders.create(sent())
    assert made.id == ID
    assert "121.01" in made.notes["problem"]
    assert "adjustment" in made.notes["problem"]


def test_the_currency_of_another_contact_is_a_problem_and_no_rounding() -> None:
    orders, wire = side(one(currency_code="EUR", total=Decimal("121.01")))
    made = orders.create(sent())
    assert "EUR" in made.notes["problem"]
    assert "USD" in made.notes["problem"]
    assert len(wire.asked) == 1


# Addresses of an order


def test_addresses_go_by_their_ids() -> None:
    asked: list[tuple[str, str, str]] = []

    def address_id(contact_id: str, address: Address, purpose: str) -> str:
        asked.append((contact_id, address.city, purpose))
        return "71" if purpose == "billing" else ""

    orders, wire = side(one(), address_id=address_id)
    orders.create(sent(billing=ALBANY, delivery=msgspec.structs.replace(ALBANY, city="Troy")))
    assert asked == [(CONTACT, "Albany", "billing"), (CONTACT, "Troy", "delivery")]
    assert wire.asked[0][3]["billing_address_id"] == "71"
    assert "shipping_address_id" not in wire.asked[0][3]


def test_addresses_are_left_out_where_there_are_none_or_nobody_wants_them() -> None:
    def never(contact_id: str, address: Address, purpose: str) -> str:
        raise AssertionError

    for given, order in (({}, sent()), ({"addresses": False}, sent(billing=ALBANY))):
        orders, wire = side(one(), address_id=never, **given)
        orders.create(order)
        assert not {"billing_address_id", "shipping_address_id"} & wire.asked[0][3].keys()


def remembered(*answers: Answer, gone: set[str]) -> tuple[ZohoSalesOrders, ScriptedWire, list[set[str]]]:
    """Sales orders whose addresses are known as 99 until somebody has looked, and as 71 then."""
    looked: list[set[str]] = []

    def look(contact_id: str, ids: Collection[str]) -> set[str]:
        looked.append({*ids})
        return gone

    orders, wire = side(*answers, address_id=lambda *about: "71" if looked else "99", gone_addresses=look)
    return orders, wire, looked


@pytest.mark.parametrize(
    "refusal", [no(2, "Invalid value passed for billing_address_id"), no(1002, "It does not exist.", 404), no(9, "No.")]
)
def test_an_order_with_an_address_that_is_gone_goes_out_once_more_whatever_the_words(refusal: Answer) -> None:
    orders, wire, looked = remembered(refusal, one(), gone={"99"})
    made = orders.create(sent(billing=ALBANY))
    assert made.id == ID
    assert looked == [{"99"}]
    assert [body["billing_address_id"] for _, _, _, body in wire.asked] == ["99", "71"]


def test_an_order_that_is_refused_for_another_reason_is_not_sent_again() -> None:
    orders, wire, looked = remembered(no(9, "No."), gone=set())
    with pytest.raises(Refused, match=r"No\."):
        orders.create(sent(billing=ALBANY))
    assert looked == [{"99"}]
    assert len(wire.asked) == 1


def test_an_order_that_is_there_already_is_not_looked_at_for_its_addresses() -> None:
    orders, wire, looked = remembered(no(1001, "The number already exists."), gone={"99"})
    with pytest.raises(AlreadyThere):
        orders.create(sent(billing=ALBANY))
    assert (len(wire.asked), looked) == (1, [])


def test_of_a_contact_that_is_gone_the_refusal_counts() -> None:
    def look(contact_id: str, ids: Collection[str]) -> set[str]:
        raise NotFound("Contact does not exist.")

    orders, _ = side(no(1002, "Customer does not exist."), address_id=lambda *about: "99", gone_addresses=look)
    with pytest.raises(Refused, match="Customer does not exist"):
        orders.create(sent(billing=ALBANY))


def test_an_address_that_stays_and_is_gone_is_not_named_as_it_was() -> None:
    looked: list[str] = []

    def look(contact_id: str, ids: Collection[str]) -> set[str]:
        looked.append(contact_id)
        return {"71"}

    orders, wire = side(
        one(KNOWN), no(9, "No."), one(), address_id=lambda contact, address, purpose: "73", gone_addresses=look
    )
    orders.update(ID, sent(billing=HERE, delivery=ALBANY))
    assert [body["billing_address_id"] for _, _, _, body in wire.asked[1:]] == ["71", "73"]
    assert looked == [CONTACT]


def named(address_ids: Mapping[str, Any], before: Mapping[str, Any], **changes: Any) -> tuple[Any, Any]:
    """The ids with which a change of an order names its addresses."""
    asked = {"address_id": lambda contact_id, address, purpose: f"new {purpose}"}
    orders, wire = side(one(before), one(), **asked, **address_ids)
    orders.update(ID, sent(**changes))
    body = wire.asked[1][3]
    return body.get("billing_address_id"), body.get("shipping_address_id")


KNOWN = {**SALES_ORDER, "billing_address_id": "71", "shipping_address_id": "72"}
HERE = from_text(str(side(one())[0].read([ID])[ID].values["document"])).billing


def test_an_address_that_stays_is_named_as_it_was() -> None:
    assert named({}, KNOWN, billing=HERE, delivery=ALBANY) == ("71", "new delivery")
    assert named({}, SALES_ORDER, billing=HERE) == ("new billing", None), "Zoho does not tell how it was named"
    assert named({}, KNOWN) == ("71", "72")
    assert named({"addresses": False}, KNOWN, billing=ALBANY) == ("71", "72")


def test_addresses_of_another_customer_are_looked_up_anew() -> None:
    assert named({}, KNOWN, customer_id="5", billing=HERE) == ("new billing", None)


def test_the_adjustment_names_the_addresses_again() -> None:
    orders, wire = side(one(total=Decimal("121.01")), one(), address_id=lambda contact_id, address, purpose: "71")
    orders.create(sent(billing=ALBANY))
    assert [body["billing_address_id"] for *_, body in wire.asked] == ["71", "71"]


# Changing


def test_a_changed_document_is_one_call_after_it_was_read() -> None:
    orders, wire = side(one(), one(notes="New"))
    orders.read([ID])
    changed = orders.update(ID, sent(notes="New"))
    assert told(changed).notes == "New"
    assert changed.answered
    assert changed.etag
    method, path, _, body = wire.asked[1]
    assert (method, path) == ("PUT", ONE)
    assert body["line_items"][0]["line_item_id"] == LINE


def test_a_document_that_was_not_read_is_read_before_it_is_changed() -> None:
    orders, wire = side(one(), one())
    orders.update(ID, sent())
    assert [method for method, *_ in wire.asked] == ["GET", "PUT"]
    with pytest.raises(NotFound):
        side(no(1002, "Sales Order does not exist.", 404))[0].update(ID, sent())


def test_the_total_of_a_change_is_proved_too() -> None:
    orders, wire = side(one(), one(total=Decimal("121.02")), one(total=Decimal("121.02")))
    changed = orders.update(ID, sent())
    assert "121.02" in changed.notes["problem"]
    assert [method for method, *_ in wire.asked] == ["GET", "PUT", "PUT"]


@pytest.mark.parametrize("status", ["confirmed", "void"])
def test_a_status_is_a_call_of_its_own_and_tells_nothing_else(status: str) -> None:
    orders, wire = side(said("Sales order status has been changed."))
    changed = orders.update(ID, {"status": status})
    assert changed == Record(Side.ZOHO, ID, "", {"status": status}, partial=True)
    assert wire.asked == [("POST", f"{ONE}/status/{status}", {}, None)]


@pytest.mark.parametrize(("status", "held"), [("confirmed", "confirmed"), ("confirmed", "shipped"), ("void", "void")])
def test_what_is_so_already_is_done_whatever_zoho_says(status: str, held: str) -> None:
    orders, wire = side(no(9, "That is not possible."), one(status=held))
    assert orders.update(ID, {"status": status}).values == {"status": status}
    assert [method for method, *_ in wire.asked] == ["POST", "GET"]


@pytest.mark.parametrize("held", ["void", "draft", "a word that nobody knows"])
def test_a_refused_status_is_told(held: str) -> None:
    orders, _ = side(no(9, "It is packed, already confirmed and void."), one(status=held))
    with pytest.raises(Refused, match="packed"):
        orders.update(ID, {"status": "void" if held == "draft" else "confirmed"})


def test_a_status_without_a_clear_answer_counts_where_it_is_there() -> None:
    orders, _ = side(answer(b"<html>"), one(status="confirmed"))
    assert orders.update(ID, {"status": "confirmed"}).values == {"status": "confirmed"}


@pytest.mark.parametrize("after", [one(status="draft"), no(9, "No."), answer(b"<html>")])
def test_a_status_without_a_clear_answer_stays_open_else(after: Answer) -> None:
    with pytest.raises(UnknownOutcome):
        side(answer(b"<html>"), after)[0].update(ID, {"status": "confirmed"})


@pytest.mark.parametrize("status", ["draft", "shipped", "closed", ""])
def test_nobody_can_set_another_status(status: str) -> None:
    orders, wire = side()
    with pytest.raises(Unfit) as refused:
        orders.update(ID, {**sent(), "status": status})
    assert refused.value.field == "status"
    assert not wire.asked


def test_an_order_with_a_wrong_total_is_not_confirmed() -> None:
    orders, wire = side(one(), one(total=130))
    with pytest.raises(Unfit, match="130"):
        orders.update(ID, {**sent(), "status": "confirmed"})
    assert [method for method, *_ in wire.asked] == ["GET", "PUT"]


def test_a_document_goes_before_a_status() -> None:
    orders, wire = side(one(), one(), said("Confirmed."))
    changed = orders.update(ID, {**sent(), "status": "confirmed"})
    assert [path for _, path, _, _ in wire.asked] == [ONE, ONE, f"{ONE}/status/confirmed"]
    assert changed.values["status"] == "confirmed"
    assert told(changed).number == "CS-97"
    assert (changed.etag, changed.partial) == ("", True)


# Confirming together


def change(id: str, held: str = "draft", **values: Any) -> Change:
    before = Record(Side.ZOHO, id, f"CS-{id}", {"status": held}, etag="e")
    return Change(id, values or {"status": "confirmed"}, before)


def listed_orders(**statuses: str) -> Answer:
    """The list as it is after a call for many: by id the status of each."""
    return page(*({**ROW, "salesorder_id": id.removeprefix("o"), "status": held} for id, held in statuses.items()))


DESCRIBED = {"data": {"email_success_info": [{"code": 0, "message": "Open.", "ids": ["1", "2", "3"]}]}}
REPORTS = {
    "as described": answer({**ANSWERED, **DESCRIBED}),
    "as seen live": answer({"salesorders": [{"code": 0, "message": "Confirmed."}] * 3}),
    "with nothing in it": said("That is done."),
    "refused for one of them": no(9, "One of them cannot be confirmed."),
}


@pytest.mark.parametrize("shape", REPORTS)
def test_after_a_call_for_many_it_is_the_orders_that_tell_what_became_of_them(shape: str) -> None:
    orders, wire = side(REPORTS[shape], listed_orders(o1="confirmed", o2="shipped", o3="confirmed"))
    written = orders.update_all([change("1"), change("2"), change("3")])
    assert [each.values for each in written if isinstance(each, Record)] == [{"status": "confirmed"}] * 3
    assert [each.key for each in written if isinstance(each, Record)] == ["CS-1", "CS-2", "CS-3"]
    assert wire.asked[0] == ("POST", f"{LIST}/status/confirmed", {"salesorder_ids": "1,2,3"}, None)
    assert [method for method, *_ in wire.asked] == ["POST", "GET"]


def test_what_the_list_does_not_show_after_a_call_for_many_is_read() -> None:
    orders, wire = side(said("Done."), listed_orders(o1="confirmed"), one(salesorder_id="2", status="confirmed"))
    assert all(isinstance(each, Record) for each in orders.update_all([change("1"), change("2")]))
    assert wire.asked[2][:2] == ("GET", f"{LIST}/2")


def test_no_more_than_twenty_five_are_confirmed_in_one_call() -> None:
    ids = [str(n) for n in range(1, 61)]
    answers = []
    for some in (ids[:25], ids[25:50], ids[50:]):
        answers += [said("Done."), listed_orders(**{f"o{id}": "confirmed" for id in some})]
    orders, wire = side(*answers)
    assert all(isinstance(each, Record) for each in orders.update_all([change(id) for id in ids]))
    named = [query["salesorder_ids"] for method, _, query, _ in wire.asked if method == "POST"]
    assert [each.count(",") + 1 for each in named] == [25, 25, 10]
    assert orders.updates_together == 25


@pytest.mark.parametrize("held", ["draft", "pending_approval"])
def test_an_order_that_zoho_leaves_a_draft_waits_and_is_told_what_to_do(held: str) -> None:
    orders, _ = side(no(9, "That is not possible."), one(status=held))
    with pytest.raises(Unfit) as waits:
        orders.update(ID, {"status": "confirmed"})
    assert "That is not possible." in str(waits.value)
    assert "approved" in waits.value.for_people()


def test_what_is_a_draft_after_a_call_for_many_is_tried_alone() -> None:
    orders, wire = side(
        said("Done."),
        listed_orders(o1="confirmed", o2="draft", o3="draft"),
        no(9, "No."),
        one(salesorder_id="2", status="confirmed"),
        no(9, "No."),
        one(salesorder_id="3", status="void"),
    )
    first, second, third = orders.update_all([change("1"), change("2"), change("3")])
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert isinstance(third, Refused)
    tried = [path for method, path, *_ in wire.asked[1:] if method == "POST"]
    assert tried == [f"{LIST}/{id}/status/confirmed" for id in ("2", "3")]


def test_a_call_for_many_without_a_clear_answer_leaves_open_what_is_a_draft_afterwards() -> None:
    orders, wire = side(answer(b"<html>"), listed_orders(o1="confirmed", o2="draft"))
    done, left = orders.update_all([change("1"), change("2")])
    assert isinstance(done, Record)
    assert isinstance(left, UnknownOutcome)
    assert len(wire.asked) == 2


@pytest.mark.parametrize("first", [said("Done."), answer(b"<html>"), no(9, "No.")])
def test_orders_that_cannot_be_read_after_a_call_for_many_are_left_open(first: Answer) -> None:
    orders, _ = side(first, no(9, "No."))
    assert all(isinstance(each, UnknownOutcome) for each in orders.update_all([change("1"), change("2")]))


def test_only_drafts_that_shall_be_confirmed_go_together() -> None:
    seen = listed_orders(o1="confirmed", o5="confirmed")
    orders, wire = side(said("ok"), seen, said("ok"), said("ok"), one(salesorder_id="6"), one(salesorder_id="6"))
    written = orders.update_all(
        [
            change("1"),
            change("2", held="confirmed"),
            change("3", held="void", status="draft"),
            change("4", status="void"),
            change("5", held="approved"),
            change("6", **sent()),
        ]
    )
    kinds = [type(each).__name__ for each in written]
    assert kinds == ["Record", "Record", "Unfit", "Record", "Record", "Record"]
    assert [path.removeprefix(LIST) for _, path, _, _ in wire.asked] == [
        "/status/confirmed",
        "",
        "/2/status/confirmed",
        "/4/status/void",
        "/6",
        "/6",
    ]


def test_a_single_draft_needs_no_call_for_many() -> None:
    orders, wire = side(said("Confirmed."))
    orders.update_all([change("1")])
    assert wire.asked[0][1] == f"{LIST}/1/status/confirmed"


# Addresses of a contact

CONTACT_ADDRESSES = f"/inventory/v1/contacts/{CONTACT}/address"


def addresses(*answers: Answer, **given: Any) -> tuple[ContactAddresses, ScriptedWire]:
    wire = ScriptedWire(list(answers))
    return ContactAddresses(cast("Wire", wire), **given), wire


def listed(*rows: Mapping[str, Any]) -> Answer:
    return answer({**ANSWERED, "addresses": rows})


OWN = {"address_id": "71", **ADDRESS, "street2": "", "phone": ""}
EMPTY = {"address_id": "72", **dict.fromkeys(ADDRESS, "")}


def test_an_address_that_the_contact_has_is_found_by_what_it_says() -> None:
    find, wire = addresses(listed(EMPTY, OWN))
    assert find(CONTACT, ALBANY, "billing") == "71"
    written_otherwise = msgspec.structs.replace(ALBANY, street="1 LONG street", state="New York")
    assert find(CONTACT, written_otherwise, "delivery") == "71"
    assert wire.asked == [("GET", CONTACT_ADDRESSES, {}, None)], "each contact is asked once"


@pytest.mark.parametrize("name", ["address_info", "address"])
def test_an_address_that_is_not_there_is_added_once(name: str) -> None:
    find, wire = addresses(listed(EMPTY), answer({**ANSWERED, name: {"address_id": "73"}}, 201))
    assert find(CONTACT, ALBANY, "billing") == find(CONTACT, ALBANY, "delivery") == "73"
    method, path, _, body = wire.asked[1]
    assert (method, path) == ("POST", CONTACT_ADDRESSES)
    assert body == {
        "attention": "Ann Example",
        "address": "1 Long Street",
        "city": "Albany",
        "state": "New York",
        "zip": "12207",
        "country": "United States",
    }


def test_what_is_known_from_earlier_costs_no_call_and_news_are_remembered() -> None:
    kept: dict[tuple[str, Address], str] = {}

    def remember(contact_id: str, address: Address, id: str) -> None:
        kept[contact_id, address] = id

    def known(contact_id: str, address: Address) -> str:
        return kept.get((contact_id, address), "")

    find, _ = addresses(listed(OWN), known=known, remember=remember)
    assert find(CONTACT, ALBANY, "billing") == "71"
    assert kept == {(CONTACT, ALBANY): "71"}
    again, wire = addresses(known=known, remember=remember)
    assert again(CONTACT, ALBANY, "billing") == "71"
    assert not wire.asked


def test_nothing_is_asked_about_nothing() -> None:
    find, wire = addresses()
    assert find("", ALBANY, "billing") == find(CONTACT, Address(), "billing") == ""
    assert not wire.asked


def test_ids_that_the_contact_does_not_have_are_forgotten() -> None:
    forgotten: list[tuple[str, set[str]]] = []
    find, wire = addresses(
        listed(OWN),
        listed(OWN),
        known=lambda contact_id, address: "99",
        forget=lambda contact_id, ids: forgotten.append((contact_id, {*ids})),
    )
    assert find.gone(CONTACT, {"71"}) == set()
    assert find.gone(CONTACT, {"71", "99"}) == {"99"}
    assert forgotten == [(CONTACT, {"99"})]
    assert len(wire.asked) == 2, "what was read before the refusal does not count"


@pytest.mark.parametrize("odd", [answer(b"<html>"), said("The address has been created.")])
def test_an_unclear_answer_holds_the_order_and_the_next_try_looks_first(odd: Answer) -> None:
    find, wire = addresses(listed(), odd, listed(OWN))
    with pytest.raises(Retryable):
        find(CONTACT, ALBANY, "billing")
    assert find(CONTACT, ALBANY, "billing") == "71"
    assert [method for method, *_ in wire.asked] == ["GET", "POST", "GET"]


@pytest.mark.parametrize("error", [no(15, "Too long."), no(45, "Too many calls.", 429)])
def test_an_address_that_zoho_refuses_holds_the_order(error: Answer) -> None:
    find, _ = addresses(listed(), error)
    orders, wire = side(address_id=find)
    with pytest.raises(ConnectorError) as refused:
        orders.create(sent(billing=ALBANY))
    assert isinstance(refused.value, (Refused, Throttled))
    assert not wire.asked
