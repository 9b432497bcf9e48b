"""Keeps which figure of Zoho's items stock rests on, with what else is known of the organisation.

In `ZohoOrganisation.capabilities["stock_figures"]`: `organization_id` it was seen in, `looked_at` the last day on which
items that had not shown it were looked at again, and by book of stock the figure (`zoho.stock_figures`). Under
`others` the same of organisations that were connected before, by their ids: their links may come back.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cscart_zoho.app.around import now
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.records import STOCK_HIDDEN, Entity, Side
from cscart_zoho.store.budget import zone
from cscart_zoho.store.models import Observation, Store, ZohoOrganisation
from cscart_zoho.zoho.stock_figures import RememberedFigure, hidden_words

FIGURES = "stock_figures"
OTHERS_KEPT = "others"
#: Items without their figure that are looked at again in a day.
AGAIN = 100
#: Other items that are asked whether a figure is gone from all of them.
OTHERS = 20


def stock_figure_of(org: ZohoOrganisation, choices: ProductChoices) -> RememberedFigure:
    """The figure of the merchant's book of stock, and how it is kept."""
    book = choices.stock_book

    def keep(told: dict[str, str]) -> None:
        _change(org, {book: told})
        _hidden(org).update(partial=True, etag="moved", due=True)  # an etag that no side has: they are read again

    def others() -> list[str]:
        shown = _items(org).filter(stock__isnull=False).exclude(values__has_key=STOCK_HIDDEN).order_by("-seen_at")
        return list(shown.values_list("remote_id", flat=True)[:OTHERS])

    return RememberedFigure(_known(org).get(book) or {}, book, keep, _today(org), others)


def figure_gone(store: Store, org: ZohoOrganisation | None) -> str:
    """What Zoho does not show any more of any item, so that no stock is synced; "" while it does."""
    if org is None:
        return ""
    book = str(store.product_choices.get("stock_book") or ProductChoices().stock_book)
    told = _known(org).get(book) or {}
    since = str(told.get("missing_since") or "")
    return hidden_words(str(told["key"]), since, book) if since else ""


def look_again_at_hidden(store: Store) -> None:
    """Once a day some items whose figure was gone are read again: it may be back, and nothing else tells."""
    org = store.zoho
    if org is None or not _known(org):
        return
    today = _today(org)().isoformat()
    if _known(org).get("looked_at") == today:
        return
    _change(org, {"looked_at": today})
    some = list(_hidden(org).values_list("pk", flat=True)[:AGAIN])
    Observation.objects.filter(pk__in=some).update(partial=True, etag="moved", due=True)


def _known(org: ZohoOrganisation) -> dict[str, Any]:
    """What is kept of the organisation that is connected now."""
    told = org.capabilities.get(FIGURES) or {}
    if told.get("organization_id") == org.organization_id:
        return dict(told)
    return dict((told.get(OTHERS_KEPT) or {}).get(org.organization_id) or {})


def _others(org: ZohoOrganisation) -> dict[str, Any]:
    """What is kept of all other organisations, by their ids."""
    told = dict(org.capabilities.get(FIGURES) or {})
    others, last = dict(told.pop(OTHERS_KEPT, None) or {}), str(told.get("organization_id") or "")
    if last:
        others[last] = told
    return {id: of for id, of in others.items() if id != org.organization_id}


def _change(org: ZohoOrganisation, told: dict[str, Any]) -> None:
    with transaction.atomic():
        fresh = ZohoOrganisation.objects.select_for_update().get(pk=org.pk)
        kept = {**_known(fresh), "organization_id": fresh.organization_id, **told}
        if others := _others(fresh):
            kept[OTHERS_KEPT] = others
        fresh.capabilities = org.capabilities = {**fresh.capabilities, FIGURES: kept}
        fresh.save(update_fields=["capabilities"])


def _items(org: ZohoOrganisation) -> QuerySet[Observation]:
    return Observation.objects.filter(store__in=org.stores.all(), entity=Entity.PRODUCTS, side=Side.ZOHO, gone_at=None)


def _hidden(org: ZohoOrganisation) -> QuerySet[Observation]:
    return _items(org).filter(values__has_key=STOCK_HIDDEN)


def _today(org: ZohoOrganisation) -> Callable[[], date]:
    return lambda: now().astimezone(zone(org.time_zone)).date()
