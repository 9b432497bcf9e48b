"""The brakes: a plan that looks like an accident is shown, not carried out. Pure."""

from dataclasses import dataclass, field

from cscart_zoho.errors import Braked
from cscart_zoho.mapping.counted import so_many
from cscart_zoho.mapping.record_map import Rules
from cscart_zoho.records import Side

#: Fewer partners than this are no whole.
FEW = 3


@dataclass(frozen=True)
class Extent:
    """How far a plan reaches: existing records it would change on each side, out of how many links."""

    linked: int
    changed: dict[Side, int]
    #: Of those, how many would be made inactive because their partner is not found any more.
    switched_off: dict[Side, int] = field(default_factory=dict)
    #: New records that it would make on each side, without those of earlier plans that were let pass.
    made: dict[Side, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Partners:
    """How the linked records of one side stand: still there, or not found any more."""

    living: int
    #: Not found since a day, or before and nothing has come of it yet.
    gone: int
    #: Of those, how many nobody has been told about.
    untold: int = 0

    @property
    def vanished(self) -> bool:
        """Whether they have vanished by the whole: there is another reason for that than that each was deleted."""
        return self.gone >= FEW and self.gone > self.living


def check_plan(extent: Extent, rules: Rules) -> None:
    """Raises `Braked` when too large a share of the linked records would be changed at once."""
    for side, changed in extent.changed.items():
        if changed <= rules.brake_minimum or changed * 100 <= extent.linked * rules.brake_percent:
            continue
        off = extent.switched_off.get(side, 0)
        switched_off = (
            f" {so_many(off, rules.noun)} of them would be switched off there: {side.other.title} does not have "
            f"{'its partner' if off == 1 else 'their partners'} any more."
        )
        raise Braked(
            f"This run would change {_share(changed, extent.linked, side, rules)} more than "
            f"the {rules.brake_percent} percent that Settings allow at once.{switched_off if off else ''} Nothing was "
            "written."
        )


def _share(changed: int, linked: int, side: Side, rules: Rules) -> str:
    """At first contact more records may be paired, and changed, than are linked yet."""
    if changed <= linked:
        return f"{changed:,} of {linked:,} linked {rules.nouns} in {side.title},"
    so_far = "none is" if not linked else "1 is" if linked == 1 else f"{linked:,} are"
    return f"{so_many(changed, rules.noun)} in {side.title}, where {so_far} linked so far:"


def check_made(extent: Extent, rules: Rules) -> None:
    """Raises `Braked` when too many new records would be made at once."""
    for side, made in extent.made.items():
        if made <= rules.brake_new or made * 100 <= extent.linked * rules.brake_percent:
            continue
        raise Braked(
            f"This run would make {so_many(made, f'new {rules.noun}')} in {side.title}: more than the "
            f"{rules.brake_new:,} that Settings allow at once, and more than {rules.brake_percent} percent of the "
            f"{extent.linked:,} linked ones. Nothing was written.",
            advice=f"Look at the plan on the run's page: are these {rules.nouns} meant to be in {side.title}? If so, "
            "start it again with the brake released.",
        )


def check_scan(side: Side, rules: Rules, *, seen: int, known: int, connected: str = "") -> None:
    """Raises `Braked` when a side suddenly shows far fewer records than before. `connected` says to what it is."""
    if known < 10 or seen * 2 >= known:
        return
    raise Braked(
        f"{side.title} listed {seen:,} {rules.nouns} where {known:,} were known. {connected}".strip()
        + " Nothing was written, and nothing is taken for deleted.",
        advice=f"Look into {side.title}. {_if_gone(side)}",
    )


def check_partners(side: Side, rules: Rules, partners: Partners, connected: str = "") -> None:
    """Raises `Braked` when most of the linked records of a side are not found any more.

    Where their partners would not be switched off, nothing could come of it.
    """
    if not partners.vanished or side.other not in rules.mark_inactive:
        return
    raise Braked(
        f"{side.title} does not show {partners.gone:,} of {partners.gone + partners.living:,} linked {rules.nouns} any "
        f"more. {connected}".strip()
        + " Nothing was written, and nothing is switched off by it.",
        advice=f"Look whether that is the right {'store' if side is Side.CSCART else 'organisation'}, whether the "
        f"connected user may see them, and whether they are there. {_if_gone(side)}",
    )


def vanished_words(side: Side, rules: Rules, partners: Partners) -> str:
    """Why a record is left alone whose partner has vanished together with most others."""
    return (
        f"So were {partners.gone:,} of {partners.gone + partners.living:,} linked {rules.nouns}; therefore nothing is "
        f"switched off in {side.other.title}. If it was meant, switch this {rules.noun} off in {side.other.title} "
        "yourself."
    )


def _if_gone(side: Side) -> str:
    return (
        "If they were really deleted, start the run again with the brake released: each one is asked for then, and "
        f"where most of them are gone nothing is switched off in {side.other.title}."
    )
