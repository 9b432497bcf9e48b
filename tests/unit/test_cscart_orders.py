"""The CS-Cart adapter for orders: what it makes of odd rows and odd lists."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.cscart import order_wire
from cscart_zoho.cscart.order_mapper import Reading, marked, marker, total_of
from cscart_zoho.cscart.orders import CsCartOrders
from cscart_zoho.errors import (
    RemoteFault,
    WrongSetting,
)
from cscart_zoho.order import Line, Tax, from_text, to_text
from cscart_zoho.records import Record
from tests.unit.scripted import answer
from tests.unit.store_orders import NOW, SO_12, adapter, head, line, listed, mapper, row, told

# Rows


def test_an_order_becomes_a_record() -> None:
    record = mapper().record(row(company="Lee Ltd", phone="555"))
    document = str(record.values["document"])
    assert dict(record.values) == {
        "status": "O",
        "date": "2026-03-10",
        "email": "ann@example.com",
        "customer": "3",
        "placed": 1773118800,
        "total": Decimal(76),
        "currency": "USD",
        "document": document,
    }
    assert (record.id, record.key, record.partial, record.notes) == ("98", "CS-98", False, {})
    assert record.shown == {"name": "Ann Lee", "company": "Lee Ltd", "phone": "555"}
    assert record.modified_at == datetime.fromtimestamp(1773118800, UTC)


def test_the_date_is_that_of_the_stores_time_zone() -> None:
    midnight = "1773115200"  # 2026-03-10 04:00 UTC, midnight in New York
    assert mapper().record(row(timestamp=midnight)).values["date"] == "2026-03-10"
    assert mapper().record(row(timestamp=str(int(midnight) - 1))).values["date"] == "2026-03-09"


def test_an_order_that_was_never_changed_was_changed_when_it_was_made() -> None:
    record = mapper().record(row(updated_at="0", timestamp="60"))
    assert record.modified_at == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)


def test_the_number_of_an_imported_order_is_the_one_in_its_marker() -> None:
    noted = "Call first. [Zoho SO-12] Fragile. [Zoho SO-13]"
    assert mapper().record(row(details=noted)).key == "SO-12"
    assert mapper(prefix="WEB-").record(row()).key == "WEB-98"
    assert marked(marker("SO/2026 7")) == "SO/2026 7"


def test_a_guest_has_no_customer() -> None:
    assert mapper().record(row(user_id="0")).values["customer"] == ""


@pytest.mark.parametrize(("chosen", "found", "currency"), [("eur", "USD", "EUR"), ("", "USD", "USD"), ("", "", None)])
def test_amounts_are_in_the_primary_currency(chosen: str, found: str, currency: str | None) -> None:
    """The secondary one is what the customer looked at; it never counts."""
    record = mapper({"currency": found}, currency=chosen).record(row(secondary_currency="GBP"))
    assert record.values.get("currency") == currency
    assert from_text(str(record.values["document"])).currency == (currency or "")
    assert ("orders.currency" in record.notes.get("problem", "")) is (currency is None)


def test_a_deleted_product_leaves_its_name_and_no_id() -> None:
    gone = line(deleted_product=True, product="Deleted", extra={"product": "A tee, once"})
    read = mapper().document(row(gone), Reading()).lines[0]
    assert (read.product_id, read.name, read.sku) == ("", "A tee, once", "TEE")


def test_options_are_told_as_people_read_them() -> None:
    chosen = [{"option_name": "Size", "variant_name": "Small"}, {"option_name": "Engraving", "value": "To Ann"}, None]
    for shape in ({"product_options": chosen}, {"extra": {"product_options_value": chosen}}):
        assert mapper().document(row(line(**shape)), Reading()).lines[0].options == "Size: Small, Engraving: To Ann"


def test_a_gift_of_a_promotion_counts_nothing() -> None:
    gift = line("901", product_id="7", price="9.99", amount="1", extra={"exclude_from_calculate": True})
    order = mapper().document(row(line(), gift), Reading())
    assert [each.price for each in order.lines] == [Decimal("21.50"), Decimal(0)]
    assert total_of(order) == order.total


def test_the_discount_of_lines_is_not_taken_twice() -> None:
    order = mapper().document(row(discount="3.00", subtotal_discount="6.00", total="70.00"), Reading())
    assert (order.discount, total_of(order)) == (Decimal(6), order.total)


AGGREGATED = {"P": 4.3, "S": 3, "PS": 0.1, "items": {"P": {"900": True}, "S": [{"1": True}]}}
PER_LINE = {"P_900": 3.0, "P_901": 1.3, "S_0_1": 1.5, "S_0_0": 1.5, "PS_0": 0.1}
ALL_LINES = {"P": 4.3, "S": 3, "PS": 0.1}


@pytest.mark.parametrize(
    ("applies", "on"), [(AGGREGATED, ["900"]), (PER_LINE, ["900", "901"]), (ALL_LINES, ["900", "901"])]
)
def test_taxes_are_read_from_either_shape(applies: dict[str, Any], on: list[str]) -> None:
    vat = {
        "rate_type": "P",
        "rate_value": "10.000",
        "price_includes_tax": "N",
        "tax_subtotal": 7.680000000000001,
        "description": "VAT",
        "applies": applies,
    }
    order = mapper().document(row(line(), line("901"), taxes={"6": vat}), Reading())
    assert order.taxes == (
        Tax(
            id="6",
            name="VAT",
            rate=Decimal(10),
            amount=Decimal("7.68"),
            on_shipping=Decimal(3),
            on_surcharge=Decimal("0.1"),
        ),
    )
    assert [each.id for each in order.lines if each.tax_ids == ("6",)] == on


def test_a_tax_on_shipping_alone_falls_on_no_line() -> None:
    fixed = {"rate_type": "F", "rate_value": "2.00", "price_includes_tax": "Y", "tax_subtotal": 2}
    for applies in ({"P": 0, "S": 2, "items": {"P": [], "S": [{"1": True}]}}, {"P": 0, "S": 2}, {"S_0_0": 2}, []):
        order = mapper().document(row(taxes={"6": {**fixed, "applies": applies}}), Reading())
        assert order.lines[0].tax_ids == ()
        assert (order.taxes[0].fixed, order.taxes[0].included) == (True, True)


@pytest.mark.parametrize(
    ("paid", "total", "discount"),
    [
        ({"use_gift_certificates": {"GC-1": {"cost": "10.00"}}}, "66.00", 10),
        ({"points_info": {"in_use": {"points": 5, "cost": "5.00"}}}, "71.00", 5),
        ({"use_gift_certificates": {"GC-1": {"cost": "10.00"}}}, "76.00", 0),
        ({"use_gift_certificates": []}, "76.00", 0),
    ],
)
def test_certificates_and_points_are_a_discount_where_the_total_is_without_them(
    paid: dict[str, Any], total: str, discount: int
) -> None:
    assert mapper().document(row(total=total, **paid), Reading()).discount == discount


@pytest.mark.parametrize(
    ("paid", "total", "named"),
    [
        ({"use_gift_certificates": {"GC-1": {"cost": "10.00"}}}, "66.00", [("Gift certificate GC-1", 10)]),
        ({"points_info": {"in_use": {"points": 5, "cost": "5.00"}}}, "71.00", [("Reward points", 5)]),
        ({"wallet": {"used_cash": "6.00"}}, "70.00", [("Wallet", 6)]),
        ({"pay_by_wallet_amount": "6.00"}, "70.00", [("Wallet", 6)]),
        # points that are in the order's discount already, beside a certificate that is not
        (
            {"use_gift_certificates": {"A": {"cost": 10}}, "points_info": {"in_use": {"cost": 5}}},
            "66.00",
            [("Gift certificate A", 10)],
        ),
        # more than there is to pay: a store's total does not fall below nothing
        (
            {"use_gift_certificates": {"A": {"cost": 70}, "B": {"cost": 40}}},
            "0.00",
            [("Gift certificate A", 70), ("Gift certificate B", 6)],
        ),
        ({"use_gift_certificates": [{"gift_cert_code": "L", "cost": 1}]}, "75.00", [("Gift certificate L", 1)]),
        ({"use_gift_certificates": {"A": "odd"}, "points_info": "odd", "wallet": ["odd"]}, "76.00", []),
    ],
)
def test_what_it_was_paid_with_is_told_by_its_name(
    paid: dict[str, Any], total: str, named: list[tuple[str, int]]
) -> None:
    order = mapper().document(row(total=total, **paid), Reading())
    assert [(each.what, each.amount) for each in order.credits] == named
    assert total_of(order) == order.total


@pytest.mark.parametrize(("told", "priority"), [(2, 2), ("3", 3), (None, 0), ("high", 0), (-1, 0), ("9999999", 0)])
def test_the_priority_of_a_tax_is_a_small_number(told: Any, priority: int) -> None:
    vat = {"rate_value": "10.000", "tax_subtotal": 7, "price_includes_tax": "Y", "priority": told, "applies": ALL_LINES}
    assert mapper().document(row(taxes={"6": vat}), Reading()).taxes[0].priority == priority


def test_a_gift_certificate_that_was_bought_is_a_line() -> None:
    bought = {"77": {"gift_cert_code": "GC-1", "amount": "50.00"}}
    order = mapper().document(row(total="126.00", gift_certificates=bought), Reading())
    assert order.lines[1] == Line(id="77", name="Gift certificate GC-1", price=Decimal(50))
    assert total_of(order) == order.total


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"total": "abc"}, '"abc", is no number'),
        ({"total": None}, "does not tell the total"),
        ({"shipping_cost": "1,50"}, 'The shipping cost in the store, "1,50", is no number'),
        ({"products": {"900": line(amount="abc")}}, 'The amount of TEE in the store, "abc", is no number'),
        ({"products": {"900": line(price=True)}}, "The price of TEE"),
        ({"taxes": {"6": {"tax_subtotal": "much"}}}, 'The tax 6 in the store, "much"'),
    ],
)
def test_what_cannot_be_read_is_a_problem_of_that_order(columns: dict[str, Any], words: str) -> None:
    record = mapper().record(row(**columns))
    assert words in record.notes["problem"]
    assert "document" not in record.values
    assert record.etag != mapper().record(row()).etag


def test_a_head_is_partial_and_has_the_etag_of_the_order_where_no_times_of_changes_are_kept() -> None:
    whole = told()
    del whole["updated_at"]
    single = mapper().record(order_wire.SINGLE.decode(answer(whole).body))
    lean = mapper().record(order_wire.SINGLE.decode(answer(head(98)).body))
    assert (lean.partial, single.partial) == (True, False)
    assert lean.etag == single.etag
    assert "document" not in lean.values


@pytest.mark.parametrize("changed", [{"total": "77.00"}, {"status": "P"}, {"updated_at": "9"}, {"notes": "Ring twice"}])
def test_the_etag_moves_with_the_order(changed: dict[str, str]) -> None:
    assert mapper().record(row(**changed)).etag != mapper().record(row()).etag


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["6", "P", "applies"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(order_wire.OrderRow.__struct_fields__[1:]), odd, max_size=8))
def test_no_order_is_odd_enough_to_raise(columns: dict[str, Any]) -> None:
    record = mapper().record(row(**columns))
    assert isinstance(record, Record)
    assert record.etag == mapper().record(row(**columns)).etag


@given(st.dictionaries(st.sampled_from(sorted(line())), odd))
def test_no_line_is_odd_enough_to_raise(columns: dict[str, Any]) -> None:
    item = {**line(), **columns}
    assert isinstance(mapper().record(row(products={"900": item})), Record)


# Lists


def ids_of(side: CsCartOrders, since: datetime | None = None) -> list[str]:
    return [record.id for page in side.scan(since) for record in page.records]


def test_all_orders_are_read_whole_by_their_ids() -> None:
    side, wire = adapter(listed(*(told(id=n) for n in range(1, 101)), total="101"), listed(told(id=101), total="101"))
    assert ids_of(side) == [str(n) for n in range(1, 102)]
    _, path, query, _ = wire.asked[0]
    assert path == "/api/2.0/orders"
    assert query == {
        "sort_by": "order_id",
        "sort_order": "asc",
        "items_per_page": "100",
        "page": "1",
        "get_orders_data": "1",
    }


def test_news_are_asked_for_by_the_time_of_change() -> None:
    side, wire = adapter(listed(told(id=1)))
    assert ids_of(side, datetime.fromtimestamp(1234.9, UTC)) == ["1"]
    assert wire.asked[0][2]["updated_at_from"] == "1234"


def test_a_list_that_ends_early_or_has_no_total_is_a_fault() -> None:
    with pytest.raises(RemoteFault, match="ended early"):
        ids_of(adapter(listed(told(id=1), total="500"))[0])
    with pytest.raises(RemoteFault, match="how many"):
        ids_of(adapter(answer({"orders": [], "params": []}))[0])


def test_orders_deleted_in_between_hide_no_other() -> None:
    first, second = [told(id=n) for n in range(100)], [told(id=n) for n in range(101, 150)]
    again = [told(id=n) for n in range(101) if n != 5]
    side, wire = adapter(
        listed(*first, total="150"),
        listed(*second, total="149"),
        listed(*again, total="149"),
        listed(*second, total="149"),
    )
    assert set(ids_of(side)) == {str(n) for n in range(150)}
    assert [query["page"] for _, _, query, _ in wire.asked] == ["1", "2", "1", "2"]


def test_what_is_no_order_for_people_is_left_out() -> None:
    rows = [told(id=1, is_parent_order="Y"), told(id=2, status="T"), told(id=3, status="N"), False, [], told(id=4)]
    assert ids_of(adapter(listed(*rows))[0]) == ["4"]


def test_an_odd_order_does_not_end_its_page() -> None:
    side, _ = adapter(
        listed(told(id=1, total="abc"), told(line(amount=None), id=2), told(id=3, products=None), told(id=4))
    )
    records = [record for page in side.scan(None) for record in page.records]
    assert [bool(record.notes) for record in records] == [True, True, False, False]


# Single orders


def test_a_hundred_orders_are_read_in_one_call_and_what_is_lacking_singly() -> None:
    gone = answer({"message": "Not Found", "status": 404}, 404)
    side, wire = adapter(listed(told(id=1), told(id=77)), gone, answer(told(id=3)))
    assert sorted(side.read(["1", "2", "3"])) == ["1", "3"]
    assert [path for _, path, _, _ in wire.asked] == ["/api/2.0/orders", "/api/2.0/orders/2", "/api/2.0/orders/3"]
    assert wire.asked[0][2]["order_id"] == "1,2,3"


def test_a_store_whose_lists_tell_heads_is_read_singly() -> None:
    side, wire = adapter(listed(head(1), head(2)), *(answer(told(id=n)) for n in (1, 2, 1, 2)))
    assert all(record.partial for page in side.scan(None) for record in page.records)
    assert [record.partial for record in side.read(["1", "2"]).values()] == [False, False]
    assert list(side.read(["1", "2"])) == ["1", "2"]
    assert len(wire.asked) == 5


def test_an_answer_about_another_order_is_a_fault() -> None:
    with pytest.raises(RemoteFault, match="something else"):
        adapter(answer(told(id=5)))[0].read(["6"])


def test_existence_is_denied_by_404_only() -> None:
    assert adapter(answer(told()))[0].exists("98")
    assert not adapter(answer({"message": "Not Found"}, 404))[0].exists("98")
    assert adapter(answer({"message": "Forbidden"}, 403))[0].exists("98")
    with pytest.raises(RemoteFault):
        adapter(answer(b"<html>404</html>", 404))[0].exists("98")


def test_our_own_numbers_are_found_by_id() -> None:
    side, wire = adapter(answer(told(id=98)))
    assert [record.id for record in side.find("CS-98")] == ["98"]
    assert [path for _, path, _, _ in wire.asked] == ["/api/2.0/orders/98"]
    assert adapter(answer(told(id=98, **SO_12)))[0].find("CS-98") == []
    assert adapter(answer({"message": "Not Found"}, 404))[0].find("CS-98") == []


def test_an_imported_order_is_found_by_exactly_its_marker() -> None:
    rows = [told(id=3, details="[Zoho SO-1]"), told(id=2, **SO_12), told(id=1, details="[Zoho SO-123]"), told(id=0)]
    side, wire = adapter(listed(*rows), answer(told(id=2, **SO_12)))
    assert [record.id for record in side.find("SO-12")] == ["2"]
    query = wire.asked[0][2]
    assert query["updated_at_from"] == str(int(NOW.timestamp()) - 3 * 86400)
    assert (query["sort_by"], query["sort_order"]) == ("order_id", "desc")


def test_the_next_look_for_markers_asks_only_for_what_came_since() -> None:
    side, wire = adapter(listed(told(id=1, updated_at="1773118900", **SO_12)), listed(), answer(told(id=1, **SO_12)))
    assert side.find("SO-99") == []
    assert len(side.find("SO-12")) == 1
    assert [query.get("updated_at_from") for _, _, query, _ in wire.asked][1] == "1773118780"


def test_a_store_whose_lists_have_no_notes_is_searched_in_its_newest_orders() -> None:
    side, wire = adapter(
        listed(head(2), head(1), total="500"),
        answer(told(id=2)),
        answer(told(id=1, **SO_12)),
        answer(told(id=1, **SO_12)),
    )
    assert [record.id for record in side.find("SO-12")] == ["1"]
    assert len(wire.asked) == 4


def test_nobody_is_found_without_a_number() -> None:
    assert adapter(listed(told(id=1)))[0].find("") == []


def test_a_time_zone_must_exist() -> None:
    with pytest.raises(WrongSetting, match="no time zone"):
        adapter(time_zone="Mars/Olympus")
    assert isinstance(adapter(time_zone="")[0], CsCartOrders)


def test_a_document_survives_its_text() -> None:
    order = mapper().document(row(), Reading())
    assert to_text(from_text(to_text(order))) == to_text(order)
