"""The addresses that contacts of Zoho have, as far as orders have needed them."""

import hashlib
from collections.abc import Collection

import msgspec

from cscart_zoho.mapping.keys import folded
from cscart_zoho.order import Address
from cscart_zoho.store.models import ContactAddress, ZohoOrganisation


class KnownAddresses:
    """Remembers by contact and address the id under which Zoho knows it."""

    def __init__(self, org: ZohoOrganisation) -> None:
        self._org = org

    def find(self, contact_id: str, address: Address) -> str:
        """The id, or nothing."""
        known = ContactAddress.objects.filter(
            organisation=self._org, contact_id=contact_id, fingerprint=_fingerprint(address)
        )
        row = known.first()
        return row.address_id if row is not None else ""

    def keep(self, contact_id: str, address: Address, address_id: str) -> None:
        ContactAddress.objects.update_or_create(
            organisation=self._org,
            contact_id=contact_id,
            fingerprint=_fingerprint(address),
            defaults={"address_id": address_id},
        )

    def forget(self, contact_id: str, address_ids: Collection[str]) -> None:
        """Forget addresses that Zoho does not have any more."""
        ContactAddress.objects.filter(
            organisation=self._org, contact_id=contact_id, address_id__in=address_ids
        ).delete()


def _fingerprint(address: Address) -> str:
    parts = [folded(str(part)) for part in msgspec.structs.astuple(address)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
