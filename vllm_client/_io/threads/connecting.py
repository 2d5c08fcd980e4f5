"""Connect sockets, blocking a thread. `asyncio_/connecting.py` is the async counterpart."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections import deque
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic

from ...http.address import Address
from ..connect_errors import failure_of, most_telling
from ..endpoints import (
    NEXT_ENDPOINT_SECONDS,
    Endpoint,
    endpoints_without_look_up,
    look_up,
    preferring,
)
from ..polling import writable
from ..tls import PROBE_SECONDS, client_hello, is_tls_answer
from .connect_limit import ConnectLimit

_UNDER_WAY = errno.EWOULDBLOCK if sys.platform == "win32" else errno.EINPROGRESS


class Connector:
    """Connects sockets to one address. Threads may share it.

    The endpoint that accepted the last connection is tried first the next time.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.has_answered = False  # whether any connection has received a valid HTTP response
        self._limit = ConnectLimit()
        self._speaks_tls: bool | None = None
        self._preferred: Endpoint | None = None

    def connect(self, until: float) -> socket.socket:
        """Return a connected socket. Raises OSError, TimeoutError, UnicodeError."""
        holds_place = self._limit.enter(until)
        try:
            endpoints = preferring(self._preferred, self._endpoints(until))
            sock, self._preferred = _first_connected(endpoints, until)
        except OSError as error:
            if failure_of(error) == "refused":
                self._limit.refused()
            raise
        finally:
            self._limit.leave(holds_place)
        self._limit.accepted()
        return sock

    def speaks_tls(self, until: float) -> bool:
        """Return whether a server that closed a plain connection without an answer speaks TLS.

        The server is probed once, and the result is kept, also that of a failed probe.
        """
        if self._speaks_tls is None:
            self._speaks_tls = False  # the result for concurrent callers during the probe
            self._speaks_tls = self._answers_in_tls(until)
        return self._speaks_tls

    def _answers_in_tls(self, until: float) -> bool:
        until = min(until, monotonic() + PROBE_SECONDS)
        try:
            with self.connect(until) as sock:
                sock.settimeout(_left(until))
                sock.sendall(client_hello())
                sock.settimeout(_left(until))
                return is_tls_answer(sock.recv(16))
        except OSError:
            return False

    def _endpoints(self, until: float) -> list[Endpoint]:
        known = endpoints_without_look_up(self.address)
        if known is not None:
            return known
        return looked_up(self.address, until)


def looked_up(address: Address, until: float) -> list[Endpoint]:
    """Resolve the name of an address.

    Raises:
        OSError: The name cannot be resolved.
        TimeoutError: It was not resolved before the monotonic time `until`.
        UnicodeError: The host is not a valid name.
    """
    answers: SimpleQueue[list[Endpoint] | Exception] = SimpleQueue()
    look_up(address, answers.put)
    try:
        found = answers.get(timeout=None if until == inf else _left(until))
    except Empty:
        raise TimeoutError from None
    if isinstance(found, Exception):
        raise found
    return found


def _first_connected(endpoints: list[Endpoint], until: float) -> tuple[socket.socket, Endpoint]:
    """Return a socket to the endpoint that accepts first.

    Connects are started one after the other, NEXT_ENDPOINT_SECONDS apart, and run concurrently
    (RFC 8305, "Happy Eyeballs").

    Raises:
        OSError: No endpoint accepted.
        TimeoutError: None accepted before the monotonic time `until`.
    """
    untried = deque(endpoints)
    trying: dict[int, tuple[socket.socket, Endpoint]] = {}
    errors: list[OSError] = []
    try:
        while untried or trying:
            if untried:
                _begin(untried.popleft(), trying, errors)
            pause = _left(until) if trying else 0.0
            for descriptor in writable(
                trying, min(pause, NEXT_ENDPOINT_SECONDS if untried else inf)
            ):
                sock, endpoint = trying.pop(descriptor)
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not code:
                    return sock, endpoint
                sock.close()
                errors.append(OSError(code, os.strerror(code)))
    finally:
        for sock, _ in trying.values():
            sock.close()
    raise most_telling(errors)


def _begin(
    endpoint: Endpoint, trying: dict[int, tuple[socket.socket, Endpoint]], errors: list[OSError]
) -> None:
    """Start a connect to one more endpoint; on failure append the error to `errors`."""
    try:
        sock = endpoint.new_socket()
        trying[sock.fileno()] = sock, endpoint
        code = sock.connect_ex(endpoint.address)
        if code not in (0, _UNDER_WAY):
            del trying[sock.fileno()]
            sock.close()
            raise OSError(code, os.strerror(code))
    except OSError as error:
        errors.append(error)


def _left(until: float) -> float:
    """Return the seconds left until a monotonic time. Raises TimeoutError if it has passed."""
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left
