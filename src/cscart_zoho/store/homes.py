"""The product of Zoho that customers are linked with: CRM or Inventory. Links belong to the product they were made in.

An id of one product means nothing to the other, and "not found" there is no deletion. So when customers get another
home, links change their name with it: those with contacts of Inventory are the links of `Entity.CUSTOMERS` where
customers live in Inventory alone, and those of `Entity.CONTACTS` where they live in CRM. Links with CRM are kept under
names of their own while customers live in Inventory, and are there again when CRM is chosen again.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from cscart_zoho.records import Entity, Side
from cscart_zoho.store.asleep import carry_over
from cscart_zoho.store.inbox import Hint
from cscart_zoho.store.models import Conflict, Cursor, Intent, Link, Observation, Store, SyncState

CRM, INVENTORY = "crm", "inventory"
#: The names of records of CRM while customers live in Inventory.
_KEPT = {Entity.CUSTOMERS.value: "crm customers", Entity.ACCOUNTS.value: "crm accounts"}
_ALL = (Entity.CUSTOMERS.value, Entity.CONTACTS.value, Entity.ACCOUNTS.value)
#: Rows that are copied together.
CHUNK = 500


@transaction.atomic
def settle_home(store: Store, product: str, now: datetime) -> bool:
    """Have the customers of a store be linked with this product; whether it was another one before."""
    held = Store.objects.select_for_update(of=("self",)).get(pk=store.pk)
    moved = held.customers_in not in ("", product)
    if moved:
        (_to_crm if product == CRM else _to_inventory)(held, now)
        _begin_again(held, now)
    if held.customers_in != product:
        Store.objects.filter(pk=store.pk).update(customers_in=product)
    store.customers_in = product
    return moved


def _to_crm(store: Store, now: datetime) -> None:
    _rename(store, Entity.CUSTOMERS, Entity.CONTACTS)
    for entity, name in _KEPT.items():
        _rename(store, name, entity)
    carry_over(_links(store, Entity.CONTACTS), _links(store, Entity.CUSTOMERS))
    _copy_users(store)


def _to_inventory(store: Store, now: datetime) -> None:
    for entity, name in _KEPT.items():
        _end_questions(store, entity, now)
        _rename(store, entity, name)
    Observation.objects.filter(store=store, entity=Entity.CONTACTS, side=Side.CSCART).delete()
    _rename(store, Entity.CONTACTS, Entity.CUSTOMERS)
    carry_over(_links(store, _KEPT[Entity.CUSTOMERS.value]), _links(store, Entity.CUSTOMERS))


def _links(store: Store, entity: str) -> QuerySet[Link]:
    return Link.objects.filter(store=store, entity=entity)


def _rename(store: Store, before: str, after: str) -> None:
    """Links, and what they rest on. Users are the same wherever customers live; companies come from accounts."""
    for model in (Link, Conflict, Intent):
        model._default_manager.filter(store=store, entity=before).update(entity=after)
    rows = Observation.objects.filter(store=store, entity=before)
    companies = Entity.ACCOUNTS in (before, after)
    (rows if companies else rows.filter(side=Side.ZOHO)).update(entity=after)


def _end_questions(store: Store, entity: str, now: datetime) -> None:
    """Who is in CRM again is compared anew, and a contact whose making had no answer is found by its address."""
    open_ones = Conflict.objects.filter(store=store, entity=entity, settled_at=None)
    open_ones.update(settled_at=now, settled_by="rule")
    Intent.objects.filter(store=store, entity=entity, closed_at=None).update(closed_at=now, outcome="set aside")


def _copy_users(store: Store) -> None:
    """Contacts of Inventory beside those of CRM have rows of their own of their users, as they were seen last."""
    Observation.objects.filter(store=store, entity=Entity.CONTACTS, side=Side.CSCART).delete()
    links = Link.objects.filter(store=store, entity=Entity.CONTACTS).values("cscart_id")
    users = Observation.objects.filter(store=store, entity=Entity.CUSTOMERS, side=Side.CSCART, remote_id__in=links)
    copies = []
    for user in users.iterator(CHUNK):
        user.pk, user.entity, user.linked = None, Entity.CONTACTS, True
        copies.append(user)
    Observation.objects.bulk_create(copies, batch_size=CHUNK)


def _begin_again(store: Store, now: datetime) -> None:
    """Both sides are read again, and every user is looked at: with whom a user is linked may be another one now."""
    Cursor.objects.filter(store=store, entity__in=_ALL).delete()
    Hint.objects.filter(store=store, entity__in=_ALL, side=Side.ZOHO, settled_at=None).update(settled_at=now)
    users = Observation.objects.filter(store=store, entity=Entity.CUSTOMERS, side=Side.CSCART)
    links = Link.objects.filter(store=store, entity=Entity.CUSTOMERS).values("cscart_id")
    fresh = {"state": SyncState.NOT_SYNCED, "reason": "", "due": True, "attempts": 0, "not_before": None}
    users.exclude(remote_id__in=links).update(linked=False, **fresh)
    users.filter(remote_id__in=links).update(linked=True, **fresh)
    Observation.objects.filter(store=store, entity__in=_ALL).update(due=True)
