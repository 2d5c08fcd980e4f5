"""One blocking HTTP/1.1 connection. `asyncio_/connection.py` is the async counterpart."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from math import inf
from time import monotonic

from ...errors import HttpError, IoError, IoTimeout, RequestError, VllmError
from ...http.http1 import ResponseHead, ResponseReader
from ...http.timeouts import Deadline
from ..connect_errors import not_connected
from ..polling import input_check
from ..tls import context_for
from .connecting import Connector

# CPython passes milliseconds to poll() as 32 bits, which would overflow.
_LONGEST_TIMEOUT = 1_000_000.0
_BUFFER_SIZE = 1 << 16
# Setting a socket's timeout is a system call. It is skipped if the current timeout is at most this
# many seconds too long.
_TIMEOUT_GRAIN = 0.1


class Connection:
    """Sends one request at a time and reads its answer. Any error closes the connection."""

    def __init__(self, connector: Connector, sock: socket.socket) -> None:
        self.closed = False
        self.served = 0  # the number of answers read to their end
        self._connector = connector
        self._socket = sock
        self._poll = None if _is_tls(sock) else input_check(sock.fileno())
        self._limit: float | None = -1.0  # the current timeout of the socket
        self._process = os.getpid()
        self._reader: ResponseReader | None = None
        self._unsent = False
        self._error: HttpError | None = None
        self._waiting = False

    @classmethod
    def open(cls, connector: Connector, wait: Deadline) -> Connection:
        """Connect, including the TLS handshake. Raises IoError, IoTimeout, RequestError."""
        address = connector.address
        sock = None
        try:
            context = context_for(address)
            sock = connector.connect(wait.until)
            if context is not None:
                sock.settimeout(_left(wait))
                sock = context.wrap_socket(sock, server_hostname=address.host)
        except TimeoutError as error:
            _close(sock)
            raise _not_sent(IoTimeout(f"{address}: {wait}", wait.clock, wait.seconds)) from error
        except OSError as error:
            _close(sock)
            raise not_connected(address, error) from error
        except UnicodeError as error:
            raise RequestError(f"{address.host!r} is not a valid host name") from error
        except BaseException:
            _close(sock)
            raise
        return cls(connector, sock)

    def request(
        self, method: str, request: bytes, wait: Deadline, *, decode: bool = True
    ) -> ResponseHead:
        """Send a whole request and return the head of its answer.

        Args:
            method: The HTTP method.
            request: The request, head and body.
            wait: The deadline.
            decode: Whether `read` undoes the content encoding of the body.

        Raises:
            IoError: The connection was lost; `IoTimeout` if the deadline passed.
            HttpError: The answer is not valid HTTP.
        """
        self.send(method, request, wait, decode=decode)
        return self.receive_head(wait)

    def send(self, method: str, request: bytes, wait: Deadline, *, decode: bool = True) -> None:
        """Send a whole request; `receive_head` follows. Raises IoError, IoTimeout, HttpError."""
        self._reader = ResponseReader(method, decode)
        if self.served and self._has_input():
            raise self._lost(OSError("closed while idle, or sent unsolicited data"))
        try:
            self._set_timeout(wait)
            sent = self._socket.send(request)
            if sent < len(request):
                self._send_rest(memoryview(request)[sent:], wait)
        except TimeoutError as error:
            raise self._timed_out(wait) from error
        except OSError as error:
            if not self._answered():
                raise self._lost(error) from error

    def receive_head(self, wait: Deadline) -> ResponseHead:
        """Return the head of the answer. Raises IoError, IoTimeout, HttpError."""
        while (head := self.take_head()) is None:
            self.more(wait)
        return head

    def take_head(self) -> ResponseHead | None:
        """Return the head of the answer if it has arrived, else None."""
        head = self._reading.head
        if head is not None:
            self._connector.has_answered = True
        return head

    def take_whole_body(self) -> bytes | None:
        """Return the body if all of it has arrived and it has no content encoding; else None."""
        return None if self._reader is None else self._reader.take_whole_body()

    def read(self, wait: Deadline) -> bytes:
        """Return the next bytes of the body; b"" at its end. Raises IoError or HttpError."""
        reader = self._reading
        while True:
            piece = reader.take()
            if piece:
                return piece
            if reader.complete:
                return b""
            self.more(wait)

    @property
    def tidy(self) -> bool:
        """Whether the answer was read completely, so that the connection can be reused."""
        reader = self._reader
        return (
            not self.closed
            and not self._unsent
            and reader is not None
            and reader.complete
            and reader.tidy
        )

    def rest(self) -> None:
        """Mark the connection as idle."""
        self._reader = None
        self.served += 1

    def close(self) -> None:
        """Close at once. The server stops generating; a thread blocked in a read wakes."""
        if self.closed:
            return
        self.closed = True
        # A forked child must not shut down its parent's connection.
        if self._process == os.getpid():
            with suppress(OSError):  # the connection may already be lost
                self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def needs_tls(self, error: BaseException, wait: Deadline) -> bool:
        """Return whether the server closed this plain connection because it speaks TLS.

        The server is probed only if that is possible: the address has never answered, and this new
        connection was closed without an answer.
        """
        connector, reader = self._connector, self._reader
        if connector.has_answered or connector.address.secure or self.served:
            return False
        if reader is None or reader.begun:
            return False
        lost = isinstance(error, IoError) and error.failure == "lost"
        return lost and connector.speaks_tls(wait.until)

    @property
    def _reading(self) -> ResponseReader:
        if self._reader is None:
            raise IoError("no request was sent on this connection")
        return self._reader

    def more(self, wait: Deadline) -> None:
        """Wait until data have arrived. Raises the error if the connection fails first."""
        if self._waiting:
            raise RequestError("another thread is reading this stream")
        if self._error is not None:
            raise self._error
        self._waiting = True
        try:
            self._set_timeout(wait)
            received = self._socket.recv(_BUFFER_SIZE)
        except TimeoutError as error:
            raise self._timed_out(wait) from error
        except OSError as error:
            raise self._lost(error) from error
        finally:
            self._waiting = False
        self._take_in(received)

    def _take_in(self, received: bytes) -> None:
        reader = self._reading
        try:
            if received:
                reader.feed(received)
            else:
                reader.feed_end()
        except HttpError as error:
            self._error = error  # raised when the data before the error have been read
        except IoError as error:
            error.died_in_pool = self._died_in_pool() and error.failure == "lost"
            raise

    def _send_rest(self, rest: memoryview, wait: Deadline) -> None:
        """Send the rest of a long request, and read an early answer meanwhile.

        A server may answer before it has read the whole request, and then stop reading it.
        """
        import selectors
        import ssl

        reader = self._reading
        self._socket.setblocking(False)
        self._limit = -1.0
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while rest and reader.head is None and self._error is None:
                left = _left(wait)
                ready = selector.select(left)
                if not ready:
                    raise TimeoutError
                try:
                    if ready[0][1] & selectors.EVENT_READ:
                        self._take_in(self._socket.recv(_BUFFER_SIZE))
                    else:
                        rest = rest[self._socket.send(rest) :]
                except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    continue  # only TLS protocol data were exchanged
        self._unsent = bool(rest)

    def _answered(self) -> bool:
        """Return whether the server sent the head of an answer before it closed the connection."""
        reader = self._reading
        self._unsent = True
        try:
            self._socket.settimeout(0)
            self._limit = -1.0
            while reader.head is None and self._error is None:
                self._take_in(self._socket.recv(_BUFFER_SIZE))
        except IoError as error:
            if error.failure == "tls":
                raise
            return False
        except (OSError, HttpError):
            return False
        return True

    def _has_input(self) -> bool:
        """Return whether an idle connection has data, EOF or an error, beyond TLS protocol data."""
        if self._poll is not None:
            return bool(self._poll())
        import ssl

        try:
            self._socket.settimeout(0)
            self._limit = -1.0
            return self._socket.recv(1) is not None
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        except OSError:
            return True

    def _set_timeout(self, wait: Deadline) -> None:
        if wait.until == inf:
            seconds = None
        else:
            seconds = wait.until - monotonic()
            if seconds <= 0:
                raise TimeoutError
            limit = self._limit
            if limit is not None and seconds <= limit <= seconds + _TIMEOUT_GRAIN:
                return
            seconds = min(seconds, _LONGEST_TIMEOUT)
        self._limit = seconds
        self._socket.settimeout(seconds)

    def _timed_out(self, wait: Deadline) -> IoTimeout:
        self.close()
        return IoTimeout(str(wait), wait.clock, wait.seconds)

    def _lost(self, error: OSError) -> VllmError:
        lost = IoError(f"the connection was lost: {error}")
        lost.died_in_pool = self._died_in_pool()
        self.close()
        return lost

    def _died_in_pool(self) -> bool:
        return self.served > 0 and not self._reading.begun


def _left(wait: Deadline) -> float | None:
    """Return the seconds left; None without a deadline. Raises TimeoutError after it."""
    if wait.until == inf:
        return None
    left = wait.until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _is_tls(sock: socket.socket) -> bool:
    return type(sock) is not socket.socket


def _close(sock: socket.socket | None) -> None:
    if sock is not None:
        sock.close()


def _not_sent(error: IoError) -> IoError:
    error.may_have_arrived = False
    return error
