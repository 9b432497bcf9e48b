"""A CRM as the administrators of an organisation have made it, and the profile fields of the store that belong to it.

It is made over a clientele that is there already (`cscart_zoho_sim.customers`). Four of the store's customers are ones
that such a CRM does not take as they are: `ODD` says what each of them is to show.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cscart_zoho_sim.cscart import CsCart
from cscart_zoho_sim.zoho import Zoho

GROUPS = ("Retail", "Trade", "Press")
HEARD = ("A friend", "A fair", "A search engine")
LEVELS = ("Bronze", "Silver", "Gold")
#: Characters that the CRM of this organisation takes of a city.
CITY_LENGTH = 20
LONG_CITY = "Sample-upon-the-Long-River"
FLYER = "A flyer at the bakery"


@dataclass(frozen=True)
class Own:
    """A field that an organisation has added to its contacts, and the profile field of the store that it belongs to."""

    label: str
    profile_field: str
    #: As `cscart-zoho mapping set --direction` takes it.
    direction: str = "both"

    @property
    def name(self) -> str:
        return self.label.replace(" ", "_")


GROUP = Own("Customer Group", "Customer group")
NUMBER = Own("Membership Number", "Membership number")
SOURCE = Own("Heard From", "How did you hear of us?")
LEVEL = Own("Loyalty Level", "Loyalty level", "to-cscart")
OWN = (GROUP, NUMBER, SOURCE, LEVEL)

#: What is special about the CRM, in the words of its administrators.
TOLD = (
    f'"{GROUP.label}" is mandatory, a list of choices of its own: {", ".join(GROUPS)}',
    f'"{NUMBER.label}" may be there once',
    f'"{SOURCE.label}" has choices of its own: {", ".join(HEARD)}; customers of the store type what they like',
    f'"{LEVEL.label}" is read-only for the user who connects, so it goes to the store only',
    f'"Mailing City" has room for {CITY_LENGTH} characters, and "Fax" is hidden',
)
#: What a customer of the store shows who does not fit into this CRM, the last one first.
ODD = (
    f'has no "{GROUP.profile_field}", so no contact is made',
    f'has the "{NUMBER.profile_field}" of a contact, so no second one is made',
    f"lives in {LONG_CITY}, so the contact is made without the city",
    f'heard of the store from "{FLYER}", so the contact is made without that',
)


def customise(cscart: CsCart, zoho: Zoho) -> None:
    """Change the CRM as its administrators would, and give both sides' people values for what is new."""
    _Organisation(cscart, zoho).make()


@dataclass
class _Organisation:
    cscart: CsCart
    zoho: Zoho

    def make(self) -> None:
        self._add_fields()
        contacts = {str(row["Email"] or id): id for id, row in self.zoho.crm.contacts().items()}
        users = {row["email"]: id for id, row in self.cscart.users().items()}
        known = {*contacts, *(str(row["email"]) for row in self.zoho.contacts().values())}
        alone = [id for email, id in users.items() if email not in known and email.startswith("customer")]
        for n, (who, contact) in enumerate(contacts.items()):
            self._describe_contact(n, who, contact)
            if who in users:
                self._tell_shipping(contact)
        for email, user in users.items():
            if email.startswith("customer"):
                self._describe_user(user, email)
        self._make_odd(alone)
        self._set_up()

    def _add_fields(self) -> None:
        crm = self.zoho.crm
        crm.add_field("Contacts", GROUP.label, "picklist", choices=GROUPS)
        crm.add_field("Contacts", NUMBER.label, unique=True, length=20)
        crm.add_field("Contacts", SOURCE.label, "picklist", choices=HEARD)
        crm.add_field("Contacts", LEVEL.label, "picklist", choices=LEVELS)
        self.cscart.switches.addon = True  # it alone tells profile fields, and addresses
        choices = {GROUP: ("S", GROUPS)}
        self.columns = {
            own: str(self.cscart.add_profile_field(own.profile_field, "C", *choices.get(own, ("I", ())))) for own in OWN
        }

    def _describe_contact(self, n: int, who: str, id: str) -> None:
        """What people have typed in CRM; who is in the store as well has the same there, but for the level."""
        told = _values(who) if who.startswith("customer") else {GROUP: GROUPS[n % 3]}
        told[LEVEL] = LEVELS[n % 3] if n % 2 else ""
        self.zoho.crm.edit_contact(id, **{own.name: value or None for own, value in told.items()})

    def _tell_shipping(self, id: str) -> None:
        """The store tells shipping addresses now, and who is on both sides has the same one on both."""
        row = self.zoho.crm.contact(id)
        told = {f"Other_{part}": row[f"Mailing_{part}"] for part in ("Street", "City", "State", "Zip", "Country")}
        self.zoho.crm.edit_contact(id, **told)

    def _describe_user(self, id: int, email: str) -> None:
        """The phone of the billing address is the one that is typed at the checkout."""
        phone = self.cscart.user(id)["phone"]
        self.cscart.edit_user(id, b_phone=phone, fields=self._fields(_values(email)))

    def _fields(self, told: Mapping[Own, str]) -> dict[str, str]:
        """The store keeps the id of a choice, not its text."""
        kinds = self.cscart.users_kept.profile_fields
        fields = {}
        for own, value in told.items():
            ids = {text: choice for choice, text in kinds[int(self.columns[own])]["values"].items()}
            fields[self.columns[own]] = ids.get(value, value)
        return fields

    def _make_odd(self, users: list[int]) -> None:
        """Four customers whom only the store knows; in a small clientele, as many as there are."""
        known = next(row[NUMBER.name] for row in self.zoho.crm.contacts().values() if row[NUMBER.name])
        odd: tuple[Mapping[str, Any], ...] = (
            {"fields": self._fields({GROUP: ""})},
            {"fields": self._fields({NUMBER: known})},
            {"b_city": LONG_CITY},
            {"fields": self._fields({SOURCE: FLYER})},
        )
        for id, columns in zip(reversed(users), odd, strict=False):
            self.cscart.edit_user(id, **columns)

    def _set_up(self) -> None:
        setup = self.zoho.crm.setup
        setup.require("Contacts", GROUP.name)
        setup.lock("Contacts", LEVEL.name)
        setup.hide("Contacts", "Fax")
        setup.shorten("Contacts", "Mailing_City", CITY_LENGTH)
        self.zoho.crm.switches.new_choices = False


def _values(email: str) -> dict[Own, str]:
    """What a person of the clientele has typed, by the number in the address: the same on both sides."""
    n = int("".join(_digits(email)) or 0)
    return {
        GROUP: GROUPS[n % 3],
        NUMBER: f"M-{n:04d}" if n % 2 else "",
        SOURCE: HEARD[n % 3] if n % 4 == 0 else "",
    }


def _digits(email: str) -> Iterator[str]:
    return (sign for sign in email.partition("@")[0] if sign.isdecimal())
