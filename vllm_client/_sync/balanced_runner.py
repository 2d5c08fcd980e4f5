# Generated from vllm_client/_async/balanced_runner.py by `python tests/tools/generate_sync.py`.
"""Run the calls of a client with several servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from typing import Any, TypeVar

import attrs

from .._io.threads.http1_transport import SyncTransport
from .._io.threads.waiting import CLOCK, now
from ..balancing.attempts import ServerAttempts
from ..balancing.call_route import CallRoute, wanted_of
from ..call.attempts import Attempts
from ..call.request import RequestSpec
from ..call.routing import Routing
from ..call.settings import ClientSettings
from ..errors import VllmError
from ..http.timeouts import CallDeadlines
from ..record import Call
from ..telemetry.observer import Observers
from .balanced_transport import SyncBalancedTransport
from .call_runner import SyncCallRunner
from .shared_servers import SyncSharedServers

T = TypeVar("T")

_ANYWHERE = Routing()


class SyncBalancedRunner(SyncCallRunner):
    """Run the calls of a client; each attempt is sent to a chosen server."""

    def __init__(
        self, settings: ClientSettings, family: SyncSharedServers, observers: Observers | None
    ) -> None:
        super().__init__(settings, family, observers)
        self.servers = family

    def each(self) -> Iterator[SyncCallRunner]:
        """Return a runner for each server, or for the only one that this client uses."""
        pinned = self.settings.pinned
        for name in list(self.servers.servers) if pinned is None else [pinned]:
            yield self._pinned(name)

    def _pinned(self, name: str) -> SyncBalancedRunner:
        """Return a runner that sends all calls to one server."""
        # Not counted as a user of the connections: the copy is dropped before its client closes.
        runner = copy(self)
        runner.settings = attrs.evolve(self.settings, pinned=name)
        return runner

    def ask_any(
        self,
        build: Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[bool]],
        options: Mapping[str, Any],
    ) -> bool:
        """Return whether any server answers True. Raises VllmError if none answers."""
        if options.get("server") is not None or self.settings.pinned is not None:
            return self.ask(build, options)
        failure: VllmError | None = None
        answers = []
        for runner in self.each():
            try:
                answers.append(runner.ask(build, options))
            except VllmError as error:
                failure = error
            if answers and answers[-1]:
                return True
        if failure is not None and not answers:
            raise failure
        return False

    def _begin(self, spec: RequestSpec[Any]) -> tuple[SyncTransport, CallDeadlines, Call]:
        _, deadlines, call = super()._begin(spec)
        state = self.servers.state
        route = CallRoute(state, wanted_of(spec.routing or _ANYWHERE, spec.model, state), now())
        return SyncBalancedTransport(self.servers, route, self.settings), deadlines, call

    def _adapted(self, spec: RequestSpec[T], deadlines: CallDeadlines) -> RequestSpec[T]:
        return spec  # servers may have different versions, so the transport adapts each attempt

    def _attempts(self, spec: RequestSpec[T], call: Call, transport: SyncTransport) -> Attempts[T]:
        assert isinstance(transport, SyncBalancedTransport)
        return ServerAttempts(spec, CLOCK, call, transport.route)
