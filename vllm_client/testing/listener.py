"""The connections of one run of a server: accepted, tracked and closed in one place."""

import asyncio
import os
import socket
import struct
from collections.abc import Callable

# Seconds without accepting after the process has run out of descriptors.
_ACCEPT_PAUSE = 0.1


class TrackedConnection(asyncio.Protocol):
    """A connection in the listener's set of open ones, from its first moment to its last."""

    def __init__(self, open: set["TrackedConnection"]) -> None:
        self._open = open
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        # No buffer: bytes that were sent are with the kernel, so that a reset or a pause after
        # them comes after them.
        transport.set_write_buffer_limits(0)
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)
        self.gone.set()

    @property
    def is_idle(self) -> bool:
        """Whether it has answered and waits for another request."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends the connection in order."""
        self._transport.close()

    def abandon(self) -> None:
        """Ends the connection and its answer at once."""
        self._transport.abort()

    def reset(self) -> None:
        """Ends the connection with RST instead of FIN."""
        # A socket that lingers for 0 seconds sends RST when it is closed.
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        self._transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        self._transport.abort()


Connect = Callable[[set[TrackedConnection]], TrackedConnection]


class Listener:
    """Accepts connections until it is closed, and then leaves none behind.

    `loop.create_server` is no substitute: it accepts a socket one step before it makes the
    protocol, so that a server that closes between the two never sees that connection.
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
        """Closes those that wait for another request."""
        for connection in list(self._open):
            if connection.is_idle:
                connection.close()

    async def close(self) -> None:
        """Accepts no more, aborts all connections, and returns when the last one is gone."""
        self._loop.remove_reader(self._listener)
        self._listener.close()
        # An accepted socket is in `_open` only once its protocol is connected.
        await asyncio.gather(*self._arriving, return_exceptions=True)
        connections = list(self._open)
        for connection in connections:
            connection.abandon()
        await asyncio.gather(*(connection.gone.wait() for connection in connections))

    def _listen(self) -> None:
        if self._listener.fileno() >= 0:
            self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        """Accepts all connections that the kernel holds ready."""
        try:
            while True:
                self._serve(self._listener.accept()[0])
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            pass
        except OSError:  # no descriptor is left: the listener would stay readable
            self._loop.remove_reader(self._listener)
            self._loop.call_later(_ACCEPT_PAUSE, self._listen)

    def _serve(self, accepted: socket.socket) -> None:
        arriving: asyncio.Task[object] = self._loop.create_task(
            self._loop.connect_accepted_socket(lambda: self._connect(self._open), accepted)
        )
        self._arriving.add(arriving)
        arriving.add_done_callback(self._arriving.discard)
