"""The first page: how everything stands and what needs attention."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cscart_zoho.errors import ConnectorError
from cscart_zoho.jobs.concerns import Concern
from cscart_zoho.jobs.presence import alive
from cscart_zoho.jobs.schedule import in_short, next_runs
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.panel.calls_page import sentence
from cscart_zoho.panel.connections import the_organisation, the_store_of
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.products import tiles
from cscart_zoho.panel.roles import Role
from cscart_zoho.panel.runs import OVER, came_of, duration, now, why
from cscart_zoho.panel.tiled import tiles_of
from cscart_zoho.store.budget import calls_left
from cscart_zoho.store.call_report import call_report
from cscart_zoho.store.models import Notice, Run, Store, ZohoOrganisation


def with_since(store: Store | None, found: list[Concern]) -> list[tuple[Concern, datetime | None]]:
    """Each concern and since when: as the ledger knows, or since it was noticed."""
    open_ones = Notice.objects.filter(store=store, over_at=None) if store is not None else Notice.objects.none()
    noticed = dict(open_ones.values_list("key", "since"))
    return [(concern, concern.since or noticed.get(concern.key)) for concern in found]


def _calls(organisation: ZohoOrganisation | None, store: Store | None) -> dict[str, Any]:
    """How the calls to Zoho stand, and when what waits for them is done."""
    if organisation is None or not organisation.connected:
        return {"calls": None, "foretold": ""}
    report = call_report(organisation, store, timezone.now())
    waits = report.forecast is not None and report.forecast.items > 0
    return {"calls": report, "foretold": sentence(report) if waits else ""}


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
        **_calls(organisation, store),
        "calls_left": calls_left(organisation) if organisation and organisation.connected else None,
        "concerns": with_since(store, concerns(store, organisation)),
        "tiles": [(tile, False) for tile in tiles_of(request, tiles)],
        **now(store),
        "last_runs": [(run, why(run), came_of(run), duration(run)) for run in last],
        "coming": coming,
        "schedule_trouble": schedule_trouble,
        "workers": _workers(),
    }
    return page(request, "overview", "Overview", **context)


def _workers() -> str:
    """The machines with workers, and how many on each where there are several."""
    machines = Counter(each.name.partition(":")[0] for each in alive("worker"))
    return ", ".join(f"{machine} ({number})" if number > 1 else machine for machine, number in machines.items())


def _coming() -> tuple[list[Any], str]:
    try:
        return in_short(next_runs(timezone.now())), ""
    except ConnectorError as error:
        return [], error.for_people()
