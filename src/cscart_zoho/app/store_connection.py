"""The connection to a CS-Cart store."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx2
from django.conf import settings

from cscart_zoho.app.around import new_client, now, running_s, simulators, sleep
from cscart_zoho.app.lane import present_lane
from cscart_zoho.cscart import probe as cscart_probe
from cscart_zoho.errors import ConnectorError, NotConnected, WrongSetting
from cscart_zoho.http import Wire, as_it_is
from cscart_zoho.store.budget import store_budget_of
from cscart_zoho.store.choices import keep_capabilities
from cscart_zoho.store.models import Store
from cscart_zoho.store.set_aside import company_of


def store_wire(store: Store, on_wait: Callable[[], None] = lambda: None, *, long: bool | None = None) -> Wire:
    """The calls to a store. `long` addresses are those of a web server without URL rewriting; None = as it was found.

    Raises `NotConnected` and `WrongSetting`.
    """
    if not (store.url and store.email and store.api_key):
        raise NotConnected(
            "The store is not connected.", advice="Open the store connection and enter address, e-mail and key."
        )
    if long is None:
        long = bool(store.capabilities.get("long_addresses"))
    client = new_client()
    client.auth = httpx2.BasicAuth(store.email, store.api_key)
    budget = store_budget_of(store, now, present_lane())
    return Wire(
        name="CS-Cart",
        base_url=_allowed(store.url),
        client=client,
        spend=budget.spend if _is_counted(store) else lambda: None,
        examine=partial(cscart_probe.examine, block=budget.longer_block),
        sleep=sleep,
        on_wait=on_wait,
        clock=running_s,
        secrets=lambda: (store.api_key, _basic(store)),
        placed=cscart_probe.long_address if long else as_it_is,
    )


def _is_counted(store: Store) -> bool:
    """A store without a limit, or one that is not kept yet, costs no count of its calls."""
    return bool(store.pk and store.minute_limit) and not settings.CSCART_ZOHO_SIM_NO_MINUTE_LIMIT


def _basic(store: Store) -> str:
    """The key as it goes over the wire."""
    return b64encode(f"{store.email}:{store.api_key}".encode()).decode()


def _allowed(url: str) -> str:
    """The address of a store, if this process may speak to it."""
    address = cscart_probe.store_address(url)
    if urlsplit(address).netloc in simulators():
        return address
    if urlsplit(address).scheme != "https":
        raise WrongSetting("The store must be reached by https.", advice="Enter its address with https://.")
    return address


def probe_store(store: Store) -> dict[str, Any]:
    """What the store can do, by asking it. Nothing is kept.

    Where short addresses do not lead to its API, the long form is tried before anybody is told.
    """
    company_id = company_of(store)
    try:
        return cscart_probe.probe(store_wire(store, long=False), company_id)
    except cscart_probe.NoShortAddresses as error:
        try:
            return {**cscart_probe.probe(store_wire(store, long=True), company_id), "long_addresses": True}
        except ConnectorError as other:
            raise (error if isinstance(other, cscart_probe.NoShortAddresses) else other) from None


def connect_store(
    store: Store, before_kept: Callable[[Mapping[str, Any]], None] = lambda found: None
) -> dict[str, Any]:
    """Ask the store what it can do and keep the connection: address, e-mail, key, and what was found.

    `before_kept` hears what was found before any of it is kept. Nothing that works now is replaced before the store
    has answered. On an error it is raised, and kept as the store's trouble where the connection that failed is the one
    that is kept.
    """
    try:
        found = probe_store(store)
    except ConnectorError as error:
        kept = Store.objects.filter(pk=store.pk).first()
        if kept is not None and _access(kept) == _access(store):
            Store.objects.filter(pk=store.pk).update(trouble=error.for_people())
        raise
    store.url = cscart_probe.store_address(store.url)
    before_kept(found)
    store.save(update_fields=["url", "email", "api_key"] if store.pk else None)
    keep_capabilities(store, found, now())
    return found


def _access(store: Store) -> tuple[str, str, str]:
    return store.url, store.email, store.api_key
