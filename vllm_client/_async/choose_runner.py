"""Choose the runner of a client: the one for a single server, or the one for several."""

from __future__ import annotations

import os
from typing import TypeAlias

import attrs

from .._io.asyncio_.connection_options import ConnectionOptions
from ..call.settings import ClientSettings
from ..http.proxies import proxy_credentials
from ..telemetry.observer import Observers
from .call_runner import AsyncCallRunner
from .choose_transport import transport_for
from .shared_transport import AsyncSharedTransport

RunnerState: TypeAlias = tuple[ClientSettings, ConnectionOptions, Observers | None]
"""The state of a pickled runner. It contains the API key, but no credentials of proxies."""


def state_of(runner: AsyncCallRunner) -> RunnerState:
    """Return the state to pickle. Raises RequestError if the runner cannot be pickled."""
    settings = attrs.evolve(runner.settings, proxy_credentials=())
    return settings, runner.family.options.checked_to_pickle(), runner.observers


def restored(state: RunnerState) -> AsyncCallRunner:
    """Create a runner from a pickle, with new connections and the proxies of this process."""
    settings, options, observers = state
    settings = attrs.evolve(settings, proxy_credentials=proxy_credentials(os.environ))
    return runner_for(settings, family_for(settings, options), observers)


def family_for(settings: ClientSettings, options: ConnectionOptions) -> AsyncSharedTransport:
    """Create the state that a client shares with its copies. Raises RequestError."""
    if settings.servers is None:
        return AsyncSharedTransport(transport_for(settings.base_url, options), options)
    # imported here, as clients with one server do not need it
    if settings.servers.resolve_all:
        from .resolved_servers import AsyncResolvedServers

        return AsyncResolvedServers(settings.servers, settings, options)
    from .shared_servers import AsyncSharedServers

    return AsyncSharedServers(settings.servers, settings, options)


def runner_for(
    settings: ClientSettings, family: AsyncSharedTransport, observers: Observers | None
) -> AsyncCallRunner:
    """Create the runner of a client that shares this state."""
    if settings.servers is None:
        return AsyncCallRunner(settings, family, observers)
    from .balanced_runner import AsyncBalancedRunner
    from .shared_servers import AsyncSharedServers

    assert isinstance(family, AsyncSharedServers)
    return AsyncBalancedRunner(settings, family, observers)
