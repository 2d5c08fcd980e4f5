"""`client.chat.completions.stream`, a stream of openai-python's events."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Generic, Self, TypeVar

import httpx

from .._chat_state import ChatState
from ..types.chat import ParsedChatCompletion
from .stream import AsyncStream

T = TypeVar("T")


class AsyncChatCompletionStream(Generic[T]):
    """A stream of the events of a chat completion; the `type` of an event names its kind."""

    def __init__(self, chunks: AsyncStream[Any], kind: Any, tools: Any) -> None:
        self._chunks = chunks
        self._state = ChatState(kind, tools)
        self._ready: deque[Any] = deque()

    @property
    def response(self) -> httpx.Response:
        """The HTTP response without its body."""
        return self._chunks.response

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        while not self._ready:
            self._ready.extend(self._state.receive(await self._chunks.__anext__()))
        return self._ready.popleft()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection; the server stops a generation that is still running."""
        await self._chunks.close()

    async def until_done(self) -> Self:
        """Read and discard the remaining events; return the stream."""
        async for _ in self:
            pass
        return self

    async def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the rest of the stream and return the whole completion.

        Raises:
            OpenAIError: The stream failed, or `parse` would fail for this completion.
            pydantic.ValidationError: The answer does not match the class.
        """
        await self.until_done()
        return self._state.final()

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """The part of the completion that has been received; this reads no further events."""
        return self._state.snapshot()


class AsyncChatCompletionStreamManager(Generic[T]):
    """The result of `stream`, whose `with` block sends the request."""

    def __init__(self, send: Callable[[], Any], kind: Any, tools: Any) -> None:
        self._send = send
        self._kind = kind
        self._tools = tools
        self._stream: AsyncChatCompletionStream[T] | None = None

    async def __aenter__(self) -> AsyncChatCompletionStream[T]:
        self._stream = AsyncChatCompletionStream(await self._send(), self._kind, self._tools)
        return self._stream

    async def __aexit__(self, *exc_info: object) -> None:
        if self._stream is not None:
            await self._stream.close()
