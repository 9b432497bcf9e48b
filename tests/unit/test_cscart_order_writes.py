"""The CS-Cart adapter for orders: what it sends, and what it tells of the store's own will."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.cscart import order_body
from cscart_zoho.errors import (
    Bug,
    NotForSale,
    NotFound,
    Refused,
    Unfit,
    UnknownOutcome,
    WrongSetting,
)
from cscart_zoho.http import Answer
from cscart_zoho.order import Address, Line, Order
from tests.unit.scripted import answer
from tests.unit.store_orders import (
    DONE,
    FOUND,
    NOW,
    PUT,
    SO_12,
    adapter,
    calls,
    document,
    line,
    row,
    sent_to,
    told,
    values,
)

# New orders


def creation(order: Order | None = None, **found: Any) -> tuple[dict[str, Any], str]:
    side, wire = adapter(answer({"order_id": 98, "order_data": told(**SO_12)}, 201), capabilities={**FOUND, **found})
    side.create(values(order))
    _, path, _, body = wire.asked[0]
    return body, path


def test_a_new_order_names_its_customer_its_lines_and_its_number() -> None:
    body, path = creation(document(notes="Ring twice"))
    assert path == "/api/2.0/stores/1/orders"
    assert body == {
        "user_id": 3,
        "payment_id": 2,
        "shipping_id": 1,
        "products": {"1": {"product_id": 285, "amount": 2}},
        "timestamp": int(datetime(2026, 3, 9, 16, tzinfo=UTC).timestamp()),
        "notes": "Ring twice",
        "details": "[Zoho SO-12]",
        "firstname": "Ann",
        "lastname": "Lee",
        "email": "ann@example.com",
    }


def test_a_marketplace_takes_orders_without_a_store() -> None:
    assert creation(edition="multivendor")[1] == "/api/2.0/orders"


def test_a_guest_is_told_as_such_and_the_addresses_twice() -> None:
    home = Address(name="Ann B. Lee", street="1 Main", city="Salem", state="MA", zip="02125", country="US")
    body, _ = creation(document(customer_id="", billing=home, delivery=home))
    assert body["user_id"] == 0
    assert body["user_data"]["b_firstname"] == body["b_firstname"] == "Ann B."
    assert (body["s_address"], body["s_zipcode"], body["s_country"], body["s_phone"]) == ("1 Main", "02125", "US", "")


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        ("2026-01-05", datetime(2026, 1, 5, 17, tzinfo=UTC)),
        ("2026-03-10", NOW),  # at noon it would lie ahead
        ("2026-03-12", datetime(2026, 3, 12, 16, tzinfo=UTC)),
        ("", NOW),
    ],
)
def test_an_order_is_dated_at_noon_of_its_day(day: str, moment: datetime) -> None:
    body, _ = creation(document(date=day))
    assert body["timestamp"] == int(moment.timestamp())


def test_long_names_are_cut_at_a_word_and_stand_whole_in_the_address() -> None:
    first = "Maria Theresia Walburga Amalia Christina"
    body, _ = creation(document(name=f"{first} Habsburg"))
    assert (body["firstname"], body["lastname"]) == ("Maria Theresia Walburga Amalia", "Habsburg")
    assert (body["b_firstname"], body["b_lastname"]) == (first, "Habsburg")
    assert "b_address" not in body
    assert creation(document(name=f"Ann {'L' * 40}"))[0]["lastname"] == "L" * 32


def test_emoji_are_left_out_and_that_is_told() -> None:
    side, wire = adapter(answer({"order_id": 98, "order_data": told(**SO_12)}, 201))
    made = side.create(values(document(notes="Thanks 😀!")))
    assert wire.asked[0][3]["notes"] == "Thanks !"
    assert "emoji" in made.notes["left_out"]
    assert "problem" not in made.notes


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (document(Line(product_id="285", quantity=Decimal("1.5"))), "whole pieces"),
        (document(Line(product_id="285", quantity=Decimal(0))), "whole pieces"),
        (document(Line(sku="X")), "Its line X is of no product"),
        (document(Line(product_id="285", price=Decimal("1.005"))), "two decimals"),
        (document(Line(product_id="285", price=Decimal(-1))), "two decimals"),
        (document(Line(product_id="285", discount=Decimal(1))), "no discount of a line"),
        (document(lines=()), "no lines"),
        (document(total=Decimal("0.001")), "as total"),
        (document(total=Decimal("NaN")), "as total"),
        (document(currency="EUR"), "in EUR"),
        (document(customer_id="", email=""), "no e-mail address"),
        (document(customer_id="x"), "no id"),
        (document(billing=Address(city="L" * 65)), "at 64"),
        (document(number="SO]1"), "cannot be kept"),
    ],
)
def test_what_the_store_would_damage_is_not_sent(order: Order, words: str) -> None:
    side, wire = adapter()
    with pytest.raises(Unfit, match=words):
        side.create(values(order))
    assert wire.asked == []


def test_an_order_needs_a_way_to_pay_and_one_to_ship() -> None:
    off = [{"id": "9", "name": "Off", "active": False}]
    for what in ("payments", "shippings"):
        with pytest.raises(WrongSetting, match="no active way"):
            adapter(capabilities={**FOUND, what: off})[0].create(values())
    side, wire = adapter(answer({"order_id": 98}, 201), payment_id="9", shipping_id="8")
    side.create(values())
    assert (wire.asked[0][3]["payment_id"], wire.asked[0][3]["shipping_id"]) == (9, 8)


def test_products_of_several_vendors_are_not_ordered_at_once() -> None:
    both = document(Line(product_id="1"), Line(product_id="2"), total=Decimal(0))
    market = {**FOUND, "edition": "multivendor"}
    products = [{"product_id": "1", "company_id": "1"}, {"product_id": "2", "company_id": "2"}]
    side, wire = adapter(answer({"products": products, "params": []}), capabilities=market)
    with pytest.raises(Unfit, match="several vendors"):
        side.create(values(both))
    assert calls(wire) == ["GET"]


def test_what_the_store_made_of_a_new_order_is_told() -> None:
    lines = [
        Line(product_id="1", sku="ABC", quantity=Decimal(5)),
        Line(product_id="2", sku="DEF", quantity=Decimal(1)),
        Line(product_id="3", name="A hat", quantity=Decimal(1)),
        Line(product_id="3", name="A hat", quantity=Decimal(1)),
    ]
    took = [line("11", product_id="1", amount="3"), line("13", product_id="3"), line("14", product_id="4")]
    side, _ = adapter(answer({"order_id": 98, "order_data": told(*took, **SO_12)}, 201))
    made = side.create(values(document(*lines)))
    assert made.notes["problem"] == (
        "The store took 3 of 5 pieces of ABC, because no more are in stock. "
        "The store left out 1 piece of DEF: none is in stock, or it is not sold any more. "
        "The store has added TEE. "
        "The store made one line of the 2 lines of A hat."
    )
    assert (made.id, made.key, made.answered) == ("98", "SO-12", True)


def test_an_order_that_became_several_is_told() -> None:
    side, _ = adapter(answer({"order_id": 98, "order_data": told(**SO_12), "suborder_ids": [99, 100]}, 201))
    assert "one for each vendor: 99, 100" in side.create(values()).notes["problem"]


@pytest.mark.parametrize(
    "more", [{}, {"order_data": None}, {"order_data": []}, {"order_data": "x"}, {"order_data": {}}]
)
def test_an_order_that_is_not_told_was_made_all_the_same(more: dict[str, Any]) -> None:
    side, _ = adapter(answer({"order_id": 98, **more}, 201))
    made = side.create(values())
    assert (made.id, made.key, made.partial, made.answered) == ("98", "SO-12", True, False)


def test_a_refusal_keeps_the_words_of_the_store() -> None:
    said = {"message": "Bad Request: Order couldn't be created", "status": 400}
    with pytest.raises(Refused, match="couldn't be created"):
        adapter(answer(said, 400), goods())[0].create(values())
    with pytest.raises(UnknownOutcome):
        adapter(answer(b"<html>", 200))[0].create(values())


def goods(**told: Any) -> Answer:
    """The product of the order's one line, as a list tells it."""
    return answer({"products": [{"product_id": "285", "status": "A", "amount": "4", "tracking": "B", **told}]})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"amount": "0"}, "The store has no pieces of TEE, and the order is about 2."),
        ({"amount": "-3"}, "The store has -3 pieces of TEE, and the order is about 2."),
        (
            {"amount": 3, "min_qty": 4},
            "The store has 3 pieces of TEE and sells at least 4 at once, and the order is about",
        ),
        ({"status": "D"}, "TEE is disabled in the store."),
        ({"product_id": "1"}, "TEE is not in the store any more."),
    ],
)
def test_an_order_is_refused_for_its_goods(told: dict[str, Any], words: str) -> None:
    said = {"message": "Bad Request: <b>Tee</b> has zero inventory. Order couldn't be created", "status": 400}
    tee = document(Line(product_id="285", sku="TEE", quantity=Decimal(2)))
    side, wire = adapter(answer(said, 400), goods(**told))
    with pytest.raises(NotForSale) as held:
        side.create(values(tee))
    assert str(held.value).startswith(words)
    assert held.value.__cause__ is None, "it is no reason that other orders share"
    assert calls(wire) == ["POST", "GET"]


@pytest.mark.parametrize(
    "told", [{}, {"amount": "0", "tracking": "D"}, {"amount": "0", "is_edp": "Y"}, {"amount": None}, {"status": "H"}]
)
def test_goods_that_could_be_sold_are_no_reason(told: dict[str, Any]) -> None:
    said = {"message": "Bad Request: Order couldn't be created", "status": 400}
    with pytest.raises(Refused, match="couldn't be created"):
        adapter(answer(said, 400), goods(**told))[0].create(values())


def test_of_many_products_three_are_named() -> None:
    said = {"message": "Bad Request: Order couldn't be created", "status": 400}
    order = document(*(Line(product_id=str(n), sku=f"S{n}") for n in range(1, 6)))
    with pytest.raises(NotForSale, match=r"S3 is not in the store any more. So it is with 2 more of its products.$"):
        adapter(answer(said, 400), answer({"products": []}))[0].create(values(order))


def test_403_about_one_order_is_no_reason_to_stop_the_run() -> None:
    """A store says so of an order below its minimum amount, and of a key without rights."""
    with pytest.raises(Refused, match="not reached") as refused:
        adapter(answer({"message": "Forbidden: The minimum is not reached", "status": 403}, 403))[0].create(values())
    assert "minimum order amount" in refused.value.advice
    assert "right to create orders" in refused.value.advice


def test_an_order_without_a_document_is_a_bug() -> None:
    for wrong in ({}, {"document": ""}, {"document": "{}{}"}):
        with pytest.raises(Bug):
            adapter()[0].create(wrong)


# Completion


def test_completion_puts_prices_and_totals_in_and_reads_them_back() -> None:
    side, wire = adapter(answer(told(**SO_12)), PUT, answer(DONE))
    record = side.complete("98", values())
    assert sent_to(wire, "PUT") == [
        {
            "products": {
                "900": {
                    "product_id": 285,
                    "amount": 2,
                    "price": "20.00",
                    "stored_price": "Y",
                    "product_options": {},
                    "extra": {"product_options": []},
                }
            },
            "shipping_cost": "5.00",
            "stored_shipping": {"0": {"0": "5.00"}},
            "subtotal_discount": "0.00",
            "payment_surcharge": "0.00",
            "total": "45.00",
        }
    ]
    assert (record.key, record.values["total"], record.answered, record.notes) == ("SO-12", Decimal(45), True, {})


def test_completing_what_is_complete_writes_nothing() -> None:
    side, wire = adapter(answer(DONE))
    assert side.complete("98", values()).notes == {}
    assert calls(wire) == ["GET"]


def test_merged_and_missing_lines_are_put_in_again() -> None:
    lines = (
        Line(product_id="285", quantity=Decimal(1), price=Decimal(20)),
        Line(product_id="285", quantity=Decimal(1), price=Decimal(10)),
        Line(product_id="7", quantity=Decimal(1), price=Decimal(3)),
    )
    side, wire = adapter(answer(told(line("2"), **SO_12)), PUT, answer(DONE))
    side.complete("98", values(document(*lines)))
    (body,) = sent_to(wire, "PUT")
    assert {key: (each["product_id"], each["price"]) for key, each in body["products"].items()} == {
        "2": (285, "20.00"),
        "1": (285, "10.00"),
        "3": (7, "3.00"),
    }
    assert "extra" not in body["products"]["1"]


def test_a_total_that_is_not_in_step_is_put_right_once() -> None:
    late = {**DONE, "total": "73.00"}
    side, wire = adapter(answer(told(**SO_12)), PUT, answer(late), PUT, answer(DONE))
    assert side.complete("98", values()).notes == {}
    first, second = sent_to(wire, "PUT")
    assert (first["total"], second["total"]) == ("45.00", "17.00")
    assert {**second, "total": ""} == {**first, "total": ""}


def test_a_total_that_stays_wrong_is_told_with_both() -> None:
    late = answer({**DONE, "total": "73.00"})
    side, wire = adapter(answer(told(**SO_12)), PUT, late, PUT, late)
    assert side.complete("98", values()).notes["problem"] == "The store shows a total of 73.00 instead of 45.00."
    assert calls(wire).count("PUT") == 2
    refused = answer({"message": "Bad Request"}, 400)
    side, _ = adapter(answer(told(**SO_12)), PUT, late, refused, late)
    assert "73.00 instead of 45.00" in side.complete("98", values()).notes["problem"]


def test_a_surcharge_is_left_for_the_store_to_add() -> None:
    paid = document(surcharge=Decimal(2), total=Decimal(47))
    shown = answer({**DONE, "payment_surcharge": "2.00", "total": "47.00"})
    side, wire = adapter(answer(told(**SO_12)), PUT, shown)
    assert side.complete("98", values(paid)).notes == {}
    (body,) = sent_to(wire, "PUT")
    assert (body["total"], body["payment_surcharge"]) == ("45.00", "2.00")


def test_lines_and_prices_that_the_store_did_not_take_are_told() -> None:
    cut = answer({**told(line(amount="1", price="20.00"), **SO_12), "total": "45.00", "shipping_cost": "5.00"})
    side, _ = adapter(answer(told(**SO_12)), PUT, cut)
    assert side.complete("98", values()).notes["problem"] == (
        "The store took 1 of 2 pieces of TEE, because no more are in stock."
    )
    dear = answer({**DONE, "products": {"900": line()}})
    side, _ = adapter(answer(told(**SO_12)), PUT, dear)
    assert side.complete("98", values()).notes["problem"] == (
        "The store shows 21.50 as the price of TEE instead of 20.00."
    )


def test_a_status_that_the_change_has_moved_is_put_back() -> None:
    moved = answer({**DONE, "status": "O"})
    side, wire = adapter(answer(told(status="P", **SO_12)), PUT, moved, PUT, answer({**DONE, "status": "P"}))
    assert side.complete("98", values()).values["status"] == "P"
    assert sent_to(wire, "PUT")[1] == {"status": "P"}


def test_a_change_that_cannot_be_read_back_is_of_unknown_outcome() -> None:
    for odd_answer in (answer({"message": "no"}, 403), answer({"orders": []})):
        side, _ = adapter(answer(told()), PUT, odd_answer)
        with pytest.raises(UnknownOutcome):
            side.complete("98", values())


# Changes


def test_a_change_gives_back_what_a_line_had_besides() -> None:
    options = {"product_options": {"2": "6"}, "custom_files": "x"}
    side, wire = adapter(answer(told(line(extra=options), line("901", product_id="7"))), PUT, answer(DONE))
    lines = (Line(id="900", product_id="285", quantity=Decimal(2), price=Decimal(20)), Line(id="901", product_id="8"))
    side.update("98", values(document(*lines, number="CS-98")))
    (body,) = sent_to(wire, "PUT")
    assert body["products"]["900"]["extra"] == options
    assert body["products"]["900"]["product_options"] == {"2": "6"}
    assert "extra" not in body["products"]["901"]


def test_only_columns_that_differ_are_sent() -> None:
    home = Address(name="Ann Lee", street="1 Main", city="Salem")
    there = {
        "b_firstname": "Ann",
        "b_lastname": "Lee",
        "b_address": "2 Main",
        "b_address_2": "Floor 3",
        "b_city": "Salem",
    }
    side, wire = adapter(answer({**DONE, **there, "notes": "Old\r\n"}), PUT, answer(DONE))
    side.update("98", values(document(billing=home, notes="New")))
    (body,) = sent_to(wire, "PUT")
    columns = {name: value for name, value in body.items() if name not in order_body.overrides(document())}
    assert {name: value for name, value in columns.items() if name != "products"} == {
        "b_address": "1 Main",
        "b_address_2": "",
        "notes": "New",
    }


def test_notes_that_differ_in_white_space_are_the_same() -> None:
    side, wire = adapter(answer({**DONE, "notes": "Ring \r\n twice\n"}))
    side.update("98", values(document(notes="Ring\ntwice")))
    assert calls(wire) == ["GET"]


def test_an_order_with_a_deleted_product_is_not_changed() -> None:
    side, wire = adapter(answer(told(line(deleted_product=True))))
    with pytest.raises(Unfit, match="TEE was deleted in the store"):
        side.update("98", values(document(Line(id="900", sku="TEE"))))
    assert calls(wire) == ["GET"]
    side, _ = adapter(answer(told(line(deleted_product=True))))
    with pytest.raises(Unfit, match="TEE was deleted in the store"):
        side.update("98", values())


def test_a_line_takes_the_place_of_the_likest_line_of_its_product() -> None:
    small, large = line("1", price="20.00", amount="1"), line("2", price="22.00", amount="1")
    small["extra"], large["extra"] = {"product_options": {"2": "6"}}, {"product_options": {"2": "7"}}
    lines = (
        Line(product_id="285", quantity=Decimal(3), price=Decimal(22)),
        Line(product_id="285", quantity=Decimal(1), price=Decimal(20)),
    )
    body = order_body.change(document(*lines), row(small, large))
    assert {key: (each["amount"], each["product_options"]) for key, each in body["products"].items()} == {
        "2": (3, {"2": "7"}),
        "1": (1, {"2": "6"}),
    }


def test_a_status_is_changed_by_itself_and_read_back() -> None:
    side, wire = adapter(PUT, answer(told(status="P")))
    record = side.update("98", {"status": "P"})
    assert [(how, path, body) for how, path, _, body in wire.asked] == [
        ("PUT", "/api/2.0/orders/98", {"status": "P"}),
        ("GET", "/api/2.0/orders/98", None),
    ]
    assert (record.values["status"], record.answered, record.notes) == ("P", True, {})


def test_a_status_that_the_store_did_not_take_is_told() -> None:
    side, _ = adapter(PUT, answer(told(status="B")))
    record = side.update("98", {"status": "P"})
    assert record.values["status"] == "B"
    assert record.notes["problem"] == (
        "The store shows the status B (Backordered) instead of P (Paid). Most likely too few pieces are in stock."
    )
    side, _ = adapter(PUT, answer(told(status="O")))
    assert side.update("98", {"status": "I"}).notes["problem"] == (
        "The store shows the status O (Open) instead of I (Canceled)."
    )


@pytest.mark.parametrize("letter", ["Z", "N", "T", "paid"])
def test_an_unknown_status_is_never_sent(letter: str) -> None:
    side, wire = adapter()
    with pytest.raises(Unfit, match="no order status"):
        side.update("98", {"status": letter})
    with pytest.raises(Unfit, match="no order status"):
        side.update("98", values(status=letter))
    assert wire.asked == []


def test_the_status_of_an_order_that_is_not_there_was_not_changed() -> None:
    """The store answers 200 for an id that does not exist (recorded)."""
    with pytest.raises(NotFound):
        adapter(PUT, answer({"message": "Not Found", "status": 404}, 404))[0].update("98", {"status": "P"})


def test_document_and_status_are_two_calls() -> None:
    side, wire = adapter(answer(told(**SO_12)), PUT, answer(DONE), PUT, answer({**DONE, "status": "P"}))
    record = side.update("98", values(status="P"))
    assert [sorted(body) == ["status"] for body in sent_to(wire, "PUT")] == [False, True]
    assert (record.values["status"], record.notes) == ("P", {})


def test_a_change_of_nothing_reads_the_order() -> None:
    side, wire = adapter(answer(told()))
    assert side.update("98", {}).answered
    assert calls(wire) == ["GET"]


amounts = st.decimals(0, 9999, places=2)


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9), amounts), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 4)), max_size=5, unique_by=lambda pair: pair[0]),
)
def test_every_line_is_sent_once_under_a_key_of_its_own(
    wanted: list[tuple[int, int, Decimal]], there: list[tuple[int, int]]
) -> None:
    lines = [Line(product_id=str(p), quantity=Decimal(n), price=price) for p, n, price in wanted]
    order = document(*lines)
    shown = row(products={str(key): line(str(key), product_id=str(p)) for key, p in there})
    body = order_body.change(order, shown)
    sent = [(each["product_id"], each["amount"], Decimal(each["price"])) for each in body["products"].values()]
    assert sent == wanted
    assert "0" not in body["products"]
    after = row(
        products={
            key: line(key, **{**each, "product_id": str(each["product_id"])}) for key, each in body["products"].items()
        }
    )
    assert order_body.change(order, after)["products"].keys() == body["products"].keys()
