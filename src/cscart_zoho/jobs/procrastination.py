"""The same runs, handed out by Procrastinate on PostgreSQL: for workers on several machines.

A run that waits is one job. Procrastinate decides which worker gets it when: at
once (the database calls the workers), the more urgent first, one at a time for
each store. It decides nothing else: the job says "a run of store 3 waits", and the
worker takes the one whose turn it is, if it gets its lease (`runner.claim_of`). So a
job too many does nothing, and a job that was lost costs some seconds: every worker
sweeps.
"""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from asgiref.sync import async_to_sync
from django.db import DatabaseError, InterfaceError, connection, transaction
from procrastinate import JobContext, PsycopgConnector
from procrastinate.contrib.django import DjangoApp, connector_params
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued, ProcrastinateException
from procrastinate.jobs import Status

from cscart_zoho import app
from cscart_zoho.jobs import execution, runner
from cscart_zoho.jobs.presence import present
from cscart_zoho.store.models import Run

log = logging.getLogger(__name__)

QUEUE = "runs"
TASK = "cscart_zoho.carry_out"
#: How often a worker looks for a word that it should end, and for jobs whose moment has come.
LOOK_S = 0.2
POLL_S = 1.0
#: How often it looks for what was lost.
SWEEP_S = 5.0


class JobRunner:
    """Fulfils `cscart_zoho.jobs.ports.Runner`."""

    def announce(self, run: Run) -> None:
        announce(run)

    def work(self, worker: str, stop: threading.Event) -> None:
        with present("worker"), _sweeping(stop):
            while not stop.is_set():
                try:
                    asyncio.run(_serve(worker, stop))
                except Exception as error:  # whatever ended it, the next one begins anew
                    log.warning("The queue of runs does not answer (%s); trying again.", type(error).__name__)
                if not stop.is_set():
                    stop.wait(runner.DATABASE_AWAY_S)


def announce(run: Run) -> None:
    """Make the job of a run that waits, in the transaction under way. One that waits already is the same job."""
    # Procrastinate lets a job that waits hold up the later ones with its lock: one for tomorrow must not.
    lock = None if run.not_before else f"store {run.store_id}"
    job = jobs.configure_task(
        TASK,
        queue=QUEUE,
        lock=lock,
        queueing_lock=_name(run.pk),
        priority=-run.lane,
        schedule_at=run.not_before,
        allow_unknown=True,  # only workers know the task itself
    )
    try:
        with transaction.atomic():
            job.defer(store_id=run.store_id)
    except AlreadyEnqueued:
        return


def _name(run_id: int) -> str:
    return f"run {run_id}"


# A worker


def carry_out(context: JobContext, store_id: int) -> None:
    """The task: carry out the run of this store whose turn it is, if its lease can be had."""
    worker = str(context.additional_context["worker"])
    try:
        run = None if execution.stopping.is_set() else runner.claim_of(store_id, worker, app.now())
        if run is not None:
            runner.carry_out_claimed(run, worker)
            sweep()  # what had to wait for this run need not wait for the next round
    except (DatabaseError, InterfaceError) as error:
        log.warning("The database does not answer (%s); trying again.", type(error).__name__)


async def _serve(worker: str, stop: threading.Event) -> None:
    """Carry out jobs until `stop` is set, or until something breaks."""
    asyncio.get_running_loop().set_exception_handler(_told)
    # An app of its own: jobs are made over Django's connection, in the transactions of the runs.
    own = DjangoApp(connector=PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=3))
    own.task(name=TASK, queue=QUEUE, pass_context=True)(carry_out)
    async with own.open_async():
        serving = asyncio.create_task(
            own.run_worker_async(
                queues=[QUEUE],
                name=worker,
                concurrency=1,
                delete_jobs="always",
                install_signal_handlers=False,
                fetch_job_polling_interval=POLL_S,
                update_heartbeat_interval=runner.take_over_s() / 4,
                stalled_worker_timeout=runner.take_over_s(),
                additional_context={"worker": worker},
            )
        )
        while not (stop.is_set() or serving.done()):
            await asyncio.wait([serving], timeout=LOOK_S)
        serving.cancel()  # politely: the job under way is waited for
        await asyncio.wait([serving])
        if not serving.cancelled():
            serving.result()


def _told(_: asyncio.AbstractEventLoop, what: dict[str, Any]) -> None:
    """What nobody waited for: a worker that slept cannot close its job, which has been ended meanwhile."""
    log.warning("The queue of runs: %s", what.get("exception") or what["message"])


# What was lost


@contextmanager
def _sweeping(stop: threading.Event) -> Iterator[None]:
    """Sweep in a thread while the block lasts."""
    ended = threading.Event()
    sweeping = threading.Thread(target=_keep_sweeping, args=(ended,), daemon=True, name="sweep")
    sweeping.start()
    try:
        yield
    finally:
        ended.set()
        sweeping.join(timeout=10)


def _keep_sweeping(ended: threading.Event) -> None:
    while not ended.wait(min(SWEEP_S, runner.take_over_s() / 2)):
        try:
            sweep()
        except (DatabaseError, InterfaceError, ProcrastinateException) as error:
            log.warning("The runs could not be looked through (%s); trying again.", type(error).__name__)
        finally:
            connection.close()


def sweep() -> None:
    """End the jobs of workers that died, and give a job to each run that could begin now and has none.

    Any number of workers may do so at the same time.
    """
    async_to_sync(_end_stalled)()
    ready = runner.ready(app.now())
    queued = ProcrastinateJob.objects.filter(status="todo", queueing_lock__in=map(_name, ready))
    known = set(queued.values_list("queueing_lock", flat=True))
    for run in Run.objects.filter(pk__in=[id for id in ready if _name(id) not in known]):
        run.not_before = None  # its moment has come
        announce(run)


async def _end_stalled() -> None:
    """A job is ended, never given to another worker: one that only slept would end it under the other's hands."""
    silent_s = runner.take_over_s()
    manager = jobs.job_manager
    for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=silent_s):
        log.warning("The worker of job %s has fallen silent; the run gets a new job.", job.id)
        with suppress(ProcrastinateException):  # another worker's sweep was faster
            await manager.finish_job_by_id_async(job.id or 0, status=Status.FAILED, delete_job=True)
    await manager.prune_stalled_workers(silent_s)
