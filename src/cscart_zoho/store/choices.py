"""Keeping the merchant's choices. What was held by the old ones is looked at again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import ProductChoices, choices_to_json
from cscart_zoho.mapping.customer_choices import (
    CustomerChoices,
    customer_choices_from_json,
    customer_choices_to_json,
)
from cscart_zoho.mapping.fields import FieldRow, Mode, Module
from cscart_zoho.mapping.old_store import NOT_TAKEN
from cscart_zoho.mapping.order_choices import OrderChoices, order_choices_from_json, order_choices_to_json
from cscart_zoho.mapping.store_currency import READING, StoreCurrency
from cscart_zoho.mapping.ways import KEEPS_ALL
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.budget import zone
from cscart_zoho.store.currency import last_order, note_reading, reading_of, store_currency, with_reading
from cscart_zoho.store.identity import IDENTITY, connected_with, made_with
from cscart_zoho.store.models import Cursor, Intent, Link, Observation, Store, SyncState
from cscart_zoho.store.order_stock import IN_USE, OrderStock
from cscart_zoho.store.staff import STAFF

#: The records that a module's field map is about.
_MAPPED = {
    Module.CONTACT: [Entity.CUSTOMERS],
    Module.ACCOUNT: [Entity.ACCOUNTS],
    Module.INVENTORY: [Entity.CUSTOMERS, Entity.CONTACTS],
}
#: Links that are looked at together.
CHUNK = 500


@transaction.atomic
def save_choices(store: Store, choices: ProductChoices) -> None:
    """Keep the choices of a store. Records that were held or failed need not wait any longer.

    Orders go by the taxes of products, too.
    """
    store.product_choices = choices_to_json(choices)
    store.save(update_fields=["product_choices"])
    _look_again(store, [Entity.PRODUCTS, Entity.ORDERS])


#: When the profile fields were read last, among what a store can do.
PROFILE_FIELDS_AT = "profile_fields_at"


@transaction.atomic
def save_customer_choices(store: Store, choices: CustomerChoices) -> None:
    """Keep the choices for customers.

    A field that goes to another column than before has no base any more: what
    both sides agreed on was another value. Everything is read again, because
    what was seen was seen under the old map.
    """
    before = customer_choices_from_json(store.customer_choices)
    store.customer_choices = customer_choices_to_json(choices)
    store.save(update_fields=["customer_choices"])
    _look_again(store, [Entity.ACCOUNTS, Entity.CUSTOMERS, Entity.CONTACTS, Entity.GUESTS, Entity.ORDERS])
    for module, entities in _MAPPED.items():
        if before.maps.get(module) != choices.maps.get(module):
            _forget(store, entities, _moved(before, choices, module))
    if before.home is not choices.home:
        _forget(store, list(_MAPPED[Module.INVENTORY]), set())


@transaction.atomic
def save_order_choices(store: Store, choices: OrderChoices) -> None:
    """Keep the choices for orders. Raises `WrongSetting` for another prefix than the one that orders in Zoho have.

    By their numbers orders of the store are told from those that were made in
    Zoho, and are found again. Numbers and currency stand in the documents that
    both sides agreed on. With another prefix or currency every order would look
    edited: what was agreed on is forgotten, all orders are read again, and the
    next run compares them anew. So it is with another time zone, in which an
    order may be of another day. Whom a sales order is for depends on the contact
    that stands for all guests: then, too, all are looked at again. A currency
    that is chosen while the store tells another one counts all the same.
    """
    before, days, currency = _order_choices_before(store), order_zone(store), store_currency(store)
    if before is not None and before.prefix != choices.prefix and (sent := orders_in_zoho(store)):
        raise WrongSetting(
            f'Orders in Zoho have numbers that begin with "{before.prefix}" ({sent:,} so far).',
            advice="The prefix cannot be changed any more; leave it as it is.",
        )
    store.order_choices = order_choices_to_json(choices)
    store.save(update_fields=["order_choices"])
    if choices.currency.upper() != currency.chosen:
        note_reading(store, {"overruled": currency.told if choices.currency else ""})
    OrderStock(store).explain_all()
    _look_again(store, [Entity.ORDERS, Entity.GUESTS, Entity.PRODUCTS])
    other_days = days.name != order_zone(store).name
    other_currency = currency.first_other(store_currency(store)) == 0  # it was wrong from the beginning
    if before is None or other_days or other_currency or before.prefix != choices.prefix:
        _forget_documents(store)
    else:
        _count_in(store, currency)
    if before is not None and before.guest_contact_id != choices.guest_contact_id:
        _forget(store, [Entity.ORDERS], set())


@dataclass(frozen=True)
class OrderZone:
    """The time zone in which the days of a store's orders are told, and where it is from."""

    name: str
    told_by: Literal["setting", "store", "zoho"]


def order_zone(store: Store) -> OrderZone:
    """The merchant's choice, else the store's own zone, else that of the Zoho organisation, else UTC."""
    chosen = _order_choices_before(store)
    if chosen is not None and chosen.time_zone:
        return OrderZone(chosen.time_zone, "setting")
    if told := str(store.capabilities.get("time_zone") or ""):
        return OrderZone(told, "store")
    return OrderZone(str(zone(store.zoho.time_zone if store.zoho is not None else "UTC")), "zoho")


def store_zone(store: Store) -> ZoneInfo | None:
    """The zone in which the store's own days begin, as it tells or the merchant has chosen; None where nobody knows."""
    found = order_zone(store)
    return ZoneInfo(found.name) if found.told_by != "zoho" else None


@transaction.atomic
def keep_capabilities(store: Store, found: Mapping[str, Any], connected_at: datetime) -> None:
    """Keep what a store can do, and that it is connected.

    Where it tells another time zone than before, orders near midnight are of
    another day: what was agreed on is forgotten, and the next run compares anew.
    Where it tells another currency, that is what amounts are in from now on.
    Where it is another shop, the orders that are known are none of its own: what
    is known of our shop stays until it is said what becomes of them.
    """
    store.capabilities = Store.objects.select_for_update().get(pk=store.pk).capabilities
    days, currency = order_zone(store), store_currency(store)
    ours, still = store.capabilities, known_still(store, found)
    of_the_same = _with_currency(store, still)
    store.capabilities, store.connected_at, store.trouble = still, connected_at, ""
    another_shop = Side.CSCART in made_with(store).others(connected_with(store))
    of_another = {**ours, **{name: found.get(name) for name in IDENTITY}}
    store.capabilities = of_another if another_shop else of_the_same
    store.save(update_fields=["url", "capabilities", "connected_at", "trouble"])
    if another_shop:
        return
    if days.name != order_zone(store).name:
        _forget_documents(store)
    else:
        _count_in(store, currency)


@transaction.atomic
def keep_told_currency(store: Store, told: str, read_at: datetime) -> None:
    """Keep the currency that the store has told when it was asked again; "" = it does not tell, which is no change.

    Another one than before changes nothing but that work waits. One that nobody
    has known before is what amounts are in.
    """
    fresh = Store.objects.select_for_update().get(pk=store.pk)
    store.capabilities, store.order_choices = fresh.capabilities, fresh.order_choices
    currency = store_currency(store)
    news: dict[str, Any] = {"read_at": read_at.isoformat()}
    if told:
        news["told"] = told
    if told and not currency.counts:
        store.capabilities = {**store.capabilities, "currency": told}
    if told and told == store_currency(store).known:
        news["last_order"] = last_order(store)
    store.capabilities = {**store.capabilities, READING: {**reading_of(store), **news}}
    store.save(update_fields=["capabilities"])
    _count_in(store, currency)


def _with_currency(store: Store, found: Mapping[str, Any]) -> dict[str, Any]:
    """What the store can do, with what is known of its currency besides.

    A store that does not tell it this time still has the one that it has told, as long as pairs of orders prove that
    it is the same store. Where it tells another one, older orders stay in that which they were placed in.
    """
    currency, reading = store_currency(store), reading_of(store)
    told, known = str(found.get("currency") or ""), currency.known
    if not told and known and Link.objects.filter(store=store, entity=Entity.ORDERS.value).exists():
        return {**found, "currency": known, READING: reading}
    before, last = list(reading.get("before") or []), int(reading.get("last_order") or 0)
    if told and known and told != known and last:
        before.append({"code": known, "last_order": last})
    else:
        last = last_order(store)
    kept = {"overruled": reading.get("overruled"), "last_order": last, "before": before}
    return with_reading(found, kept)


def _count_in(store: Store, before: StoreCurrency) -> None:
    """Have amounts be in what they are in now: `before` it was another currency, or they waited for an answer.

    The orders of the store that are in another one than before are read again. What was agreed on about them stays: a
    sales order that was made in the old currency is not right in the new one, and a person looks at it.
    """
    now = store_currency(store)
    first = before.first_other(now)
    if first is not None:
        orders = Observation.objects.filter(store=store, entity=Entity.ORDERS.value, side=Side.CSCART.value)
        orders.filter(number__gte=first).update(etag="", partial=True)
    if first is not None or before.changed != now.changed:
        _look_again(store, [Entity.PRODUCTS, Entity.ORDERS])


def known_still(store: Store, found: Mapping[str, Any]) -> dict[str, Any]:
    """What a look has found out, and what an earlier one had where this one may not see it: unknown is not none."""
    before, known = store.capabilities, dict(found)
    if found.get("denied"):
        known = {name: value for name, value in before.items() if name != "long_addresses"} | known
    if not found.get("edition") and before.get("edition"):
        known |= {name: before[name] for name in IDENTITY if name in before}
    if before.get(STAFF):
        known[STAFF] = before[STAFF]
    if before.get(KEEPS_ALL):
        known[KEEPS_ALL] = before[KEEPS_ALL]
    if before.get(NOT_TAKEN) and not known.get("keeps_shipping", True):
        known[NOT_TAKEN] = True
    return known


def note_signs(store: Store, kind: str) -> None:
    """The store has told a character of four bytes in these records, so it keeps them. All is looked at anew."""
    if kind in store.capabilities.get(KEEPS_ALL, ()):
        return
    with transaction.atomic():
        known = Store.objects.select_for_update().get(pk=store.pk).capabilities
        store.capabilities = {**known, KEEPS_ALL: sorted({kind, *known.get(KEEPS_ALL, ())})}
        store.save(update_fields=["capabilities"])
        _look_again(store, list(Entity))


def keep_profile_fields(store: Store, told: list[dict[str, Any]], read_at: datetime) -> None:
    """Keep the profile fields as they are now. Where they have changed, customers are looked at anew."""
    with transaction.atomic():
        known = Store.objects.select_for_update().get(pk=store.pk).capabilities
        store.capabilities = {**known, "profile_fields": told, PROFILE_FIELDS_AT: read_at.isoformat()}
        store.save(update_fields=["capabilities"])
        if told != known.get("profile_fields"):
            _forget(store, [Entity.CUSTOMERS, Entity.CONTACTS], set())
            _look_again(store, [Entity.CUSTOMERS, Entity.CONTACTS])


def note_emptied(store: Store) -> None:
    """The store has emptied what was sent along with a change: as long as it is that old, it is not tried again."""
    store.capabilities = {**Store.objects.get(pk=store.pk).capabilities, NOT_TAKEN: True}
    Store.objects.filter(pk=store.pk).update(capabilities=store.capabilities)


def _forget_documents(store: Store) -> None:
    """Forget what was agreed on about the documents of orders, and read all orders again."""
    _forget(store, [Entity.ORDERS], {"document"})
    Observation.objects.filter(store=store, entity=Entity.ORDERS).update(etag="", partial=True)


def orders_in_zoho(store: Store) -> int:
    """How many orders of the store were made in Zoho, or are being made now, under numbers of ours."""
    made = Link.objects.filter(store=store, entity=Entity.ORDERS, origin="created_in_zoho").count()
    sent = {"entity": Entity.ORDERS, "kind": "create", "target": Side.ZOHO, "closed_at": None}
    return made + Intent.objects.filter(store=store, **sent).count()


def _order_choices_before(store: Store) -> OrderChoices | None:
    """What is stored, or None where it cannot be read."""
    try:
        return order_choices_from_json(store.order_choices)
    except WrongSetting:
        return None


def save_maps(store: Store, maps: Mapping[Module, Mapping[str, FieldRow]]) -> None:
    """Keep the field maps of these modules; those of others stay."""
    choices = customer_choices_from_json(store.customer_choices)
    all_maps = {**choices.maps, **{module: dict(rows) for module, rows in maps.items()}}
    save_customer_choices(store, msgspec.structs.replace(choices, maps=all_maps))


def forget_maps(store: Store, modules: Iterable[Module]) -> None:
    """Back to the default maps."""
    choices = customer_choices_from_json(store.customer_choices)
    left = {module: rows for module, rows in choices.maps.items() if module not in set(modules)}
    save_customer_choices(store, msgspec.structs.replace(choices, maps=left))


def _moved(before: CustomerChoices, after: CustomerChoices, module: Module) -> set[str]:
    """The Zoho fields whose column is another one now, or where both sides may have kept what they had until now.

    Without a map of one's own all may be.
    """
    old, new = before.maps.get(module), after.maps.get(module)
    if old is None or new is None:
        return set(old or {}) | set(new or {})
    return {name for name in {*old, *new} if name not in old or name not in new or _anew(old[name], new[name])}


def _anew(old: FieldRow, new: FieldRow) -> bool:
    return old.column != new.column or (old.mode is Mode.IF_EMPTY and new.mode is not old.mode)


def _forget(store: Store, entities: list[Entity], fields: set[str]) -> None:
    """Forget what was agreed on about these fields, and up to where was read."""
    cursors = Cursor.objects.filter(store=store, entity__in=[e.value for e in entities])
    # Stock goes on resting on the orders that are known, and the brake has let plans pass before.
    cursors.exclude(kind__in=(IN_USE["kind"], "passed")).delete()
    if not fields:
        return
    links, last = Link.objects.filter(store=store, entity__in=[e.value for e in entities]), 0
    while chunk := list(links.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = chunk[-1].pk
        for link in chunk:
            link.base_cscart = {name: value for name, value in link.base_cscart.items() if name not in fields}
            link.base_zoho = {name: value for name, value in link.base_zoho.items() if name not in fields}
        Link.objects.bulk_update(chunk, ["base_cscart", "base_zoho"])


def _look_again(store: Store, entities: list[Entity]) -> None:
    rows = Observation.objects.filter(store=store, entity__in=[entity.value for entity in entities])
    rows.filter(due=False).update(due=True)
    waiting = rows.filter(state__in=[SyncState.HELD, SyncState.FAILED])
    waiting.exclude(not_before=None).update(not_before=None)
