"""The only place where real things are put together: clients, tokens, budgets, adapters, clock."""

import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2
from django.conf import settings
from django.utils import timezone

from cscart_zoho.cscart import probe as cscart_probe
from cscart_zoho.cscart.products import CsCartProducts
from cscart_zoho.errors import ConnectorError, NotConnected, WrongSetting
from cscart_zoho.http import TIMEOUT, GuardedTransport, Wire
from cscart_zoho.mapping.choices import choices_from_json
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.records import Side
from cscart_zoho.store import tokens
from cscart_zoho.store.budget import budget_of, calls_left, zone
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.store.models import Store, ZohoOrganisation
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.chapter import Chapter
from cscart_zoho.sync.ports import Clock, Sides
from cscart_zoho.zoho import oauth, organisation
from cscart_zoho.zoho.adjustments import ZohoStockBook
from cscart_zoho.zoho.items import ZohoItems
from cscart_zoho.zoho.regions import region_of, region_of_callback
from cscart_zoho.zoho.wire import ADJUSTMENTS, ITEMS, accepted

Check = tuple[str, bool, str]


class SimClock(Protocol):
    """A clock of a simulation: seconds since the epoch, and a sleep that moves it."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


@dataclass
class _Around:
    """What surrounds the process: the network and the clock, or a simulation of both."""

    transport: httpx2.BaseTransport | None = None
    clock: SimClock | None = None


_around = _Around()
_guarded: dict[tuple[bool, frozenset[str]], GuardedTransport] = {}


@contextmanager
def using_transport(transport: httpx2.BaseTransport, clock: Any = None) -> Iterator[None]:
    """Everything in the block speaks through `transport`, and waits by moving `clock`."""
    before = _around.transport, _around.clock
    _around.transport, _around.clock = transport, clock
    try:
        yield
    finally:
        _around.transport, _around.clock = before


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.fromtimestamp(_around.clock.now(), UTC) if _around.clock is not None else timezone.now()


def _sleep(seconds: float) -> None:
    (_around.clock.sleep if _around.clock is not None else time.sleep)(seconds)


def _client() -> httpx2.Client:
    """A client that goes only where it may. Connections are kept for the life of the process."""
    transport = _around.transport
    if transport is None:
        key = (settings.CSCART_ZOHO_PRIVATE_STORES, _simulators())
        transport = _guarded.setdefault(key, GuardedTransport(private=key[0], trusted=key[1]))
    return httpx2.Client(
        transport=transport, timeout=TIMEOUT, follow_redirects=False, headers={"user-agent": "cscart-zoho"}
    )


def _simulators() -> frozenset[str]:
    urls = (
        settings.CSCART_ZOHO_SIM_STORE_URL,
        settings.CSCART_ZOHO_SIM_ACCOUNTS_URL,
        settings.CSCART_ZOHO_SIM_API_URL,
    )
    return frozenset(urlsplit(url).netloc for url in urls if url)


# The store


def _store_wire(store: Store, on_wait: Callable[[], None] = lambda: None) -> Wire:
    if not (store.url and store.email and store.api_key):
        raise NotConnected(
            "The store is not connected.", advice="Open the store connection and enter address, e-mail and key."
        )
    client = _client()
    client.auth = httpx2.BasicAuth(store.email, store.api_key)
    return Wire(
        name="CS-Cart",
        base_url=_allowed(store.url),
        client=client,
        examine=cscart_probe.examine,
        sleep=_sleep,
        on_wait=on_wait,
        secrets=lambda: (store.api_key, _basic(store)),
    )


def _basic(store: Store) -> str:
    """The key as it goes over the wire."""
    return b64encode(f"{store.email}:{store.api_key}".encode()).decode()


def _allowed(url: str) -> str:
    """The address of a store, if this process may speak to it."""
    address = cscart_probe.store_address(url)
    if urlsplit(address).netloc in _simulators():
        return address
    if urlsplit(address).scheme != "https":
        raise WrongSetting("The store must be reached by https.", advice="Enter its address with https://.")
    return address


def probe_store(store: Store) -> dict[str, Any]:
    """What the store can do, by asking it. Nothing is kept."""
    return cscart_probe.probe(_store_wire(store))


def connect_store(store: Store) -> dict[str, Any]:
    """Ask the store what it can do and keep the connection. On an error its words are kept and it is raised."""
    try:
        found = probe_store(store)
    except ConnectorError as error:
        Store.objects.filter(pk=store.pk).update(trouble=error.for_people())
        raise
    store.url = cscart_probe.store_address(store.url)
    store.capabilities, store.connected_at, store.trouble = found, now(), ""
    store.save(update_fields=["url", "capabilities", "connected_at", "trouble"])
    return found


# Zoho


def _oauth_client(org: ZohoOrganisation) -> oauth.Client:
    url = settings.CSCART_ZOHO_SIM_ACCOUNTS_URL or region_of(org.region).accounts_url
    if not (org.client_id and org.client_secret):
        raise NotConnected("There is no client ID or client secret.", advice="Open the Zoho connection and enter both.")
    return oauth.Client(url.rstrip("/"), org.client_id, org.client_secret, _client())


def _api_url(org: ZohoOrganisation) -> str:
    return str(settings.CSCART_ZOHO_SIM_API_URL or region_of(org.region).api_url).rstrip("/")


class _Tokens:
    """The access token of one organisation, as the wire wants it."""

    def __init__(self, org: ZohoOrganisation) -> None:
        self.org = org
        self._stale = ""

    def headers(self) -> dict[str, str]:
        token = tokens.access_token(self.org, _refresh, now=now, sleep=_sleep, stale=self._stale)
        return {"authorization": f"Zoho-oauthtoken {token}"}

    def renew(self) -> None:
        self._stale = self.org.access_token


def _refresh(org: ZohoOrganisation) -> oauth.Fresh:
    return _oauth_client(org).refresh(org.refresh_token)


def _zoho_wire(org: ZohoOrganisation, on_wait: Callable[[], None] = lambda: None) -> Wire:
    if not org.refresh_token:
        raise NotConnected(org.trouble or "Zoho is not connected.")
    budget, held = budget_of(org, now), _Tokens(org)
    return Wire(
        name="Zoho",
        base_url=_api_url(org),
        client=_client(),
        headers=held.headers,
        spend=budget.spend if org.organization_id else lambda: None,
        examine=partial(organisation.examine, block=budget.block),
        renew=held.renew,
        still_refused=organisation.refused_token,
        sleep=_sleep,
        on_wait=on_wait,
        secrets=lambda: (org.access_token, org.refresh_token, org.client_secret),
        constant_params=(("organization_id", org.organization_id),) if org.organization_id else (),
    )


def scopes() -> str:
    """The permissions that are asked for, by comma: what a Self Client's code must be made with."""
    return ",".join(oauth.SCOPES)


def _callback() -> str:
    return f"{settings.CSCART_ZOHO_PUBLIC_URL}/zoho/callback/"


def authorise_url(org: ZohoOrganisation, *, state: str) -> str:
    """Where a person gives consent."""
    return _oauth_client(org).authorise_url(redirect_uri=_callback(), state=state)


def connect_zoho(
    org: ZohoOrganisation, *, code: str, self_client: bool = False, location: str = "", accounts_server: str = ""
) -> None:
    """Exchange a code, find the organisation, and keep the connection.

    Raises `ConnectorError`; then nothing has changed.

    `location` and `accounts_server` are what the callback said: another data
    centre is taken over only if it is in the table of regions.
    """
    before, held = org.region, _old_grant(org)
    org.region = _named_region(org, location, accounts_server)
    try:
        client = _oauth_client(org)
        granted = client.exchange(code.strip(), redirect_uri="" if self_client else _callback())
        try:
            row = organisation.pick(organisation.organisations(_trial_wire(org, granted, "")), org.organization_id)
            wire = _trial_wire(org, granted, str(row["organization_id"]))
            found = organisation.capabilities(row, wire)
        except ConnectorError:
            _revoke_quietly(client, granted.refresh_token)
            raise
    except ConnectorError:
        org.region = before
        raise
    _keep(org, granted, row, found)
    if held is not None and held[1] != granted.refresh_token:
        _revoke_quietly(*held)


def _named_region(org: ZohoOrganisation, location: str, accounts_server: str) -> str:
    if settings.CSCART_ZOHO_SIM_ACCOUNTS_URL:
        return str(org.region)
    named = region_of_callback(location, accounts_server)
    return named.key if named is not None else str(org.region)


def _old_grant(org: ZohoOrganisation) -> tuple[oauth.Client, str] | None:
    """The grant that a new connection takes the place of, and where it is ended."""
    return (_oauth_client(org), org.refresh_token) if org.refresh_token and org.client_secret else None


def _revoke_quietly(client: oauth.Client, refresh_token: str) -> None:
    """No grant stays alive that nobody holds; if Zoho does not answer, its own limit of 20 ends it."""
    with suppress(ConnectorError):
        client.revoke(refresh_token)


def _trial_wire(org: ZohoOrganisation, granted: oauth.Granted, id: str) -> Wire:
    """Calls with a token that is not kept yet."""
    token = granted.fresh.access_token
    return Wire(
        name="Zoho",
        base_url=_api_url(org),
        client=_client(),
        headers=lambda: {"authorization": f"Zoho-oauthtoken {token}"},
        examine=partial(organisation.examine, block=lambda seconds, reason: None),
        still_refused=organisation.refused_token,
        sleep=_sleep,
        secrets=lambda: (token, granted.refresh_token),
        constant_params=(("organization_id", id),) if id else (),
    )


def _keep(org: ZohoOrganisation, granted: oauth.Granted, row: dict[str, Any], found: dict[str, Any]) -> None:
    org.organization_id, org.name = str(row["organization_id"]), str(row.get("name") or "")[:200]
    org.plan, org.currency = found["plan"][:60], found["currency"][:3]
    org.price_precision, org.time_zone = found["price_precision"], found["time_zone"][:60]
    org.daily_limit = organisation.calls_a_day(org.plan)
    org.minute_limit = None if settings.CSCART_ZOHO_SIM_NO_MINUTE_LIMIT else organisation.CALLS_A_MINUTE
    org.capabilities, org.scopes = found, granted.scopes
    org.refresh_token, org.connected_at, org.refreshing_until = granted.refresh_token, now(), None
    org.save()
    tokens.keep(org, granted.fresh, now())


def refresh_token(org: ZohoOrganisation) -> None:
    """A new access token now, whatever the present one is."""
    org.refresh_from_db()
    tokens.access_token(org, _refresh, now=now, sleep=_sleep, stale=org.access_token)


def disconnect_zoho(org: ZohoOrganisation) -> str:
    """End the connection: revoked at Zoho, erased here in any case. A warning when Zoho did not confirm, or nothing."""
    org.refresh_from_db()
    warning = ""
    try:
        if org.refresh_token:
            _oauth_client(org).revoke(org.refresh_token)
    except ConnectorError as error:
        warning = f"{error} It is erased here; remove it under Connected Apps of your Zoho account too."
    finally:
        _erase(org)
    return warning


def _erase(org: ZohoOrganisation) -> None:
    org.refresh_token = org.access_token = org.trouble = ""
    org.access_token_expires_at = org.access_token_created_at = None
    org.connected_at = org.refreshing_until = None
    org.save(
        update_fields=[
            "refresh_token",
            "access_token",
            "trouble",
            "access_token_expires_at",
            "access_token_created_at",
            "connected_at",
            "refreshing_until",
        ]
    )


# A store with both sides


def product_map(store: Store) -> ProductMap:
    """The merchant's choices, and what both sides can hold."""
    organisation_ = store.zoho
    return ProductMap(
        choices_from_json(store.product_choices),
        cscart_places=int(store.capabilities.get("decimals", 2)),
        zoho_places=organisation_.price_precision if organisation_ is not None else 2,
    )


def sides_for(store: Store, *, on_wait: Callable[[], None] = lambda: None) -> Sides:
    """Both sides of a store. Raises `NotConnected` when one is not connected, `WrongSetting` for wrong choices."""
    org = store.zoho
    if org is None or not org.connected:
        raise NotConnected("Zoho is not connected.", advice="Open the Zoho connection and connect.")
    if not store.connected:
        raise NotConnected("The store is not connected.", advice="Open the store connection and connect.")
    choices = choices_from_json(store.product_choices)
    here, there = _store_wire(store, on_wait), _zoho_wire(org, on_wait)
    return Sides(
        cscart=CsCartProducts(here, store.capabilities, choices),
        zoho=ZohoItems(there, org.capabilities, choices),
        stock_book=ZohoStockBook(
            there, org.capabilities, choices, lambda: now().astimezone(zone(org.time_zone)).date()
        ),
        calls=lambda: {Side.CSCART: here.calls, Side.ZOHO: there.calls},
        calls_left=lambda: calls_left(org, now()),
    )


def chapters_for(
    store: Store,
    ledger: RunLedger,
    asked: Asked,
    *,
    clock: Clock,
    new_reference: Callable[[], str],
    on_wait: Callable[[], None] = lambda: None,
) -> list[Chapter]:
    """What a run of this ledger's entity consists of, in the order in which it writes."""
    sides = sides_for(store, on_wait=on_wait)
    return [Chapter(sides, ledger, asked, product_map(store), clock=clock, new_reference=new_reference)]


def admin_url(store: Store, side: Side, remote_id: str) -> str:
    """The page of a product in that side's own admin panel."""
    if side is Side.CSCART:
        return f"{store.url}/admin.php?dispatch=products.update&product_id={remote_id}"
    org = store.zoho
    host = region_of(org.region).inventory_host if org is not None else region_of("com").inventory_host
    id = org.organization_id if org is not None else ""
    return f"https://{host}/app/{id}#/inventory/items/{remote_id}"


def check_store(store: Store) -> list[Check]:
    """For `doctor`: what was checked, whether it is well, a sentence."""
    try:
        found = probe_store(store)
    except ConnectorError as error:
        return [("Store", False, error.for_people())]
    what = f"{store.url} answers: {found['edition']}, {found['products']:,} products"
    quick = found["updated_in_hours"]
    return [
        ("Store", True, what),
        ("Store: changes", True, "can be listed" if quick else "cannot be listed; every run reads all products"),
        (
            "Store: category",
            bool(found["category_id"]),
            found["category"] or "There is no active category for new products.",
        ),
    ]


def check_zoho(org: ZohoOrganisation) -> list[Check]:
    """For `doctor`: token, organisation, permissions, quota."""
    checks: list[Check] = []
    try:
        wire = _zoho_wire(org)
        accepted(wire.get(ITEMS, (("per_page", "1"),)), "to list its items")
        checks.append(("Zoho", True, f"{org} answers ({org.plan or 'plan unknown'})"))
        accepted(wire.get(ADJUSTMENTS, (("per_page", "1"),)), "to list its stock adjustments")
        checks.append(("Zoho: stock", True, "adjustments may be made"))
    except ConnectorError as error:
        return [*checks, ("Zoho", False, error.for_people())]
    missing = sorted(set(oauth.SCOPES) - set(org.scopes.replace(",", " ").split()))
    if missing and "ZohoInventory.FullAccess.all" not in org.scopes:
        words = f"Missing: {', '.join(missing)}. Disconnect, connect again, and accept every permission."
        checks.append(("Zoho: permissions", False, words))
    return checks
