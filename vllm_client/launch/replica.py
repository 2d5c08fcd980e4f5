"""One vLLM server that runs as a child of this process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .. import SyncVllmClient, VllmError
from . import watcher
from .errors import LaunchError

# Timeout of one health check, in seconds.
_HEALTH_TIMEOUT = 5.0
# How much of the end of a log an error shows.
_SHOWN_BYTES = 1 << 14
_SHOWN_LINES = 20


class Replica:
    """A server, its watcher, and its log. Started by the constructor."""

    def __init__(
        self, base_url: str, command: Sequence[str], env: Mapping[str, str], log: Path
    ) -> None:
        self.base_url = base_url
        self.log = log
        self.is_ready = False
        self._command = command
        self._env = env
        self._parent = os.getpid()
        self._line = b""
        with log.open("ab") as output:
            self._watcher = subprocess.Popen(
                [sys.executable, "-I", watcher.__file__, str(os.getpid()), *command],
                env=dict(env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                start_new_session=True,  # so that Ctrl-C reaches us alone
            )

    @property
    def pid(self) -> int:
        """The process id of the server, and the id of its process group. Raises LaunchError."""
        line = self._first_line()
        if not line:
            raise self.failure("could not be started")
        return int(line)

    @property
    def status(self) -> int | None:
        """The exit status of the server, 128 + N after signal N; None while it runs."""
        return self._watcher.poll()

    def restarted(self) -> Replica:
        """The same server anew, once this one has ended."""
        self.ask_to_end()
        self.wait()
        return Replica(self.base_url, self._command, self._env, self.log)

    def raise_if_ended(self) -> None:
        """Raise LaunchError if the server has ended."""
        if self.status is not None:
            raise self.failure(f"ended with status {_described(self.status)}")

    def failure(self, problem: str) -> LaunchError:
        """The error for a problem of this server."""
        return LaunchError(
            f"the server at {self.base_url} {problem}; the end of its log:\n{self.end_of_log()}"
        )

    def check(self) -> bool:
        """Whether the server is ready; its health is not checked again once it was."""
        if not self.is_ready:
            client = SyncVllmClient(self.base_url, retry=None, timeout=_HEALTH_TIMEOUT)
            with client, suppress(VllmError):
                self.is_ready = client.health()
        return self.is_ready

    def ask_to_end(self) -> None:
        """Have the watcher end the server; `wait` follows. Does nothing in a forked child, or if
        it was asked before, as by a restart that was interrupted.
        """
        stdin = self._watcher.stdin
        if stdin is None or stdin.closed or os.getpid() != self._parent:
            return
        with suppress(OSError):  # the watcher has ended
            stdin.write(b"\n")  # a forked child may hold the pipe open, so closing is not enough
            stdin.flush()
        with suppress(OSError):
            stdin.close()

    def wait(self) -> None:
        """Return when the server and all its processes have ended."""
        self._watcher.wait()
        self._first_line()

    def _first_line(self) -> bytes:
        """The output of the watcher, which is the process id of the server; its pipe is closed."""
        pipe = self._watcher.stdout
        if pipe is not None and not pipe.closed:
            with pipe:
                self._line = pipe.readline()
        return self._line

    def end_of_log(self) -> str:
        """The last lines that the server wrote."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - _SHOWN_BYTES))
            text = log.read().decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-_SHOWN_LINES:])


def _described(status: int) -> str:
    """An exit status, with the name of the signal that it stands for."""
    try:
        return f"{status} ({signal.Signals(status - 128).name})"
    except ValueError:
        return str(status)
