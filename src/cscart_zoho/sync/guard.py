"""The brakes: a plan that looks like an accident is shown, not carried out. Pure."""

from dataclasses import dataclass

from cscart_zoho.errors import Braked
from cscart_zoho.mapping.record_map import Rules
from cscart_zoho.records import Side


@dataclass(frozen=True)
class Extent:
    """How far a plan reaches: existing records it would change on each side, out of how many links."""

    linked: int
    changed: dict[Side, int]


def check_plan(extent: Extent, rules: Rules) -> None:
    """Raises `Braked` when too large a share of the linked records would be changed at once."""
    for side, changed in extent.changed.items():
        if changed <= rules.brake_minimum or changed * 100 <= extent.linked * rules.brake_percent:
            continue
        raise Braked(
            f"This run would change {changed:,} of {extent.linked:,} linked {rules.nouns} in {side.title}, more than "
            f"the {rules.brake_percent} percent that Settings allow at once. Nothing was written."
        )


def check_scan(side: Side, rules: Rules, *, seen: int, known: int) -> None:
    """Raises `Braked` when a side suddenly shows far fewer records than before."""
    if known < 10 or seen * 2 >= known:
        return
    raise Braked(
        f"{side.title} listed {seen:,} {rules.nouns} where {known:,} were known. Nothing was written, and nothing is "
        "taken for deleted.",
        advice=f"Look into {side.title}. If they are really gone, start the run again with the brake released.",
    )
