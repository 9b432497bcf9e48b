"""In which currency a store's amounts are, and what to say where it tells another one than they were taken for. Pure.

The store tells its primary currency when it is connected, and once a day after that. Whatever is in its lists is taken
to be in that one (user guide of CS-Cart: Currencies), so where another one becomes the primary one, the same figures
mean something else. Nobody guesses then: what is in Zoho stays as it is, what would be made, changed or confirmed
waits, and a person says what is right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

#: Where a store's capabilities hold what was read after it was connected, and what came of it.
READING = "currency_reading"
#: What a currency that has changed means for all of them together.
CURRENCY_WAITS = "Orders and prices wait: nothing is converted, made, changed or confirmed."


@dataclass(frozen=True)
class StoreCurrency:
    """What the amounts of a store are in. Codes are in capital letters; "" = not known."""

    #: The merchant's choice.
    chosen: str = ""
    #: What the store told when it was connected.
    known: str = ""
    #: What it has told last, then or since.
    told: str = ""
    #: What it told when the merchant chose another one: the choice counts all the same.
    overruled: str = ""
    #: What was the primary currency before, each with the number of the last order that is certainly in it.
    before: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, capabilities: Mapping[str, Any], chosen: str) -> Self:
        """What the capabilities of a store hold, and the merchant's choice."""
        reading, known = capabilities.get(READING) or {}, str(capabilities.get("currency") or "").upper()
        return cls(
            chosen=chosen.upper(),
            known=known,
            told=str(reading.get("told") or known),
            overruled=str(reading.get("overruled") or ""),
            before=tuple((str(each["code"]), int(each["last_order"])) for each in reading.get("before") or ()),
        )

    @property
    def counts(self) -> str:
        """What amounts are taken to be in."""
        return self.chosen or self.known

    def of_order(self, number: int) -> str:
        """What the amounts of an order are in: a change of the store's currency is no edit of its older orders."""
        earlier = (code for code, last in self.before if number <= last)
        return self.chosen or next(earlier, self.known)

    def first_other(self, other: "StoreCurrency") -> int | None:
        """The first order that is in another currency by `other`; None where all are in the same one."""
        bounds = {0, *(last + 1 for _, last in (*self.before, *other.before))}
        return next((number for number in sorted(bounds) if self.of_order(number) != other.of_order(number)), None)

    @property
    def changed(self) -> bool:
        """Whether the store tells another currency than its amounts are taken to be in, and nobody has confirmed it."""
        return bool(self.told and self.counts and self.told not in (self.counts, self.overruled))

    def in_words(self) -> str:
        """For the store as a whole: what has happened, what follows from it and what to do; "" where nothing has."""
        return f"{self.what_changed()} {CURRENCY_WAITS} {self.what_to_do()}" if self.changed else ""

    def what_changed(self) -> str:
        """A sentence for people about a currency that has `changed`."""
        if self.chosen:
            return (
                f"The store's primary currency is {self.told} now, and the settings for orders say that its amounts "
                f"are in {self.chosen}."
            )
        return f"The store's primary currency is {self.told} now; it was {self.known} when the store was connected."

    def what_to_do(self) -> str:
        """What people do about a currency that has `changed`."""
        again = f"connect the store again: orders that come after that are in {self.told}"
        if self.chosen:
            again = f"empty the currency in the settings for orders (orders.currency) and {again}"
        return (
            f"If that is a mistake, make {self.counts} the primary one again in Administration, Currencies. If "
            f"{self.told} is right from now on, {again}."
        )
