"""The first page: how everything stands and what needs attention."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cscart_zoho.errors import ConnectorError
from cscart_zoho.jobs.schedule import in_short, next_runs
from cscart_zoho.panel import words
from cscart_zoho.panel.connections import the_organisation, the_store_of
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.products import tiles
from cscart_zoho.panel.roles import Role
from cscart_zoho.panel.runs import OVER, came_of, duration, now, why
from cscart_zoho.panel.tiled import tiles_of
from cscart_zoho.records import Side
from cscart_zoho.store.budget import calls_left
from cscart_zoho.store.models import Conflict, Intent, Observation, Run, RunState, Store, SyncState, ZohoOrganisation

#: A run that waits longer than this, while nothing runs, has no worker.
PATIENCE = timedelta(minutes=2)

#: By kind of record its noun, and where its lists stand: the store's and Zoho's.
LISTS = {
    "products": ("product", "products", "zoho-items"),
    "customers": ("customer", "customers", "zoho-contacts"),
    "orders": ("order", "orders", "zoho-orders"),
}


@dataclass(frozen=True)
class Concern:
    """Something that needs a person, and where to settle it."""

    text: str
    address: str
    button: str
    grave: bool = False


def concerns(store: Store | None, organisation: ZohoOrganisation | None) -> list[Concern]:
    """What needs attention, the gravest first."""
    found = [*_about_connections(store, organisation)]
    if store is not None:
        found += _about_choices(store)
        found += _about_rows(store)
        found += _about_answers(store)
        found += _about_runs(store)
    return sorted(found, key=lambda concern: not concern.grave)


def _about_connections(store: Store | None, organisation: ZohoOrganisation | None) -> list[Concern]:
    found = []
    if store is None or not store.connected:
        found.append(Concern("The store is not connected.", "/store/", "Connect the store", grave=True))
    elif store.trouble:
        found.append(Concern(_named("The store", store.trouble), "/store/", "Look at the connection", grave=True))
    if organisation is None or not organisation.connected:
        found.append(Concern("Zoho is not connected.", "/zoho/", "Connect Zoho", grave=True))
    elif organisation.trouble:
        found.append(Concern(_named("Zoho", organisation.trouble), "/zoho/", "Look at the connection", grave=True))
    return found


def _named(side: str, trouble: str) -> str:
    """The trouble of a side, with its name where the sentence does not begin with it."""
    return trouble if trouble.startswith(side) else f"{side}: {trouble}"


def _about_choices(store: Store) -> list[Concern]:
    """A choice that most stores need before the first import."""
    taxes = store.capabilities.get("taxes")
    several = isinstance(taxes, list) and len(taxes) > 1
    if not several or store.product_choices.get("default_tax_id"):
        return []
    text = "Your store has several taxes. Choose the one for taxable Zoho items; without it they are not imported."
    return [Concern(text, "/settings/", "Choose the tax")]


def _about_rows(store: Store) -> list[Concern]:
    states = (SyncState.FAILED, SyncState.HELD)
    rows = Observation.objects.filter(store=store, entity__in=LISTS, state__in=states, gone_at=None)
    counted = rows.order_by().values_list("entity", "side", "state").annotate(n=Count("pk"))
    return [_about_some(entity, Side(side), state, n) for entity, side, state, n in sorted(counted)]


def _about_some(entity: str, side: Side, state: str, number: int) -> Concern:
    noun, *lists = LISTS[entity]
    text = f"{words.so_many(number, noun)} of {side.title}: {SyncState(state).label.lower()}."
    address = f"/{lists[list(Side).index(side)]}/?state__exact={state}"
    return Concern(text, address, "Show it" if number == 1 else "Show them", state == SyncState.FAILED)


def _about_answers(store: Store) -> list[Concern]:
    found = []
    waiting = Conflict.objects.filter(store=store, settled_at=None, answer="").count()
    if waiting:
        text = "1 conflict waits for your answer." if waiting == 1 else f"{waiting:,} conflicts wait for your answer."
        found.append(Concern(text, "/conflicts/", "Answer them"))
    in_doubt = Intent.objects.filter(store=store, closed_at=None).count()
    if in_doubt:
        text = f"Writes without a clear answer: {in_doubt:,}. The next run looks them up before it writes."
        found.append(Concern(text, "/runs/", "Show the runs"))
    return found


def _about_runs(store: Store) -> list[Concern]:
    late = timezone.now() - PATIENCE
    due = Q(not_before=None) | Q(not_before__lt=late)
    stuck = Run.objects.filter(due, store=store, state=RunState.WAITING, asked_at__lt=late).order_by("pk").first()
    busy = Run.objects.filter(store=store, state=RunState.RUNNING, heartbeat_at__gt=late).exists()
    if stuck is None or busy:
        return []
    text = f"Run {stuck.pk} waits and no worker takes it. Is `cscart-zoho serve` or `cscart-zoho worker` running?"
    return [Concern(text, f"/runs/{stuck.pk}/", "Show the run", grave=True)]


@for_role(Role.VIEWER)
def overview(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """How everything stands."""
    store = the_store_of(request)
    organisation = store.zoho if store is not None and store.zoho is not None else the_organisation()
    last = Run.objects.filter(store=store, state__in=OVER).order_by("-pk")[:5] if store else []
    coming, schedule_trouble = _coming()
    context = {
        "store": store,
        "organisation": organisation,
        "calls_left": calls_left(organisation) if organisation and organisation.connected else None,
        "concerns": concerns(store, organisation),
        "tiles": [(tile, False) for tile in tiles_of(request, tiles)],
        **now(store),
        "last_runs": [(run, why(run), came_of(run), duration(run)) for run in last],
        "coming": coming,
        "schedule_trouble": schedule_trouble,
    }
    return page(request, "overview", "Overview", **context)


def _coming() -> tuple[list[Any], str]:
    try:
        return in_short(next_runs(timezone.now())), ""
    except ConnectorError as error:
        return [], error.for_people()
