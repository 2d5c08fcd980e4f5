"""Run one server, and end it when the process that started this one ends, however that happens.

A program of its own: `python watcher.py PARENT_PID COMMAND...`. Its standard input is a pipe that
the parent holds open. It closes when the parent closes it, and when the parent dies, by `kill -9`
as well. Its standard output is one line, the process id of the server, which writes all its output
to the standard error of the watcher. The exit status is that of the server, as a shell gives it.
"""

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress

# How long a server may take to end by itself, in seconds.
GRACE_SECONDS = 10.0
# How long its killed engine may take to be gone, and how often that is asked.
_GROUP_SECONDS = 2.0
_GROUP_POLL_SECONDS = 0.02
# A process that the parent has forked may hold the pipe open, so the parent is looked for as well.
_LOOK_SECONDS = 0.5


def watch(parent: int, command: list[str]) -> int:
    """Run a command in a process group of its own; its exit status."""
    server = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True
    )
    try:
        print(server.pid, flush=True)
        while server.poll() is None and not _is_over(parent):
            pass
    finally:
        _end(server)
    status = server.returncode
    return status if status >= 0 else 128 - status


def _is_over(parent: int) -> bool:
    """Wait a moment; whether the parent closed the pipe, or is gone."""
    readable, _, _ = select.select([0], [], [], _LOOK_SECONDS)
    return bool(readable) or os.getppid() != parent


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server politely, and after a grace its whole process group."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    server.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        server.wait(GRACE_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    _wait_for_group(server.pid)


def _wait_for_group(group: int) -> None:
    """Return when no process of the group is left: until then the engine holds GPU memory.

    The wait is short, since in a container without an init process nobody removes the processes
    that a server leaves.
    """
    deadline = time.monotonic() + _GROUP_SECONDS
    with suppress(ProcessLookupError, PermissionError):  # the latter on macOS
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(_GROUP_POLL_SECONDS)


def _exit(number: int, _frame: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _exit)
    sys.exit(watch(int(sys.argv[1]), sys.argv[2:]))
