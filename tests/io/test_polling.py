"""Checking whether sockets are readable or writable, with poll() and with select() only."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import suppress
from math import inf

import pytest

from vllm_client._io.polling import input_check, writable


@pytest.fixture(params=["poll", "select"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "select":
        monkeypatch.delattr(select, "poll", raising=False)


@pytest.fixture
def pair(_way: None) -> Iterator[tuple[socket.socket, socket.socket]]:
    left, right = socket.socketpair()
    with left, right:
        yield left, right


def test_input_and_end_are_reported(pair: tuple[socket.socket, socket.socket]) -> None:
    left, right = pair
    has_input = input_check(left.fileno())

    assert not has_input()
    right.send(b"x")
    assert has_input()
    left.recv(1)
    assert not has_input()
    right.close()
    assert has_input()


def test_connected_socket_is_writable(pair: tuple[socket.socket, socket.socket]) -> None:
    left, right = pair

    assert sorted(writable([left.fileno(), right.fileno()], inf)) == sorted(
        [left.fileno(), right.fileno()]
    )


def test_full_socket_is_not_writable_before_the_timeout(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    left, _ = pair
    left.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            left.send(bytes(1 << 16))

    assert writable([left.fileno()], 0.01) == []
