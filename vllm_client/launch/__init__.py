"""Start vLLM servers that are ready when a `with` block begins, and end with it.

with launch("Qwen/Qwen3-0.6B", args=["--max-model-len", "8192"]) as servers:
    client = SyncVllmClient(servers[0])
"""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from math import inf
from pathlib import Path
from types import TracebackType

import attrs

from .. import RequestError, VllmError
from .command import gpus_per_replica, serve_command, visible_devices
from .replica import Replica

__all__ = ["Launch", "LaunchError", "launch"]

_POLL_SECONDS = 0.25
# Addresses of all interfaces, and the loopback address that reaches each.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class LaunchError(VllmError):
    """A server ended, or did not become ready. The message has the end of its log."""


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
    dies, even by `kill -9`. Each has a process group of its own, and as many GPUs as the
    tensor-parallel and pipeline-parallel sizes in `args` ask for: CUDA_VISIBLE_DEVICES is set.

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
        LaunchError: on entering the block: a server ended, or was not ready in time.

    Example:
        with launch("Qwen/Qwen3-0.6B", replicas=2) as servers:
            client = SyncVllmClient(servers[0])
    """
    if replicas < 1:
        raise RequestError(f"replicas: expected a number above 0, got {replicas!r}")
    gpus_per_replica(args)
    serve_command(model, host, port or 0, args, None if python is None else os.fspath(python))
    return Launch(
        model=model,
        replicas=replicas,
        args=tuple(args),
        env=dict(env or {}),
        python=None if python is None else os.fspath(python),
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
    _folder: ExitStack = attrs.field(init=False, factory=ExitStack)

    @property
    def base_urls(self) -> list[str]:
        """The base URL of each server; empty outside the block."""
        return [replica.base_url for replica in self._running]

    def wait(self, timeout: float | None = None) -> None:
        """Wait until a server ends.

        Args:
            timeout: seconds after which to return anyhow. Default: wait for ever.

        Raises:
            LaunchError: a server has ended.
        """
        deadline = inf if timeout is None else time.monotonic() + timeout
        while time.monotonic() < deadline:
            for replica in self._running:
                if replica.status is not None:
                    raise _ended(replica)
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
            await self._end_in_thread()
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._end_in_thread()

    def _start(self) -> None:
        """Start all servers. Raises RequestError, OSError."""
        if self._running:
            raise RequestError("these servers are running already")
        logs = self.logs
        if logs is None:
            logs = Path(self._folder.enter_context(tempfile.TemporaryDirectory(prefix="vllm-")))
        logs.mkdir(parents=True, exist_ok=True)
        try:
            for number, port in enumerate(self._ports()):
                self._running.append(self._started(number, port, logs / f"server-{number}.log"))
        except BaseException:
            self._end()
            raise

    def _started(self, number: int, port: int, log: Path) -> Replica:
        environment = {**os.environ, **self.env}
        size = gpus_per_replica(self.args)
        environment["CUDA_VISIBLE_DEVICES"] = visible_devices(environment, number, size)
        command = serve_command(self.model, self.host, port, self.args, self.python)
        return Replica(_base_url(self.host, port), command, environment, log)

    def _ports(self) -> list[int]:
        if self.port is not None:
            return [self.port + number for number in range(self.replicas)]
        with ExitStack() as all_at_once:  # so that all ports differ
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            listeners = [
                all_at_once.enter_context(socket.socket(family)) for _ in range(self.replicas)
            ]
            for listener in listeners:
                listener.bind((self.host, 0))
            return [listener.getsockname()[1] for listener in listeners]

    def _are_ready(self, deadline: float) -> bool:
        """Whether all servers are ready. Raises LaunchError."""
        for replica in self._running:
            if replica.status is not None:
                raise _ended(replica)
            if not replica.check() and time.monotonic() > deadline:
                raise _failure(f"was not ready after {self.timeout:g} s", replica)
        return all(replica.is_ready for replica in self._running)

    async def _end_in_thread(self) -> None:
        """End all servers; a cancellation meanwhile is raised when they have ended."""
        ending = asyncio.ensure_future(asyncio.to_thread(self._end))
        cancellation = None
        while not ending.done():
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError as error:
                cancellation = error
        if cancellation is not None:
            raise cancellation

    def _end(self) -> None:
        running, self._running = self._running, []
        for replica in running:
            replica.ask_to_end()
        for replica in running:
            replica.wait()
        self._folder.close()


def _base_url(host: str, port: int) -> str:
    """The base URL under which this machine reaches a server that listens on this address."""
    host = _EVERYWHERE.get(host, host)
    return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"


def _ended(replica: Replica) -> LaunchError:
    return _failure(f"ended with status {replica.status}", replica)


def _failure(what: str, replica: Replica) -> LaunchError:
    return LaunchError(
        f"the server at {replica.base_url} {what}; the end of its log:\n{replica.end_of_log()}"
    )
