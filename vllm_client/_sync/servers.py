# Generated from vllm_client/_async/servers.py by `python tests/tools/generate_sync.py`.
"""`client.servers`: each of several servers by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import attrs

from ..balancing.servers import ServerSet
from ..call.settings import ClientSettings
from ..errors import RequestError
from .balanced_runner import SyncBalancedRunner
from .call_runner import SyncCallRunner

ClientT = TypeVar("ClientT")


class SyncServers(Generic[ClientT]):
    """The servers of a client: `client.servers["a"]` is a client whose calls all go to "a"."""

    def __init__(
        self, caller: SyncCallRunner, client_with: Callable[[ClientSettings], ClientT]
    ) -> None:
        self._caller = caller
        self._client_with = client_with

    @property
    def _state(self) -> ServerSet:
        """The state of the servers. Raises RequestError for a client of one."""
        if not isinstance(self._caller, SyncBalancedRunner):
            raise RequestError("servers: this client has one server only")
        return self._caller.servers.state

    def __getitem__(self, name: str) -> ClientT:
        """A client of this server, over the same connections. Raises RequestError."""
        settings = attrs.evolve(self._caller.settings, pinned=self._state[name].name)
        return self._client_with(settings)

    def __iter__(self) -> Iterator[str]:
        return iter([server.name for server in self._state.all])

    def __len__(self) -> int:
        return len(self._state.all)

    def __repr__(self) -> str:
        each = (
            f"{server.name}: {server.state}, {server.in_flight} in flight"
            + (f" ({server.health.cause})" if server.health.is_out else "")
            for server in self._state.all
        )
        return f"<{type(self).__name__} {'; '.join(each)}>"
