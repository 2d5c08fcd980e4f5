"""Many rows: CPU a row and rows per second, beside scripts with a semaphore; and, on the engine
model, the time to finish.

python -m benchmarks.bulk
"""

from dataclasses import replace
from functools import partial
from itertools import islice, product

from benchmarks.load_server import LoadServer, characters_of_answer
from benchmarks.reports import Report, Run, run_from_command_line
from benchmarks.sampling import Peer, Sample, interleave, median, run_worker, spread
from tests.helpers.virtual.client import Controller, FixedLimit, VirtualClient
from tests.helpers.virtual.clock import VirtualClock
from tests.helpers.virtual.server import VirtualServer
from tests.helpers.virtual.workloads import rows
from vllm_client.bulk.concurrency import Concurrency, ConcurrencyController
from vllm_client.testing.engine.settings import Engine

ROWS = 4000
# Milliseconds that the server takes for an answer: none shows what the client can do, the others
# what a number of requests in flight costs in time.
PACES = {"plain": "answered at once", "plain:100": "answered after 100 ms"}

SEMAPHORES = (64, 512)
RUNS = {
    "ours, map, concurrency=64": ("ours_bulk:AsyncMap", 64),
    "ours, map, concurrency=512": ("ours_bulk:AsyncMap", 512),
    "ours, map": ("ours_bulk:AsyncMap", 0),
    "ours, map, sync": ("ours_bulk:SyncMap", 64),
    "ours, files": ("ours_bulk:Files", 64),
}
PEERS = [
    *(Peer(name, "ours", target) for name, (target, _) in RUNS.items()),
    *(
        Peer(f"{name}, semaphore {at_once}", environment, target)
        for at_once in SEMAPHORES
        for name, environment, target in (
            ("ours, single calls", "ours", "ours:AsyncEvents"),
            ("openai", "openai", "openai_peer:DefaultLimits"),
            ("aiohttp", "aiohttp", "aiohttp_peer:AsyncClient"),
        )
    ),
]
# openai takes half a minute for a sample.
MAX_SAMPLES = {"openai": 3}

ENGINE_ROWS = 5000
ENGINES = ("h100", "a10g")
WORKLOADS = ("mixed", "short")
SEEDS = (31, 32, 33)
LIMITS = (64, 256, 1024)


def measure(server: LoadServer, run: Run) -> list[Report]:
    return [*(_rows(server, run, model) for model in PACES), _engine_model()]


def _rows(server: LoadServer, run: Run, model: str) -> Report:
    count = run.length(ROWS)
    characters = count * characters_of_answer()

    def take(peer: Peer) -> Sample:
        server.stats()
        options = {"model": model, "rows": count, "at_once": _at_once(peer.name)}
        sample = run_worker(peer, _scenario(peer.name), server.url, options, characters)
        return sample | {"peak": server.stats()["peak"]}

    peers = [
        replace(peer, most_samples=MAX_SAMPLES.get(peer.name.split(",")[0], run.samples))
        for peer in run.chosen(PEERS)
    ]
    taken = interleave(peers, run.samples, take)
    table = []
    for name, samples in taken.samples.items():
        least, most = spread(samples, "cpu")
        table.append(
            [
                name,
                f"{median(samples, 'cpu') / count * 1e3:.3f}",
                f"{least / count * 1e3:.3f} … {most / count * 1e3:.3f}",
                f"{count / median(samples, 'wall'):,.0f}",
                f"{median(samples, 'peak'):.0f}",
                str(len(samples)),
            ]
        )
    header = ["", "CPU ms a row", "least … most", "rows a second", "in flight, most", "samples"]
    figures = {"cpu": taken.medians("cpu", 1e3 / count)}
    return Report(
        f"bulk_{model}", f"{count} rows, {PACES[model]}", header, table, figures, taken.told()
    )


def _at_once(name: str) -> int:
    return RUNS[name][1] if name in RUNS else int(name.rpartition(" ")[2])


def _scenario(name: str) -> str:
    return "rows_of_a_run" if name in RUNS else "rows_with_semaphore"


class FiniteClient(VirtualClient):
    """A run that ends."""

    rows_left = ENGINE_ROWS

    def _has_row(self) -> bool:
        return bool(self._again) or self.rows_left > 0

    def _next_row(self) -> tuple[int, int]:
        self.rows_left -= 1
        return next(self._rows)


def _engine_model() -> Report:
    table = []
    for engine, workload in product(ENGINES, WORKLOADS):
        makers = [_ours, *(partial(FixedLimit, limit) for limit in LIMITS)]
        cells = [
            _minutes([_seconds(engine, workload, make(), seed) for seed in SEEDS])
            for make in makers
        ]
        table.append([f"{engine}, {workload}", *cells])
    note = (
        "In virtual time, on the model of an engine. Short: prompts of 200 tokens with answers of "
        "30; mixed: prompts of 200 with 50, and one in five of 8,000 with 1,500. Minutes, of the "
        f"seeds {', '.join(map(str, SEEDS))}."
    )
    header = ["engine, rows", "ours", *(f"fixed {limit}" for limit in LIMITS)]
    title = f"{ENGINE_ROWS} rows on the engine model"
    return Report("bulk_engine", title, header, table, {}, note)


def _ours() -> Controller:
    return ConcurrencyController(Concurrency())


def _seconds(engine: str, workload: str, controller: Controller, seed: int) -> float:
    """When the last row is done."""
    clock = VirtualClock(seed)
    server = VirtualServer(clock, Engine.preset(engine))
    longest = 16_000 if engine == "a10g" else 32_000
    client = FiniteClient(server, controller, islice(rows(workload, seed, longest), ENGINE_ROWS))
    while client.done < ENGINE_ROWS:
        clock.run(clock.now + 1.0)
    return clock.now


def _minutes(seconds: list[float]) -> str:
    return " / ".join(f"{each / 60:.1f}" for each in seconds)


if __name__ == "__main__":
    run_from_command_line(__doc__, measure)
