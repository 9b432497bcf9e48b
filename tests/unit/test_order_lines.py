"""Which line is which, and what the description of a line in Zoho says of options."""

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.mapping.order_lines import pair_up, same_lines
from cscart_zoho.order import Line
from cscart_zoho.zoho.line_words import described, options_in


def line(product: str = "7", price: int = 10, pieces: int = 1, **told: str) -> Line:
    return Line(product_id=product, price=Decimal(price), quantity=Decimal(pieces), **told)


RED, BLUE, PLAIN = line(options="Colour: red"), line(options="Colour: blue"), line()


def test_options_count_more_than_price_and_quantity() -> None:
    there = [line(price=10, pieces=1, options="Colour: red"), line(price=20, pieces=2, options="Colour: blue")]
    wanted = [line(price=20, pieces=2, options="colour:  RED"), line(price=10, pieces=1, options="Colour: blue")]
    assert pair_up(wanted, there) == [0, 1]


def test_a_plain_line_is_the_plain_one() -> None:
    assert pair_up([PLAIN], [RED, PLAIN]) == [1]
    assert pair_up([PLAIN], [RED]) == [0]


def test_a_name_tells_lines_of_one_item_apart() -> None:
    there = [line(name="Gift certificate A"), line(name="Gift certificate B")]
    assert pair_up([line(name="Gift certificate B", price=5)], there) == [1]


def test_an_id_comes_before_everything() -> None:
    assert pair_up([line(id="2", options="Colour: red")], [line(id="1", options="Colour: red"), line(id="2")]) == [1]
    assert pair_up([line("8", id="2")], [line(id="2")]) == [None]


def test_equal_lines_keep_their_order_and_are_used_once() -> None:
    assert pair_up([RED, RED, RED], [RED, RED]) == [0, 1, None]
    assert pair_up([line("")], [line("")]) == [None]


@given(
    st.lists(
        st.builds(
            line,
            st.sampled_from("78"),
            st.integers(1, 2),
            st.integers(1, 2),
            options=st.sampled_from(["", "A: b", "A: c"]),
        ),
        max_size=4,
    )
)
def test_the_same_lines_are_the_same_in_whatever_order(lines: list[Line]) -> None:
    for mixed in permutations(lines):
        assert same_lines(lines, mixed, options_kept=True)
        assert None not in pair_up(lines, mixed)


@pytest.mark.parametrize(
    ("held", "kept", "same"),
    [
        ([RED], True, True),
        ([BLUE], True, False),
        ([BLUE], False, False),
        ([PLAIN], True, False),
        ([PLAIN], False, True),
        ([RED, PLAIN], True, False),
        ([line(pieces=2, options="Colour: red")], True, False),
        ([line("8", options="Colour: red")], True, False),
    ],
)
def test_lines_have_arrived_with_their_options_where_these_are_kept(held: list[Line], kept: bool, same: bool) -> None:
    assert same_lines([RED], held, options_kept=kept) is same


@pytest.mark.parametrize(
    ("description", "options"),
    [
        ("Colour: red, Size: M", "Colour: red, Size: M"),
        ("Colour: red\nFragile", "Colour: red"),
        ("Fragile", ""),
        ("Fragile\nColour: red", ""),
        ("https://example.com", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_options_are_the_first_line_of_a_description(description: str | None, options: str) -> None:
    assert options_in(description) == options


@pytest.mark.parametrize(
    ("options", "before", "after"),
    [
        ("Colour: red", "", "Colour: red"),
        ("Colour: red", "Colour: blue\nFragile", "Colour: red\nFragile"),
        ("Colour: red", "Fragile", "Colour: red\nFragile"),
        ("", "Colour: blue\nFragile", "Fragile"),
        ("", "Colour: blue", ""),
        ("", "Fragile\nTwice", "Fragile\nTwice"),
    ],
)
def test_other_options_leave_the_words_of_people(options: str, before: str, after: str) -> None:
    assert described(options, before) == after
    assert described(options, after) == after
