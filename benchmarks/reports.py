"""The result of a benchmark: a table to print, and the figures in it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.cores import stay_on_client_core
from benchmarks.load_server import LoadServer, running_server

RAW, OPENAI = "raw socket, json", "openai"


@dataclass(frozen=True)
class Report:
    """One table. `figures[measure][peer]` are its medians, for comparison with the targets."""

    key: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: dict[str, dict[str, float]]
    note: str = ""

    def markdown(self) -> str:
        lines = [self.header, ["---"] * len(self.header), *self.rows]
        table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        return "\n\n".join(part for part in (f"### {self.title}", self.note, table) if part)


@dataclass(frozen=True)
class Run:
    """How much to measure: the number of samples per peer, and a factor for their length."""

    samples: int = 7
    scale: float = 1.0
    only: Sequence[str] = field(default=())

    def length(self, usual: int) -> int:
        return max(int(usual * self.scale), 1)

    def chosen(self, peers: Sequence) -> list:
        """Return the selected peers; all if none are selected."""
        return [peer for peer in peers if not self.only or peer.name in self.only]


def ratios(figures: dict[str, float], name: str) -> list[str]:
    """Return two ratios: the peer's figure to the raw socket's, and openai's to the peer's."""
    raw, openai = figures.get(RAW), figures.get(OPENAI)
    return [
        f"{figures[name] / raw:.2f}" if raw else "–",
        f"{openai / figures[name]:.1f}" if openai else "–",
    ]


def run_from_command_line(
    description: str, measure: Callable[[LoadServer, Run], Sequence[Report]]
) -> None:
    """Parse the options that all benchmarks share, measure, and print the tables."""
    parser = ArgumentParser(description=description)
    add_options(parser)
    run = run_of(parser.parse_args())
    stay_on_client_core()
    with running_server() as server:
        for report in measure(server, run):
            print(report.markdown(), end="\n\n", flush=True)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--samples", type=int, default=7, help="samples (processes) per peer")
    parser.add_argument("--quick", action="store_true", help="one sample of a tenth of the length")
    parser.add_argument("--only", action="append", default=[], metavar="PEER", help="name of a row")


def run_of(options: Namespace) -> Run:
    if options.quick:
        return Run(1, 0.1, options.only)
    return Run(options.samples, 1.0, options.only)
