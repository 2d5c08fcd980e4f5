# Generated from vllm_client/_async/choose_runner.py by `python tests/tools/generate_sync.py`.
"""Choose the runner of a client: the one for a single server, or the one for several."""

from __future__ import annotations

import os
from typing import TypeAlias

import attrs

from .._io.threads.connection_options import ConnectionOptions
from ..call.settings import ClientSettings
from ..http.proxies import proxy_credentials
from ..telemetry.observer import Observers
from .call_runner import SyncCallRunner
from .choose_transport import transport_for
from .shared_transport import SyncSharedTransport

RunnerState: TypeAlias = tuple[ClientSettings, ConnectionOptions, Observers | None]
"""The state of a pickled runner. It contains the API key, but no credentials of proxies."""


def state_of(runner: SyncCallRunner) -> RunnerState:
    """Return the state to pickle. Raises RequestError if the runner cannot be pickled."""
    settings = attrs.evolve(runner.settings, proxy_credentials=())
    return settings, runner.family.options.checked_to_pickle(), runner.observers


def restored(state: RunnerState) -> SyncCallRunner:
    """Create a runner from a pickle, with new connections and the proxies of this process."""
    settings, options, observers = state
    settings = attrs.evolve(settings, proxy_credentials=proxy_credentials(os.environ))
    return runner_for(settings, family_for(settings, options), observers)


def family_for(settings: ClientSettings, options: ConnectionOptions) -> SyncSharedTransport:
    """Create the state that a client shares with its copies. Raises RequestError."""
    if settings.servers is None:
        return SyncSharedTransport(transport_for(settings.base_url, options), options)
    # imported here, as clients with one server do not need it
    if settings.servers.resolve_all:
        from .resolved_servers import SyncResolvedServers

        return SyncResolvedServers(settings.servers, settings, options)
    from .shared_servers import SyncSharedServers

    return SyncSharedServers(settings.servers, settings, options)


def runner_for(
    settings: ClientSettings, family: SyncSharedTransport, observers: Observers | None
) -> SyncCallRunner:
    """Create the runner of a client that shares this state."""
    if settings.servers is None:
        return SyncCallRunner(settings, family, observers)
    from .balanced_runner import SyncBalancedRunner
    from .shared_servers import SyncSharedServers

    assert isinstance(family, SyncSharedServers)
    return SyncBalancedRunner(settings, family, observers)
