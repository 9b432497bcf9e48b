"""How SKUs and names are compared."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.mapping.keys import alike, folded, spellings, written


@given(st.text(max_size=12))
def test_spellings_of_one_text_are_one(text: str) -> None:
    assert all(written(each) == written(text) and alike(each) == alike(text) for each in spellings(text))
    assert written(written(text)) == written(text)
    assert spellings(text)[0] == text


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=12))
def test_plain_text_has_one_spelling_and_only_case_and_blanks_do_not_count(text: str) -> None:
    assert spellings(text) == (text,)
    assert alike(text) == " ".join(text.split()).casefold()


def test_what_nobody_sees_does_not_count_and_what_looks_different_does() -> None:
    assert written("\ufeff L\u00a0\u200b 0 ") == "L 0"
    assert written("\u200b\u2060") == ""
    assert written("\uff21") != written("A")
    assert alike("\uff21") == alike("a")
    assert spellings("\u00e9") == ("\u00e9", unicodedata.normalize("NFD", "\u00e9"))


@given(st.text(max_size=12))
def test_addresses_and_names_are_compared_as_they_are_seen(text: str) -> None:
    assert all(folded(each) == folded(text) for each in spellings(text))
    assert folded(f"\u202a{text}\u200e ") == folded(text)


def test_capitals_make_no_other_address_and_letters_do() -> None:
    assert folded("Zoe\u0308@Example.com") == folded("zoë@example.com")
    assert folded("zoe@example.com") != folded("zoë@example.com")
