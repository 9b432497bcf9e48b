"""What a sales order means: its document, its status in one word, its papers, and the body that makes one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.order import Address, Line, Order, Paper, Tax, from_text, papers_from_text, to_text
from cscart_zoho.zoho.address_mapper import address_body, address_of, same_address
from cscart_zoho.zoho.order_body import change, creation, evened_out, number
from cscart_zoho.zoho.order_mapper import OrderMapper
from cscart_zoho.zoho.order_papers import status_of
from tests.unit.salesorder_shapes import ADDRESS, CONTACT, ID, ITEM, LINE, ROW, SALES_ORDER, TAX

ALBANY = Address(
    name="Ann Example",
    street="1 Long Street",
    street2="Floor 2",
    city="Albany",
    state="NY",
    zip="12207",
    country="US",
    phone="+1 555 0100",
)


def mapper(organisation: Mapping[str, Any] | None = None, **choices: Any) -> OrderMapper:
    return OrderMapper(OrderChoices(**choices), organisation or {})


def document(**told: Any) -> Order:
    record = mapper().record({**SALES_ORDER, **told}, listed=False)
    return from_text(str(record.values["document"]))


# Reading


def test_a_sales_order_becomes_a_document() -> None:
    assert document() == Order(
        number="CS-97",
        date="2026-01-05",
        currency="USD",
        customer_id=CONTACT,
        name="Ann Example",
        lines=(
            Line(
                id=LINE,
                product_id=ITEM,
                sku="L-1",
                name="A lamp",
                quantity=Decimal(2),
                price=Decimal(50),
                tax_ids=(TAX,),
            ),
        ),
        shipping=Decimal(11),
        taxes=(Tax(id=TAX, name="VAT", rate=Decimal(10), amount=Decimal(10)),),
        total=Decimal(121),
        billing=ALBANY,
        notes="Ring twice",
        reference="CS-97",
    )


def test_the_record_tells_what_lists_show() -> None:
    record = mapper().record(SALES_ORDER, listed=False)
    values = {name: value for name, value in record.values.items() if name != "document"}
    assert values == {
        "status": "draft",
        "total": Decimal(121),
        "currency": "USD",
        "date": "2026-01-05",
        "customer": CONTACT,
        "email": "ann@example.com",
        "papers": "",
    }
    assert record.shown == {"name": "Ann Example", "company": "", "phone": "+1 555 0100"}
    assert (record.id, record.key, record.partial, record.answered) == (ID, "CS-97", False, False)


def test_a_list_row_tells_less_and_has_the_same_etag() -> None:
    in_list, full = mapper().record(ROW, listed=True), mapper().record(SALES_ORDER, listed=False)
    assert in_list.partial
    assert (in_list.etag, in_list.key, in_list.modified_at) == (full.etag, full.key, full.modified_at)
    assert not {"document", "papers", "email"} & in_list.values.keys()
    assert {name: full.values[name] for name in in_list.values} == dict(in_list.values)
    assert in_list.shown == {"name": "Ann Example"}


def test_an_order_that_names_nobody_leaves_what_its_list_row_tells() -> None:
    nobody = {**SALES_ORDER, "contact_persons_associated": []}
    record = mapper().record(nobody, listed=False)
    assert "email" not in record.values
    assert not record.tells_all
    assert mapper().record(SALES_ORDER, listed=False).tells_all
    assert mapper().record({**ROW, "email": "ann@example.com"}, listed=True).values["email"] == "ann@example.com"


@pytest.mark.parametrize("changed", [{"total": 122}, {"last_modified_time": "2026-01-05T13:30:01+0530"}])
def test_the_etag_moves_with_the_order(changed: dict[str, Any]) -> None:
    assert mapper().record({**ROW, **changed}, listed=True).etag != mapper().record(ROW, listed=True).etag


def test_the_document_holds_nothing_that_moves_by_itself() -> None:
    (line,) = SALES_ORDER["line_items"]
    moved = {
        **SALES_ORDER,
        "status": "shipped",
        "last_modified_time": "2026-02-05T13:30:01+0530",
        "line_items": [{**line, "quantity_shipped": 2, "quantity_invoiced": 1, "is_invoiced": True}],
        "packages": [{"package_number": "PK-1", "status": "shipped"}],
        "contact_persons_associated": [{"contact_person_email": "new@example.com"}],
    }
    assert document(**moved) == document()


@pytest.mark.parametrize(
    ("number", "reference", "key"),
    [
        ("CS-97", "CS-97", "CS-97"),
        ("SO-00012", "", "SO-00012"),
        ("SO-00012", "CS-97", "CS-97"),
        ("SO-00012", "CS-97a", "SO-00012"),
        ("SO-00012", "PO CS-97", "SO-00012"),
        ("SO-00012", "cs-97", "SO-00012"),
        ("CS-97", "PO 12", "CS-97"),
    ],
)
def test_the_key_is_the_number_of_the_stores_order_or_zohos_own(number: str, reference: str, key: str) -> None:
    told = {**SALES_ORDER, "salesorder_number": number, "reference_number": reference}
    assert mapper().record(told, listed=False).key == key
    assert mapper().order(told).number == key


def test_the_contact_for_all_guests_is_nobody() -> None:
    record = mapper(guest_contact_id=CONTACT).record(SALES_ORDER, listed=False)
    assert record.values["customer"] == ""
    assert from_text(str(record.values["document"])).customer_id == CONTACT


@pytest.mark.parametrize(
    ("told", "discount"),
    [
        ({"discount": 5}, "5"),
        ({"discount": "7.50"}, "7.5"),
        ({"discount": "10.00%", "discount_total": Decimal("10.00")}, "10"),
        ({"discount": "10.00%", "discount_amount": 9}, "9"),
        ({"discount": "12.5%"}, "12.5"),
        ({"discount": "0.125%"}, "0.13"),
        ({"discount": "0.125%", "price_precision": 0, "sub_total": 400}, "1"),
        ({"discount": "10%", "is_discount_before_tax": False}, "11"),
        ({"discount": "0.00%", "discount_amount": 3}, "0"),
        ({"discount": ""}, "0"),
        ({"discount": 5, "discount_type": "item_level"}, "0"),
    ],
)
def test_a_discount_of_the_order_is_told_in_money(told: dict[str, Any], discount: str) -> None:
    assert document(**told).discount == Decimal(discount)


@pytest.mark.parametrize(
    ("told", "discount"),
    [
        ({"discount": Decimal("2.5")}, "2.5"),
        ({"discount": "10.00%", "discount_amount": Decimal("10.00")}, "10"),
        ({"discount": "10.00%"}, "10"),
        ({"discount": 0, "discount_amount": 4}, "0"),
    ],
)
def test_a_discount_of_a_line_is_told_in_money(told: dict[str, Any], discount: str) -> None:
    (line,) = SALES_ORDER["line_items"]
    (read,) = document(line_items=[{**line, **told}], discount_type="item_level").lines
    assert read.discount == Decimal(discount)


def test_taxes_find_their_ids_in_the_lines_or_in_the_settings() -> None:
    known = {
        "taxes": [{"id": "8", "name": "CGST9", "percentage": "9"}, {"id": "9", "name": "CGST9", "percentage": "9.5"}]
    }
    taxes = [
        {"tax_name": "VAT (10%)", "tax_amount": 1},
        {"tax_name": "CGST9 (9.5%)", "tax_amount": 2},
        {"tax_name": "Unheard of", "tax_amount": 3},
        {"tax_name": "Named", "tax_id": "8", "tax_amount": 4},
    ]
    order = mapper(known).order({**SALES_ORDER, "is_inclusive_tax": True, "taxes": taxes})
    assert order.taxes == (
        Tax(id="9", name="CGST9", rate=Decimal("9.5"), included=True, amount=Decimal(2)),
        Tax(id="8", name="Named", rate=Decimal(9), included=True, amount=Decimal(4)),
        Tax(id="", name="Unheard of", included=True, amount=Decimal(3)),
        Tax(id=TAX, name="VAT", rate=Decimal(10), included=True, amount=Decimal(1)),
    )


def test_an_adjustment_is_told_with_its_reason_and_none_without() -> None:
    assert document(adjustment=0, adjustment_description="Adjustment").adjustment_note == ""
    odd = document(adjustment=Decimal("-0.01"), adjustment_description="Rounding")
    assert (odd.adjustment, odd.adjustment_note) == (Decimal("-0.01"), "Rounding")


def test_a_figure_that_cannot_be_read_is_a_problem_of_that_record() -> None:
    (line,) = SALES_ORDER["line_items"]
    record = mapper().record({**SALES_ORDER, "total": "1,50", "line_items": [{**line, "rate": "x"}]}, listed=False)
    assert '"1,50"' in record.notes["problem"]
    assert "rate of a line" in record.notes["problem"]
    assert "problem" not in mapper().record(SALES_ORDER, listed=False).notes


@given(
    st.dictionaries(
        st.sampled_from([*SALES_ORDER]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=3), max_size=2),
    ),
    st.booleans(),
)
def test_no_sales_order_is_odd_enough_to_raise(told: dict[str, Any], listed: bool) -> None:
    record = mapper({"taxes": [{"id": "1"}]}).record({**SALES_ORDER, **told}, listed=listed)
    if not listed:
        order = from_text(str(record.values["document"]))
        assert to_text(order) == record.values["document"]


# Status and papers


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"status": "draft"}, "draft"),
        ({"status": "confirmed", "order_status": "confirmed", "shipped_status": "pending"}, "confirmed"),
        (
            {"status": "confirmed", "shipped_status": "partially_shipped", "invoiced_status": "invoiced"},
            "partially_shipped",
        ),
        ({"status": "open", "shipped_status": "", "invoiced_status": "invoiced", "paid_status": "paid"}, "invoiced"),
        ({"status": "confirmed", "invoiced_status": "not_invoiced"}, "confirmed"),
        ({"status": "confirmed", "order_status": "closed"}, "closed"),
        ({"status": "shipped", "order_status": "confirmed", "shipped_status": "shipped"}, "shipped"),
        ({"status": "Pending Approval"}, "pending_approval"),
        ({"order_status": "void"}, "void"),
        ({"status": "on_the_moon", "shipped_status": "shipped"}, "on_the_moon"),
        ({}, ""),
    ],
)
def test_the_status_is_one_word(told: dict[str, Any], word: str) -> None:
    assert status_of(told) == word


def test_papers_are_packages_shipments_and_invoices() -> None:
    sent = {"shipment_id": "7", "shipment_number": "SH-1", "shipment_date": "2026-01-07", "status": "delivered"}
    told = {
        **SALES_ORDER,
        "packages": [
            {"package_number": "PK-1", "date": "2026-01-06", "shipment_status": "delivered", **sent},
            {"package_number": "PK-2", "date": "2026-01-06", "shipment_status": "3", **sent},
            {"package_number": "PK-3", "status": "not_shipped"},
        ],
        "invoices": [{"invoice_number": "INV-1", "date": "2026-01-08", "status": "paid", "total": Decimal("121.00")}],
    }
    papers = papers_from_text(str(mapper().record(told, listed=False).values["papers"]))
    assert papers == (
        Paper(kind="package", number="PK-1", date="2026-01-06", status="delivered"),
        Paper(kind="package", number="PK-2", date="2026-01-06", status="delivered"),
        Paper(kind="package", number="PK-3", status="not_shipped"),
        Paper(kind="shipment", number="SH-1", date="2026-01-07", status="delivered"),
        Paper(kind="invoice", number="INV-1", date="2026-01-08", status="paid", amount=Decimal(121)),
    )


# Writing

ORDER = Order(
    number="CS-97",
    date="2026-01-05",
    currency="USD",
    customer_id=CONTACT,
    lines=(Line(product_id=ITEM, name="A lamp", quantity=Decimal(2), price=Decimal("49.95"), tax_ids=(TAX,)),),
    total=Decimal("109.89"),
)


def of(**changes: Any) -> Order:
    return msgspec.structs.replace(ORDER, **changes)


def test_a_new_order_has_our_number_and_only_what_it_has() -> None:
    assert creation(ORDER, {}) == {
        "customer_id": CONTACT,
        "salesorder_number": "CS-97",
        "reference_number": "CS-97",
        "date": "2026-01-05",
        "line_items": [{"item_id": ITEM, "name": "A lamp", "rate": 49.95, "quantity": 2, "tax_id": TAX}],
        "is_inclusive_tax": False,
    }


def test_a_new_order_brings_its_money_its_words_and_its_addresses() -> None:
    body = creation(
        of(
            discount=Decimal("5.5"),
            discount_before_tax=False,
            inclusive=True,
            shipping=Decimal(7),
            adjustment=Decimal("-0.01"),
            adjustment_note="Rounding",
            notes="Ring twice",
            reference="PO 1",
        ),
        {"billing_address_id": "5"},
    )
    told = {name: value for name, value in body.items() if name not in ("customer_id", "line_items", "date")}
    assert told == {
        "salesorder_number": "CS-97",
        "reference_number": "PO 1",
        "is_inclusive_tax": True,
        "discount": 5.5,
        "discount_type": "entity_level",
        "is_discount_before_tax": False,
        "shipping_charge": 7,
        "adjustment": -0.01,
        "adjustment_description": "Rounding",
        "notes": "Ring twice",
        "billing_address_id": "5",
    }


def test_discounts_of_lines_are_told_with_their_lines() -> None:
    (line,) = ORDER.lines
    dear = msgspec.structs.replace(line, discount=Decimal("1.5"), options="Colour: red")
    body = creation(of(lines=(dear, line)), {})
    assert (body["discount_type"], body["is_discount_before_tax"], "discount" in body) == ("item_level", True, False)
    first, second = body["line_items"]
    assert (first["discount"], first["description"]) == (1.5, "Colour: red")
    assert not {"discount", "description"} & second.keys()
    with pytest.raises(Unfit, match="either"):
        creation(of(lines=(dear,), discount=Decimal(1)), {})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"customer_id": ""}, "no customer"),
        ({"lines": ()}, "no item"),
        ({"lines": (Line(name="Free text"),)}, "no item"),
        ({"shipping": Decimal("1234567890.1234567")}, "1234567890.1234567"),
        ({"shipping": Decimal("Infinity")}, "Infinity"),
    ],
)
def test_what_zoho_could_not_hold_is_not_sent(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Unfit, match=words):
        creation(of(**changes), {})


def test_a_long_name_is_cut_with_a_sign_of_it() -> None:
    (line,) = ORDER.lines
    body = creation(of(lines=(msgspec.structs.replace(line, name="x" * 150),)), {})
    assert body["line_items"][0]["name"] == "x" * 99 + "…"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_amounts_go_out_as_exact_json_numbers(value: Decimal) -> None:
    assert Decimal(msgspec.json.encode(number(value)).decode()) == value


def test_a_change_keeps_zohos_number_and_what_of_a_line_is_not_ours() -> None:
    (line,) = SALES_ORDER["line_items"]
    before = {
        **SALES_ORDER,
        "salesorder_number": "SO-5",
        "line_items": [{**line, "description": "Theirs", "unit": "pcs"}],
    }
    body = change(of(notes="New"), before, {})
    assert body == {
        "customer_id": CONTACT,
        "salesorder_number": "SO-5",
        "date": "2026-01-05",
        "notes": "New",
        "shipping_charge": 0,
        "adjustment": 0,
        "line_items": [
            {
                "line_item_id": LINE,
                "item_id": ITEM,
                "name": "A lamp",
                "description": "Theirs",
                "unit": "pcs",
                "rate": 49.95,
                "quantity": 2,
                "tax_id": TAX,
            }
        ],
    }


def test_a_change_takes_away_what_the_order_has_no_more() -> None:
    (line,) = SALES_ORDER["line_items"]
    before = {**SALES_ORDER, "discount": "10.00%", "is_inclusive_tax": True, "line_items": [{**line, "discount": 3}]}
    (bare,) = ORDER.lines
    body = change(of(lines=(msgspec.structs.replace(bare, tax_ids=()),)), before, {})
    assert (body["discount"], body["is_inclusive_tax"]) == (0, False)
    assert (body["line_items"][0]["discount"], body["line_items"][0]["tax_id"]) == (0, "")


def test_the_reference_of_an_order_that_was_made_in_zoho_stays() -> None:
    before = {**SALES_ORDER, "salesorder_number": "SO-5", "reference_number": "PO 12"}
    assert "reference_number" not in change(of(number="SO-5", reference="SO-5"), before, {})
    assert change(of(number="SO-5", reference="PO 13"), before, {})["reference_number"] == "PO 13"


def test_lines_keep_their_ids_and_the_most_alike_comes_first() -> None:
    (row,) = SALES_ORDER["line_items"]
    rows = [
        {**row, "line_item_id": "1", "item_id": "a", "rate": 5, "quantity": 1},
        {**row, "line_item_id": "2", "item_id": "a", "rate": 6, "quantity": 1},
        {**row, "line_item_id": "3", "item_id": "b", "rate": 7, "quantity": 1},
        {**row, "line_item_id": "4", "item_id": "c", "rate": 8, "quantity": 1},
    ]
    lines = (
        Line(product_id="a", price=Decimal(9)),
        Line(product_id="a", price=Decimal(5)),
        Line(product_id="d", price=Decimal(1)),
        Line(id="3", product_id="b", price=Decimal(70)),
        Line(id="4", product_id="a", price=Decimal(8)),
    )
    body = change(of(lines=lines), {**SALES_ORDER, "line_items": rows}, {})
    assert [each.get("line_item_id") for each in body["line_items"]] == ["2", "1", None, "3", None]


def test_a_cent_that_is_evened_out_leaves_a_trace() -> None:
    odd = evened_out(of(adjustment=Decimal(2), adjustment_note="Payment fee"), Decimal("-0.01"))
    assert (odd.adjustment, odd.adjustment_note) == (Decimal("1.99"), "Payment fee; Rounding -0.01")
    assert evened_out(ORDER, Decimal("0.10")).adjustment_note == "Rounding +0.1"
    assert len(evened_out(of(adjustment_note="x" * 200), Decimal("0.01")).adjustment_note) == 100


# Addresses


def test_an_address_has_codes_here_and_names_in_zoho() -> None:
    assert address_of(ADDRESS) == ALBANY
    assert address_of({"country_code": "US", "country": "Wherever", "state_code": "NY"}) == Address(
        country="US", state="NY"
    )
    assert address_of("nonsense") == Address()
    assert address_body(ALBANY) == {
        **{name: value for name, value in ADDRESS.items() if value},
        "country": "United States",
    }
    assert address_body(Address(city="Albany")) == {"city": "Albany"}


def test_writing_a_place_differently_makes_no_other_address() -> None:
    other = Address(
        **{**msgspec.structs.asdict(ALBANY), "street": "1  LONG street ", "state": "new york", "country": "usa"}
    )
    assert same_address(ALBANY, other)
    assert not same_address(ALBANY, msgspec.structs.replace(ALBANY, street="2 Long Street"))
    assert not same_address(ALBANY, msgspec.structs.replace(ALBANY, name="Bob Example"))


@given(
    st.fixed_dictionaries(
        {
            **{name: st.text(max_size=8) for name in ("attention", "address", "street2", "city", "zip", "phone")},
            "country": st.sampled_from(["U.S.A", "Germany", "Turkey", "United Kingdom", ""]) | st.text(max_size=8),
            "state": st.sampled_from(["New York", "NY", "Bavaria", "Bayern", "Dhaka", ""]) | st.text(max_size=8),
        }
    )
)
def test_an_address_of_zoho_comes_back_as_it_was(told: dict[str, str]) -> None:
    address = address_of(told)
    assert address_of(address_body(address)) == address
