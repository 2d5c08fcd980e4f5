"""Build run states for tests that report events to them."""

from __future__ import annotations

from typing import Any

from vllm_client import IoError
from vllm_client.balancing.servers import ServerSet
from vllm_client.bulk.bulk_item import BulkItem
from vllm_client.bulk.concurrency import Concurrency, ConcurrencyController
from vllm_client.bulk.gate import Gate
from vllm_client.bulk.row_routes import OneServer, SeveralServers
from vllm_client.bulk.run_job import BulkAnswer
from vllm_client.bulk.run_options import RunOptions
from vllm_client.bulk.run_row import Row
from vllm_client.bulk.run_state import RunState
from vllm_client.bulk.server_lane import ServerLane

OPTIONS = RunOptions()
ANSWER = BulkAnswer("Hello!", 100, (3, 5))
REFUSED = IoError("connection refused")
REFUSED.failure, REFUSED.may_have_arrived = "refused", False
LOST = IoError("reset")


def state_of(limit: int = 2, total: int | None = None, **options: Any) -> RunState:
    settings = Concurrency(min=1, start=limit, max=max(limit, 100))
    checked = RunOptions(concurrency=settings, **options)
    lane = ServerLane(ConcurrencyController(settings), Gate(checked.server_patience))
    return RunState(checked, OneServer(lane), total, now=0.0)


def lane_of(state: RunState) -> ServerLane:
    return state.routes.lanes[0]


def send(state: RunState, value: Any = "Hi", now: float = 1.0) -> Row:
    row = state.admit(value)
    row.lane = lane_of(state)
    state.occupied(row, now)
    state.sent(row, now)
    return row


def succeed(state: RunState, row: Row, now: float = 2.0) -> list[Any]:
    state.answered(row, ANSWER, now)
    item = BulkItem(row.index, row.input, ANSWER.response, None, row.attempts, now - row.began)
    return state.finished(row, item, ANSWER.size, now)


def several_servers(options: RunOptions = OPTIONS, **limits: int) -> RunState:
    """Return the state of a run at several servers with these limits."""
    routes = SeveralServers(ServerSet(limits, "least_loaded"))
    routes.lanes = [
        ServerLane(
            ConcurrencyController(Concurrency(min=1, start=limit)),
            Gate(options.server_patience),
            name,
        )
        for name, limit in limits.items()
    ]
    return RunState(options, routes, None, now=0.0)
