"""Both clients on real loopback sockets. Tests must not hang or leave sockets open."""

from __future__ import annotations

import gc
import os
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.facades.drivers import FACADES, SyncFacade
from tests.facades.mounted import KINDS, Mounting
from vllm_client.testing import SimulatedVllm

# Max seconds for each of these tests; a test that takes longer hangs.
MAX_TEST_SECONDS = 60

Names = dict[str, list[str]]
"""Host name -> its addresses; a name without addresses is unknown."""

_DESCRIPTORS = Path("/proc/self/fd")
_CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Hung(BaseException):
    """Raised in a test that hangs; a BaseException, so that the client does not catch it."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise Hung if the block takes longer, on systems that support it."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def hang(*_: object) -> None:
        raise Hung(f"still at it after {seconds} s")

    before = signal.signal(signal.SIGALRM, hang)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    with bounded(MAX_TEST_SECONDS):
        yield


def open_sockets() -> int:
    """Return the number of open sockets of this process; 0 on systems that do not report it."""
    if not _DESCRIPTORS.exists():
        return 0
    found = 0
    for entry in os.listdir(_DESCRIPTORS):
        try:
            found += os.readlink(_DESCRIPTORS / entry).startswith("socket:")
        except FileNotFoundError:
            continue  # the descriptor that the listing itself opens
    return found


@pytest.fixture(autouse=True)
def _no_socket_is_left_open(_bounded: None) -> Iterator[None]:
    before = open_sockets()
    yield
    if open_sockets() > before:
        gc.collect()
    assert open_sockets() <= before


@pytest.fixture
def server(_no_socket_is_left_open: None) -> Iterator[SimulatedVllm]:
    with SimulatedVllm() as server:
        yield server


def _facade(name: str, transport: str = "") -> Iterator[SyncFacade]:
    # httpx loads the certificates of the system for each client, which takes longer than a test
    over_httpx = {"transport": transport, "ssl_context": _CONTEXT} if transport else {}
    facade = FACADES[name](**over_httpx)
    try:
        yield facade
    finally:
        facade.close()


@pytest.fixture(params=FACADES)
def facade(request: pytest.FixtureRequest, _no_socket_is_left_open: None) -> Iterator[SyncFacade]:
    """Create clients of either kind."""
    yield from _facade(request.param)


@pytest.fixture(params=[*FACADES, *(f"{name} over httpx" for name in FACADES)])
def any_facade(
    request: pytest.FixtureRequest, _no_socket_is_left_open: None
) -> Iterator[SyncFacade]:
    """Create clients of either kind, with the built-in transport or httpx."""
    name, _, transport = request.param.partition(" over ")
    yield from _facade(name, transport)


@pytest.fixture(params=FACADES)
def facade_over_httpx(
    request: pytest.FixtureRequest, _no_socket_is_left_open: None
) -> Iterator[SyncFacade]:
    """Create clients of either kind that send through httpx."""
    yield from _facade(request.param, "httpx")


@pytest.fixture
def client(facade: SyncFacade, server: SimulatedVllm) -> Any:
    """A client of the server."""
    return facade.client(server.base_url)


@pytest.fixture(params=KINDS)
def mounting(request: pytest.FixtureRequest, _no_socket_is_left_open: None) -> Mounting:
    """Create sync and async clients of httpx and httpx2 on the mounted transport."""
    return Mounting(*KINDS[request.param])


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """The host names that the patched resolver knows."""
    known: Names = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *_: object, flags: int = 0, **options: Any) -> Any:
        if flags & socket.AI_NUMERICHOST or host not in known:
            return real(host, port, flags=flags, **options)
        if not known[host]:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known
