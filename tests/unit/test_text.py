"""Descriptions: HTML of the store, plain text of Zoho, and one canonical form for both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.mapping.text import (
    DESCRIPTION_LIMIT,
    comparable,
    damaged_by_store,
    from_html,
    tidy,
    to_html,
)

TEXTS = st.text(st.sampled_from("ab <>&;\"'-#1\n\r\t\xa0é商😀\x00\x0b"), max_size=60) | st.text(max_size=60)


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        ("", ""),
        ("plain", "plain"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>One<br>Two<br/>Three</p>", "One\nTwo\nThree"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<div><div><p>One</p></div></div>", "One"),
        ("<ul><li>One</li>\n<li>Two</li></ul>", "- One\n- Two"),
        ("<h2>Head</h2>Text", "Head\n\nText"),
        ("Fish &amp; chips &lt;3 &eacute; &#128512;", "Fish & chips <3 é 😀"),
        ("a <b>bold</b> word", "a bold word"),
        ("half<b>way</b>", "halfway"),
        ("  many \n\n lines  of\tsource ", "many lines of source"),
        ("<script>alert('no')</script>Text<style>p{}</style>", "Text"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("no&nbsp;break", "no break"),
        ("<p>never closed", "never closed"),
        ("a < b and <!-- a remark -->c", "a < b and c"),
    ],
)
def test_a_reader_sees_the_text_of_html(markup: str, seen: str) -> None:
    assert from_html(markup) == seen


@given(TEXTS)
def test_text_written_as_html_is_read_back_as_the_same_text(told: str) -> None:
    assert from_html(to_html(told)) == tidy(told)


@given(TEXTS)
def test_the_canonical_form_is_canonical(told: str) -> None:
    assert tidy(tidy(told)) == tidy(told)
    assert comparable(comparable(told)) == comparable(told)
    assert from_html(to_html(from_html(told))) == from_html(told)


@given(TEXTS)
def test_html_for_the_store_holds_nothing_that_it_damages(told: str) -> None:
    assert not damaged_by_store(to_html(told))


def test_a_text_longer_than_zoho_holds_is_compared_by_its_beginning() -> None:
    long = "word " * 1000
    held = comparable(long)
    assert len(held) <= DESCRIPTION_LIMIT
    assert held.endswith("…")
    assert long.startswith(held[:-1])
    assert comparable(held) == held


def test_a_text_that_just_fits_stays_whole() -> None:
    assert comparable("x" * DESCRIPTION_LIMIT) == "x" * DESCRIPTION_LIMIT
    assert comparable("x" * (DESCRIPTION_LIMIT + 1)) == "x" * (DESCRIPTION_LIMIT - 1) + "…"


def test_markup_in_plain_text_is_text() -> None:
    assert to_html("<b>&") == "<p>&lt;b&gt;&amp;</p>"
