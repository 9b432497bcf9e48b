"""Laws of the three-way merge, whatever the values are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.mapping.choices import LongNames, Owner
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.records import Direction, Side, Value, digest, digest_value, fingerprint
from cscart_zoho.sync.merge import Halves, Merged, merge
from cscart_zoho.sync.pairs import OpenConflict
from tests.unit.products import HOUR, NOON, choices, owned_by

LONG = "A text of some length. " * 20

#: For each field values that are equal, nearly equal, empty, different and unfit.
POOLS: Mapping[str, tuple[Value, ...]] = {
    "name": ("Lamp", " Lamp", "Lantern", "n" * 120, "n" * 99 + "…", "n" * 300, "", None),
    "sku": ("L-1", "L-2", "s" * 70, "", None),
    "price": (*map(Decimal, ("1", "1.00", "1.004", "1.005", "2.5", "0", "-1")), None),
    "list_price": (Decimal(1), Decimal(0), Decimal("1E+12"), None),
    "status": ("active", "inactive"),
    "taxable": (True, False, None),
    "tax": ("6", "7", "Z-1", "Z-2", "Z-9", "", None),
    "full_description": (LONG, fingerprint(LONG), "Short.", fingerprint("Short."), "", None),
    "weight": (Decimal("0.5"), Decimal("0.5004"), Decimal(3), None),
}
TAXES = {"6": "Z-1", "7": "Z-2"}
MOMENTS = (None, NOON, NOON + HOUR)

rows = st.fixed_dictionaries({}, optional={name: st.sampled_from(pool) for name, pool in POOLS.items()})
owners = st.fixed_dictionaries({name: st.sampled_from(Owner) for name in POOLS})


@dataclass(frozen=True)
class Case:
    """Everything that a merge rests on."""

    product_map: ProductMap
    halves: Halves
    direction: Direction = Direction.BOTH
    winner: Side | None = None
    conflicts: Mapping[str, OpenConflict] | None = None

    def merged(self, halves: Halves | None = None) -> Merged:
        return merge(
            self.product_map,
            halves or self.halves,
            direction=self.direction,
            winner=self.winner,
            conflicts=self.conflicts,
        )


@st.composite
def cases(draw: st.DrawFn, *, answers: bool = True) -> Case:
    long_names = draw(st.sampled_from(LongNames))
    cscart, zoho = draw(rows), draw(rows)
    halves = Halves(
        cscart,
        zoho,
        digest(draw(rows | st.just(cscart))),
        digest(draw(rows | st.just(zoho))),
        draw(st.sampled_from(MOMENTS)),
        draw(st.sampled_from(MOMENTS)),
    )
    answered = st.sampled_from([None, *Side]) if answers else st.none()
    conflicts = draw(st.dictionaries(st.sampled_from(sorted(POOLS)), answered, max_size=3))
    return Case(
        ProductMap(choices(owners=draw(owners), long_names=long_names, taxes=TAXES), 2, draw(st.sampled_from([2, 3]))),
        halves,
        draw(st.sampled_from(Direction)),
        draw(answered),
        {name: OpenConflict(name, answer=answer) for name, answer in conflicts.items()},
    )


def carried_out(halves: Halves, merged: Merged) -> Halves:
    """Both sides and both halves of the base once every write has arrived and every agreement is noted."""
    values = {side: dict(halves.of(side)) for side in Side}
    bases = {Side.CSCART: dict(halves.base_cscart), Side.ZOHO: dict(halves.base_zoho)}
    for target, writes in merged.writes.items():
        for name, (_, after) in writes.items():
            values[target][name] = after
    settled = {name for writes in merged.writes.values() for name in writes} | set(merged.agreed)
    for side in Side:
        for name in settled:
            bases[side][name] = digest_value(name, values[side][name])
    return Halves(
        values[Side.CSCART],
        values[Side.ZOHO],
        bases[Side.CSCART],
        bases[Side.ZOHO],
        halves.cscart_modified_at,
        halves.zoho_modified_at,
    )


def nothing_written(merged: Merged) -> bool:
    return not any(merged.writes.values())


@given(cases())
def test_a_second_merge_after_the_writes_of_the_first_writes_nothing(case: Case) -> None:
    after = carried_out(case.halves, case.merged())
    assert nothing_written(case.merged(after))


@given(cases())
def test_a_second_merge_has_the_same_open_differences_and_no_new_ones(case: Case) -> None:
    first = case.merged()
    second = case.merged(carried_out(case.halves, first))
    assert second.undecided == first.undecided
    assert second.differences == first.undecided


@given(cases(answers=False))
def test_nobody_has_changed_anything_so_nothing_happens(case: Case) -> None:
    halves = case.halves
    idle = Halves(halves.cscart, halves.zoho, digest(halves.cscart), digest(halves.zoho), NOON, NOON + HOUR)
    merged = case.merged(idle)
    assert nothing_written(merged)
    assert merged.differences == []
    assert merged.unfit == []


@given(cases())
def test_a_merge_never_writes_where_the_direction_forbids_it(case: Case) -> None:
    merged = case.merged()
    for target in Side:
        assert case.direction.allows(target) or not merged.writes[target]


@given(cases())
def test_a_field_is_written_on_one_side_at_most_and_holds_what_is_there_and_what_it_gets(case: Case) -> None:
    merged = case.merged()
    assert not set(merged.writes[Side.CSCART]) & set(merged.writes[Side.ZOHO])
    for target, writes in merged.writes.items():
        for name, (before, after) in writes.items():
            assert before == case.halves.of(target)[name]
            assert after == case.product_map.project(name, case.halves.of(target.other)[name], target)


@given(cases())
def test_nothing_that_was_typed_vanishes_without_being_written_down(case: Case) -> None:
    halves, merged = case.halves, case.merged()
    told = {(d.field, d.winner): {Side.CSCART: d.cscart, Side.ZOHO: d.zoho} for d in merged.differences}
    bases = {Side.CSCART: halves.base_cscart, Side.ZOHO: halves.base_zoho}
    for target, writes in merged.writes.items():
        for name, (before, _) in writes.items():
            untouched = name in bases[target] and bases[target][name] == digest_value(name, before)
            assert untouched or told[name, target.other][target] == digest_value(name, before)


@given(cases())
def test_every_decided_difference_is_carried_out_by_the_same_merge(case: Case) -> None:
    merged = case.merged()
    for difference in merged.differences:
        if difference.winner is not None:
            assert difference.field in merged.writes[difference.winner.other]


@given(cases())
def test_each_field_that_both_sides_tell_has_one_outcome_only(case: Case) -> None:
    merged = case.merged()
    outcomes = [
        *merged.agreed,
        *merged.untouched,
        *(name for writes in merged.writes.values() for name in writes),
        *(d.field for d in merged.undecided),
        *(error.field for error in merged.unfit),
    ]
    assert len(outcomes) == len(set(outcomes))
    told = set(case.halves.cscart) & set(case.halves.zoho) & set(case.product_map.synced_fields())
    assert set(outcomes) <= told
    if case.direction is Direction.BOTH:
        assert set(outcomes) == told


@given(cases())
def test_differences_hold_no_long_text_but_its_fingerprint(case: Case) -> None:
    for d in case.merged().differences:
        assert [digest_value(d.field, value) for value in (d.cscart, d.zoho, d.base)] == [d.cscart, d.zoho, d.base]


MIRRORED = {Owner.CSCART: Owner.ZOHO, Owner.ZOHO: Owner.CSCART}
TURNED = {Direction.TO_ZOHO: Direction.TO_CSCART, Direction.TO_CSCART: Direction.TO_ZOHO}
#: Fields that both sides hold in the same way.
ALIKE = ("price", "list_price", "status", "taxable", "full_description", "weight")


@given(cases(), st.fixed_dictionaries({name: st.sampled_from(Owner) for name in ALIKE}))
def test_a_merge_seen_in_a_mirror_is_the_same_merge(case: Case, owned: dict[str, Owner]) -> None:
    only = owned_by(Owner.NOBODY)
    halves = case.halves
    straight = Case(
        ProductMap(choices(owners=only | owned)), halves, case.direction, case.winner, conflicts=case.conflicts
    )
    mirror = Case(
        ProductMap(choices(owners=only | {name: MIRRORED.get(owner, owner) for name, owner in owned.items()})),
        Halves(
            halves.zoho,
            halves.cscart,
            halves.base_zoho,
            halves.base_cscart,
            halves.zoho_modified_at,
            halves.cscart_modified_at,
        ),
        TURNED.get(case.direction, case.direction),
        case.winner.other if case.winner else None,
        {
            name: OpenConflict(name, answer=known.answer.other if known.answer else None)
            for name, known in (case.conflicts or {}).items()
        },
    )
    one, other = straight.merged(), mirror.merged()
    assert one.writes[Side.CSCART] == other.writes[Side.ZOHO]
    assert one.writes[Side.ZOHO] == other.writes[Side.CSCART]
    assert one.agreed == other.agreed
    assert {(d.field, d.cscart, d.zoho, d.winner) for d in one.differences} == {
        (d.field, d.zoho, d.cscart, d.winner.other if d.winner else None) for d in other.differences
    }


# Single rules, told by example


def one_field(
    owner: Owner,
    cscart: Value,
    zoho: Value,
    base: Value,
    *,
    field: str = "name",
    later: tuple[datetime | None, datetime | None] = (None, None),
) -> tuple[ProductMap, Halves]:
    halves = Halves({field: cscart}, {field: zoho}, {field: base}, {field: base}, *later)
    return ProductMap(choices(owners=owned_by(owner, field))), halves


def test_an_edit_on_the_side_that_does_not_own_the_field_is_overwritten_and_written_down() -> None:
    merged = merge(*one_field(Owner.CSCART, "Lamp", "Lantern", "Lamp"))
    assert merged.writes[Side.ZOHO] == {"name": ("Lantern", "Lamp")}
    (difference,) = merged.differences
    assert (difference.cscart, difference.zoho, difference.base) == ("Lamp", "Lantern", "Lamp")
    assert (difference.policy, difference.winner) == ("cscart", Side.CSCART)


def test_an_edit_on_the_side_that_owns_the_field_is_no_difference() -> None:
    merged = merge(*one_field(Owner.ZOHO, "Lamp", "Lantern", "Lamp"))
    assert merged.writes[Side.CSCART] == {"name": ("Lamp", "Lantern")}
    assert merged.differences == []


def test_a_field_that_is_nobodys_is_left_alone() -> None:
    merged = merge(*one_field(Owner.NOBODY, "Lamp", "Lantern", "Light"))
    assert merged == Merged()


def test_a_field_that_one_side_does_not_tell_is_left_alone() -> None:
    product_map, halves = one_field(Owner.CSCART, "Lamp", "Lantern", "Light")
    assert merge(product_map, Halves(halves.cscart, {}, halves.base_cscart)) == Merged()


@pytest.mark.parametrize("policy", ["ask", "newest"])
def test_two_edits_that_no_rule_settles_wait_for_a_person(policy: str) -> None:
    merged = merge(*one_field(Owner(policy), "Lamp", "Lantern", "Light", later=(NOON, NOON)))
    (difference,) = merged.undecided
    assert nothing_written(merged)
    assert difference.winner is None
    assert difference.policy == policy


@pytest.mark.parametrize("side", Side)
def test_the_newest_of_two_edits_wins_and_the_other_is_written_down(side: Side) -> None:
    later = (NOON + HOUR, NOON) if side is Side.CSCART else (NOON, NOON + HOUR)
    merged = merge(*one_field(Owner.NEWEST, "Lamp", "Lantern", "Light", later=later))
    assert list(merged.writes[side.other]) == ["name"]
    assert [(d.winner, d.policy) for d in merged.differences] == [(side, "newest")]


def test_a_clock_never_decides_about_a_single_edit() -> None:
    merged = merge(*one_field(Owner.NEWEST, "Lamp", "Lantern", "Lamp", later=(NOON + HOUR, NOON)))
    assert merged.writes[Side.CSCART] == {"name": ("Lamp", "Lantern")}
    assert merged.differences == []


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("owner", [Owner.CSCART, Owner.ZOHO, Owner.NEWEST, Owner.ASK])
def test_a_persons_answer_beats_every_rule_and_is_written_down_as_a_persons(side: Side, owner: Owner) -> None:
    conflict = {"name": OpenConflict("name", "Lamp", "Lantern", answer=side)}
    merged = merge(*one_field(owner, "Lamp", "Lantern", "Light"), conflicts=conflict)
    assert list(merged.writes[side.other]) == ["name"]
    assert [(d.winner, d.policy) for d in merged.differences] == [(side, "person")]


def test_a_winner_asked_for_settles_values_that_nobody_has_touched_since() -> None:
    product_map = ProductMap(choices(owners=owned_by(Owner.ASK, "name")))
    own_forms = Halves({"name": "Lamp"}, {"name": "LAMP"}, {"name": "Lamp"}, {"name": "LAMP"})
    assert merge(product_map, own_forms).untouched == ["name"]
    merged = merge(product_map, own_forms, winner=Side.ZOHO)
    assert merged.writes[Side.CSCART] == {"name": ("Lamp", "LAMP")}


def test_an_unfit_value_is_neither_sent_nor_does_it_lose() -> None:
    merged = merge(*one_field(Owner.CSCART, Decimal(-1), Decimal(3), Decimal(2), field="price"))
    assert nothing_written(merged)
    assert merged.differences == []
    assert [error.field for error in merged.unfit] == ["price"]


def test_a_difference_that_was_open_gets_its_winner_when_one_side_gives_in() -> None:
    known = {"name": OpenConflict("name", "Lamp", "Lantern")}
    merged = merge(*one_field(Owner.ASK, "Lamp", "Light", "Light"), conflicts=known)
    assert merged.writes[Side.ZOHO] == {"name": ("Light", "Lamp")}
    assert [(d.field, d.winner) for d in merged.differences] == [("name", Side.CSCART)]


class OnlyFills(ProductMap):
    """Every field goes only where the other side has nothing."""

    def only_fills(self, field: str) -> bool:
        return True

    def yields(self, field: str, value: Value) -> bool:
        return value is None or value == ""


@given(cases())
def test_what_only_fills_overwrites_nothing_and_asks_nobody(case: Case) -> None:
    known = case.product_map
    filling = OnlyFills(known.choices, known.cscart_places, known.zoho_places)
    merged = replace(case, product_map=filling, conflicts=None).merged()
    assert not merged.differences
    for side, writes in merged.writes.items():
        for name, (before, _) in writes.items():
            assert filling.yields(name, before)
            assert not filling.yields(name, case.halves.of(side.other)[name])
