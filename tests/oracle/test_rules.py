"""Each rule of the calculator by the example that its source gives."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.oracle import cscart, zoho
from tests.oracle.cscart import Cart, CartLine, StoreTax
from tests.oracle.rounding import to_nearest
from tests.oracle.zoho import Discount, Line, Organisation, SalesOrder, Tax, figures

TEN = (Tax("Tax", Decimal(10)),)


def test_a_rate_is_rounded_before_it_is_taxed() -> None:
    """54.54545 at 10 % comes to 60.01, as somebody complained in Zoho's community, not to 60.00."""
    order = SalesOrder((Line(Decimal(1), Decimal("54.54545"), TEN),))
    assert figures(order, Organisation()).total == Decimal("60.01")
    many = SalesOrder((Line(Decimal(100), Decimal("54.54545"), TEN),))
    assert figures(many, Organisation()).total == Decimal("6000.50")
    assert figures(many, Organisation(price_precision=6)).total == Decimal("6000.01")


def test_a_group_adds_its_taxes_and_a_compound_one_stands_on_the_others() -> None:
    """5 % and 10 % on 100 are 15, or 15.50."""
    for compound, total in ((False, "115.00"), (True, "115.50")):
        taxes = (Tax("State", Decimal(5)), Tax("Federal", Decimal(10), compound))
        assert figures(SalesOrder((Line(Decimal(1), Decimal(100), taxes),)), Organisation()).total == Decimal(total)


def test_the_tax_in_a_price_is_price_times_rate_by_a_hundred_and_rate() -> None:
    found = figures(SalesOrder((Line(Decimal(1), Decimal(110), TEN),), inclusive=True), Organisation())
    assert (found.tax_total, found.total) == (Decimal("10.00"), Decimal("110.00"))


def test_a_compound_tax_in_a_price_is_taken_out_last() -> None:
    taxes = (Tax("State", Decimal(5)), Tax("Federal", Decimal(10), compound=True))
    found = figures(SalesOrder((Line(Decimal(1), Decimal("115.50"), taxes),), inclusive=True), Organisation())
    assert (found.tax_total, found.total) == (Decimal("15.50"), Decimal("115.50"))


def test_tax_is_rounded_on_each_line_or_once() -> None:
    lines = tuple(Line(Decimal(1), Decimal("0.25"), TEN) for _ in range(4))
    assert figures(SalesOrder(lines), Organisation(tax_rounding="item_level")).tax_total == Decimal("0.12")
    assert figures(SalesOrder(lines), Organisation()).tax_total == Decimal("0.10")


def test_a_discount_before_tax_lowers_the_tax_and_one_after_does_not() -> None:
    order = SalesOrder((Line(Decimal(1), Decimal(100), TEN),), discount=Discount(Decimal(10)))
    assert figures(order, Organisation()).total == Decimal("99.00")
    after = SalesOrder(
        (Line(Decimal(1), Decimal(100), TEN),), discount=Discount(Decimal(10)), discount_before_tax=False
    )
    assert figures(after, Organisation()).total == Decimal("100.00")


def test_the_two_readings_of_a_discount_in_percent() -> None:
    """10 % off 491 is 49.1, which is told as 49: the tax of 25 % is 110 or 111."""
    line = Line(Decimal(1), Decimal(491), (Tax("Tax", Decimal(25)),))
    order = SalesOrder((line,), discount=Discount(percent=Decimal(10)))
    yen = Organisation(price_precision=0, decimals=0)
    assert figures(order, yen).tax_total == Decimal(110)
    assert figures(order, replace(yen, percent_is_exact=False)).tax_total == Decimal(111)


def test_the_two_readings_of_a_discount_before_tax_within_inclusive_rates() -> None:
    order = SalesOrder((Line(Decimal(1), Decimal(110), TEN),), discount=Discount(Decimal(10)), inclusive=True)
    assert figures(order, Organisation()).total == Decimal("100.00")
    assert figures(order, Organisation(discount_off_net=True)).total == Decimal("99.00")


@pytest.mark.parametrize(("amount", "step", "total"), [("20.63", "1", "21"), ("20.63", "0.5", "20.50")])
def test_totals_are_rounded_to_a_step(amount: str, step: str, total: str) -> None:
    found = figures(SalesOrder((Line(Decimal(1), Decimal(amount)),)), Organisation(step=Decimal(step)))
    assert found.total == Decimal(total)
    assert found.roundoff == Decimal(total) - Decimal(amount)
    assert to_nearest(Decimal("20.63"), Decimal("0.25")) == Decimal("20.75")


def test_shipping_is_taxed_where_the_organisation_says_so() -> None:
    order = SalesOrder((Line(Decimal(1), Decimal(100)),), shipping=Decimal(10))
    assert figures(order, Organisation()).total == Decimal("110.00")
    assert figures(order, Organisation(shipping_tax=TEN)).total == Decimal("111.00")


def test_a_body_is_read_with_its_percentages() -> None:
    body = {
        "line_items": [{"rate": 50, "quantity": 2, "tax_id": "7"}],
        "discount": "10%",
        "shipping_charge": 4.5,
        "adjustment": -0.5,
    }
    assert figures(zoho.from_body(body, {"7": TEN}), Organisation()).total == Decimal("103.00")


def test_taxes_of_the_store_come_on_top_after_the_discount_and_in_their_sequence() -> None:
    taxes = (StoreTax("GST", Decimal(5), False, 1, on_shipping=True), StoreTax("PST", Decimal(10), False, 2))
    cart = Cart(
        (CartLine(Decimal(100), 1, frozenset(("GST", "PST"))),),
        taxes,
        shipping=Decimal(20),
        subtotal_discount=Decimal(20),
    )
    assert cscart.taxes(cart) == {
        "GST": {"P": Decimal("4.00"), "S": Decimal("1.00")},
        "PST": {"P": Decimal("8.40"), "S": Decimal("0.00")},
    }
    assert cscart.total(cart) == Decimal("113.40")


def test_the_store_rounds_a_tax_on_the_subtotal_or_on_each_piece() -> None:
    line = CartLine(Decimal("129.99"), 5, frozenset(("VAT",)))
    vat = StoreTax("VAT", Decimal(10), included=True)
    assert cscart.taxes(Cart((line,), (vat,)))["VAT"]["P"] == Decimal("59.09")
    assert cscart.taxes(Cart((line,), (vat,), by_unit_price=True))["VAT"]["P"] == Decimal("59.10")
