"""A server's endpoints: the addresses of its name, in the order to try them, and their sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from ..http.address import Address

# RFC 8305, 5: the "Connection Attempt Delay".
NEXT_ENDPOINT_SECONDS = 0.25

# A long generation is silent; a NAT or a load balancer forgets connections that are (some after
# 350 s), and then neither side learns that the other is gone. Dead after 60 + 4 * 15 s.
KEEPALIVE_IDLE_SECONDS = 60
_KEEPALIVE_INTERVAL_SECONDS = 15
_KEEPALIVE_PROBES = 4
_IDLE = "TCP_KEEPIDLE" if hasattr(socket, "TCP_KEEPIDLE") else "TCP_KEEPALIVE"  # macOS
_KEEPALIVE_OPTIONS = [
    (getattr(socket, name), value)
    for name, value in [
        (_IDLE, KEEPALIVE_IDLE_SECONDS),
        ("TCP_KEEPINTVL", _KEEPALIVE_INTERVAL_SECONDS),
        ("TCP_KEEPCNT", _KEEPALIVE_PROBES),
    ]
    if hasattr(socket, name)
]


class Endpoint(NamedTuple):
    """What a socket connects to."""

    family: int
    address: Any

    @property
    def is_local(self) -> bool:
        """Whether it is a Unix socket."""
        return isinstance(self.address, str)

    def new_socket(self) -> socket.socket:
        """A socket for it, which does not block. Raises OSError."""
        sock = socket.socket(self.family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            if not self.is_local:
                _set_tcp_options(sock)
        except BaseException:
            sock.close()
            raise
        return sock


def endpoints_without_look_up(address: Address) -> list[Endpoint] | None:
    """The endpoints of a Unix socket, a numeric address or localhost; None for any other name.

    Raises UnicodeError for what is no name.
    """
    if address.uds is not None:
        return [Endpoint(socket.AF_UNIX, address.uds)]
    # RFC 6761, 6.3: localhost is the loopback, without asking anybody
    if address.ip is None and address.host == "localhost":
        loopback = [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")]
        return [Endpoint(family, (host, address.port)) for family, host in loopback]
    try:
        return _endpoints(address, socket.AI_NUMERICHOST)
    except socket.gaierror:
        return None


def needs_look_up(address: Address) -> bool:
    """Whether its endpoints must be looked up."""
    try:
        return endpoints_without_look_up(address) is None
    except UnicodeError:
        return False


def first_family(endpoints: list[Endpoint]) -> list[str]:
    """The IP addresses of the family that the system prefers.

    A name with addresses of both families lists each server twice.
    """
    return [each.address[0] for each in endpoints if each.family == endpoints[0].family]


def look_up(address: Address, deliver: Callable[[list[Endpoint] | Exception], object]) -> None:
    """Have the name resolved in a thread of its own, which then calls `deliver`.

    The thread is no worker of a pool: nothing else in the program can keep it waiting, and a
    look-up that hangs (as one does that no name server answers) keeps nothing else waiting.
    """
    from threading import Thread

    def run() -> None:
        found: list[Endpoint] | Exception
        try:
            found = _looked_up(address)
        except Exception as error:
            found = error
        deliver(found)

    Thread(target=run, name=f"look-up of {address.host}", daemon=True).start()


def preferring(preferred: Endpoint | None, endpoints: list[Endpoint]) -> list[Endpoint]:
    """The endpoints with the preferred one first, if it is among them."""
    if preferred is None or preferred not in endpoints:
        return endpoints
    return [preferred, *(each for each in endpoints if each != preferred)]


def _looked_up(address: Address) -> list[Endpoint]:
    try:
        return _interleaved(_endpoints(address))
    except socket.gaierror:
        _raise_if_out_of_descriptors()
        raise


def _endpoints(address: Address, flags: int = 0) -> list[Endpoint]:
    host = address.ip or address.host
    found = socket.getaddrinfo(host, address.port, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys(Endpoint(each[0], each[4]) for each in found))


def _interleaved(endpoints: list[Endpoint]) -> list[Endpoint]:
    """The families in turn (RFC 8305, 4), the first one first; each in the system's order."""
    first = [each for each in endpoints if each.family == endpoints[0].family]
    others = [each for each in endpoints if each.family != endpoints[0].family]
    pairs = chain.from_iterable(zip_longest(first, others))
    return [each for each in pairs if each is not None]


def _raise_if_out_of_descriptors() -> None:
    """glibc needs a descriptor to look a name up, and without one says that the name is unknown."""
    socket.socket().close()


def _set_tcp_options(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE_OPTIONS:
        sock.setsockopt(socket.IPPROTO_TCP, option, value)
