"""The store and the Zoho organisation that the panel is about.

The tables allow several stores; the panel shows the first one.
"""

from django.http import HttpRequest

from cscart_zoho.store.identity import wrong_connection
from cscart_zoho.store.models import Store, ZohoOrganisation


def the_store() -> Store | None:
    """The store, with its organisation, in one query."""
    return Store.objects.select_related("zoho").order_by("pk").first()


def the_store_of(request: HttpRequest) -> Store | None:
    """The store, asked for once per request."""
    if not hasattr(request, "_panel_store"):
        request._panel_store = the_store()  # type: ignore[attr-defined]
    store: Store | None = request._panel_store  # type: ignore[attr-defined]
    return store


def the_organisation() -> ZohoOrganisation | None:
    """The organisation of the store, or the one that waits for a store."""
    store = the_store()
    if store is not None and store.zoho is not None:
        return store.zoho
    return ZohoOrganisation.objects.order_by("pk").first()


def join() -> None:
    """Let the store work with the organisation, once both exist."""
    store, organisation = the_store(), the_organisation()
    if store is not None and organisation is not None and store.zoho_id is None:
        Store.objects.filter(pk=store.pk, zoho=None).update(zoho=organisation)


def missing(store: Store | None) -> str:
    """What has to be connected before anything can run, in words for people; empty when nothing has."""
    if store is None or not store.connected:
        return "The store is not connected yet."
    if store.zoho is None or not store.zoho.connected:
        return "Zoho is not connected yet."
    return str(wrong_connection(store) or "")


def what_to_do_first(store: Store | None) -> str:
    """The same with what to do about it, for a person who has asked for a run."""
    wrong = wrong_connection(store) if store is not None else None
    if wrong is not None and missing(store) == str(wrong):
        return wrong.for_people()
    return f"{missing(store)} Connect it first; then ask again." if missing(store) else ""
