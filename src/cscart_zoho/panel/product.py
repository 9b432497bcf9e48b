"""The page of one product: both sides next to each other, field by field, and its history."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from cscart_zoho import app
from cscart_zoho.errors import ConnectorError
from cscart_zoho.mapping.choices import Owner, StockOwner
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.panel import words
from cscart_zoho.panel.connections import the_store_of
from cscart_zoho.panel.pages import ask, back, for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.panel.runs import changes_of, now
from cscart_zoho.records import PRODUCT_FIELDS, Direction, Entity, Side, Values
from cscart_zoho.store.models import WAITING, Conflict, Intent, Link, Observation, Step, Store
from cscart_zoho.store.order_stock import OrderStock
from cscart_zoho.store.values import from_json
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.told import waiting_for_approval

HISTORY_ROWS = 50
#: So many orders are named beside the stock that they hold.
NAMED_ORDERS = 5

STOCK_OWNERS = {
    StockOwner.SHARED: "both sides' movements are added",
    StockOwner.ZOHO: "Zoho",
    StockOwner.CSCART: "CS-Cart",
    StockOwner.NOBODY: "not synced",
}


@dataclass(frozen=True)
class Line:
    """One field of the comparison, in words."""

    title: str
    field: str
    cscart: str
    zoho: str
    base: str
    owner: str
    #: equal, different, alone (only one side has the field), ignored (nobody's)
    verdict: str


@dataclass(frozen=True)
class Both:
    """The rows of one record on both sides, as far as there are any."""

    cscart: Observation | None
    zoho: Observation | None
    link: Link | None

    @property
    def title(self) -> str:
        row = self.cscart or self.zoho
        return (row.name or row.remote_id) if row else ""

    @property
    def ids(self) -> tuple[str, str]:
        """Ids in the store and in Zoho, empty where there is none."""
        if self.link is not None:
            return self.link.cscart_id, self.link.zoho_id
        return (self.cscart.remote_id if self.cscart else ""), (self.zoho.remote_id if self.zoho else "")


def both_of(store: Store | None, side: str, remote_id: str, entity: Entity = Entity.PRODUCTS) -> Both:
    """The record with this id. Raises `Http404` for one that was never seen."""
    unknown = Http404(f"There is no such {entity.value.removesuffix('s')}.")
    if store is None or side not in set(Side) or not remote_id.isprintable():
        raise unknown
    link = Link.objects.filter(store=store, entity=entity, **{f"{side}_id": remote_id}).first()
    wanted = Q(side=side, remote_id=remote_id)
    if link is not None:
        wanted = Q(side=Side.CSCART, remote_id=link.cscart_id) | Q(side=Side.ZOHO, remote_id=link.zoho_id)
    rows = {row.side: row for row in Observation.objects.filter(wanted, store=store, entity=entity)}
    if side not in rows:
        raise unknown
    return Both(rows.get(Side.CSCART.value), rows.get(Side.ZOHO.value), link)


def compare(product_map: ProductMap, both: Both) -> list[Line]:
    """Every field that at least one side has, in reading order."""
    cscart = from_json(both.cscart.values) if both.cscart else {}
    zoho = from_json(both.zoho.values) if both.zoho else {}
    base = from_json(both.link.base_cscart) if both.link else {}
    fields = [field for field in PRODUCT_FIELDS if field in cscart or field in zoho]
    return [_line(product_map, field, cscart, zoho, base) for field in fields]


def _line(product_map: ProductMap, field: str, cscart: Values, zoho: Values, base: Values) -> Line:
    owner = product_map.owner(field)
    named = STOCK_OWNERS[product_map.choices.stock_owner] if field == "stock" else words.OWNERS[owner]
    if field not in cscart or field not in zoho:
        verdict = "alone"
    elif product_map.agree(field, cscart[field], zoho[field]):
        verdict = "equal"
    else:
        verdict = "ignored" if owner is Owner.NOBODY and field != "stock" else "different"
    return Line(
        title=words.field_title(field),
        field=field,
        cscart=words.shown(cscart.get(field), field),
        zoho=words.shown(zoho.get(field), field),
        base=words.shown(base.get(field), field),
        owner=named,
        verdict=verdict,
    )


def history(store: Store, cscart_id: str, zoho_id: str, entity: Entity = Entity.PRODUCTS) -> list[Step]:
    """The last steps of this record, newest first."""
    wanted = Q(pk=None)
    if cscart_id:
        wanted |= Q(cscart_id=cscart_id)
    if zoho_id:
        wanted |= Q(zoho_id=zoho_id)
    steps = Step.objects.filter(wanted, run__store=store, entity=entity).select_related("run")
    return list(steps.order_by("-pk")[:HISTORY_ROWS])


@for_role(Role.VIEWER)
def product_page(request: HttpRequest, side: str, remote_id: str) -> HttpResponse:
    """Both sides of one product."""
    store = the_store_of(request)
    both = both_of(store, side, remote_id)
    assert store is not None  # both_of has refused otherwise
    cscart_id, zoho_id = both.ids
    try:
        lines, trouble = compare(app.product_map(store), both), ""
    except ConnectorError as error:
        lines, trouble = [], error.for_people()
    context: dict[str, Any] = {
        "both": both,
        "row": both.cscart or both.zoho,
        "here": f"/products/{side}/{remote_id}/",
        "lines": lines,
        "trouble": trouble,
        "steps": [(step, changes_of(step)) for step in history(store, cscart_id, zoho_id)],
        "conflicts": conflicts_of(store, cscart_id, zoho_id) if both.link else [],
        "notes": stock_notes(store, both) if both.link else [],
        "links": [(a, app.admin_url(store, a, i)) for a, i in ids_by_side(cscart_id, zoho_id)],
        **now(store),
    }
    return page(request, "product", both.title, **context)


def conflicts_of(store: Store, cscart_id: str, zoho_id: str, entity: Entity = Entity.PRODUCTS) -> list[Conflict]:
    """What waits for an answer about this record."""
    open_ones = Conflict.objects.filter(store=store, entity=entity, settled_at=None)
    return list(open_ones.filter(cscart_id=cscart_id, zoho_id=zoho_id).order_by("pk"))


def stock_notes(store: Store, both: Both) -> list[str]:
    """What a person must know of this product's stock besides its figures."""
    if both.zoho is None or both.cscart is None:
        return []
    notes = _in_orders(store, both)
    open_ones = Intent.objects.filter(store=store, entity=Entity.PRODUCTS, kind="adjust", closed_at=None).order_by("pk")
    mine = [each for each in open_ones if any(m["zoho_id"] == both.zoho.remote_id for m in each.payload["moves"])]
    waiting = {each.key: _of(each, both.zoho.remote_id) for each in mine if each.outcome == WAITING}
    if waiting:
        notes.append(waiting_for_approval(waiting))
    notes += [
        f"What came of inventory adjustment {each.key} is not known: Zoho's answer was lost. It is looked for, and the "
        "stock waits until it is found."
        for each in mine
        if each.outcome != WAITING
    ]
    evened_out = int(both.link.base_zoho.get("evened_out") or 0) if both.link is not None else 0
    if evened_out:
        told = (
            "1 piece more than it would have by itself: it was sold before its sales order took it, and was put back "
            "so that it is not taken twice."
            if evened_out == 1
            else f"{evened_out:,} pieces more than it would have by itself: they were sold before their sales orders "
            "took them, and were put back so that they are not taken twice."
        )
        notes.append(f"Zoho's stock on hand has {told}")
    if both.zoho.stock is not None and both.zoho.stock < 0:
        notes.append(
            f"Zoho has {both.zoho.stock:,} for sale: more is promised there than it has. The store shows no negative "
            "stock, so it sells none of it until Zoho has some again."
        )
    return notes


def _in_orders(store: Store, both: Both) -> list[str]:
    """What of the stock is on orders that Zoho has not confirmed, with some of these orders."""
    stock, pair = OrderStock(store), both.ids
    taken = stock.pieces([pair])[pair]
    pieces = taken.in_store - taken.in_zoho
    if not all(row is not None and row.stock is not None for row in (both.cscart, both.zoho)) or pieces <= 0:
        return []
    ids = stock.waiting_orders([pair], NAMED_ORDERS).get(pair[0], [])
    orders = Observation.objects.filter(store=store, entity=Entity.ORDERS, side=Side.CSCART, remote_id__in=ids)
    keys = ", ".join(sorted(orders.values_list("key", flat=True)))
    are = "1 piece is" if pieces == 1 else f"{pieces:,} pieces are"
    return [
        f"{are} on orders that Zoho has not confirmed yet ({keys}): the store has so many fewer for sale than Zoho "
        "until they are confirmed."
    ]


def _of(intent: Intent, item_id: str) -> list[dict[str, Any]]:
    return [move for move in intent.payload["moves"] if move["zoho_id"] == item_id]


def ids_by_side(cscart_id: str, zoho_id: str) -> list[tuple[Side, str]]:
    return [(side, id) for side, id in ((Side.CSCART, cscart_id), (Side.ZOHO, zoho_id)) if id]


def asked_of(act: str, side: str, both: Both) -> Asked | None:
    """What a button of this page asks for; None when there is no such button."""
    cscart_id, zoho_id = both.ids
    cscart_ids = (cscart_id,) if cscart_id else ()
    zoho_ids = (zoho_id,) if zoho_id else ()
    if act == "sync" and both.link is None and side == Side.ZOHO:
        return Asked(only="ids", zoho_ids=zoho_ids, direction=Direction.TO_CSCART)
    if act == "sync":
        return Asked(only="ids", cscart_ids=cscart_ids, zoho_ids=zoho_ids)
    if both.link is None:
        return None
    if act == "stock":
        return Asked(only="ids", cscart_ids=cscart_ids, zoho_ids=zoho_ids, stock_only=True)
    if act in {"from-cscart", "from-zoho"}:
        winner = Side(act.removeprefix("from-"))
        direction = Direction.TO_ZOHO if winner is Side.CSCART else Direction.TO_CSCART
        return Asked(only="ids", cscart_ids=cscart_ids, zoho_ids=zoho_ids, winner=winner, direction=direction)
    return None


@for_role(Role.OPERATOR, "POST")
def product_act(request: HttpRequest, side: str, remote_id: str, act: str) -> HttpResponse:
    """Ask for a run for this one product."""
    store = the_store_of(request)
    asked = asked_of(act, side, both_of(store, side, remote_id))
    if asked is None:
        return HttpResponse("This product has no such action.", status=404)
    ask(request, store, asked)
    return back(request, f"/products/{side}/{remote_id}/")
