"""What one store calls its countries and states."""

import pycountry
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.mapping import places
from cscart_zoho.mapping.store_places import Place, StorePlaces

COUNTRIES = ("US", "IN", "GB", "ES", "IT", "BR", "BD", "RU")
ISO = [
    (each.country_code, each.code.partition("-")[2], places.state_name(each.code)) for each in pycountry.subdivisions
]
OWN = [("GB", "GLAS", "Glasgow"), ("IT", "BZ", "Bolzano (Bozen)"), ("IN", "OR", "Orissa"), ("IN", "CT", "Chhattisgarh")]
OWN += [("US", "CA", "Kalifornien"), ("ES", "X 1", "Nowhere"), ("BR", "sp", "SAO PAULO")]


@st.composite
def told(draw: st.DrawFn) -> list[Place]:
    """States that a store has: with ISO's codes, with codes that were given up, with codes and names of its own."""
    rows = draw(st.lists(st.sampled_from([*OWN, *(row for row in ISO if row[0] in COUNTRIES)]), max_size=8))
    own = draw(st.sets(st.sampled_from(rows))) if rows else set()
    return [Place(country, f"Z{code}" if (country, code, name) in own else code, name) for country, code, name in rows]


WRITTEN = sorted({word for row in (*OWN, *ISO) for word in row[1:] if row[0] in COUNTRIES})


@given(told(), st.sampled_from(COUNTRIES), st.sampled_from(WRITTEN))
def test_a_state_has_one_form(rows: list[Place], country: str, written: str) -> None:
    """However it is written: asking again gives the same, and so does what each side is told."""
    known = StorePlaces(rows)
    state = known.state(country, written)
    assert known.state(country, state) == state
    assert known.same_state(state, state)
    assert known.same_state(state, known.state(country, known.state_in_store(state, country)))
    assert known.same_state(state, known.state(country, known.state_name(state)))


@given(told())
def test_what_a_store_keeps_is_left_as_it_is(rows: list[Place]) -> None:
    """The code of its own that comes back stands for the same state."""
    known = StorePlaces(rows)
    for row in rows:
        state = known.state(row.country, row.code)
        assert known.state(row.country, known.state_in_store(state, row.country)) == state


def test_news_are_told_once() -> None:
    known = StorePlaces([Place("IN", "MH", "Maharashtra")])
    assert known.learn([Place("IN", "MH", "Maharashtra"), Place("IN", "", "India")]) == [Place("IN", "", "India")]
    assert known.learn([Place("IN", "", "India")]) == []


def test_a_code_that_stands_for_another_state_than_that_of_iso() -> None:
    """Its name says which: in a store with old lists "UT" of India is not what ISO calls so."""
    known = StorePlaces([Place("US", "CA", "Georgia"), Place("US", "CL", "California")])
    assert known.state("US", "CA") == "US-GA"
    assert known.state("US", "California") == "US-CA"
    assert known.state_in_store("US-CA") == "CL"


def test_names_in_the_stores_own_language() -> None:
    known = StorePlaces([Place("US", "CA", "Kalifornien")])
    assert known.state("US", "Kalifornien") == known.state("US", "California") == "US-CA"
    assert known.state_name("US-CA") == "Kalifornien"


def test_two_states_of_iso_are_two() -> None:
    known = StorePlaces()
    assert not known.same_state("ES-M", "ES-MD")
    assert known.same_state("US-NY", "NY")
    assert known.same_state("US-NY", "new york")
    assert not known.same_state("US-NY", "US-CA")


def test_a_country_that_only_the_store_knows() -> None:
    known = StorePlaces([Place("XK", "", "Kosovo")])
    assert known.country("kosovo") == "XK"
    assert known.country_name("XK") == "Kosovo"
    assert known.has_country("XK")
    assert not StorePlaces().has_country("XK")


def test_names_as_people_write_them() -> None:
    """No mark that only ISO writes, no comma; what is told apart by its code stays so."""
    names = {"IN-MH": "Maharashtra", "IN-CG": "Chhattisgarh", "GB-BST": "Bristol", "BD-13": "Dhaka (13)"}
    assert {code: places.state_name(code) for code in names} == names
