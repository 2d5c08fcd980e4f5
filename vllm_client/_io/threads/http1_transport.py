# Generated from vllm_client/_io/asyncio_/http1_transport.py by `python tests/tools/generate_sync.py`.
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


class SyncOpenResponse(Protocol):
    """A response whose head and body have not been read yet."""

    @property
    def status(self) -> int:
        """The HTTP status; 0 before the head has arrived."""
        ...

    @property
    def headers(self) -> Headers:
        """The header fields; empty before the head has arrived."""
        ...

    def receive_head(self, deadlines: CallDeadlines) -> None:
        """Wait for the head; close the response on failure. Raises IoError, HttpError."""
        ...

    def take_whole_body(self) -> bytes | None:
        """Return the body if all of it arrived with the head; else None. Call it before `read`."""
        ...

    def read(self, wait: Deadline) -> bytes:
        """Return the next bytes of the body; b"" at its end. Raises IoError or HttpError."""
        ...

    def drain(self) -> None:
        """Read the rest of the body if it ends soon, so that the connection can be reused."""
        ...

    def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        ...

    def abandon(self) -> None:
        """Close the response of a garbage-collected stream, without awaiting, from any thread."""
        ...


class SyncTransport(Protocol):
    """Send the requests of attempts to a server."""

    def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> SyncOpenResponse:
        """Send the request and return its response without waiting for it. Raises IoError."""
        ...

    def close(self) -> None:
        """Close idle connections."""
        ...


class SyncHttp1Transport:
    """Sends attempts over the connections of a pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> SyncHttp1Response:
        """Send the request and return its response without waiting for it. Raises IoError."""
        spec = attempt.spec
        request = request_bytes(spec.method, spec.target, attempt.headers, spec.body)
        connection = self._pool.acquire(attempt.fresh, deadlines)
        wait = deadlines.sending(now())
        try:
            connection.send(spec.method, request, wait)
        except BaseException as error:
            self._pool.discard(connection)
            _refuse_plain_http(spec, connection, error, wait)
            raise
        return SyncHttp1Response(self._pool, connection, spec)

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()


class SyncHttp1Response:
    """A response read from a pooled connection, which returns to the pool at the body's end."""

    def __init__(self, pool: Pool, connection: Connection, spec: RequestSpec[Any]) -> None:
        self.status = 0
        self.headers = NO_HEADERS
        self._spec = spec
        self._pool = pool
        self._connection: Connection | None = connection

    def receive_head(self, deadlines: CallDeadlines) -> None:
        """Wait for the head; close the response on failure. Raises IoError, HttpError."""
        connection, wait = self._connection, deadlines.first_token()
        if connection is None:
            raise IoError("the connection is closed")
        try:
            while (head := connection.take_head()) is None:
                connection.more(wait)
        except BaseException as error:
            closed_by_reader = self._connection is None
            self.close()
            if not closed_by_reader:
                _refuse_plain_http(self._spec, connection, error, wait)
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

    def read(self, wait: Deadline) -> bytes:
        """Return the next bytes of the body; b"" at its end. Raises IoError or HttpError."""
        if self._connection is None:
            return b""
        try:
            piece = self._connection.read(wait)
        except RequestError:
            raise  # another task or thread is reading: the connection stays open for it
        except BaseException:
            self.close()
            raise
        if not piece:
            self.close()
        return piece

    def drain(self) -> None:
        """Read the rest of the body if it ends soon, so that the connection can be reused."""
        wait = Deadline(now() + DRAIN_SECONDS, "idle", DRAIN_SECONDS)
        try:
            while self.read(wait):
                pass
        except (OSError, HttpError):
            self.close()  # the answer was read completely, so this is not an error

    def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.release(connection)

    def abandon(self) -> None:
        """Close the response of a garbage-collected stream, without awaiting, from any thread."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.abandon(connection)


def _refuse_plain_http(
    spec: RequestSpec[Any], connection: Connection, error: BaseException, wait: Deadline
) -> None:
    """Raise IoError if the request failed because the server speaks TLS.

    Only a request that would be retried is checked: every retry without TLS would fail, too.
    """
    if spec.replayable and connection.needs_tls(error, wait):
        raise tls_needed() from error


def whole_response(response: SyncOpenResponse, deadlines: CallDeadlines) -> HttpResponse:
    """Read the whole body, and return the connection to the pool or close it."""
    body = response.take_whole_body()
    if body is not None:
        deadlines.refuse_late(now())
        return HttpResponse(response.status, response.headers, body)
    try:
        body = _whole_body(response, deadlines)
    finally:
        response.close()
    return HttpResponse(response.status, response.headers, body)


def _whole_body(response: SyncOpenResponse, deadlines: CallDeadlines) -> bytes:
    pieces: list[bytes] = []
    length = 0
    refused = response.status >= 400
    while piece := response.read(deadlines.body(now())):
        deadlines.refuse_late(now())
        pieces.append(piece)
        length += len(piece)
        if refused and length > MAX_ERROR_BODY_BYTES:
            break
        if length > MAX_BODY_BYTES:
            raise HttpError(f"the answer is longer than {MAX_BODY_BYTES} bytes")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
