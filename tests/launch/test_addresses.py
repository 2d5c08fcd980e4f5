"""Base URLs of servers, and ports reserved for them."""

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from vllm_client import RequestError
from vllm_client.launch import LaunchError
from vllm_client.launch.addresses import base_url, check_ports, hold_ports

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="ports are reserved only on Linux")


@pytest.fixture
def holding() -> Iterator[ExitStack]:
    with ExitStack() as holding:
        yield holding


def _bind(port: int, *, reuse: bool) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
        other.bind(("127.0.0.1", port))
        other.listen()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8/v1"),
        ("0.0.0.0", "http://127.0.0.1:8/v1"),
        ("::", "http://[::1]:8/v1"),
        ("fe80::1", "http://[fe80::1]:8/v1"),
    ],
)
def test_base_url(host: str, expected: str) -> None:
    assert base_url(host, 8) == expected


@only_linux
def test_only_servers_that_reuse_addresses_can_listen_on_a_reserved_port(
    holding: ExitStack,
) -> None:
    first, second = hold_ports("127.0.0.1", None, 2, holding)
    assert first != second
    with pytest.raises(OSError, match="in use"):
        _bind(first, reuse=False)
    for _ in range(2):  # a server and its restart
        _bind(first, reuse=True)

    holding.close()
    _bind(first, reuse=False)


def test_further_ports_follow_a_chosen_first_port(holding: ExitStack) -> None:
    with ExitStack() as briefly:
        (first,) = hold_ports("127.0.0.1", None, 1, briefly)
    assert hold_ports("127.0.0.1", first, 1, holding) == [first]


def test_a_port_in_use_is_rejected(holding: ExitStack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(LaunchError, match=rf"cannot listen at 127\.0\.0\.1:{port}: .* in use"):
            hold_ports("127.0.0.1", port, 1, holding)


def test_an_address_of_another_machine_is_rejected(holding: ExitStack) -> None:
    with pytest.raises(LaunchError, match=r"cannot listen at 192\.0\.2\.1:0"):
        hold_ports("192.0.2.1", None, 1, holding)


@pytest.mark.parametrize(("first", "count"), [(None, 9), (1, 1), (65_534, 2)])
def test_ports_in_range_are_accepted(first: int | None, count: int) -> None:
    check_ports(first, count)


@pytest.mark.parametrize(("first", "count"), [(0, 1), (-1, 1), (65_536, 1), (65_535, 2)])
def test_ports_out_of_range_are_rejected(first: int, count: int) -> None:
    with pytest.raises(RequestError, match="port: expected 1 to 65535"):
        check_ports(first, count)
