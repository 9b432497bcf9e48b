"""What people do to the connections of a shop: another organisation, another store, and back again."""

from typing import Any

from cscart_zoho import app
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Link, Run, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.zoho import Zoho
from tests.connected import sync
from tests.situations.shop import Shop


def connect_organisation(shop: Shop, zoho: Zoho) -> str:
    """Disconnect what is connected, and connect this organisation by a code of its account; what is told."""
    org = present().zoho
    assert org is not None
    app.disconnect_zoho(org)
    org.region, org.client_id, org.client_secret = zoho.region, zoho.client_id, zoho.client_secret
    org.organization_id = zoho.organization_id
    org.save()
    zoho.switches.neutral_words = True
    told = app.connect_zoho(org, code=zoho.self_client_code(app.scopes()), self_client=True)
    shop.store = present()
    return told


def try_sync(shop: Shop, *what: str, **asked: Any) -> list[Run]:
    """One run of each kind, however it ends."""
    runs = []
    for entity in what or ("products", "customers", "orders"):
        shop.hours(1)
        runs.append(sync(present(), Asked(**asked), entity=Entity(entity)))
    return runs


def present() -> Store:
    """The store that is kept in sync now."""
    return Store.objects.select_related("zoho").get()


def links() -> set[tuple[str, str, str]]:
    """All links of the present shop and organisation."""
    rows = Link.objects.filter(store__set_aside_at=None)
    return set(rows.values_list("entity", "cscart_id", "zoho_id"))


def everything(shop: Shop) -> dict[str, Any]:
    """All records of both sides, as they themselves hold them; without what a mere look moves."""
    zohos = [shop.world.zoho, *shop.world.other_organisations]
    stores = [shop.world.cscart, *shop.world.other_stores]
    return {
        "products": [each.products() for each in stores],
        "users": [each.users() for each in stores],
        "orders": [each.orders() for each in stores],
        "items": [each.items() for each in zohos],
        "contacts": [each.contacts() for each in zohos],
        "sales": [each.salesorders() for each in zohos],
        "crm": [each.crm.contacts() for each in zohos],
    }
