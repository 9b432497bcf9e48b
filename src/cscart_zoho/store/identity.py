"""What is connected, beside what the ledger's rows were made with."""

from cscart_zoho.errors import WrongConnection
from cscart_zoho.store.models import Conflict, Intent, Link, Store
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
    if org is not None and org.organization_id:
        crm = org.capabilities.get("crm") or {} if store.customers_in == "crm" else {}
        organisation = Organisation(
            org.region, org.organization_id, org.name, str(crm.get("zgid") or ""), str(crm.get("name") or "")
        )
    shop = Shop(url=store.url, email=store.email, **{name: str(can.get(name) or "") for name in IDENTITY})
    return MadeWith(organisation, shop)


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
