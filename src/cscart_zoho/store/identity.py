"""What is connected, beside what the ledger's rows were made with."""

from cscart_zoho.errors import WrongConnection
from cscart_zoho.store.models import Conflict, Intent, Link, Store, ZohoOrganisation
from cscart_zoho.sync.identity import (
    MadeWith,
    Organisation,
    Shop,
    advice_words,
    made_with_from_json,
    wrong_connection_words,
)

#: What of a store's capabilities says which shop it is.
IDENTITY = ("edition", "company_id", "company")


def connected_with(store: Store) -> MadeWith:
    """What a store's connections lead to now, as far as it is known."""
    org, can = store.zoho, store.capabilities
    organisation = Organisation()
    # Since it was disconnected another ID may have been typed over, which Zoho has told nothing of.
    if org is not None and org.organization_id and (org.connected or is_about(org, org.organization_id)):
        organisation = organisation_of(org, crm=store.customers_in == "crm")
    shop = Shop(url=store.url, email=store.email, **{name: str(can.get(name) or "") for name in IDENTITY})
    return MadeWith(organisation, shop)


def is_about(org: ZohoOrganisation, id: str) -> bool:
    """Whether what is known is about this organisation; what was read before this was kept is about the last one."""
    return bool(org.capabilities.get("of", [org.region, org.organization_id]) == [org.region, id])


def organisation_of(org: ZohoOrganisation, *, crm: bool = True) -> Organisation:
    """Which organisation a connection leads to, with its CRM or without it."""
    known = (org.capabilities.get("crm") or {}) if crm else {}
    return Organisation(
        org.region, org.organization_id, org.name, str(known.get("zgid") or ""), str(known.get("name") or "")
    )


def made_with(store: Store) -> MadeWith:
    """What the ledger's rows were made with."""
    return made_with_from_json(store.made_with)


def wrong_connection(store: Store) -> WrongConnection | None:
    """What is connected instead of what the links were made with; None while it is the same."""
    before, now = made_with(store), connected_with(store)
    if not before.others(now):
        return None
    links = Link.objects.filter(store=store).count()
    return WrongConnection(wrong_connection_words(before, now, links), advice=advice_words(before, now))


def remember(store: Store, what: MadeWith) -> None:
    """Keep what the rows of the ledger are made with."""
    kept = what.to_json()
    if kept != store.made_with:
        store.made_with = kept
        Store.every.filter(pk=store.pk).update(made_with=kept)


def has_something_to_lose(store: Store) -> bool:
    """Whether there is anything that cannot simply be read again."""
    return (
        Link.objects.filter(store=store).exists()
        or Intent.objects.filter(store=store, closed_at=None).exists()
        or Conflict.objects.filter(store=store).exists()
    )
