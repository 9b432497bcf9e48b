"""Progress of a run: a bar with rate and time left on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

#: What each phase of a run is called in front of people.
PHASES = {
    "waiting": "Waiting for its turn",
    "": "Starting",
    "recovering": "Clearing up after the last run",
    "observing": "Reading both sides",
    "planning": "Comparing",
    "applying": "Writing",
    "telling": "Writing down what happened",
}

#: Tells `(phase, done, total)`; a total of 0 is one that nobody knows yet.
Tell = Callable[[str, int, int], None]


@contextmanager
def shown_progress(stream: TextIO | None = None, *, now: Callable[[], float] = time.monotonic) -> Iterator[Tell]:
    """A function that shows progress on `stream` (standard error by default)."""
    target = stream or sys.stderr
    if target.isatty():
        with _bar(target) as tell:
            yield tell
    else:
        yield plain_lines(target, now)


class _RateColumn(ProgressColumn):
    """Records per second, once it is known."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.1f}/s" if speed else "", style="progress.data.speed")


@contextmanager
def _bar(stream: TextIO) -> Iterator[Tell]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<30}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=stream)) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                _finish(progress, tasks)
                tasks[phase] = progress.add_task(title(phase), total=None)
            progress.update(tasks[phase], completed=done, total=total or None)

        yield tell
        _finish(progress, tasks)


def _finish(progress: Progress, tasks: dict[str, TaskID]) -> None:
    """Phases that are over stand full."""
    for task in progress.tasks:
        if task.id in tasks.values() and not task.finished:
            progress.update(task.id, total=task.completed or 1, completed=task.completed or 1)


def title(phase: str) -> str:
    return PHASES.get(phase, phase.capitalize())


def plain_lines(stream: TextIO, now: Callable[[], float], *, every_s: float = 5.0) -> Tell:
    """One line when a phase begins, and then one every few seconds with rate and time left."""
    seen = {"phase": None, "began": 0.0, "told": 0.0}  # type: dict[str, str | float | None]

    def tell(phase: str, done: int, total: int) -> None:
        moment = now()
        if phase != seen["phase"]:
            seen.update(phase=phase, began=moment, told=moment)
            print(f"{title(phase)} ...", file=stream, flush=True)
        elif done and moment - float(seen["told"] or 0) >= every_s:
            seen["told"] = moment
            line = progress_line(done, total, moment - float(seen["began"] or 0))
            print(f"{title(phase)}: {line}", file=stream, flush=True)

    return tell


def progress_line(done: int, total: int, seconds: float) -> str:
    """`40 of 120, 8.0/s, 10 s left`. Pure."""
    rate = done / seconds if seconds > 0 else 0.0
    parts = [f"{done:,} of {total:,}" if total else f"{done:,}"]
    if rate:
        parts.append(f"{rate:,.1f}/s")
    if rate and total > done:
        parts.append(f"{round((total - done) / rate):,} s left")
    return ", ".join(parts)
