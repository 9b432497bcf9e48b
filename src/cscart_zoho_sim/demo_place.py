"""Where a demo lives: a folder and a port that no other demo uses."""

import contextlib
import errno
import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

#: A folder with this file in it was made by the demo and may be emptied by it.
MARKER = ".cscart-zoho-demo"
#: How many demos may run side by side without being told where.
DEMOS = 20


class Taken(Exception):
    """Another program uses the folder or the port; the message says which one, and how to choose another."""


def is_foreign(folder: Path) -> bool:
    """Whether somebody else's files are in it."""
    return folder.exists() and not (folder / MARKER).exists() and any(folder.iterdir())


@contextlib.contextmanager
def own_folder(folder: Path, *, or_beside: bool) -> Iterator[Path]:
    """The folder, held by this process until the block ends, however it ends; nothing in it is touched yet.

    With `or_beside` the first free one of `folder`, `folder-2`, `folder-3`... Raises `Taken`.
    """
    names = (folder, *(folder.with_name(f"{folder.name}-{number}") for number in islice(count(2), DEMOS - 1)))
    for name in names if or_beside else (folder,):
        held = None if is_foreign(name) else _held(name)
        if held is not None:
            try:
                yield name
            finally:
                os.close(held)
            return
    raise Taken(
        f"Another demo is running in {folder}. End it first, or give this one a folder and a port of its own: "
        "`make demo FOLDER=.demo-2 PORT=8700`."
    )


def _held(folder: Path) -> int | None:
    """A descriptor that locks the folder, or None when somebody else has it. The lock ends with the process."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise
        return None
    return descriptor


def empty(folder: Path) -> None:
    """Remove what an earlier demo has left. The folder itself stays: it is what is locked."""
    if (folder / MARKER).exists():
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text("Everything in this folder is made by the demo and removed by the next one.\n")


def free_port() -> int:
    """Any port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def check_port(port: int) -> None:
    """Raises `Taken` when somebody listens on it: its answers would be taken for those of our panel."""
    with socket.socket() as probe:
        # Connections that have ended keep a port busy for a minute; only a listener is in the way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Taken(
                f"The panel cannot listen on port {port}: {error.strerror}. If another demo or the service uses it, "
                f"end that one, or choose another port: `make demo PORT={port + 100 if port < 65_000 else 8700}`."
            ) from error
