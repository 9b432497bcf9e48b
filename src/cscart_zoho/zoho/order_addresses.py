"""The addresses of a contact by their ids: a sales order names its addresses, it does not hold them.

Zoho refuses an address that is written into a sales order (code 15, seen live), so
one that the contact does not have yet is added to the contact first.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from cscart_zoho.errors import Retryable, UnknownOutcome
from cscart_zoho.http import Wire
from cscart_zoho.mapping.store_places import StorePlaces
from cscart_zoho.order import Address
from cscart_zoho.zoho.address_mapper import ISO_PLACES, NOWHERE, address_body, address_of, same_address
from cscart_zoho.zoho.contacts import CONTACTS
from cscart_zoho.zoho.wire import accepted


class ContactAddresses:
    """Finds or adds addresses; each contact is asked for its own once.

    `known` tells an id from earlier runs, or "", before Zoho is asked; `remember` is told of each one that was
    found or added. Looking comes before adding, so that doing it again adds nothing. `forget` is told of ids that
    a contact does not have any more.
    """

    def __init__(
        self,
        wire: Wire,
        *,
        known: Callable[[str, Address], str] = lambda contact_id, address: "",
        remember: Callable[[str, Address, str], None] = lambda contact_id, address, id: None,
        forget: Callable[[str, Collection[str]], None] = lambda contact_id, ids: None,
        places: StorePlaces = ISO_PLACES,
    ) -> None:
        self._places = places
        self._wire = wire
        self._known = known
        self._remember = remember
        self._forget = forget
        #: By contact its addresses with their ids.
        self._told: dict[str, list[tuple[Address, str]]] = {}

    def __call__(self, contact_id: str, address: Address, purpose: str) -> str:
        """The id of an address, or "" where there is nothing to say. `purpose` is "billing" or "delivery".

        Raises `Retryable` when no clear answer came: the sales order was not sent then.
        """
        if not contact_id or address == NOWHERE:
            return ""
        if id := self._known(contact_id, address):
            return id
        id = self._found(contact_id, address) or self._added(contact_id, address, purpose)
        self._remember(contact_id, address, id)
        return id

    def gone(self, contact_id: str, ids: Collection[str]) -> set[str]:
        """Which of these ids the contact does not have: somebody has deleted them. They are forgotten.

        Raises `Retryable` when no clear answer came.
        """
        self._told.pop(contact_id, None)
        missing = {*ids} - {id for _, id in self._addresses(contact_id)}
        if missing:
            self._forget(contact_id, missing)
        return missing

    def _found(self, contact_id: str, address: Address) -> str:
        return next((id for told, id in self._addresses(contact_id) if same_address(told, address, self._places)), "")

    def _addresses(self, contact_id: str) -> list[tuple[Address, str]]:
        if contact_id not in self._told:
            answer = self._wire.get(f"{CONTACTS}/{contact_id}/address")
            rows = accepted(answer, f"the addresses of contact {contact_id}").addresses
            self._told[contact_id] = [(address_of(row, self._places), _id(row)) for row in rows if _id(row)]
        return self._told[contact_id]

    def _added(self, contact_id: str, address: Address, purpose: str) -> str:
        try:
            answer = self._wire.send("POST", f"{CONTACTS}/{contact_id}/address", address_body(address, self._places))
            body = accepted(answer, f"a {purpose} address of contact {contact_id}")
        except UnknownOutcome as error:
            self._told.pop(contact_id, None)  # it is looked for again before it is added again
            raise Retryable(f"Zoho gave no clear answer to a new {purpose} address: {error}") from error
        id = _id(body.address_info or body.address)
        if not id:
            self._told.pop(contact_id, None)
            raise Retryable(f"Zoho took a {purpose} address and did not tell its id.")
        self._told[contact_id].append((address, id))
        return id


def _id(row: Mapping[str, Any]) -> str:
    return str(row.get("address_id") or "")
