"""Descriptions: HTML of the store, plain text of Zoho, and one canonical form for both."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.mapping.text import (
    DESCRIPTION_LIMIT,
    all_it_keeps,
    beyond,
    comparable,
    damaged_by_store,
    from_html,
    line,
    seen,
    tidy,
    to_html,
    without_beyond,
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


#: Each row: what a reader of HTML drops or replaces where it stands as a reference, or as itself.
PLANES = [plane * 0x10000 + last for plane in range(17) for last in (0xFFFE, 0xFFFF)]
CONTROLS = [sign for sign in (*range(0x20), *range(0x7F, 0xA0)) if not chr(sign).isspace()]
NO_CHARACTERS = [*PLANES, *range(0xFDD0, 0xFDF0), *CONTROLS, 0xD800, 0xDBFF, 0xDC00, 0xDFFF]


@pytest.mark.parametrize("sign", NO_CHARACTERS, ids=lambda sign: f"U+{sign:04X}")
def test_a_code_point_that_is_no_character_is_not_kept_and_hurts_no_neighbour(sign: int) -> None:
    told = f"one{chr(sign)}two 😀 & é"
    assert tidy(told) == "onetwo 😀 & é"
    assert from_html(told) == "onetwo 😀 & é"
    assert from_html(to_html(told)) == "onetwo 😀 & é"


@pytest.mark.parametrize("sign", [sign for sign in range(0xA0) if chr(sign).isspace() and chr(sign) not in "\n\r"])
def test_white_space_of_any_kind_is_one_space(sign: int) -> None:
    assert tidy(f"one{chr(sign)}two") == from_html(f"one{chr(sign)}two") == "one two"


@pytest.mark.parametrize("sign", [0x10000, 0x1FFFD, 0x20000, 0x2FFFD, 0xE0001, 0xFFFFD, 0x100000, 0x10FFFD])
def test_the_characters_beside_them_are_kept(sign: int) -> None:
    assert from_html(to_html(chr(sign))) == tidy(chr(sign)) == chr(sign)


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        ("a&#150;b &#x80;5 &#133;", "a–b €5 …"),  # browsers read these numbers as windows-1252
        ("a&#129;b", "ab"),  # which has no character here
        ("a&#0;b &#xD800; &#x110000;", "a�b � �"),
        ("a&#1;b&#xFFFE;c&#x1FFFF;d&#xFDD0;e", "abcde"),
        ("a&#13;b&#10;c&#160;d", "a b c d"),
        ("a&#38;#150;b", "a&#150;b"),
    ],
)
def test_numeric_references_are_read_as_a_browser_reads_them(markup: str, seen: str) -> None:
    assert from_html(markup) == seen


@pytest.mark.parametrize("told", ["&#150;", "&#0;", "&#xFFFF;", "&#128512;", "&amp;", "&notit;", "&lt"])
def test_a_reference_in_plain_text_is_text(told: str) -> None:
    assert from_html(to_html(told)) == tidy(told) == told


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


#: Signs that nobody sees, and how they are called.
UNSEEN = [0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2065)]
UNSEEN += [*range(0x2066, 0x2070), 0xFEFF]


@pytest.mark.parametrize("sign", UNSEEN, ids=lambda sign: f"U+{sign:04X}")
def test_a_sign_that_nobody_sees_makes_no_other_text(sign: int) -> None:
    told = f"{chr(sign)}Zo{chr(sign)}e\u0308 x{chr(sign)}"
    assert (
        seen(told)
        == line(told)
        == tidy(told)
        == from_html(f"<p>{told}</p>")
        == from_html(f"&#{sign};{told}")
        == "Zoë x"
    )


@given(TEXTS)
def test_a_text_composed_and_taken_apart_is_one(told: str) -> None:
    plain = "".join(
        sign for sign in told if not "\uf900" <= sign <= "\ufaff" and not "\U0002f800" <= sign <= "\U0002fa1f"
    )
    assert tidy(unicodedata.normalize("NFD", plain)) == tidy(unicodedata.normalize("NFC", plain)) == tidy(plain)
    assert seen(seen(told)) == seen(told)
    assert line(line(told)) == line(told)
    assert "\n" not in line(told)


@pytest.mark.parametrize(
    "told",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # a joiner within a Persian word
        "\U0001f469\u200d\U0001f4bb",  # one within an emoji
        "\ufa19\u8c37",  # an ideograph of a name that NFC would take for another
        "\u2126 and \u03c9",  # which may be composed, and are
    ],
)
def test_what_changes_what_people_see_stays(told: str) -> None:
    assert tidy(told) == told.replace("\u2126", "\u03a9")


def test_two_texts_that_people_tell_apart_are_two() -> None:
    assert len({tidy(each) for each in ("Zoe", "Zoë", "zoë", "Z\u043e\u0451", "Zo e\u0308", "\uff3aoë")}) == 6


@given(TEXTS)
def test_what_the_store_can_keep_of_a_text_is_all_it_keeps_of_it(told: str) -> None:
    kept = without_beyond(told)
    assert not damaged_by_store(kept)
    assert without_beyond(kept) == kept
    assert all_it_keeps(told, kept) is damaged_by_store(told) is bool(beyond(told))
    assert not all_it_keeps(told, f"{kept}, and more")
