"""`calls`: how the calls to Zoho stand, and their limits."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from cscart_zoho import app
from cscart_zoho.cli.here import note, the_store
from cscart_zoho.cli.words import answer_json, say, table
from cscart_zoho.errors import NotConnected, WrongSetting
from cscart_zoho.store.call_report import CallReport, call_report
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.forecast import in_words
from cscart_zoho.store.models import Store, ZohoOrganisation


def show(*, as_json: bool) -> None:
    """Today's use by lane, what is left and kept, pauses, limits and the forecast."""
    store = the_store()
    organisation = _organisation(store)
    told = report_of(organisation, store)
    if as_json:
        answer_json({**told, "limits": app.present_limits(organisation, store)})
        return
    say(table(_rows(told)))
    for pause in told["pauses"]:
        say(f"{pause['remote']}: no calls until {pause['until']}. {pause['reason']}")
    if told["forecast"]["in_words"]:
        say(told["forecast"]["in_words"])


def _organisation(store: Store) -> ZohoOrganisation:
    if store.zoho is None or not store.zoho.organization_id:
        raise NotConnected("Zoho is not connected.", advice="Connect it with: cscart-zoho connect zoho.")
    return store.zoho


def report_of(organisation: ZohoOrganisation, store: Store) -> dict[str, Any]:
    """The report as plain values. Moments are ISO 8601."""
    report = call_report(organisation, store, database_now())
    return {
        "limit": report.limit,
        "limit_from": report.limit_from,
        "used": report.used,
        "left": report.left,
        "reserved_for_orders": report.reserved,
        "resets_at": report.resets_at.isoformat(),
        "by_lane": {lane.name.lower(): used for lane, used in report.by_lane.items()},
        "days": [
            {"day": day.day.isoformat(), "used": day.used, **{lane.name.lower(): n for lane, n in day.by_lane.items()}}
            for day in report.days
        ],
        "pauses": [{**asdict(pause), "until": pause.until.isoformat()} for pause in report.pauses],
        "crm": {"used": report.crm_used, "limit": report.crm_limit},
        "forecast": _forecast(report),
    }


def _forecast(report: CallReport) -> dict[str, Any]:
    told = report.forecast
    if told is None or report.limit is None:
        return {"items": 0, "calls": 0, "days": None, "done_at": None, "by_file_calls": 0, "in_words": ""}
    done_at: datetime | None = told.done_at
    return {
        "items": told.items,
        "calls": told.calls,
        "days": told.days,
        "done_at": done_at.isoformat() if done_at is not None else None,
        "by_file_calls": told.by_file_calls,
        "in_words": in_words(told, report.limit),
    }


def _rows(told: dict[str, Any]) -> list[tuple[str, str]]:
    limit = f"{told['limit']:,} ({told['limit_from']})" if told["limit"] is not None else "not known"
    left = "-" if told["left"] is None else f"{told['left']:,}, of which {told['reserved_for_orders']:,} for orders"
    lanes = [(f"  {name.replace('backfill', 'first load')}", f"{used:,}") for name, used in told["by_lane"].items()]
    return [
        ("Calls a day", limit),
        ("Used today", f"{told['used']:,}"),
        *lanes,
        ("Left", left),
        ("Filled again", told["resets_at"]),
        ("Zoho CRM, 24 hours", f"{told['crm']['used']:,}"),
    ]


def set_limit(name: str, value: str) -> None:
    """Set one limit; "" is the plan's, or none."""
    store = the_store()
    if value and not value.isdecimal():
        raise WrongSetting(f'"{value}" is no whole number.', advice='Give a number, or "" for the limit of the plan.')
    changed = app.set_limits(_organisation(store), store, {name: int(value) if value else None})
    for what in changed:
        note("limits of calls changed", what)
    say("; ".join(changed) + "." if changed else "Nothing was changed.")
