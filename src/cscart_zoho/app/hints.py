"""Web hooks of both sides: their addresses, what is made for us there, and what a message says."""

import hmac
import secrets
import string
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings

from cscart_zoho.app.around import new_client, now, simulators
from cscart_zoho.app.customers import customer_choices, has_crm, home_of
from cscart_zoho.app.store_connection import store_wire
from cscart_zoho.app.wires import connected
from cscart_zoho.app.zoho_connection import crm_wire
from cscart_zoho.cscart import web_hooks as store_hooks
from cscart_zoho.errors import ConnectorError, MissingScope, NotFound, WrongSetting
from cscart_zoho.http import received
from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.records import Entity
from cscart_zoho.store.identity import wrong_connection
from cscart_zoho.store.inbox import HintSource
from cscart_zoho.store.models import Store
from cscart_zoho.store.secrets import digest_of
from cscart_zoho.sync.hints import NotAccepted, Told, parsed
from cscart_zoho.zoho import web_hooks as inventory_hooks
from cscart_zoho.zoho.crm import channels

Kind = HintSource.Kind
#: Characters of the secret in an address (262 bits), and of the one that messages are known by.
ADDRESS_SECRET, MESSAGE_SECRET = 44, 40
_ALPHABET = string.ascii_letters + string.digits
#: What is made at the other side is looked after before its end by this much, at least daily where it has none.
AHEAD = timedelta(days=1)
#: After a failure it is tried again.
RETRY = timedelta(minutes=15)
#: The body of the message that the panel sends to itself.
TEST = "cscart_zoho_test"


# Addresses


def new_secret(length: int) -> str:
    """Letters and digits by chance: what Zoho takes as a secret and what needs no escape in an address."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _stem() -> str:
    return f"{settings.CSCART_ZOHO_PUBLIC_URL}/hooks/"


def hook_address(source: HintSource) -> str:
    """Where the other side sends its messages to."""
    return f"{_stem()}{source.address_secret}/"


def unreachable(kind: str) -> str:
    """Why the other side cannot send to this panel, or nothing."""
    address = urlsplit(settings.CSCART_ZOHO_PUBLIC_URL)
    host = address.hostname or ""
    if simulators():
        return ""
    if kind == Kind.CSCART and settings.CSCART_ZOHO_PRIVATE_STORES:
        return ""
    how = (
        "Put it behind a web server with https and set CSCART_ZOHO_PUBLIC_URL to the address that is reached from "
        "outside."
    )
    if address.scheme != "https" or _is_inside(host):
        return f"This panel is at {settings.CSCART_ZOHO_PUBLIC_URL}, which cannot be reached from outside. {how}"
    return ""


def _is_inside(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host


# Switched on and off


def switch_on_hooks(store: Store, kind: str) -> HintSource:
    """Let a side tell of its changes; what is needed there is made. Safe to repeat.

    What could not be made is told in `trouble` and tried again. Raises `WrongSetting`
    when it cannot work from here.
    """
    why = unreachable(kind) if kind != Kind.INVENTORY else ""
    if why:
        raise WrongSetting(why)
    if kind == Kind.CRM and home_of(store) is Home.INVENTORY:
        raise WrongSetting(
            "Customers of this store are not in Zoho CRM.",
            advice="Choose Zoho CRM in the settings for customers, or leave this off.",
        )
    source = HintSource.objects.filter(store=store, kind=kind).first()
    if source is None or not source.on:
        source = _made_on(store, kind, source)
    look_after_hooks(source)
    return source


def _made_on(store: Store, kind: str, before: HintSource | None) -> HintSource:
    """The address of before is kept: it may be entered at the other side still."""
    source = before or HintSource(store=store, kind=kind, address_secret=new_secret(ADDRESS_SECRET))
    source.digest = digest_of(source.address_secret)
    source.secret = source.secret or new_secret(MESSAGE_SECRET)
    source.on, source.made_at, source.trouble, source.refusal = True, now(), "", ""
    source.save()
    return source


def renew_source(store: Store, kind: str) -> None:
    """Messages of this kind, under a new address; what they need at the other side is made by the schedule."""
    source = _made_on(store, kind, None)
    _note(source, look_at=now())


def switch_off_hooks(source: HintSource) -> None:
    """Take no more messages, and end what was made at the other side. What could not be ended is tried again."""
    HintSource.objects.filter(pk=source.pk).update(on=False, trouble="", refusal="")
    source.refresh_from_db()
    look_after_hooks(source)


def readdress_hooks(source: HintSource) -> None:
    """Another address and another secret; those of before are not answered any more."""
    source.address_secret, source.secret = new_secret(ADDRESS_SECRET), new_secret(MESSAGE_SECRET)
    _note(
        source,
        address_secret=source.address_secret,
        digest=digest_of(source.address_secret),
        secret=source.secret,
        refusal="",
    )
    look_after_hooks(source)


def wait_for_test(source: HintSource) -> None:
    """A person is about to cause a message: the page shows when one comes after this moment."""
    _note(source, tested_at=now(), refusal="")


def look_after_hooks(source: HintSource) -> None:
    """Make, renew or end what this source has at the other side, as its switch says; the outcome is kept."""
    try:
        kept = _kept(source) if source.on else _ended(source)
    except ConnectorError as error:
        _note(source, trouble=_in_words(source, error), look_at=now() + RETRY)
    else:
        _note(source, trouble="", **kept)


def _in_words(source: HintSource, error: ConnectorError) -> str:
    if source.on:
        return error.for_people()
    left = f" It ends by itself {source.expires_at:%Y-%m-%d %H:%M} UTC at the latest." if source.expires_at else ""
    return f"What {source.get_kind_display()} sends could not be ended there: {error}{left} It is tried again."


def _note(source: HintSource, **changes: Any) -> None:
    HintSource.objects.filter(pk=source.pk).update(**changes)
    for name, value in changes.items():
        setattr(source, name, value)


def _kept(source: HintSource) -> dict[str, Any]:
    """What there is once everything is made. Raises `ConnectorError`."""
    if source.kind == Kind.INVENTORY:
        return {"look_at": None}  # a person sets it up in Zoho: there is no call for it
    why = unreachable(source.kind)
    if why:
        raise WrongSetting(why)
    return _channel(source) if source.kind == Kind.CRM else _hooks(source)


def _ended(source: HintSource) -> dict[str, Any]:
    """What there is once everything has ended. Raises `ConnectorError`."""
    there = source.look_at is not None or source.made_there
    if source.kind == Kind.CRM and there and not _is_over(source):
        made = channels.Channels(crm_wire(connected(source.store)))
        made.close(channel.id for channel in made.listed() if channel.notify_url.startswith(_stem()))
    elif source.kind == Kind.CSCART and there:
        hooks = store_hooks.WebHooks(store_wire(source.store))
        for row in hooks.listed():
            if row.hook_url.startswith(_stem()):
                hooks.delete(str(row.hook_id))
    return {"made_there": {}, "expires_at": None, "look_at": None}


def _is_over(source: HintSource) -> bool:
    return source.expires_at is not None and source.expires_at <= now()


# Zoho CRM: one channel, renewed before its end


def crm_possible(store: Store) -> bool:
    """Whether there is a CRM whose customers this store shares."""
    return has_crm(store.zoho) and customer_choices(store).home is not Home.INVENTORY


def _channel(source: HintSource) -> dict[str, Any]:
    org = connected(source.store)
    if channels.SCOPE not in org.scopes.replace(",", " ").split():
        raise MissingScope(
            "Zoho CRM may not send messages yet: the connection was made without that permission.",
            advice="Open the Zoho connection, choose Connect again, and accept every permission.",
        )
    made, id = channels.Channels(crm_wire(org)), str(source.made_there.get("channel") or "")
    there = made.listed()
    made.close(each.id for each in there if each.id != id and each.notify_url.startswith(_stem()))
    if id in {each.id for each in there}:
        try:
            return _living(source, id, made.renew(id, hook_address(source), source.secret, _week()))
        except NotFound:
            pass  # it has ended a moment ago
    # Known before it is made, so that its first message is taken, and that a cut off answer leaves no stranger.
    id = str(10**14 + secrets.randbelow(9 * 10**14))
    _note(source, made_there={"channel": id})
    return _living(source, id, made.open(id, hook_address(source), source.secret, _week()))


def _week() -> datetime:
    return now() + channels.LIFE


def _living(source: HintSource, id: str, until: datetime) -> dict[str, Any]:
    """A channel that lives shorter than it was asked for is renewed at half its time."""
    life = until - now()
    look_at = until - AHEAD if life > 2 * AHEAD else now() + max(life / 2, timedelta(minutes=1))
    return {"made_there": {"channel": id}, "expires_at": until, "look_at": look_at}


# CS-Cart: a hook for each trigger


def _hooks(source: HintSource) -> dict[str, Any]:
    if wrong := wrong_connection(source.store):
        raise wrong
    hooks, url = store_hooks.WebHooks(store_wire(source.store)), hook_address(source)
    made: dict[str, str] = {}
    for row in hooks.listed():
        if row.hook_url == url and row.trigger_name in store_hooks.TRIGGERS and row.trigger_name not in made:
            made[row.trigger_name] = str(row.hook_id)
        elif row.hook_url.startswith(_stem()):
            hooks.delete(str(row.hook_id))
    for trigger in store_hooks.TRIGGERS:
        if trigger not in made:
            made[trigger] = hooks.make(trigger, url)
    return {"made_there": {"hooks": made}, "expires_at": None, "look_at": now() + AHEAD}


# Messages


def read_message(source: HintSource, *, query: str, body: bytes, signature: str) -> list[Told]:
    """The records that a message names; none when it is the panel's own test. Raises `NotAccepted`.

    While another shop or organisation is connected than links were made with, no message is about anything known.

    `query` and `body` as they came; `signature` is the header `X-Zoho-Webhook-Signature`.
    """
    if wrong := wrong_connection(source.store):
        raise NotAccepted(str(wrong))
    if source.kind == Kind.INVENTORY:
        return [_here(source, told) for told in inventory_hooks.read(query, body, signature, source.secret)]
    if _is_test(source, body):
        return []
    if source.kind == Kind.CSCART:
        return store_hooks.read(body)
    channel = str(source.made_there.get("channel") or "")
    return channels.read(body, channel_id=channel, token=source.secret, now=now())


def _here(source: HintSource, told: Told) -> Told:
    """Contacts of Inventory are the customers themselves where there is no CRM."""
    if told.entity is not Entity.CONTACTS or home_of(source.store) is not Home.INVENTORY:
        return told
    return replace(told, entity=Entity.CUSTOMERS)


def _is_test(source: HintSource, body: bytes) -> bool:
    given = parsed(body).get(TEST)
    return isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "replace"), source.secret.encode())


def try_out_hooks(source: HintSource) -> str:
    """Send a message to ourselves through the public address. What went wrong, in words for people, or nothing."""
    url = hook_address(source)
    client = new_client(own=urlsplit(url).netloc)
    request = client.build_request("POST", url, content=msgspec.json.encode({TEST: source.secret}))
    try:
        answer = received(client, request, name="The panel", write=False, secrets=(source.address_secret,))
    except ConnectorError as error:
        return f"{error} Check that {settings.CSCART_ZOHO_PUBLIC_URL} opens from outside."
    if answer.status != 200:
        return (
            f"{settings.CSCART_ZOHO_PUBLIC_URL}/hooks/ was answered with HTTP {answer.status}, and not by this panel. "
            "Let the web server before it pass /hooks/ on without a log-in."
        )
    return ""
