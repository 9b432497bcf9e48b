"""Keeping the merchant's choices. What was held by the old ones is looked at again."""

from cscart_zoho.mapping.choices import ProductChoices, choices_to_json
from cscart_zoho.store.models import Observation, Store, SyncState


def save_choices(store: Store, choices: ProductChoices) -> None:
    """Keep the choices of a store. Records that were held or failed need not wait any longer."""
    store.product_choices = choices_to_json(choices)
    store.save(update_fields=["product_choices"])
    waiting = Observation.objects.filter(store=store, state__in=[SyncState.HELD, SyncState.FAILED])
    waiting.exclude(not_before=None).update(not_before=None)
