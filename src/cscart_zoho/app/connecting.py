"""Connecting a side, and seeing whether it is the one that links were made with."""

from typing import Any

from cscart_zoho.app import zoho_connection
from cscart_zoho.app.identity import after_connecting
from cscart_zoho.store.models import Store, ZohoOrganisation


def connect_zoho(org: ZohoOrganisation, **how: Any) -> str:
    """As `zoho_connection.connect_zoho`; what follows for the links, in words for people, or nothing."""
    zoho_connection.connect_zoho(org, **how)
    return _after_connecting(Store.objects.filter(zoho=org))


def choose_organisation(org: ZohoOrganisation, id: str) -> str:
    """As `zoho_connection.choose_organisation`; what follows for the links, in words for people, or nothing."""
    zoho_connection.choose_organisation(org, id)
    return _after_connecting(Store.objects.filter(zoho=org))


def _after_connecting(stores: Any) -> str:
    return " ".join(filter(None, (after_connecting(store) for store in stores.select_related("zoho"))))
