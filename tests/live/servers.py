"""Real vLLM servers: those that are running already, or our own, started when first asked for."""

import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import attrs

HERE = Path(__file__).parent
SECONDS_TO_START = 600.0


class NoServer(Exception):
    """Neither a running server nor the means to start one was named."""


@attrs.frozen
class Address:
    """Where a server listens: a URL, and for a Unix socket its path, too."""

    root: str
    uds: str | None = None

    @property
    def base_url(self) -> str:
        return f"{self.root}/v1"

    def get(self, path: str) -> str:
        """The server's answer to a GET; OSError where there is none, or none of status 200."""
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
        """How many requests the engine is generating for, by the server's own metrics."""
        return self._metric("vllm:num_requests_running")

    def requests_finished(self) -> int:
        """How many requests have run to their end; those that were aborted are not counted."""
        return self._metric("vllm:request_success_total")

    def tokens_generated(self) -> int:
        """How many tokens the server has generated in its life."""
        return self._metric("vllm:generation_tokens_total")

    def _metric(self, name: str) -> int:
        """The sum of a metric over all its labels."""
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
    """A server in a process group of its own, ready when the constructor returns."""

    def __init__(
        self,
        config: str,
        python: str,
        script: Path = HERE / "serve.sh",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="vllm-live-")
        folder = Path(self._folder.name)
        self._log = folder / "log"
        port = _free_port()
        uds = str(folder / "socket") if config == "chat-uds" else None
        self.address = Address(f"http://127.0.0.1:{port}" if uds is None else "http://vllm", uds)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [script, config, str(port)],
                env={**os.environ, "VLLM_PY": python, "UDS": uds or "", **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_ready(config)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the server with its engine and workers; asks politely first."""
        self._process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._folder.cleanup()

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return self._log.read_text(errors="replace")

    def signal_front_end(self, how: signal.Signals) -> None:
        """Signals the process that speaks HTTP, and no other."""
        self._process.send_signal(how)

    def kill_engine(self) -> None:
        """SIGKILL for the process that generates, behind the one that speaks HTTP."""
        os.kill(_child_named("VLLM::EngineCore", self._process.pid), signal.SIGKILL)

    def _wait_until_ready(self, config: str) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{config} is not ready after {SECONDS_TO_START:.0f} seconds")
            try:
                self._process.wait(timeout=0.25)
            except subprocess.TimeoutExpired:
                continue
            raise ChildProcessError(f"{config} died:\n{self._end_of_log()}")

    def _answers(self) -> bool:
        try:
            self.address.get("/health")
        except (OSError, HTTPException):
            return False
        return True

    def _end_of_log(self) -> str:
        return "\n".join(self.log.splitlines()[-20:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


# One takes some 2 GB.
MAX_SERVERS = 6


class Servers:
    """One server for each configuration; ours are stopped by `stop()`, others are left alone.

    There are at most MAX_SERVERS of ours; the one that has not been asked for longest makes room.
    """

    def __init__(self) -> None:
        self._own: dict[str, OwnServer] = {}

    def address(self, config: str) -> Address:
        """Where the server of this configuration listens. NoServer if there can be none."""
        running = os.environ.get(_variable(config))
        if running is not None:
            return _address_from(running)
        server = self._own.pop(config, None)
        if server is None:
            while len(self._own) >= MAX_SERVERS:
                self._own.pop(next(iter(self._own))).stop()
            server = start(config)
        self._own[config] = server  # the last one now
        return server.address

    def stop(self) -> None:
        for server in self._own.values():
            server.stop()


def start(config: str) -> OwnServer:
    """A fresh server that the caller may kill. NoServer where VLLM_PY is not set."""
    python = os.environ.get("VLLM_PY")
    if python is None:
        raise NoServer(
            f"no vLLM for {config!r}: set VLLM_PY to a python that has vLLM, or "
            f"{_variable(config)} to a running server (see tests/live/README.md)"
        )
    return OwnServer(config, python)


def wait_until(what: str, holds: Callable[[], bool], seconds: float = 60) -> None:
    """Returns as soon as `holds()`; a TimeoutError that says `what` if it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds} seconds still not true: {what}")
        time.sleep(0.1)  # asking a busy server all the time would only keep it busy


def _variable(config: str) -> str:
    return "VLLM_LIVE_" + config.upper().replace("-", "_")


def _address_from(named: str) -> Address:
    if named.startswith("/"):
        return Address("http://vllm", uds=named)
    return Address(named.rstrip("/"))


def _free_port() -> int:
    """A port below those that the system gives to others while the server starts (32768 on)."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


def _child_named(name: str, parent: int) -> int:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent_of_this = int(stat.read_text().rpartition(")")[2].split()[1])
            command = (stat.parent / "cmdline").read_bytes()
        except FileNotFoundError:
            continue  # it ended while we were looking
        if parent_of_this == parent and command.startswith(name.encode()):
            return int(stat.parent.name)
    raise LookupError(f"process {parent} has no child named {name}")
