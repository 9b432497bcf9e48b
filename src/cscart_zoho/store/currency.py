"""What is known of a store's currency, and when it was asked for it.

Kept in `Store.capabilities` under `READING`: `told` is what it has told since it was connected, `read_at` when it
was asked last and `tried_at` the last try; `last_order` is the number of the last order that was seen while it told the
same as then, `before` are the earlier currencies, and `overruled` is what the merchant's choice does not believe.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from cscart_zoho.mapping.store_currency import READING, StoreCurrency
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Observation, Store

#: How old a reading gets.
DAY = timedelta(hours=24)
#: The least time between two tries, where the store cannot be asked.
AGAIN = timedelta(hours=1)


def store_currency(store: Store) -> StoreCurrency:
    """What the amounts of a store are in."""
    return StoreCurrency.of(store.capabilities, str(store.order_choices.get("currency") or ""))


def reading_of(store: Store) -> dict[str, Any]:
    """What was read of the currency, as it is kept."""
    return dict(store.capabilities.get(READING) or {})


def with_reading(capabilities: Mapping[str, Any], reading: Mapping[str, Any]) -> dict[str, Any]:
    """Capabilities with just this reading, or without one."""
    others = {name: value for name, value in capabilities.items() if name != READING}
    return {**others, READING: dict(reading)} if any(reading.values()) else others


def is_due(store: Store, moment: datetime) -> bool:
    """Whether the store is to be asked again."""
    reading = reading_of(store)
    tried = _moment(reading, "tried_at")
    if store.connected_at is None or (tried is not None and moment - tried < AGAIN):
        return False
    return moment - max(_moment(reading, "read_at") or store.connected_at, store.connected_at) >= DAY


def claim(store: Store, moment: datetime) -> bool:
    """Take it upon oneself to ask a store that is due: one of several processes may."""
    with transaction.atomic():
        fresh = Store.objects.select_for_update().get(pk=store.pk)
        store.capabilities, store.connected_at = fresh.capabilities, fresh.connected_at
        if not is_due(store, moment):
            return False
        note_reading(store, {"tried_at": moment.isoformat()})
    return True


@transaction.atomic
def note_reading(store: Store, news: Mapping[str, Any]) -> None:
    """Keep what is new of the reading, and nothing else of the store."""
    store.capabilities = Store.objects.select_for_update().get(pk=store.pk).capabilities
    store.capabilities = {**store.capabilities, READING: {**reading_of(store), **news}}
    store.save(update_fields=["capabilities"])


def last_order(store: Store) -> int:
    """The highest number of an order of the store that was seen; 0 where there is none."""
    rows = Observation.objects.filter(store=store, entity=Entity.ORDERS.value, side=Side.CSCART.value)
    return rows.aggregate(last=Max("number"))["last"] or 0


def _moment(reading: Mapping[str, Any], what: str) -> datetime | None:
    told = reading.get(what)
    return datetime.fromisoformat(told) if told else None
