"""One connection of the simulated server: parse requests with h11, send answers as raw bytes."""

import asyncio
import re
from collections.abc import Iterable
from typing import Protocol, assert_never
from urllib.parse import parse_qsl, unquote

import h11

from .activity import Activity
from .faults import faulty
from .listener import TrackedConnection
from .replies import ReceivedRequest
from .script import Scripted
from .settings import SimulatorSettings
from .socket_steps import Abort, Close, Delay, Hang, Idle, Send, SocketResponse, Step, Until


class Answers(Protocol):
    """Source of answers.

    Attributes:
        released: Event that is cleared while generations wait.
    """

    released: asyncio.Event

    def generates(self, request: ReceivedRequest) -> bool:
        """Whether the request starts a generation."""
        ...

    def answer(self, request: ReceivedRequest) -> tuple[SocketResponse, Scripted | None]:
        """Return the answer, and the scripted entry that it used up, if any."""
        ...


class ServerConnection(TrackedConnection):
    """Read requests one after the other and send the answer to each."""

    def __init__(
        self,
        settings: SimulatorSettings,
        routes: Answers,
        activity: Activity,
        open: set[TrackedConnection],
    ) -> None:
        super().__init__(open)
        self._settings = settings
        self._routes = routes
        self._activity = activity
        self._parser = new_parser()
        self._request: h11.Request | None = None
        self._body: list[bytes] = []
        self._answering: asyncio.Task[bool] | None = None
        self._abandoned = False
        self._idle_limit = settings.keep_alive
        self._idle: asyncio.TimerHandle | None = None
        self._writable = asyncio.Event()

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._writable.set()
        self._number = self._activity.connected()

    def data_received(self, data: bytes) -> None:
        self._stop_idling()
        self._parser.receive_data(data)
        if self._answering is None:
            self._read_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_idling()
        if self._answering is not None:
            self._answering.cancel()
        super().connection_lost(exc)
        self._activity.disconnected()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # Called by the server.

    @property
    def is_idle(self) -> bool:
        """Whether the connection waits for the next request."""
        return self._answering is None and self._request is None

    def abandon(self) -> None:
        self._abandoned = True
        super().abandon()

    # Reading.

    def _read_request(self) -> None:
        try:
            while self._read_event():
                pass
        except h11.RemoteProtocolError:
            self._transport.write(NOT_HTTP)
            self._transport.close()

    def _read_event(self) -> bool:
        """Handle one event of the parser; return False if none may be read now."""
        match self._parser.next_event():
            case h11.Request() as request:
                self._request = request
                self._body = []
                if self._parser.they_are_waiting_for_100_continue:
                    self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            case h11.Data(data=data):
                self._body.append(bytes(data))
            case h11.EndOfMessage():
                assert self._request is not None
                self._begin_answer(_received(self._request, b"".join(self._body), self._number))
                return False
            case _:
                return False
        return True

    # Answering.

    def _begin_answer(self, request: ReceivedRequest) -> None:
        generates = self._routes.generates(request)
        self._activity.began(request, generates=generates)
        answer, scripted = self._routes.answer(request)
        close = _wants_close(request) or answer.headers.get("connection", "").lower() == "close"
        faults = [
            *(self._settings.faults if generates else ()),
            *(scripted.faults if scripted else ()),
        ]
        steps = faulty(answer, faults, close=close, bodiless=request.method == "HEAD")
        began = asyncio.get_running_loop().time()
        sent: list[bytes] = []
        self._answering = asyncio.create_task(self._play(steps, generates, sent))

        # A callback, not a `finally` in the task: a task that is cancelled before its first step
        # never reaches its `finally`.
        def ended(task: asyncio.Task[bool]) -> None:
            left = task.cancelled() and not self._abandoned
            answer.on_end()
            self._activity.ended(generates=generates, left=left)
            self._end_answer(task, close)
            seconds = asyncio.get_running_loop().time() - began
            self._activity.answered(request, sent, seconds, left=left)

        self._answering.add_done_callback(ended)

    async def _play(self, steps: Iterable[Step], generates: bool, sent: list[bytes]) -> bool:
        """Run the steps; return whether the connection may serve another request."""
        if generates:
            await self._routes.released.wait()
        for step in steps:
            match step:
                case Send(data):
                    # Let other tasks run before a write rather than after it: no other task then
                    # runs between writing the last byte and recording the end of the answer.
                    await asyncio.sleep(0)
                    self._transport.write(data)
                    if self._activity.log is not None:
                        sent.append(data)
                    await self._writable.wait()
                case Delay(seconds):
                    await asyncio.sleep(seconds)
                case Until(happened):
                    await happened()
                case Idle(seconds):
                    self._idle_limit = seconds
                case Hang():
                    await asyncio.get_running_loop().create_future()
                case Close():
                    return False
                case Abort():
                    self.reset()
                    return False
                case _:
                    assert_never(step)
        return True

    def _end_answer(self, task: asyncio.Task[bool], close: bool) -> None:
        self._answering = None
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            self._transport.abort()
            raise error
        if self.gone.is_set():
            return
        if close or not task.result():
            self._transport.close()
            return
        self._await_request()

    def _await_request(self) -> None:
        self._request = None
        rest, _ = self._parser.trailing_data
        self._parser = new_parser()
        if self._idle_limit <= 0:
            self._transport.close()
        elif rest:
            self.data_received(rest)
        else:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._idle_limit, self._transport.close)

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


# The default of vLLM 0.32 (--h11-max-incomplete-event-size).
MAX_HEAD_BYTES = 4 * 1024 * 1024

NOT_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\n"
    b"content-type: text/plain; charset=utf-8\r\n"
    b"content-length: 30\r\n"
    b"connection: close\r\n\r\n"
    b"Invalid HTTP request received."
)


# The absolute form of a request target, as sent to proxies (RFC 9112, 3.2.2); servers accept it.
_ABSOLUTE = re.compile(r"^https?://[^/?]*", re.IGNORECASE)


def new_parser() -> h11.Connection:
    """Return a parser for one request."""
    return h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)


def target_of(request: h11.Request) -> str:
    """Return the path and query of a request; the host of an absolute URL is removed."""
    return _ABSOLUTE.sub("", request.target.decode("latin-1"))


def _received(request: h11.Request, body: bytes, connection: int) -> ReceivedRequest:
    target = target_of(request)
    path, _, query = target.partition("?")
    return ReceivedRequest(
        method=request.method.decode(),
        path=unquote(path),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers={name.decode(): value.decode("latin-1") for name, value in request.headers},
        body=body,
        connection=connection,
        http_version=request.http_version.decode(),
        target=target,
    )


def _wants_close(request: ReceivedRequest) -> bool:
    return "close" in request.headers.get("connection", "").lower() or request.http_version < "1.1"
