# Generated from vllm_client/_async/raw_stream.py by `python tests/tools/generate_sync.py`.
"""A response of any route as a stream of bytes or server-sent events."""

from __future__ import annotations

from collections import deque
from typing import Any, Self

from .._io.threads.mix_ups import explains_missing_await
from ..api.server.raw import RawResponse, response_of
from ..call.recording import attach
from ..call.request import Attempt
from ..call.response import HttpResponse
from ..errors import StreamError
from ..http.sse import SseDecoder
from .stream import SyncBaseStream


@explains_missing_await
class SyncRawStream(SyncBaseStream[bytes]):
    """A response of any kind as a stream of bytes, in pieces of arbitrary size.

    Use it in a `with` block: it owns a connection. `status` and `headers` are available at once.
    """

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._answer.status

    def events(self) -> SyncRawEvents:
        """Iterate over the data of server-sent events as text; vLLM's last may be "[DONE]"."""
        return SyncRawEvents(self, self._attempt)

    def finish(self) -> None:
        """Stop reading, and return the connection to the pool.

        If the body does not end within a moment, the connection is closed instead.
        """
        if not self._machine.over:
            self._ready.clear()
            self._machine.over = True
            self._finish()

    def fail(self, error: StreamError) -> None:
        """End the stream with an error, as its bytes are not valid server-sent events."""
        self._machine.fail(error)
        self._finish()

    def response(self) -> RawResponse:
        """Read the rest of the stream; return a response whose body is this rest."""
        body = bytearray()
        for piece in self:
            body += piece
        reply = HttpResponse(self.status, self.headers, bytes(body))
        return attach(self.call, response_of(self._attempt.spec, reply))


class SyncRawEvents:
    """An iterator over the data of the server-sent events in a stream."""

    def __init__(self, stream: SyncRawStream, attempt: Attempt[Any]) -> None:
        self._stream = stream
        self._attempt = attempt
        self._feed = SseDecoder().feed
        self._ready: deque[str] = deque()
        self._ended = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        while not self._ready:
            piece = self._next_piece()
            try:
                self._ready.extend(self._feed(piece))
            except StreamError as error:
                self._stream.fail(error)
                raise self._attempt.named(error) from error.__cause__
        return self._ready.popleft()

    def _next_piece(self) -> bytes:
        """Return the next bytes.

        At the end, return b"" one time, so that the decoder checks its last event.
        """
        try:
            return self._stream.__next__()
        except StopIteration:
            if self._ended:
                raise
            self._ended = True
            return b""
