"""The servers of a bulk run whose client has several."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from .._io.asyncio_.waiting import now
from ..balancing.call_route import name_models, wanted_of
from ..balancing.failover import Failure, failure_of
from ..balancing.server import RunLoad, Server
from ..bulk.row_batches import BatchRequest
from ..bulk.row_routes import SeveralServers
from ..bulk.run_options import RunOptions
from ..bulk.run_row import Row
from ..bulk.server_lane import ServerLane
from ..call.request import RequestSpec
from ..call.routing import Routing
from ..errors import RequestError, VllmError
from ..http.timeouts import CallDeadlines
from .balanced_runner import AsyncBalancedRunner
from .bulk_servers import new_lane
from .call_runner import AsyncCallRunner
from .server_runner import AsyncServerRunner
from .shared_servers import AsyncServer

_ANYWHERE = Routing()


class BulkFleet:
    """The servers of a run. It applies the changes that the client makes to its servers.

    Raises RequestError.
    """

    def __init__(self, caller: AsyncCallRunner, options: RunOptions) -> None:
        assert isinstance(caller, AsyncBalancedRunner)
        self._caller = caller
        self._options = options
        self._family = caller.servers
        self._state = caller.servers.state
        self.routes = SeveralServers(self._state)
        self._ways: dict[ServerLane, tuple[AsyncServer, AsyncServerRunner]] = {}
        self._seen_changes = -1
        servers = caller.settings.servers
        self._is_ready = servers is None or not servers.resolve_all

    def preparation(self) -> Coroutine[Any, Any, None] | None:
        return None if self._is_ready else self._prepare()

    async def _prepare(self) -> None:
        await self._family.prepare(CallDeadlines(self._caller.settings.timeout, now()))
        self._is_ready = True

    def has_changed(self) -> bool:
        return self._is_ready and self._state.changes != self._seen_changes

    def follow(self) -> list[ServerLane]:
        self._seen_changes = self._state.changes
        known = {self._ways[lane][0].state: lane for lane in self.routes.lanes}
        wanted = self._wanted_servers()
        if all(state.is_draining for state in wanted) and self._caller.settings.pinned is None:
            raise RequestError("servers: no server accepts requests, all are draining")
        for state, lane in known.items():
            lane.is_gone = state not in wanted
            lane.is_draining = state.is_draining
        new = [self._new_lane(state, len(wanted)) for state in wanted if state not in known]
        added = [lane for lane in new if lane is not None]
        self.routes.lanes = [lane for lane in known.values() if not lane.is_gone] + added
        return added

    def row_caller(self, lane: ServerLane) -> AsyncCallRunner:
        return self._ways[lane][1]

    def watch_caller(self, lane: ServerLane) -> AsyncCallRunner:
        return self._ways[lane][0].runner

    def want(self, row: Row) -> None:
        spec = _spec_of(row)
        if spec is not None:
            row.wanted = wanted_of(spec.routing or _ANYWHERE, spec.model, self._state)

    async def failed(self, row: Row, error: Exception) -> None:
        """Request the models of all servers if a server lacked the model of the row."""
        if not isinstance(error, VllmError) or failure_of(error) is not Failure.UNKNOWN_MODEL:
            return
        await self._family.ask_models()
        model = row.wanted.model
        if model is not None and not self._state.has_model(model):
            name_models(error, self._state)

    def looked(self, lane: ServerLane) -> None:
        server, moment, gauges = self._ways[lane][0].state, now(), lane.gauges
        load = RunLoad(
            lane.controller.limit,
            None if gauges is None else gauges.waiting,
            None if gauges is None else gauges.kv_cache_usage,
        )
        self._state.run_reported(server, self, load, moment)
        self._family.watch()
        cause = lane.gate.cause
        if cause is not None:
            self._state.went_away(server, moment, cause.message)
        elif server.health.is_out and gauges is not None:
            self._state.probed(server, moment, None, connected=True)

    def ended(self) -> None:
        self._state.run_ended(self, now())

    def _wanted_servers(self) -> list[Server]:
        pinned = self._caller.settings.pinned
        return [each for each in self._state.all if pinned in (None, each.name)]

    def _new_lane(self, state: Server, servers: int) -> ServerLane | None:
        """Create the lane of a server; None if the server has just been removed."""
        server = self._family.server_of(state)
        if server is None:
            return None
        max_connections = self._family.options.max_connections
        lane = new_lane(self._options, max_connections, servers, state.name)
        lane.is_draining = state.is_draining
        self._ways[lane] = server, AsyncServerRunner(self._caller, server)
        return lane


def _spec_of(row: Row) -> RequestSpec[Any] | None:
    """Return the request of a row, or of one row of a batch; None for an empty batch."""
    if isinstance(row.request, BatchRequest):
        return next(row.request.alone(), None)
    spec: RequestSpec[Any] = row.request
    return spec
