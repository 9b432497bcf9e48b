"""The ways to both sides of a store."""

from collections.abc import Callable

from cscart_zoho.app.store_connection import store_wire
from cscart_zoho.app.zoho_connection import zoho_wire
from cscart_zoho.errors import NotConnected
from cscart_zoho.http import Wire
from cscart_zoho.store.identity import wrong_connection
from cscart_zoho.store.models import Store, ZohoOrganisation


def connected(store: Store) -> ZohoOrganisation:
    """The organisation of a store of which both sides are connected.

    Raises `NotConnected`, and `WrongConnection` where links were made with another shop or organisation.
    """
    org = store.zoho
    if org is None or not org.connected:
        raise NotConnected("Zoho is not connected.", advice="Open the Zoho connection and connect.")
    if not store.connected:
        raise NotConnected("The store is not connected.", advice="Open the store connection and connect.")
    if wrong := wrong_connection(store):
        raise wrong
    return org


def wires_of(store: Store, *, on_wait: Callable[[], None] = lambda: None) -> tuple[Wire, Wire]:
    """The ways to the store and to Zoho Inventory. Raises `NotConnected`."""
    org = connected(store)
    return store_wire(store, on_wait), zoho_wire(org, on_wait)
