"""What hands runs out to workers: one port, two things behind it.

Whatever stands behind it, the `Run` table is the truth: who carries a run out
bears its lease, says so by its heartbeat, and is fenced off when another has it.
"""

import threading
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from cscart_zoho.store.models import Run

LEASE, PROCRASTINATE = "lease", "procrastinate"


class Runner(Protocol):
    """Decides which worker gets which run when."""

    def announce(self, run: Run) -> None:
        """A run waits from now on, or after its `not_before`.

        To be called in the transaction that makes it wait. What is lost all the
        same is found again by the workers.
        """

    def work(self, worker: str, stop: threading.Event) -> None:
        """Carry out runs as `worker` until `stop` is set. Survives a database that is away for a while."""


def the_runner() -> Runner:
    """The one that this installation has chosen with `CSCART_ZOHO_RUNNER`."""
    procrastinate = settings.CSCART_ZOHO_RUNNER == PROCRASTINATE
    # By name: both import what calls this.
    name = "procrastination.JobRunner" if procrastinate else "runner.LeaseRunner"
    runner: Runner = import_string(f"cscart_zoho.jobs.{name}")()
    return runner
