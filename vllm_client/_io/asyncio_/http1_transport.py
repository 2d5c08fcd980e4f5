"""The built-in transport: sends attempts over pooled HTTP/1.1 connections."""

from __future__ import annotations

from typing import Any, Protocol

from ...call.request import Attempt, RequestSpec
from ...call.response import HttpResponse
from ...errors import HttpError, IoError, RequestError
from ...http.headers import Headers
from ...http.http1 import MAX_BODY_BYTES, request_bytes, tls_needed
from ...http.timeouts import CallDeadlines, Deadline
from .connection import Connection
from .pool import Pool
from .waiting import now

# Max wait for the end of a body after [DONE]; after it the connection is closed.
DRAIN_SECONDS = 0.25
# Max bytes read of the body of an error response. Only about 4,000 characters of it are kept.
MAX_ERROR_BODY_BYTES = 1 << 20


# The headers of a response before its head has arrived.
NO_HEADERS = Headers(())


class AsyncOpenResponse(Protocol):
    """A response whose head and body have not been read yet."""

    @property
    def status(self) -> int:
        """The HTTP status; 0 before the head has arrived."""
        ...

    @property
    def headers(self) -> Headers:
        """The header fields; empty before the head has arrived."""
        ...

    async def receive_head(self, deadlines: CallDeadlines) -> None:
        """Wait for the head; close the response on failure. Raises IoError, HttpError."""
        ...

    def take_whole_body(self) -> bytes | None:
        """Return the body if all of it arrived with the head; else None. Call it before `read`."""
        ...

    async def read(self, wait: Deadline) -> bytes:
        """Return the next bytes of the body; b"" at its end. Raises IoError or HttpError."""
        ...

    async def drain(self) -> None:
        """Read the rest of the body if it ends soon, so that the connection can be reused."""
        ...

    async def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        ...

    def abandon(self) -> None:
        """Close the response of a garbage-collected stream, without awaiting, from any thread."""
        ...


class AsyncTransport(Protocol):
    """Send the requests of attempts to a server."""

    async def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> AsyncOpenResponse:
        """Send the request and return its response without waiting for it. Raises IoError."""
        ...

    async def close(self) -> None:
        """Close idle connections."""
        ...


class AsyncHttp1Transport:
    """Sends attempts over the connections of a pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> AsyncHttp1Response:
        """Send the request and return its response without waiting for it. Raises IoError."""
        spec = attempt.spec
        request = request_bytes(spec.method, spec.target, attempt.headers, spec.body)
        connection = await self._pool.acquire(attempt.fresh, deadlines)
        wait = deadlines.sending(now())
        try:
            await connection.send(spec.method, request, wait)
        except BaseException as error:
            self._pool.discard(connection)
            await _refuse_plain_http(spec, connection, error, wait)
            raise
        return AsyncHttp1Response(self._pool, connection, spec)

    async def close(self) -> None:
        """Close the idle connections."""
        await self._pool.close()


class AsyncHttp1Response:
    """A response read from a pooled connection, which returns to the pool at the body's end."""

    def __init__(self, pool: Pool, connection: Connection, spec: RequestSpec[Any]) -> None:
        self.status = 0
        self.headers = NO_HEADERS
        self._spec = spec
        self._pool = pool
        self._connection: Connection | None = connection

    async def receive_head(self, deadlines: CallDeadlines) -> None:
        """Wait for the head; close the response on failure. Raises IoError, HttpError."""
        connection, wait = self._connection, deadlines.first_token()
        if connection is None:
            raise IoError("the connection is closed")
        try:
            while (head := connection.take_head()) is None:
                await connection.more(wait)
        except BaseException as error:
            closed_by_reader = self._connection is None
            await self.close()
            if not closed_by_reader:
                await _refuse_plain_http(self._spec, connection, error, wait)
            raise
        self.status, self.headers = head.status, head.headers

    def take_whole_body(self) -> bytes | None:
        """Return the body if all of it arrived with the head; else None. Call it before `read`."""
        connection = self._connection
        body = None if connection is None else connection.take_whole_body()
        if connection is not None and body is not None:
            self._connection = None
            self._pool.release(connection)
        return body

    async def read(self, wait: Deadline) -> bytes:
        """Return the next bytes of the body; b"" at its end. Raises IoError or HttpError."""
        if self._connection is None:
            return b""
        try:
            piece = await self._connection.read(wait)
        except RequestError:
            raise  # another task or thread is reading: the connection stays open for it
        except BaseException:
            await self.close()
            raise
        if not piece:
            await self.close()
        return piece

    async def drain(self) -> None:
        """Read the rest of the body if it ends soon, so that the connection can be reused."""
        wait = Deadline(now() + DRAIN_SECONDS, "idle", DRAIN_SECONDS)
        try:
            while await self.read(wait):
                pass
        except (OSError, HttpError):
            await self.close()  # the answer was read completely, so this is not an error

    async def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.release(connection)

    def abandon(self) -> None:
        """Close the response of a garbage-collected stream, without awaiting, from any thread."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.abandon(connection)


async def _refuse_plain_http(
    spec: RequestSpec[Any], connection: Connection, error: BaseException, wait: Deadline
) -> None:
    """Raise IoError if the request failed because the server speaks TLS.

    Only a request that would be retried is checked: every retry without TLS would fail, too.
    """
    if spec.replayable and await connection.needs_tls(error, wait):
        raise tls_needed() from error


async def whole_response(response: AsyncOpenResponse, deadlines: CallDeadlines) -> HttpResponse:
    """Read the whole body, and return the connection to the pool or close it."""
    body = response.take_whole_body()
    if body is not None:
        deadlines.refuse_late(now())
        return HttpResponse(response.status, response.headers, body)
    try:
        body = await _whole_body(response, deadlines)
    finally:
        await response.close()
    return HttpResponse(response.status, response.headers, body)


async def _whole_body(response: AsyncOpenResponse, deadlines: CallDeadlines) -> bytes:
    pieces: list[bytes] = []
    length = 0
    refused = response.status >= 400
    while piece := await response.read(deadlines.body(now())):
        deadlines.refuse_late(now())
        pieces.append(piece)
        length += len(piece)
        if refused and length > MAX_ERROR_BODY_BYTES:
            break
        if length > MAX_BODY_BYTES:
            raise HttpError(f"the answer is longer than {MAX_BODY_BYTES} bytes")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
