"""Connecting a side, and seeing whether it is the one that links were made with."""

from collections.abc import Mapping
from typing import Any

import msgspec

from cscart_zoho.app import store_connection, zoho_connection
from cscart_zoho.app.identity import after_connecting
from cscart_zoho.app.same_shop import is_still_there, likeness
from cscart_zoho.app.store_connection import store_wire
from cscart_zoho.errors import ConnectorError, WrongSetting
from cscart_zoho.store.identity import IDENTITY, connected_with, made_with, remember
from cscart_zoho.store.models import Store, ZohoOrganisation
from cscart_zoho.store.set_aside import set_aside_with
from cscart_zoho.sync.identity import Likeness, MadeWith, Shop, place


def connect_zoho(org: ZohoOrganisation, **how: Any) -> str:
    """As `zoho_connection.connect_zoho`; what follows for the links, in words for people, or nothing."""
    zoho_connection.connect_zoho(org, **how)
    return _after_connecting(Store.objects.filter(zoho=org))


def choose_organisation(org: ZohoOrganisation, id: str) -> str:
    """As `zoho_connection.choose_organisation`; what follows for the links, in words for people, or nothing."""
    zoho_connection.choose_organisation(org, id)
    return _after_connecting(Store.objects.filter(zoho=org))


def connect_store(store: Store, *, same_shop: bool = False) -> str:
    """As `store_connection.connect_store`; what follows for the links, in words for people, or nothing.

    `same_shop`: a person says that it is the shop that links were made with.
    """
    kept = Store.objects.filter(pk=store.pk).first() if store.pk else None
    store_connection.connect_store(store, lambda found: _settle_shop(store, kept, found, said=same_shop))
    told = _after_connecting(Store.objects.filter(pk=store.pk))
    store.refresh_from_db()
    return told


def same_shop(store: Store) -> None:
    """A person says that the connected store is the shop that links were made with. Raises `ConnectorError`."""
    _check_likeness(likeness(store, store_wire(store)), connected_with(store).shop)
    _take_for_ours(store, connected_with(store).shop)


def _settle_shop(store: Store, kept: Store | None, found: Mapping[str, Any], *, said: bool) -> None:
    """Where the new connection leads to our shop, which has moved or has other companies, remember where it is now."""
    now = Shop(url=store.url, email=store.email, **{name: str(found.get(name) or "") for name in IDENTITY})
    before = made_with(store).shop
    present = MadeWith(connected_with(store).organisation, now)
    if kept is not None and before.may_be_another_company(now):
        _check_company(store, now)
    if kept is None or not before.is_other(now) or set_aside_with(store, present) is not None:
        return
    try:
        alike = likeness(store, store_wire(store))
    except ConnectorError:
        alike = Likeness()
    if said:
        _check_likeness(alike, now)
        _take_for_ours(store, now)
    elif alike.is_same and not before.has_other_edition(now) and _is_no_copy(kept, before, now):
        _take_for_ours(store, now)


def _is_no_copy(kept: Store, before: Shop, now: Shop) -> bool:
    """A copy for trying things out shows the same, and the shop itself is still where it was."""
    return place(before.url) == place(now.url) or not is_still_there(kept, before)


def _check_company(store: Store, now: Shop) -> None:
    """Another administrator, who may not see the store's companies: what the key shows has to be ours."""
    if likeness(store, store_wire(store)).is_other:
        raise WrongSetting(
            f"{now.email} sees none of the products and customers that are linked, and may not see for which store "
            "or vendor the key is.",
            advice="Give this administrator the right to view stores and vendors, or use the key of one who sees them.",
        )


def _check_likeness(alike: Likeness, now: Shop) -> None:
    if alike.is_other:
        raise WrongSetting(
            f"{now.title} is another shop: of {alike.asked:,} products and customers that were looked at, none is "
            "there under its number.",
            advice="Connect the old shop again, or start anew with this one.",
        )


def _take_for_ours(store: Store, now: Shop) -> None:
    remember(store, msgspec.structs.replace(made_with(store), shop=now))


def _after_connecting(stores: Any) -> str:
    return " ".join(filter(None, (after_connecting(store) for store in stores.select_related("zoho"))))
