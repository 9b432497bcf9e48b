"""Whether the e-mail address of an order tells whose order it is. Pure.

People order without an account by phone or at a counter, and then there is no address, or one that is typed for
everybody. Two people are not one: neither by an address that stands for nobody, nor by a phone, nor by a name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cscart_zoho.errors import Unfit
from cscart_zoho.order import is_address, stands_for_nobody

ADVICE = (
    "Enter the customer's own e-mail address in the order, or choose one contact for all guests in the settings for "
    "orders (orders.guest_contact_id)."
)


@dataclass(frozen=True)
class Person:
    """Who has ordered, in the words of one order."""

    name: str
    phone: str = ""
    company: str = ""

    @property
    def words(self) -> frozenset[str]:
        return frozenset("".join(c if c.isalnum() else " " for c in self.name).casefold().split())

    @property
    def digits(self) -> str:
        """The end of the phone: a number is written with its country and without."""
        return "".join(c for c in self.phone if c.isdigit())[-7:]

    def may_be(self, other: "Person") -> bool:
        """Whether they may be one: they share a word of the name, the phone or the company, or one has no name."""
        if not self.words or not other.words or self.words & other.words:
            return True
        if self.company.strip() and self.company.strip().casefold() == other.company.strip().casefold():
            return True
        return bool(self.digits) and self.digits == other.digits


def several(people: Iterable[Person]) -> tuple[Person, Person] | None:
    """Two of these who are not the same person, or None where all may be one."""
    known: list[Person] = []
    for person in people:
        if known and not any(person.may_be(each) for each in known):
            return known[0], person
        known.append(person)
    return None


def why_unknown(email: str, people: Sequence[Person]) -> Unfit | None:
    """Why the address of an order without an account does not tell whose order it is; None where it does.

    `people` are those who have ordered with it.
    """
    told = email.strip()
    two = several(people)
    if not told:
        said = "It has no e-mail address, and without one nobody can tell whose order it is."
    elif not is_address(told):
        said = f'"{told}" is no e-mail address, and without one nobody can tell whose order it is.'
    elif stands_for_nobody(told):
        said = f"{told} is an e-mail address that stands for nobody, so nobody can tell whose order it is."
    elif two is not None:
        names = " and ".join(f'"{each.name}"' for each in two)
        said = f"{names} have both ordered with {told}, and two people do not become one contact."
    else:
        return None
    return Unfit(said, field="document", advice=ADVICE)
