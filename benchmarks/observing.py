"""The cost of records and observers: CPU of plain answers and of streamed tokens.

python -m benchmarks.observing --before COMMIT

The rows take turns in short rounds: the package at an earlier commit; this checkout without
observers, twice (their difference is the noise); with an observer that does nothing; and with
OpenTelemetry. The environment needs opentelemetry-sdk.
"""

import io
import statistics
import subprocess
import sys
import tarfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.cores import stay_on_client_core
from benchmarks.load_server import BUILT, running_server
from benchmarks.reports import Report

HERE = Path(__file__).parent
CHECKOUT = HERE.parent
WORKER = HERE / "workers" / "observed.py"

# Client, scenario, and the number of answers or tokens per round.
ROUNDS = {
    "plain answer, sync": ("sync", "plain", 100),
    "plain answer, async": ("async", "plain", 100),
    "streamed token, sync": ("sync", "stream", 5000),
    "streamed token, async": ("async", "stream", 5000),
}
WARM_UP_ROUNDS = 3
ROWS = {
    "before": ("before", "nobody"),
    "nothing on": ("now", "nobody"),
    "nothing on, again": ("now", "nobody"),
    "observer that does nothing": ("now", "no-op"),
    "OpenTelemetry": ("now", "opentelemetry"),
}


class Worker:
    """A process that runs one round for each line that it reads."""

    def __init__(self, package: Path, who: str, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, WORKER, who, url],
            env={"PYTHONPATH": str(package), "PATH": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def take(self, side: str, scenario: str, count: int) -> float:
        """Run a round and return the CPU microseconds per answer or token."""
        self._process.stdin.write(f"{side} {scenario} {count}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline()) / count * 1e6

    def close(self) -> None:
        self._process.communicate()


@contextmanager
def workers(url: str, before: str) -> Iterator[dict[str, Worker]]:
    folders = {"before": extracted(before), "now": CHECKOUT}
    with ExitStack() as stack:
        made = {name: Worker(folders[code], who, url) for name, (code, who) in ROWS.items()}
        for worker in made.values():
            stack.callback(worker.close)
        yield made


def extracted(commit: str) -> Path:
    """Extract the package as of a commit, and return its folder."""
    folder = BUILT / "before"
    command = ["git", "-C", CHECKOUT, "archive", commit, "vllm_client"]
    archive = subprocess.run(command, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def measure(url: str, before: str, turns: int) -> list[Report]:
    with workers(url, before) as rows:
        return [
            _report(title, _in_turns(rows, scenario, turns)) for title, scenario in ROUNDS.items()
        ]


def _in_turns(
    rows: dict[str, Worker], scenario: tuple[str, str, int], turns: int
) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in rows}
    for turn in range(WARM_UP_ROUNDS + turns):
        # begin each turn with another row, so that no row always follows the same one
        names = [*rows][turn % len(rows) :] + [*rows][: turn % len(rows)]
        for name in names:
            figure = rows[name].take(*scenario)
            if turn >= WARM_UP_ROUNDS:
                taken[name].append(figure)
    return taken


def _report(title: str, taken: dict[str, list[float]]) -> Report:
    """Return a table. Differences are medians of the differences within each turn."""
    rows = []
    for name, figures in taken.items():
        differences = [figure - base for figure, base in zip(figures, taken["before"], strict=True)]
        difference = statistics.median(differences)
        rows.append(
            [
                name,
                f"{statistics.median(figures):.2f}",
                f"{min(figures):.2f}",
                f"{difference:+.2f}",
                f"{difference / statistics.median(taken['before']):+.1%}",
            ]
        )
    header = ["", "CPU µs, median", "min", "difference to before", ""]
    return Report(title, title.capitalize(), header, rows, {})


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--before", required=True, help="the commit to compare with")
    parser.add_argument("--turns", type=int, default=100)
    options = parser.parse_args()
    stay_on_client_core()
    with running_server() as server:
        for report in measure(server.url, options.before, options.turns):
            print(report.markdown(), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
