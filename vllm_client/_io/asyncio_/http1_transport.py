"""Our own transport: attempts go out on pooled HTTP/1.1 connections."""

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

# How long the end of a body may take after [DONE], before the connection is given up.
DRAIN_SECONDS = 0.25
# Of an error's body some 4,000 characters are kept; no honest one is longer than this.
MAX_ERROR_BODY_BYTES = 1 << 20


# What stands for the head of a response before that is there.
NO_HEADERS = Headers(())


class AsyncOpenResponse(Protocol):
    """An answer whose head and body are still to come."""

    @property
    def status(self) -> int:
        """The HTTP status; 0 before the head is there."""
        ...

    @property
    def headers(self) -> Headers:
        """The header fields; none before the head is there."""
        ...

    async def receive_head(self, deadlines: CallDeadlines) -> None:
        """Wait for the head, if it is not there; closed on failure. Raises IoError, HttpError."""
        ...

    def take_whole_body(self) -> bytes | None:
        """The whole body, if it arrived with the head; else None. To be called before `read`."""
        ...

    async def read(self, wait: Deadline) -> bytes:
        """The next bytes of the body; b"" at its end. Raises IoError, IoTimeout, HttpError."""
        ...

    async def drain(self) -> None:
        """Read to the end if that is near, so that the connection can be used again."""
        ...

    async def close(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        ...

    def abandon(self) -> None:
        """Close it from whatever thread, when nobody can await any more."""
        ...


class AsyncTransport(Protocol):
    """Carries attempts to a server."""

    async def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> AsyncOpenResponse:
        """Send the attempt; the answer, whose head `receive_head` waits for. Raises IoError."""
        ...

    async def close(self) -> None:
        """Close what is idle."""
        ...


class AsyncHttp1Transport:
    """Carries attempts over the connections of a pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> AsyncHttp1Response:
        """Send the attempt; the answer, whose head `receive_head` waits for. Raises IoError."""
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
    """An answer that is read off its connection, which goes back to the pool at its end."""

    def __init__(self, pool: Pool, connection: Connection, spec: RequestSpec[Any]) -> None:
        self.status = 0
        self.headers = NO_HEADERS
        self._spec = spec
        self._pool = pool
        self._connection: Connection | None = connection

    async def receive_head(self, deadlines: CallDeadlines) -> None:
        """Wait for the head, if it is not there; closed on failure. Raises IoError, HttpError."""
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
        """The whole body, if it arrived with the head; else None. To be called before `read`."""
        connection = self._connection
        body = None if connection is None else connection.take_whole_body()
        if connection is not None and body is not None:
            self._connection = None
            self._pool.release(connection)
        return body

    async def read(self, wait: Deadline) -> bytes:
        """The next bytes of the body; b"" at its end. Raises IoError, IoTimeout, HttpError."""
        if self._connection is None:
            return b""
        try:
            piece = await self._connection.read(wait)
        except RequestError:
            raise  # another is reading; the connection is its
        except BaseException:
            await self.close()
            raise
        if not piece:
            await self.close()
        return piece

    async def drain(self) -> None:
        """Read to the end if that is near, so that the connection can be used again."""
        wait = Deadline(now() + DRAIN_SECONDS, "idle", DRAIN_SECONDS)
        try:
            while await self.read(wait):
                pass
        except (OSError, HttpError):
            await self.close()  # the answer is whole; that its connection is not hurts nobody

    async def close(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.release(connection)

    def abandon(self) -> None:
        """Close it from whatever thread, when nobody can await any more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.abandon(connection)


async def _refuse_plain_http(
    spec: RequestSpec[Any], connection: Connection, error: BaseException, wait: Deadline
) -> None:
    """Raise IoError where the failure is that the server speaks TLS.

    Only for a request that would be sent again, which would be in vain.
    """
    if spec.replayable and await connection.needs_tls(error, wait):
        raise tls_needed() from error


async def whole_response(response: AsyncOpenResponse, deadlines: CallDeadlines) -> HttpResponse:
    """The response with its whole body, its connection given back or closed."""
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
