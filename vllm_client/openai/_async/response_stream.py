"""`client.responses.stream`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Generic, Self, TypeVar

from .._response_parsing import ResponseState
from ..types.responses import ParsedResponse, ResponseStreamEvent
from .stream import AsyncStream

T = TypeVar("T")


class AsyncResponseStream(Generic[T]):
    """A stream of the events of a response; deltas have a `snapshot` of the text so far."""

    def __init__(self, events: AsyncStream[ResponseStreamEvent], kind: Any, tools: Any) -> None:
        self._events = events
        self._state = ResponseState(kind, tools)

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        return self._state.receive(await self._events.__anext__())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection; the server stops a generation that is still running."""
        await self._events.close()

    async def until_done(self) -> Self:
        """Read and discard the remaining events; return the stream."""
        async for _ in self:
            pass
        return self

    async def get_final_response(self) -> ParsedResponse[T]:
        """Read the rest of the stream and return the whole response.

        Raises:
            RuntimeError: The stream had no `response.completed` event.
        """
        await self.until_done()
        final: ParsedResponse[T] = self._state.final()
        return final


class AsyncResponseStreamManager(Generic[T]):
    """The result of `stream`, whose `with` block sends the request."""

    def __init__(self, send: Callable[[], Any], kind: Any, tools: Any) -> None:
        self._send = send
        self._kind = kind
        self._tools = tools
        self._stream: AsyncResponseStream[T] | None = None

    async def __aenter__(self) -> AsyncResponseStream[T]:
        self._stream = AsyncResponseStream(await self._send(), self._kind, self._tools)
        return self._stream

    async def __aexit__(self, *exc_info: object) -> None:
        if self._stream is not None:
            await self._stream.close()
