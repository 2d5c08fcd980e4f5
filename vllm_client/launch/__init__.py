"""Run vLLM servers during a `with` block.

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
    """Run vLLM servers during a `with` or `async with` block.

    The servers are ready when the block begins. They end with the block, on Ctrl-C, and when this
    process dies, even by `kill -9`. Each server has its own process group, and as many GPUs as the
    parallel sizes in `args` (tensor, pipeline, data …) require, by means of CUDA_VISIBLE_DEVICES.

    Args:
        model: The model to serve, as for `vllm serve`.
        replicas: The number of servers. Default: 1.
        args: Further arguments of `vllm serve`, for each server.
        env: Environment variables for the servers, in addition to those of this process.
        python: The Python interpreter that has vLLM. Default: the command `vllm` on the PATH, else
            this Python.
        host: The address to listen on.
        port: The port of the first server; the others use the next ports. Default: free ports.
        logs: A folder for the logs of the servers, `server-0.log` and so on. Default: a temporary
            folder, which is removed at the end.
        timeout: Max seconds until all servers are ready. Default: 600.

    Returns:
        A context manager. Its `as` variable is the list of the servers' base URLs.

    Raises:
        RequestError: An argument is invalid, or vLLM is not installed.
        LaunchError: Raised on entering the block: a port is in use, the logs cannot be written, or
            a server ended or was not ready in time.

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
    """vLLM servers that run during a `with` or `async with` block. Made by `launch`.

    Attributes:
        model: The model that they serve.
        replicas: The number of servers.
        args: Further arguments of `vllm serve`.
        env: Additional environment variables.
        python: The Python interpreter that has vLLM, if given.
        host: The address they listen on.
        port: The port of the first server, if given.
        logs: The folder for the logs, if given.
        timeout: Max seconds until all servers are ready.
    """

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
        """The base URL of each server; [] outside the block."""
        return [replica.base_url for replica in self._running]

    @property
    def pids(self) -> list[int]:
        """The process id of each server, which is also its process group id; [] outside the block.

        `os.killpg(servers.pids[0], signal.SIGKILL)` kills a server.
        """
        return [replica.pid for replica in self._running]

    def restart(self, number: int) -> None:
        """Restart a server under the same base URL; end it first if it is still running.

        This returns when the server is ready. In async code, call it by `asyncio.to_thread`.

        Args:
            number: The index of the server in the list of base URLs, from 0.

        Raises:
            RequestError: There is no such server, or this is called outside the block.
            LaunchError: The server ended or was not ready in time, or its log cannot be written.
        """
        with self._changing:
            self._running[number] = self._again(self._at(number))
        deadline = time.monotonic() + self.timeout
        while not self._is_back(number, deadline):
            time.sleep(_POLL_SECONDS)

    def wait(self, timeout: float | None = None) -> None:
        """Wait until a server ends, which raises LaunchError.

        Args:
            timeout: Seconds after which to return if all servers are still running. Default: wait
                forever.

        Raises:
            LaunchError: A server has ended.
        """
        deadline = inf if timeout is None else time.monotonic() + timeout
        while time.monotonic() < deadline:
            with self._changing:  # a restart in another thread must not look like an end
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
            raise RequestError(f"restart: there is no server {number!r} among {len(self._running)}")
        return self._running[number]

    def _again(self, replica: Replica) -> Replica:
        try:
            return replica.restarted()
        except OSError as error:
            raise LaunchError(f"logs: {error}") from error

    def _is_back(self, number: int, deadline: float) -> bool:
        """Return whether the server with this number is ready.

        If another thread has restarted it meanwhile, this is about the new process.

        Raises:
            LaunchError: The server ended, or was not ready in time.
        """
        with self._changing:
            return self._is_ready(self._at(number), deadline)

    def _are_ready(self, deadline: float) -> bool:
        """Return whether all servers are ready. Raises LaunchError."""
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
