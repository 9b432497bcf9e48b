"""What runs work with where they are about products: the product map, and both sides."""

from functools import partial

from cscart_zoho.app.around import now
from cscart_zoho.app.limits import rows_a_day
from cscart_zoho.app.stock_figures import stock_figure_of
from cscart_zoho.app.wires import connected
from cscart_zoho.cscart.products import CsCartProducts
from cscart_zoho.cscart.signs import PRODUCT_TEXTS, keeps_all
from cscart_zoho.http import Wire
from cscart_zoho.mapping.choices import choices_from_json
from cscart_zoho.mapping.product_map import PRICE_PLACES, ProductMap
from cscart_zoho.mapping.store_currency import StoreCurrency
from cscart_zoho.records import Side
from cscart_zoho.store.budget import calls_left, zone
from cscart_zoho.store.choices import note_signs
from cscart_zoho.store.currency import store_currency
from cscart_zoho.store.lanes import Lane
from cscart_zoho.store.models import Store, ZohoOrganisation
from cscart_zoho.sync.ports import Sides
from cscart_zoho.zoho.adjustments import ZohoStockBook
from cscart_zoho.zoho.items import ZohoItems


def product_map(store: Store) -> ProductMap:
    """The merchant's choices, what both sides can hold, and whether a price means the same on both."""
    currency = store_currency(store)
    return ProductMap(
        choices_from_json(store.product_choices),
        cscart_places=min(PRICE_PLACES, int(store.capabilities.get("decimals", PRICE_PLACES))),
        zoho_places=_rate_places(store.zoho),
        prices_wait=_prices_wait(currency),
        prices_differ=_prices_differ(currency, store.zoho),
        keeps_all=keeps_all(store.capabilities, PRODUCT_TEXTS),
    )


def _prices_wait(currency: StoreCurrency) -> str:
    if not currency.changed:
        return ""
    return f"{currency.what_changed()} Prices are never converted, so they wait. {currency.what_to_do()}"


def _prices_differ(currency: StoreCurrency, org: ZohoOrganisation | None) -> str:
    here, there = currency.counts, org.currency.upper() if org is not None else ""
    if not here or not there or here == there:
        return ""
    return (
        f"The store's prices are in {here}, and Zoho's are in {there}; prices are never converted. Choose in Settings "
        "that the price is not synced (owners.price): each side keeps its own then, and new items are made without one."
    )


def _rate_places(org: ZohoOrganisation | None) -> int:
    """Decimals that Zoho keeps of an item's rate: told by the preferences, else those of the organisation."""
    if org is None:
        return PRICE_PLACES
    told = (org.capabilities.get("preferences") or {}).get("rate_places")
    return int(told) if told is not None else org.price_precision


def product_sides(store: Store, here: Wire, there: Wire) -> Sides:
    """Both sides of products over these ways. Raises `WrongSetting` for wrong choices."""
    choices, org = choices_from_json(store.product_choices), connected(store)
    return Sides(
        cscart=CsCartProducts(here, store.capabilities, choices, partial(note_signs, store)),
        zoho=ZohoItems(there, org.capabilities, choices, stock_figure_of(org, choices)),
        stock_book=ZohoStockBook(
            there, org.capabilities, choices, lambda: now().astimezone(zone(org.time_zone)).date()
        ),
        calls=lambda: {Side.CSCART: here.calls, Side.ZOHO: there.calls},
        writes=lambda: here.writes + there.writes,
        # New records may take what a first load may: the rest of the day is for what is more urgent.
        calls_left=lambda: calls_left(org, now(), Lane.BACKFILL),
        rows_a_day=rows_a_day(org),
    )
