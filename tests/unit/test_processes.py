"""The supervised process tree: nothing stays dead, and nothing stays behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs import processes
from cscart_zoho.jobs.processes import Child

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone_soon(pid: int) -> bool:
    return any(not alive(pid) or time.sleep(0.05) for _ in range(400))


def test_deaths_in_a_row_slow_the_restarts_down() -> None:
    delays = [processes.restart_delay_s(deaths) for deaths in range(1, 12)]
    assert delays == sorted(delays)
    assert delays[0] == 0.5
    assert delays[-1] == processes.LONGEST_DELAY_S


def test_a_child_that_died_is_started_again_after_its_delay() -> None:
    child = Child("example", [sys.executable, "-c", "raise SystemExit(3)"])
    child.look(now=100.0)
    assert child.process is not None
    child.process.wait()
    child.look(now=100.1)
    assert (child.process, child.deaths) == (None, 1)
    child.look(now=100.5)
    assert child.process is None
    child.look(now=100.7)
    assert child.process is not None
    child.process.wait()


def test_a_child_that_lived_long_is_forgiven() -> None:
    child = Child("example", [sys.executable, "-c", ""], deaths=9)
    child.look(now=0.0)
    assert child.process is not None
    child.process.wait()
    child.look(now=processes.STEADY_S)
    assert child.deaths == 1


def test_a_killed_child_comes_back_and_the_end_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "restart_delay_s", lambda deaths: 0.0)
    stop, children = threading.Event(), [Child("one", SLEEPER), Child("two", SLEEPER)]
    thread = threading.Thread(target=processes.supervise, args=(children, stop), kwargs={"poll_s": 0.01})
    thread.start()
    try:
        first = wait_for_pid(children[0], not_pid=0)
        os.kill(first, signal.SIGKILL)
        second = wait_for_pid(children[0], not_pid=first)
    finally:
        stop.set()
        thread.join()
    assert not alive(second)
    assert all(child.process is not None and child.process.poll() is not None for child in children)


def wait_for_pid(child: Child, *, not_pid: int) -> int:
    for _ in range(1000):
        process = child.process
        if process is not None and process.pid != not_pid:
            return process.pid
        time.sleep(0.01)
    raise AssertionError(f"{child.name} was not started")


def test_a_child_that_does_not_want_to_end_is_killed() -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    processes.end([Child("stubborn", [], process)], grace_s=0.2)
    assert process.poll() == -signal.SIGKILL
    process.stdout.close()


#: A supervisor with one child that watches it; tells the child's process id.
FAMILY = """
import sys, time
from cscart_zoho.jobs.processes import Child
child = Child("child", [sys.executable, "-c", '''
import time
from cscart_zoho.jobs.processes import end_with_parent
end_with_parent(poll_s=0.05)
time.sleep(600)
'''])
child.start(0.0)
print(child.process.pid, flush=True)
time.sleep(600)
"""


def test_no_child_outlives_a_killed_supervisor() -> None:
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        assert alive(child)
        supervisor.kill()
    assert gone_soon(child)


def test_without_a_supervisor_nobody_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(processes.PARENT, raising=False)
    before = threading.active_count()
    processes.end_with_parent()
    assert threading.active_count() == before


def test_a_taken_address_is_told_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WrongSetting, match=f"127.0.0.1:{port}") as told:
            processes.serve("127.0.0.1", port, threading.Event())
    assert "--port" in told.value.for_people()


def test_an_address_that_is_not_ours_is_told() -> None:
    with pytest.raises(WrongSetting):
        processes.check_address("192.0.2.1", 8600)
