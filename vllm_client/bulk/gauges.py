"""Read the load of a server from its metrics."""

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
    """A snapshot of the load of one server, over all its engines.

    Attributes:
        running: Requests that are running, summed over the engines.
        waiting: Requests in the queues of the engines, summed.
        kv_cache_usage: The used share of the KV cache, 0 to 1, of the fullest engine.
        process_start_time: The start of the server process, in seconds since 1970. None if the
            metric is missing, as it is with several API processes behind one port.
    """

    running: int
    waiting: int
    kv_cache_usage: float
    process_start_time: float | None = None


def read_gauges(text: str) -> Gauges | None:
    """Parse the load from the text of /metrics; None if one of the three load series is missing.

    Only the lines of these metrics are parsed: /metrics of vLLM 0.32 has 550 lines.
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
    """Return the values of all engines, except those that are not finite."""
    return [sample.value for sample in samples if isfinite(sample.value)]
