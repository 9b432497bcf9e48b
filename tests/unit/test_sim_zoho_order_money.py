"""How the simulated Zoho computes an order: live and published figures, and what holds for any order."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho_sim.zoho.order_money import (
    ENTITY_LEVEL,
    ITEM_LEVEL,
    Discount,
    Levy,
    PricedLine,
    Terms,
    Totals,
    compute,
)

D = Decimal


def levy(percentage: str, name: str = "Tax") -> Levy:
    return Levy(f"{name} {percentage}", name, D(percentage))


def line(rate: str, quantity: str = "1", tax: str = "", discount: Discount | None = None) -> PricedLine:
    levies = tuple(levy(each) for each in tax.split("+") if each)
    return PricedLine(D(rate), D(quantity), discount or Discount(), levies)


def figures(totals: Totals) -> tuple[str, str, str, str]:
    """sub_total, discount, tax and total."""
    return str(totals.sub_total), str(totals.discount), str(totals.tax), str(totals.total)


# What was seen on live organisations


def test_a_group_is_computed_tax_by_tax() -> None:
    """464 with GST5 (CGST 2.5 % and SGST 2.5 %) is 487.20."""
    totals = compute(Terms((line("464", tax="2.5+2.50"),)))
    assert [str(tax) for _, tax in totals.taxes] == ["11.60", "11.60"]
    assert str(totals.total) == "487.20"


def test_the_total_of_a_line_is_without_the_tax_in_its_rate() -> None:
    """1,000 at 13 %, tax included, in a currency without decimals."""
    totals = compute(Terms((line("1000", tax="13"),), precision=0, inclusive=True))
    assert totals.lines[0].total == 885
    assert totals.total == 1000


def test_two_taxes_on_one_amount() -> None:
    """A Canadian quote: 5 % and 9.975 % on 9,711.57."""
    assert figures(compute(Terms((line("9711.57", tax="5+9.975"),)))) == ("9711.57", "0.00", "1454.31", "11165.88")


def test_shipping_is_not_taxed() -> None:
    totals = compute(Terms((line("205", tax="0"),), inclusive=True, shipping=D(800)))
    assert figures(totals) == ("205.00", "0.00", "0.00", "1005.00")
    assert len(totals.taxes) == 1  # a tax of 0 % is named, too


def test_a_discount_of_all_leaves_nothing() -> None:
    totals = compute(Terms((line("96"), line("332")), discount=Discount(D(100), is_percent=True)))
    assert figures(totals) == ("428.00", "428.00", "0", "0.00")
    assert totals.discounted == 428


def test_half_a_cent_is_rounded_up() -> None:
    assert compute(Terms((line("1", tax="7.5"),))).total == D("1.08")


def test_tax_is_on_the_rounded_line() -> None:
    """54.54545 at 10 %: Zoho has 54.55 and 5.46, though 60.00 was meant."""
    assert figures(compute(Terms((line("54.54545", tax="10"),)))) == ("54.55", "0.00", "5.46", "60.01")


# The published rounding cases


def test_tax_of_13_83375_is_13_83() -> None:
    """A store had 13.84 for it."""
    assert compute(Terms((line("110.67", tax="12.5"),))).tax == D("13.83")


def test_included_tax_of_two_lines_is_not_added_again() -> None:
    """9.22 and 10.00 with 21 % in them are 19.22, not 21.16 and more."""
    lines = (line("9.22", tax="21"), line("10.00", tax="21"))
    assert figures(compute(Terms(lines, inclusive=True))) == ("15.88", "0.00", "3.34", "19.22")
    assert compute(Terms((line("9.22", tax="21"), line("10.00")))).total == D("21.16")


@pytest.mark.parametrize(("inclusive", "total"), [(True, "69.00"), (False, "82.11")])
def test_69_with_19_percent_in_it_or_on_it(inclusive: bool, total: str) -> None:
    assert compute(Terms((line("69.00", tax="19"),), inclusive=inclusive)).total == D(total)


def test_5900_may_become_5900_01() -> None:
    """A third of 5,900.00 in whole cents, three times."""
    assert compute(Terms((line("1966.67", "3", "21"),), inclusive=True)).total == D("5900.01")
    assert compute(Terms((line("5900", "1", "21"),), inclusive=True)).total == D("5900.00")


# Rounding, precision, discounts


def test_tax_is_rounded_per_line_or_per_order() -> None:
    lines = (line("0.10", tax="5"),) * 3
    assert compute(Terms(lines, tax_rounding=ITEM_LEVEL)).tax == D("0.03")
    assert compute(Terms(lines, tax_rounding=ENTITY_LEVEL)).tax == D("0.02")


@pytest.mark.parametrize(("precision", "total"), [(0, "11"), (2, "10.55"), (3, "10.553")])
def test_amounts_have_the_decimals_of_the_currency(precision: int, total: str) -> None:
    """JPY, USD, KWD."""
    assert str(compute(Terms((line("10.0503", "1", "5"),), precision=precision)).total) == total


@pytest.mark.parametrize(
    ("before_tax", "expected"),
    [(True, ("100.00", "10.00", "18.00", "108.00")), (False, ("100.00", "12.00", "20.00", "108.00"))],
)
def test_a_share_off_before_or_after_tax(before_tax: bool, expected: tuple[str, ...]) -> None:
    tenth = Discount(D(10), is_percent=True)
    assert figures(compute(Terms((line("100", tax="20"),), discount=tenth, discount_before_tax=before_tax))) == expected


@pytest.mark.parametrize(
    ("before_tax", "expected"),
    [(True, ("100.00", "10.00", "18.00", "108.00")), (False, ("100.00", "10.00", "20.00", "110.00"))],
)
def test_an_amount_off_before_or_after_tax(before_tax: bool, expected: tuple[str, ...]) -> None:
    terms = Terms((line("100", tax="20"),), discount=Discount(D(10)), discount_before_tax=before_tax)
    assert figures(compute(terms)) == expected


def test_an_amount_off_is_shared_out_over_lines_of_different_taxes() -> None:
    terms = Terms((line("75", tax="20"), line("25", tax="5")), discount=Discount(D(20)))
    assert [str(tax) for _, tax in compute(terms).taxes] == ["12.00", "1.00"]


@pytest.mark.parametrize(
    ("off_net", "expected"),
    [(True, ("100.00", "12.00", "17.60", "105.60")), (False, ("102.00", "12.00", "18.00", "108.00"))],
)
def test_an_amount_off_rates_with_tax_in_them(off_net: bool, expected: tuple[str, ...]) -> None:
    terms = Terms((line("120", tax="20"),), inclusive=True, discount=Discount(D(12)), discount_off_net=off_net)
    assert figures(compute(terms)) == expected


@pytest.mark.parametrize("off_net", [True, False])
def test_after_tax_an_amount_off_is_just_that(off_net: bool) -> None:
    terms = Terms(
        (line("120", tax="20"),),
        inclusive=True,
        discount=Discount(D(12)),
        discount_before_tax=False,
        discount_off_net=off_net,
    )
    assert figures(compute(terms)) == ("100.00", "12.00", "20.00", "108.00")


@pytest.mark.parametrize(("sums_net", "total"), [(False, "0.30"), (True, "0.29")])
def test_totals_of_rates_with_tax_may_miss_the_lines(sums_net: bool, total: str) -> None:
    terms = Terms((line("0.10", tax="20"),) * 3, inclusive=True, sums_net=sums_net)
    assert [str(each.total) for each in compute(terms).lines] == ["0.08"] * 3
    assert str(compute(terms).total) == total


def test_lines_have_discounts_of_their_own() -> None:
    lines = (line("19.99", "3", "20", Discount(D("5.00"))), line("10", "2", "20", Discount(D("12.5"), is_percent=True)))
    totals = compute(Terms(lines))
    assert [str(each.total) for each in totals.lines] == ["54.97", "17.50"]
    assert [str(each.discount) for each in totals.lines] == ["5.00", "2.50"]
    assert figures(totals) == ("72.47", "0.00", "14.49", "86.96")


def test_the_adjustment_moves_the_total_alone() -> None:
    terms = Terms((line("10", tax="20"),), adjustment=D("-0.01"))
    assert figures(compute(terms)) == ("10.00", "0.00", "2.00", "11.99")


# Any order


amounts = st.decimals(min_value=0, max_value=5000, places=2)
shares = st.decimals(min_value=0, max_value=100, places=2)
discounts = st.one_of(st.just(Discount()), shares.map(lambda share: Discount(share, is_percent=True)))
rates_of_tax = st.sampled_from(["", "0", "5", "7.7", "19", "20", "2.5+2.5001", "5+9.975"])
lines_ = st.builds(
    lambda rate, quantity, tax, discount: line(str(rate), str(quantity), tax, discount),
    amounts,
    st.integers(1, 40),
    rates_of_tax,
    discounts,
)
terms_ = st.builds(
    Terms,
    lines=st.lists(lines_, min_size=1, max_size=6).map(tuple),
    precision=st.sampled_from([0, 2, 3]),
    tax_rounding=st.sampled_from([ITEM_LEVEL, ENTITY_LEVEL]),
    inclusive=st.booleans(),
    discount=discounts,
    discount_before_tax=st.booleans(),
    shipping=amounts,
    adjustment=st.decimals(min_value=-5, max_value=5, places=2),
    discount_off_net=st.booleans(),
)


@given(terms_)
def test_the_parts_of_a_total_add_up(terms: Terms) -> None:
    totals = compute(terms)
    extra = terms.rounded(Fraction(terms.shipping)) + terms.rounded(Fraction(terms.adjustment))
    assert totals.total == totals.sub_total - totals.discount + totals.tax + extra
    assert totals.tax == sum(tax for _, tax in totals.taxes)
    assert totals.total == terms.rounded(Fraction(totals.total))


@given(terms_)
def test_included_tax_changes_no_total_where_nothing_is_taken_off(terms: Terms) -> None:
    terms = Terms(terms.lines, terms.precision, terms.tax_rounding, inclusive=True)
    totals = compute(terms)
    assert totals.total == totals.sub_total_inclusive == sum(each.amount for each in totals.lines)


@given(terms_)
def test_the_two_ways_of_rounding_differ_by_half_a_unit_per_line_and_tax(terms: Terms) -> None:
    lines, precision = terms.lines, terms.precision
    apart = compute(Terms(lines, precision, ITEM_LEVEL)).tax - compute(Terms(lines, precision, ENTITY_LEVEL)).tax
    parts = sum(len(each.levies) for each in lines)
    assert abs(apart) <= D(parts).scaleb(-precision)


# Taxes of taxes, shipping, rounding off


def test_a_compound_tax_of_a_group_is_taken_of_the_others_too() -> None:
    """Zoho's own example: 5 % and 10 % on 100 are 15, and 15.50 where the second is compound."""
    group = (levy("5", "A"), levy("10", "B"))
    compound = (group[0], replace(group[1], compound=True))
    assert compute(Terms((PricedLine(D(100), D(1), levies=group),))).tax == D("15.00")
    totals = compute(Terms((PricedLine(D(100), D(1), levies=compound),)))
    assert [str(tax) for _, tax in totals.taxes] == ["5.00", "10.50"]
    within = compute(Terms((PricedLine(D("115.50"), D(1), levies=compound),), inclusive=True))
    assert figures(within) == ("100.00", "0.00", "15.50", "115.50")


@pytest.mark.parametrize(("rate", "total", "off"), [("99.5", "100", "0.5"), ("80.45", "80", "-0.45"), ("7", "7", "0")])
def test_totals_are_rounded_off_to_the_nearest_whole_number(rate: str, total: str, off: str) -> None:
    totals = compute(Terms((line(rate),), whole_total=True))
    assert (totals.total, totals.round_off) == (D(total), D(off))


@pytest.mark.parametrize(("rounded", "total"), [(True, "28"), (False, "28.10")])
def test_the_adjustment_is_in_what_is_rounded_off_or_is_added_after_it(rounded: bool, total: str) -> None:
    terms = Terms((line("27.90"),), adjustment=D("0.10"), whole_total=True, adjustment_is_rounded=rounded)
    assert compute(terms).total == D(total)


def test_a_shipping_charge_with_a_tax_has_it_on_top() -> None:
    totals = compute(Terms((line("100", tax="10"),), shipping=D("5.00"), shipping_levies=(levy("10"),)))
    assert (totals.shipping_tax, totals.tax, totals.total) == (D("0.50"), D("10.50"), D("115.50"))


@pytest.mark.parametrize(("off_net", "total"), [(False, "100.00"), (True, "99.00")])
def test_the_discount_of_a_line_with_tax_in_its_rate_is_money_with_tax_or_without(off_net: bool, total: str) -> None:
    sold = line("110", tax="10", discount=Discount(D(10)))
    assert compute(Terms((sold,), inclusive=True, line_discount_off_net=off_net)).total == D(total)
    assert compute(Terms((sold,), line_discount_off_net=off_net)).total == D("110.00")
    share = line("110", tax="10", discount=Discount(D(10), is_percent=True))
    assert compute(Terms((share,), inclusive=True, line_discount_off_net=off_net)).total == D("99.00")
