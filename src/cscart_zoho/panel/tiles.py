"""Counts that are links: each tile leads to the list of what it counts."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Observation, Store, SyncState


@dataclass(frozen=True)
class Tile:
    """A count, and the list of what it counts."""

    name: str
    count: int
    address: str
    side: Side
    #: The value of `show` that gives this list.
    show: str

    def known_for(self, side: Side, show: str) -> bool:
        return self.side is side and self.show == show


def customer_tiles(store: Store | None) -> list[Tile]:
    """Six counts, from one query. What a side has deleted is not counted."""
    rows = Observation.objects.filter(store=store, entity=Entity.CUSTOMERS, gone_at=None)
    here, there = Q(side=Side.CSCART), Q(side=Side.ZOHO)
    counts = rows.aggregate(
        total=Count("pk", filter=here),
        synced=Count("pk", filter=here & Q(linked=True)),
        unsynced=Count("pk", filter=here & Q(linked=False)),
        zoho=Count("pk", filter=there),
        alone=Count("pk", filter=there & Q(linked=False)),
        no_email=Count("pk", filter=here & Q(no_email=True)),
    )
    users, contacts = "/customers/", "/zoho-contacts/"
    return [
        Tile("Customers in CS-Cart", counts["total"], users, Side.CSCART, ""),
        Tile("Synced", counts["synced"], f"{users}?show=synced", Side.CSCART, "synced"),
        Tile("Not synced", counts["unsynced"], f"{users}?show=unsynced", Side.CSCART, "unsynced"),
        Tile("Contacts in Zoho", counts["zoho"], contacts, Side.ZOHO, ""),
        Tile("Not in CS-Cart", counts["alone"], f"{contacts}?show=unsynced", Side.ZOHO, "unsynced"),
        Tile("No e-mail", counts["no_email"], f"{users}?show=no_email", Side.CSCART, "no_email"),
    ]


def order_tiles(store: Store | None) -> list[Tile]:
    """Six counts, from one query. An order that is held may be one that was synced before."""
    rows = Observation.objects.filter(store=store, entity=Entity.ORDERS, gone_at=None)
    here, there = Q(side=Side.CSCART), Q(side=Side.ZOHO)
    counts = rows.aggregate(
        total=Count("pk", filter=here),
        synced=Count("pk", filter=here & Q(linked=True)),
        unsynced=Count("pk", filter=here & Q(linked=False)),
        held=Count("pk", filter=here & Q(state=SyncState.HELD)),
        zoho=Count("pk", filter=there),
        alone=Count("pk", filter=there & Q(linked=False)),
    )
    orders, sales_orders = "/orders/", "/zoho-orders/"
    return [
        Tile("Orders in CS-Cart", counts["total"], orders, Side.CSCART, ""),
        Tile("Synced", counts["synced"], f"{orders}?show=synced", Side.CSCART, "synced"),
        Tile("Not synced", counts["unsynced"], f"{orders}?show=unsynced", Side.CSCART, "unsynced"),
        Tile("Held", counts["held"], f"{orders}?show=held", Side.CSCART, "held"),
        Tile("Orders in Zoho", counts["zoho"], sales_orders, Side.ZOHO, ""),
        Tile("Not in CS-Cart", counts["alone"], f"{sales_orders}?show=unsynced", Side.ZOHO, "unsynced"),
    ]


def accounts_of(store: Store | None) -> QuerySet[Observation]:
    """Zoho CRM's accounts with `in_store`: whether a user of the store has the account's name as company."""
    users = Observation.objects.filter(
        store=store,
        entity=Entity.CUSTOMERS,
        side=Side.CSCART,
        gone_at=None,
        folded_company=OuterRef("folded_key"),
    ).exclude(folded_company="")
    rows = Observation.objects.filter(store=store, entity=Entity.ACCOUNTS, side=Side.ZOHO, gone_at=None)
    return rows.annotate(in_store=Exists(users))


def account_tiles(store: Store | None) -> list[Tile]:
    """Four counts of the accounts."""
    contacts = Observation.objects.filter(
        store=store, entity=Entity.CUSTOMERS, side=Side.ZOHO, gone_at=None, parent_id=OuterRef("remote_id")
    )
    counts = (
        accounts_of(store)
        .annotate(peopled=Exists(contacts))
        .aggregate(
            total=Count("pk"),
            synced=Count("pk", filter=Q(in_store=True)),
            unsynced=Count("pk", filter=Q(in_store=False)),
            empty=Count("pk", filter=Q(peopled=False)),
        )
    )
    here = "/zoho-accounts/"
    return [
        Tile("Accounts in Zoho CRM", counts["total"], here, Side.ZOHO, ""),
        Tile("In CS-Cart", counts["synced"], f"{here}?show=synced", Side.ZOHO, "synced"),
        Tile("Not in CS-Cart", counts["unsynced"], f"{here}?show=unsynced", Side.ZOHO, "unsynced"),
        Tile("Without contacts", counts["empty"], f"{here}?show=empty", Side.ZOHO, "empty"),
    ]
