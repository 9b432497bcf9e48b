"""Rows of the file that Zoho imports: every value once, safe to look at, and read back as it was."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.records import Side, Value
from cscart_zoho.sync.begun import begun
from cscart_zoho.sync.pairs import Linked, Pair, Seen
from cscart_zoho.zoho.item_file import FORMULA, HEADINGS, ItemSheet, Parts, line
from cscart_zoho.zoho.mapper import ItemMapper

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ORGANISATION: dict[str, Any] = {"taxes": [{"id": "71", "name": "VAT", "percentage": "10"}]}
ITEM: dict[str, Value] = {
    "sku": "LAMP",
    "name": "Lamp",
    "price": Decimal("12.50"),
    "list_price": Decimal(15),
    "stock": 7,
    "status": "active",
    "full_description": "A lamp.\nIt is blue.",
    "taxable": True,
    "tax": "71",
    "weight": Decimal("0.125"),
    "unit": "pcs",
    "kind": "goods",
    "tracked": True,
}


def row(changes: dict[str, Value] | None = None, organisation: Any = ORGANISATION, **choices: Any) -> dict[str, str]:
    """The cells that are not empty."""
    chosen = ProductChoices(**choices)
    sheet = ItemSheet(chosen, organisation, {"401": "Sales"})
    body = ItemMapper(chosen, organisation).creation({**ITEM, **(changes or {})})
    cells = sheet.row(body, active=True)
    assert tuple(cells) == sheet.header
    return {heading: cell for heading, cell in cells.items() if cell}


def test_a_row_says_what_the_call_that_makes_an_item_would_say() -> None:
    assert row() == {
        "Item Name": "Lamp",
        "SKU": "LAMP",
        "Sales Description": "A lamp.\nIt is blue.",
        "Selling Price": "12.5",
        "MRP": "15",
        "Taxable": "TRUE",
        "Tax Name": "VAT",
        "Tax Percentage": "10",
        "Product Type": "goods",
        "Item Type": "Inventory",
        "Unit": "pcs",
        "Opening Stock": "7",
        "Opening Stock Rate per Unit": "0",
        "Package Weight": "0.125",
        "Weight Unit": "kg",
        "Status": "Active",
    }


def test_a_service_has_no_stock_and_what_is_not_taxable_has_no_tax() -> None:
    told = row({"kind": "service", "taxable": False})
    assert (told["Product Type"], told["Item Type"], told["Taxable"]) == ("service", "Sales and Purchases", "FALSE")
    assert not {"Opening Stock", "Tax Name"} & told.keys()


def test_columns_follow_the_settings_and_the_organisation() -> None:
    places = {**ORGANISATION, "locations": [{"id": "9", "name": "Head Office"}]}
    told = row({"short_description": "Blue."}, places, list_price_field="", short_description_field="cf_short")
    assert (told["Location Name"], told["Opening Stock"], told["CF.cf_short"]) == ("Head Office", "7", "Blue.")
    assert "MRP" not in told
    custom = row(list_price_field="cf_was")
    assert custom["CF.cf_was"] == "15"


def test_accounts_go_by_their_names_and_those_without_one_are_told() -> None:
    assert row(sales_account_id="401")["Sales Account"] == "Sales"
    sheet = ItemSheet(ProductChoices(sales_account_id="401", inventory_account_id="402"), {}, {"401": "Sales"})
    assert sheet.nameless == ("Inventory Account",)
    assert "Inventory Account" not in sheet.header


def test_a_tax_without_a_name_is_told() -> None:
    with pytest.raises(Unfit, match="tax 72"):
        row({"tax": "72"})


@pytest.mark.parametrize(
    ("price", "cell"), [("0.1", "0.1"), ("1234567.89", "1234567.89"), ("999999999.99", "999999999.99"), ("0", "0")]
)
def test_money_has_all_its_digits_and_no_exponent(price: str, cell: str) -> None:
    assert row({"price": Decimal(price)})["Selling Price"] == cell
    assert row({"price": Decimal("0.000001")})["Selling Price"] == "0.000001"


# Formulas


@pytest.mark.parametrize("start", FORMULA)
@pytest.mark.parametrize("name", ["name", "sku", "unit"])
def test_what_would_be_a_formula_is_left_to_a_call(name: str, start: str) -> None:
    with pytest.raises(Unfit) as told:
        row({name: f"{start}SUM(A1)"})
    assert "a call of its own" in told.value.for_people()


def test_a_description_gets_a_space_in_front_which_means_nothing() -> None:
    assert row({"full_description": "- one\n- two"})["Sales Description"] == " - one\n- two"
    mapper = ItemMapper(ProductChoices(), {})
    values = mapper.record({"item_id": "1", "name": "Lamp", "sku": "LAMP", "description": " - one\n- two"}).values
    assert values["full_description"] == "- one\n- two"


def test_a_character_that_no_file_can_carry_is_told() -> None:
    with pytest.raises(Unfit, match="no file can carry"):
        row({"name": "La\x00mp"})


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1, max_size=5))
def test_a_line_is_read_back_as_it_was(cells: list[str]) -> None:
    read = csv.reader(io.StringIO(line(cells).decode(), newline=""), strict=True)
    assert next(read) == cells


@given(st.text(max_size=60))
def test_no_cell_of_any_text_begins_like_a_formula(text: str) -> None:
    for name in ("name", "full_description"):
        try:
            cells = row({name: text})
        except Unfit:
            continue
        assert not [cell for cell in cells.values() if cell.startswith(FORMULA)]


def test_emoji_commas_quotes_and_lines_go_through_the_file() -> None:
    name = 'Lamp 💡, 12" "Nova"'
    cells = row({"name": name, "full_description": "One,\ntwo"})
    read = next(csv.reader(io.StringIO(line(cells.values()).decode("utf-8"), newline="")))
    assert (read[0], read[2]) == (name, "One,\ntwo")


# Parts


def test_a_file_ends_before_it_has_too_many_rows_or_bytes() -> None:
    rows = Parts(rows=3, limit_bytes=1000, header=b"h\r\n")
    assert [rows.place(b"x\r\n") for _ in range(7)] == [True, False, False, True, False, False, True]
    assert rows.number == 3
    sized = Parts(rows=100, limit_bytes=13, header=b"h\r\n")
    assert [sized.place(b"12345") for _ in range(4)] == [True, False, True, False]


def test_a_row_that_is_larger_than_a_file_has_one_of_its_own() -> None:
    parts = Parts(rows=100, limit_bytes=10, header=b"h")
    assert [parts.place(each) for each in (b"1", b"x" * 50, b"2")] == [True, True, True]


def test_no_two_columns_have_one_name() -> None:
    assert len({heading.casefold() for heading in HEADINGS.values()}) == len(HEADINGS)


# What an import is taken for


def pair(zoho: dict[str, Value], **more: Any) -> Pair:
    here = Seen(Side.CSCART, "1", "LAMP", {"name": "Lamp", "price": Decimal(12), "stock": 5})
    return Pair(here, Seen(Side.ZOHO, "9", "LAMP", zoho), **more)


def test_what_zoho_holds_as_the_file_said_was_agreed_on() -> None:
    source = {"name": "Lamp", "price": Decimal("12.00")}
    sent = {"name": "Lamp (LAMP)", "price": Decimal(12), "stock": 7}
    found = begun(pair({"name": "Lamp (LAMP)", "price": Decimal("12.0"), "stock": 7}), source, sent, NOW).begun
    assert found is not None
    assert found.base_cscart == {"name": "Lamp", "price": Decimal(12), "stock": 7}
    assert found.base_zoho == {"name": "Lamp (LAMP)", "price": Decimal(12), "stock": 7}


def test_what_did_not_arrive_as_the_file_said_was_not() -> None:
    source = {"name": "Lamp", "price": Decimal(12)}
    sent = {"name": "Lamp", "price": Decimal(12), "stock": 7}
    found = begun(pair({"name": "Lamp", "price": Decimal(13), "stock": 0}), source, sent, NOW).begun
    assert found is not None
    assert (found.base_cscart, found.base_zoho) == ({"name": "Lamp"}, {"name": "Lamp"})


def test_of_a_pair_that_is_linked_the_link_counts() -> None:
    link = Linked("1", "9", {}, {}, "adopted", NOW)
    linked = pair({"name": "Lamp"}, link=link)
    assert begun(linked, {"name": "Lamp"}, {"name": "Lamp"}, NOW) is linked
    assert linked.base is link
