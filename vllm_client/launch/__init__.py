"""Start vLLM servers that are ready when a `with` block begins, and end with it.

with launch("Qwen/Qwen3-0.6B", args=["--max-model-len", "8192"]) as servers:
    client = SyncVllmClient(servers)
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from math import inf
from pathlib import Path
from types import TracebackType

import attrs

from .. import RequestError
from .._io.event_loops import uninterrupted
from .addresses import base_url, check_ports, hold_ports
from .command import gpus_per_replica, serve_command, visible_devices
from .errors import LaunchError
from .replica import Replica

__all__ = ["Launch", "LaunchError", "launch"]

_POLL_SECONDS = 0.25


def launch(
    model: str,
    *,
    replicas: int = 1,
    args: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    python: str | os.PathLike[str] | None = None,
    host: str = "127.0.0.1",
    port: int | None = None,
    logs: str | os.PathLike[str] | None = None,
    timeout: float = 600.0,
) -> Launch:
    """Run vLLM servers during a `with` or `async with` block, which gives their base URLs.

    They are ready when the block begins. They end with the block, on Ctrl-C, and when this process
    dies, even by `kill -9`. Each has a process group of its own, and as many GPUs as the parallel
    sizes in `args` (tensor, pipeline, data …) ask for: CUDA_VISIBLE_DEVICES is set.

    Args:
        model: the model to serve, as `vllm serve` takes it.
        replicas: the number of servers.
        args: further arguments of `vllm serve`, for each server.
        env: environment variables for the servers, beside those of this process.
        python: the Python that has vLLM. Default: the command `vllm` on the PATH, else this Python.
        host: the address to listen on.
        port: the port of the first server; the others get the next ones. Default: free ports.
        logs: a folder for the servers' logs, `server-0.log` and so on. Default: a temporary
            folder, which is removed at the end.
        timeout: seconds until all servers must be ready.

    Raises:
        RequestError: an argument is wrong, or vLLM is not installed.
        LaunchError: on entering the block: a port is in use, logs cannot be written, or a server
            ended, or was not ready in time.

    Example:
        with launch("Qwen/Qwen3-0.6B", replicas=2) as servers:
            client = SyncVllmClient(servers)
    """
    if replicas < 1:
        raise RequestError(f"replicas: expected a number above 0, got {replicas!r}")
    check_ports(port, replicas)
    given = None if python is None else os.fspath(python)
    serve_command(model, host, port or 0, args, given)
    visible_devices({**os.environ, **(env or {})}, replicas - 1, gpus_per_replica(args))
    return Launch(
        model=model,
        replicas=replicas,
        args=tuple(args),
        env=dict(env or {}),
        python=given,
        host=host,
        port=port,
        logs=None if logs is None else Path(logs),
        timeout=timeout,
    )


@attrs.define(eq=False)
class Launch:
    """Servers that `launch` starts when its block is entered, `with` or `async with`."""

    model: str
    replicas: int
    args: tuple[str, ...]
    env: dict[str, str]
    python: str | None
    host: str
    port: int | None
    logs: Path | None
    timeout: float
    _running: list[Replica] = attrs.field(init=False, factory=list)
    _held: ExitStack = attrs.field(init=False, factory=ExitStack)
    _changing: threading.Lock = attrs.field(init=False, factory=threading.Lock)

    @property
    def base_urls(self) -> list[str]:
        """The base URL of each server; empty outside the block."""
        return [replica.base_url for replica in self._running]

    @property
    def pids(self) -> list[int]:
        """The process id of each server, which is also the id of its process group; empty outside
        the block. `os.killpg(servers.pids[0], signal.SIGKILL)` ends one without notice.
        """
        return [replica.pid for replica in self._running]

    def restart(self, number: int) -> None:
        """Start a server again, under the same base URL. It is ended first if it still runs.

        Returns when it is ready. From async code, call it by `asyncio.to_thread`.

        Args:
            number: its place in the list of base URLs, from 0.

        Raises:
            RequestError: there is no such server, or it is not within the block.
            LaunchError: it ended, was not ready in time, or its log cannot be written.
        """
        with self._changing:
            self._running[number] = self._again(self._at(number))
        deadline = time.monotonic() + self.timeout
        while not self._is_back(number, deadline):
            time.sleep(_POLL_SECONDS)

    def wait(self, timeout: float | None = None) -> None:
        """Wait until a server ends.

        Args:
            timeout: seconds after which to return even if all servers run. Default: wait for ever.

        Raises:
            LaunchError: a server has ended.
        """
        deadline = inf if timeout is None else time.monotonic() + timeout
        while time.monotonic() < deadline:
            with self._changing:  # one that is being started again has not ended
                for replica in self._running:
                    replica.raise_if_ended()
            time.sleep(_POLL_SECONDS)

    def __enter__(self) -> list[str]:
        self._start()
        deadline = time.monotonic() + self.timeout
        try:
            while not self._are_ready(deadline):
                time.sleep(_POLL_SECONDS)
        except BaseException:
            self._end()
            raise
        return self.base_urls

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    async def __aenter__(self) -> list[str]:
        self._start()
        deadline = time.monotonic() + self.timeout
        try:
            while True:
                if await asyncio.to_thread(self._are_ready, deadline):
                    return self.base_urls
                await asyncio.sleep(_POLL_SECONDS)
        except BaseException:
            await uninterrupted(asyncio.to_thread(self._end))
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await uninterrupted(asyncio.to_thread(self._end))

    def _start(self) -> None:
        """Start all servers. Raises RequestError, LaunchError."""
        if self._running:
            raise RequestError("these servers are running already")
        try:
            ports = hold_ports(self.host, self.port, self.replicas, self._held)
            logs = self._log_folder()
            for number, port in enumerate(ports):
                self._running.append(self._started(number, port, logs / f"server-{number}.log"))
        except OSError as error:
            self._end()
            raise LaunchError(f"logs: {error}") from error
        except BaseException:
            self._end()
            raise

    def _log_folder(self) -> Path:
        logs = self.logs
        if logs is None:
            logs = Path(self._held.enter_context(tempfile.TemporaryDirectory(prefix="vllm-")))
        logs.mkdir(parents=True, exist_ok=True)
        return logs

    def _started(self, number: int, port: int, log: Path) -> Replica:
        environment = {**os.environ, **self.env}
        size = gpus_per_replica(self.args)
        environment["CUDA_VISIBLE_DEVICES"] = visible_devices(environment, number, size)
        command = serve_command(self.model, self.host, port, self.args, self.python)
        return Replica(base_url(self.host, port), command, environment, log)

    def _at(self, number: int) -> Replica:
        if not 0 <= number < len(self._running):
            raise RequestError(f"restart: no server {number!r} of {len(self._running)} runs")
        return self._running[number]

    def _again(self, replica: Replica) -> Replica:
        try:
            return replica.restarted()
        except OSError as error:
            raise LaunchError(f"logs: {error}") from error

    def _is_back(self, number: int, deadline: float) -> bool:
        """Whether a server is ready, even if another thread has started it again meanwhile."""
        with self._changing:
            return self._is_ready(self._at(number), deadline)

    def _are_ready(self, deadline: float) -> bool:
        """Whether all servers are ready. Raises LaunchError."""
        for replica in self._running:
            replica.raise_if_ended()
        return all(self._is_ready(replica, deadline) for replica in self._running)

    def _is_ready(self, replica: Replica, deadline: float) -> bool:
        replica.raise_if_ended()
        if not replica.check() and time.monotonic() > deadline:
            raise replica.failure(f"was not ready after {self.timeout:g} s")
        return replica.is_ready

    def _end(self) -> None:
        with self._changing:
            running, self._running = self._running, []
            for replica in running:
                replica.ask_to_end()
            for replica in running:
                replica.wait()
            self._held.close()
