"""What one store calls its countries and states, beside what ISO calls them. Pure.

A store has lists of its own, in its own language and often with codes that ISO has given up; addresses in its answers
tell code and name. So each state has one form here whatever either side writes: ISO 3166-2 where ISO knows it, else the
store's name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cscart_zoho.mapping import places
from cscart_zoho.mapping.places import folded


@dataclass(frozen=True)
class Place:
    """A state of a country as a store tells it; without a `code` the country itself."""

    country: str
    code: str
    name: str


class StorePlaces:
    """The places of one store, as far as it has told them."""

    def __init__(self, told: Iterable[Place] = ()) -> None:
        #: By country and folded code, name, and names within a name.
        self._by_code: dict[tuple[str, str], Place] = {}
        self._by_name: dict[tuple[str, str], Place] = {}
        self._by_part: dict[tuple[str, str], Place] = {}
        #: By the form that it has here (and the country where that is a mere name) the state that was told first.
        self._of: dict[tuple[str, str], Place] = {}
        self.learn(told)

    def learn(self, told: Iterable[Place]) -> list[Place]:
        """Take what a store tells; those of them that are news."""
        new = []
        for place in dict.fromkeys(told):
            if self._by_code.get((place.country, place.code.casefold())) == place or not place.name:
                continue
            self._by_code[place.country, place.code.casefold()] = place
            self._by_name.setdefault((place.country, folded(place.name)), place)
            for name in _called(place.name):
                self._by_part.setdefault((place.country, name), place)
            if place.code:
                state = self.state(place.country, place.code)
                self._of.setdefault((state, "" if places.is_state(state) else place.country), place)
            new.append(place)
        return new

    # Countries

    def country(self, told: str) -> str:
        """The two letters of a country, or the text itself where nobody knows it. Idempotent."""
        code = places.country_code(told)
        if places.is_country(code):
            return code
        return next((place.country for place in self._countries() if folded(place.name) == folded(told)), code)

    def country_name(self, code: str) -> str:
        """What Zoho is told: the common English name, else the store's own."""
        own = self._by_code.get((code, ""))
        return places.country_name(code) if places.is_country(code) or own is None else own.name

    def has_country(self, code: str) -> bool:
        """Whether the store can keep this as a country."""
        return places.is_country(code) or (code, "") in self._by_code

    def _countries(self) -> Iterator[Place]:
        return (place for place in self._by_code.values() if not place.code)

    # States

    def state(self, country: str, told: str, name: str = "") -> str:
        """A state in its one form; `told` is a code or a name of either side, `name` what the store calls it.

        Where the country is not known it stays the text that it was. Idempotent.
        """
        text, code = " ".join(told.split()), self.country(country)
        if not text:
            return ""
        named = code, folded(text)
        own = self._by_code.get((code, text.casefold())) or self._by_name.get(named) or self._by_part.get(named)
        if not name and own is not None:
            name, text = own.name, own.code
        found = places.state_code(code, text)
        if not name:
            return found
        # A code may stand for another state than ISO's: its name says which.
        return places.state_by_name(code, name) or (found if places.is_state(found) else " ".join(name.split()))

    def state_name(self, state: str) -> str:
        """What Zoho is told: the store's own name, else the usual one."""
        own = self._of.get((state, ""))
        return own.name if own is not None else places.state_name(state)

    def state_in_store(self, state: str, country: str = "") -> str:
        """What the store keeps: its own code, else that of ISO, else the text. `country` helps where it is a name."""
        if country and not places.is_state(state):
            state = self.state(country, state)
        own = self._of.get((state, "" if places.is_state(state) else country))
        return own.code if own is not None else places.state_short(state)

    def same_state(self, one: str, other: str) -> bool:
        """Whether both may mean one state, however they are written: "NY", where nobody tells the country, is New York.

        Two that ISO knows are two.
        """
        if one == other:
            return True
        if places.is_state(one) and places.is_state(other):
            return False
        return not self._words(one).isdisjoint(self._words(other))

    def _words(self, state: str) -> set[str]:
        """What a state may be written as, folded."""
        words = {folded(state), folded(places.state_short(state)), *map(folded, places.state_names(state))}
        for (form, _), own in self._of.items():
            names = {folded(own.code), *_called(own.name)}
            if form == state or not words.isdisjoint(names):
                words |= names
        return words - {""}


def _called(name: str) -> list[str]:
    """A store's name of a place, and the names within it: "Bolzano (Bozen)". Folded."""
    inside = re.findall(r"\(([^()]+)\)", name)
    return [each for each in map(folded, (*places.called(name), *inside)) if each]
