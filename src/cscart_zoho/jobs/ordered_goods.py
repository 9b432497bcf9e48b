"""Goods that orders wait for: they are made in Zoho before their turn in a first load, and then the orders are sent.

A first load of a large store takes weeks; an order for one of its products must not.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from cscart_zoho import app
from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.mapping.choices import choices_from_json
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.first_sync import has_begun
from cscart_zoho.store.models import Observation, OrderLine, Run, Store, SyncState
from cscart_zoho.sync.asked import Asked

TRIGGER = "orders"
#: Products that are made at once for orders.
MOST = 50
#: What could not be made is left to the usual runs for so long.
TRIED = timedelta(hours=6)


def ask_for_ordered_goods(run: Run) -> Run | None:
    """A run has ended: after one of orders ask for the goods that they wait for, after that one for the orders."""
    if run.asked.get("dry_run"):
        return None
    if run.entity == Entity.ORDERS:
        ids = wanted(run.store, app.now())
        asked = Asked(only="ids", cscart_ids=tuple(ids), for_orders=True)
        return ask_for_run(run.store, asked, trigger=TRIGGER)[0] if ids else None
    if not has_begun(run.store, Entity.ORDERS):
        return None  # a person has asked for some orders, and not for all that the run below would send
    if run.entity == Entity.PRODUCTS and run.asked.get("for_orders") and _came_to_something(run):
        return ask_for_run(run.store, Asked(), trigger=TRIGGER, entity=Entity.ORDERS)[0]
    return None


def wanted(store: Store, now: datetime) -> list[str]:
    """Ids of products that held orders of the store are about and that a run would make in Zoho."""
    if not _are_made(store):
        return []
    lines = OrderLine.objects.filter(
        order__store=store,
        order__entity=Entity.ORDERS.value,
        order__side=Side.CSCART.value,
        order__state=SyncState.HELD,
        order__linked=False,
        order__gone_at=None,
    )
    products = _products(store).filter(
        remote_id__in=lines.values("product_id"), linked=False, state=SyncState.NOT_SYNCED, gone_at=None, problem=""
    )
    tried = _tried(store, now)
    ids = products.order_by("number").values_list("remote_id", flat=True)
    return [id for id in ids if id not in tried][:MOST]


def _are_made(store: Store) -> bool:
    """Whether products are made in Zoho by themselves; not before a person has started their first sync."""
    if not has_begun(store, Entity.PRODUCTS):
        return False
    try:
        return choices_from_json(store.product_choices).create_in_zoho
    except WrongSetting:
        return False  # the runs of products say so


def _products(store: Store) -> QuerySet[Observation]:
    return Observation.objects.filter(store=store, entity=Entity.PRODUCTS.value, side=Side.CSCART.value)


def _tried(store: Store, now: datetime) -> set[str]:
    runs = Run.objects.filter(
        store=store, entity=Entity.PRODUCTS.value, trigger=TRIGGER, asked_at__gt=now - TRIED
    ).values_list("asked", flat=True)
    return {id for asked in runs for id in asked.get("cscart_ids", ())}


def _came_to_something(run: Run) -> bool:
    return _products(run.store).filter(remote_id__in=run.asked.get("cscart_ids", ()), linked=True).exists()
