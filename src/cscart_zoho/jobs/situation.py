"""Reads from the ledger what decides whether anything needs a person."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q

from cscart_zoho.app.customers import lost_fields_of
from cscart_zoho.app.stock_figures import figure_gone
from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs import schedule
from cscart_zoho.jobs.concerns import (
    LISTS,
    OVERDUE,
    PATIENCE,
    SHOWN_ELSEWHERE,
    Calls,
    Concern,
    Connection,
    Counted,
    Hooks,
    LastRun,
    Situation,
    Unapproved,
    Way,
    concerns_of,
)
from cscart_zoho.jobs.presence import is_present
from cscart_zoho.records import Direction, Entity, Side
from cscart_zoho.store.badges import each_once
from cscart_zoho.store.budget import budget_of, crm_budget_of
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.currency import store_currency
from cscart_zoho.store.homes import CRM
from cscart_zoho.store.identity import connected_with, made_with, wrong_connection
from cscart_zoho.store.models import (
    WAITING,
    CallBlock,
    Conflict,
    HintSource,
    Intent,
    NoticeSettings,
    NoticeWay,
    Observation,
    Run,
    RunState,
    Store,
    SyncState,
    ZohoOrganisation,
)
from cscart_zoho.sync.circuit_breaker import SHARED
from cscart_zoho.sync.told import waiting_for_approval

#: So many of the last runs of a kind are looked at for failures.
LOOKED_AT = 60
#: Runs over everything, by what was asked for; what is not written down is as in `Asked`.
_WHOLE = (
    (Q(asked__only="") | Q(asked__only__isnull=True))
    & (Q(asked__direction=Direction.BOTH.value) | Q(asked__direction__isnull=True))
    & (Q(asked__stock_only=False) | Q(asked__stock_only__isnull=True))
    & (Q(asked__winner="") | Q(asked__winner__isnull=True))
)


def concerns(store: Store | None, organisation: ZohoOrganisation | None, now: datetime | None = None) -> list[Concern]:
    """What needs attention, the gravest first."""
    return concerns_of(situation_of(store, organisation, now or database_now()))


def situation_of(store: Store | None, organisation: ZohoOrganisation | None, now: datetime) -> Situation:
    """How everything stands at `now`. Some ten queries, none of which reads what is well."""
    connections: dict[str, Any] = {
        "now": now,
        "store": Connection(store is not None and store.connected, store.trouble if store else ""),
        "zoho": Connection(
            organisation is not None and organisation.connected, organisation.trouble if organisation else ""
        ),
        **_tokens(organisation, now),
        "calls": list(_calls(organisation, now)),
    }
    if store is None:
        return Situation(**connections)
    return Situation(
        **connections,
        **_wrong_connection(store),
        not_begun=[entity.value for entity in schedule.waiting_for_first_sync(store)],
        paused=[(entity.value, why) for entity, why in schedule.paused(store)],
        tax_missing=_tax_missing(store),
        currency_missing=_currency_missing(store),
        currency_changed="" if wrong_connection(store) else store_currency(store).in_words(),
        rows=_rows(store),
        alike=_alike(store),
        conflicts=_counted(Conflict.objects.filter(store=store, settled_at=None, answer=""), "found_at"),
        in_doubt=_counted(
            Intent.objects.filter(store=store, closed_at=None, opened_at__lt=now - PATIENCE).exclude(outcome=WAITING),
            "opened_at",
        ),
        unapproved=_unapproved(store),
        figure_gone=figure_gone(store, organisation),
        lost_fields=_lost_fields(store, organisation),
        stuck=_stuck(store, now),
        left=_left(store, now),
        overdue_since=_overdue_since(store, now),
        schedule_alive=is_present("schedule"),
        runs=list(_runs(store)),
        hooks=[Hooks(h.kind, h.get_kind_display(), h.expires_at, h.look_at, h.trouble) for h in _hooks_of(store)],
        ways=list(_ways(store)),
    )


def _lost_fields(store: Store, organisation: ZohoOrganisation | None) -> list[str]:
    """Of a CRM that is connected, where customers are in sync with it."""
    if organisation is None or not organisation.connected or store.customers_in != CRM:
        return []
    try:
        return lost_fields_of(store)
    except WrongSetting:
        return []  # the runs say so


def _wrong_connection(store: Store) -> dict[str, Any]:
    wrong = wrong_connection(store)
    if wrong is None:
        return {}
    others = made_with(store).others(connected_with(store))
    return {"wrong_connection": wrong.for_people(), "settled_at": "/zoho/" if Side.ZOHO in others else "/store/"}


def _tokens(organisation: ZohoOrganisation | None, now: datetime) -> dict[str, Any]:
    if organisation is None or not organisation.connected:
        return {}
    block = CallBlock.objects.filter(remote=f"zoho tokens:{organisation.pk}", until__gt=now).first()
    return {
        "no_tokens_until": block.until if block else None,
        "access_until": organisation.access_token_expires_at,
    }


def _calls(organisation: ZohoOrganisation | None, now: datetime) -> Iterator[Calls]:
    if organisation is None or not organisation.connected:
        return
    inventory, crm = (of(organisation, lambda: now) for of in (budget_of, crm_budget_of))
    paused = {block.remote: block for block in CallBlock.objects.filter(until__gt=now)}
    for budget, title in ((inventory, "Zoho Inventory"), (crm, "Zoho CRM")):
        block = paused.get(budget.remote)
        until, reason = (block.until, block.reason) if block else (None, "")
        yield Calls(title, budget.left(), budget.daily_limit, until, reason)


def _unapproved(store: Store) -> Unapproved:
    waiting = list(Intent.objects.filter(store=store, closed_at=None, outcome=WAITING).order_by("pk"))
    moves = {intent.key: intent.payload["moves"] for intent in waiting}
    return Unapproved(waiting_for_approval(moves), waiting[0].opened_at) if waiting else Unapproved()


def _tax_missing(store: Store) -> bool:
    taxes = store.capabilities.get("taxes")
    return isinstance(taxes, list) and len(taxes) > 1 and not store.product_choices.get("default_tax_id")


def _currency_missing(store: Store) -> bool:
    """Whether there are orders and nobody has told what their amounts are in."""
    if "currency" not in store.capabilities or store_currency(store).counts:
        return False
    return Observation.objects.filter(store=store, entity=Entity.ORDERS.value, side=Side.CSCART.value).exists()


def _rows(store: Store) -> list[tuple[str, Side, str, int]]:
    states = (SyncState.FAILED, SyncState.HELD)
    kinds = [*LISTS, *SHOWN_ELSEWHERE]
    rows = Observation.objects.filter(store=store, entity__in=kinds, state__in=states, gone_at=None)
    rows = each_once(rows.exclude(reason__contains=SHARED))
    counted = rows.order_by().values_list("entity", "side", "state").annotate(n=Count("pk"))
    return [(entity, Side(side), state, n) for entity, side, state, n in sorted(counted)]


def _alike(store: Store) -> list[tuple[str, Side, str, int]]:
    """What many records are refused for: one reason, told once."""
    rows = Observation.objects.filter(store=store, entity__in=LISTS, reason__contains=SHARED, gone_at=None)
    rows = rows.filter(Q(side=Side.CSCART.value) | Q(linked=False))  # of a pair, the store's row stands for both
    counted = rows.order_by().values_list("entity", "side", "reason").annotate(n=Count("pk"))
    return [(entity, Side(side), reason, n) for entity, side, reason, n in sorted(counted)]


def _counted(rows: Any, moment: str) -> Counted:
    found = rows.aggregate(number=Count("pk"), since=Min(moment))
    return Counted(**found)


def _stuck(store: Store, now: datetime) -> tuple[int, datetime] | None:
    """The run that waits longer than anybody should need, while nothing runs."""
    late = now - PATIENCE
    due = Q(not_before=None) | Q(not_before__lt=late)
    run = Run.objects.filter(due, store=store, state=RunState.WAITING, asked_at__lt=late).order_by("pk").first()
    if run is None or Run.objects.filter(store=store, state=RunState.RUNNING, heartbeat_at__gt=late).exists():
        return None
    return run.pk, run.not_before or run.asked_at


def _left(store: Store, now: datetime) -> tuple[int, datetime] | None:
    """The run whose worker gives no sign of life, for longer than another one needs to take it over."""
    run = Run.objects.filter(store=store, state=RunState.RUNNING, heartbeat_at__lt=now - OVERDUE).order_by("pk").first()
    return (run.pk, run.heartbeat_at) if run is not None and run.heartbeat_at is not None else None


def _overdue_since(store: Store, now: datetime) -> datetime | None:
    """Since when something should have started by itself."""
    try:
        return schedule.due_since(store, now)
    except WrongSetting:
        return None  # the Overview says so where the next run stands


def _runs(store: Store) -> Iterator[LastRun]:
    """What went wrong last with each kind, until a run over everything has gone well.

    A run over some records, as messages ask for, ends only what went wrong with such runs: what stopped the run over
    everything would still stop it. What was only a plan does not count.
    """
    for entity in LISTS:
        rows = _last_runs(store, entity)
        if not rows:
            continue
        pk, state, phase, message, finished_at = rows[0]
        if state == RunState.ATTENTION and phase in ("observing", "planning"):
            yield LastRun(pk, entity, message, finished_at, braked=True)
        elif state == RunState.FAILED:
            states = [each for _, each, *_ in rows]
            failures = next((at for at, each in enumerate(states) if each != RunState.FAILED), len(states))
            yield LastRun(pk, entity, message, rows[failures - 1][-1], failures=failures)


def _last_runs(store: Store, entity: str) -> list[tuple[Any, ...]]:
    """The last finished runs of a kind that count, the latest first."""
    over = Run.objects.filter(
        store=store, entity=entity, state__in=[RunState.DONE, RunState.ATTENTION, RunState.FAILED]
    )
    over = over.filter(Q(asked__dry_run=False) | Q(asked__dry_run__isnull=True))
    names = ("pk", "state", "phase", "message", "finished_at")
    whole = list(over.filter(_WHOLE).order_by("-pk").values_list(*names)[:LOOKED_AT])
    since = over.exclude(_WHOLE).filter(pk__gt=whole[0][0]) if whole else over.exclude(_WHOLE)
    some = list(since.order_by("-pk").values_list(*names)[:LOOKED_AT])
    went_well = next((at for at, row in enumerate(some) if _is_well(row)), len(some))
    return [*some[:went_well], *whole]


def _is_well(row: tuple[Any, ...]) -> bool:
    _, state, phase, *_ = row
    return state == RunState.DONE or (state == RunState.ATTENTION and phase not in ("observing", "planning"))


def _hooks_of(store: Store) -> list[HintSource]:
    """Only what was made at the other side can end there; a stranger's message is nobody's task."""
    return list(
        HintSource.objects.filter(store=store, on=True)
        .exclude(trouble="", expires_at=None)
        .defer("secret", "address_secret")
    )


def _ways(store: Store) -> Iterator[Way]:
    told = NoticeSettings.objects.filter(store=store).defer("webhook").first()
    if told is not None and told.emails.strip() and not settings.CSCART_ZOHO_MAIL:
        yield Way(NoticeWay.Kind.MAIL, "e-mail", "There is no mail server: set CSCART_ZOHO_SMTP_URL.")
    for way in NoticeWay.objects.filter(store=store).exclude(trouble=""):
        yield Way(way.kind, way.get_kind_display(), way.trouble)
