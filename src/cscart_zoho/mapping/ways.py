"""How a store writes what every store writes in its own way: days. Pure."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Ways:
    """What the mapping has to know of one store."""

    #: The zone in which its days begin; None where nobody knows it.
    zone: ZoneInfo | None = None


#: A store of which nothing is known.
ISO = Ways()
