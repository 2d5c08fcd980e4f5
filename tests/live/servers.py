"""Real vLLM servers: running ones, or our own, which start when first requested."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import attrs

from tests.live.configurations import CONFIGURATIONS, Configuration
from vllm_client.launch import launch
from vllm_client.launch.command import serve_command
from vllm_client.launch.replica import Replica

SECONDS_TO_START = 600.0


class NoServer(Exception):
    """Neither a running server nor VLLM_PY was given."""


@attrs.frozen
class Address:
    """The address of a server: a URL, and a path if it is a Unix socket."""

    root: str
    uds: str | None = None

    @property
    def base_url(self) -> str:
        return f"{self.root}/v1"

    def get(self, path: str) -> str:
        """Return the answer to a GET; raise OSError unless its status is 200."""
        with closing(self._connection()) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read().decode()
        if answer.status != 200:
            raise ConnectionError(f"GET {path}: {answer.status} {text}")
        return text

    def _connection(self) -> HTTPConnection:
        if self.uds is not None:
            return _UnixConnection(self.uds)
        return HTTPConnection(urlsplit(self.root).netloc, timeout=60)

    def requests_running(self) -> int:
        """Return the number of running requests, from the server's metrics."""
        return self._metric("vllm:num_requests_running")

    def requests_finished(self) -> int:
        """Return the number of requests that have finished, without aborted ones."""
        return self._metric("vllm:request_success_total")

    def tokens_generated(self) -> int:
        """Return the number of tokens that the server has generated since its start."""
        return self._metric("vllm:generation_tokens_total")

    def _metric(self, name: str) -> int:
        """Return the sum of a metric over all its labels."""
        rows = re.findall(rf"^{name}\{{.*\}} ([0-9.e+]+)$", self.get("/metrics"), re.MULTILINE)
        assert rows, f"the server's metrics do not tell {name}"
        return sum(int(float(row)) for row in rows)


class _UnixConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class OwnServer:
    """A server that `launch` has started; it is ready when the constructor returns."""

    def __init__(self, served: Configuration, python: str) -> None:
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="vllm-live-")))
            self._launched = launch(
                served.model,
                args=served.args,
                env=served.env,
                python=python,
                logs=self._folder,
                timeout=SECONDS_TO_START,
            )
            (base_url,) = stack.enter_context(self._launched)
            self._running = stack.pop_all()
        self.address = Address(base_url.removesuffix("/v1"))

    def stop(self) -> None:
        """End the server with its engine and workers, first with SIGTERM."""
        self._running.close()

    @property
    def log(self) -> str:
        """Return the output of the server so far."""
        return (self._folder / "server-0.log").read_text(errors="replace")

    def signal_front_end(self, how: signal.Signals) -> None:
        """Send a signal to the API server's process only."""
        os.kill(self._launched.pids[0], how)

    def kill_engine(self) -> None:
        """Send SIGKILL to the engine's process."""
        os.kill(_child_named("VLLM::EngineCore", self._launched.pids[0]), signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class UnixServer:
    """A server on a Unix socket, for which `launch` has no base URL."""

    def __init__(self, served: Configuration, python: str) -> None:
        self._folder = TemporaryDirectory(prefix="vllm-live-")
        folder = Path(self._folder.name)
        self.address = Address("http://vllm", str(folder / "socket"))
        command = serve_command(served.model, "127.0.0.1", 0, served.args, python)
        command += ["--uds", str(folder / "socket")]
        self._replica = Replica(
            self.address.base_url, command, {**os.environ, **served.env}, folder / "log"
        )
        try:
            wait_until("the server is ready", self._is_ready, SECONDS_TO_START)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server with its engine and workers."""
        self._replica.ask_to_end()
        self._replica.wait()
        self._folder.cleanup()

    def _is_ready(self) -> bool:
        self._replica.raise_if_ended()
        try:
            self.address.get("/health")
        except (OSError, HTTPException):
            return False
        return True


# A server needs some 2 GB.
MAX_SERVERS = 6


class Servers:
    """One server for each configuration; `stop()` stops our own, but not those given by address.

    At most MAX_SERVERS of our own run; the least recently requested one is stopped for a new one.
    """

    def __init__(self) -> None:
        self._own: dict[str, OwnServer | UnixServer] = {}

    def address(self, config: str) -> Address:
        """Return the address of a configuration's server; raise NoServer if there is none."""
        running = os.environ.get(_variable(config))
        if running is not None:
            return _address_from(running)
        server = self._own.pop(config, None)
        if server is None:
            while len(self._own) >= MAX_SERVERS:
                self._own.pop(next(iter(self._own))).stop()
            kind = UnixServer if config == "chat-uds" else OwnServer
            server = kind(CONFIGURATIONS[config], python_for(config))
        self._own[config] = server  # move it to the end of the order of use
        return server.address

    def stop(self) -> None:
        for server in self._own.values():
            server.stop()


def start(config: str) -> OwnServer:
    """Start a new server, which the caller may kill. Raise NoServer if VLLM_PY is not set."""
    return OwnServer(CONFIGURATIONS[config], python_for(config))


def python_for(config: str) -> str:
    """Return the Python that has vLLM. Raise NoServer if VLLM_PY is not set."""
    python = os.environ.get("VLLM_PY")
    if python is None:
        raise NoServer(
            f"no vLLM for {config!r}: set VLLM_PY to a python that has vLLM, or "
            f"{_variable(config)} to a running server (see tests/live/README.md)"
        )
    return python


def wait_until(what: str, holds: Callable[[], bool], seconds: float = 60) -> None:
    """Return as soon as `holds()`; raise a TimeoutError with `what` if it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds} seconds still not true: {what}")
        time.sleep(0.1)  # polling without a pause would keep a busy server busy


def _variable(config: str) -> str:
    return "VLLM_LIVE_" + config.upper().replace("-", "_")


def _address_from(named: str) -> Address:
    if named.startswith("/"):
        return Address("http://vllm", uds=named)
    return Address(named.rstrip("/"))


def _child_named(name: str, parent: int) -> int:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent_of_this = int(stat.read_text().rpartition(")")[2].split()[1])
            command = (stat.parent / "cmdline").read_bytes()
        except FileNotFoundError:
            continue  # the process ended in the meantime
        if parent_of_this == parent and command.startswith(name.encode()):
            return int(stat.parent.name)
    raise LookupError(f"process {parent} has no child named {name}")
