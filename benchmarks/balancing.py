"""Choosing among several servers: the effect of the policies, and the cost of a choice.

From the root of a checkout, in an environment that has the package:

    python -m benchmarks.balancing

The effect is simulated for eight servers of unequal speed, in virtual time
(tests/helpers/virtual/several_servers.py); the cost is measured on this machine.
"""

from itertools import count
from statistics import median
from time import process_time

from benchmarks.reports import Report
from tests.helpers.virtual.several_servers import (
    NAMES,
    Outcome,
    bulk_run,
    by_policy,
    open_loop,
    two_random_choices,
)
from vllm_client.balancing.affinity import prefix_keys
from vllm_client.balancing.servers import ServerSet
from vllm_client.balancing.wanted import Wanted
from vllm_client.bulk.concurrency import Concurrency, ConcurrencyController
from vllm_client.bulk.gate import Gate
from vllm_client.bulk.row_routes import SeveralServers
from vllm_client.bulk.run_row import Row
from vllm_client.bulk.server_lane import ServerLane

SEEDS = (1, 2, 3, 4, 5)
CHOICES, ROUNDS = 500, 30
MESSAGES = [
    {"role": "system", "content": "You are a helpful assistant. " * 100},
    {"role": "user", "content": "What is the capital of France? " * 20},
]


def main() -> None:
    servers = [
        _row("least loaded", [open_loop(by_policy, _set("least_loaded"), s) for s in SEEDS]),
        _row("two random", [open_loop(two_random_choices, _set(), s) for s in SEEDS]),
        _row("round robin", [open_loop(by_policy, _set("round_robin"), s) for s in SEEDS]),
        _row("bulk, look-ahead", [bulk_run("prefix", s) for s in SEEDS]),
        _row("bulk, no look-ahead", [bulk_run("least_loaded", s) for s in SEEDS]),
    ]
    header = ["", "p50, s", "p99, s", "cache hits", "answers per second", "tokens per second"]
    print(Report("balancing", "Eight unequal servers", header, servers, {}, "").markdown())
    costs = [
        ["least_loaded", f"{_cost('least_loaded'):.1f}"],
        ["prefix", f"{_cost('prefix'):.1f}"],
    ]
    costs += [
        ["a bulk row, least_loaded", f"{_row_cost('least_loaded'):.1f}"],
        ["a bulk row, prefix", f"{_row_cost('prefix'):.1f}"],
    ]
    header = ["policy", "µs per choice"]
    print(Report("balancing_cost", "A choice among 64 servers", header, costs, {}, "").markdown())


def _set(policy: str = "least_loaded") -> ServerSet:
    return ServerSet(NAMES, policy)  # type: ignore[arg-type]  # one of the three names


def _row(name: str, outcomes: list[Outcome]) -> list[str]:
    columns = zip(*((o.p50, o.p99, o.hits, o.rate) for o in outcomes), strict=True)
    tokens = f"{median(o.tokens for o in outcomes):,.0f}"
    return [name, *(f"{median(column):.2f}" for column in columns), tokens]


def _cost(policy: str) -> float:
    """Return the CPU microseconds of a choice, with hashing the prompt if the policy needs it."""
    servers = ServerSet([f"server-{i}" for i in range(64)], policy)  # type: ignore[arg-type]
    for i, server in enumerate(servers.all):
        for flight in range(i % 7):
            servers.begin(server, flight, 0.0)
    rounds = []
    for _ in range(ROUNDS):
        start = process_time()
        for _ in range(CHOICES):
            keys = prefix_keys({"messages": MESSAGES}) if policy == "prefix" else ()
            servers.choose(Wanted(keys=keys), 0.0)
        rounds.append((process_time() - start) / CHOICES * 1e6)
    return min(rounds)  # the minimum, because other processes slow some rounds down


def _row_cost(policy: str) -> float:
    """Return the CPU microseconds to queue a row of a bulk run and choose its server."""
    routes = SeveralServers(ServerSet([f"server-{i}" for i in range(64)], policy))  # type: ignore[arg-type]
    concurrency = ConcurrencyController(Concurrency.of(64))
    routes.lanes = [ServerLane(concurrency, Gate(None), f"server-{i}") for i in range(64)]
    numbers = count()
    rounds = []
    for _ in range(ROUNDS):
        start = process_time()
        for _ in range(CHOICES):
            keys = prefix_keys({"messages": MESSAGES}) if policy == "prefix" else ()
            routes.add(Row(next(numbers), None, wanted=Wanted(keys=keys, model="m")))
            routes.next_row()
        rounds.append((process_time() - start) / CHOICES * 1e6)
    return min(rounds)


if __name__ == "__main__":
    main()
