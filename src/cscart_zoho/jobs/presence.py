"""Which of our processes are alive on this machine: each holds a lock while it lives."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings


@contextmanager
def present(role: str) -> Iterator[None]:
    """Show that a process of this role is alive. The system lets go of the lock even after a kill -9."""
    with _presence_file(role).open("a") as held:
        # An unlockable file system costs the display, not the work.
        with suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield


def is_present(role: str) -> bool:
    """Whether a process of this role ("worker", "schedule") is alive on this machine."""
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
