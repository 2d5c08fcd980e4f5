"""The servers of a run, each with a lane: a queue of rows, and slots for requests in flight."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol

import attrs

from .._io.descriptors import max_in_flight
from ..bulk.concurrency import ConcurrencyController
from ..bulk.gate import Gate
from ..bulk.row_routes import OneServer, RowRoutes
from ..bulk.run_options import RunOptions
from ..bulk.run_row import Row
from ..bulk.server_lane import ServerLane
from .call_runner import AsyncCallRunner


class BulkServers(Protocol):
    """The interface of the servers of a run to its engine."""

    @property
    def routes(self) -> RowRoutes:
        """The lanes, and the rows that wait for one."""
        ...

    def preparation(self) -> Coroutine[Any, Any, None] | None:
        """The task that finds the servers; None if they are known."""
        ...

    def has_changed(self) -> bool:
        """Whether the client has changed its servers since the last `follow`."""
        ...

    def follow(self) -> list[ServerLane]:
        """Apply the client's changes to its servers; return the lanes of new servers.

        Raises:
            RequestError: No server is left that accepts rows.
        """
        ...

    def row_caller(self, lane: ServerLane) -> AsyncCallRunner:
        """Return the runner that sends rows to a server."""
        ...

    def watch_caller(self, lane: ServerLane) -> AsyncCallRunner:
        """Return the runner for health checks and metrics, which do not count as requests."""
        ...

    def want(self, row: Row) -> None:
        """Restrict a row to the servers that it can use. Raises RequestError."""
        ...

    async def failed(self, row: Row, error: Exception) -> None:
        """Process the error of a request, before the next step of its row is decided."""
        ...

    def looked(self, lane: ServerLane) -> None:
        """Record that a server was checked."""
        ...

    def ended(self) -> None:
        """Record that the run has ended."""
        ...


def new_lane(
    options: RunOptions, max_connections: int | None, servers: int = 1, name: str = ""
) -> ServerLane:
    """Create a lane, limited by the options, by connections and by file descriptors."""
    limit = max_in_flight(max_connections, servers)
    concurrency = options.concurrency
    if concurrency.max > limit:
        concurrency = attrs.evolve(concurrency, min=min(concurrency.min, limit), max=limit)
    controller = ConcurrencyController(concurrency, background=options.background)
    return ServerLane(controller, Gate(options.server_patience), name)


class OneBulkServer:
    """The server of a client with one server."""

    def __init__(self, caller: AsyncCallRunner, options: RunOptions) -> None:
        self._caller = caller
        lane = new_lane(options, caller.family.options.max_connections)
        self.routes: RowRoutes = OneServer(lane)
        self._has_begun = False

    def preparation(self) -> None:
        return None

    def has_changed(self) -> bool:
        return not self._has_begun

    def follow(self) -> list[ServerLane]:
        self._has_begun = True
        return self.routes.lanes

    def row_caller(self, lane: ServerLane) -> AsyncCallRunner:
        return self._caller

    watch_caller = row_caller

    def want(self, row: Row) -> None:
        """Do nothing: there is one server."""

    async def failed(self, row: Row, error: Exception) -> None:
        """Do nothing: there is no other server to choose."""

    def looked(self, lane: ServerLane) -> None:
        """Do nothing: no other client uses the result."""

    def ended(self) -> None:
        """Do nothing."""
