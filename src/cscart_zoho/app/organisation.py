"""What is known of a Zoho organisation, and when it was read.

It is read when Zoho is connected, once a day, and after Zoho has refused a write: taxes, locations, decimals,
preferences and the plan change without notice, and a refusal may be the first sign. Kept in
`ZohoOrganisation.capabilities`: `read_at` is the last reading, `tried_at` the last try, `doubted_at` the last
refusal that none has followed yet; each a moment in ISO 8601, or missing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from cscart_zoho.app.around import now
from cscart_zoho.app.limits import keep_plan_limits
from cscart_zoho.store.models import WAITING, Intent, ZohoOrganisation
from cscart_zoho.zoho.preferences import TITLES

#: How old a reading gets, where a day has calls enough.
DAY = timedelta(hours=24)
#: A reading takes about so many calls, and one in so many of a day's calls in the mean of the days.
CALLS, SHARE = 8, 10
#: The least time between two readings, where Zoho goes on refusing.
DOUBT = timedelta(hours=6)
#: The least time between two tries, where the organisation cannot be read.
AGAIN = timedelta(hours=1)

#: Fields that were read then are read again by the next run that needs them.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

#: The columns that a reading fills.
COLUMNS = (
    "name",
    "plan",
    "currency",
    "price_precision",
    "time_zone",
    "daily_limit",
    "minute_limit",
    "concurrent_limit",
    "capabilities",
)


def keep_found(org: ZohoOrganisation, row: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Take over the organisation's row, and what was found out about it (`zoho.organisation.capabilities`).

    Nothing is saved.
    """
    org.name = str(row.get("name") or "")[:200]
    org.plan, org.currency = found["plan"][:60], found["currency"][:3]
    org.price_precision, org.time_zone = found["price_precision"], found["time_zone"][:60]
    keep_plan_limits(org)
    org.capabilities = {**found, "read_at": now().isoformat(), "of": [org.region, str(row.get("organization_id"))]}


def read_at(org: ZohoOrganisation) -> datetime | None:
    """When the organisation was read; None for one that was connected before this was kept."""
    return _moment(org, "read_at")


def is_due(org: ZohoOrganisation) -> bool:
    """Whether the organisation is to be read again."""
    moment, read, tried = now(), read_at(org), _moment(org, "tried_at")
    if tried is not None and moment - tried < AGAIN:
        return False
    if read is None or moment - read >= _age(org.daily_limit) or org.capabilities.get("crm_unknown"):
        return True
    doubted = _moment(org, "doubted_at")
    last = _moment(org, "doubt_read_at")
    return doubted is not None and (last is None or moment - last >= DOUBT)


def _age(calls_a_day: int | None) -> timedelta:
    """How old a reading gets: a day, and more where that would take the calls of everything else."""
    return DAY if not calls_a_day else DAY * max(1.0, CALLS * SHARE / calls_a_day)


def claim(org: ZohoOrganisation) -> bool:
    """Take it upon oneself to read an organisation that is due: one of several processes may."""
    with transaction.atomic():
        fresh = ZohoOrganisation.objects.select_for_update().get(pk=org.pk)
        org.capabilities = fresh.capabilities
        if not is_due(fresh):
            return False
        _note(org, "tried_at")
    return True


def doubt(org: ZohoOrganisation) -> None:
    """Zoho has refused a write: what was read may not hold any more."""
    if org.pk is None or _moment(org, "doubted_at") is not None:
        return
    with transaction.atomic():
        fresh = ZohoOrganisation.objects.select_for_update().get(pk=org.pk)
        org.capabilities = fresh.capabilities
        _note(org, "doubted_at")


def note_linked(org: ZohoOrganisation) -> None:
    """Keep that Zoho keeps its CRM and its Inventory in sync by itself: it was seen in an answer."""
    with transaction.atomic():
        fresh = ZohoOrganisation.objects.select_for_update().get(pk=org.pk)
        org.capabilities = {**fresh.capabilities, "linked_with_crm": True}
        org.save(update_fields=["capabilities"])


def _note(org: ZohoOrganisation, what: str) -> None:
    org.capabilities = {**org.capabilities, what: now().isoformat()}
    org.save(update_fields=["capabilities"])


def _moment(org: ZohoOrganisation, what: str) -> datetime | None:
    told = org.capabilities.get(what)
    return datetime.fromisoformat(told) if told else None


# For people


def organisation_told(org: ZohoOrganisation) -> list[tuple[str, str]]:
    """What was read of the organisation, as (what, words). What Zoho did not tell is said."""
    known = org.capabilities
    if not known:
        return []
    told = known.get("preferences") or {}
    if _waiting(org):  # newer than the last reading
        told = {**told, "adjustment_approval": True}
    return [
        ("Currency", org.currency or "not told by Zoho"),
        ("Decimals of amounts", str(org.price_precision)),
        ("Taxes", _number_of(known.get("taxes"), known.get("tax_groups"))),
        ("Tax is rounded", _words(known.get("tax_rounding") or None)),
        ("Locations", ", ".join(_location(each) for each in known.get("locations") or []) or "none"),
        *((title, _words(told.get(name))) for name, title in TITLES.items()),
    ]


def _waiting(org: ZohoOrganisation) -> int:
    """How many adjustments wait for approval."""
    return Intent.objects.filter(store__in=org.stores.all(), closed_at=None, outcome=WAITING).count()


def approval_words(org: ZohoOrganisation) -> str:
    """That a person has to approve what is booked, and what follows from it; "" where nothing says so.

    The organisation tells it, or an adjustment of ours that waits.
    """
    told = (org.capabilities.get("preferences") or {}).get("adjustment_approval")
    waiting = _waiting(org)
    if not (told or waiting):
        return ""
    wait = f" {waiting:,} {'adjustment waits' if waiting == 1 else 'adjustments wait'} now." if waiting else ""
    return (
        "Inventory adjustments have to be approved in Zoho: what the store sells counts in Zoho's stock only then. "
        f"Approve them often, or switch the approval off in Zoho's settings under Approvals.{wait}"
    )


_WORDS = {
    "": "no",
    "whole": "to a whole number",
    "entity_level": "for the whole order",
    "item_level": "for each line",
}


def _words(told: object) -> str:
    if told is None:
        return "not told by Zoho"
    if isinstance(told, bool):
        return "yes" if told else "no"
    return _WORDS.get(str(told), str(told))


def _number_of(taxes: object, groups: object) -> str:
    number = len(taxes) if isinstance(taxes, list) else 0
    grouped = len(groups) if isinstance(groups, Mapping) else 0
    return f"{number:,}" + (f", {grouped:,} of them groups" if grouped else "")


def _location(known: Mapping[str, Any]) -> str:
    return f"{known['name']} (primary)" if known.get("primary") else str(known["name"])
