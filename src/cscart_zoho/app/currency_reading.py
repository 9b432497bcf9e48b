"""Asks the store for its primary currency again at the start of a run, when that is due."""

import logging
from collections.abc import Callable

from cscart_zoho.app.around import now
from cscart_zoho.app.store_connection import store_wire
from cscart_zoho.cscart.probe import primary_currency
from cscart_zoho.errors import ConnectorError
from cscart_zoho.http import Wire
from cscart_zoho.store.choices import keep_told_currency
from cscart_zoho.store.currency import claim, is_due
from cscart_zoho.store.models import Store

log = logging.getLogger(__name__)


def read_currency_when_due(store: Store, *, on_wait: Callable[[], None] = lambda: None) -> int:
    """Bring up to date in which currency the store's amounts are, once a day. How many calls it took.

    A store that cannot be asked now is asked again after an hour; the run goes on with what is known.
    """
    if not (store.connected and is_due(store, now()) and claim(store, now())):
        return 0
    wire: Wire | None = None
    try:
        wire = store_wire(store, on_wait)
        keep_told_currency(store, primary_currency(wire), now())
    except ConnectorError as error:
        log.warning("the store could not be asked for its currency again: %s", error)
    return wire.calls if wire is not None else 0
