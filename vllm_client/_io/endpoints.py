"""Resolve a server's name to endpoints, order them for connecting, and create their sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from ..http.address import Address

# The "Connection Attempt Delay" of RFC 8305, section 5.
NEXT_ENDPOINT_SECONDS = 0.25

# No bytes are sent during a long generation. A NAT or load balancer drops idle connections (some
# after 350 s), and then neither side notices that the other is gone. TCP keep-alive prevents this,
# and reports a dead peer after 60 + 4 * 15 s.
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
    """An address that a socket connects to, with its address family."""

    family: int
    address: Any

    @property
    def is_local(self) -> bool:
        """Whether it is a Unix socket."""
        return isinstance(self.address, str)

    def new_socket(self) -> socket.socket:
        """Return a new non-blocking socket for this endpoint. Raises OSError."""
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
    """Return the endpoints of a Unix socket, a numeric address or localhost; None for other names.

    Raises:
        UnicodeError: The host is not a valid name.
    """
    if address.uds is not None:
        return [Endpoint(socket.AF_UNIX, address.uds)]
    # RFC 6761, section 6.3: localhost is the loopback address, without a DNS query
    if address.ip is None and address.host == "localhost":
        loopback = [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")]
        return [Endpoint(family, (host, address.port)) for family, host in loopback]
    try:
        return _endpoints(address, socket.AI_NUMERICHOST)
    except socket.gaierror:
        return None


def needs_look_up(address: Address) -> bool:
    """Return whether finding the endpoints requires name resolution."""
    try:
        return endpoints_without_look_up(address) is None
    except UnicodeError:
        return False


def first_family(endpoints: list[Endpoint]) -> list[str]:
    """Return the IP addresses of the address family that the system prefers.

    A name with both IPv4 and IPv6 addresses lists each server twice.
    """
    return [each.address[0] for each in endpoints if each.family == endpoints[0].family]


def look_up(address: Address, deliver: Callable[[list[Endpoint] | Exception], object]) -> None:
    """Resolve the name in a new thread, which then calls `deliver` with the result or the error.

    The thread does not belong to a pool. So a busy pool does not delay the look-up, and a look-up
    that hangs because no name server answers does not block other work of a pool.
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
    """Return the endpoints with the preferred one first, if it is among them."""
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
    """Interleave address families (RFC 8305, section 4), beginning with that of the first endpoint.

    Within each family the system's order is kept.
    """
    first = [each for each in endpoints if each.family == endpoints[0].family]
    others = [each for each in endpoints if each.family != endpoints[0].family]
    pairs = chain.from_iterable(zip_longest(first, others))
    return [each for each in pairs if each is not None]


def _raise_if_out_of_descriptors() -> None:
    # Without a free descriptor glibc cannot resolve a name, and reports it as unknown.
    socket.socket().close()


def _set_tcp_options(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE_OPTIONS:
        sock.setsockopt(socket.IPPROTO_TCP, option, value)
