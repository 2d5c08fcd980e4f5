"""`vllm-client simulate`, `record` and `replay`: run a server until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import sys
import warnings
from contextlib import suppress

from ..testing import record as make_recorder, replay as make_replayer, simulate as run_simulator
from ..testing.run_server import run_until_stopped
from .text import fit_for

# Parsed options that select the command, and are not options of the simulator.
_COMMAND = ("run", "serve")


def simulate(options: argparse.Namespace) -> None:
    """Run a simulated server. The options have the names of SimulatedVllm's parameters."""
    settings = {name: value for name, value in vars(options).items() if name not in _COMMAND}
    run_simulator(log=_show, **settings)


def record(options: argparse.Namespace) -> None:
    """Record the traffic between clients and the server of --base-url."""
    recorder = make_recorder(
        options.file,
        options.base_url,
        timing=options.timing,
        host=options.host,
        port=options.port,
        log=_show,
    )
    title = f"recording {options.base_url} to {options.file}, listening at"
    run_until_stopped(recorder, title)


def replay(options: argparse.Namespace) -> None:
    """Serve recorded answers."""
    with warnings.catch_warnings(record=True) as torn:
        warnings.simplefilter("always")
        replayer = make_replayer(options.file, host=options.host, port=options.port, log=_show)
    for warning in torn:
        print(f"vllm-client: {warning.message}", file=sys.stderr)
    run_until_stopped(replayer, f"replaying {options.file} at")


def _show(line: str) -> None:
    """Print a line on stdout at once; ignore a closed pipe, so that the server keeps running."""
    with suppress(BrokenPipeError):
        print(fit_for(sys.stdout, line), flush=True)
