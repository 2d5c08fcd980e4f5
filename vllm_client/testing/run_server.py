"""Run servers by hand, until Ctrl-C or SIGTERM."""

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
    """Run a simulated server until Ctrl-C or SIGTERM.

    It prints its settings, and a line for each request.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 selects a free one.
        **settings: Arguments of `SimulatedVllm`.

    Raises:
        OSError: The address is in use.
    """
    server = SimulatedVllm(**{"host": host, "port": port, "log": show, **settings})
    run_until_stopped(server, "A simulated vLLM listens at", *server.description)
    show(f"\n{len(server.requests)} requests answered.")


def run_until_stopped(server: LocalServer, title: str, *lines: str) -> None:
    """Run a server until Ctrl-C or SIGTERM, and print `title`, its address and `lines`.

    Raises:
        OSError: The address is in use.
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
    """Make SIGTERM act like Ctrl-C. Only the main thread may set signal handlers."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
