"""The endpoints of a name: how they are resolved and ordered."""

from __future__ import annotations

import errno
import socket
from queue import SimpleQueue
from typing import Any

import pytest

from vllm_client._io import endpoints
from vllm_client._io.endpoints import (
    Endpoint,
    endpoints_without_look_up,
    first_family,
    look_up,
    needs_look_up,
    preferring,
)
from vllm_client.http.address import Address

V4, V6 = socket.AF_INET, socket.AF_INET6
A, B, C = Endpoint(V6, ("::a", 1, 0, 0)), Endpoint(V4, ("1.1.1.1", 1)), Endpoint(V4, ("2.2.2.2", 1))


def found(host: str) -> list[Endpoint] | Exception:
    delivered: SimpleQueue[Any] = SimpleQueue()
    look_up(Address(host, 1, secure=False), delivered.put)
    result: list[Endpoint] | Exception = delivered.get(timeout=20)
    return result


def resolving_to(monkeypatch: pytest.MonkeyPatch, *given: Endpoint) -> None:
    infos = [(each.family, socket.SOCK_STREAM, 6, "", each.address) for each in given]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)


@pytest.mark.parametrize(
    ("host", "family", "address"),
    [("127.0.0.1", V4, ("127.0.0.1", 80)), ("::1", V6, ("::1", 80, 0, 0))],
)
def test_numeric_address_needs_no_look_up(host: str, family: int, address: Any) -> None:
    assert endpoints_without_look_up(Address(host, 80, secure=False)) == [Endpoint(family, address)]


def test_localhost_is_the_loopback_in_both_families() -> None:
    known = endpoints_without_look_up(Address("localhost", 80, secure=False))

    assert known == [Endpoint(V6, ("::1", 80)), Endpoint(V4, ("127.0.0.1", 80))]


def test_unix_socket_needs_no_look_up() -> None:
    known = endpoints_without_look_up(Address("h", 80, secure=False, uds="/tmp/s"))

    assert known == [Endpoint(socket.AF_UNIX, "/tmp/s")]
    assert known[0].is_local


def test_other_names_have_to_be_looked_up() -> None:
    assert endpoints_without_look_up(Address("some.test", 80, secure=False)) is None


def test_invalid_name_is_an_error() -> None:
    with pytest.raises(UnicodeError):
        endpoints_without_look_up(Address("a..b", 80, secure=False))


@pytest.mark.parametrize(
    ("given", "order"),
    [
        ([A], [A]),
        ([B, C], [B, C]),
        ([B, C, A], [B, A, C]),
        ([A, B, C], [A, B, C]),
        ([B, B, A], [B, A]),
    ],
)
def test_families_are_interleaved_beginning_with_the_systems_first(
    monkeypatch: pytest.MonkeyPatch, given: list[Endpoint], order: list[Endpoint]
) -> None:
    resolving_to(monkeypatch, *given)

    assert found("some.test") == order


def test_error_of_a_look_up_is_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    error = socket.gaierror(socket.EAI_NONAME, "not known")

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    assert found("some.test") is error


def test_lack_of_descriptors_is_not_reported_as_unknown_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    def exhausted(*_: object) -> None:
        raise OSError(errno.EMFILE, "too many")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    monkeypatch.setattr(endpoints.socket, "socket", exhausted)
    result = found("some.test")

    assert isinstance(result, OSError)
    assert result.errno == errno.EMFILE


def test_preferred_endpoint_comes_first_if_the_name_still_has_it() -> None:
    assert preferring(None, [A, B, C]) == [A, B, C]
    assert preferring(C, [A, B, C]) == [C, A, B]
    assert preferring(C, [A, B]) == [A, B]


def test_socket_that_cannot_be_set_up_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: socket.socket) -> None:
        raise OSError(errno.EINVAL, "no such option")

    monkeypatch.setattr(endpoints, "_set_tcp_options", fail)

    with pytest.raises(OSError, match="no such option"):
        B.new_socket()  # a socket left open would cause a ResourceWarning


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "a..b"])
def test_localhost_addresses_and_invalid_names_need_no_look_up(name: str) -> None:
    assert not needs_look_up(Address(name, 80, secure=False))


def test_another_name_needs_a_look_up_unless_its_address_is_known() -> None:
    assert needs_look_up(Address("some.test", 80, secure=False))
    known = Address("localhost", 80, secure=False, ip="127.0.0.2")
    assert endpoints_without_look_up(known) == [Endpoint(socket.AF_INET, ("127.0.0.2", 80))]


def test_addresses_of_one_family_are_used_as_servers() -> None:
    endpoints = [
        Endpoint(socket.AF_INET6, ("fe80::1", 80, 0, 0)),
        Endpoint(socket.AF_INET, ("10.0.0.1", 80)),
        Endpoint(socket.AF_INET6, ("fe80::2", 80, 0, 0)),
    ]
    assert first_family(endpoints) == ["fe80::1", "fe80::2"]
