"""The page of one customer: all sides next to each other, field by field, and the history."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from cscart_zoho import app
from cscart_zoho.errors import ConnectorError
from cscart_zoho.mapping.customer_map import ACCOUNT, CustomerMap
from cscart_zoho.mapping.field_map import FieldMap
from cscart_zoho.mapping.fields import Module
from cscart_zoho.panel import words
from cscart_zoho.panel.connections import the_store_of
from cscart_zoho.panel.pages import ask, back, for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.panel.runs import changes_of, now
from cscart_zoho.records import Direction, Entity, Side, Value, Values
from cscart_zoho.store.models import Conflict, Link, Observation, Step, Store
from cscart_zoho.store.values import from_json
from cscart_zoho.sync.asked import Asked

HISTORY_ROWS = 50
CUSTOMER_ENTITIES = (Entity.CUSTOMERS, Entity.CONTACTS)


@dataclass(frozen=True)
class Line:
    """One mapped field of one kind of contact, in words."""

    title: str
    column: str
    cscart: str
    zoho: str
    base: str
    owner: str
    #: equal, adapted (equal, but a side takes it in another form), different, alone (only one side has the field)
    verdict: str


@dataclass(frozen=True)
class Partner:
    """A contact of Zoho that belongs to this customer, or could."""

    entity: Entity
    module: Module
    row: Observation | None = None
    link: Link | None = None
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Person:
    """A customer with everything that belongs to them."""

    user: Observation | None
    home: Observation | None
    link: Link | None

    @property
    def title(self) -> str:
        row = self.user or self.home
        return (row.name or row.key or row.remote_id) if row else ""

    @property
    def ids(self) -> tuple[str, str]:
        """Ids in the store and in Zoho, empty where there is none."""
        if self.link is not None:
            return self.link.cscart_id, self.link.zoho_id
        return (self.user.remote_id if self.user else ""), (self.home.remote_id if self.home else "")


def person_of(store: Store | None, side: str, remote_id: str) -> Person:
    """The customer with this id. Raises `Http404` for one that was never seen."""
    if store is None or side not in set(Side) or not remote_id.isprintable():
        raise Http404("There is no such customer.")
    link = Link.objects.filter(store=store, entity=Entity.CUSTOMERS, **{f"{side}_id": remote_id}).first()
    wanted = Q(side=side, remote_id=remote_id)
    if link is not None:
        wanted = Q(side=Side.CSCART, remote_id=link.cscart_id) | Q(side=Side.ZOHO, remote_id=link.zoho_id)
    rows = {r.side: r for r in Observation.objects.filter(wanted, store=store, entity=Entity.CUSTOMERS)}
    if side not in rows:
        raise Http404("There is no such customer.")
    return Person(rows.get(Side.CSCART.value), rows.get(Side.ZOHO.value), link)


def partners_of(store: Store, person: Person) -> list[Partner]:
    """The contact where customers live, and the one of Inventory beside it. Raises `ConnectorError`."""
    home = app.module_of(store)
    found = [_partner(store, Entity.CUSTOMERS, home, person.user, person.home, person.link)]
    if person.user is not None and home is Module.CONTACT:
        link = Link.objects.filter(store=store, entity=Entity.CONTACTS, cscart_id=person.user.remote_id).first()
        if link is not None:
            rows = Observation.objects.filter(store=store, entity=Entity.CONTACTS)
            contact = rows.filter(side=Side.ZOHO, remote_id=link.zoho_id).first()
            user = rows.filter(side=Side.CSCART, remote_id=link.cscart_id).first()
            found.append(_partner(store, Entity.CONTACTS, Module.INVENTORY, user, contact, link))
    return found


def _partner(
    store: Store,
    entity: Entity,
    module: Module,
    user: Observation | None,
    row: Observation | None,
    link: Link | None,
) -> Partner:
    used = app.field_map(store, module)
    customer_map = CustomerMap(app.customer_choices(store), used, entity)
    cscart, zoho = _values(user), _values(row)
    base = from_json(link.base_zoho) if link is not None else {}
    if row is not None and row.parent_id and ACCOUNT in used.rows:
        zoho[ACCOUNT] = _account(store, row.parent_id) or zoho.get(ACCOUNT, "")
    lines = [_line(customer_map, used, name, cscart, zoho, base) for name in used.rows]
    return Partner(entity, module, row, link, lines)


def _values(row: Observation | None) -> dict[str, Value]:
    return from_json(row.values) if row is not None else {}


def _account(store: Store, id: str) -> str:
    rows = Observation.objects.filter(store=store, entity=Entity.ACCOUNTS, side=Side.ZOHO, remote_id=id)
    return str(rows.values_list("key", flat=True).first() or "")


def _line(customer_map: CustomerMap, used: FieldMap, name: str, cscart: Values, zoho: Values, base: Values) -> Line:
    if name not in cscart or name not in zoho:
        verdict = "alone"
    elif customer_map.agree(name, cscart[name], zoho[name]):
        verdict = "equal" if words.shown(cscart[name], name) == words.shown(zoho[name], name) else "adapted"
    else:
        verdict = "different"
    return Line(
        title=used.fields[name].label,
        column=used.column(name).title,
        cscart=words.shown(cscart.get(name), name),
        zoho=words.shown(zoho.get(name), name),
        base=words.shown(base.get(name), name),
        owner=words.OWNERS[customer_map.owner(name)],
        verdict=verdict,
    )


def unmapped(store: Store, person: Person, partners: list[Partner]) -> list[tuple[str, str]]:
    """Columns of the store that the map does not use, as far as they are told."""
    if person.user is None or not partners:
        return []
    used = app.field_map(store, partners[0].module)
    mapped = {row.column for row in used.rows.values()}
    values = _values(person.user)
    return [
        (column.title, words.shown(values.get(f"@{name}"), name))
        for name, column in used.columns.items()
        if name not in mapped and values.get(f"@{name}") not in (None, "")
    ]


def history(store: Store, cscart_id: str, zoho_id: str) -> list[Step]:
    """The last steps of this customer, newest first."""
    wanted = Q(pk=None)
    if cscart_id:
        wanted |= Q(cscart_id=cscart_id)
    if zoho_id:
        wanted |= Q(zoho_id=zoho_id)
    steps = Step.objects.filter(wanted, run__store=store, entity__in=CUSTOMER_ENTITIES).select_related("run")
    return list(steps.order_by("-pk")[:HISTORY_ROWS])


@for_role(Role.VIEWER)
def customer_page(request: HttpRequest, side: str, remote_id: str) -> HttpResponse:
    """All sides of one customer."""
    store = the_store_of(request)
    person = person_of(store, side, remote_id)
    assert store is not None  # person_of has refused otherwise
    cscart_id, zoho_id = person.ids
    try:
        partners, trouble = partners_of(store, person), ""
    except ConnectorError as error:
        partners, trouble = [], error.for_people()
    context: dict[str, Any] = {
        "person": person,
        "row": person.user or person.home,
        "here": f"/customers/{side}/{remote_id}/",
        "partners": partners,
        "unmapped": unmapped(store, person, partners),
        "trouble": trouble,
        "steps": [(step, changes_of(step)) for step in history(store, cscart_id, zoho_id)],
        "conflicts": _conflicts(store, cscart_id),
        "links": _links(store, person),
        **now(store),
    }
    return page(request, "customer", person.title, **context)


def _conflicts(store: Store, cscart_id: str) -> list[Conflict]:
    open_ones = Conflict.objects.filter(store=store, entity__in=CUSTOMER_ENTITIES, settled_at=None)
    return list(open_ones.filter(cscart_id=cscart_id).order_by("pk")) if cscart_id else []


def _links(store: Store, person: Person) -> list[tuple[Side, str]]:
    cscart_id, zoho_id = person.ids
    told = ((Side.CSCART, cscart_id), (Side.ZOHO, zoho_id))
    return [(side, app.admin_url(store, side, id, Entity.CUSTOMERS)) for side, id in told if id]


def asked_of(act: str, side: str, person: Person) -> Asked | None:
    """What a button of this page asks for; None when there is no such button."""
    cscart_id, zoho_id = person.ids
    cscart_ids = (cscart_id,) if cscart_id else ()
    zoho_ids = (zoho_id,) if zoho_id else ()
    if act == "sync" and person.link is None and side == Side.ZOHO:
        return Asked(only="ids", zoho_ids=zoho_ids, direction=Direction.TO_CSCART)
    if act == "sync":
        return Asked(only="ids", cscart_ids=cscart_ids, zoho_ids=zoho_ids)
    if person.link is not None and act in {"from-cscart", "from-zoho"}:
        winner = Side(act.removeprefix("from-"))
        direction = Direction.TO_ZOHO if winner is Side.CSCART else Direction.TO_CSCART
        return Asked(only="ids", cscart_ids=cscart_ids, zoho_ids=zoho_ids, winner=winner, direction=direction)
    return None


@for_role(Role.OPERATOR, "POST")
def customer_act(request: HttpRequest, side: str, remote_id: str, act: str) -> HttpResponse:
    """Ask for a run for this one customer."""
    store = the_store_of(request)
    asked = asked_of(act, side, person_of(store, side, remote_id))
    if asked is None:
        return HttpResponse("This customer has no such action.", status=404)
    ask(request, store, asked, Entity.CUSTOMERS)
    return back(request, f"/customers/{side}/{remote_id}/")
