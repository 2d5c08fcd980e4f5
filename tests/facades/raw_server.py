"""A server whose sockets are controlled by the test, byte by byte."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Left(Exception):
    """The client closed the connection."""


class Visit:
    """A connection of a client."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self._received = b""

    def read_head(self) -> bytes:
        """Read the head of the next request. Raises Left."""
        while b"\r\n\r\n" not in self._received:
            self._receive()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        return head

    def read_request(self) -> bytes:
        """Read the next request. Raises Left."""
        head = self.read_head()
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        while len(self._received) < length:
            self._receive()
        body, self._received = self._received[:length], self._received[length:]
        return head + b"\r\n\r\n" + body

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reset(self) -> None:
        """End the connection with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def wait_until_left(self) -> None:
        """Wait until the client has closed the connection."""
        try:
            while True:
                self._receive()
        except Left:
            return

    def _receive(self) -> None:
        try:
            received = self.socket.recv(1 << 20)
        except OSError:
            received = b""
        if not received:
            raise Left
        self._received += received


Treatment = Callable[[Visit], object]


class RawServer:
    """Call a function in a thread for each connection: the nth function for the nth connection.

    The last function is called for all further connections. A connection is closed when its
    function returns.
    """

    def __init__(self, *treatments: Treatment, backlog: int = 100) -> None:
        self._treatments = treatments
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=backlog)
        self._visits: list[Visit] = []
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self.port = self._listener.getsockname()[1]
        self.errors: list[BaseException] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def visits(self) -> int:
        """The number of connections so far."""
        return len(self._visits)

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for visit in self._visits:
            _shut_down(visit.socket)
        for thread in self._threads:
            thread.join()
        assert self.errors == []

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            visit = Visit(sock)
            treat = self._treatments[min(len(self._visits), len(self._treatments) - 1)]
            self._visits.append(visit)
            thread = threading.Thread(target=self._treat, args=(treat, visit), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _treat(self, treat: Treatment, visit: Visit) -> None:
        try:
            treat(visit)
        except (Left, OSError):
            pass  # many tests close a connection early
        except BaseException as error:
            self.errors.append(error)
        finally:
            visit.socket.close()


def _shut_down(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed already
