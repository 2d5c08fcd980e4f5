"""A server in a separate thread, with its own event loop and listening socket."""

import asyncio
import os
import socket
from threading import Thread
from types import TracebackType
from typing import Any, Self

from .listener import Connect, Listener

# Thousands of clients may connect at once. Linux limits this value to net.core.somaxconn.
_BACKLOG = 4096


class LocalServer:
    """Context manager that listens while it is entered. Thread-safe.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 selects a free one.
        uds: The path of a Unix socket to listen on instead.
        root_path: A prefix of all paths.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        uds: str | os.PathLike[str] | None = None,
        root_path: str = "",
    ) -> None:
        self.host = host
        self.port = port
        self.uds = None if uds is None else os.fspath(uds)
        self._root_path = root_path
        self._thread: Thread | None = None

    def start(self) -> None:
        """Start listening. A second start uses the same port again.

        Raises:
            OSError: The address is in use.
            RuntimeError: The server is already running.
        """
        if self._thread is not None:
            raise RuntimeError("this server is already running")
        listener = self._listen()
        # The proactor loop, Windows' default, has no add_reader.
        self._loop = asyncio.SelectorEventLoop()
        self._stopping = asyncio.Event()
        self._connections = Listener(self._loop, listener, self._connector())
        self._thread = Thread(target=self._run, name=type(self).__name__, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close all connections and end the thread, like a killed server; no-op if stopped."""
        if self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None
        if self.uds is not None:
            os.unlink(self.uds)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "stopped" if self._thread is None else "running"
        return f"<{type(self).__name__} {self.uds or self.base_url} {state}>"

    @property
    def root_url(self) -> str:
        """The root URL of the server, for routes such as /health and /tokenize."""
        if self.uds is not None:
            return f"http://localhost{self._root_path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{self._root_path}"

    @property
    def base_url(self) -> str:
        """The base URL for clients. It ends in /v1."""
        return f"{self.root_url}/v1"

    def close_idle_connections(self) -> None:
        """Close the idle connections, as vLLM does after 5 seconds.

        Raises:
            RuntimeError: The server is not running.
        """
        if self._thread is None:
            raise RuntimeError("this server is not running")
        asyncio.run_coroutine_threadsafe(self._close_idle(), self._loop).result()

    def _connector(self) -> Connect:
        """Return a function that makes a protocol for each connection of this run."""
        raise NotImplementedError

    def _listen(self) -> socket.socket:
        if self.uds is not None:
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            address: Any = self.uds
        else:
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            # asyncio sets TCP_NODELAY only on sockets whose `proto` is IPPROTO_TCP.
            listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            address = (self.host, self.port)
        try:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except BaseException:  # not only OSError: a port above 65535 raises OverflowError
            listener.close()
            raise
        if self.uds is None:
            self.port = listener.getsockname()[1]
        return listener

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        await self._stopping.wait()
        await self._connections.close()

    async def _close_idle(self) -> None:
        self._connections.close_idle()
        # asyncio closes the sockets themselves in the next iteration of the loop.
        await asyncio.sleep(0)
