"""The lease runner: takes runs that wait, carries them out, takes over from workers that died.

A run belongs to the worker whose name and lease number it bears. Claiming is one
`UPDATE ... WHERE lease = <the number seen>`, so that of two workers exactly one
gets it; a worker that was too slow finds its number gone and writes nothing more
(`LostLease`). A worker may be killed at any moment: its run is taken over, as the
same run, when its heartbeat is older than `take_over_s()`. Heartbeats are written
and judged by the database's clock, whatever the machines' own clocks say.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from cscart_zoho import app
from cscart_zoho.errors import Bug, WrongSetting
from cscart_zoho.jobs import execution
from cscart_zoho.jobs.presence import present, worker_name
from cscart_zoho.jobs.turns import in_turn, waiting
from cscart_zoho.store.models import Run, RunState
from cscart_zoho.sync.ports import LostLease

__all__ = ["claim", "claim_abandoned", "claim_this", "pause_running", "take_over_s", "work", "work_once", "worker_name"]

log = logging.getLogger(__name__)

Now = Callable[[], datetime]

#: How long an idle worker waits before it looks again, and how long it waits while the database is away.
IDLE_S = 1.0
DATABASE_AWAY_S = 5.0


def take_over_s() -> float:
    """Seconds without a heartbeat after which a run is taken from its worker.

    `CSCART_ZOHO_TAKE_OVER_S`, 60 by default. Raises `WrongSetting`.
    """
    given = os.environ.get("CSCART_ZOHO_TAKE_OVER_S", "60")
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise WrongSetting(f'CSCART_ZOHO_TAKE_OVER_S is "{given}".', advice="Set it to a number of seconds above 0.")
    return seconds


def claim(worker: str, now: datetime) -> Run | None:
    """Take the next run, or None when there is nothing to do.

    First a run whose worker has fallen silent, then the one whose turn it is,
    whose pause is over and whose store has none under way.
    """
    return _first(ready(now), worker, now)


def claim_of(store_id: int, worker: str, now: datetime) -> Run | None:
    """The same for the runs of one store."""
    return _first(ready(now, store_id), worker, now)


def ready(now: datetime, store_id: int | None = None) -> list[int]:
    """The runs that a worker may take now, of one store or of all, in the order in which it should."""
    some = Q() if store_id is None else Q(store=store_id)
    return [*_abandoned(now).filter(some), *_waiting(now).filter(some)[:20]]


def _first(run_ids: Iterable[int], worker: str, now: datetime) -> Run | None:
    return next(filter(None, (claim_this(run_id, worker, now) for run_id in run_ids)), None)


def claim_abandoned(store_id: int, worker: str, now: datetime) -> Run | None:
    """Take the run of this store whose worker has fallen silent, if there is one."""
    for run_id in _abandoned(now).filter(store=store_id):
        return claim_this(run_id, worker, now)
    return None


def claim_this(run_id: int, worker: str, now: datetime) -> Run | None:
    """Take this run if it may be taken now; None when it may not, or somebody was faster."""
    seen = Run.objects.filter(pk=run_id).values("state", "lease").first()
    if seen is None:
        return None
    takeable = Run.objects.filter(_may_be_taken(now), pk=run_id, state=seen["state"], lease=seen["lease"])
    try:
        with transaction.atomic():
            taken = takeable.update(
                state=RunState.RUNNING,
                lease=F("lease") + 1,
                worker=worker,
                started_at=Coalesce("started_at", now),
                heartbeat_at=now,
                not_before=None,
            )
    except IntegrityError:
        return None  # another run of this store has just begun
    if taken and seen["state"] == RunState.RUNNING:
        log.warning("Run %s is taken over: its worker has fallen silent.", run_id)
    return Run.objects.select_related("store__zoho").get(pk=run_id) if taken else None


def _may_be_taken(now: datetime) -> Q:
    ready = Q(state=RunState.WAITING) & (Q(not_before=None) | Q(not_before__lte=now))
    return ready | _silent(now)


def _silent(now: datetime) -> Q:
    patience = timedelta(seconds=take_over_s())
    too_old, set_back = Q(heartbeat_at__lt=now - patience), Q(heartbeat_at__gt=now + patience)
    # A heartbeat of the future was written before the clock was set back; who lives has written another one since.
    return Q(state=RunState.RUNNING) & (Q(heartbeat_at=None) | too_old | set_back)


def _abandoned(now: datetime) -> "QuerySet[Run, int]":
    return Run.objects.filter(_silent(now)).order_by("asked_at", "pk").values_list("pk", flat=True)


def _waiting(now: datetime) -> "QuerySet[Run, int]":
    under_way = Run.objects.filter(store=OuterRef("store"), state=RunState.RUNNING)
    return in_turn(waiting(now), now).exclude(Exists(under_way)).values_list("pk", flat=True)


# Carrying a run out


def work_once(worker: str, *, now: Now = app.now) -> bool:
    """Carry out one run if there is one. True when there was."""
    run = claim(worker, now())
    if run is None:
        return False
    carry_out_claimed(run, worker)
    return True


def carry_out_claimed(run: Run, worker: str, on_progress: "Callable[..., None] | None" = None) -> None:
    """Carry out a run that `worker` holds, renewing its lease meanwhile. Never raises for what went wrong in it."""
    with heartbeat(run):
        try:
            execution.carry_out(run, worker=worker, on_progress=on_progress)
        except LostLease:
            log.warning("Run %s was taken over by another worker; this one has stopped.", run.pk)
        except (OperationalError, InterfaceError):
            raise  # the run stays leased and is taken over when the database is back
        except Exception:
            log.exception("Run %s ended in a way that was not foreseen.", run.pk)
            _fail(run)


def _fail(run: Run) -> None:
    """Close a run that a defect of ours ended, unless somebody else has it by now."""
    bug = Bug(f"Run {run.pk} ended in a way that was not foreseen; the log has the details.")
    Run.objects.filter(pk=run.pk, lease=run.lease, state=RunState.RUNNING).update(
        state=RunState.FAILED, finished_at=timezone.now(), message=bug.for_people()
    )


@contextmanager
def heartbeat(run: Run) -> Iterator[None]:
    """Keep the lease of `run` alive while the block lasts, however long one call to a side takes."""
    ended = threading.Event()
    beating = threading.Thread(target=_beat, args=(run.pk, run.lease, ended), daemon=True, name="heartbeat")
    beating.start()
    try:
        yield
    finally:
        ended.set()
        beating.join(timeout=10)


def _beat(run_id: int, lease: int, ended: threading.Event) -> None:
    while not ended.wait(take_over_s() / 4):
        try:
            Run.objects.filter(pk=run_id, lease=lease, state=RunState.RUNNING).update(heartbeat_at=app.heartbeat())
        except (DatabaseError, InterfaceError):
            log.warning("The heartbeat of run %s could not be written; the next one may.", run_id)
        finally:
            connection.close()


# The loop of a worker


class LeaseRunner:
    """Workers look at the table themselves: fulfils `cscart_zoho.jobs.ports.Runner`."""

    def announce(self, run: Run) -> None:
        """Nothing: a run that waits is found within `IDLE_S`."""

    def work(self, worker: str, stop: threading.Event) -> None:
        work(worker, stop)


def work(worker: str, stop: threading.Event, *, now: Now = app.now, idle_s: float = IDLE_S) -> None:
    """Carry out runs until `stop` is set. The run under way is asked to pause, so that it goes on later."""
    with present("worker"):
        while not stop.is_set():
            wait_s = 0.0 if _try_once(worker, now) else idle_s
            stop.wait(wait_s)


def _try_once(worker: str, now: Now) -> bool:
    """One round of the loop; a database that is away is waited for."""
    try:
        return work_once(worker, now=now)
    except (DatabaseError, InterfaceError) as error:
        log.warning("The database does not answer (%s); trying again.", type(error).__name__)
        threading.Event().wait(DATABASE_AWAY_S)
        return False
    finally:
        close_old_connections()


def pause_running() -> None:
    """Ask the run that this process is carrying out to go back into the queue after the record it is at."""
    execution.stopping.set()
