"""`vllm-client simulate`, `record` and `replay`: servers that run until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import sys
import warnings
from contextlib import suppress

from ..testing import record as make_recorder, replay as make_replayer, simulate as run_simulator
from ..testing.run_server import run_until_stopped
from .text import fit_for

# Entries of the parsed options that choose the command.
_COMMAND = ("run", "serve")


def simulate(options: argparse.Namespace) -> None:
    """Run a simulated server with these options, whose names are those of SimulatedVllm."""
    settings = {name: value for name, value in vars(options).items() if name not in _COMMAND}
    run_simulator(log=_show, **settings)


def record(options: argparse.Namespace) -> None:
    """Record what passes between clients and the server of --base-url."""
    recorder = make_recorder(
        options.file,
        options.base_url,
        timing=options.timing,
        host=options.host,
        port=options.port,
        log=_show,
    )
    title = f"{options.base_url} is recorded to {options.file} by the server at"
    run_until_stopped(recorder, title)


def replay(options: argparse.Namespace) -> None:
    """Serve what was recorded."""
    with warnings.catch_warnings(record=True) as torn:
        warnings.simplefilter("always")
        replayer = make_replayer(options.file, host=options.host, port=options.port, log=_show)
    for warning in torn:
        print(f"vllm-client: {warning.message}", file=sys.stderr)
    run_until_stopped(replayer, f"{options.file} is replayed at")


def _show(line: str) -> None:
    """Print a line on stdout at once; the server goes on if the pipe is closed."""
    with suppress(BrokenPipeError):
        print(fit_for(sys.stdout, line), flush=True)
