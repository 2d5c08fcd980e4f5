# Generated from vllm_client/openai/_async/response_stream.py by `python tests/tools/generate_sync.py`.
"""`client.responses.stream`."""

from __future__ import annotations

from collections.abc import Iterator, Callable
from typing import Any, Generic, Self, TypeVar

from .._response_parsing import ResponseState
from ..types.responses import ParsedResponse, ResponseStreamEvent
from .stream import Stream

T = TypeVar("T")


class ResponseStream(Generic[T]):
    """A stream of the events of a response; deltas have a `snapshot` of the text so far."""

    def __init__(self, events: Stream[ResponseStreamEvent], kind: Any, tools: Any) -> None:
        self._events = events
        self._state = ResponseState(kind, tools)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self._state.receive(self._events.__next__())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the server stops a generation that is still running."""
        self._events.close()

    def until_done(self) -> Self:
        """Read and discard the remaining events; return the stream."""
        for _ in self:
            pass
        return self

    def get_final_response(self) -> ParsedResponse[T]:
        """Read the rest of the stream and return the whole response.

        Raises:
            RuntimeError: The stream had no `response.completed` event.
        """
        self.until_done()
        final: ParsedResponse[T] = self._state.final()
        return final


class ResponseStreamManager(Generic[T]):
    """The result of `stream`, whose `with` block sends the request."""

    def __init__(self, send: Callable[[], Any], kind: Any, tools: Any) -> None:
        self._send = send
        self._kind = kind
        self._tools = tools
        self._stream: ResponseStream[T] | None = None

    def __enter__(self) -> ResponseStream[T]:
        self._stream = ResponseStream(self._send(), self._kind, self._tools)
        return self._stream

    def __exit__(self, *exc_info: object) -> None:
        if self._stream is not None:
            self._stream.close()
