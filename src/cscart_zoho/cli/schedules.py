"""`schedules`: when products, customers and orders are synced by themselves."""

from typing import Any

from cscart_zoho.cli.here import a_store, note
from cscart_zoho.cli.words import answer_json, say, table
from cscart_zoho.jobs import schedule, timing
from cscart_zoho.jobs.timing import Quiet
from cscart_zoho.records import Entity
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.models import Run, Schedule, Store

DEFAULT = "default"


def show(*, as_json: bool) -> None:
    """Each schedule in words, its next moments and its last run."""
    store = a_store()
    told = [_told(store, entity) for entity in schedule.ENTITIES]
    if as_json:
        answer_json({"schedules": told, "time_zone": _zone(store)})
        return
    head = ("Records", "Schedule", "Next run", "Last run")
    say(table([(each["entity"], each["in_words"], _next(each), each["last_run"]) for each in told], head=head))
    say(f"Times are those of {_zone(store)}. Change one with: cscart-zoho schedules set ENTITY ...")


def _told(store: Store, entity: Entity) -> dict[str, Any]:
    now, row = database_now(), schedule.schedule_of(store, entity)
    last = Run.objects.filter(store=store, entity=entity.value).order_by("-pk").first()
    quiet = schedule.quiet_of(row)
    return {
        "entity": entity.value,
        "on": row.on,
        "every_minutes": row.every_minutes,
        "cron": row.cron,
        "quiet": str(quiet) if quiet else "",
        "in_words": timing.in_words(schedule.timing_of(store, entity, schedule.every())),
        "next": schedule.next_moments(store, entity, now),
        "why_not": schedule.next_run(store, entity, now).why,
        "last_run": last.pk if last else None,
    }


def _next(told: dict[str, Any]) -> str:
    return told["why_not"] or f"{told['next'][0]:%Y-%m-%d %H:%M}"


def _zone(store: Store) -> str:
    return store.zoho.time_zone if store.zoho else "UTC"


def change(
    entity: Entity, *, every: str | None, cron: str | None, quiet: str | None, on: bool | None, as_json: bool
) -> None:
    """Change what is given, leave the rest. A value that cannot be used changes nothing."""
    store = a_store()
    changed = schedule.change_schedule(
        store, entity, **_wanted(schedule.schedule_of(store, entity), every, cron, quiet, on)
    )
    if changed:
        note("schedule changed", changed)
    told = _told(store, entity)
    if as_json:
        answer_json(told)
        return
    say(f"{entity.value}: {told['in_words']}.{'' if changed else ' Nothing was changed.'}")
    say(f"Next run: {_next(told)}")


def _wanted(row: Schedule, every: str | None, cron: str | None, quiet: str | None, on: bool | None) -> dict[str, Any]:
    kept: Quiet | None = schedule.quiet_of(row)
    return {
        "on": row.on if on is None else on,
        "every_minutes": row.every_minutes if every is None else _minutes(every),
        "cron": (row.cron if every is None else "") if cron is None else _expression(cron),
        "quiet": kept if quiet is None else timing.read_quiet_span(quiet),
    }


def _minutes(given: str) -> int | None:
    return None if given == DEFAULT else timing.read_minutes(given)


def _expression(given: str) -> str:
    return timing.read_cron(given) if given else ""
