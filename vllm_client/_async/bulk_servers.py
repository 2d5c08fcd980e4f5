"""The servers of a run: a lane for each, and the runners that send requests to it."""

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
    """The servers of a run, as its engine uses them."""

    @property
    def routes(self) -> RowRoutes:
        """The lanes, and the rows that wait for them."""
        ...

    def preparation(self) -> Coroutine[Any, Any, None] | None:
        """The work before the servers are known; None if they are."""
        ...

    def has_changed(self) -> bool:
        """Whether `follow` has anything to do."""
        ...

    def follow(self) -> list[ServerLane]:
        """Use the servers that the client has now; return the lanes of new ones.

        Raises RequestError if none is left that takes rows.
        """
        ...

    def row_caller(self, lane: ServerLane) -> AsyncCallRunner:
        """The runner that sends rows to a server."""
        ...

    def watch_caller(self, lane: ServerLane) -> AsyncCallRunner:
        """The runner for health checks and metrics of a server, which do not count as requests."""
        ...

    def want(self, row: Row) -> None:
        """Note the requirements of a row for its server. Raises RequestError."""
        ...

    async def failed(self, row: Row, error: Exception) -> None:
        """Learn from a failed request, before it is decided what follows."""
        ...

    def looked(self, lane: ServerLane) -> None:
        """Note that a server was checked."""
        ...

    def ended(self) -> None:
        """Note that the run has ended."""
        ...


def new_lane(
    options: RunOptions, max_connections: int | None, servers: int = 1, name: str = ""
) -> ServerLane:
    """A lane for a server, limited by the options, by connections and by descriptors."""
    limit = max_in_flight(max_connections, servers)
    concurrency = options.concurrency
    if concurrency.max > limit:
        concurrency = attrs.evolve(concurrency, min=min(concurrency.min, limit), max=limit)
    controller = ConcurrencyController(concurrency, background=options.background)
    return ServerLane(controller, Gate(options.server_patience), name)


class OneBulkServer:
    """The server of a client that has one."""

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
        """Nothing: there is no choice."""

    async def failed(self, row: Row, error: Exception) -> None:
        """Nothing to learn."""

    def looked(self, lane: ServerLane) -> None:
        """Nobody else needs to know."""

    def ended(self) -> None:
        """Nothing to do."""
