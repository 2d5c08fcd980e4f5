"""Servers to run by hand, until Ctrl-C or SIGTERM."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from .local_server import LocalServer
from .server import SimulatedVllm

show = partial(print, flush=True)


def simulate(host: str = "127.0.0.1", port: int = 8000, **settings: Any) -> None:
    """Runs a simulated server until Ctrl-C or SIGTERM; `settings` are those of `SimulatedVllm`.

    Prints what it serves, and a line for each request. Raises OSError when the address is taken.
    """
    server = SimulatedVllm(**{"host": host, "port": port, "log": show, **settings})
    run_until_stopped(server, "A simulated vLLM answers at", *server.description)
    show(f"\n{len(server.requests)} requests answered.")


def run_until_stopped(server: LocalServer, title: str, *lines: str) -> None:
    """Runs a server until Ctrl-C or SIGTERM. The first line says `title` and where it listens.

    Raises OSError when the address is taken.
    """
    with _sigterm_interrupts():
        try:
            with server:
                show(f"{title} {server.uds or server.base_url} (Ctrl-C ends it)", *lines, sep="\n")
                while True:
                    time.sleep(3600)
        except KeyboardInterrupt:
            pass


@contextmanager
def _sigterm_interrupts() -> Iterator[None]:
    """SIGTERM does what Ctrl-C does. Only a main thread can say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
