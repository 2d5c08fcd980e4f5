# Generated from vllm_client/integrations/httpx_async.py by `python tests/tools/generate_sync.py`.
"""A transport for clients of httpx and httpx2 that uses the connections of this package."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from functools import cache
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from .._io.threads.connection import Connection
from .._io.threads.pool import Pool
from .._io.threads.waiting import now
from ..errors import IoError, VllmError
from ..http.address import Address
from ..http.http1 import ResponseHead
from ..http.secrets import SecretBytes
from ..http.timeouts import CallDeadlines
from .httpx_library import bytes_of, error_of, library_of, response_of, timeout_of

if TYPE_CHECKING:
    import httpx
    import httpx2

    from .httpx_library import Request

    class _Transport(httpx.BaseTransport, httpx2.BaseTransport):
        def handle_request(self, request: Any) -> Any: ...
else:
    _Transport = object  # the clients call the methods without checking the class


class SyncVllmTransport(_Transport):
    """A transport for HTTP/1.1 over TCP, TLS and Unix sockets, fast at any concurrency.

    Pass it as `transport=` to a client of httpx or httpx2. Responses and exceptions are those of
    the client's library. The client's timeouts apply: connect, pool, and read, which limits the
    wait for the head and each pause between bytes. The client handles cookies, redirects and
    content encodings. A request is sent a second time if a pooled connection closed before the
    first byte of its answer.

    The client's own `limits`, `verify`, `cert` and `http2` have no effect, nor do proxies of the
    environment; requests that its `proxy=` or `mounts=` route elsewhere do not use this transport.

    Args:
        max_connections: Max connections to each server; further requests wait. Default: no limit.
        ssl_context: For https. Default: one with the certificates of the system.
        uds: The path of a Unix socket, which all connections use. Default: TCP.
    """

    def __init__(
        self,
        *,
        max_connections: int | None = None,
        ssl_context: ssl.SSLContext | None = None,
        uds: str | None = None,
    ) -> None:
        self._max_connections = max_connections
        self._ssl_context = ssl_context
        self._uds = uds
        self._pools: dict[tuple[str, str, int], Pool] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()

    def handle_request(self, request: Any) -> Any:
        """Send a request; the client calls this. Raises exceptions of the client's library."""
        body_class = _body_class(library_of(request))
        pool = self._pool(request.url)
        deadlines = CallDeadlines(timeout_of(request), now())
        sent = bytes_of(request, request.read())
        try:
            connection, head = _send(pool, request.method, sent, deadlines)
        except VllmError as error:
            raise error_of(error, request) from error
        return response_of(request, head, body_class(pool, connection, deadlines, request))

    def close(self) -> None:
        """Close the idle connections."""
        for pool in self._pools.values():
            pool.close()

    def _pool(self, url: httpx.URL | httpx2.URL) -> Pool:
        secure = url.scheme == "https"
        port = url.port or (443 if secure else 80)
        key = (url.scheme, url.host, port)
        if key not in self._pools:
            address = Address(url.host, port, secure, self._uds, self._ssl_context)
            self._pools.setdefault(key, Pool(address, self._max_connections))
        return self._pools[key]


def _send(
    pool: Pool, method: str, sent: SecretBytes, deadlines: CallDeadlines
) -> tuple[Connection, ResponseHead]:
    fresh = False
    while True:
        connection = pool.acquire(fresh, deadlines)
        try:
            head = connection.request(method, sent, deadlines.sending(now()), decode=False)
        except BaseException as error:
            pool.discard(connection)
            if not (isinstance(error, IoError) and error.died_in_pool) or fresh:
                raise
            fresh = True
        else:
            return connection, head


class _Body:
    """The body of a response, read from its connection piece by piece."""

    def __init__(
        self, pool: Pool, connection: Connection, deadlines: CallDeadlines, request: Request
    ) -> None:
        self._pool = pool
        self._connection: Connection | None = connection
        self._deadlines = deadlines
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        connection = self._connection
        try:
            while connection and (piece := connection.read(self._deadlines.body(now()))):
                yield piece
        except VllmError as error:
            raise error_of(error, self._request) from error
        self.close()

    def close(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.release(connection)


@cache
def _body_class(library: ModuleType) -> type[_Body]:
    """The class of bodies for clients of this library, which accept only its own streams."""
    return type("Body", (_Body, library.SyncByteStream), {})
