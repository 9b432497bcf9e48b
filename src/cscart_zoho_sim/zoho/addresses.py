"""Addresses of a contact: the two that it always has, and those that were added for its orders.

`GET /contacts/{id}/address` is in the description of Zoho Inventory. Adding and
changing is described for the same contacts in Zoho Books, and used against
Inventory. An order names addresses by their ids.
"""

from collections.abc import Mapping
from typing import Any

from cscart_zoho_sim.zoho import contact_shapes, refusals
from cscart_zoho_sim.zoho.contacts import ADDRESS, Contact, Contacts
from cscart_zoho_sim.zoho.item import read_text
from cscart_zoho_sim.zoho.refusals import Refusal

Address = dict[str, str]
_OWN = ("billing_address", "shipping_address")


class Addresses:
    """The addresses of all contacts."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def of(self, contact: Contact) -> list[Address]:
        """All of a contact's addresses: billing, shipping, then those that were added, oldest first."""
        return [*(contact[name] for name in _OWN), *contact["addresses"]]

    def show(self, contact: Contact) -> list[Address]:
        """All of them, as the API shows them."""
        return [contact_shapes.address(each) for each in self.of(contact)]

    def find(self, contact: Contact, address_id: str) -> Address | None:
        return next((each for each in self.of(contact) if each["address_id"] == address_id), None)

    def add(self, contact: Contact, told: Mapping[str, Any], author: str) -> Address:
        """One more address. Raises `Refusal` for what is too long, or for nothing at all."""
        given = _read(told)
        if not any(given.values()):
            raise refusals.invalid("address")
        made = {**dict.fromkeys(ADDRESS, ""), **given, "address_id": self._contacts.org.ids.new()}
        self._contacts.set(contact, author, addresses=[*contact["addresses"], made])
        return contact_shapes.address(made)

    def update(self, contact: Contact, address_id: str, told: Mapping[str, Any], author: str) -> Address:
        """Change what is named. Orders that were made with it keep it as it was."""
        found = self.find(contact, address_id)
        if found is None:
            raise Refusal(404, 1002, "Address does not exist.")
        changed = {**found, **_read(told)}
        own = next((name for name in _OWN if contact[name] is found), "")
        if own:
            self._contacts.set(contact, author, **{own: changed})
        else:
            others = [changed if each is found else each for each in contact["addresses"]]
            self._contacts.set(contact, author, addresses=others)
        return contact_shapes.address(changed)

    def delete(self, contact: Contact, address_id: str, author: str) -> None:
        """One that was added goes; the contact's own two are always there. Orders that were made with it keep it."""
        if self.find(contact, address_id) not in contact["addresses"]:
            raise Refusal(404, 1002, "Address does not exist.")
        left = [each for each in contact["addresses"] if each["address_id"] != address_id]
        self._contacts.set(contact, author, addresses=left)


def _read(told: Mapping[str, Any]) -> Address:
    return {name: read_text(told[name], name, limit) for name, limit in ADDRESS.items() if name in told}
