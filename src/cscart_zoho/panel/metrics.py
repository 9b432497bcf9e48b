"""`/metrics`: figures for Prometheus, read from the ledger when they are asked for."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Max, Min, Model, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from cscart_zoho import __version__
from cscart_zoho.jobs.presence import is_present
from cscart_zoho.jobs.schedule import WHOLE
from cscart_zoho.panel.login import client_address
from cscart_zoho.store.badges import once_of_all
from cscart_zoho.store.budget import Budget, budget_of, crm_budget_of
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.lanes import Lane
from cscart_zoho.store.models import (
    WAITING,
    CallWindow,
    Conflict,
    Hint,
    HintSource,
    Intent,
    Notice,
    Observation,
    Run,
    RunState,
    Store,
    SyncState,
    ZohoOrganisation,
)

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
#: A scrape reads no secret, not even to throw it away.
SECRETS = ("client_secret", "refresh_token", "access_token")
#: For each row the values of its labels, and the figure at the end.
Rows = Iterable[Any]
TROUBLED = (SyncState.HELD, SyncState.CONFLICT, SyncState.FAILED)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures; 404 for whoever may not read them."""
    if not _allowed(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Ledger(database_now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _allowed(request: HttpRequest) -> bool:
    """With the token; or from this machine, where nobody else can reach the panel.

    A proxy on this machine makes every request look like one of this machine, so that
    counts only while the panel itself has no public address.
    """
    token = settings.CSCART_ZOHO_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(_digest(given), _digest(token)):
        return True
    public = urlsplit(settings.CSCART_ZOHO_PUBLIC_URL).hostname not in LOOPBACK
    return client_address(request) in LOOPBACK and not public


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


class Ledger:
    """The ledger as figures: fulfils `prometheus_client.registry.Collector`."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def _present(self, model: type[Model]) -> QuerySet[Any]:
        """What belongs to a store that was not set aside."""
        return model._default_manager.filter(store__in=Store.objects.values("pk")).order_by()

    def collect(self) -> Iterator[Metric]:
        yield _gauge("build_info", "Which version answers.", ["version"], [(__version__, 1)])
        here = [(role, int(is_present(role))) for role in ("worker", "schedule")]
        yield _gauge("process_present", "Whether such a process is alive.", ["role"], here)
        yield from self._records()
        yield from self._runs()
        yield from self._waiting()
        yield from self._calls()
        yield from self._hints()

    def _records(self) -> Iterator[Metric]:
        """All of them are counted from the index `obs_state` alone."""
        labels = ["store", "entity", "side", "state"]
        rows = self._present(Observation).values_list(*labels).annotate(n=Count("pk"))
        yield _gauge("records", "Records by what their badge says.", labels, rows)
        labels = ["store", "entity", "state"]
        troubled = self._present(Observation).filter(state__in=TROUBLED, gone_at=None)
        rows = once_of_all(troubled).order_by().values_list(*labels).annotate(n=Count("pk"))
        yield _gauge("records_not_in_sync", "What is held, in conflict or failed; a pair counts once.", labels, rows)

    def _runs(self) -> Iterator[Metric]:
        labels = ["store", "entity", "state"]
        rows = self._present(Run).values_list(*labels).annotate(n=Count("pk"))
        yield _gauge("runs", "Runs by state, those of long ago included.", labels, rows)
        over = self._present(Run).filter(state__in=[RunState.DONE, RunState.ATTENTION]).exclude(finished_at=None)
        # Runs from before this was kept count as they did then.
        well = Q(counts__well=1) | ~Q(counts__has_key="well")
        whole = over.filter(well, asked_key=WHOLE.key, phase="telling")
        last = whole.order_by().values_list("store", "entity").annotate(at=Max("finished_at"))
        yield _gauge(
            "last_success_timestamp_seconds",
            "When the last whole run came to its end that wrote something, or found nothing failed.",
            ["store", "entity"],
            [(store, entity, at.timestamp()) for store, entity, at in last],
        )

    def _waiting(self) -> Iterator[Metric]:
        labels = ["store", "entity"]
        conflicts = self._present(Conflict).filter(settled_at=None).values_list(*labels).annotate(n=Count("pk"))
        yield _gauge("conflicts_open", "Conflicts that are not settled.", labels, conflicts)
        open_ones = self._present(Intent).filter(closed_at=None)
        intents = open_ones.exclude(outcome=WAITING).values_list(*labels)
        told = list(intents.annotate(n=Count("pk"), oldest=Min("opened_at")))
        yield _gauge("intents_open", "Writes without a clear answer.", labels, [row[:3] for row in told])
        ages = [(*row[:2], (self.now - row[3]).total_seconds()) for row in told]
        yield _gauge("intents_oldest_age_seconds", "How long the oldest of them waits.", labels, ages)
        waiting = open_ones.filter(outcome=WAITING).values_list(*labels).annotate(n=Count("pk"))
        yield _gauge("adjustments_waiting", "Inventory adjustments to be approved in Zoho.", labels, waiting)
        notices = self._present(Notice).filter(over_at=None).values_list("store", "grave").annotate(n=Count("pk"))
        by_gravity = [(store, str(grave).lower(), n) for store, grave, n in notices]
        yield _gauge("notices_open", "What needs a person.", ["store", "grave"], by_gravity)

    def _calls(self) -> Iterator[Metric]:
        budgets: list[Budget] = []
        for organisation in ZohoOrganisation.objects.exclude(organization_id="").defer(*SECRETS):
            budgets += [budget_of(organisation, lambda: self.now), crm_budget_of(organisation, lambda: self.now)]
        used = [(budget.remote, lane, n) for budget in budgets for lane, n in self._by_lane(budget)]
        yield _gauge("calls_used", "Calls of the present day, by who made them.", ["remote", "lane"], used)
        limited = [budget for budget in budgets if budget.daily_limit is not None]
        limits = [(budget.remote, budget.daily_limit) for budget in limited]
        left = [(budget.remote, budget.left()) for budget in limited]
        yield _gauge("calls_limit", "Calls that a day has.", ["remote"], limits)
        yield _gauge("calls_left", "Calls that orders may still make today.", ["remote"], left)

    def _by_lane(self, budget: Budget) -> list[tuple[str, int]]:
        windows = CallWindow.objects.filter(remote=budget.remote, kind="day", starts_at=budget.day_began(self.now))
        counted = dict(windows.values_list("lane", "used"))
        return [(lane.name.lower(), counted.get(lane.value, 0)) for lane in Lane]

    def _hints(self) -> Iterator[Metric]:
        names = ("accepted", "doubled", "refused")
        rows = self._present(HintSource).values_list("store", "kind").annotate(*(Sum(name) for name in names))
        hints = [(*row[:2], name, n) for row in rows for name, n in zip(names, row[2:], strict=True)]
        yield _counter("hints", "Messages of web hooks, by what became of them.", ["store", "kind", "result"], hints)
        waiting = (
            self._present(Hint)
            .filter(settled_at=None)
            .order_by()
            .values_list("store", "entity")
            .annotate(n=Count("pk"))
        )
        yield _gauge("hints_waiting", "Messages that no run has looked at yet.", ["store", "entity"], waiting)


def _gauge(name: str, text: str, labels: list[str], rows: Rows) -> Metric:
    return _filled(GaugeMetricFamily(f"cscart_zoho_{name}", text, labels=labels), rows)


def _counter(name: str, text: str, labels: list[str], rows: Rows) -> Metric:
    return _filled(CounterMetricFamily(f"cscart_zoho_{name}", text, labels=labels), rows)


def _filled(family: Any, rows: Rows) -> Metric:
    for *values, figure in rows:
        family.add_metric([str(value) for value in values], figure)
    metric: Metric = family
    return metric
