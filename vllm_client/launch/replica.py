"""One vLLM server that this process runs."""

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
# Max bytes and lines of the end of a log in an error message.
_SHOWN_BYTES = 1 << 14
_SHOWN_LINES = 20


class Replica:
    """A server with its watcher process and its log. The constructor starts it."""

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
                start_new_session=True,  # so that Ctrl-C signals only this process
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
        """End this server, and start and return a new one with the same command and address."""
        self.ask_to_end()
        self.wait()
        return Replica(self.base_url, self._command, self._env, self.log)

    def raise_if_ended(self) -> None:
        """Raise LaunchError if the server has ended."""
        if self.status is not None:
            raise self.failure(f"ended with status {_described(self.status)}")

    def failure(self, problem: str) -> LaunchError:
        """Return the error for a problem of this server."""
        return LaunchError(
            f"the server at {self.base_url} {problem}; the end of its log:\n{self.end_of_log()}"
        )

    def check(self) -> bool:
        """Return whether the server is ready. Once it is, its health is not checked again."""
        if not self.is_ready:
            client = SyncVllmClient(self.base_url, retry=None, timeout=_HEALTH_TIMEOUT)
            with client, suppress(VllmError):
                self.is_ready = client.health()
        return self.is_ready

    def ask_to_end(self) -> None:
        """Tell the watcher to end the server, without waiting for it.

        In a forked child, or when called again, this does nothing.
        """
        stdin = self._watcher.stdin
        if stdin is None or stdin.closed or os.getpid() != self._parent:
            return
        # Send a line and close the pipe: if a forked child also has the pipe open, the watcher does
        # not see that it was closed. An OSError means that the watcher has already ended.
        with suppress(OSError):
            stdin.write(b"\n")
            stdin.flush()
        with suppress(OSError):
            stdin.close()

    def wait(self) -> None:
        """Wait until the server and all its processes have ended."""
        self._watcher.wait()
        self._first_line()

    def _first_line(self) -> bytes:
        """Read the process id of the server, which the watcher prints; then close the pipe."""
        pipe = self._watcher.stdout
        if pipe is not None and not pipe.closed:
            with pipe:
                self._line = pipe.readline()
        return self._line

    def end_of_log(self) -> str:
        """Return the last lines that the server wrote."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - _SHOWN_BYTES))
            text = log.read().decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-_SHOWN_LINES:])


def _described(status: int) -> str:
    """Format an exit status, with the name of the signal if a signal ended the process."""
    try:
        return f"{status} ({signal.Signals(status - 128).name})"
    except ValueError:
        return str(status)
