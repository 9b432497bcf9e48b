"""The CS-Cart adapter: what it makes of odd rows and odd answers, and what it refuses to send."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.cscart.mapper import ProductMapper
from cscart_zoho.cscart.products import CsCartProducts
from cscart_zoho.cscart.wire import ProductRow
from cscart_zoho.errors import (
    MissingScope,
    NotConnected,
    NotFound,
    Refused,
    RemoteFault,
    Unfit,
    UnknownOutcome,
)
from cscart_zoho.http import Answer, Wire
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.records import Record, Value
from tests.unit.scripted import ScriptedWire, answer

TWO_TAXES = {"taxes": [{"id": "6"}, {"id": "7"}]}


def mapper(capabilities: Mapping[str, Any] | None = None, **choices: Any) -> ProductMapper:
    return ProductMapper(ProductChoices(**choices), capabilities or {})


def row(**told: Any) -> ProductRow:
    usual = {"product_id": "12", "product": "A lamp", "product_code": "L-1", "price": "12.50", "amount": "3"}
    return ProductRow(**{"status": "A", "list_price": "15.00", "weight": "0.250", **usual, **told})


def side(*answers: Answer) -> tuple[CsCartProducts, ScriptedWire]:
    wire = ScriptedWire(list(answers))
    return CsCartProducts(cast("Wire", wire), {}, ProductChoices()), wire


def listed(*ids: int, total: object = None, **told: Any) -> Answer:
    rows = [{"product_id": str(id), "product": f"Thing {id}", "price": "1.00", "amount": "1", **told} for id in ids]
    params = {"total_items": str(len(ids)) if total is None else total, "sort_by": "timestamp"}
    return answer({"products": rows, "params": params})


def ids_of(products: CsCartProducts, since: datetime | None = None) -> list[str]:
    return [record.id for page in products.scan(since) for record in page.records]


# Rows


def test_a_row_becomes_canonical_values() -> None:
    record = mapper().record(
        row(tax_ids="6,7", full_description="<p>Bright &amp; warm</p>", short_description=None, updated_timestamp="60")
    )
    assert record.values == {
        "sku": "L-1",
        "name": "A lamp",
        "status": "active",
        "kind": "goods",
        "tracked": True,
        "tax": "6",
        "taxable": True,
        "stock": 3,
        "price": Decimal("12.50"),
        "list_price": Decimal("15.00"),
        "weight": Decimal("0.25"),
        "full_description": "Bright & warm",
        "short_description": "",
    }
    assert record.modified_at == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    assert not record.notes


def test_list_and_single_shapes_of_one_product_are_the_same_record() -> None:
    in_list = row(product_id="12", price="12.50", tax_ids="6,7", full_description=None, short_description="")
    single = row(product_id=12, price="12.50000000", tax_ids=["6", "7"], full_description="", short_description=None)
    assert mapper().record(in_list) == mapper().record(single)


def test_the_etag_of_a_list_without_texts_is_that_of_the_single_product() -> None:
    lean = mapper().record(row(updated_timestamp="9"))
    full = mapper().record(row(updated_timestamp="9", full_description="Text", short_description=""))
    assert (lean.partial, full.partial) == (True, False)
    assert lean.etag == full.etag
    assert "full_description" not in lean.values


@pytest.mark.parametrize("changed", [{"price": "13.00"}, {"product": "Another"}, {"updated_timestamp": "10"}])
def test_the_etag_moves_with_the_row(changed: dict[str, str]) -> None:
    assert mapper().record(row(**changed)).etag != mapper().record(row()).etag


def test_the_price_is_the_one_without_promotions() -> None:
    assert mapper().record(row(price="10.00", base_price="12.50")).values["price"] == Decimal("12.50")


@pytest.mark.parametrize(
    ("told", "lacking", "words"),
    [
        ({"price": "1,50"}, "price", '"1,50"'),
        ({"price": ""}, "price", "is no number"),
        ({"price": None}, "price", "is no number"),
        ({"list_price": "abc"}, "list_price", '"abc"'),
        ({"amount": "2.5"}, "stock", '"2.5"'),
        ({"weight": "1e5"}, "weight", '"1e5"'),
        ({"price": ["5"]}, "price", "is no number"),
        ({"price": True}, "price", "is no number"),
    ],
)
def test_a_value_that_cannot_be_read_is_a_problem_of_that_record(
    told: dict[str, Any], lacking: str, words: str
) -> None:
    record = mapper().record(row(**told))
    assert lacking not in record.values
    assert words in record.notes["problem"]


@pytest.mark.parametrize(
    ("letter", "hidden_is_active", "status"),
    [("A", True, "active"), ("D", True, "inactive"), ("H", True, "active"), ("H", False, "inactive")],
)
def test_statuses(letter: str, *, hidden_is_active: bool, status: str) -> None:
    record = mapper(hidden_is_active=hidden_is_active).record(row(status=letter))
    assert record.values["status"] == status


def test_untracked_products_and_services_have_no_stock() -> None:
    untracked, service = mapper().record(row(tracking="D")), mapper().record(row(is_edp="Y"))
    assert "stock" not in untracked.values
    assert (service.values["kind"], service.values["tracked"]) == ("service", False)
    assert "stock" not in service.values


def test_a_store_without_taxes_says_nothing_about_taxability() -> None:
    assert "taxable" not in mapper().record(row()).values
    assert mapper(TWO_TAXES).record(row()).values["taxable"] is False


@given(
    st.dictionaries(
        st.sampled_from(["product", "price", "amount", "status", "tax_ids", "weight", "updated_timestamp", "tracking"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=3), max_size=2),
    )
)
def test_no_row_is_odd_enough_to_raise(told: dict[str, Any]) -> None:
    record = mapper(TWO_TAXES).record(row(**told))
    assert isinstance(record, Record)
    assert record.etag == mapper(TWO_TAXES).record(row(**told)).etag


# What is sent


def test_only_known_keys_are_sent() -> None:
    values: dict[str, Value] = {"price": Decimal("9.9"), "stock": -3, "unit": "pcs", "kind": "goods", "tracked": True}
    assert mapper().change(values) == {"price": "9.90", "amount": -3}


def test_a_new_product_gets_the_defaults() -> None:
    found = {"category_id": "5", "company_id": "1"}
    values: dict[str, Value] = {"name": "A", "price": Decimal(1), "status": "active", "kind": "goods", "tracked": False}
    body = mapper(found, new_product_status="H").creation(values)
    assert body == {
        "product": "A",
        "price": "1.00",
        "status": "H",
        "tracking": "D",
        "category_ids": ["5"],
        "main_category": "5",
        "company_id": "1",
    }
    assert mapper(found, category_id="9").creation(values)["category_ids"] == ["9"]
    assert mapper(found).creation({**values, "status": "inactive"})["status"] == "D"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", Decimal(-1)),
        ("price", "12"),
        ("price", Decimal("NaN")),
        ("price", Decimal(10**9)),
        ("stock", 8_388_608),
        ("stock", "3"),
        ("stock", True),
        ("name", ""),
        ("name", "A lamp 😀"),
        ("name", "x" * 256),
        ("sku", "x" * 65),
        ("sku", "A<5"),
        ("weight", Decimal(-1)),
    ],
)
def test_what_the_store_would_damage_is_not_sent(field: str, value: Value) -> None:
    with pytest.raises(Unfit) as refused:
        mapper().change({field: value})
    assert refused.value.field == field


def test_taxes_are_sent_as_a_set() -> None:
    assert mapper().change({"taxable": False, "tax": "6"}) == {"tax_ids": []}
    assert mapper().change({"taxable": True, "tax": "7"}) == {"tax_ids": ["7"]}
    assert mapper(default_tax_id="6").change({"taxable": True}) == {"tax_ids": ["6"]}
    assert mapper({"taxes": [{"id": "6"}]}).change({"taxable": True}) == {"tax_ids": ["6"]}
    assert mapper().change({"taxable": True}) == {}
    with pytest.raises(Unfit, match="several taxes"):
        mapper(TWO_TAXES).change({"taxable": True})


def test_emoji_in_a_description_survive_as_references() -> None:
    assert mapper().change({"full_description": "Smile 😀"}) == {"full_description": "<p>Smile &#128512;</p>"}


# Lists


def test_all_pages_are_read_by_the_total() -> None:
    products, wire = side(listed(*range(250), total="251"), listed(250, total="251"))
    assert len(ids_of(products)) == 251
    assert [query["page"] for _, _, query, _ in wire.asked] == ["1", "2"]


def test_a_list_that_ends_early_is_a_fault() -> None:
    products, _ = side(listed(*range(250), total="600"), listed(250, 251, total="600"))
    with pytest.raises(RemoteFault, match="ended early"):
        ids_of(products)


def test_a_list_without_a_total_is_a_fault() -> None:
    products, _ = side(answer({"products": [], "params": []}))
    with pytest.raises(RemoteFault, match="how many"):
        ids_of(products)


def test_an_empty_store_has_no_products() -> None:
    products, _ = side(answer({"products": [], "params": {"total_items": 0}}))
    assert ids_of(products) == []


def test_products_deleted_in_between_hide_no_other() -> None:
    """Product 5 is deleted after page 1: 250 moves onto page 1, which has been read."""
    first, second = list(range(250)), [*range(251, 300)]
    again = [id for id in range(251) if id != 5]
    products, wire = side(
        listed(*first, total="300"),
        listed(*second, total="299"),
        listed(*again, total="299"),
        listed(*second, total="299"),
    )
    assert set(ids_of(products)) == {str(id) for id in range(300)}
    assert [query["page"] for _, _, query, _ in wire.asked] == ["1", "2", "1", "2"]


def test_news_end_where_the_rows_are_older() -> None:
    def page(*stamps: int) -> Answer:
        rows = [{"product_id": n, "price": "1", "updated_timestamp": str(n)} for n in stamps]
        return answer({"products": rows, "params": {"total_items": "500", "sort_by": "updated_timestamp"}})

    products, wire = side(page(*range(500, 400, -1)), page(*range(400, 300, -1)))
    fresh = ids_of(products, datetime.fromtimestamp(350, UTC))
    assert fresh == [str(n) for n in range(500, 349, -1)]
    assert len(wire.asked) == 2


def test_a_store_that_does_not_sort_by_change_is_read_to_the_end() -> None:
    rows = [{"product_id": n, "price": "1", "updated_timestamp": str(n)} for n in (1, 900, 2)]
    products, _ = side(answer({"products": rows, "params": {"total_items": "3", "sort_by": "null"}}))
    assert ids_of(products, datetime.fromtimestamp(350, UTC)) == ["900"]


def test_a_row_without_texts_is_partial() -> None:
    with_texts, wire = side(listed(1, full_description="x", short_description=None))
    assert not next(with_texts.scan(None)).records[0].partial
    assert "extend[]" in wire.asked[0][2]
    assert next(side(listed(1))[0].scan(None)).records[0].partial


def test_a_sku_is_found_exactly() -> None:
    rows = [{"product_id": n, "product_code": code, "price": "1"} for n, code in enumerate(("A-1", "A-10", "a-1"))]
    texts = {"full_description": "", "short_description": ""}
    products, _ = side(answer({"products": [row | texts for row in rows], "params": {"total_items": "3"}}))
    assert [record.id for record in products.find("A-1")] == ["0"]


def test_single_products_are_read_one_by_one_without_texts_in_lists() -> None:
    lamp = {"product_id": 1, "product": "Lamp", "price": "1.00000000", "full_description": "<p>L</p>"}
    single, gone = answer(lamp | {"short_description": ""}), answer({"message": "Not Found", "status": 404}, 404)
    products, wire = side(listed(1), single, gone, single)
    found = products.read(["1", "2"])
    assert list(found) == ["1"]
    assert found["1"].values["full_description"] == "L"
    assert products.read(["1"]) == found
    assert [path for _, path, _, _ in wire.asked].count("/api/2.0/products") == 1


# Refusals


@pytest.mark.parametrize(
    ("status", "error"), [(401, NotConnected), (403, MissingScope), (404, NotFound), (400, Refused), (405, Refused)]
)
def test_a_refusal_keeps_the_words_of_the_store(status: int, error: type[Exception]) -> None:
    said = {"message": "Bad Request: The <b>price</b> field is required", "messages": [], "status": status}
    products, _ = side(answer(said, status))
    with pytest.raises(error) as refused:
        products.update("12", {"price": Decimal(1)})
    if status != 401:
        assert "The price field is required" in str(refused.value)


def test_existence_is_denied_by_404_only() -> None:
    assert side(answer({"product_id": 1}))[0].exists("1")
    assert not side(answer({"message": "Not Found"}, 404))[0].exists("1")
    assert side(answer({"message": "Forbidden"}, 403))[0].exists("1")


@pytest.mark.parametrize("status", [400, 403, 404])
def test_an_error_page_of_a_server_before_the_store_proves_nothing(status: int) -> None:
    with pytest.raises(RemoteFault):
        side(answer(b"<html>not here</html>", status))[0].exists("1")
    with pytest.raises(UnknownOutcome):
        side(answer(b"<html>not here</html>", status))[0].update("1", {"stock": 1})


def test_an_odd_answer_is_a_fault_on_a_read_and_an_unknown_outcome_on_a_write() -> None:
    with pytest.raises(RemoteFault):
        ids_of(side(answer({"products": "none"}))[0])
    with pytest.raises(UnknownOutcome):
        side(answer({"status": "ok"}))[0].update("1", {"stock": 1})
    with pytest.raises(UnknownOutcome):
        side(answer([], 201))[0].create({"name": "A", "price": Decimal(1)})


def test_a_product_that_cannot_be_read_back_was_made_all_the_same() -> None:
    products, _ = side(answer({"product_id": 7}, 201), answer({"message": "no"}, 403))
    made = products.create({"name": "A", "sku": "S", "price": Decimal(1), "stock": 2})
    assert (made.id, made.key, made.values["stock"], made.etag) == ("7", "S", 2, "")


def test_nothing_is_sent_for_values_that_the_store_has_no_place_for() -> None:
    products, wire = side()
    assert products.update("1", {"unit": "pcs"}).id == "1"
    assert wire.asked == []
