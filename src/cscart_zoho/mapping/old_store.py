"""What a CS-Cart store up to 4.14 loses of a customer with every change through its API. Pure.

It empties the shipping address, and with a profile field of its own in that section all profile fields (both read in
the code of 4.14.2, not seen on a running store). What is sent along with a change stays, or is emptied like the rest:
the code reads as if it were, and nobody has seen it. The store add-on tells what there is to lose, and what is lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cscart_zoho.mapping.columns import columns
from cscart_zoho.records import Values

#: Columns of the shipping address.
SHIPPING = "s_"
#: Columns of custom profile fields.
CUSTOM = "fields."
#: Without it there is no address to speak of.
STREET = "s_address"
#: The columns that the form of a new store shows, and so empties; which ones a store shows no API tells.
USUALLY_SHOWN = ("s_address", "s_city", "s_country", "s_state", "s_zipcode")
#: Under this name it is kept that a store has emptied what was sent along.
NOT_TAKEN = "empties_what_is_sent_along"

ALL_WELL = "changes of customers leave them as they are"
WHY_ASKED = (
    "Its release empties shipping addresses, and maybe profile fields, whenever a program changes a customer through "
    "its API. Decide on the conflicts page whether this was meant; until then Zoho keeps its values."
)
_UPDATE = "Update CS-Cart to 4.18 or newer"
_EMPTIES = (
    "This release of CS-Cart (4.14 or older) empties the shipping address of a customer with every change through its "
    "API, and all profile fields of its own where one of them is in the section of the shipping address."
)


@dataclass(frozen=True)
class Losses:
    """What a store loses, by the last look at it."""

    #: Whether it loses anything at all.
    any: bool
    #: Whether the store add-on tells what there is to lose.
    told: bool
    #: Whether it was seen to empty what was sent along, too.
    not_taken: bool
    #: The columns of its own profile fields in the section of the shipping address.
    own: frozenset[str]

    @classmethod
    def of(cls, capabilities: Mapping[str, Any]) -> "Losses":
        fields: Sequence[Mapping[str, Any]] = capabilities.get("profile_fields") or []
        own = columns(each for each in fields if each.get("section") == "S").keys() - columns()
        return cls(
            any=not capabilities.get("keeps_shipping", True),
            told=bool(capabilities.get("addon")),
            not_taken=bool(capabilities.get(NOT_TAKEN)),
            own=frozenset(own),
        )

    def may_have_emptied(self, column: str, there: Values) -> bool:
        """Whether the store itself may be why this column is empty; `there` has all columns of the customer.

        A street that is left says that a person has written the address: then an empty line of it is meant.
        """
        if not self.any:
            return False
        if column.startswith(SHIPPING):
            return not there.get(f"@{STREET}")
        if not self.own or not column.startswith(CUSTOM):
            return False
        return column in self.own or not any(value for name, value in there.items() if name.startswith(f"@{CUSTOM}"))

    def in_words(self) -> str:
        """What cannot be kept, what is done about it, and what to do; nothing where the store keeps everything."""
        if not self.any:
            return ""
        if self.not_taken:
            return (
                f"{_EMPTIES} It was seen to empty what is sent along, too: changes from Zoho are held for customers "
                "with a shipping address, and an address that is empty all at once is asked about before Zoho's is "
                f"emptied. {_UPDATE}; until then make such changes in the store by hand."
            )
        if self.told:
            return (
                f"{_EMPTIES} The store add-on tells both, so each change from Zoho sends them along; and an address "
                "that is empty all at once is asked about before Zoho's is emptied."
            )
        return (
            f"{_EMPTIES} Without the store add-on nobody can read them. A change from Zoho goes over only where the "
            "whole shipping address came from Zoho, and sends that one along: what a customer has changed of it in the "
            "store, and profile fields, may be lost. For all other customers changes from Zoho are held. "
            f"{_UPDATE}, or install the store add-on: then they are sent along."
        )


#: A store that loses nothing.
NO_LOSSES = Losses.of({})
