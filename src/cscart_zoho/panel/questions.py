"""What pages say of a conflict besides its two values."""

from typing import Any

from cscart_zoho.panel import order_words, words
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Conflict, Store
from cscart_zoho.store.values import value_from_json


def lapsed_words(conflict: Conflict, store: Store | None) -> str:
    """Why the answer that a question had does not count; "" where it had none, or has another one by now."""
    lapsed = conflict.lapsed
    if not lapsed or conflict.answer or conflict.settled_at is not None:
        return ""
    who, side = lapsed["by"] or "Somebody", Side(lapsed["side"]).title
    if "cscart" not in lapsed or conflict.field == "document":
        return f"{who} has answered that {side} counts, and what it was for has changed since. Answer again."
    cscart, zoho = (shown(lapsed[each.value], conflict.field) for each in Side)
    if conflict.entity == Entity.ORDERS and conflict.field == "status":
        names = order_words.status_names(store)
        cscart, zoho = (order_words.status_name(each, str(lapsed[each.value] or ""), names) for each in Side)
    return (
        f"{who} has answered that {side} counts when CS-Cart had {cscart} and Zoho {zoho}. "
        "That has changed since. Answer again."
    )


def shown(stored: Any, field: str) -> str:
    """A stored value in words."""
    return words.shown(value_from_json(stored), field)
