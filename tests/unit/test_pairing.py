"""First contact: which rows are the same thing."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.records import Side
from cscart_zoho.sync.pairing import Candidate, Pairing, pair_row


def in_store(id: str, key: str, *, linked: bool = False) -> Candidate:
    return Candidate(Side.CSCART, id, key, linked)


def in_zoho(id: str, key: str, *, linked: bool = False) -> Candidate:
    return Candidate(Side.ZOHO, id, key, linked)


def test_the_same_sku_makes_a_pair() -> None:
    here, there = in_store("1", "A-1"), in_zoho("9", "A-1")
    assert pair_row(here, [here, there]) == Pairing(partner="9")
    assert pair_row(there, [here, there]) == Pairing(partner="1")


def test_what_is_at_its_end_stands_back_for_what_took_its_place() -> None:
    here, void = in_store("1", "CS-1"), Candidate(Side.ZOHO, "8", "CS-1", ended=True)
    anew = in_zoho("9", "CS-1")
    assert pair_row(here, [here, void, anew]) == Pairing(partner="9")
    assert pair_row(anew, [here, void, anew]) == Pairing(partner="1")
    assert pair_row(void, [here, void, anew]) == Pairing()
    alone = [here, void]
    assert (pair_row(here, alone), pair_row(void, alone)) == (Pairing(partner="8"), Pairing(partner="1"))
    twice = [here, void, Candidate(Side.ZOHO, "9", "CS-1", ended=True)]
    assert (pair_row(here, twice), pair_row(void, twice)) == (Pairing(partner="9"), Pairing())


def test_a_sku_that_nobody_shares_pairs_with_nobody() -> None:
    alone = in_store("1", "A-1")
    assert pair_row(alone, [alone]) == Pairing()
    assert pair_row(alone, []) == Pairing()


@pytest.mark.parametrize("key", ["", " ", "\t"])
def test_a_product_without_a_sku_is_held_and_never_paired(key: str) -> None:
    here, there = in_store("1", key), in_zoho("9", key)
    paired = pair_row(here, [here, there])
    assert paired.partner == ""
    assert paired.held.startswith("It has no SKU.")


def test_a_sku_that_is_used_twice_here_is_held_and_names_the_other() -> None:
    one, two, there = in_store("1", "A-1"), in_store("2", "A-1"), in_zoho("9", "A-1")
    paired = pair_row(one, [one, two, there])
    assert paired.held == 'SKU "A-1" is also used by CS-Cart 2. Make the SKUs different.'
    assert pair_row(two, [one, two, there]).held
    assert pair_row(there, [one, two, there]).held.startswith('SKU "A-1" is used more than once, by CS-Cart 1, 2.')


def test_a_double_is_held_even_when_the_other_one_is_linked() -> None:
    linked, late, there = in_store("1", "A-1", linked=True), in_store("2", "A-1"), in_zoho("9", "A-1", linked=True)
    assert "CS-Cart 1" in pair_row(late, [linked, late, there]).held


def test_a_sku_that_differs_only_in_case_on_one_side_is_held() -> None:
    upper, lower, there = in_store("1", "A-1"), in_store("2", "a-1"), in_zoho("9", "A-1")
    paired = pair_row(upper, [upper, lower, there])
    assert paired.held == (
        'SKU "A-1" differs only in upper and lower case from CS-Cart 2. Make it clear which is which.'
    )


def test_a_sku_that_differs_only_in_case_between_the_sides_is_never_paired() -> None:
    here, there = in_store("1", "A-1"), in_zoho("9", "a-1")
    for row, other in ((here, there), (there, here)):
        paired = pair_row(row, [here, there])
        assert paired.partner == ""
        assert f'"{other.key}" ({other.id})' in paired.held
        assert "upper and lower case" in paired.held


def test_a_partner_that_has_another_one_already_is_not_taken_away() -> None:
    late, taken = in_store("2", "A-1"), in_zoho("9", "A-1", linked=True)
    assert pair_row(late, [late, taken]).held == ('SKU "A-1" belongs to Zoho 9, which is linked already.')


def test_only_some_of_many_doubles_are_named_in_the_order_of_their_ids() -> None:
    rows = [in_store(str(n), "A-1") for n in (100, 20, 3, 11, 2, 1, 30, 7)]
    held = pair_row(rows[5], rows).held
    assert "CS-Cart 2, 3, 7, 11, 20." in held


keys = st.sampled_from(["", "A-1", "a-1", "B-2", "b-2", "C-3"])
shops = st.tuples(st.lists(keys, max_size=6), st.lists(keys, max_size=6))


def decided(shop: tuple[list[str], list[str]]) -> dict[Candidate, Pairing]:
    """Every row of both sides with what became of it."""
    rows = [in_store(str(n), key) for n, key in enumerate(shop[0], 1)]
    rows += [in_zoho(str(n), key) for n, key in enumerate(shop[1], 1)]
    alike: dict[str, list[Candidate]] = defaultdict(list)
    for row in rows:
        alike[row.key.casefold()].append(row)
    return {row: pair_row(row, alike[row.key.casefold()]) for row in rows}


@given(shops)
def test_partners_name_each_other_and_have_exactly_the_same_sku(shop: tuple[list[str], list[str]]) -> None:
    outcome = decided(shop)
    for row, pairing in outcome.items():
        if pairing.partner:
            other = Candidate(row.side.other, pairing.partner, row.key)
            assert outcome[other] == Pairing(partner=row.id)


@given(shops)
def test_a_row_is_paired_exactly_when_its_sku_is_once_on_each_side_and_nowhere_in_another_case(
    shop: tuple[list[str], list[str]],
) -> None:
    for row, pairing in decided(shop).items():
        once_each = all(side.count(row.key) == 1 for side in shop)
        alike = sum(key.casefold() == row.key.casefold() for side in shop for key in side)
        assert bool(pairing.partner) is (bool(row.key) and once_each and alike == 2)
        assert not (pairing.partner and pairing.held)


@given(shops)
def test_a_row_may_be_made_anew_only_when_nothing_on_either_side_is_alike(
    shop: tuple[list[str], list[str]],
) -> None:
    for row, pairing in decided(shop).items():
        alike = sum(key.casefold() == row.key.casefold() for side in shop for key in side)
        assert (pairing == Pairing()) is (bool(row.key) and alike == 1)


def test_a_row_of_this_name_without_a_key_is_no_partner_and_in_the_way() -> None:
    here, nameless = in_store("1", "A-1"), in_zoho("9", "")
    assert pair_row(here, [here, nameless]).held == (
        "Zoho has an item of this name without SKU. If it is this one, give it the SKU A-1; else rename one."
    )
    assert pair_row(here, [here, in_zoho("8", "A-1"), nameless]) == Pairing(partner="8")
    assert pair_row(in_zoho("9", "A-1"), [in_store("1", "\u200b")]).held.startswith("CS-Cart has a product of this")


@pytest.mark.parametrize(("one", "other"), [("Caf\u00e9", "Cafe\u0301"), ("A\u00a01", "A 1"), ("A-1", "A-1\u200b")])
def test_spellings_that_look_alike_are_one_key(one: str, other: str) -> None:
    here, there = in_store("1", one), in_zoho("9", other)
    assert pair_row(here, [here, there]) == Pairing(partner="9")
    assert "also used by" in pair_row(here, [here, in_store("2", other)]).held


def test_a_key_of_another_width_is_held_with_both_spellings() -> None:
    here, there = in_store("1", "A-1"), in_zoho("9", "\uff21-1")
    assert pair_row(here, [here, there]).held == (
        'SKU "A-1" and Zoho\'s "\uff21-1" (9) differ only in how it is written. Write them alike if they are the same.'
    )
