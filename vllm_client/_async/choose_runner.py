"""Choose the runner of a client: the one for a single server, or the one for several."""

from __future__ import annotations

from .._io.asyncio_.connection_options import ConnectionOptions
from ..call.settings import ClientSettings
from ..telemetry.observer import Observers
from .call_runner import AsyncCallRunner
from .choose_transport import transport_for
from .shared_transport import AsyncSharedTransport


def family_for(settings: ClientSettings, options: ConnectionOptions) -> AsyncSharedTransport:
    """What the clients of a family share. Raises RequestError."""
    if settings.servers is None:
        return AsyncSharedTransport(transport_for(settings.base_url, options), options)
    # loaded here, so that a client of one server does not pay for it
    if settings.servers.resolve_all:
        from .resolved_servers import AsyncResolvedServers

        return AsyncResolvedServers(settings.servers, settings, options)
    from .shared_servers import AsyncSharedServers

    return AsyncSharedServers(settings.servers, settings, options)


def runner_for(
    settings: ClientSettings, family: AsyncSharedTransport, observers: Observers | None
) -> AsyncCallRunner:
    """The runner of a client of this family."""
    if settings.servers is None:
        return AsyncCallRunner(settings, family, observers)
    from .balanced_runner import AsyncBalancedRunner
    from .shared_servers import AsyncSharedServers

    assert isinstance(family, AsyncSharedServers)
    return AsyncBalancedRunner(settings, family, observers)
