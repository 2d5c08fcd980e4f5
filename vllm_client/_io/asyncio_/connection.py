"""One HTTP/1.1 connection in asyncio. `threads/connection.py` is the sync counterpart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import cast

from ...errors import HttpError, IoError, IoTimeout, RequestError, VllmError
from ...http.http1 import ResponseHead, ResponseReader
from ...http.timeouts import Deadline
from ..connect_errors import not_connected
from ..polling import input_check
from ..tls import context_for
from .connecting import Connector

# Backpressure: with more unread bytes than this, reading from the socket is paused.
_MAX_BUFFERED_BYTES = 1 << 18
# A server may send TLS session tickets at any time. Before a connection is reused, they are read in
# at most this number of iterations of the event loop.
_MAX_ROUNDS_OF_TLS_INPUT = 4


class Connection(asyncio.BufferedProtocol):
    """Sends one request at a time and reads its answer. Any error closes the connection."""

    def __init__(self, connector: Connector, buffer: memoryview) -> None:
        self.closed = False
        self.served = 0  # the number of answers read to their end
        self._connector = connector
        self._buffer = buffer
        self.loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._has_input: Callable[[], object] = bool
        self._reader: ResponseReader | None = None
        self._error: VllmError | None = None
        self._paused = False
        self._waiter: asyncio.Future[None] | None = None
        # One timer serves many waits: it keeps running when data arrive, and is set again only
        # when it fires. So a wait does not create a timer.
        self._until = inf
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf

    @classmethod
    async def open(cls, connector: Connector, buffer: memoryview, wait: Deadline) -> Connection:
        """Connect, including the TLS handshake. Raises IoError, IoTimeout, RequestError."""
        address = connector.address
        try:
            async with asyncio.timeout(None if wait.until == inf else wait.until - monotonic()):
                return await cls._opened(connector, buffer, wait)
        except TimeoutError as error:
            raise _not_sent(IoTimeout(f"{address}: {wait}", wait.clock, wait.seconds)) from error
        except OSError as error:
            raise not_connected(address, error) from error
        except UnicodeError as error:
            raise RequestError(f"{address.host!r} is not a valid host name") from error

    @classmethod
    async def _opened(cls, connector: Connector, buffer: memoryview, wait: Deadline) -> Connection:
        loop, address = asyncio.get_running_loop(), connector.address
        context = context_for(address)
        hostname = address.host if context is not None else None
        sock = await connector.connect(wait.until)
        wrap = loop.create_connection if address.uds is None else loop.create_unix_connection
        try:
            _, made = await wrap(
                lambda: cls(connector, buffer), sock=sock, ssl=context, server_hostname=hostname
            )
        except BaseException:
            sock.close()
            raise
        return made

    async def request(
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
        await self.send(method, request, wait, decode=decode)
        return await self.receive_head(wait)

    async def send(
        self, method: str, request: bytes, wait: Deadline, *, decode: bool = True
    ) -> None:
        """Send a whole request; `receive_head` follows. Raises IoError, IoTimeout, HttpError."""
        if self.served and self._has_input():
            await self._take_idle_input()
        self._reader = ResponseReader(method, decode)
        if self._transport is None or self.closed:
            error = _not_sent(IoError("the connection closed before the request was sent"))
            error.died_in_pool = self.served > 0
            raise error
        self._transport.write(request)

    async def receive_head(self, wait: Deadline) -> ResponseHead:
        """Return the head of the answer. Raises IoError, IoTimeout, HttpError."""
        while (head := self.take_head()) is None:
            await self.more(wait)
        return head

    def take_head(self) -> ResponseHead | None:
        """Return the head of the answer if it has arrived, else None."""
        head = self._reading.head
        if head is not None:
            self._connector.has_answered = True
        return head

    def take_whole_body(self) -> bytes | None:
        """Return the body if all of it has arrived and it has no content encoding; else None."""
        body = None if self._reader is None else self._reader.take_whole_body()
        if body is not None:
            self._resume()
        return body

    async def read(self, wait: Deadline) -> bytes:
        """Return the next bytes of the body; b"" at its end. Raises IoError or HttpError."""
        reader = self._reading
        while True:
            piece = reader.take()
            if piece:
                self._resume()
                return piece
            if reader.complete:
                return b""
            await self.more(wait)

    @property
    def tidy(self) -> bool:
        """Whether the answer was read completely, so that the connection can be reused."""
        reader, transport = self._reader, self._transport
        return (
            not self.closed
            and reader is not None
            and reader.complete
            and reader.tidy
            and transport is not None
            and not transport.get_write_buffer_size()
        )

    def rest(self) -> None:
        """Mark the connection as idle."""
        self._reader = None
        self.served += 1

    def close(self) -> None:
        """Close at once. The server notices, and stops generating."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.closed:
            return
        self.closed = True
        if self._transport is not None and not self.loop.is_closed():
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Implement `asyncio.BufferedProtocol`: store the transport."""
        self._transport = cast(asyncio.Transport, transport)
        self._has_input = input_check(transport.get_extra_info("socket").fileno())

    def get_buffer(self, sizehint: int) -> memoryview:
        """Implement `asyncio.BufferedProtocol`: return the buffer to read into."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Implement `asyncio.BufferedProtocol`: feed the received bytes to the reader."""
        reader = self._reader
        if reader is None:  # unsolicited data on an idle connection
            self.close()
            return
        try:
            reader.feed(bytes(self._buffer[:nbytes]))
        except (HttpError, IoError) as error:
            self._error = error
            self.close()
        if (
            reader.buffered > _MAX_BUFFERED_BYTES
            and self._transport is not None
            and not self._paused
        ):
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """Implement `asyncio.BufferedProtocol`: close the connection when the server did."""
        if self._transport is not None:
            self._transport.abort()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Implement `asyncio.BufferedProtocol`: fail an incomplete answer. Called exactly once."""
        reader = self._reader
        if reader is not None and self._error is None and not reader.complete:
            self._error = self._lost(exc)
        self.close()
        self._transport = None
        self._wake()

    async def _take_idle_input(self) -> None:
        """Close an idle connection whose socket has input, unless that is only TLS session tickets.

        The event loop was busy and has not read the input yet. With TLS, let it read now:
        `buffer_updated` closes the connection on application data, but not on session tickets.
        """
        transport = self._transport
        if transport is not None and transport.get_extra_info("sslcontext") is not None:
            for _ in range(_MAX_ROUNDS_OF_TLS_INPUT):
                await asyncio.sleep(0)
                if self.closed or not self._has_input():
                    return
        self.close()

    async def needs_tls(self, error: BaseException, wait: Deadline) -> bool:
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
        return lost and await connector.speaks_tls(wait.until)

    @property
    def _reading(self) -> ResponseReader:
        if self._reader is None:
            raise IoError("no request was sent on this connection")
        return self._reader

    def _lost(self, exc: Exception | None) -> VllmError | None:
        """Return the error of an incomplete answer; None if the answer ends with the connection."""
        reader = self._reading
        try:
            if exc is not None:
                raise IoError(f"the connection was lost: {exc}") from exc
            reader.feed_end()
        except IoError as error:
            error.died_in_pool = self.served > 0 and not reader.begun
            return error
        return None

    async def more(self, wait: Deadline) -> None:
        """Wait until data have arrived. Raises the error if the connection fails first."""
        if self._waiter is not None:
            raise RequestError("another task is reading this stream")
        if self._error is not None:
            raise self._error
        if self.closed:
            raise IoError("the connection is closed")
        if wait.until <= monotonic():  # the timer may never fire while data keep arriving
            raise IoTimeout(str(wait), wait.clock, wait.seconds)
        self._until = wait.until
        if wait.until < self._timer_at:
            self._set_timer(wait.until)
        self._waiter = self.loop.create_future()
        try:
            await self._waiter
        except TimeoutError:
            raise IoTimeout(str(wait), wait.clock, wait.seconds) from None
        finally:
            self._waiter = None
            self._until = inf

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _resume(self) -> None:
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def _set_timer(self, moment: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = moment
        self._timer = self.loop.call_later(moment - monotonic(), self._on_timer)

    def _on_timer(self) -> None:
        self._timer, self._timer_at = None, inf
        if self._waiter is None or self._waiter.done() or self._until == inf:
            return
        if self._until > monotonic():
            self._set_timer(self._until)
        else:
            self._waiter.set_exception(TimeoutError())


def _not_sent(error: IoError) -> IoError:
    error.may_have_arrived = False
    return error
