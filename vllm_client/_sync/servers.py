# Generated from vllm_client/_async/servers.py by `python tests/tools/generate_sync.py`.
"""`client.servers`: the servers of a client, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import attrs

from .._io.threads.mix_ups import explains_missing_await
from .._io.threads.waiting import now
from ..balancing.server_status import ServerStatus
from ..balancing.servers import ServerSet
from ..call.settings import ClientSettings, ServerUrls, base_url_of
from ..errors import RequestError
from ..http.secrets import hidden
from ..http.timeouts import CallDeadlines
from .balanced_runner import SyncBalancedRunner
from .call_runner import SyncCallRunner
from .shared_servers import SyncSharedServers

ClientT = TypeVar("ClientT")


@explains_missing_await
class SyncServers(Generic[ClientT]):
    """The servers of a client: `client.servers["a"]` is a client that sends all calls to "a"."""

    def __init__(
        self, caller: SyncCallRunner, client_with: Callable[[ClientSettings], ClientT]
    ) -> None:
        self._caller = caller
        self._client_with = client_with

    def add(self, name: str, base_url: str) -> None:
        """Add a server to all clients that share these servers.

        Args:
            name: The name of the server.
            base_url: Its base URL, as for a client, without credentials.

        Raises:
            RequestError: The name is in use, or the URL is invalid.
        """
        url = base_url_of(hidden(base_url), None)
        if url.credentials is not None:
            raise RequestError("servers: the URL of an added server must not contain credentials")
        self._shared.add(name, url)

    def drain(self, name: str) -> None:
        """Stop sending calls to a server, except calls that name it. Calls in flight finish.

        `repr` shows the number of calls in flight.

        Args:
            name: The name of the server.

        Raises:
            RequestError: No server has this name.

        """
        self._state.drain(name)

    def resume(self, name: str) -> None:
        """Send calls to a draining server again.

        Args:
            name: The name of the server.

        Raises:
            RequestError: No server has this name.
        """
        self._state.resume(name)

    def remove(self, name: str) -> None:
        """Remove a server. Calls in flight finish; failed ones are sent to another server.

        Args:
            name: The name of the server.

        Raises:
            RequestError: No server has this name.
        """
        self._shared.remove(name)

    @property
    def _shared(self) -> SyncSharedServers:
        """Return the shared state. Raises RequestError if the client has a single server."""
        if not isinstance(self._caller, SyncBalancedRunner):
            raise RequestError("servers: this client has a single server")
        return self._caller.servers

    @property
    def _state(self) -> ServerSet:
        return self._shared.state

    def __getitem__(self, name: str) -> ClientT:
        """Return a client that uses one server, over the same connections. Raises RequestError."""
        state = self._state
        known = tuple((each, server.url) for each, server in self._shared.servers.items())
        servers = ServerUrls(known, state.policy)
        pinned = state[name].name
        return self._client_with(
            attrs.evolve(self._caller.settings, servers=servers, pinned=pinned)
        )

    def _names(self) -> list[str]:
        """Return the names of the servers, after pending DNS look-ups."""
        self._shared.prepare(CallDeadlines(self._caller.settings.timeout, now()))
        return list(self)

    def __iter__(self) -> Iterator[str]:
        return iter([server.name for server in self._state.all])

    def __len__(self) -> int:
        return len(self._state.all)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'; '.join(map(str, self.status().values()))}>"

    def status(self) -> dict[str, ServerStatus]:
        """Return the state of each server: requests in flight, queue, cache usage, errors."""
        return {server.name: server.status for server in self._state.all}
