"""Run most benchmarks and write the results to benchmarks/RESULTS.md.

python -m benchmarks.run_all
"""

import platform
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import bulk, cold, decoding, many_streams, plain, server_check, stream
from benchmarks.cores import CLIENT_CORE, SERVER_CORE, stay_on_client_core
from benchmarks.environments import made, versions
from benchmarks.load_server import LoadServer, running_server
from benchmarks.reports import Report, Run, add_options, run_of
from benchmarks.targets import compare_with_targets

RESULTS = Path(__file__).parent / "RESULTS.md"
BENCHMARKS = [server_check, stream, plain, bulk, many_streams, cold, decoding]
KEPT = "<!-- benchmarks.run_all writes everything above, and keeps everything below. -->"
METHOD = """\
The client runs on one core, the load server on the other. Each sample is a fresh process, and the
peers take turns. The figures are medians of CPU time (user and system), without imports and
warm-up. Every peer reads every character, or its sample is dropped. Ratios are valid on other
machines, times are not. `openai` has its default limits (1000 connections, 100 kept alive);
"limits raised" allows as many connections as there are requests."""


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    run = run_of(options)
    stay_on_client_core()
    with running_server() as server:
        reports = []
        for benchmark in BENCHMARKS:
            for report in benchmark.measure(server, run):
                print(report.markdown(), end="\n\n", flush=True)
                reports.append(report)
    targets = compare_with_targets(reports)
    print(targets.markdown())
    written = _document(server, run, targets, reports)
    options.output.write_text(written + _kept(options.output), encoding="utf-8")


def _document(server: LoadServer, run: Run, targets: Report, reports: Sequence[Report]) -> str:
    parts = [
        "# Results",
        _circumstances(server, run),
        METHOD,
        *(report.markdown() for report in [targets, *reports]),
        "### Versions",
        _versions(),
    ]
    return "\n\n".join(parts) + "\n"


def _kept(path: Path) -> str:
    """Return the part of RESULTS.md with other benchmarks, which is maintained by hand."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    _, mark, below = text.partition(KEPT)
    return f"\n{KEPT}{below}" if mark else ""


def _circumstances(server: LoadServer, run: Run) -> str:
    return "\n".join(
        [
            f"- Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            f"- Machine: {_processor()}, {platform.system()} {platform.release()}",
            f"- Cores: client on {CLIENT_CORE}, load server (written in {server.written_in}) on "
            f"{SERVER_CORE}",
            f"- Python: {platform.python_implementation()} {sys.version.split()[0]}",
            f"- Samples: {run.samples} per peer, length × {run.scale:g}",
        ]
    )


def _processor() -> str:
    """Return the name (on Linux) and the number of the processors."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return platform.processor() or platform.machine()
    lines = cpuinfo.read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else platform.machine()


def _versions() -> str:
    lines = []
    for environment in made():
        packages = versions(environment) or {"nothing but Python": ""}
        listed = ", ".join(f"{name} {version}".strip() for name, version in packages.items())
        lines.append(f"- {environment}: {listed}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
