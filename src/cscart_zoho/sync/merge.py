"""The three-way merge of one record's fields: both sides against what they last agreed on. Pure.

"Changed" is a comparison of contents with the side's own half of the base;
clocks decide nothing, unless the merchant asked for "newest change wins".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.choices import Owner
from cscart_zoho.mapping.record_map import Consent, RecordMap
from cscart_zoho.records import Direction, Side, Value, Values, digest_value
from cscart_zoho.sync.pairs import OpenConflict

#: The policy of a value that takes the place of nothing: no value is lost.
FILLED = "filled"
#: The policy of a value that the other side has nothing for: nothing follows from it.
NOTHING = "nothing"


@dataclass(frozen=True)
class Difference:
    """Two values that cannot both stay. It is written down before anything is overwritten.

    `winner` is None while a person has to decide.
    """

    field: str
    cscart: Value
    zoho: Value
    base: Value
    #: cscart, zoho, newest, ask, person
    policy: str
    winner: Side | None


@dataclass
class Merged:
    """What follows for one pair."""

    #: For each side what has to be written there: field -> (value there now, value it gets).
    writes: dict[Side, dict[str, tuple[Value, Value]]] = field(default_factory=lambda: {Side.CSCART: {}, Side.ZOHO: {}})
    #: Fields on which both sides agree now.
    agreed: list[str] = field(default_factory=list)
    #: Fields that each side keeps in its own form, and that nobody has touched.
    untouched: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    #: Fields that differ and that this run may not write; the next one that may will.
    left: list[str] = field(default_factory=list)
    #: Values that the other side cannot take.
    unfit: list[Unfit] = field(default_factory=list)
    #: Whether some of them were found out only when the other side refused them.
    refused: bool = False
    #: Whether the store's record is active again that we had made inactive because its partner was deleted.
    awake: bool = False
    #: Why Zoho's record has to be made anew: it can never take what the store wants. Then nothing is written to it.
    anew: str = ""

    @property
    def undecided(self) -> list[Difference]:
        return [d for d in self.differences if d.winner is None]


@dataclass(frozen=True)
class Halves:
    """The values to merge: both sides, both halves of the base, and when each side was last changed."""

    cscart: Values
    zoho: Values
    base_cscart: Values = field(default_factory=dict)
    base_zoho: Values = field(default_factory=dict)
    cscart_modified_at: datetime | None = None
    zoho_modified_at: datetime | None = None

    def of(self, side: Side) -> Values:
        return self.cscart if side is Side.CSCART else self.zoho

    def base(self, side: Side) -> Values:
        return self.base_cscart if side is Side.CSCART else self.base_zoho

    def changed(self, side: Side, name: str) -> bool:
        """Whether a side's value is not the one of its half of the base; no base counts as changed."""
        base = self.base(side)
        return name not in base or digest_value(name, self.of(side)[name]) != digest_value(name, base[name])

    @property
    def newest(self) -> Side | None:
        if self.cscart_modified_at is None or self.zoho_modified_at is None:
            return None
        if self.cscart_modified_at == self.zoho_modified_at:
            return None
        return Side.CSCART if self.cscart_modified_at > self.zoho_modified_at else Side.ZOHO


def merge(
    record_map: RecordMap,
    halves: Halves,
    *,
    direction: Direction = Direction.BOTH,
    winner: Side | None = None,
    conflicts: Mapping[str, OpenConflict] | None = None,
) -> Merged:
    """Merge every synced field that both sides tell.

    `winner` settles every difference for one side (a person asked for it).
    """
    merged = Merged()
    for name in record_map.synced_fields():
        if name not in halves.cscart or name not in halves.zoho:
            continue
        if _same(record_map, halves, name):
            merged.agreed.append(name)
            continue
        known = (conflicts or {}).get(name)
        _merge_field(record_map, halves, name, direction, winner, known, merged)
    return merged


def _same(record_map: RecordMap, halves: Halves, name: str) -> bool:
    cscart, zoho = halves.cscart[name], halves.zoho[name]
    first = name not in halves.base_cscart and name not in halves.base_zoho
    return record_map.agree(name, cscart, zoho) or (first and record_map.same_at_first(name, cscart, zoho))


def _merge_field(
    record_map: RecordMap,
    halves: Halves,
    name: str,
    direction: Direction,
    winner: Side | None,
    known: OpenConflict | None,
    merged: Merged,
) -> None:
    changed = {side: _edited(record_map, halves, side, name) for side in Side}
    asked_for = winner or _answered(record_map, halves, name, known)
    if not any(changed.values()) and asked_for is None:
        merged.untouched.append(name)
        return
    if record_map.only_fills(name):
        source, policy = _gap(record_map, halves, name, changed, asked_for), FILLED
        if source is None:
            merged.agreed.append(name)
            return
    else:
        source, policy = _decide(record_map, halves, name, changed, asked_for)
    if source is not None:
        try:
            source, policy = _asked(record_map, halves, name, source, policy)
        except Unfit as error:
            merged.unfit.append(error)
            return
        if policy == NOTHING:
            merged.agreed.append(name)
            return
    if source is not None and not record_map.may_write(name, source.other, halves.of(source.other)[name]):
        try:
            record_map.check_waits(name, source.other, halves.of(source)[name])
            # Whom a person has let win cannot be written there: the question is answered, and both keep what they have.
            (merged.agreed if known is not None and policy == "person" else merged.untouched).append(name)
        except Unfit as error:
            merged.unfit.append(error)
        return
    if source is not None and not direction.allows(source.other):
        merged.left.append(name)
        return
    overwritten = source is None or known is not None or (changed[source.other] and policy != FILLED)
    if overwritten:
        merged.differences.append(_difference(halves, name, policy, source))
    if source is not None:
        _write(record_map, halves, name, source, merged)


def _gap(
    record_map: RecordMap, halves: Halves, name: str, changed: Mapping[Side, bool], asked_for: Side | None
) -> Side | None:
    """The side that fills the other one with a field which only goes where there is nothing. None: both keep what is.

    What a person has emptied stays empty until the other side has news, unless a person or the owner wants it filled.
    """
    empty = {side for side in Side if record_map.yields(name, halves.of(side)[name])}
    if len(empty) != 1:
        return None
    (lacking,) = empty
    filled, base = lacking.other, halves.base(lacking)
    emptied = name in base and not record_map.yields(name, base[name])
    wanted = changed[filled] or asked_for is filled or record_map.owner(name) == filled.value
    return None if emptied and not wanted else filled


def _answered(record_map: RecordMap, halves: Halves, name: str, known: OpenConflict | None) -> Side | None:
    """The side that a person has said counts, as long as both sides have what that person was shown."""
    if known is None or known.answer is None:
        return None
    shown = {Side.CSCART: known.cscart, Side.ZOHO: known.zoho}
    for side, before in shown.items():
        now = digest_value(name, halves.of(side)[name])
        if now != before and record_map.is_edit(name, side, before, now):
            return None
    return known.answer


def _edited(record_map: RecordMap, halves: Halves, side: Side, name: str) -> bool:
    """Whether a side has changed a field, and the other could tell."""
    base = halves.base(side)
    if not halves.changed(side, name):
        return False
    return name not in base or record_map.is_edit(name, side, base[name], halves.of(side)[name])


def _decide(
    record_map: RecordMap, halves: Halves, name: str, changed: Mapping[Side, bool], asked_for: Side | None
) -> tuple[Side | None, str]:
    """The side whose value counts, and by which rule. None = a person decides."""
    if asked_for is not None:
        return asked_for, "person"
    filling = _filling(record_map, halves, name)
    if filling is not None:
        return filling, FILLED
    owner = record_map.owner(name)
    if owner in (Owner.CSCART, Owner.ZOHO):
        return Side(owner.value), owner.value
    if not all(changed.values()):
        return (Side.CSCART if changed[Side.CSCART] else Side.ZOHO), owner.value
    if owner is Owner.NEWEST:
        return halves.newest, owner.value
    return None, Owner.ASK.value


def _asked(record_map: RecordMap, halves: Halves, name: str, source: Side, policy: str) -> tuple[Side | None, str]:
    """The decision, or a person's where the map does not let this value go over by itself. Raises `Unfit`."""
    consent = record_map.consent(name, source, halves.cscart, halves.zoho)
    if consent is Consent.NOTHING:
        return source, NOTHING
    return (None, Owner.ASK.value) if consent is Consent.ASK and policy != "person" else (source, policy)


def _filling(record_map: RecordMap, halves: Halves, name: str) -> Side | None:
    """The side that has a value where, at first contact, the other has none."""
    if name in halves.base_cscart and name in halves.base_zoho:
        return None
    empty = {side: record_map.yields(name, halves.of(side)[name]) for side in Side}
    if empty[Side.CSCART] == empty[Side.ZOHO]:
        return None
    return Side.ZOHO if empty[Side.CSCART] else Side.CSCART


def _difference(halves: Halves, name: str, policy: str, winner: Side | None) -> Difference:
    return Difference(
        field=name,
        cscart=digest_value(name, halves.cscart[name]),
        zoho=digest_value(name, halves.zoho[name]),
        base=halves.base_cscart.get(name),
        policy=policy,
        winner=winner,
    )


def _write(record_map: RecordMap, halves: Halves, name: str, source: Side, merged: Merged) -> None:
    try:
        value = record_map.project(name, halves.of(source)[name], source.other)
    except Unfit as error:
        merged.unfit.append(error)
        merged.differences[:] = [d for d in merged.differences if d.field != name]
        return
    merged.writes[source.other][name] = (halves.of(source.other)[name], value)
