"""`sync`: ask for a run, carry it out or follow it, and tell what came of it."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from cscart_zoho import app
from cscart_zoho.cli.here import the_store, whoever
from cscart_zoho.cli.progress import Tell, shown_progress
from cscart_zoho.cli.words import answer_json, duration, say, table
from cscart_zoho.errors import NotConnected
from cscart_zoho.jobs import execution
from cscart_zoho.jobs.presence import is_present
from cscart_zoho.jobs.requests import ask_for_run, ask_to_stop
from cscart_zoho.jobs.runner import (
    carry_out_claimed,
    claim_abandoned,
    claim_this,
    pause_running,
    worker_name,
)
from cscart_zoho.mapping.counted import so_many
from cscart_zoho.records import Entity
from cscart_zoho.store.identity import wrong_connection
from cscart_zoho.store.models import Conflict, Run, RunState, Step, StepState, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.told import title

#: A pause that is longer than this is not waited for at the command line.
LONGEST_PAUSE_S = 120.0
LOOK_S = 0.5

#: What steps are called in a result: (kind, side written to) -> key, in the order of the table.
STEP_KEYS = {
    ("link", ""): "linked",
    ("create", "zoho"): "created_in_zoho",
    ("create", "cscart"): "created_in_cscart",
    ("update", "zoho"): "updated_in_zoho",
    ("update", "cscart"): "updated_in_cscart",
    ("stock", "zoho"): "stock_in_zoho",
    ("stock", "cscart"): "stock_in_cscart",
    ("stock", ""): "stock",
    ("even_out", "zoho"): "evened_out_in_zoho",
    ("mark_inactive", "zoho"): "marked_inactive_in_zoho",
    ("mark_inactive", "cscart"): "marked_inactive_in_cscart",
}
KEY_WORDS = {
    "linked": "Paired",
    "created_in_zoho": "Created in Zoho",
    "created_in_cscart": "Created in CS-Cart",
    "updated_in_zoho": "Updated in Zoho",
    "updated_in_cscart": "Updated in CS-Cart",
    "stock_in_zoho": "Stock booked in Zoho",
    "stock_in_cscart": "Stock published to CS-Cart",
    "stock": "Stock brought in line",
    "evened_out_in_zoho": "Evened out in Zoho for earlier orders",
    "marked_inactive_in_zoho": "Marked inactive in Zoho",
    "marked_inactive_in_cscart": "Marked inactive in CS-Cart",
    "conflicts": "Conflicts that wait for an answer",
    "held": "Held, with a reason",
    "failed": "Failed",
    "failed_before": "Failed before, tried again later",
    "unknown": "Without an answer, looked up by the next run",
    "skipped": "Left out",
    "planned": "Planned, not carried out",
}


def sync(entity: Entity, asked: Asked, *, as_json: bool) -> int:
    """Ask for the run, see it through, tell the result.

    The exit code: 0 done, 1 where something has failed, now or before, or the run did not come to its end.
    """
    store = connected_store()
    run, new = ask_for_run(store, asked, trigger="cli", asked_by=whoever(), entity=entity)
    if not new:
        say(f"Run {run.pk}, which asks for the same, is waiting already; following it.")
    began = time.monotonic()
    with shown_progress() as tell:
        see_through(run.pk, store.pk, tell)
    run = Run.objects.get(pk=run.pk)
    _tell_result(run, asked, seconds=time.monotonic() - began)
    if as_json:
        answer_json(result(run, seconds=time.monotonic() - began))
    return 0 if run.state == RunState.DONE else 1


def connected_store() -> Store:
    """The store, with both sides connected. Raises `NotConnected` that names the side and the command."""
    store = the_store()
    if not store.connected:
        raise NotConnected("No store is connected.", advice="Run `cscart-zoho connect store` first.")
    if store.zoho is None or not store.zoho.connected:
        raise NotConnected("Zoho is not connected.", advice="Run `cscart-zoho connect zoho` first.")
    if wrong := wrong_connection(store):
        raise wrong
    return store


def see_through(run_id: int, store_id: int, tell: Tell) -> None:
    """Carry the run out in this process unless a worker has it; then follow it to its end.

    A run that a killed process has left behind in this store is finished first: it stands in the way.
    Returns early when the run pauses for longer than anybody wants to look at it.
    """
    worker = worker_name()
    with _person_may_stop(run_id):
        while True:
            now = app.now()
            taken = claim_this(run_id, worker, now) or claim_abandoned(store_id, worker, now)
            if taken is not None:
                carry_out_claimed(taken, worker, lambda at: tell(at.phase, at.done, at.total))
            run = Run.objects.get(pk=run_id)
            if run.finished_at or _pauses_long(run, app.now()) or execution.stopping.is_set():
                return
            phase = "waiting" if run.state == RunState.WAITING else run.phase
            tell(phase, run.progress, run.progress_total)
            time.sleep(LOOK_S)


def _pauses_long(run: Run, now: datetime) -> bool:
    return run.not_before is not None and (run.not_before - now).total_seconds() > LONGEST_PAUSE_S


@contextmanager
def _person_may_stop(run_id: int) -> Iterator[None]:
    """Ctrl-C stops the run after the record it is at; SIGTERM puts it back into the queue."""

    def stop(*_: object) -> None:
        # In a thread: the signal may have come in the middle of a transaction of this one.
        threading.Thread(target=_ask_to_stop, args=(run_id,)).start()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl-C ends at once

    before = signal.signal(signal.SIGINT, stop), signal.signal(signal.SIGTERM, lambda *_: pause_running())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def _ask_to_stop(run_id: int) -> None:
    try:
        ask_to_stop(Run.objects.get(pk=run_id))
    finally:
        connection.close()


# What came of it


def counts_of(run: Run) -> dict[str, int]:
    """How many steps of each kind a run has carried out, and how many it has not, and why."""
    counts: Counter[str] = Counter()
    for each in counts_by_entity(run).values():
        counts.update(each)
    return {key: counts[key] for key in KEY_WORDS if counts[key]}


def counts_by_entity(run: Run) -> dict[str, dict[str, int]]:
    """The same for each kind of record: a run of customers is about accounts, too, one of orders about contacts."""
    counts: dict[str, Counter[str]] = {}
    steps = Step.objects.filter(run=run).order_by()
    rows = steps.exclude(state=StepState.FAILED).values_list("entity", "kind", "target", "state")
    for entity, kind, target, state, number in rows.annotate(Count("pk")):
        counts.setdefault(entity, Counter())[_key(kind, target, state)] += number
    # A record that has failed counts once, however many steps it had.
    failed = steps.filter(state=StepState.FAILED).values_list("entity", "cscart_id", "zoho_id")
    for entity, *_ in failed.distinct():
        counts.setdefault(entity, Counter())["failed"] += 1
    for name, number in run.counts.items():
        entity, _, what = name.partition(".")
        if what == "failed_before" and number:
            counts.setdefault(entity, Counter())[what] += number
    return {entity: {key: some[key] for key in KEY_WORDS if some[key]} for entity, some in counts.items()}


def _key(kind: str, target: str, state: str) -> str:
    if kind == "conflict":
        return "conflicts"
    if kind == "hold" or state == StepState.HELD:
        return "held"
    if state == StepState.DONE:
        return STEP_KEYS.get((kind, target)) or STEP_KEYS.get((kind, ""), "skipped")
    return str(state)


def result(run: Run, *, seconds: float) -> dict[str, Any]:
    """The run as the JSON object at the end of `sync --json`."""
    return {
        "run": run.pk,
        "state": run.state,
        "message": run.message,
        "not_before": run.not_before,
        "counts": counts_of(run),
        "by_entity": counts_by_entity(run),
        "calls": {"cscart": run.calls_cscart, "zoho": run.calls_zoho},
        "seconds": round(seconds, 1),
        "failed": [
            {
                "what": step.label,
                "cscart_id": step.cscart_id,
                "zoho_id": step.zoho_id,
                "why": step.message or step.reason,
            }
            for step in _troubled(run)
        ],
    }


def _troubled(run: Run, limit: int = 50) -> list[Step]:
    states = [StepState.FAILED, StepState.UNKNOWN, StepState.HELD]
    return list(Step.objects.filter(run=run, state__in=states).order_by("pk")[:limit])


def _tell_result(run: Run, asked: Asked, *, seconds: float) -> None:
    if asked.dry_run:
        say(run.message)
        _tell_plan(run)
    else:
        say(table(_what_was_done(run)) or "Nothing was changed.")
    for step in _troubled(run, 20):
        say(f"  {step.label or step.cscart_id or step.zoho_id}: {step.message or step.reason}")
    say(
        f"Run {run.pk}: {run.get_state_display().lower()} in {duration(seconds)}, "
        f"{so_many(run.calls_cscart, 'call')} to CS-Cart and {run.calls_zoho:,} to Zoho."
    )
    if run.message and not asked.dry_run:
        say(run.message)
    _tell_open_conflicts(run)
    if run.state == RunState.WAITING:
        _tell_pause(run)


def _what_was_done(run: Run) -> list[tuple[object, ...]]:
    """Each outcome with its number; in a run about several kinds of records with the kind before it."""
    by_entity = counts_by_entity(run)
    if len(by_entity) < 2:
        return [(KEY_WORDS[key], number) for key, number in counts_of(run).items()]
    mine = sorted(by_entity, key=lambda entity: entity != run.entity)
    return [
        (title(Entity(entity)), KEY_WORDS[key], number) for entity in mine for key, number in by_entity[entity].items()
    ]


def _tell_open_conflicts(run: Run) -> None:
    waiting = Conflict.objects.filter(store=run.store_id, settled_at=None).count()
    if waiting:
        say(f"{so_many(waiting, 'conflict')} to be answered: `cscart-zoho conflicts` lists what waits.")


def _tell_plan(run: Run, limit: int = 40) -> None:
    """What a dry run would do: the number of each kind, and the first records by name."""
    planned = Step.objects.filter(run=run).exclude(kind__in=["hold", "conflict"])
    rows = list(planned.order_by().values_list("entity", "kind", "target").annotate(Count("pk")))
    several = len({entity for entity, *_ in rows}) > 1
    lines = [
        (*([title(Entity(entity))] if several else []), f"Would be: {_outcome(kind, target)}", number)
        for entity, kind, target, number in rows
    ]
    say(table(lines) or "Nothing would be changed.")
    for step in planned.order_by("pk")[:limit]:
        say(f"  {step.kind} {step.label}" + (f": {', '.join(step.changes)}" if step.changes else ""))
    if planned.count() > limit:
        say(f"  ... and {planned.count() - limit:,} more; the run's page in the panel has all of them.")


def _outcome(kind: str, target: str) -> str:
    return KEY_WORDS[STEP_KEYS.get((kind, target)) or STEP_KEYS.get((kind, ""), "planned")]


def _tell_pause(run: Run) -> None:
    when = f" after {run.not_before:%Y-%m-%d %H:%M} UTC" if run.not_before else ""
    if is_present("worker"):
        say(f"The run is in the queue and goes on by itself{when}.")
    else:
        say(f"The run is in the queue and goes on{when}; start a worker with `cscart-zoho serve`.")
