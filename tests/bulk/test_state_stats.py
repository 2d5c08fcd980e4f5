"""The progress statistics of a run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bulk.run_states import REFUSED, lane_of, send, several_servers, state_of, succeed
from vllm_client.bulk.gauges import Gauges
from vllm_client.bulk.run_state import RunState
from vllm_client.bulk.state_stats import stats_of


def test_stats() -> None:
    state = state_of(limit=4, total=10)
    succeed(state, send(state), now=2.0)
    send(state)
    state.polled(lane_of(state), Gauges(running=3, waiting=7, kv_cache_usage=0.1), now=2.0)

    stats = stats_of(state, now=2.0)

    assert (stats.done, stats.failed, stats.in_flight, stats.waiting) == (1, 0, 1, 7)
    assert (stats.total, stats.prompt_tokens, stats.completion_tokens) == (10, 3, 5)
    assert (stats.seconds, stats.concurrency, stats.eta) == (2.0, 4, 18.0)
    assert stats.reason == "input-bound"


def test_queue_of_an_unreachable_server_is_unknown() -> None:
    state = state_of()
    state.polled(lane_of(state), Gauges(running=3, waiting=7, kv_cache_usage=0.1), now=2.0)
    state.failed(send(state), REFUSED, now=2.0)

    assert stats_of(state, now=2.0).waiting is None


def _closed(state: RunState) -> None:
    state.failed(send(state), REFUSED, now=2.0)


def _full_in_order(state: RunState) -> None:
    send(state)
    for _ in range(8):
        succeed(state, send(state))


def _full(state: RunState) -> None:
    for _ in range(8):
        succeed(state, send(state))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (_closed, "the server is away (connection refused); next check in 1 s"),
        (_full_in_order, "waiting for row 0, which is the oldest"),
        (_full, "output-bound"),
        (lambda state: setattr(state, "stopping", True), "stopping"),
        (lambda state: setattr(state, "has_ended", True), "ended"),
        (lambda state: None, "ramping up"),
    ],
)
def test_reason_in_words(happens: Any, reason: str) -> None:
    state = state_of(limit=2)

    happens(state)

    assert stats_of(state, now=2.0).reason == reason


def test_stats_of_several_servers_are_sums_and_each_server() -> None:
    state = several_servers(a=4, b=8)
    for lane, waiting in zip(state.routes.lanes, (3, 4), strict=True):
        state.polled(lane, Gauges(running=3, waiting=waiting, kv_cache_usage=0.1), now=2.0)
    assert (stats_of(state, now=2.0).waiting, stats_of(state, now=2.0).concurrency) == (7, 12)

    state.server_away(state.routes.lanes[1], REFUSED, now=2.0)
    stats = stats_of(state, now=2.0)

    assert stats.waiting == 3
    assert [server.is_away for server in stats.servers] == [False, True]
    assert stats.reason == "input-bound; 1 of 2 servers away"
    assert str(stats).endswith("3 queued there; a: 0 of 4; b: away")
    state.server_away(state.routes.lanes[0], REFUSED, now=2.0)
    assert stats_of(state, now=2.0).reason.startswith("the server is away (connection refused)")
