"""Every shape of a product, every owner, every direction: planned, and judged by a table written by hand.

The tables follow the rules of the house, not the code: the owner's value counts;
what somebody typed is written down before it is overwritten; a change of one
side alone is nobody's conflict; clocks decide only where the merchant wants it.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from itertools import product

import pytest

from cscart_zoho.mapping.choices import Owner
from cscart_zoho.records import Direction, Side, Value
from cscart_zoho.sync.pairing import Pairing
from cscart_zoho.sync.pairs import Pair
from cscart_zoho.sync.plan import Kind, Plan, Planner, State
from tests.unit.products import HOUR, NOON, choices, link, owned_by, planner, seen

#: base of the store, base of Zoho, the store now, Zoho now.
#: B as it was, N the same new value, C the store's new value, Z Zoho's new value, F Zoho's own form of B, - unknown.
SHAPES = {
    "nothing has changed": "BBBB",
    "changed in the store": "BBCB",
    "changed in Zoho": "BBBZ",
    "the same change on both sides": "BBNN",
    "different changes": "BBCZ",
    "no base, equal": "--BB",
    "no base, different": "--CZ",
    "Zoho keeps its own form": "BFBF",
    "own form, changed in the store": "BFCF",
    "own form, changed in Zoho": "BFBZ",
    "own form, different changes": "BFCZ",
    "the store's half of the base is unknown": "-FBF",
    "Zoho's half of the base is unknown": "B-BF",
}

#: Who owns the field, and which side was changed last where that counts.
COLUMNS = ("cscart", "zoho", "newest: store", "newest: zoho", "newest: unknown", "ask")

#: = they agree   . nothing at all   > Zoho gets the store's value   < the store gets Zoho's
#: ! and what is overwritten is written down   ? a person has to decide   x the direction forbids it
OUTCOMES = {
    # shape                                     cscart zoho N:store N:zoho N:? ask
    "nothing has changed": "=  =  =  =  =  =",
    "changed in the store": ">  <! >  >  >  >",
    "changed in Zoho": ">! <  <  <  <  <",
    "the same change on both sides": "=  =  =  =  =  =",
    "different changes": ">! <! >! <! ?  ?",
    "no base, equal": "=  =  =  =  =  =",
    "no base, different": ">! <! >! <! ?  ?",
    "Zoho keeps its own form": ".  .  .  .  .  .",
    "own form, changed in the store": ">  <! >  >  >  >",
    "own form, changed in Zoho": ">! <  <  <  <  <",
    "own form, different changes": ">! <! >! <! ?  ?",
    "the store's half of the base is unknown": ">  <! >  >  >  >",
    "Zoho's half of the base is unknown": ">! <  <  <  <  <",
}

#: What each letter is for each field. All of it fits both sides.
LETTERS: Mapping[str, Mapping[str, Value]] = {
    "sku": {"B": "L-1", "N": "L-2", "C": "L-3", "Z": "L-4", "F": "l-1"},
    "name": {"B": "Lamp", "N": "Light", "C": "Lantern", "Z": "Torch", "F": "LAMP"},
    "price": {letter: Decimal(n) for n, letter in enumerate("BNCZF", 10)},
}
FIELDS = tuple(LETTERS)

CLOCKS: Mapping[str, tuple[datetime | None, datetime | None]] = {
    "newest: store": (NOON + HOUR, NOON),
    "newest: zoho": (NOON, NOON + HOUR),
    "newest: unknown": (NOON, NOON),
}

Shapes = tuple[str, ...]


def outcome(shape: str, column: str, direction: Direction) -> str:
    """The table's word, after the direction has had its say."""
    word = OUTCOMES[shape].split()[COLUMNS.index(column)]
    forbidden = {Direction.TO_ZOHO: "<", Direction.TO_CSCART: ">"}.get(direction)
    return "x" if word[0] == forbidden else word


def pair_of(shapes: Shapes, column: str) -> Pair:
    """A linked pair whose fields have these shapes."""
    parts: tuple[dict[str, Value], ...] = ({}, {}, {}, {})
    for field, shape in zip(FIELDS, shapes, strict=True):
        for part, letter in zip(parts, SHAPES[shape], strict=True):
            if letter != "-":
                part[field] = LETTERS[field][letter]
    base_cscart, base_zoho, cscart, zoho = parts
    store_time, zoho_time = CLOCKS.get(column, (None, None))
    return Pair(
        seen(Side.CSCART, cscart, modified_at=store_time),
        seen(Side.ZOHO, zoho, modified_at=zoho_time),
        link(base_cscart, base_zoho),
    )


def planner_of(columns: Shapes, direction: Direction) -> Planner:
    owned = {field: Owner(column.partition(":")[0]) for field, column in zip(FIELDS, columns, strict=True)}
    return planner(choices(owners=owned_by(Owner.NOBODY) | owned), direction=direction)


def judge(shapes: Shapes, columns: Shapes, direction: Direction, column: str) -> None:
    """Plan one state and compare all of the plan with the table."""
    pair, planner = pair_of(shapes, column), planner_of(columns, direction)
    plan = planner.plan(pair)
    words = {
        field: outcome(shape, owner, direction) for field, shape, owner in zip(FIELDS, shapes, columns, strict=True)
    }
    assert writes_of(plan) == expected_writes(pair, words)
    assert rows_of(planner, pair) == expected_rows(pair, words)
    assert agreed_of(plan) == expected_agreement(pair, words)
    undecided = [field for field, word in words.items() if word == "?"]
    left = "x" in words.values()  # it differs, and this direction may not write it: the badge stays what it was
    assert plan.state is (State.CONFLICT if undecided else None if left else State.SYNCED)
    conflicts = [action for action in plan.actions if action.kind is Kind.CONFLICT]
    assert len(conflicts) == bool(undecided)
    named = [planner.record_map.label(field) for field in undecided]
    assert all(name in action.reason for action in conflicts for name in named)
    assert {action.kind for action in plan.actions} <= {Kind.UPDATE, Kind.CONFLICT}


def writes_of(plan: Plan) -> dict[Side | None, Mapping[str, tuple[Value, Value]]]:
    return {action.target: action.changes for action in plan.actions if action.kind is Kind.UPDATE}


def expected_writes(pair: Pair, words: Mapping[str, str]) -> dict[Side | None, Mapping[str, tuple[Value, Value]]]:
    assert pair.cscart is not None
    assert pair.zoho is not None
    store, zoho = pair.cscart.values, pair.zoho.values
    to_zoho = {f: (zoho[f], store[f]) for f, word in words.items() if word[0] == ">"}
    to_store = {f: (store[f], zoho[f]) for f, word in words.items() if word[0] == "<"}
    return {side: changes for side, changes in ((Side.ZOHO, to_zoho), (Side.CSCART, to_store)) if changes}


def rows_of(planner: Planner, pair: Pair) -> set[tuple[str, Value, Value, Side | None]]:
    """The rows of the conflicts page that this merge asks for."""
    assert pair.cscart is not None
    assert pair.zoho is not None
    merged = planner.merge(pair, pair.cscart.values, pair.zoho.values)
    return {(d.field, d.cscart, d.zoho, d.winner) for d in merged.differences}


def expected_rows(pair: Pair, words: Mapping[str, str]) -> set[tuple[str, Value, Value, Side | None]]:
    assert pair.cscart is not None
    assert pair.zoho is not None
    winners = {">!": Side.CSCART, "<!": Side.ZOHO, "?": None}
    store, zoho = pair.cscart.values, pair.zoho.values
    return {(f, store[f], zoho[f], winners[word]) for f, word in words.items() if word in winners}


def agreed_of(plan: Plan) -> tuple[Mapping[str, Value], Mapping[str, Value]] | None:
    return (plan.agreed.cscart, plan.agreed.zoho) if plan.agreed else None


def expected_agreement(pair: Pair, words: Mapping[str, str]) -> tuple[Mapping[str, Value], Mapping[str, Value]] | None:
    """Both halves of what is agreed, or None when the base says so already."""
    assert pair.cscart is not None
    assert pair.zoho is not None
    assert pair.link is not None
    equal = [field for field, word in words.items() if word == "="]
    now = tuple({field: row.values[field] for field in equal} for row in (pair.cscart, pair.zoho))
    known = tuple({f: base[f] for f in equal if f in base} for base in (pair.link.base_cscart, pair.link.base_zoho))
    return None if now == known else (now[0], now[1])


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("column", COLUMNS)
def test_every_mix_of_three_shapes_is_planned_as_the_table_says(column: str, direction: Direction) -> None:
    for shapes in product(SHAPES, repeat=len(FIELDS)):
        judge(shapes, (column,) * len(FIELDS), direction, column)


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("clock", CLOCKS)
def test_every_mix_of_owners_is_planned_as_the_table_says(clock: str, direction: Direction) -> None:
    for columns, shape in product(product(("cscart", "zoho", clock, "ask"), repeat=len(FIELDS)), SHAPES):
        judge((shape,) * len(FIELDS), columns, direction, clock)


def test_the_table_is_complete_and_the_states_are_as_many_as_promised() -> None:
    assert set(OUTCOMES) == set(SHAPES)
    assert all(len(words.split()) == len(COLUMNS) for words in OUTCOMES.values())
    assert len(SHAPES) ** len(FIELDS) * len(COLUMNS) * len(Direction) + len(PRESENCE) * len(LONELY) >= 13_500


# What is there at all

ALL: tuple[Direction, ...] = (Direction.BOTH, Direction.TO_ZOHO, Direction.TO_CSCART)

#: presence -> the kinds of action both ways, to Zoho only, to CS-Cart only; the badge in each case
PRESENCE = {
    "only in the store": ("create>", "create>", "", "not_synced"),
    "only in Zoho": ("create<", "", "create<", "not_synced"),
    "only in the store, held by pairing": ("hold", "hold", "hold", "held"),
    "only in Zoho, held by pairing": ("hold", "hold", "hold", "held"),
    "only in the store, unreadable": ("hold", "hold", "hold", "held"),
    "only in the store, deleted": ("", "", "", "gone"),
    "only in Zoho, deleted": ("", "", "", "gone"),
    "only in the store, failed a moment ago": ("", "", "", ""),
    "linked, the store's row unreadable": ("hold", "hold", "hold", "held"),
    "linked, Zoho's row unreadable": ("hold", "hold", "hold", "held"),
    "linked, deleted in the store": ("mark>", "mark>", "", "gone"),
    "linked, deleted in Zoho": ("mark<", "", "mark<", "gone"),
    "linked, deleted on both sides": ("", "", "", "gone"),
    "linked, Zoho's row never seen": ("", "", "", ""),
    "linked, the store's row never seen": ("", "", "", ""),
    "linked, failed a moment ago": ("", "", "", ""),
    "linked, not read again yet": ("", "", "", "not_synced"),
}
KINDS = {
    "create>": (Kind.CREATE, Side.ZOHO),
    "create<": (Kind.CREATE, Side.CSCART),
    "mark>": (Kind.MARK_INACTIVE, Side.ZOHO),
    "mark<": (Kind.MARK_INACTIVE, Side.CSCART),
    "hold": (Kind.HOLD, None),
}


def told_of(presence: str, row: str) -> dict[str, object]:
    """What the ledger knows of one row ("store" or "Zoho") besides its values."""
    mine = row in presence
    return {
        "gone": "on both sides" in presence or ("deleted" in presence and mine),
        "problem": 'The price is "1,50".' if "unreadable" in presence and mine else "",
        "partial": "not read" in presence and row == "Zoho",
        "waits_until": NOON + HOUR if "failed" in presence else None,
    }


def lonely_pair(presence: str, shape: str) -> Pair:
    """A pair of which the presence decides, whatever the fields say."""
    pair = pair_of((shape,) * len(FIELDS), "ask")
    assert pair.cscart is not None
    assert pair.zoho is not None
    status: dict[str, Value] = {"status": "active"}
    store = seen(Side.CSCART, {**pair.cscart.values, **status}, **told_of(presence, "store"))
    zoho = seen(Side.ZOHO, {**pair.zoho.values, **status}, **told_of(presence, "Zoho"))
    without_store = presence.startswith("only in Zoho") or "the store's row never" in presence
    without_zoho = presence.startswith("only in the store") or "Zoho's row never" in presence
    return Pair(
        None if without_store else store,
        None if without_zoho else zoho,
        pair.link if presence.startswith("linked") else None,
    )


#: Every presence is planned in each of these.
LONELY = tuple(product(ALL, SHAPES, COLUMNS))


@pytest.mark.parametrize("presence", PRESENCE)
def test_what_is_there_decides_before_any_field_does(presence: str) -> None:
    pairing = Pairing(held="SKU twice.") if "held by pairing" in presence else None
    *kinds, state = PRESENCE[presence]
    for direction, shape, column in LONELY:
        plan = planner_of((column,) * len(FIELDS), direction).plan(lonely_pair(presence, shape), pairing)
        expected = [KINDS[kind] for kind in kinds[ALL.index(direction)].split()]
        assert [(action.kind, action.target) for action in plan.actions] == expected
        assert (plan.state or "") == state


@pytest.mark.parametrize("direction", ALL)
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("shape", ["no base, equal", "no base, different"])
def test_two_rows_of_the_same_sku_are_linked_first_and_then_merged_without_a_base(
    shape: str, column: str, direction: Direction
) -> None:
    linked = pair_of((shape,) * len(FIELDS), column)
    plan = planner_of((column,) * len(FIELDS), direction).plan(Pair(linked.cscart, linked.zoho))
    expected = {"=": [], ".": [], "x": [], "?": [Kind.CONFLICT]}.get(outcome(shape, column, direction), [Kind.UPDATE])
    assert [action.kind for action in plan.actions] == [Kind.LINK, *expected]
    assert (plan.agreed is not None) is (shape == "no base, equal")
