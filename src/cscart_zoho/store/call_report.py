"""How the calls to Zoho stand, gathered for people: the page, the Overview, the command line."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import choices_from_json
from cscart_zoho.records import Entity, Side
from cscart_zoho.store import call_seats, call_windows
from cscart_zoho.store.budget import Budget, budget_of, crm_budget_of, crm_remote_of, limit_of, remote_of
from cscart_zoho.store.forecast import Calls, Forecast, Routine, Waiting, calls_for_looks, forecast
from cscart_zoho.store.lanes import Lane, reserve
from cscart_zoho.store.models import CallBlock, Observation, Store, SyncState, ZohoOrganisation

#: How often a day everything is synced unless another schedule is set.
ROUNDS = 24


def assumed(rounds: int, looks: float = 1.0) -> Routine:
    """What a day's rounds use before a whole day has been counted.

    Counted in 23 rounds of a simulated shop with 150 products: of a round 1 call for
    orders, 1 for customers, 2 for products, and 1 for each order; 40 orders a day.
    """
    return Routine(orders=rounds + 40, others=3 * rounds, looks=looks)


@dataclass(frozen=True)
class DayCount:
    """The calls of one day."""

    day: date
    by_lane: dict[Lane, int]
    used: int


@dataclass(frozen=True)
class Pause:
    """A pause that a remote asked for, and that lasts."""

    remote: str
    until: datetime
    reason: str


@dataclass(frozen=True)
class CallReport:
    """`limit` None = not known; then nothing is left, reserved or forecast in figures."""

    limit: int | None
    limit_from: str
    used: int
    left: int | None
    #: Of what is left, what only orders may use.
    reserved: int
    resets_at: datetime
    by_lane: dict[Lane, int]
    days: list[DayCount]
    pauses: list[Pause]
    seats_taken: int
    crm_used: int
    crm_limit: int | None
    routine: Routine
    forecast: Forecast | None


def call_report(
    organisation: ZohoOrganisation, store: Store | None, now: datetime, *, rounds: int = ROUNDS
) -> CallReport:
    """How things stand at this moment."""
    budget = budget_of(organisation, lambda: now)
    limit, limit_from = limit_of(organisation)
    by_lane = call_windows.by_lane(budget.remote, budget.day_began(now))
    used = budget.used(now)
    kept = reserve(limit or 0, organisation.reserved_for_orders)
    days = [DayCount(began.astimezone(budget.zone).date(), lanes, n) for began, lanes, n in days_of(budget)]
    items = items_in_zoho(store)
    usual = routine(budget, now, looks_a_day(store), items, rounds)
    return CallReport(
        limit=limit,
        limit_from=limit_from,
        used=used,
        left=budget.left(),
        reserved=min(max(0, kept - by_lane[Lane.ORDERS]), budget.left() or 0),
        resets_at=budget.day_ends(now),
        by_lane=by_lane,
        days=days,
        pauses=pauses(organisation, now),
        seats_taken=call_seats.taken(budget.remote, now),
        crm_used=crm_budget_of(organisation, lambda: now).used(now),
        crm_limit=organisation.crm_daily_limit,
        routine=usual,
        forecast=forecast_of(store, budget, usual, items, now) if store is not None else None,
    )


def days_of(budget: Budget) -> list[tuple[datetime, dict[Lane, int], int]]:
    """The last eight days, the latest first."""
    return call_windows.days(budget.remote)[:8]


def routine(budget: Budget, now: datetime, looks: float, items: int, rounds: int = ROUNDS) -> Routine:
    """What orders and the other lanes use of a day: the mean of the whole days that were counted, without the first.

    The first one had the first look and the first new records, which come once.
    Looks at all items grow with what is made, so they are told apart from the rest.
    """
    today = budget.day_began(now)
    whole = [lanes for began, lanes, _ in days_of(budget) if began < today][:-1]
    if not whole:
        return assumed(rounds, looks)
    others = [sum(n for lane, n in day.items() if lane not in (Lane.ORDERS, Lane.BACKFILL)) for day in whole]
    counted = calls_for_looks(items, looks, budget.daily_limit)
    return Routine(
        orders=-(-sum(day[Lane.ORDERS] for day in whole) // len(whole)),
        others=max(0, -(-sum(others) // len(whole)) - counted),
        measured_days=len(whole),
        looks=looks,
    )


def looks_a_day(store: Store | None) -> float:
    """How often a day the merchant wants all items to be looked at."""
    try:
        hours = choices_from_json(store.product_choices).full_look_hours if store is not None else 24
    except WrongSetting:
        hours = 24
    return 24 / max(1, hours)


def items_in_zoho(store: Store | None) -> int:
    """How many items of Zoho are known; deleted ones do not count."""
    items = Observation.objects.filter(entity=Entity.PRODUCTS.value, side=Side.ZOHO.value, gone_at=None)
    return items.filter(store=store).count() if store is not None else 0


def waiting_items(store: Store) -> int:
    """Products of the store that wait to be made in Zoho; none where new ones are not made."""
    try:
        if not choices_from_json(store.product_choices).create_in_zoho:
            return 0
    except WrongSetting:
        return 0
    rows = Observation.objects.filter(store=store, entity=Entity.PRODUCTS.value, side=Side.CSCART.value)
    return rows.filter(linked=False, state=SyncState.NOT_SYNCED, gone_at=None).count()


def forecast_of(store: Store, budget: Budget, usual: Routine, items: int, now: datetime) -> Forecast | None:
    """When the new products of the store will all be in Zoho; None without a limit."""
    if budget.daily_limit is None:
        return None
    return forecast([Waiting("items", waiting_items(store))], usual, calls_now(budget, budget.daily_limit, items, now))


def calls_now(budget: Budget, limit: int, items: int, now: datetime) -> Calls:
    """How things stand with the calls of the present day."""
    return Calls(
        limit=limit,
        reserved_percent=budget.reserved_percent,
        now=now.astimezone(budget.zone),
        day_ends=budget.day_ends(now),
        used=budget.used(now),
        used_by_orders=call_windows.by_lane(budget.remote, budget.day_began(now))[Lane.ORDERS],
        items_in_zoho=items,
    )


def pauses(organisation: ZohoOrganisation, now: datetime) -> list[Pause]:
    """The pauses that are in force: nobody calls before they are over."""
    remotes = {
        remote_of(organisation): "Zoho Inventory",
        crm_remote_of(organisation): "Zoho CRM",
        f"zoho tokens:{organisation.pk}": "Zoho tokens",
    }
    rows = CallBlock.objects.filter(remote__in=remotes, until__gt=now).order_by("-until")
    return [Pause(remotes[row.remote], row.until, row.reason) for row in rows]


def quota_gone(organisation: ZohoOrganisation, now: datetime) -> datetime | None:
    """Until when no calls are left to anybody, or None: the day's are used, or Zoho has said so."""
    budget = budget_of(organisation, lambda: now)
    long_ones = [pause.until for pause in pauses(organisation, now) if pause.until - now > timedelta(minutes=10)]
    if long_ones:
        return max(long_ones)
    return budget.day_ends(now) if budget.left() == 0 else None
