"""`serve`: the panel, a worker and the schedule as one tree of processes under one supervisor.

A child that dies is started again, more slowly each time. Whatever ends the
supervisor ends the tree: SIGTERM and SIGINT are passed on, and after a kill -9
every child notices within a second that its parent is gone.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from cscart_zoho.errors import WrongSetting

log = logging.getLogger(__name__)

PARENT = "CSCART_ZOHO_PARENT"
#: A child that lived this long has started well: its next death counts as the first.
STEADY_S = 60.0
LONGEST_DELAY_S = 30.0
#: How long children may take to end politely.
GRACE_S = 20.0


def restart_delay_s(deaths: int) -> float:
    """How long to wait before a child is started again after so many early deaths in a row. Pure."""
    return min(LONGEST_DELAY_S, 0.5 * 2.0 ** max(0, deaths - 1))


@dataclass
class Child:
    """One process of the tree and how often it has died young."""

    name: str
    argv: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    deaths: int = 0
    not_before: float = 0.0

    def start(self, now: float) -> None:
        # A session of its own: a Ctrl-C on the terminal reaches the supervisor only, which ends the children.
        self.process = subprocess.Popen(  # noqa: S603 (our own program)
            list(self.argv),
            env={**os.environ, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started_at = now

    def look(self, now: float) -> None:
        """Start it when it is due; note when it has died."""
        if self.process is None:
            if now >= self.not_before:
                self.start(now)
            return
        code = self.process.poll()
        if code is None:
            return
        self.deaths = 1 if now - self.started_at >= STEADY_S else self.deaths + 1
        delay_s = restart_delay_s(self.deaths)
        log.error("The %s has ended (%s); it is started again in %.1f s.", self.name, _ending(code), delay_s)
        self.process, self.not_before = None, now + delay_s


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


def supervise(children: Sequence[Child], stop: threading.Event, *, poll_s: float = 0.2) -> None:
    """Keep all children alive until `stop` is set, then end them all."""
    try:
        while not stop.is_set():
            for child in children:
                child.look(time.monotonic())
            stop.wait(poll_s)
    finally:
        end(children)


def end(children: Sequence[Child], *, grace_s: float = GRACE_S) -> None:
    """Ask every child to end, and kill those that have not after `grace_s` seconds."""
    alive = [child.process for child in children if child.process is not None]
    for process in alive:
        process.terminate()
    deadline = time.monotonic() + grace_s
    for process in alive:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def end_with_parent(parent: int | None = None, *, poll_s: float = 1.0) -> None:
    """End this process when `parent` (by default the supervisor that started it) is gone.

    First politely, and after the grace time for certain. Without a supervisor nothing happens.
    """
    expected = parent or int(os.environ.get(PARENT, "0") or 0)
    if expected:
        threading.Thread(target=_watch, args=(expected, poll_s), daemon=True, name="parent-watch").start()


def _watch(parent: int, poll_s: float) -> None:
    while os.getppid() == parent:
        time.sleep(poll_s)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def stop_on_signals(then: Callable[[], None] = lambda: None) -> threading.Event:
    """An event that SIGTERM and SIGINT set. `then` is called in the signal handler as well."""
    stop = threading.Event()

    def asked(_signal: int, _frame: FrameType | None) -> None:
        stop.set()
        then()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    return stop


def check_address(host: str, port: int) -> None:
    """Raises `WrongSetting` when the panel cannot listen there."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except OSError as error:
        raise WrongSetting(
            f"The panel cannot listen on {host}:{port}: {error.strerror or error}.",
            advice="Stop what listens there, or choose another one with --host and --port.",
        ) from error


def command(*words: str) -> list[str]:
    """This program with other words, whatever it was started as."""
    return [sys.executable, "-m", "cscart_zoho.cli", *words]


def serve(host: str, port: int, stop: threading.Event) -> None:
    """Run the whole tree until `stop` is set. Raises `WrongSetting` when the address is taken."""
    check_address(host, port)
    if host in {"127.0.0.1", "localhost"}:
        # Zoho's callback comes back to this port, unless the merchant has said where the panel is reached.
        os.environ.setdefault("CSCART_ZOHO_PUBLIC_URL", f"http://{host}:{port}")
    children = [
        Child("panel", command("web", "--host", host, "--port", str(port))),
        Child("worker", command("worker")),
        Child("schedule", command("schedule")),
    ]
    supervise(children, stop)


def worker() -> None:
    """Carry out runs in this process until it is asked to end; the run under way is put back."""
    # Not before they are needed: the supervisor itself has no use for the tables.
    from cscart_zoho.jobs.ports import the_runner
    from cscart_zoho.jobs.runner import pause_running, worker_name

    stop = stop_on_signals(pause_running)
    the_runner().work(worker_name(), stop)


def workers(number: int, stop: threading.Event) -> None:
    """Run so many workers, each a process of its own, until `stop` is set."""
    supervise([Child(f"worker {each}", command("worker")) for each in range(1, number + 1)], stop)


def web(host: str, port: int) -> None:
    """Serve the panel in this process (and one more, which Granian starts) until it is asked to end."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        "cscart_zoho.panel.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        backpressure=64,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=load_panel, wrap_loader=False)


def load_panel(*_: Any, **__: Any) -> Any:
    """What Granian's process serves; that process ends with the one that started it."""
    end_with_parent(os.getppid())
    return import_string(settings.WSGI_APPLICATION)
