"""`client.chat.completions.stream`: openai's events."""

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
    """The events of a chat answer, as they arrive; `type` says which each is."""

    def __init__(self, chunks: AsyncStream[Any], kind: Any, tools: Any) -> None:
        self._chunks = chunks
        self._state = ChatState(kind, tools)
        self._ready: deque[Any] = deque()

    @property
    def response(self) -> httpx.Response:
        """The response without its body."""
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
        """Close the connection; the server ends what it still generates."""
        await self._chunks.close()

    async def until_done(self) -> Self:
        """Read the rest of the stream."""
        async for _ in self:
            pass
        return self

    async def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the rest of the stream; the whole answer. Raises the errors of `parse`."""
        await self.until_done()
        return self._state.final()

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """The answer as far as it has arrived; it reads nothing."""
        return self._state.snapshot()


class AsyncChatCompletionStreamManager(Generic[T]):
    """The result of `stream`; entering its `with` block sends the request."""

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
