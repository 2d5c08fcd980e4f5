"""One server of a run."""

from __future__ import annotations

from math import inf

import pytest

from vllm_client import IoError, ServerStats
from vllm_client.bulk.concurrency import Concurrency, ConcurrencyController
from vllm_client.bulk.gate import Gate
from vllm_client.bulk.gauges import Gauges
from vllm_client.bulk.server_lane import ServerLane


def _lane(in_flight: int = 0, limit: int = 4) -> ServerLane:
    lane = ServerLane(ConcurrencyController(Concurrency.of(limit)), Gate(None), "a")
    for _ in range(in_flight):
        lane.controller.sent(0.0)
    lane.update_load()
    return lane


def test_load_is_requests_in_flight_relative_to_the_limit() -> None:
    assert (_lane(1).load, _lane(1).free_slots) == (0.25, 3)
    assert (_lane(4).load, _lane(4).free_slots) == (inf, 0)


@pytest.mark.parametrize("reason", ["away", "gone"])
def test_unreachable_or_removed_server_has_no_slots(reason: str) -> None:
    lane = _lane(1)
    if reason == "gone":
        lane.is_gone = True
    else:
        lane.gate.close(0.0, IoError("refused"))
    lane.update_load()

    assert (lane.load, lane.free_slots) == (inf, 0)


def test_stats_have_its_queue_and_the_reason() -> None:
    lane = _lane(1)
    lane.gauges = Gauges(running=3, waiting=7, kv_cache_usage=0.5)
    lane.done = 9

    stats = lane.stats(0.0, None)

    assert stats == ServerStats("a", 9, 1, 7, 0.5, 4, False, "ramping up")
    assert str(stats) == "a: 1 of 4"
    assert lane.stats(0.0, "ended").reason == "ended"
    lane.is_draining = True
    assert lane.stats(0.0, None).reason == "draining"


def test_stats_of_an_unreachable_server_have_no_queue() -> None:
    lane = _lane(1)
    lane.gauges = Gauges(running=3, waiting=7, kv_cache_usage=0.5)
    lane.gate.close(0.0, IoError("refused"))

    stats = lane.stats(0.4, None)

    assert (stats.waiting, stats.cache_usage, stats.is_away) == (None, None, True)
    assert stats.reason == "the server is away (refused); next check in 1 s"
    assert str(stats) == "a: away"
