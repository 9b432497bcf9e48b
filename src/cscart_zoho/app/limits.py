"""The limits of calls: those of the plan, and those that a person sets."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from cscart_zoho.errors import WrongSetting
from cscart_zoho.store.budget import limit_of
from cscart_zoho.store.lanes import for_looks
from cscart_zoho.store.models import Store, ZohoOrganisation
from cscart_zoho.zoho import organisation
from cscart_zoho.zoho.listing import PER_PAGE


@dataclass(frozen=True)
class Limit:
    """One limit: its words for people, and what it may be. `by_plan`: empty means the plan's."""

    title: str
    low: int
    high: int
    by_plan: bool = False
    may_be_empty: bool = True
    help: str = ""


#: By the name of the organisation's column; `store_minute_limit` is the store's own.
LIMITS: Mapping[str, Limit] = {
    "daily_limit": Limit("Calls a day", 10, 1_000_000, by_plan=True, help="Empty: as the plan or Zoho says."),
    "minute_limit": Limit("Calls a minute", 5, 10_000, by_plan=True, help="Empty: 100, as Zoho says."),
    "concurrent_limit": Limit("Calls at once", 1, 100, by_plan=True, help="Empty: 5 on the free plan, else 10."),
    "reserved_for_orders": Limit(
        "Kept for orders, in per cent", 0, 90, may_be_empty=False, help="So much of a day is for orders only."
    ),
    "crm_daily_limit": Limit(
        "Credits of Zoho CRM in 24 hours", 100, 10_000_000, help="Empty: not counted against a limit."
    ),
    "store_minute_limit": Limit("Calls to the store a minute", 10, 100_000, help="Empty: no limit."),
}


def plan_limits(org: ZohoOrganisation) -> dict[str, int | None]:
    """What the plan allows; a plan that nobody knows counts as the smallest."""
    unlimited = settings.CSCART_ZOHO_SIM_NO_MINUTE_LIMIT
    return {
        "daily_limit": organisation.calls_a_day(org.plan),
        "minute_limit": None if unlimited else organisation.CALLS_A_MINUTE,
        "concurrent_limit": organisation.calls_at_once(org.plan),
    }


def rows_a_day(org: ZohoOrganisation) -> int | None:
    """How many rows of Zoho Inventory looks at everything may read a day; None without a limit."""
    limit = limit_of(org)[0]
    return for_looks(limit) * PER_PAGE if limit is not None else None


def keep_plan_limits(org: ZohoOrganisation) -> None:
    """Take over the plan's limits, but for those that a person has set. Nothing is saved."""
    for name, limit in plan_limits(org).items():
        if name not in org.set_by_hand:
            setattr(org, name, limit)


def present_limits(org: ZohoOrganisation, store: Store | None) -> dict[str, int | None]:
    """What is set by a person; None where the plan, or nothing, holds."""
    told = {
        name: getattr(org, name) if not limit.by_plan or name in org.set_by_hand else None
        for name, limit in LIMITS.items()
        if name != "store_minute_limit"
    }
    return {**told, "store_minute_limit": store.minute_limit if store is not None else None}


def set_limits(org: ZohoOrganisation, store: Store | None, wanted: Mapping[str, int | None]) -> list[str]:
    """Keep these limits; what has changed, in words. Raises `WrongSetting`, and then nothing is kept."""
    for name, value in wanted.items():
        _check(name, value)
    before = present_limits(org, store)
    changed = {name: value for name, value in wanted.items() if before[name] != value}
    by_hand = {name for name in org.set_by_hand if changed.get(name, 0) is not None}
    for name, value in changed.items():
        if name == "store_minute_limit":
            _keep_store_limit(store, value)
        elif LIMITS[name].by_plan and value is None:
            setattr(org, name, plan_limits(org)[name])
        else:
            setattr(org, name, value)
            by_hand |= {name} if LIMITS[name].by_plan else set()
    org.set_by_hand = sorted(by_hand)
    org.save(update_fields=[*(name for name in LIMITS if name != "store_minute_limit"), "set_by_hand"])
    return [f"{LIMITS[name].title}: {'none' if value is None else f'{value:,}'}" for name, value in changed.items()]


def _keep_store_limit(store: Store | None, value: int | None) -> None:
    if store is not None:
        store.minute_limit = value
        store.save(update_fields=["minute_limit"])


def _check(name: str, value: int | None) -> None:
    limit = LIMITS.get(name)
    if limit is None:
        raise WrongSetting(f'There is no limit "{name}".', advice=f"Choose one of: {', '.join(LIMITS)}.")
    if value is None and limit.may_be_empty:
        return
    if value is None or not limit.low <= value <= limit.high:
        raise WrongSetting(
            f"{limit.title} cannot be {'empty' if value is None else f'{value:,}'}.",
            advice=f"Enter a whole number from {limit.low:,} to {limit.high:,}.",
        )
