"""The persons of Zoho Inventory's contacts: whom a contact stands for, and where the others are."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from django.db import transaction
from django.db.models import QuerySet

from cscart_zoho.mapping.inventory_fields import PERSON_ID
from cscart_zoho.mapping.keys import folded
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import ContactPerson, Observation, Store

#: Under which names contacts of Inventory are known.
CONTACTS = (Entity.CUSTOMERS.value, Entity.CONTACTS.value, Entity.GUESTS.value)


class KnownPersons:
    """What is known of one store's organisation. It is kept whenever a contact is read in full."""

    def __init__(self, store: Store) -> None:
        self._store, self._org = store, store.zoho

    def standing_for(self, contact_id: str) -> tuple[str, str]:
        """The person of a linked contact whom its customer of the store is, and that person's address; or nothing."""
        row = self._contacts(contact_id).filter(linked=True).first()
        person = str(row.values.get(PERSON_ID) or "") if row is not None else ""
        return (person, row.key) if row is not None and person else ("", "")

    def keep(self, contact_id: str, name: str, persons: Mapping[str, str]) -> None:
        """The other persons of a contact: their addresses by their ids, "" where a person has none."""
        by_id = {id: folded(email) for id, email in persons.items()}
        known = ContactPerson.objects.filter(organisation=self._org, contact_id=contact_id)
        told = {(id, email, name[:300]) for id, email in by_id.items()}
        if told == {(row.person_id, row.folded_email, row.contact_name) for row in known}:
            return
        with transaction.atomic():
            known.delete()
            ContactPerson.objects.filter(organisation=self._org, person_id__in=by_id).delete()
            ContactPerson.objects.bulk_create(
                ContactPerson(
                    organisation=self._org, contact_id=contact_id, person_id=id, folded_email=email, contact_name=title
                )
                for id, email, title in sorted(told)
            )

    def forget(self, contact_id: str) -> None:
        """The contact does not exist any more, or is nobody's."""
        ContactPerson.objects.filter(organisation=self._org, contact_id=contact_id).delete()

    def of_email(self, email: str) -> list[ContactPerson]:
        """The persons with this address, case ignored: one, unless several contacts have the same person."""
        address = folded(email)
        if not address or self._org is None:
            return []
        found = ContactPerson.objects.filter(organisation=self._org, folded_email=address).order_by("contact_id")
        return [row for row in found if not self._contacts(row.contact_id).exclude(gone_at=None).exists()]

    def companies_of(self, email: str, person_id: str = "") -> str:
        """The contacts that have a person of this address or id, in words; or nothing. Addresses are looked up once."""
        if folded(email) in self._known:
            return " and ".join(f'"{row.contact_name}"' for row in self.of_email(email))
        return " and ".join(f'"{row.contact_name}"' for row in self._of_id(person_id)) if person_id else ""

    def _of_id(self, person_id: str) -> list[ContactPerson]:
        """A person keeps the id in the contact that it was merged into."""
        found = ContactPerson.objects.filter(organisation=self._org, person_id=person_id)
        return [row for row in found if not self._contacts(row.contact_id).exclude(gone_at=None).exists()]

    def ids_of(self, contact_id: str) -> list[str]:
        """The ids of the persons of a contact."""
        rows = ContactPerson.objects.filter(organisation=self._org, contact_id=contact_id)
        return list(rows.values_list("person_id", flat=True))

    def addresses_of(self, contact_id: str) -> list[str]:
        """The addresses of the persons of a contact."""
        rows = ContactPerson.objects.filter(organisation=self._org, contact_id=contact_id)
        return list(rows.exclude(folded_email="").values_list("folded_email", flat=True))

    def addresses(self) -> Sequence[str]:
        """All addresses of such persons."""
        rows = ContactPerson.objects.filter(organisation=self._org).exclude(folded_email="")
        return list(rows.values_list("folded_email", flat=True).distinct())

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.addresses())

    def _contacts(self, contact_id: str) -> QuerySet[Observation]:
        mine = Observation.objects.filter(store=self._store, entity__in=CONTACTS, side=Side.ZOHO.value)
        return mine.filter(remote_id=contact_id)
