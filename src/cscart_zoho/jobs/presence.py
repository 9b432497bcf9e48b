"""Which of our processes are alive.

On this machine each holds a lock while it lives, which tells at once and even after
a kill -9. On PostgreSQL, where they may stand on several machines, each also says
every few seconds in the database that it is there.
"""

import fcntl
import hashlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Q

from cscart_zoho.store.clock import database_moment, database_now
from cscart_zoho.store.models import Presence

log = logging.getLogger(__name__)

#: How often a process says that it is there, and after how long a silence it is taken for gone.
SAID_EVERY_S = 10.0
GONE_AFTER = timedelta(seconds=35)
#: Rows of processes that were killed are kept no longer than this.
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Alive:
    """A process that is there: "worker" or "schedule", where, and since when (None = not known)."""

    role: str
    name: str
    since: datetime | None = None


def worker_name() -> str:
    """A name that no other living process or thread bears: host, process id, thread id."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{threading.get_ident() % 100000}"


@contextmanager
def present(role: str) -> Iterator[None]:
    """Show that a process of this role is alive. The system lets go of the lock even after a kill -9."""
    with _presence_file(role).open("a") as held:
        # An unlockable file system costs the display, not the work.
        with suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if connection.vendor != "postgresql":
            yield
            return
        with _said(role):
            yield


def is_present(role: str) -> bool:
    """Whether a process of this role ("worker", "schedule") is alive, on this machine or on another one."""
    return bool(alive(role))


def alive(role: str) -> list[Alive]:
    """The living processes of a role, by name. On SQLite one stands for all of this machine."""
    here = _is_locked(role)
    if connection.vendor != "postgresql":
        return [Alive(role, socket.gethostname()[:60])] if here else []
    fresh = Presence.objects.filter(role=role, seen_at__gt=database_now() - GONE_AFTER)
    # Of a process in this place the lock knows more than a row that is some seconds old.
    rows = [row for row in fresh.order_by("name") if here or row.place != _place()]
    return [Alive(role, row.name, row.since) for row in rows]


# The lock


def _is_locked(role: str) -> bool:
    path = _presence_file(role)
    if not path.exists():
        return False
    with path.open("a") as tried:
        try:
            fcntl.flock(tried, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _presence_file(role: str) -> Path:
    return Path(settings.DATA_DIR) / f"{role}.lock"


# The rows


def _place() -> str:
    """Names the host together with the data folder: two containers may bear the same host name."""
    return hashlib.sha256(f"{socket.gethostname()}\0{settings.DATA_DIR}".encode()).hexdigest()


@contextmanager
def _said(role: str) -> Iterator[None]:
    name, ended = worker_name(), threading.Event()
    saying = threading.Thread(target=_keep_saying, args=(role, name, ended), daemon=True, name="presence")
    saying.start()
    try:
        yield
    finally:
        ended.set()
        saying.join(timeout=10)


def _keep_saying(role: str, name: str, ended: threading.Event) -> None:
    while True:
        _quietly(lambda: _say(role, name))
        if ended.wait(SAID_EVERY_S):
            break
    _quietly(lambda: _leave(name))


def _quietly(what: Callable[[], None]) -> None:
    """The database may be away: that costs the display, not the work."""
    try:
        what()
    except (DatabaseError, InterfaceError) as error:
        log.warning("Nobody could be told that this process is there (%s); trying again.", type(error).__name__)
    finally:
        connection.close()


def _say(role: str, name: str) -> None:
    if not Presence.objects.filter(name=name, role=role).update(seen_at=database_moment()):
        now = database_now()
        Presence.objects.update_or_create(
            name=name, defaults={"role": role, "place": _place(), "since": now, "seen_at": now}
        )


def _leave(name: str) -> None:
    """Take our row away, and those of processes that could not take theirs."""
    forgotten = Q(seen_at__lt=database_now() - FORGOTTEN_AFTER)
    Presence.objects.filter(Q(name=name) | forgotten).delete()
