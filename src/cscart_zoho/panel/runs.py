"""Runs: what was asked, how far it is, and what came of each record."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.admin import display
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cscart_zoho.jobs.requests import ask_to_stop
from cscart_zoho.panel import order_words, words
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import the_store, the_store_of
from cscart_zoho.panel.lists import ListPage
from cscart_zoho.panel.models import SyncRun
from cscart_zoho.panel.pages import ask, back, for_role, page
from cscart_zoho.panel.roles import Role, may
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Run, RunState, Step, StepState, Store
from cscart_zoho.store.values import value_from_json
from cscart_zoho.sync.asked import asked_from_json, asked_to_json

OVER = frozenset({RunState.DONE, RunState.ATTENTION, RunState.FAILED, RunState.STOPPED})
STEPS_PER_PAGE = 100
#: Who asks for runs besides people, by a run's trigger.
ASKERS = {
    "schedule": "the schedule",
    "cron": "the server's cron",
    "cli": "the command line",
    "hint": "a message of a side",
    "orders": "orders that wait",
}
#: htmx reads this as "load the whole page again".
RELOAD = {"HX-Refresh": "true"}


def current_run(store: Store | None) -> Run | None:
    """The run that is under way, or else the next in line."""
    if store is None:
        return None
    under_way = Run.objects.filter(store=store, state__in=(RunState.RUNNING, RunState.WAITING))
    return under_way.order_by("state", "pk").first()  # "running" sorts before "waiting"


def now(store: Store | None) -> dict[str, Any]:
    """What the strip of the present run needs; it is left out where there is none."""
    run = current_run(store)
    return progress_of(run) if run is not None else {}


class RunList(ListPage):
    list_display = ("number", "state_", "asked_", "found", "calls", "asked_at_", "took", "who")
    list_filter = ("state", "trigger")
    list_before_template = "panel/runs_top.html"
    empty_words = "Nothing has run yet. Start the first sync on the page Products, Customers or Orders."
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(store=the_store_of(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {**now(the_store()), **(extra_context or {})}
        return super().changelist_view(request, context)

    @display(description="Run")
    def number(self, run: Run) -> SafeString:
        return format_html('<a class="cz-name" href="/runs/{}/">Run {}</a>', run.pk, run.pk)

    @display(description="State")
    def state_(self, run: Run) -> SafeString:
        return words.badge(run.state, run.get_state_display(), why(run))

    @display(description="Asked for")
    def asked_(self, run: Run) -> str:
        return words.asked_for(run.asked, run.entity)

    @display(description="What came of it")
    def found(self, run: Run) -> str:
        return came_of(run)

    @display(description="Calls")
    def calls(self, run: Run) -> SafeString:
        return format_html(
            '<span title="CS-Cart / Zoho">{} / {}</span>', f"{run.calls_cscart:,}", f"{run.calls_zoho:,}"
        )

    @display(description="When", ordering="asked_at")
    def asked_at_(self, run: Run) -> SafeString | str:
        return words.ago(run.asked_at)

    @display(description="Took")
    def took(self, run: Run) -> str:
        return duration(run)

    @display(description="By")
    def who(self, run: Run) -> str:
        return asked_by(run)


def asked_by(run: Run) -> str:
    """The person behind a run, or what stands for one."""
    return run.asked_by or ASKERS.get(run.trigger, run.trigger)


def counted(run: Run) -> str:
    """A run's counts as one line; nothing-counts are left out."""
    return _line(run.counts)


def came_of(run: Run) -> str:
    """What a run has done, without what it has only looked at; its message when it has done nothing."""
    done = {name: n for name, n in run.counts.items() if name not in words.LOOKED_AT}
    line = _line(done)
    return run.message if line == words.NOTHING and run.state == RunState.DONE and run.message else line


def why(run: Run) -> str:
    """The message of a run that did not come to its end as it should."""
    return "" if run.state == RunState.DONE else run.message


def _line(counts: dict[str, int]) -> str:
    shown = {
        name: n for name, n in counts.items() if n and "." not in name and name not in words.NO_COUNTS
    }  # those with a dot are of one kind of record
    return ", ".join(words.counted(name, n) for name, n in shown.items()) or words.NOTHING


def duration(run: Run) -> str:
    """How long a run took, or has taken so far up to its last sign of life."""
    end = run.finished_at or run.heartbeat_at
    if run.started_at is None or end is None:
        return words.NOTHING
    seconds = max(0, int((end - run.started_at).total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


@for_role(Role.VIEWER)
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One run with its steps; `?state=` keeps those of one state."""
    run = get_object_or_404(Run.objects.select_related("store"), pk=pk)
    statuses = order_words.status_names(run.store)
    state = request.GET.get("state", "")
    counts = dict(run.steps.order_by().values_list("state").annotate(n=Count("pk")))
    steps: QuerySet[Step] = run.steps.order_by("pk")
    if state in StepState.values:
        steps = steps.filter(state=state)
    paginator = Paginator(steps, STEPS_PER_PAGE)
    paginator.count = counts.get(state, 0) if state in StepState.values else sum(counts.values())
    shown = paginator.get_page(request.GET.get("p"))
    context = {
        **progress_of(run),
        "asked": words.asked_for(run.asked, run.entity),
        "took": duration(run),
        "states": [(s.value, s.label, counts[s.value]) for s in StepState if counts.get(s.value)],
        "state": state,
        "steps": [(step, changes_of(step, statuses)) for step in shown.object_list],
        "shown": shown,
        "again": run.state in OVER,
        "braked": is_braked(run),
        "is_plan": bool(run.asked.get("dry_run")) and bool(counts.get(StepState.PLANNED)),
        "follows": True,
    }
    return page(request, "run", f"Run {run.pk}", **context)


def is_braked(run: Run) -> bool:
    """Whether the accident brake stopped this run: it then never came to writing."""
    return run.state == RunState.ATTENTION and run.phase in ("observing", "planning")


def changes_of(step: Step, statuses: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
    """The changes of a step in words: field, before, after. `statuses` names those of the store's orders."""
    told = []
    for field, pair in step.changes.items():
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        was, is_now = (_changed(step, field, value, statuses) for value in (before, after))
        told.append((words.field_title(field), was, is_now))
    return told


def _changed(step: Step, field: str, stored: Any, statuses: Mapping[str, str] | None) -> str:
    value = value_from_json(stored)
    if step.entity == Entity.ORDERS and field == "status":
        return order_words.status_name(step.target, str(value or ""), statuses or {})
    return words.shown(value, field)


def progress_of(run: Run) -> dict[str, Any]:
    """What the progress strip shows."""
    total = max(run.progress_total, run.progress)
    return {
        "run": run,
        "over": run.state in OVER,
        "percent": 100 * run.progress // total if total else 0,
        "counted": counted(run),
    }


@for_role(Role.VIEWER)
def run_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The strip alone, which the page asks for every second; a run that is over reloads the page.

    The page of the run itself names the phase it shows, and is reloaded for each new one.
    """
    run = get_object_or_404(Run, pk=pk)
    follows = "phase" in request.GET
    if run.state in OVER or (follows and request.GET["phase"] != f"{run.state}-{run.phase}"):
        return HttpResponse(status=200, headers=RELOAD)
    context = {**progress_of(run), "operates": may(request.user, Role.OPERATOR), "follows": follows}
    return TemplateResponse(request, "panel/progress.html", context)


@for_role(Role.OPERATOR, "POST")
def run_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a run to stop after the record it is at."""
    run = get_object_or_404(Run, pk=pk)
    if ask_to_stop(run):
        noted(request, "run stopped", f"Run {pk}")
        messages.success(request, f"Run {pk} stops after the record it is at. What is done stays done.")
    else:
        messages.warning(request, f"Run {pk} is over already.")
    return back(request, f"/runs/{pk}/")


@for_role(Role.OPERATOR, "POST")
def run_again(request: HttpRequest, pk: int, how: str) -> HttpResponse:
    """Ask for the same once more: as it was, with the brake released, or for real after a plan."""
    run = get_object_or_404(Run.objects.select_related("store__zoho"), pk=pk)
    changed = {"again": {}, "release": {"release_brake": True}, "carry-out": {"dry_run": False}}.get(how)
    if changed is None:
        return HttpResponse("A run cannot be repeated like this.", status=404)
    asked = asked_from_json({**asked_to_json(asked_from_json(run.asked)), **changed})
    if how == "release":
        noted(request, "brake released", f"Run {pk}")
    new = ask(request, run.store, asked, Entity(run.entity))
    return HttpResponseRedirect(f"/runs/{new.pk if new else pk}/")


MODELS = ((SyncRun, RunList),)
