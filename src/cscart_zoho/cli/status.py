"""`status`: what the ledger knows of both sides, on one screen and without a call to anybody."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform

from cscart_zoho.cli.calls import report_of
from cscart_zoho.cli.here import the_store
from cscart_zoho.cli.showing import last_runs, run_row
from cscart_zoho.cli.words import answer_json, say, table
from cscart_zoho.jobs import schedule
from cscart_zoho.jobs.presence import alive, is_present
from cscart_zoho.mapping.counted import so_many
from cscart_zoho.mapping.old_store import Losses
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.badges import each_once, once_of_all
from cscart_zoho.store.budget import calls_left
from cscart_zoho.store.currency import store_currency
from cscart_zoho.store.identity import wrong_connection
from cscart_zoho.store.models import (
    WAITING,
    Conflict,
    Intent,
    Link,
    Observation,
    Store,
    SyncState,
    ZohoOrganisation,
)
from cscart_zoho.sync.told import waiting_for_approval

#: Of whom a conflict of customers or of orders can be. Guests are only looked at for the sake of orders.
CUSTOMERS = (Entity.ACCOUNTS, Entity.CUSTOMERS, Entity.CONTACTS)
ORDERS = (Entity.ORDERS, Entity.GUESTS)


def status(*, as_json: bool) -> None:
    """Connections, products, calls, runs and conflicts on one screen."""
    store = the_store()
    answer: dict[str, Any] = {
        "store": _store_status(store),
        "zoho": _zoho_status(store.zoho),
        "wrong_connection": str(wrong_connection(store) or "") if store.pk else "",
        "products": product_counts(store),
        "customers": customer_counts(store),
        "orders": order_counts(store),
        "not_linked": not_linked(store),
        "customers_told": customers_told(store),
        "waiting_for_approval": waiting_words(store),
        "conflicts": open_conflicts(store, Entity.PRODUCTS),
        "worker": is_present("worker"),
        "workers": [each.name for each in alive("worker")],
        "schedule": [asdict(run) for run in schedule.next_runs()],
        "calls": report_of(store.zoho, store) if store.zoho is not None and store.zoho.connected else None,
        "last_run": next((run_row(run) for run in last_runs(1)), None),
    }
    if as_json:
        answer_json(answer)
        return
    say(table(_status_rows(answer)))
    for row in answer["not_linked"][:10]:
        why = row["reason"] or SyncState(row["state"]).label
        say(f"  {row['products']:,} without a partner in {Side(row['side']).other.title}: {why}")
    for row in answer["customers_told"][:10]:
        why = row["reason"] or SyncState(row["state"]).label
        say(f"  {so_many(row['customers'], 'customer')} not in sync, {row['first']}: {why}")


def _store_status(store: Store) -> dict[str, Any]:
    currency = store_currency(store)
    return {
        "connected": store.connected,
        "url": store.url,
        "trouble": store.trouble,
        "currency": currency.counts,
        "currency_changed": currency.in_words(),
        "loses": Losses.of(store.capabilities).in_words(),
    }


def _zoho_status(org: ZohoOrganisation | None) -> dict[str, Any]:
    if org is None:
        return {"connected": False, "name": "", "region": "", "trouble": "", "calls_left_today": None}
    left = calls_left(org) if org.connected else None
    return {
        "connected": org.connected,
        "name": org.name,
        "region": org.region,
        "trouble": org.trouble,
        "calls_left_today": left,
    }


def product_counts(store: Store) -> dict[str, int]:
    """How many products each side has, how many are linked, and how many of the rest have no stated reason."""
    return _counts(store, Entity.PRODUCTS)


def _counts(store: Store, entity: Entity) -> dict[str, int]:
    rows = Observation.objects.filter(store_id=store.pk, entity=entity, gone_at=None)
    here, there = Q(side=Side.CSCART), Q(side=Side.ZOHO)
    unexplained = Q(linked=False, reason="", state=SyncState.NOT_SYNCED)
    counted = rows.aggregate(
        cscart=Count("pk", filter=here),
        zoho=Count("pk", filter=there),
        not_in_zoho=Count("pk", filter=here & Q(linked=False)),
        not_in_cscart=Count("pk", filter=there & Q(linked=False)),
        unexplained=Count("pk", filter=unexplained),
    )
    return {**counted, **_badged(rows), "linked": Link.objects.filter(store_id=store.pk, entity=entity).count()}


def _badged(rows: QuerySet[Observation]) -> dict[str, int]:
    """How many of these are held and how many have failed; a pair counts once."""
    return {str(state): each_once(rows.filter(state=state)).count() for state in (SyncState.HELD, SyncState.FAILED)}


def order_counts(store: Store) -> dict[str, int]:
    """The same for orders, with the linked ones whose totals or currencies differ."""
    return {
        **_counts(store, Entity.ORDERS),
        "conflicts": open_conflicts(store, *ORDERS),
        "total_mismatches": total_mismatches(store).count(),
    }


def total_mismatches(store: Store) -> QuerySet[Link]:
    """Linked orders that both sides have, and whose totals are not known to be the same."""
    here, there = _other_end(store, Side.CSCART, "cscart_id"), _other_end(store, Side.ZOHO, "zoho_id")
    links = Link.objects.filter(store_id=store.pk, entity=Entity.ORDERS).annotate(
        here=Subquery(here.values("pk")),
        there=Subquery(there.values("pk")),
        here_total=Subquery(here.values("price")),
        there_total=Subquery(there.values("price")),
        here_currency=Subquery(here.values(currency=KeyTextTransform("currency", "values"))),
        there_currency=Subquery(there.values(currency=KeyTextTransform("currency", "values"))),
    )
    both = links.filter(here__isnull=False, there__isnull=False)
    same = both.filter(here_total=F("there_total"), here_currency=F("there_currency"))
    return both.exclude(pk__in=same.values("pk"))


def _other_end(store: Store, side: Side, id: str) -> QuerySet[Observation]:
    """For a subquery over links: the order of a side that the link names."""
    rows = Observation.objects.filter(store_id=store.pk, entity=Entity.ORDERS, side=side, gone_at=None)
    return rows.filter(remote_id=OuterRef(id))


def open_conflicts(store: Store, *entities: Entity) -> int:
    """How many conflicts about these records wait for an answer."""
    waiting = Conflict.objects.filter(store_id=store.pk, settled_at=None)
    return waiting.filter(entity__in=[entity.value for entity in entities]).count()


def customer_counts(store: Store) -> dict[str, int]:
    """Users, contacts and accounts, how many are linked, and how many have no e-mail address of their own."""
    rows = Observation.objects.filter(store_id=store.pk, gone_at=None)
    users = Q(entity=Entity.CUSTOMERS, side=Side.CSCART)
    customers = Q(entity__in=[entity.value for entity in CUSTOMERS])
    counted = rows.aggregate(
        users=Count("pk", filter=users),
        contacts=Count("pk", filter=Q(entity=Entity.CUSTOMERS, side=Side.ZOHO)),
        accounts=Count("pk", filter=Q(entity=Entity.ACCOUNTS, side=Side.ZOHO)),
        inventory_contacts=Count("pk", filter=Q(entity=Entity.CONTACTS, side=Side.ZOHO)),
        placeholders=Count("pk", filter=users & Q(no_email=True)),
        unexplained=Count("pk", filter=customers & Q(linked=False, reason="", state=SyncState.NOT_SYNCED)),
    )
    links, badged = Link.objects.filter(store_id=store.pk), _badged(rows.filter(customers))
    return {
        **counted,
        **badged,
        "linked": links.filter(entity=Entity.CUSTOMERS).count(),
        "accounts_linked": links.filter(entity=Entity.ACCOUNTS).count(),
        "conflicts": open_conflicts(store, *CUSTOMERS),
    }


def waiting_words(store: Store) -> str:
    """What of the stock waits for approval in Zoho, or nothing."""
    rows = Intent.objects.filter(store_id=store.pk, closed_at=None, outcome=WAITING).order_by("pk")
    return waiting_for_approval({row.key: row.payload["moves"] for row in rows})


def not_linked(store: Store) -> list[dict[str, Any]]:
    """Why products have no partner: each reason with its side and how many there are, the most frequent first."""
    rows = Observation.objects.filter(store_id=store.pk, entity="products", gone_at=None, linked=False)
    grouped = rows.order_by().values("side", "state", "reason").annotate(products=Count("pk"))
    return [dict(row) for row in sorted(grouped, key=lambda row: -row["products"])]


def customers_told(store: Store) -> list[dict[str, Any]]:
    """What is told about customers that are not in sync: each reason with how many there are, the most frequent first.

    A pair counts once; `linked` says whether the customer has a partner, `side` whose record it is, and `first` names
    one of them.
    """
    rows = Observation.objects.filter(store_id=store.pk, entity=Entity.CUSTOMERS, gone_at=None)
    told = once_of_all(rows.exclude(state=SyncState.SYNCED))
    grouped = (
        told.order_by()
        .values("side", "linked", "state", "reason")
        .annotate(customers=Count("pk"), name=Min("name"), key=Min("key"))
    )
    return [
        {**{name: row[name] for name in ("side", "linked", "state", "reason", "customers")}, "first": _first(row)}
        for row in sorted(grouped, key=lambda row: (-row["customers"], row["reason"]))
    ]


def _first(row: Mapping[str, Any]) -> str:
    others = f" and {so_many(row['customers'] - 1, 'other')}" if row["customers"] > 1 else ""
    return f"{row['name'] or row['key'] or 'without a name'}{others}"


def _status_rows(answer: dict[str, Any]) -> list[tuple[str, object]]:
    products, left = answer["products"], answer["zoho"]["calls_left_today"]
    rows: list[tuple[str, object]] = [
        ("Store", _connection(answer["store"], answer["store"]["url"])),
        *([("Currency", answer["store"]["currency_changed"])] if answer["store"]["currency_changed"] else []),
        *([("Addresses", answer["store"]["loses"])] if answer["store"]["loses"] else []),
        ("Zoho", _connection(answer["zoho"], answer["zoho"]["name"])),
        *([("Links", answer["wrong_connection"])] if answer["wrong_connection"] else []),
        ("Calls left today", "unknown" if left is None else f"{left:,}"),
        ("Products in CS-Cart", f"{products['cscart']:,} ({products['not_in_zoho']:,} not in Zoho)"),
        ("Items in Zoho", f"{products['zoho']:,} ({products['not_in_cscart']:,} not in CS-Cart)"),
        ("Linked", f"{products['linked']:,}"),
        ("Held or failed", f"{products['held']:,} held, {products['failed']:,} failed"),
        *_customer_rows(answer["customers"]),
        *_order_rows(answer["orders"]),
        *([("Waits in Zoho", answer["waiting_for_approval"])] if answer["waiting_for_approval"] else []),
        ("Open conflicts", _conflicts_in_words(answer)),
        ("Worker", ", ".join(answer["workers"]) or "none at work; start `cscart-zoho serve`"),
        ("Last run", _in_words(answer["last_run"])),
    ]
    for words, at in schedule.in_short([schedule.NextRun(**run) for run in answer["schedule"]]):
        rows.append(("Next run", f"{words}, {at:%Y-%m-%d %H:%M} UTC" if at else words))
    return rows


def _customer_rows(customers: dict[str, int]) -> list[tuple[str, object]]:
    if not (customers["users"] or customers["contacts"]):
        return []
    return [
        ("Customers in CS-Cart", f"{customers['users']:,} ({customers['placeholders']:,} without e-mail)"),
        ("Contacts in Zoho", f"{customers['contacts']:,} ({customers['linked']:,} linked)"),
        ("Accounts in Zoho CRM", f"{customers['accounts']:,} ({customers['accounts_linked']:,} linked)"),
        ("Customers held or failed", f"{customers['held']:,} held, {customers['failed']:,} failed"),
    ]


def _order_rows(orders: dict[str, int]) -> list[tuple[str, object]]:
    if not (orders["cscart"] or orders["zoho"]):
        return []
    rows: list[tuple[str, object]] = [
        ("Orders in CS-Cart", f"{orders['cscart']:,} ({orders['not_in_zoho']:,} not in Zoho)"),
        ("Sales orders in Zoho", f"{orders['zoho']:,} ({orders['not_in_cscart']:,} not in CS-Cart)"),
        ("Orders linked", f"{orders['linked']:,} ({orders['total_mismatches']:,} with totals that differ)"),
        ("Orders held or failed", f"{orders['held']:,} held, {orders['failed']:,} failed"),
    ]
    return rows


def _conflicts_in_words(answer: dict[str, Any]) -> str:
    """How many of what: "3 (1 of products, 2 of orders)"."""
    of = {"products": answer["conflicts"], **{what: answer[what]["conflicts"] for what in ("customers", "orders")}}
    some = ", ".join(f"{number:,} of {what}" for what, number in of.items() if number)
    return f"{sum(of.values()):,}" + (f" ({some})" if some else "")


def _connection(side: dict[str, Any], name: str) -> str:
    if side["trouble"]:
        return side["trouble"]  # type: ignore[no-any-return]
    return f"connected: {name}" if side["connected"] else "not connected"


def _in_words(run: dict[str, Any] | None) -> str:
    if run is None:
        return "none yet"
    return f"run {run['run']}, {run['state']}, asked for at {run['asked_at']:%Y-%m-%d %H:%M} UTC"
