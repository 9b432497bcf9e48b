"""Sales orders that the store does not take for want of their goods: they rest until these have moved."""

from collections.abc import Sequence

from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Link, Observation, SyncState


def goods_have_come(store_id: int, product_ids: Sequence[str]) -> None:
    """The store has pieces of these products again, or they are others now: what rests for them is tried next.

    A row that is held and waits for a moment has been refused; what is held by the plan waits for none.
    """
    if not product_ids:
        return
    links = Link.objects.filter(store=store_id, entity=Entity.PRODUCTS.value, cscart_id__in=list(product_ids))
    resting = Observation.objects.filter(
        store=store_id, entity=Entity.ORDERS.value, side=Side.ZOHO.value, linked=False, state=SyncState.HELD
    ).exclude(not_before=None)
    resting.filter(order_lines__product_id__in=links.values("zoho_id")).update(not_before=None)
