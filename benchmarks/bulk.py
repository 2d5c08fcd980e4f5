"""Many rows: CPU per row and rows per second, compared with scripts that use a semaphore.

It also simulates the time to finish on a model of vLLM's engine.

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
# The server's delay for an answer in milliseconds. Without a delay the client is the limit; with
# one, the number of requests in flight determines the speed.
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
# A sample of openai takes half a minute.
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
        replace(peer, max_samples=MAX_SAMPLES.get(peer.name.split(",")[0], run.samples))
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
    header = ["", "CPU ms per row", "min … max", "rows per second", "max in flight", "samples"]
    figures = {"cpu": taken.medians("cpu", 1e3 / count)}
    return Report(
        f"bulk_{model}", f"{count} rows, {PACES[model]}", header, table, figures, taken.note()
    )


def _at_once(name: str) -> int:
    return RUNS[name][1] if name in RUNS else int(name.rpartition(" ")[2])


def _scenario(name: str) -> str:
    return "rows_of_a_run" if name in RUNS else "rows_with_semaphore"


class FiniteClient(VirtualClient):
    """A client whose run has a fixed number of rows."""

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
        "In virtual time, on a model of an engine. Short: prompts of 200 tokens with answers of "
        "30; mixed: prompts of 200 with 50, and one in five of 8,000 with 1,500. Minutes for the "
        f"seeds {', '.join(map(str, SEEDS))}."
    )
    header = ["engine, rows", "ours", *(f"fixed {limit}" for limit in LIMITS)]
    title = f"{ENGINE_ROWS} rows on the engine model"
    return Report("bulk_engine", title, header, table, {}, note)


def _ours() -> Controller:
    return ConcurrencyController(Concurrency())


def _seconds(engine: str, workload: str, controller: Controller, seed: int) -> float:
    """Return the virtual time at which the last row is done."""
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
