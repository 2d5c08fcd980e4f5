"""A server that accepts connections and never answers, like a stopped process."""

from __future__ import annotations

import socket
from typing import Self


class FrozenServer:
    """Listen without reading from connections, which the system accepts."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._socket.close()
