"""The load of a server, read from its metrics."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

import attrs

from ..api.server.metrics import Metrics, MetricSample
from ..errors import ParseError

RUNNING = "vllm:num_requests_running"
WAITING = "vllm:num_requests_waiting"
KV_CACHE_USAGE = "vllm:kv_cache_usage_perc"
PROCESS_START_TIME = "process_start_time_seconds"

_NAMES = (RUNNING, WAITING, KV_CACHE_USAGE, PROCESS_START_TIME)


@attrs.frozen
class Gauges:
    """The load of one server at one moment, over all its engines.

    running: requests that the engines work on, summed.
    waiting: requests in the engines' queues, summed.
    kv_cache_usage: used share of the KV cache, 0 to 1, of the engine that has the least left.
    process_start_time: when the server's process started, in seconds since 1970. None if the
        server does not say; several API processes behind one port do not.
    """

    running: int
    waiting: int
    kv_cache_usage: float
    process_start_time: float | None = None


def read_gauges(text: str) -> Gauges | None:
    """Read the load from the text of /metrics; None if one of its three series is missing.

    Only the lines that matter are parsed: the text of vLLM 0.32 has 550 lines.
    """
    lines = "\n".join(line for line in text.split("\n") if line.startswith(_NAMES))
    try:
        return _gauges(Metrics.parse(lines))
    except ParseError:
        return None


def _gauges(metrics: Metrics) -> Gauges | None:
    values = {name: _values(family.samples) for name, family in metrics.items()}
    if not all(values.get(name) for name in (RUNNING, WAITING, KV_CACHE_USAGE)):
        return None
    return Gauges(
        running=int(sum(values[RUNNING])),
        waiting=int(sum(values[WAITING])),
        kv_cache_usage=max(values[KV_CACHE_USAGE]),
        process_start_time=next(iter(values.get(PROCESS_START_TIME, ())), None),
    )


def _values(samples: Iterable[MetricSample]) -> list[float]:
    """One value for each label `engine`, less those that are not finite numbers."""
    return [sample.value for sample in samples if isfinite(sample.value)]
