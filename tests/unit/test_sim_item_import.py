"""The simulated import of items: what a person's file does in Zoho, row by row."""

import csv
import io
import random
from typing import Any

import pytest

from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.zoho import Zoho
from cscart_zoho_sim.zoho.item_import import Unreadable


@pytest.fixture
def zoho() -> Zoho:
    made = Zoho(VirtualClock(), rng=random.Random(5))
    made.add_item(name="There", sku="THERE", rate=1)
    return made


def file(*rows: dict[str, str]) -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def named(zoho: Zoho, sku: str) -> dict[str, Any]:
    (found,) = [item for item in zoho.items().values() if item["sku"] == sku]
    return found


LAMP = {"Item Name": "Lamp", "SKU": "LAMP", "Selling Price": "12.50", "Product Type": "goods", "Item Type": "Inventory"}


def test_a_row_becomes_an_item_with_its_opening_stock(zoho: Zoho) -> None:
    told = zoho.import_items(file({**LAMP, "Opening Stock": "7", "Opening Stock Rate per Unit": "0", "Unit": "pcs"}))
    assert told == {"imported": 1, "overwritten": 0, "skipped": [], "unmapped": []}
    lamp = named(zoho, "LAMP")
    assert (lamp["rate"], lamp["stock_on_hand"], lamp["unit"], lamp["status"]) == (12.5, 7, "pcs", "active")
    assert lamp["source"] != "api"


def test_duplicates_by_sku_or_name_are_skipped_or_overwritten(zoho: Zoho) -> None:
    twice = file({**LAMP, "SKU": "THERE"}, {**LAMP, "Item Name": "There", "SKU": "NEW"}, LAMP)
    told = zoho.import_items(twice)
    assert told["imported"] == 1
    assert [each["row"] for each in told["skipped"]] == [2, 3]
    over = zoho.import_items(file({**LAMP, "Selling Price": "9", "Opening Stock": "50"}), overwrite=True)
    assert (over["overwritten"], over["imported"]) == (1, 0)
    assert (named(zoho, "LAMP")["rate"], named(zoho, "LAMP")["stock_on_hand"]) == (9, 0)


def test_columns_are_mapped_by_name_or_by_hand_and_the_others_are_told(zoho: Zoho) -> None:
    other = {"product": "Lamp", "SKU": "LAMP", "Colour": "blue"}
    assert zoho.import_items(file(other))["unmapped"] == ["product", "Colour"]
    told = zoho.import_items(file(other), {"product": "Item Name"})
    assert (told["imported"], told["unmapped"]) == (1, ["Colour"])


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"Item Name": ""}, "name"),
        ({"Selling Price": "12,50"}, "rate"),
        ({"Item Type": "Thing"}, "no Item Type"),
        ({"Taxable": "maybe"}, "no Taxable"),
        ({"Tax Name": "Nobody's"}, "no tax"),
        ({"Location Name": "Elsewhere"}, "no location"),
        ({"Sales Account": "Elsewhere"}, "no account"),
        ({"Item Name": "x" * 101}, "100 characters"),
    ],
)
def test_a_row_that_cannot_be_used_is_skipped_with_its_reason(zoho: Zoho, cells: dict[str, str], why: str) -> None:
    told = zoho.import_items(file({**LAMP, **cells}, {**LAMP, **dict.fromkeys(cells, ""), "Item Name": "Good"}))
    (skipped,) = told["skipped"]
    assert skipped["row"] == 2
    assert why in skipped["why"]
    assert told["imported"] == 1


def test_taxes_and_custom_fields_go_by_their_names(zoho: Zoho) -> None:
    tax = zoho.add_tax("VAT", 10)
    zoho.organisation.add_custom_field("Colour")
    row = {**LAMP, "Taxable": "TRUE", "Tax Name": "VAT", "Tax Percentage": "10", "CF.Colour": "blue"}
    assert zoho.import_items(file(row))["imported"] == 1
    assert named(zoho, "LAMP")["tax_id"] == tax
    assert named(zoho, "LAMP")["custom_field_hash"]["cf_colour"] == "blue"


@pytest.mark.parametrize("ignored", [False, True])
def test_an_item_may_begin_inactive(zoho: Zoho, ignored: bool) -> None:
    zoho.switches.import_status_ignored = ignored
    zoho.import_items(file({**LAMP, "Status": "Inactive"}))
    assert named(zoho, "LAMP")["status"] == ("active" if ignored else "inactive")


def test_a_file_that_is_too_large_or_no_text_is_refused(zoho: Zoho) -> None:
    for content in (b"Item Name\n\xff", b"", b"SKU,SKU\n1,2"):
        with pytest.raises(Unreadable):
            zoho.import_items(content)
    zoho.switches.import_rows_max = 1
    with pytest.raises(Unreadable, match="too many rows"):
        zoho.import_items(file(LAMP, {**LAMP, "SKU": "2"}))
    zoho.switches.import_bytes_max = 10
    with pytest.raises(Unreadable, match="too large"):
        zoho.import_items(file(LAMP))
