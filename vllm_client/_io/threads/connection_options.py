# Generated from vllm_client/_io/asyncio_/connection_options.py by `python tests/tools/generate_sync.py`.
"""The client's options for connecting to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

from ...errors import RequestError

if TYPE_CHECKING:
    import ssl

    import httpx
    import httpx2


# Max value of `max_connections`. A process cannot have more sockets, and the sync pool allocates an
# object per connection.
MAX_CONNECTIONS = 1_000_000


@attrs.frozen
class ConnectionOptions:
    """The client's options for connecting to the server.

    Attributes:
        max_connections: Max open connections; None is no limit.
        ssl_context: The TLS context for https:// addresses; None for the default one.
        uds: The path of a Unix socket to connect to instead of a host.
        http_client: The caller's client of httpx or httpx2, which then makes all connections.
        transport: "httpx" to use httpx even without a proxy; None to choose automatically.
    """

    max_connections: int | None = None
    ssl_context: ssl.SSLContext | None = attrs.field(default=None, repr=False)
    uds: str | None = None
    http_client: httpx.Client | httpx2.Client | None = None
    transport: Literal["httpx"] | None = None

    def checked_to_pickle(self) -> ConnectionOptions:
        """Return these options. Raises RequestError if they cannot be pickled."""
        if self.http_client is not None or self.ssl_context is not None:
            raise RequestError("a client with an http_client or ssl_context cannot be pickled")
        return self


def _refuse_nonsense(route: ConnectionOptions) -> None:
    most = route.max_connections
    if route.transport not in (None, "httpx"):
        raise RequestError(f'transport: expected "httpx" or None, got {route.transport!r}')
    if most is not None and not (type(most) is int and 0 < most <= MAX_CONNECTIONS):
        numbers = f"a number above 0, up to {MAX_CONNECTIONS:,},"
        raise RequestError(f"max_connections: expected {numbers} or None, got {most!r:.80}")
    if route.http_client is not None and (route.uds or route.ssl_context or most):
        problem = "set uds, ssl_context and max_connections on the http_client itself"
        raise RequestError(f"http_client: {problem}")
