"""Administrators and vendors who order for themselves: no customers of the store, and never written to.

An order names its user and not of which kind. Whom no list of customers shows is asked for once; what staff order is
treated as what a guest does, by the address in the order.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from django.db import transaction

from cscart_zoho.order import guest_id, is_guest
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.buyers import orders_of
from cscart_zoho.store.models import Observation, Store
from cscart_zoho.store.values import from_json

#: Under which name the capabilities keep them: by id their kind.
STAFF = "staff"

#: Asks the store which of these users are no customers: by id their kind.
StaffAmong = Callable[[Sequence[str]], Mapping[str, str]]


def staff_of(store: Store) -> frozenset[str]:
    """The ids of those who are known to have ordered, and are no customers."""
    told = frozenset(store.capabilities.get(STAFF) or {})
    return told - _customers(store, told) if told else told


def _customers(store: Store, ids: Collection[str]) -> set[str]:
    known = Observation.objects.filter(store=store, entity=Entity.CUSTOMERS.value, side=Side.CSCART.value)
    return {*known.filter(remote_id__in=list(ids)).values_list("remote_id", flat=True)}


def sort_out(store: Store, buyers: Sequence[str], staff_among: StaffAmong) -> bool:
    """Find out who of these buyers is no customer, and take their orders for those of guests; whether there is any."""
    users = [id for id in buyers if not is_guest(id)]
    known = _customers(store, users) | {*(store.capabilities.get(STAFF) or {})}
    unknown = [id for id in users if id not in known]
    if found := dict(staff_among(unknown)) if unknown else {}:
        with transaction.atomic():
            fresh = Store.objects.select_for_update().get(pk=store.pk)
            told = {**(fresh.capabilities.get(STAFF) or {}), **found}
            store.capabilities = {**fresh.capabilities, STAFF: told}
            store.save(update_fields=["capabilities"])
    staff = staff_of(store)
    rows = list(orders_of(store).filter(parent_id__in=staff)) if staff else []
    for row in rows:
        email = str(from_json(row.values).get("email") or "")
        Observation.objects.filter(pk=row.pk).update(parent_id=guest_id(email), due=True)
    return bool(rows)
