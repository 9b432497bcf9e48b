"""The contacts of a Zoho Inventory organisation: the customers that its orders belong to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from cscart_zoho.errors import AlreadyThere, NotFound, Retryable, UnknownOutcome
from cscart_zoho.http import Wire
from cscart_zoho.mapping.customer_map import known_as_person
from cscart_zoho.mapping.field_map import FieldMap
from cscart_zoho.mapping.keys import folded
from cscart_zoho.records import ACTIVE, INACTIVE, Record, Side, Values
from cscart_zoho.sync.ports import Looks, OneByOne, Page
from cscart_zoho.zoho.contact_mapper import EMAIL, PERSON, Contact, ContactMapper
from cscart_zoho.zoho.listing import PER_PAGE, ZohoList
from cscart_zoho.zoho.wire import ROOT, Body, accepted

CONTACTS = f"{ROOT}/contacts"


#: So many rows that do not have the address asked for may have a person who has it; more, and the filter is ignored.
FEW = 5


class Persons(Protocol):
    """What is known of the persons of contacts (`cscart_zoho.store.contact_persons`)."""

    def standing_for(self, contact_id: str) -> tuple[str, str]: ...
    def keep(self, contact_id: str, name: str, persons: Mapping[str, str]) -> None: ...


class ZohoContacts(OneByOne):
    """`RecordSide` of the contacts of type customer."""

    side = Side.ZOHO
    looks = Looks(changes=True)

    def __init__(
        self,
        wire: Wire,
        organisation: Mapping[str, Any],
        field_map: FieldMap,
        linked: Callable[[], None] = lambda: None,
        persons: Persons | None = None,
    ) -> None:
        """`linked` hears of contacts that Zoho itself keeps in sync with its CRM, when they are read.

        `persons` keeps whom each contact stands for, and hears of all the others.
        """
        self._wire = wire
        self._list = ZohoList(wire, CONTACTS, "contacts", lambda body: body.contacts, self._records)
        self._persons = persons
        self._mapper = ContactMapper(field_map, persons.standing_for) if persons else ContactMapper(field_map)
        self._linked = linked
        #: The contacts of the last `read`: a change needs the rest of their addresses and persons.
        self._last: dict[str, Contact] = {}

    # Lists

    def scan(self, since: datetime | None) -> Iterator[Page]:
        return self._list.scan(since)

    def go_on(self, after: int) -> Iterator[Page]:
        return self._list.go_on(after)

    def sweep(self) -> Iterator[Page]:
        return iter(())

    def _records(self, body: Body) -> tuple[Record, ...]:
        rows = [row for row in body.contacts if row.get("contact_type", "customer") == "customer"]
        if any(map(_is_linked, rows)):
            self._linked()
        return tuple(self._mapper.record(row, listed=True) for row in rows)

    # Single contacts

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """These contacts in full, one a call: there is no call for several."""
        self._last = {}
        for id in ids:
            contact = self._one(id)
            if contact is not None:
                self._last[id] = contact
        return {id: self._mapper.record(contact, listed=False) for id, contact in self._last.items()}

    def _one(self, id: str) -> Contact | None:
        try:
            contact = accepted(self._wire.get(f"{CONTACTS}/{id}"), f"contact {id}").contact
        except NotFound:
            return None
        if _is_linked(contact):
            self._linked()
        if self._persons is not None and contact.get("contact_id"):
            self._persons.keep(id, str(contact.get("contact_name") or ""), self._mapper.others(contact))
        return contact

    def exists(self, id: str) -> bool:
        """False only when Zoho answers "does not exist" for this id."""
        return self._one(id) is not None

    def find(self, key: str) -> list[Record]:
        """Contacts whose primary person has exactly this address, case ignored, in full."""
        if not key:
            return []
        listed = [record for body in self._list.pages([("email", key)]) for record in self._records(body)]
        ids = [record.id for record in listed if folded(record.key) == folded(key)]
        return [record for record in self.read(ids).values() if folded(record.key) == folded(key)]

    # Writes

    def create(self, values: Values) -> Record:
        """Make a contact. Raises `AlreadyThere` when its name is taken (code 3062).

        Zoho takes an address many times, so it is looked for right before. Raises `AlreadyThere` when a contact has
        it, and `KnownElsewhere` when another person of a contact has.
        """
        self._look_for(str(values.get(EMAIL) or ""))
        body = {"contact_type": "customer", **self._mapper.body(values)}
        made = accepted(self._wire.send("POST", CONTACTS, body), "a new contact").contact
        return self._answered(made)

    def _look_for(self, address: str) -> None:
        if not address or self._persons is None:
            return
        body = next(self._list.pages([("email", address)]))
        rows = [row for row in body.contacts if row.get("contact_type", "customer") == "customer"]
        if any(folded(str(row.get("email") or "")) == folded(address) for row in rows):
            raise AlreadyThere(f"Zoho has a contact with the e-mail address {address} already.")
        if companies := self._with_person(rows, address):
            raise known_as_person(" and ".join(f'"{name}"' for name in companies))

    def look_for_person(self, address: str) -> None:
        """See who has a person with this address besides the one that the contact stands for; `persons` hears of it."""
        if address:
            self._with_person(next(self._list.pages([("email", address)])).contacts, address)

    def _with_person(self, rows: Sequence[Contact], address: str) -> list[str]:
        """The names of those contacts that have such a person. A row tells the primary one alone."""
        read = [self._one(str(row["contact_id"])) for row in rows] if len(rows) <= FEW else []
        having = [each for each in read if each and folded(address) in self._mapper.others(each).values()]
        return [str(each.get("contact_name") or "") for each in having]

    def update(self, id: str, values: Values) -> Record:
        """Change only these values. Status is a call of its own.

        Where a person is changed, the contact is read once more right before: all its persons are sent.
        """
        of_person = any(name.startswith(f"{PERSON}.") for name in values)
        before = (None if of_person else self._last.get(id)) or self._one(id)
        if before is None:
            raise NotFound(f"Zoho does not know contact {id}.", code=404)
        body = self._mapper.body(values, before)
        answer: Contact = before
        if body:
            sent = {"contact_name": before.get("contact_name"), **body}  # the name is always required
            answer = accepted(self._wire.send("PUT", f"{CONTACTS}/{id}", sent), f"a change of contact {id}").contact
        if values.get("status") in (ACTIVE, INACTIVE):
            way = str(values["status"])
            accepted(self._wire.send("POST", f"{CONTACTS}/{id}/{way}"), f"contact {id} to be made {way}")
            answer = {**answer, "status": way}
        return self._answered(answer)

    def _answered(self, contact: Contact) -> Record:
        if not contact.get("contact_id"):
            raise UnknownOutcome("Zoho took a contact and did not tell which.")
        if "contact_persons" not in contact:
            raise Retryable("Zoho told too little of a contact that it took.")
        return self._mapper.record(contact, listed=False)


def linked_with_crm(wire: Wire) -> bool:
    """Whether Zoho keeps contacts of its CRM and its Inventory in sync by itself: one that says so is enough."""
    asked = [("filter_by", "Status.Crm"), ("per_page", str(PER_PAGE))]  # a filter that is ignored shows others first
    return any(map(_is_linked, accepted(wire.get(CONTACTS, asked), "the list of contacts").contacts))


def _is_linked(contact: Contact) -> bool:
    return contact.get("is_linked_with_zohocrm") is True


__all__ = ["CONTACTS", "EMAIL", "ZohoContacts", "linked_with_crm"]
