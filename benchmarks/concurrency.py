"""Adaptive concurrency compared with fixed limits, on the engine model and in virtual time.

From the root of a checkout, in an environment that has the package:

    python -m benchmarks.concurrency        # a minute of CPU

Nothing is measured on this machine: throughput and queue are those of the modelled engines. The
best fixed limit is known only in hindsight (tests/tools/best_fixed_concurrency.py).
"""

from collections.abc import Callable, Mapping
from statistics import fmean

from benchmarks.reports import Report
from tests.helpers.virtual.client import Controller, FixedLimit
from tests.helpers.virtual.runs import Run, run_alone
from tests.tools.best_fixed_concurrency import PAIRS, SEEDS, key, read_table
from vllm_client.bulk.concurrency import Concurrency, ConcurrencyController

CONTROLLERS: Mapping[str, Callable[[], Controller]] = {
    "ours": lambda: ConcurrencyController(Concurrency()),
    "ours, background": lambda: ConcurrencyController(Concurrency(), background=True),
    "fixed 64": lambda: FixedLimit(64),
    "fixed 256": lambda: FixedLimit(256),
    "fixed 1024": lambda: FixedLimit(1024),
}

NOTE = """\
Each cell: throughput as a share of that of the best fixed limit, and the maximum queue length at
the server in requests; mean and maximum of three seeds. Best: the best fixed limit of each seed."""


def main() -> None:
    best = read_table()
    rows = []
    for engine, workload in PAIRS:
        found = [best[key(engine, workload, seed)] for seed in SEEDS]
        cells = []
        for make in CONTROLLERS.values():
            runs = [run_alone(engine, workload, make(), seed) for seed in SEEDS]
            cells.append(_cell(runs, [each.rate for each in found]))
        limits = ", ".join(str(each.limit) for each in found)
        rows.append([f"{engine}, {workload}", limits, *cells])
    header = ["engine, workload", "best", *CONTROLLERS]
    title = "Concurrency on the engine model"
    print(Report("concurrency", title, header, rows, {}, NOTE).markdown())


def _cell(runs: list[Run], best: list[float]) -> str:
    share = fmean(run.rate / rate for run, rate in zip(runs, best, strict=True))
    return f"{share:.3f}, {max(run.max_waiting for run in runs)}"


if __name__ == "__main__":
    main()
