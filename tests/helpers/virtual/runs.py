"""One bulk run alone on an engine, for as long as its workload needs."""

from collections.abc import Mapping

from attrs import frozen

from tests.helpers.virtual.client import Controller, VirtualClient
from tests.helpers.virtual.clock import VirtualClock
from tests.helpers.virtual.meter import Meter
from tests.helpers.virtual.server import VirtualServer
from tests.helpers.virtual.workloads import rows
from vllm_client.testing.engine.settings import Engine

SECONDS: Mapping[str, int] = {
    "short": 120,
    "embedding": 100,
    "reasoning": 3000,
    "long": 800,
    "mixed": 800,
}
"""Workload -> duration of a run in seconds, doubled on an A10G.

A thousand requests or more finish, except on slow engines. Results there depend on chance,
because a few long answers fill the whole cache.
"""

LONGEST: Mapping[str, int] = {"a10g": 16_000, "cpu": 8_000}
"""Engine -> maximum number of tokens of a prompt or an answer; 32,000 on other engines."""

# The share of a run, at its beginning, that is not measured.
SETTLING = 0.3


def seconds_of(engine: str, workload: str) -> int:
    return SECONDS[workload] * (2 if engine == "a10g" else 1)


@frozen
class Run:
    """A measured run.

    Attributes:
        rate: Tokens of useful work per second, after it has settled.
        max_waiting: The maximum of waiting requests over the whole run.
    """

    rate: float
    max_waiting: int
    mean_waiting: float
    recomputed_share: float
    client: VirtualClient


def run_alone(
    engine: str,
    workload: str,
    controller: Controller,
    seed: int,
    *,
    changed: Engine | None = None,
    has_gauges: bool = True,
) -> Run:
    """Run one client with this controller. `changed`: an engine to use instead of the preset."""
    clock = VirtualClock(seed)
    server = VirtualServer(clock, changed or Engine.preset(engine))
    meter = Meter(server)
    client = VirtualClient(
        server,
        controller,
        rows(workload, seed, LONGEST.get(engine, 32_000)),
        has_gauges=has_gauges,
    )
    seconds = seconds_of(engine, workload)
    clock.run(seconds)
    settled = SETTLING * seconds
    return Run(
        meter.rate(settled, seconds),
        meter.max_waiting(),
        meter.mean_waiting(settled),
        meter.recomputed_share,
        client,
    )
