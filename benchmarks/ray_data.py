"""Rows of a Ray dataset: CPU per row and rows per second.

The peers are the HTTP processor of ray.data.llm and a hand-written actor with aiohttp.

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
# The load server's delay for an answer, and the number of rows.
PACES = {"plain": ("answered at once", 4096), "plain:100": ("answered after 100 ms", 2048)}
PEERS = [
    Peer("ours, concurrency=64", ENVIRONMENT, "ours"),
    Peer("ours, adaptive", ENVIRONMENT, "ours_adaptive"),
    Peer("aiohttp in an actor, semaphore 64", ENVIRONMENT, "aiohttp_actor"),
    Peer("ray.data.llm, HTTP processor", ENVIRONMENT, "processor"),
]
# The processor awaits the requests of a batch one after the other: 2048 rows would take minutes.
SLOW_ROWS = {("processor", "plain:100"): 768}
NOTE = (
    "One actor. All processes of Ray are on the client's core. Measured from the first to the last "
    "rows of output, without the start of Ray and of the actor."
)


def measure(server: LoadServer, run: Run) -> list[Report]:
    def take(peer: Peer) -> Sample:
        command = [python_of(peer.environment), WORKER, peer.target, server.url]
        rows = {model: run.length(_rows(peer, model)) for model in PACES}
        found = run_script([*command, json.dumps(rows)])
        sample: Sample = {}
        for model, figures in found.items():
            if figures.pop("answers") != rows[model]:
                raise SampleFailed(f"{peer.name} did not send exactly {rows[model]} rows")
            if figures.pop("characters") != rows[model] * characters_of_answer():
                raise SampleFailed(f"{peer.name} did not receive every character")
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
        "CPU ms per row, all of Ray",
        "min … max",
        "in the actor",
        "rows per second",
        "max in flight",
        "samples",
    ]
    figures = {"cpu": taken.medians(f"{model} cpu", 1e3)}
    title = f"Rows of a Ray dataset, {PACES[model][0]}"
    return Report(f"ray_{model}", title, header, table, figures, taken.note(NOTE))


if __name__ == "__main__":
    run_from_command_line(__doc__, measure)
