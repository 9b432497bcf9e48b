"""How a store writes what every store writes in its own way: days and places. Pure."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from cscart_zoho.mapping.store_places import StorePlaces


@dataclass(frozen=True)
class Ways:
    """What the mapping has to know of one store."""

    #: The zone in which its days begin; None where nobody knows it.
    zone: ZoneInfo | None = None
    places: StorePlaces = field(default_factory=StorePlaces)
    #: Whether its database keeps characters of four bytes, such as emoji.
    keeps_all: bool = False


#: What a store can do, by this name: the kinds of its records that keep characters of four bytes.
KEEPS_ALL = "keeps_all"

#: A store of which nothing is known.
ISO = Ways()
