# Generated from vllm_client/_async/choose_transport.py by `python tests/tools/generate_sync.py`.
"""Choose the transport of a client: the built-in one, or httpx."""

from __future__ import annotations

import os

from .._io.threads.connection_options import ConnectionOptions, _refuse_nonsense
from .._io.threads.http1_transport import SyncHttp1Transport, SyncTransport
from .._io.threads.pool import Pool
from ..http.address import Address
from ..http.base_url import BaseUrl
from ..http.proxies import proxy_for


def transport_for(url: BaseUrl, route: ConnectionOptions) -> SyncTransport:
    """Return the transport for these connection options. Raises RequestError."""
    _refuse_nonsense(route)
    direct = route.uds is not None or route.http_client is not None
    proxy = None if direct else proxy_for(url.scheme, url.host, url.port, os.environ)
    if route.http_client is None and route.transport is None and proxy is None:
        address = Address.of(url, route.uds, route.ssl_context)
        return SyncHttp1Transport(Pool(address, route.max_connections))
    from .._io.threads.httpx_adapter import SyncHttpxTransport

    return SyncHttpxTransport.of(url, route, proxy)
