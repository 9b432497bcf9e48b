"""What is connected, beside what links were made with: seen at connecting and before each run, and what ends it."""

import logging
from collections.abc import Collection

from cscart_zoho.app.around import now
from cscart_zoho.app.hints import renew_source
from cscart_zoho.app.store_connection import connect_store
from cscart_zoho.errors import ConnectorError, WrongSetting
from cscart_zoho.mapping.counted import so_many
from cscart_zoho.records import Side
from cscart_zoho.store import set_aside
from cscart_zoho.store.identity import (
    connected_with,
    has_something_to_lose,
    made_with,
    remember,
    wrong_connection,
)
from cscart_zoho.store.inbox import HintSource
from cscart_zoho.store.models import Link, Run, RunState, Store
from cscart_zoho.sync.identity import MadeWith

log = logging.getLogger(__name__)


def check_connection(store: Store) -> None:
    """Raises `WrongConnection` where another shop or organisation is connected than links were made with.

    What is connected for the first time is remembered.
    """
    if wrong := wrong_connection(store):
        raise wrong
    remember(store, made_with(store).filled_up(connected_with(store)))


def after_connecting(store: Store) -> str:
    """See whether what has just been connected is what links were made with; what follows, in words for people.

    Links that were set aside with it are brought back. Where nothing is linked yet, it is simply taken.
    """
    before, present = made_with(store), connected_with(store)
    if not before.others(present):
        remember(store, before.filled_up(present))
        return ""
    if Side.CSCART in before.others(present):
        # A run that is under way has the old address and key, and would go on there to its end.
        Run.objects.filter(store=store, state=RunState.RUNNING).update(stop_asked=True)
    known = set_aside.set_aside_with(store, present)
    if known is not None:
        return _bring_back(store, known, before, present)
    if not has_something_to_lose(store):
        _start_anew(store, before, present)
        return ""
    wrong = wrong_connection(store)
    return wrong.for_people() if wrong else ""


def _bring_back(store: Store, known: Store, before: MadeWith, present: MadeWith) -> str:
    back = set_aside.bring_back(store, known, now())
    unread = _read_again(back) if Side.CSCART in before.others(present) else ""
    mine, other = present.called(before), before.called(present)
    return f"{_links(back, mine)} back. Those with {other} are set aside. {unread}".strip()


def start_anew(store: Store) -> str:
    """Set the links aside and go on with what is connected now; what was done, in words for people.

    Links that were set aside with it are brought back: connecting it could not, while a run was under way.
    Raises `WrongSetting` where there is nothing to set aside, or while a run is under way.
    """
    before, present = made_with(store), connected_with(store)
    if not before.others(present):
        raise WrongSetting("What is connected is what the links were made with.", advice="Nothing has to start anew.")
    known = set_aside.set_aside_with(store, present)
    if known is not None:
        return _bring_back(store, known, before, present)
    _, told = _start_anew(store, before, present)
    return " ".join(
        [
            f"{_links(store, before.called(present))} set aside; connecting it again brings them back.",
            f"The next run pairs anew with {present.called(before)}.",
            *told,
        ]
    )


def _start_anew(store: Store, before: MadeWith, present: MadeWith) -> tuple[Store, list[str]]:
    others = before.others(present)
    fresh = set_aside.start_anew(store, present, now())
    unread = _read_again(fresh) if Side.CSCART in others else ""
    told = [*_settings_words(store, fresh, others), *_renew_sources(store, fresh, others)]
    return fresh, [*told, unread] if unread else told


def _read_again(store: Store) -> str:
    """What another shop can do is read when its turn has come: until then the facts of the old one were kept.

    A shop that does not answer just now is not connected: nothing is synced by the facts of another one.
    """
    try:
        connect_store(store)
    except ConnectorError as error:
        log.warning("the store could not be read again: %s", error)
        Store.objects.filter(pk=store.pk).update(trouble=error.for_people())
        return f"The store could not be read just now ({error}) Test its connection; until then nothing is synced."
    return ""


def _settings_words(before: Store, fresh: Store, others: Collection[Side]) -> list[str]:
    """Which choices have to be made again."""
    told = ["Taxes, accounts and items that settings named are to be chosen again."] if Side.ZOHO in others else []
    if Side.CSCART in others:
        told.append(
            "The category, the taxes, the currency, the ways to pay and to ship, the profile fields and the statuses "
            "of its own that settings named are to be chosen again."
        )
    prefix = fresh.order_choices.get("prefix")
    if prefix != before.order_choices.get("prefix", prefix):
        told.append(f'Orders get numbers that begin with "{prefix}": those of the other shop stand in Zoho already.')
    return told


def _renew_sources(before: Store, fresh: Store, others: Collection[Side]) -> list[str]:
    """Messages of another side come to another address, with another secret: those of the old one are none of ours."""
    told = []
    for source in HintSource.objects.filter(store=before, on=True):
        if set_aside.SIDES[HintSource.Kind(source.kind)] not in others:
            continue
        if source.kind == HintSource.Kind.INVENTORY:
            told.append("Web hooks of Zoho Inventory are off: switch them on, and set them up in the new organisation.")
        else:
            renew_source(fresh, source.kind)
    return told


def _links(store: Store, called: str) -> str:
    """ "3 links with Sample Ltd are"."""
    number = Link.objects.filter(store=store).count()
    return f"{so_many(number, 'link')} with {called} {'is' if number == 1 else 'are'}"
