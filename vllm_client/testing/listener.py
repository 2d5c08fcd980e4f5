"""Accept, track and close the connections of one run of a server."""

import asyncio
import os
import socket
import struct
from collections.abc import Callable

# Seconds without accepting connections after the process has run out of file descriptors.
_ACCEPT_PAUSE = 0.1


class TrackedConnection(asyncio.Protocol):
    """A connection that is in a set of open connections until it is closed."""

    def __init__(self, open: set["TrackedConnection"]) -> None:
        self._open = open
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        # No write buffer in asyncio: bytes are in the kernel once they are written, so that a
        # later reset or pause cannot overtake them.
        transport.set_write_buffer_limits(0)
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)
        self.gone.set()

    @property
    def is_idle(self) -> bool:
        """Whether the connection waits for the next request."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connection after sending what is buffered."""
        self._transport.close()

    def abandon(self) -> None:
        """Close the connection at once, and cancel its answer."""
        self._transport.abort()

    def reset(self) -> None:
        """Close the connection with RST instead of FIN."""
        # With a linger time of 0, closing a socket sends RST.
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        self._transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        self._transport.abort()


Connect = Callable[[set[TrackedConnection]], TrackedConnection]


class Listener:
    """Accept connections until the listener is closed; then close all of them.

    `loop.create_server` does not work here: it accepts a socket one step before it makes the
    protocol, so a server that closes between the two steps never sees that connection.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        listener: socket.socket,
        connect: Connect,
    ) -> None:
        self._loop = loop
        self._listener = listener
        self._connect = connect
        self._open: set[TrackedConnection] = set()
        self._arriving: set[asyncio.Task[object]] = set()
        listener.setblocking(False)
        self._listen()

    def close_idle(self) -> None:
        """Close the connections that wait for another request."""
        for connection in list(self._open):
            if connection.is_idle:
                connection.close()

    async def close(self) -> None:
        """Stop accepting, abort all connections, and return when all of them are closed."""
        self._loop.remove_reader(self._listener)
        self._listener.close()
        # Wait for connections being made: an accepted socket joins `_open` only once connected.
        await asyncio.gather(*self._arriving, return_exceptions=True)
        connections = list(self._open)
        for connection in connections:
            connection.abandon()
        await asyncio.gather(*(connection.gone.wait() for connection in connections))

    def _listen(self) -> None:
        if self._listener.fileno() >= 0:
            self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        """Accept all pending connections."""
        try:
            while True:
                self._serve(self._listener.accept()[0])
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            pass
        except OSError:  # out of descriptors: pause, or the readable listener would spin the loop
            self._loop.remove_reader(self._listener)
            self._loop.call_later(_ACCEPT_PAUSE, self._listen)

    def _serve(self, accepted: socket.socket) -> None:
        arriving: asyncio.Task[object] = self._loop.create_task(
            self._loop.connect_accepted_socket(lambda: self._connect(self._open), accepted)
        )
        self._arriving.add(arriving)
        arriving.add_done_callback(self._arriving.discard)
