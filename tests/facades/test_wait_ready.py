"""`wait_ready()` distinguishes absent, not ready, paused and ready servers."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pytest

from tests.facades.dialogue import PATIENCE
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from tests.facades.tls_front import TlsFront
from vllm_client import IoError, Readiness, RequestError
from vllm_client.testing import RawReply, SimulatedVllm

SHORT = 0.2
LONG = 30.0


@contextmanager
def _later(server: SimulatedVllm, requests: int) -> Iterator[None]:
    """Start or wake a server after the first check of the client."""
    waking = threading.Thread(target=_start_when_refused, args=(server, requests))
    waking.start()
    yield
    waking.join()


def _start_when_refused(server: SimulatedVllm, requests: int) -> None:
    if requests:
        server.wait_until(lambda: len(server.requests) >= requests)
        _post(server, "/resume")
    else:
        server.start()


def _post(server: SimulatedVllm, path: str) -> None:
    request = urllib.request.Request(server.root_url + path, method="POST")
    with urllib.request.urlopen(request) as answer:
        json.load(answer)


def test_ready_at_once(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    assert any_facade.client(server.base_url).wait_ready() is Readiness.READY


def test_absent(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    server.stop()
    client = any_facade.client(server.base_url)
    began = monotonic()
    readiness = client.wait_ready(timeout=SHORT)
    assert readiness is Readiness.ABSENT
    assert not readiness
    assert SHORT <= monotonic() - began < LONG


def test_not_ready(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    server.reply(*[RawReply(503)] * 100, path="/health")
    client = any_facade.client(server.base_url)
    assert Readiness.NOT_READY in (client.wait_ready(timeout=seconds) for seconds in PATIENCE)


def test_server_that_hangs_is_absent(facade: SyncFacade) -> None:
    with RawServer(Visit.wait_until_left) as server:
        began = monotonic()
        assert facade.client(server.base_url).wait_ready(timeout=SHORT) is Readiness.ABSENT
        assert monotonic() - began < LONG


@pytest.mark.parametrize("path", ["/sleep", "/pause"])
def test_paused(facade: SyncFacade, path: str) -> None:
    with SimulatedVllm(dev_mode=True) as server:
        client = facade.client(server.base_url)
        assert client.wait_ready() is Readiness.READY
        _post(server, path)
        assert Readiness.PAUSED in (client.wait_ready(timeout=seconds) for seconds in PATIENCE)


def test_wait_ready_waits_for_a_server_that_starts(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    server.stop()
    client = facade.client(server.base_url)
    with _later(server, requests=0):
        assert client.wait_ready(timeout=LONG) is Readiness.READY


def test_wait_ready_waits_for_a_server_that_wakes(facade: SyncFacade) -> None:
    with SimulatedVllm(dev_mode=True) as server:
        _post(server, "/pause")
        client = facade.client(server.base_url)
        with _later(server, requests=4):
            assert client.wait_ready(timeout=LONG) is Readiness.READY


def test_bad_certificate_is_raised(facade: SyncFacade, server: SimulatedVllm) -> None:
    with TlsFront(server) as front:
        began = monotonic()
        with pytest.raises(IoError, match=r"(?i)certificate"):
            facade.client(front.base_url).wait_ready(timeout=LONG)
        assert monotonic() - began < LONG


def test_closed_client_does_not_wait(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url)
    client.close()
    with pytest.raises(RequestError, match="the client is closed"):
        client.wait_ready(timeout=LONG)
