"""Users of the store whom we have switched off because their contacts were deleted, whichever links count now.

The mark is kept in the base of a link. When other links count, because another organisation is connected or customers
have another home, it goes with the user: nobody stays off whose contact is there, and whom a person has switched on
since is not ours to switch on again.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from cscart_zoho.records import ACTIVE, INACTIVE, Entity
from cscart_zoho.store.models import Link, Observation, Store

#: The names of links with users, those of another home included (`cscart_zoho.store.homes`).
OF_USERS = (Entity.CUSTOMERS.value, Entity.CONTACTS.value, "crm customers")
#: What a base holds of somebody whom we have switched off (`cscart_zoho.sync.plan.asleep`).
ASLEEP = {"base_cscart__status": INACTIVE, "base_zoho__status": None}
#: Links that are looked at together.
CHUNK = 500


def carry_over(before: QuerySet[Link], after: QuerySet[Link]) -> None:
    """Have the links that count now know of the same users that we have switched them off."""
    known = dict.fromkeys(before.values_list("cscart_id", flat=True), False)
    known |= dict.fromkeys(before.filter(**ASLEEP).values_list("cscart_id", flat=True), True)
    woken = [link for link in _of(after.filter(**ASLEEP), known) if not known[link.cscart_id]]
    slept = _of(after.exclude(pk__in=[link.pk for link in woken]), (id for id, off in known.items() if off))
    for link in woken:
        link.base_cscart = {**link.base_cscart, "status": ACTIVE}
    for link in slept:
        link.base_cscart = {**link.base_cscart, "status": INACTIVE}
        link.base_zoho = {**link.base_zoho, "status": None}
        rows = Observation.objects.filter(store=link.store_id, side="cscart", remote_id=link.cscart_id)
        rows.filter(entity__in=OF_USERS).update(due=True)
    Link.objects.bulk_update([*woken, *slept], ["base_cscart", "base_zoho"])


def _of(links: QuerySet[Link], users: Iterable[str]) -> list[Link]:
    ids, found = list(users), list[Link]()
    for start in range(0, len(ids), CHUNK):
        found += links.filter(cscart_id__in=ids[start : start + CHUNK])
    return found


def asleep_beside(store: Store) -> frozenset[str]:
    """The users whom we have switched off by links that do not count now: of another home, or set aside."""
    rows = Link.objects.filter(**ASLEEP, entity__in=OF_USERS)
    kept = rows.filter(store=store, entity=OF_USERS[-1])
    others = Store.every.exclude(set_aside_at=None).filter(url=store.url).exclude(pk=store.pk)
    aside = rows.filter(store__in=others)
    return frozenset([*kept.values_list("cscart_id", flat=True), *aside.values_list("cscart_id", flat=True)])
