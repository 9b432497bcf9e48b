"""How orders look to people: amounts with their currency, statuses with their names."""

from collections.abc import Mapping
from decimal import Decimal

from cscart_zoho.mapping.currencies import places
from cscart_zoho.panel import words
from cscart_zoho.records import Side
from cscart_zoho.store.models import Store

#: Zoho's words for a status, where they are not the plain reading of its name.
ZOHO_NAMES = {"onhold": "On hold", "drop_shipped": "Drop-shipped", "backordered": "Back-ordered"}


def status_names(store: Store | None) -> dict[str, str]:
    """The store's statuses of orders, letter to name, as it told them when it was connected."""
    told = store.capabilities.get("order_statuses") if store is not None else None
    rows = told if isinstance(told, list) else []
    return {str(each["letter"]): str(each.get("name") or each["letter"]) for each in rows}


def zoho_status(status: str) -> str:
    """ "partially_shipped" as people read it: "Partially shipped"."""
    return ZOHO_NAMES.get(status) or status.replace("_", " ").capitalize()


def status_name(side: str, status: str, names: Mapping[str, str]) -> str:
    """A status of either side; a letter that the store did not tell stays a letter."""
    if not status:
        return words.NOTHING
    return zoho_status(status) if side == Side.ZOHO else names.get(status, status)


def amount(value: Decimal | None, currency: str = "", *, told: bool = False) -> str:
    """Money with the digits of its currency and with separators; `told` puts the currency behind it."""
    if value is None:
        return words.NOTHING
    digits = max(places(currency), -int(value.normalize().as_tuple().exponent))
    return f"{value:,.{digits}f}" + (f" {currency}" if told and currency else "")


def figure(value: Decimal) -> str:
    """A quantity or a percentage without needless digits."""
    return f"{value.normalize():,f}"


def percent(value: Decimal) -> str:
    """ "7.5 %", never broken over two lines."""
    return f"{figure(value)}\N{NO-BREAK SPACE}%"
