"""A client's connection to the recorder, and its own connection to the server."""

import asyncio

import h11

from ..connection import NOT_HTTP, new_parser
from ..faults import faulty
from ..listener import TrackedConnection
from ..server_version import json_answer
from ..socket_steps import Send
from .exchange import End
from .exchange_observer import ExchangeObserver
from .recording import Recording


class RecorderConnection(TrackedConnection):
    """Forward requests to the server and answers to the client, each byte as it arrives.

    The two connections end together: when one side closes or resets its connection, the other is
    closed or reset too. Answers are forwarded unchanged.
    """

    def __init__(self, recording: Recording, open: set[TrackedConnection]) -> None:
        super().__init__(open)
        self._recording = recording
        self._loop = asyncio.get_running_loop()
        self._parser = new_parser()
        self._exchange: ExchangeObserver | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._unsent: list[bytes] = []
        self._server: ServerSide | None = None
        self._answers = 0
        self._ending = False
        self._reset_when_written = False
        self._client_gone = False

    # Called by the event loop.

    def data_received(self, data: bytes) -> None:
        self._parser.receive_data(data)
        self._read_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._client_gone = self._ending = True
        if self._exchange is not None:
            self._end_exchange("abandoned")
        if self._connecting is not None:
            self._connecting.cancel()
        if self._server is not None:
            self._server.transport.abort()
        self._leave()

    def pause_writing(self) -> None:
        if self._server is not None:
            self._server.transport.pause_reading()

    def resume_writing(self) -> None:
        if self._reset_when_written:
            self.reset()
        elif self._server is not None:
            self._server.transport.resume_reading()

    # Called by the listener.

    @property
    def is_idle(self) -> bool:
        return self._exchange is None

    # Called by the connection to the server.

    def server_connected(self, server: "ServerSide") -> None:
        """Send what the client has sent while the connection was being made."""
        self._server = server
        if self._client_gone:
            server.transport.abort()
            return
        for data in self._unsent:
            server.transport.write(data)
        self._unsent.clear()

    def server_sent(self, data: bytes) -> None:
        """Forward bytes to the client, then parse them."""
        self._transport.write(data)
        if self._exchange is not None:
            self._exchange.response.receive(data, self._loop.time())
            self._go_on_if_complete()

    def server_lost(self, exc: Exception | None) -> None:
        """End the client's connection in the way in which the server's ended."""
        self._server = None
        self._ending = True
        reset = isinstance(exc, ConnectionResetError)
        if self._exchange is not None:
            self._exchange.response.receive(b"", self._loop.time())
            whole = self._exchange.response.complete
            self._end_exchange("complete" if whole else "reset" if reset else "closed")
        self._end(reset)
        self._leave()

    def pause_client(self) -> None:
        self._transport.pause_reading()

    def resume_client(self) -> None:
        self._transport.resume_reading()

    # Requests.

    def _read_request(self) -> None:
        try:
            while self._read_event():
                pass
        except h11.RemoteProtocolError:
            self._transport.write(NOT_HTTP)
            self._transport.close()

    def _read_event(self) -> bool:
        """Handle one event of the parser; return False if none may be read now."""
        if self._ending or (self._exchange is not None and self._exchange.request_complete):
            return False
        match self._parser.next_event():
            case h11.Request() as request:
                self._exchange = self._recording.begin(request)
                head = self._exchange.send(self._recording.forwarded(request), self._loop.time())
                self._send(_of_version(head, request.http_version))
            case (h11.Data() | h11.EndOfMessage()) as event:
                assert self._exchange is not None
                self._send(self._exchange.send(event, self._loop.time()))
                self._go_on_if_complete()
            case _:
                return False
        return True

    def _send(self, data: bytes) -> None:
        if self._server is not None:
            self._server.transport.write(data)
            return
        self._unsent.append(data)
        if self._connecting is None:
            self._connecting = self._loop.create_task(self._connect())
            self._connecting.add_done_callback(self._connected)

    # The server.

    async def _connect(self) -> None:
        server = self._recording.server
        try:
            await self._loop.create_connection(
                lambda: ServerSide(self), server.host, server.port, ssl=self._recording.ssl
            )
        except OSError as error:
            self._refuse(f"the recorder cannot connect to {server}: {error}")

    def _connected(self, task: asyncio.Task[None]) -> None:
        self._connecting = None
        self._leave()
        if not task.cancelled():
            task.result()

    def _refuse(self, message: str) -> None:
        """Answer 502 if the server cannot be reached. This exchange is not recorded."""
        self._exchange = None
        self._ending = True
        answer = json_answer(
            {"error": {"message": message, "type": "BadGateway", "code": 502}}, 502
        )
        for step in faulty(answer, (), close=True):
            if isinstance(step, Send):
                self._transport.write(step.data)
        self._transport.close()

    # The ends of an exchange.

    def _go_on_if_complete(self) -> None:
        if self._exchange is None or not self._exchange.complete:
            return
        self._end_exchange("complete")
        self._answers += 1
        rest, _ = self._parser.trailing_data
        self._parser = new_parser()
        if rest:
            self.data_received(rest)

    def _end_exchange(self, end: End) -> None:
        exchange, self._exchange = self._exchange, None
        assert exchange is not None
        # A server closes a connection that was idle for a long time. The client then sends the
        # request again, so there is no answer to record.
        lost_idle = self._answers > 0 and end in ("closed", "reset") and not exchange.response.begun
        if not lost_idle:
            self._recording.end(exchange, end, self._loop.time())

    def _end(self, reset: bool) -> None:
        if not reset:
            self._transport.close()
        elif self._transport.get_write_buffer_size() == 0:
            self.reset()
        else:
            self._reset_when_written = True

    def _leave(self) -> None:
        """Remove the connection from the open ones once both sides are closed."""
        if self._client_gone and self._server is None and self._connecting is None:
            super().connection_lost(None)


class ServerSide(asyncio.Protocol):
    """The server's side of one client's connection."""

    def __init__(self, client: RecorderConnection) -> None:
        self._client = client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._client.server_connected(self)

    def data_received(self, data: bytes) -> None:
        self._client.server_sent(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._client.server_lost(exc)

    def pause_writing(self) -> None:
        self._client.pause_client()

    def resume_writing(self) -> None:
        self._client.resume_client()


def _of_version(head: bytes, version: bytes) -> bytes:
    """Return the request's head with its own HTTP version; h11 always writes 1.1."""
    return head.replace(b" HTTP/1.1\r\n", b" HTTP/%b\r\n" % version, 1)
