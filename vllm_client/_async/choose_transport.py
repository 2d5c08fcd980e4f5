"""Choose the transport of a client: the built-in one, or httpx."""

from __future__ import annotations

import os

from .._io.asyncio_.connection_options import ConnectionOptions, _refuse_nonsense
from .._io.asyncio_.http1_transport import AsyncHttp1Transport, AsyncTransport
from .._io.asyncio_.pool import Pool
from ..http.address import Address
from ..http.base_url import BaseUrl
from ..http.proxies import proxy_for


def transport_for(url: BaseUrl, route: ConnectionOptions) -> AsyncTransport:
    """Return the transport for these connection options. Raises RequestError."""
    _refuse_nonsense(route)
    direct = route.uds is not None or route.http_client is not None
    proxy = None if direct else proxy_for(url.scheme, url.host, url.port, os.environ)
    if route.http_client is None and route.transport is None and proxy is None:
        address = Address.of(url, route.uds, route.ssl_context)
        return AsyncHttp1Transport(Pool(address, route.max_connections))
    from .._io.asyncio_.httpx_adapter import AsyncHttpxTransport

    return AsyncHttpxTransport.of(url, route, proxy)
