"""Run a server, and end it when the parent process ends, in whatever way.

This is a separate program: `python watcher.py PARENT_PID COMMAND...`. Its standard input is a pipe
to the parent. The pipe is closed when the parent closes it or dies, even by `kill -9`. The standard
output is one line, the process id of the server. All output of the server goes to the standard
error of the watcher. The exit status is that of the server, as reported by a shell.
"""

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress

# Max time for a server to end after SIGINT, before it is killed.
GRACE_SECONDS = 10.0
# Max time to wait for the killed processes of a server to disappear, and the polling interval.
_GROUP_SECONDS = 2.0
_GROUP_POLL_SECONDS = 0.02
# The interval for checking the parent: the pipe stays open if a forked child of the parent has it.
_LOOK_SECONDS = 0.5


def watch(parent: int, command: list[str]) -> int:
    """Run a command in its own process group, and return its exit status."""
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
    """Wait a moment; return whether the parent has closed the pipe or has died."""
    readable, _, _ = select.select([0], [], [], _LOOK_SECONDS)
    return bool(readable) or os.getppid() != parent


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server by SIGINT; after a grace period kill its process group."""
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
    """Wait until no process of the group is left, since the engine occupies GPU memory until then.

    The wait is short, since in a container without an init process, killed processes of a server
    are never reaped.
    """
    deadline = time.monotonic() + _GROUP_SECONDS
    with suppress(ProcessLookupError, PermissionError):  # macOS raises PermissionError
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(_GROUP_POLL_SECONDS)


def _exit(number: int, _frame: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _exit)
    sys.exit(watch(int(sys.argv[1]), sys.argv[2:]))
