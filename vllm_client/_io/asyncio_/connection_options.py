"""What the caller said about how to connect to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

from ...errors import RequestError

if TYPE_CHECKING:
    import ssl

    import httpx


# No process has more sockets, and the pool keeps a place for each connection.
MAX_CONNECTIONS = 1_000_000


@attrs.frozen
class ConnectionOptions:
    """What the caller said about how to get to the server."""

    max_connections: int | None = None
    ssl_context: ssl.SSLContext | None = attrs.field(default=None, repr=False)
    uds: str | None = None
    http_client: httpx.AsyncClient | None = None
    transport: Literal["httpx"] | None = None

    def checked_to_pickle(self) -> ConnectionOptions:
        """This route. Raises RequestError for one that lives in this process alone."""
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
        problem = "uds, ssl_context and max_connections are the http_client's own business"
        raise RequestError(f"http_client: {problem}")
