"""Starting anew with another shop or organisation, and coming back to the one of before.

The rows of the ledger stay with their store, which is set aside as a whole; what a person has set up goes on with the
store that takes its place. Nothing is deleted: who connects the old shop or organisation again finds everything there.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Model

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import ZOHO_LIST_PRICE, ProductChoices, choices_from_json, choices_to_json
from cscart_zoho.mapping.columns import CUSTOM
from cscart_zoho.mapping.customer_choices import customer_choices_from_json, customer_choices_to_json
from cscart_zoho.mapping.order_choices import TO_ZOHO, OrderChoices, order_choices_from_json, order_choices_to_json
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.asleep import OF_USERS, carry_over
from cscart_zoho.store.currency import reading_of, with_reading
from cscart_zoho.store.identity import IDENTITY
from cscart_zoho.store.inbox import Hint, HintSource
from cscart_zoho.store.models import Link, Run, RunState, Store
from cscart_zoho.store.notices import Notice, NoticeSettings, NoticeWay
from cscart_zoho.store.timetable import CronAddress, Schedule
from cscart_zoho.sync.identity import MadeWith, made_with_from_json, place

#: What a person has set up for this installation, whatever it is connected with.
_GOES_ON: tuple[type[Model], ...] = (Schedule, CronAddress, NoticeSettings, NoticeWay, Notice)
#: Which side the messages of a source come from.
SIDES = {
    HintSource.Kind.CSCART: Side.CSCART,
    HintSource.Kind.CRM: Side.ZOHO,
    HintSource.Kind.INVENTORY: Side.ZOHO,
}
#: The columns of the connections, and those of limits and of the name.
_CONNECTION = ("name", "url", "email", "api_key", "zoho", "capabilities", "connected_at", "trouble", "minute_limit")
STOPPED = "Stopped: the links were set aside, and another shop or organisation took the place of theirs."


@transaction.atomic
def start_anew(store: Store, now_with: MadeWith, now: datetime) -> Store:
    """Set this store aside with all its rows; the store that takes its place is made with `now_with`.

    Raises `WrongSetting` while a run is under way.
    """
    held = _held(store)
    others = made_with_from_json(held.made_with).others(now_with)
    fresh = Store(
        **{name: getattr(held, name) for name in _CONNECTION},
        product_choices=held.product_choices,
        customer_choices=held.customer_choices,
        order_choices=held.order_choices,
        made_with=now_with.to_json(),
        customers_in=held.customers_in if Side.ZOHO not in others else "",
    )
    if Side.CSCART in others:
        # The rest is to be read; until it has been, the shop is not connected.
        fresh.capabilities, fresh.connected_at = {name: held.capabilities.get(name) for name in IDENTITY}, None
    _forget_ids(fresh, others, _order_prefix(held) if Side.ZOHO not in others else "")
    _set_aside(held, now)
    fresh.save()
    _go_on(held, fresh, others)
    return fresh


@transaction.atomic
def bring_back(store: Store, before: Store, now: datetime) -> Store:
    """Set this store aside, and let the one that was set aside before take its place again.

    Raises `WrongSetting` while a run is under way.
    """
    held = _held(store)
    back = Store.every.select_for_update(of=("self",)).get(pk=before.pk)
    others = made_with_from_json(held.made_with).others(made_with_from_json(back.made_with))
    reading = reading_of(back)
    for name in _CONNECTION:
        if name != "capabilities" or Side.CSCART not in others:
            setattr(back, name, getattr(held, name))
    if Side.CSCART in others:
        back.capabilities, back.connected_at = with_reading(held.capabilities, reading), None
    back.set_aside_at = None
    _set_aside(held, now)
    back.save()
    if Side.CSCART not in others:
        carry_over(*(Link.objects.filter(store=each, entity__in=OF_USERS) for each in (held, back)))
    _go_on(held, back, others)
    return back


def set_aside_with(store: Store, now_with: MadeWith) -> Store | None:
    """The store that was set aside and has links with just this shop and organisation, the latest first."""
    if not (now_with.organisation.id and now_with.shop.url):
        return None  # a side that is not known may be any
    for each in Store.every.exclude(set_aside_at=None).exclude(pk=store.pk).order_by("-set_aside_at"):
        before = made_with_from_json(each.made_with)
        both = before.organisation.id and before.shop.url
        if both and not before.others(now_with) and Link.objects.filter(store=each).exists():
            return each
    return None


def prefixes_of_other_shops(store: Store) -> tuple[str, ...]:
    """Prefixes of orders that stand in the same organisation and belong to shops whose links were set aside."""
    mine, found = made_with_from_json(store.made_with), list[str]()
    for each in Store.every.exclude(set_aside_at=None).exclude(pk=store.pk):
        other = made_with_from_json(each.made_with)
        if mine.shop.is_other(other.shop) and not mine.organisation.is_other(other.organisation):
            found.append(_order_prefix(each))
    own = str(store.order_choices.get("prefix") or OrderChoices().prefix)
    return tuple(prefix for prefix in dict.fromkeys(found) if prefix and prefix != own)


def company_of(store: Store) -> str:
    """The company of the shop that a connection is for, among those that its key may see.

    That of the links, or that of links which were set aside, where the administrator of then has come back.
    """
    email = Store.objects.filter(pk=store.pk).values_list("email", flat=True).first()
    if email is not None and email.casefold() != store.email.casefold():
        for each in Store.every.exclude(set_aside_at=None).order_by("-set_aside_at"):
            shop = made_with_from_json(each.made_with).shop
            if shop.email.casefold() == store.email.casefold() and place(shop.url) == place(store.url):
                return shop.company_id
    return made_with_from_json(store.made_with).shop.company_id


def _held(store: Store) -> Store:
    held = Store.objects.select_for_update(of=("self",)).get(pk=store.pk)
    if Run.objects.filter(store=held, state=RunState.RUNNING).exists():
        raise WrongSetting("A sync is under way.", advice="Stop it, or wait for its end; then try again.")
    return held


def _set_aside(store: Store, now: datetime) -> None:
    """Its key is not needed: who comes back enters one. What waits would wait for ever."""
    Store.every.filter(pk=store.pk).update(set_aside_at=now, api_key="", connected_at=None)
    Run.objects.filter(store=store, state=RunState.WAITING).update(
        state=RunState.STOPPED, finished_at=now, message=STOPPED
    )
    Hint.objects.filter(store=store, settled_at=None).update(settled_at=now)


def _go_on(before: Store, after: Store, others: Collection[Side]) -> None:
    """What is set up goes on. Messages of a side that is another one now need new addresses: the old may still come."""
    for model in _GOES_ON:
        model._default_manager.filter(store=after).delete()
        model._default_manager.filter(store=before).update(store=after)
    kinds = [kind for kind, side in SIDES.items() if side not in others]
    known = HintSource.objects.filter(store=after).values_list("kind", flat=True)
    HintSource.objects.filter(store=before, kind__in=kinds).exclude(kind__in=list(known)).update(store=after)


def _order_prefix(store: Store) -> str:
    """The prefix of orders that stand in the organisation already, under numbers of the shop of before."""
    made = Link.objects.filter(store=store, entity=Entity.ORDERS, origin="created_in_zoho")
    return order_choices_from_json(store.order_choices).prefix if made.exists() else ""


# Choices that name something by an id


def _forget_ids(store: Store, others: Collection[Side], taken_prefix: str) -> None:
    """Ids of taxes, accounts, items, categories ... mean nothing to another shop or organisation."""
    product, order = choices_from_json(store.product_choices), order_choices_from_json(store.order_choices)
    for side in others:
        product, order = _forgotten[side](product, order)
    if Side.CSCART in others:
        store.customer_choices = _without_custom_fields(store.customer_choices)
    if taken_prefix:
        order = msgspec.structs.replace(order, prefix=_next_prefix(taken_prefix))
    store.product_choices, store.order_choices = choices_to_json(product), order_choices_to_json(order)


def _of_the_organisation(product: ProductChoices, order: OrderChoices) -> tuple[ProductChoices, OrderChoices]:
    custom = {
        "list_price_field": product.list_price_field.startswith("cf_") and ZOHO_LIST_PRICE,
        "short_description_field": "",
    }
    accounts = dict.fromkeys(("inventory_account_id", "purchase_account_id", "sales_account_id"), "")
    told = {"taxes": {}, **accounts, **{name: value for name, value in custom.items() if value is not False}}
    items = dict.fromkeys(("fallback_item_id", "shipping_item_id", "surcharge_item_id", "guest_contact_id"), "")
    return (
        msgspec.structs.replace(product, **told),
        msgspec.structs.replace(order, tax_rules=[], shipping_as="charge", **items),
    )


def _of_the_shop(product: ProductChoices, order: OrderChoices) -> tuple[ProductChoices, OrderChoices]:
    return (
        msgspec.structs.replace(product, taxes={}, category_id="", company_id="", default_tax_id=""),
        msgspec.structs.replace(
            order,
            **dict.fromkeys(("payment_id", "shipping_id", "currency", "time_zone"), ""),
            tax_rules=[],
            to_zoho={letter: status for letter, status in order.to_zoho.items() if letter in TO_ZOHO},
            to_cscart={status: letter for status, letter in order.to_cscart.items() if letter in TO_ZOHO},
        ),
    )


def _without_custom_fields(stored: dict[str, Any]) -> dict[str, Any]:
    """The choices for customers without the store's profile fields: their numbers are other fields in another shop."""
    choices = customer_choices_from_json(stored)
    maps = {
        module: {name: row for name, row in rows.items() if not row.column.startswith(CUSTOM)}
        for module, rows in choices.maps.items()
    }
    return customer_choices_to_json(msgspec.structs.replace(choices, maps=maps))


_forgotten = {Side.ZOHO: _of_the_organisation, Side.CSCART: _of_the_shop}


def _next_prefix(taken: str) -> str:
    """Another prefix: order 97 of this shop is not order 97 of the one whose number stands in Zoho."""
    stem = taken.rstrip("-/_")
    number = len(stem) - len(stem.rstrip("0123456789"))
    name, last = stem[: len(stem) - number], int(stem[len(stem) - number :] or 1)
    end = taken[len(stem) :] or "-"
    following = f"{last + 1}{end}"
    return f"{name[: 12 - len(following)]}{following}"
