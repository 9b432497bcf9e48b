"""What a run works with: both sides of a store, and its chapters."""

from collections.abc import Callable

from cscart_zoho.app.customers import customer_chapters, home_of
from cscart_zoho.app.look_again import LookAgain
from cscart_zoho.app.orders import OrderLook, order_chapters
from cscart_zoho.app.products import product_map, product_sides
from cscart_zoho.app.stock_figures import look_again_at_hidden
from cscart_zoho.app.wires import wires_of
from cscart_zoho.errors import NotConnected
from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.store.models import Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.chapter import Chapter
from cscart_zoho.sync.ports import Clock, Sides
from cscart_zoho.zoho.regions import region_of


def sides_for(store: Store, *, on_wait: Callable[[], None] = lambda: None) -> Sides:
    """Both sides of products. Raises `NotConnected` when one is not connected, `WrongSetting` for wrong choices."""
    return product_sides(store, *wires_of(store, on_wait=on_wait))


def statuses_anew(store: Store) -> dict[str, str]:
    """The store's statuses of orders as they are now, letter to name; none where it cannot be asked."""
    try:
        return LookAgain(store, *wires_of(store), at_once=True).statuses()
    except NotConnected:
        return {}


def chapters_for(
    store: Store,
    ledger: RunLedger,
    asked: Asked,
    *,
    clock: Clock,
    new_reference: Callable[[], str],
    on_wait: Callable[[], None] = lambda: None,
) -> list[Chapter]:
    """What a run of this ledger's entity consists of, in the order in which it writes."""
    if ledger.entity is Entity.ORDERS:
        return order_chapters(store, ledger, asked, clock=clock, new_reference=new_reference, on_wait=on_wait)
    if ledger.entity is not Entity.PRODUCTS:
        return customer_chapters(store, ledger, asked, clock=clock, new_reference=new_reference, on_wait=on_wait)
    look_again_at_hidden(store)
    here, there = wires_of(store, on_wait=on_wait)
    orders = OrderLook(store, ledger, clock, here, there)
    return [
        Chapter(
            product_sides(store, here, there),
            ledger,
            asked,
            product_map(store),
            clock=clock,
            new_reference=new_reference,
            look_first=orders.changes,
            look_at_orders=orders.of,
        )
    ]


def admin_url(store: Store, side: Side, remote_id: str, entity: Entity = Entity.PRODUCTS) -> str:
    """The page of a product or a customer in that side's own admin panel."""
    if side is Side.CSCART:
        what = {Entity.PRODUCTS: "products.update&product_id", Entity.ORDERS: "orders.details&order_id"}.get(
            entity, "profiles.update&user_id"
        )
        return f"{store.url}/admin.php?dispatch={what}={remote_id}"
    org = store.zoho
    if entity is Entity.CUSTOMERS and home_of(store) is not Home.INVENTORY:
        inventory = region_of(org.region if org is not None else "com").inventory_host
        return f"https://{inventory.replace('inventory.', 'crm.', 1)}/crm/tab/Contacts/{remote_id}"
    page = {Entity.PRODUCTS: "inventory/items", Entity.ORDERS: "salesorders"}.get(entity, "contacts")
    host = region_of(org.region).inventory_host if org is not None else region_of("com").inventory_host
    id = org.organization_id if org is not None else ""
    return f"https://{host}/app/{id}#/{page}/{remote_id}"
