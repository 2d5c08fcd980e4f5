# Generated from vllm_client/integrations/httpx_async.py by `python tests/tools/generate_sync.py`.
"""Our transport below an httpx client: mount it, and httpx's requests go over our connections."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any

import httpx

from .._io.threads.connection import Connection
from .._io.threads.pool import Pool
from .._io.threads.waiting import now
from ..errors import HttpError, IoError, IoTimeout, VllmError
from ..http.address import Address
from ..http.http1 import ResponseHead, header_is_legal, request_bytes
from ..http.secrets import SecretBytes
from ..http.timeouts import CallDeadlines, Timeout

_TIMEOUTS: dict[str, type[httpx.TransportError]] = {
    "connect": httpx.ConnectTimeout,
    "queue": httpx.PoolTimeout,
}
# The whole body is sent with its length, however httpx would have sent it.
_OURS = frozenset({"content-length", "transfer-encoding"})


class SyncVllmTransport(httpx.BaseTransport):
    """An httpx transport for HTTP/1.1 over TCP, TLS and Unix sockets, fast at any concurrency.

        httpx.AsyncClient(transport=AsyncVllmTransport())

    Timeouts are httpx's: connect, pool, and read for the head and for each silence. A request
    is sent once more where a pooled connection died without a byte of an answer. Cookies, redirects
    and content encodings stay httpx's own business.
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

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Called by httpx."""
        pool = self._pool(request.url)
        deadlines = CallDeadlines(_timeout(request), now())
        try:
            body = request.read()
            connection, head = self._send(pool, request, body, deadlines)
        except VllmError as error:
            raise _theirs(error, request) from error
        return httpx.Response(
            head.status,
            headers=list(head.headers.pairs),
            stream=_Body(pool, connection, deadlines, request),
            extensions={
                "http_version": f"HTTP/{head.version}".encode(),
                "reason_phrase": head.reason.encode("latin-1"),
            },
        )

    def close(self) -> None:
        """Close the idle connections."""
        for pool in self._pools.values():
            pool.close()

    def _send(
        self, pool: Pool, request: httpx.Request, body: bytes, deadlines: CallDeadlines
    ) -> tuple[Connection, ResponseHead]:
        _refuse_illegal(request)
        sent = _sent(request, body)
        fresh = False
        while True:
            connection = pool.acquire(fresh, deadlines)
            try:
                wait = deadlines.sending(now())
                head = connection.request(request.method, sent, wait, decode=False)
            except BaseException as error:
                pool.discard(connection)
                if not (isinstance(error, IoError) and error.died_in_pool) or fresh:
                    raise
                fresh = True
            else:
                return connection, head

    def _pool(self, url: httpx.URL) -> Pool:
        port = url.port or (443 if url.scheme == "https" else 80)
        key = (url.scheme, url.host, port)
        if key not in self._pools:
            secure = url.scheme == "https"
            address = Address(url.host, port, secure, self._uds, self._ssl_context)
            self._pools[key] = Pool(address, self._max_connections)
        return self._pools[key]


class _Body(httpx.SyncByteStream):
    """The body of an answer, as it comes."""

    def __init__(
        self, pool: Pool, connection: Connection, deadlines: CallDeadlines, request: httpx.Request
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
            raise _theirs(error, self._request) from error
        self.close()

    def close(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.release(connection)


def _refuse_illegal(request: httpx.Request) -> None:
    fields = request.headers.multi_items
    # a method is a token, as a field's name is
    if not all(header_is_legal(*each) for each in [(request.method, ""), *fields()]):
        raise httpx.LocalProtocolError("illegal method or header field", request=request)


def _sent(request: httpx.Request, body: bytes) -> SecretBytes:
    fields = [field for field in request.headers.multi_items() if field[0] not in _OURS]
    return request_bytes(request.method, request.url.raw_path.decode(), fields, body)


def _timeout(request: httpx.Request) -> Timeout:
    limits: dict[str, Any] = request.extensions.get("timeout", {})
    read = limits.get("read")
    return Timeout(connect=limits.get("connect"), token=read, idle=read, queue=limits.get("pool"))


def _theirs(error: VllmError, request: httpx.Request) -> httpx.TransportError:
    """Our error as the one that httpx's own transport would raise."""
    kind: type[httpx.TransportError] = httpx.ReadError
    if isinstance(error, HttpError):
        kind = httpx.RemoteProtocolError
    elif isinstance(error, IoTimeout):
        kind = _TIMEOUTS.get(error.clock, httpx.ReadTimeout)
    elif isinstance(error, IoError) and not error.may_have_arrived:
        kind = httpx.ConnectError
    return kind(error.message, request=request)
