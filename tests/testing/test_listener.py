"""Connections from accept to stop: none is lost, even while the server stops."""

import errno
import gc
import socket
import threading
from contextlib import suppress

import pytest

from tests.testing.restarts import MAX_STOP, restarts_under_traffic
from tests.testing.wire import ask, connect
from vllm_client.testing import SimulatedVllm


def test_restarts_under_traffic_leak_no_thread_and_lose_no_request(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    died: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", died.append)
    threads = threading.active_count()

    traffic, slowest_stop = restarts_under_traffic(times=30)

    gc.collect()  # asyncio logs "Task was destroyed but it is pending" on collection
    assert died == []
    assert traffic.unexpected == []
    assert traffic.outcomes["answer"] > 30
    assert slowest_stop < MAX_STOP
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []
    assert threading.active_count() == threads


def test_stop_closes_connections_that_were_never_served() -> None:
    for _ in range(50):
        server = SimulatedVllm()
        server.start()
        # The loop has accepted some of these; the others are pending in the kernel.
        clients = [connect(server) for _ in range(20)]
        server.stop()
        for client in clients:
            with client:
                client.settimeout(MAX_STOP)
                _read_end(client)
        assert server.connections == 0


def _read_end(client: socket.socket) -> None:
    with suppress(ConnectionResetError):
        assert client.recv(1) == b""


def test_server_out_of_descriptors_accepts_later(monkeypatch: pytest.MonkeyPatch) -> None:
    fails = [OSError(errno.EMFILE, "Too many open files")] * 2
    accept = socket.socket.accept

    def failing(listener: socket.socket) -> tuple[socket.socket, object]:
        if fails:
            raise fails.pop()
        return accept(listener)

    monkeypatch.setattr(socket.socket, "accept", failing)
    with SimulatedVllm() as server:
        assert ask(server, "GET", "/health").status == 200
    assert fails == []


def test_server_out_of_descriptors_can_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = threading.Event()

    def failing(listener: socket.socket) -> tuple[socket.socket, object]:
        tried.set()
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket.socket, "accept", failing)
    with SimulatedVllm() as server, connect(server) as client:
        assert tried.wait(MAX_STOP)
        server.stop()
        client.settimeout(MAX_STOP)
        _read_end(client)
