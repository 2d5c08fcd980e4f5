"""A simulated server to run by hand."""

import time
from typing import Any

from .server import SimulatedVllm


def simulate(host: str = "127.0.0.1", port: int = 8000, **settings: Any) -> None:
    """Runs a simulated server until Ctrl-C; `settings` are those of `SimulatedVllm`.

    Raises OSError when the address is taken.
    """
    with SimulatedVllm(host=host, port=port, **settings) as server:
        print(f"A simulated vLLM answers at {server.base_url} (Ctrl-C ends it)", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print(f"\n{len(server.requests)} requests answered.")
