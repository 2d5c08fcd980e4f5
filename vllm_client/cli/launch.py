"""`vllm-client launch`: run vLLM servers until this command ends."""

from __future__ import annotations

import argparse
import signal
import sys
from types import FrameType

from ..launch import launch


def run_launch(options: argparse.Namespace) -> int:
    """Start the servers, print their base URLs, and wait for Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, _exit)
    servers = launch(
        options.model,
        replicas=options.replicas,
        args=options.args,
        python=options.python,
        host=options.host,
        port=options.port,
        logs=options.logs,
        timeout=options.timeout,
    )
    print(f"starting {options.replicas} x {options.model}", file=sys.stderr, flush=True)
    with servers as base_urls:
        print(*base_urls, sep="\n", flush=True)
        servers.wait()
    return 0


def _exit(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
