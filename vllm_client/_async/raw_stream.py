"""A response of any route as a stream of bytes or server-sent events."""

from __future__ import annotations

from collections import deque
from typing import Any, Self

from .._io.asyncio_.mix_ups import explains_missing_await
from ..api.server.raw import RawResponse, response_of
from ..call.recording import attach
from ..call.request import Attempt
from ..call.response import HttpResponse
from ..errors import StreamError
from ..http.sse import SseDecoder
from .stream import AsyncBaseStream


@explains_missing_await
class AsyncRawStream(AsyncBaseStream[bytes]):
    """A response of any kind as a stream of bytes, in pieces of arbitrary size.

    Use it in a `with` block: it owns a connection. `status` and `headers` are available at once.
    """

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._answer.status

    def events(self) -> AsyncRawEvents:
        """Iterate over the data of server-sent events as text; vLLM's last may be "[DONE]"."""
        return AsyncRawEvents(self, self._attempt)

    async def finish(self) -> None:
        """Stop reading, and return the connection to the pool.

        If the body does not end within a moment, the connection is closed instead.
        """
        if not self._machine.over:
            self._ready.clear()
            self._machine.over = True
            await self._finish()

    async def fail(self, error: StreamError) -> None:
        """End the stream with an error, as its bytes are not valid server-sent events."""
        self._machine.fail(error)
        await self._finish()

    async def response(self) -> RawResponse:
        """Read the rest of the stream; return a response whose body is this rest."""
        body = bytearray()
        async for piece in self:
            body += piece
        reply = HttpResponse(self.status, self.headers, bytes(body))
        return attach(self.call, response_of(self._attempt.spec, reply))


class AsyncRawEvents:
    """An iterator over the data of the server-sent events in a stream."""

    def __init__(self, stream: AsyncRawStream, attempt: Attempt[Any]) -> None:
        self._stream = stream
        self._attempt = attempt
        self._feed = SseDecoder().feed
        self._ready: deque[str] = deque()
        self._ended = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while not self._ready:
            piece = await self._next_piece()
            try:
                self._ready.extend(self._feed(piece))
            except StreamError as error:
                await self._stream.fail(error)
                raise self._attempt.named(error) from error.__cause__
        return self._ready.popleft()

    async def _next_piece(self) -> bytes:
        """Return the next bytes.

        At the end, return b"" one time, so that the decoder checks its last event.
        """
        try:
            return await self._stream.__anext__()
        except StopAsyncIteration:
            if self._ended:
                raise
            self._ended = True
            return b""
