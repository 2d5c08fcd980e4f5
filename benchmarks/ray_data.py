"""Rows of a Ray dataset: CPU a row and rows per second, beside the HTTP processor of ray.data.llm
and an actor written by hand with aiohttp.

python -m benchmarks.ray_data
"""

import json
from pathlib import Path

from benchmarks.environments import python_of
from benchmarks.load_server import LoadServer, characters_of_answer
from benchmarks.reports import Report, Run, run_from_command_line
from benchmarks.sampling import (
    Peer,
    Sample,
    SampleFailed,
    Taken,
    interleave,
    median,
    run_script,
    spread,
)

WORKER = Path(__file__).parent / "workers" / "ray_rows.py"
ENVIRONMENT = "ours-ray"
# What the load server takes for an answer, and rows.
PACES = {"plain": ("answered at once", 4096), "plain:100": ("answered after 100 ms", 2048)}
PEERS = [
    Peer("ours, concurrency=64", ENVIRONMENT, "ours"),
    Peer("ours, adaptive", ENVIRONMENT, "ours_adaptive"),
    Peer("aiohttp in an actor, semaphore 64", ENVIRONMENT, "aiohttp_actor"),
    Peer("ray.data.llm, HTTP processor", ENVIRONMENT, "processor"),
]
# It awaits the requests of a batch one after the other: 2048 rows would take minutes.
SLOW_ROWS = {("processor", "plain:100"): 768}
NOTE = (
    "One actor, each process of Ray on the client's core. Measured from the first rows that come "
    "out to the last ones: the start of Ray and of the actor is left out."
)


def measure(server: LoadServer, run: Run) -> list[Report]:
    def take(peer: Peer) -> Sample:
        command = [python_of(peer.environment), WORKER, peer.target, server.url]
        rows = {model: run.length(_rows(peer, model)) for model in PACES}
        found = run_script([*command, json.dumps(rows)])
        sample: Sample = {}
        for model, figures in found.items():
            if figures.pop("answers") != rows[model]:
                raise SampleFailed(f"{peer.name} sent other than {rows[model]} rows")
            if figures.pop("characters") != rows[model] * characters_of_answer():
                raise SampleFailed(f"{peer.name} did not see every character")
            sample |= {f"{model} {name}": figure for name, figure in figures.items()}
        return sample

    taken = interleave(run.chosen(PEERS), run.samples, take)
    return [_report(taken, model, run) for model in PACES]


def _rows(peer: Peer, model: str) -> int:
    return SLOW_ROWS.get((peer.target, model), PACES[model][1])


def _report(taken: Taken, model: str, run: Run) -> Report:
    table = []
    for peer in PEERS:
        samples = taken.samples.get(peer.name)
        if samples:
            least, most = spread(samples, f"{model} cpu")
            table.append(
                [
                    peer.name,
                    f"{run.length(_rows(peer, model)):,}",
                    f"{median(samples, f'{model} cpu') * 1e3:.2f}",
                    f"{least * 1e3:.2f} … {most * 1e3:.2f}",
                    f"{median(samples, f'{model} actor') * 1e3:.2f}",
                    f"{1 / median(samples, f'{model} wall'):,.0f}",
                    f"{max(sample[f'{model} peak'] for sample in samples):.0f}",
                    str(len(samples)),
                ]
            )
    header = [
        "",
        "rows",
        "CPU ms a row, all of Ray",
        "least … most",
        "in the actor",
        "rows a second",
        "in flight, most",
        "samples",
    ]
    figures = {"cpu": taken.medians(f"{model} cpu", 1e3)}
    title = f"Rows of a Ray dataset, {PACES[model][0]}"
    return Report(f"ray_{model}", title, header, table, figures, taken.told(NOTE))


if __name__ == "__main__":
    run_from_command_line(__doc__, measure)
