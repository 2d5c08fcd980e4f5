"""Cold start of a process: import, construction, and the first streamed token.

python -m benchmarks.cold
"""

import time
from pathlib import Path

from benchmarks.environments import python_of
from benchmarks.load_server import LoadServer
from benchmarks.reports import Report, Run, ratios, run_from_command_line
from benchmarks.sampling import Peer, Sample, interleave, run_script, spread

SCRIPT = Path(__file__).parent / "workers" / "cold.py"
SAMPLES_FOR_ONE = 3  # a cold start is short and its time varies, so take more samples

PEERS = [
    Peer("nothing but Python", "bare", "nothing"),
    Peer("raw socket, json", "bare", "raw"),
    Peer("openai", "openai", "openai"),
    Peer("httpx", "httpx", "httpx"),
    Peer("ours", "ours", "ours"),
    Peer("ours, orjson", "ours-orjson", "ours"),
]


def measure(server: LoadServer, run: Run) -> list[Report]:
    def take(peer: Peer) -> Sample:
        started = time.monotonic()
        sample = run_script([python_of(peer.environment), SCRIPT, peer.target, server.url])
        return sample | {"wall": sample["at"] - started}

    taken = interleave(run.chosen(PEERS), run.samples * SAMPLES_FOR_ONE, take)
    figures = {
        phase: taken.medians(phase, 1e3)
        for phase in ("import", "construction", "first_token", "wall")
    }
    rows = []
    for name, samples in taken.samples.items():
        least, most = spread(samples, "first_token")
        rows.append(
            [
                name,
                f"{figures['import'][name]:.1f}",
                f"{figures['construction'][name]:.2f}",
                f"{figures['first_token'][name]:.1f}",
                *ratios(figures["first_token"], name),
                f"{least * 1e3:.1f} … {most * 1e3:.1f}",
                f"{figures['wall'][name]:.1f}",
            ]
        )
    header = ["", "import", "construction", "start to first token", "× raw", "openai ÷ this"]
    note = (
        "CPU milliseconds. Start to first token includes the start of the interpreter; the last "
        "column is its wall time."
    )
    return [
        Report(
            "cold",
            "A cold process",
            [*header, "min … max", "wall to first token"],
            rows,
            figures,
            taken.note(note),
        )
    ]


if __name__ == "__main__":
    run_from_command_line(__doc__, measure)
