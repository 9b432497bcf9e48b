"""The brakes."""

import pytest

from cscart_zoho.errors import Braked
from cscart_zoho.mapping.record_map import Rules
from cscart_zoho.records import Side
from cscart_zoho.sync.guard import Extent, Partners, check_made, check_partners, check_plan, check_scan


def brakes(linked: int, changed: int, *, percent: int = 30, minimum: int = 25, side: Side = Side.ZOHO) -> bool:
    try:
        check_plan(Extent(linked, {side: changed}), Rules(brake_percent=percent, brake_minimum=minimum))
    except Braked:
        return True
    return False


@pytest.mark.parametrize(
    ("linked", "changed", "braked"),
    [
        (0, 0, False),
        (100, 30, False),
        (100, 31, True),
        (1_000, 300, False),
        (1_000, 301, True),
        (3, 3, False),
        (25, 25, False),
        (26, 26, True),
        (0, 26, True),
    ],
)
def test_more_than_the_allowed_share_brakes_unless_it_is_few(linked: int, changed: int, braked: bool) -> None:
    assert brakes(linked, changed) is braked


def test_all_of_the_links_may_change_when_settings_allow_it() -> None:
    assert not brakes(1_000, 1_000, percent=100)
    assert brakes(1_000, 11, percent=1, minimum=0)
    assert not brakes(1_000, 10, percent=1, minimum=0)


@pytest.mark.parametrize("side", Side)
def test_the_brake_names_the_side_and_the_figures(side: Side) -> None:
    with pytest.raises(Braked) as caught:
        check_plan(Extent(4_000, {side.other: 10, side: 1_201}), Rules())
    sentence = caught.value.for_people()
    assert "1,201 of 4,000" in sentence
    assert side.title in sentence
    assert "30 percent" in sentence
    assert "brake released" in sentence


def test_each_side_is_measured_alone() -> None:
    check_plan(Extent(100, {Side.CSCART: 30, Side.ZOHO: 30}), Rules())


@pytest.mark.parametrize(
    ("seen", "known", "braked"),
    [(0, 0, False), (0, 9, False), (0, 10, True), (4, 10, True), (5, 10, False), (49, 100, True), (200, 100, False)],
)
def test_a_list_that_lost_more_than_half_brakes(seen: int, known: int, braked: bool) -> None:
    if not braked:
        check_scan(Side.CSCART, Rules(), seen=seen, known=known)
        return
    with pytest.raises(Braked) as caught:
        check_scan(Side.CSCART, Rules(), seen=seen, known=known)
    assert f"{seen} products" in str(caught.value)
    assert f"{known} were known" in str(caught.value)
    assert "nothing is taken for deleted" in str(caught.value)


@pytest.mark.parametrize(
    ("living", "gone", "vanished"),
    [(0, 0, False), (0, 2, False), (0, 3, True), (3, 3, False), (3, 4, True), (100, 50, False), (49, 51, True)],
)
def test_more_than_half_and_three_at_least_have_vanished_by_the_whole(living: int, gone: int, vanished: bool) -> None:
    assert Partners(living, gone).vanished is vanished


def test_what_vanished_where_nothing_would_be_switched_off_brakes_nothing() -> None:
    gone = Partners(0, 60)
    with pytest.raises(Braked, match="60 of 60 linked products") as caught:
        check_partners(Side.ZOHO, Rules(), gone, "It is connected to Example Ltd.")
    assert "It is connected to Example Ltd." in str(caught.value)
    check_partners(Side.ZOHO, Rules(mark_inactive=frozenset()), gone)
    check_partners(Side.ZOHO, Rules(mark_inactive=frozenset({Side.ZOHO})), gone)


def test_the_brake_tells_how_many_would_be_switched_off() -> None:
    with pytest.raises(Braked, match="27 products of them would be switched off there"):
        check_plan(Extent(60, {Side.CSCART: 30}, {Side.CSCART: 27}), Rules())


@pytest.mark.parametrize(("linked", "told"), [(0, "none is"), (1, "1 is"), (20, "20 are")])
def test_at_first_contact_more_are_changed_than_are_linked(linked: int, told: str) -> None:
    with pytest.raises(
        Braked, match=f"would change 60 products in Zoho, where {told} linked so far: more than the 30 "
    ):
        check_plan(Extent(linked, {Side.ZOHO: 60}), Rules())


@pytest.mark.parametrize(
    ("linked", "made", "stops"),
    [(0, 100, False), (0, 101, True), (50, 101, True), (1000, 300, False), (1000, 301, True), (10, 5, False)],
)
def test_many_new_records_stop_a_run(linked: int, made: int, stops: bool) -> None:
    rules = Rules(brake_percent=30, brake_new=100)
    if not stops:
        check_made(Extent(linked, {}, made={Side.CSCART: made}), rules)
        return
    with pytest.raises(Braked, match=f"would make {made:,} new products in CS-Cart: more than the 100"):
        check_made(Extent(linked, {}, made={Side.CSCART: made}), rules)
