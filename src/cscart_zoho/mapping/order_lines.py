"""Which line of one document is which of another, as both name the same products. Pure.

A line is what it is: its own id where both have it, else its product with the chosen options, then its name. Its
price and its quantity are what people change, so they decide last, between lines that are equal in everything else.
"""

from collections.abc import Sequence

from cscart_zoho.mapping.keys import folded
from cscart_zoho.order import Line

#: How far two lines are the same, the weightiest first; more is liker.
Likeness = tuple[bool, bool, bool, bool, bool]


def pair_up(lines: Sequence[Line], there: Sequence[Line]) -> list[int | None]:
    """For each line the place in `there` of the one that it is, or None for a new one.

    Only lines of the same product or item are the same, and each is so once. Of equally like ones the first are.
    """
    likest = sorted(
        (
            (_likeness(line, other), at, place)
            for at, line in enumerate(lines)
            for place, other in enumerate(there)
            if line.product_id and line.product_id == other.product_id
        ),
        key=lambda each: (*(not same for same in each[0]), each[1], each[2]),
    )
    found: dict[int, int] = {}
    used: set[int] = set()
    for _, at, place in likest:
        if at not in found and place not in used:
            found[at] = place
            used.add(place)
    return [found.get(at) for at in range(len(lines))]


def _likeness(line: Line, other: Line) -> Likeness:
    return (
        bool(line.id) and line.id == other.id,
        same_words(line.options, other.options),
        same_words(line.name, other.name),
        line.price == other.price,
        line.quantity == other.quantity,
    )


def same_words(a: str, b: str) -> bool:
    """Whether two texts say the same, whatever their case and white space."""
    return folded(a) == folded(b)


def same_lines(sent: Sequence[Line], held: Sequence[Line], *, options_kept: bool) -> bool:
    """Whether a document holds the lines that were sent, in whatever order and with whatever ids.

    Where options are not kept as they are sent, a line that says nothing of them is no other line for that.
    """
    places = pair_up(sent, held)
    if len(sent) != len(held) or None in places:
        return False
    return all(
        _amounts(line) == _amounts(held[place]) and _same_options(line, held[place], options_kept)
        for line, place in zip(sent, places, strict=True)
        if place is not None
    )


def _amounts(line: Line) -> tuple[object, ...]:
    return line.quantity, line.price, line.discount


def _same_options(line: Line, other: Line, kept: bool) -> bool:
    return same_words(line.options, other.options) or (not kept and not (line.options and other.options))
