"""Whether a store that is connected is the shop that links were made with, by what it shows under the ids we know."""

from cscart_zoho.app.store_connection import store_wire
from cscart_zoho.cscart import probe
from cscart_zoho.errors import ConnectorError, NotConnected
from cscart_zoho.http import Wire
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Observation, Store
from cscart_zoho.sync.identity import Likeness, Shop

#: So many products and customers are looked at.
SOME = {Entity.PRODUCTS: 20, Entity.CUSTOMERS: 10}


def likeness(store: Store, wire: Wire) -> Likeness:
    """How many of some products and customers that are known are there under the same ids. Raises `ConnectorError`."""
    asked = alike = 0
    for entity, number in SOME.items():
        known = _known(store, entity, number)
        there = probe.keys_of(wire, entity, list(known)) if known else {}
        asked += len(known)
        alike += sum(there.get(id, "").casefold() == key for id, key in known.items())
    return Likeness(asked, alike)


def _known(store: Store, entity: Entity, number: int) -> dict[str, str]:
    """Ids and keys of some records of the store, linked ones first."""
    rows = Observation.objects.filter(store=store, entity=entity, side=Side.CSCART, gone_at=None)
    rows = rows.exclude(folded_key="").order_by("-linked", "-seen_at", "-pk")
    return dict(rows.values_list("remote_id", "folded_key")[:number])


def is_still_there(kept: Store, shop: Shop) -> bool:
    """Whether a store answers at the address of before, too: then the new one may be a copy of it.

    `kept` has the e-mail and the key of before.
    """
    before = Store(url=shop.url, email=kept.email, api_key=kept.api_key, capabilities=kept.capabilities)
    try:
        return probe.is_store(store_wire(before))
    except NotConnected:
        return True  # it does not take the key, but it has asked for one
    except ConnectorError:
        return False
