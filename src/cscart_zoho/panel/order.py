"""The page of one order: both documents next to each other, the way of its money, its papers and its history."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from cscart_zoho import app
from cscart_zoho.errors import ConnectorError
from cscart_zoho.mapping.counted import so_many
from cscart_zoho.order import Order, from_text, is_guest, papers_from_text
from cscart_zoho.panel import order_words, words
from cscart_zoho.panel.connections import the_store_of
from cscart_zoho.panel.order_document import Documents, TraceRow, trace_rows
from cscart_zoho.panel.pages import ask, back, for_role, page
from cscart_zoho.panel.product import Both, both_of, conflicts_of, history, ids_by_side
from cscart_zoho.panel.roles import Role
from cscart_zoho.panel.runs import asked_by, changes_of, now
from cscart_zoho.records import Direction, Entity, Side
from cscart_zoho.store.models import Conflict, Link, Observation, Store
from cscart_zoho.store.values import from_json
from cscart_zoho.sync.asked import Asked

NOT_READ = "The lines of this order have not been read yet."


@dataclass(frozen=True)
class Money:
    """The way of an order's money to the other side, or why there is none."""

    source: Side
    #: The order as the other side shall hold it.
    made: Order | None = None
    trace: tuple[TraceRow, ...] = ()
    reason: str = ""
    advice: str = ""


def document_of(row: Observation | None) -> Order | None:
    """The document of a row; None of one that was never read in full."""
    text = row.values.get("document") if row is not None else None
    return from_text(text) if text else None


def born_in(both: Both) -> Side:
    """The side on which an order was placed; what both had already counts as the store's."""
    if both.link is not None:
        return Side.ZOHO if both.link.origin == "created_in_cscart" else Side.CSCART
    return Side.CSCART if both.cscart is not None else Side.ZOHO


def money_of(store: Store, both: Both) -> Money:
    """What the order becomes on the other side under the present settings, from what was last seen. No call is made."""
    source = born_in(both)
    order = document_of(both.cscart if source is Side.CSCART else both.zoho)
    if order is None:
        return Money(source, reason=NOT_READ, advice="The next run reads them, or a click on the button above.")
    try:
        order_map = app.order_map(store)
        priced = order_map.for_zoho(order) if source is Side.CSCART else order_map.for_store(order)
    except ConnectorError as error:
        return Money(source, reason=str(error), advice=error.advice)
    return Money(source, priced.order, tuple(trace_rows(priced.trace, order.currency)))


def documents_of(store: Store, both: Both, money: Money) -> Documents:
    """Both documents; the side that has none yet is told as it is planned."""
    cscart, zoho = document_of(both.cscart), document_of(both.zoho)
    if money.source is Side.CSCART:
        zoho = zoho or money.made
    else:
        cscart = cscart or money.made
    ids = [line.product_id for line in cscart.lines if line.product_id] if cscart is not None else []
    links = Link.objects.filter(store=store, entity=Entity.PRODUCTS, cscart_id__in=ids)
    taxes = {id: f"{tax.name} {order_words.percent(tax.percent)}" for id, tax in _zoho_taxes(store).items()}
    return Documents(cscart, zoho, dict(links.values_list("cscart_id", "zoho_id")), taxes)


def _zoho_taxes(store: Store) -> Any:
    return app.money_rules(store.zoho).taxes


@for_role(Role.VIEWER)
def order_page(request: HttpRequest, side: str, remote_id: str) -> HttpResponse:
    """Both sides of one order."""
    store = the_store_of(request)
    both = both_of(store, side, remote_id, Entity.ORDERS)
    assert store is not None  # both_of has refused otherwise
    cscart_id, zoho_id = both.ids
    names, money = order_words.status_names(store), money_of(store, both)
    documents = documents_of(store, both, money)
    row = both.cscart or both.zoho
    assert row is not None
    context: dict[str, Any] = {
        "both": both,
        "row": row,
        "here": f"/orders/{side}/{remote_id}/",
        "statuses": [order_words.status_name(r.side, r.status, names) if r else "" for r in (both.cscart, both.zoho)],
        "wanted": both.link is not None or row.side == Side.CSCART or row.status != "void",
        "buyer": _buyer(store, both.cscart),
        "documents": documents,
        "planned": _planned(both, documents),
        "money": money,
        "papers": _papers(both.zoho),
        "steps": [
            (s, asked_by(s.run), changes_of(s, names)) for s in history(store, cscart_id, zoho_id, Entity.ORDERS)
        ],
        "conflicts": told(conflicts_of(store, cscart_id, zoho_id, Entity.ORDERS), store) if both.link else [],
        "links": [(a, app.admin_url(store, a, i, Entity.ORDERS)) for a, i in ids_by_side(cscart_id, zoho_id)],
        **now(store),
    }
    return page(request, "order", f"Order {row.key or row.remote_id}", **context)


def _planned(both: Both, documents: Documents) -> str:
    """The side whose document is only planned, "" where both have theirs."""
    if documents.zoho is not None and document_of(both.zoho) is None:
        return Side.ZOHO.value
    return Side.CSCART.value if documents.cscart is not None and document_of(both.cscart) is None else ""


def _buyer(store: Store, row: Observation | None) -> dict[str, Any]:
    """Whose order it is: where the customer's page and his or her other orders are."""
    id = row.parent_id if row is not None else ""
    if not id:
        return {}
    known = Observation.objects.filter(store=store, entity=Entity.CUSTOMERS, side=Side.CSCART, remote_id=id).exists()
    return {"id": id, "guest": is_guest(id), "known": known}


def _papers(row: Observation | None) -> list[tuple[str, str, str, str, str]]:
    """Packages, shipments and invoices: kind, number, date, status, amount."""
    values = from_json(row.values) if row is not None else {}
    currency = str(values.get("currency") or "")
    return [
        (
            paper.kind.capitalize(),
            paper.number or words.NOTHING,
            paper.date or words.NOTHING,
            order_words.zoho_status(paper.status) or words.NOTHING,
            order_words.amount(paper.amount, currency, told=True) if paper.amount else "",
        )
        for paper in papers_from_text(str(values.get("papers") or ""))
    ]


# Conflicts


def told(conflicts: list[Conflict], store: Store) -> list[tuple[Conflict, str, str, str]]:
    """Each conflict with what the store has, what Zoho has, and what was agreed on. Two queries for all of them."""
    names = order_words.status_names(store)
    rows = Observation.objects.filter(store=store, entity=Entity.ORDERS)
    here = {r.remote_id: r for r in rows.filter(side=Side.CSCART, remote_id__in=[c.cscart_id for c in conflicts])}
    there = {r.remote_id: r for r in rows.filter(side=Side.ZOHO, remote_id__in=[c.zoho_id for c in conflicts])}
    return [
        (
            conflict,
            _has(conflict, conflict.cscart_value, here.get(conflict.cscart_id), names, Side.CSCART),
            _has(conflict, conflict.zoho_value, there.get(conflict.zoho_id), names, Side.ZOHO),
            _has(conflict, conflict.base_value, None, names, Side.CSCART),
        )
        for conflict in conflicts
    ]


def _has(conflict: Conflict, stored: Any, row: Observation | None, names: dict[str, str], side: Side) -> str:
    """A document is kept as a fingerprint, so it is told by what the side was last seen with."""
    if conflict.field == "status":
        return order_words.status_name(side, str(stored or ""), names)
    order = document_of(row) if conflict.settled_at is None else None
    if order is None:
        return words.shown(stored, conflict.field)
    lines = so_many(len(order.lines), "line")
    return f"{lines}, {order_words.amount(order.total, order.currency, told=True)}"


# What can be done


def asked_of(act: str, side: str, both: Both) -> Asked | None:
    """What a button of this page asks for; None when there is no such button."""
    cscart_id, zoho_id = both.ids
    if act != "sync":
        return None
    if both.link is None and side == Side.ZOHO:
        return Asked(only="ids", zoho_ids=(zoho_id,), direction=Direction.TO_CSCART)
    return Asked(only="ids", cscart_ids=(cscart_id,) if cscart_id else (), zoho_ids=(zoho_id,) if zoho_id else ())


@for_role(Role.OPERATOR, "POST")
def order_act(request: HttpRequest, side: str, remote_id: str, act: str) -> HttpResponse:
    """Ask for a run for this one order."""
    store = the_store_of(request)
    asked = asked_of(act, side, both_of(store, side, remote_id, Entity.ORDERS))
    if asked is None:
        return HttpResponse("This order has no such action.", status=404)
    ask(request, store, asked, Entity.ORDERS)
    return back(request, f"/orders/{side}/{remote_id}/")
