"""The controller on the engine model, in virtual time: minutes of a GPU in tenths of a second.

Each run is repeatable. tests/tools/best_fixed_concurrency.py has the seeds, and made the table of
the best fixed limits that runs are compared with.
"""

from collections.abc import Sequence
from statistics import fmean

import pytest

from tests.helpers.virtual.client import FixedLimit, VirtualClient
from tests.helpers.virtual.clock import VirtualClock
from tests.helpers.virtual.meter import Meter
from tests.helpers.virtual.runs import Run, run_alone
from tests.helpers.virtual.server import VirtualServer
from tests.helpers.virtual.workloads import rows
from tests.tools.best_fixed_concurrency import SEEDS, key, read_table
from vllm_client.bulk.concurrency import Concurrency, ConcurrencyController, LimitReason
from vllm_client.testing.engine.settings import Engine

BEST = read_table()

WORKLOADS = ("short", "reasoning", "long", "embedding")


def controller(*, background: bool = False) -> ConcurrencyController:
    return ConcurrencyController(Concurrency(), background=background)


def run(engine: str, workload: str, seed: int, *, has_gauges: bool = True) -> Run:
    return run_alone(engine, workload, controller(), seed, has_gauges=has_gauges)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("engine", ["h100", "a10g"])
def test_throughput_is_near_the_best_fixed_limit_with_a_short_queue(
    engine: str, workload: str, seed: int
) -> None:
    found = run(engine, workload, seed)

    assert found.rate >= 0.95 * BEST[key(engine, workload, seed)].rate
    assert found.max_waiting < 200


@pytest.mark.parametrize("workload", WORKLOADS)
def test_the_stored_table_is_that_of_this_model(workload: str) -> None:
    best = BEST[key("a10g", workload, SEEDS[0])]

    found = run_alone("a10g", workload, FixedLimit(best.limit), SEEDS[0])

    assert found.rate == pytest.approx(best.rate)


class UnpacedController(ConcurrencyController):
    """A controller without rule 3: growth is not limited by completions."""

    def _grow(self, gap: float) -> None:
        self._completed_since_growth = 10**9
        super()._grow(gap)


class TestGrowthPacedByReturns:
    """Rule 3 with long answers, where many new requests would overflow the cache."""

    engine, workload = "4xh100-70b", "reasoning"

    def runs(self, made: type[ConcurrencyController]) -> Sequence[tuple[Run, float]]:
        """Run once for each seed; return the rates as shares of the best fixed limit's rate."""
        found = [run_alone(self.engine, self.workload, made(Concurrency()), s) for s in SEEDS]
        best = [BEST[key(self.engine, self.workload, seed)].rate for seed in SEEDS]
        return [(run, run.rate / rate) for run, rate in zip(found, best, strict=True)]

    def test_throughput_holds(self) -> None:
        runs = self.runs(ConcurrencyController)

        assert fmean(share for _, share in runs) > 0.96
        assert max(run.recomputed_share for run, _ in runs) < 0.3
        assert max(run.max_waiting for run, _ in runs) < 100

    def test_throughput_is_lost_without_rule_3(self) -> None:
        runs = self.runs(UnpacedController)

        assert fmean(share for _, share in runs) < 0.96
        assert min(run.recomputed_share for run, _ in runs) > 0.3
        assert min(run.max_waiting for run, _ in runs) > 100


class TestSeveralClients:
    """Shares of four clients that start 20 s apart, five minutes later."""

    def shares(self, engine: str, seed: int) -> tuple[list[float], Meter]:
        """Return how many requests each client has in flight."""
        clock = VirtualClock(seed)
        server = VirtualServer(clock, Engine.preset(engine))
        meter = Meter(server)
        clients = [
            VirtualClient(server, controller(), rows("short", 10 * seed + n, 32_000), start=20 * n)
            for n in range(4)
        ]
        clock.run(360)
        polls = [[in_flight for at, _, in_flight in c.limits if at > 345] for c in clients]
        return list(map(fmean, polls)), meter

    @pytest.mark.parametrize("seed", SEEDS)
    def test_shares_become_equal_within_twenty_percent(self, seed: int) -> None:
        shares, meter = self.shares("h100", seed)

        assert max(shares) <= 1.2 * min(shares)
        assert meter.rate(60, 360) >= 0.95 * BEST[key("h100", "short", SEEDS[0])].rate
        assert meter.max_waiting() < 200

    @pytest.mark.parametrize("seed", SEEDS)
    def test_shares_become_fair_on_a_slow_engine(self, seed: int) -> None:
        """An A10G has few completions, and growth is paced by completions."""
        shares, _ = self.shares("a10g", seed)

        assert fairness(shares) > 0.95


def fairness(shares: Sequence[float]) -> float:
    """Return Jain's fairness index: 1 for equal shares, 1/n if one client has everything."""
    return sum(shares) ** 2 / (len(shares) * sum(share**2 for share in shares))


class TestRefusals:
    """A server with a max number of running and waiting requests, which refuses more with 503."""

    @pytest.mark.parametrize("has_gauges", [True, False])
    @pytest.mark.parametrize("most", [64, 256])
    def test_the_server_is_kept_full_with_few_refusals(self, most: int, has_gauges: bool) -> None:
        engine = Engine.preset("h100", max_num_queued_reqs=most)
        best = run_alone("h100", "short", FixedLimit(most), SEEDS[0], changed=engine)

        found = run_alone(
            "h100", "short", controller(), SEEDS[0], changed=engine, has_gauges=has_gauges
        )

        assert found.rate >= 0.95 * best.rate
        assert found.client.refusals < 0.2 * found.client.done
        assert 0.9 * most <= found.client.controller.limit < 1.3 * most


class TestRestart:
    @pytest.mark.parametrize("workload", ["short", "reasoning"])
    def test_full_speed_five_seconds_after_the_gate_opens(self, workload: str) -> None:
        clock = VirtualClock(SEEDS[0])
        server = VirtualServer(clock, Engine.preset("h100"))
        meter = Meter(server)
        client = VirtualClient(server, controller(), rows(workload, SEEDS[0], 32_000))
        clock.call_at(300, server.crash)
        clock.call_at(320, server.restart)

        clock.run(400)

        (opened,) = client.gate_opened
        assert client.lost > 0
        assert meter.rate(opened + 5, opened + 20) >= 0.95 * meter.rate(100, 300)
        assert max(reading.waiting for reading in meter.readings if reading.at > 320) < 600


class TestInput:
    def test_a_slow_input_leaves_the_limit_and_makes_no_burst_when_it_gets_fast(self) -> None:
        clock = VirtualClock(SEEDS[0])
        server = VirtualServer(clock, Engine.preset("h100"))
        meter = Meter(server)
        client = VirtualClient(
            server,
            controller(),
            rows("short", SEEDS[0], 32_000),
            rows_per_second=lambda now: 40 if now < 150 else 1e6,
        )

        clock.run(149)
        assert client.controller.limit == 16
        assert client.controller.reason is LimitReason.INPUT_BOUND

        clock.run(300)
        assert meter.rate(160, 300) >= 0.95 * BEST[key("h100", "short", SEEDS[0])].rate
        assert meter.max_waiting() < 200


class TestWithoutGauges:
    @pytest.mark.parametrize("engine", ["h100", "a10g"])
    def test_throughput_is_found_by_probing(self, engine: str) -> None:
        found = run(engine, "short", SEEDS[0], has_gauges=False)

        assert found.rate >= 0.8 * BEST[key(engine, "short", SEEDS[0])].rate
        assert found.client.controller.reason is LimitReason.NO_GAUGES


class TestBackground:
    def test_the_queue_is_shorter_at_nearly_the_same_throughput(self) -> None:
        ours = run("h100", "short", SEEDS[0])

        found = run_alone("h100", "short", controller(background=True), SEEDS[0])

        assert found.rate >= 0.9 * ours.rate
        assert found.mean_waiting < ours.mean_waiting
