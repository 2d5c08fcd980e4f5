# Generated from vllm_client/openai/_async/chat_stream.py by `python tests/tools/generate_sync.py`.
"""`client.chat.completions.stream`, a stream of openai-python's events."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Callable
from typing import Any, Generic, Self, TypeVar

import httpx

from .._chat_state import ChatState
from ..types.chat import ParsedChatCompletion
from .stream import Stream

T = TypeVar("T")


class ChatCompletionStream(Generic[T]):
    """A stream of the events of a chat completion; the `type` of an event names its kind."""

    def __init__(self, chunks: Stream[Any], kind: Any, tools: Any) -> None:
        self._chunks = chunks
        self._state = ChatState(kind, tools)
        self._ready: deque[Any] = deque()

    @property
    def response(self) -> httpx.Response:
        """The HTTP response without its body."""
        return self._chunks.response

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        while not self._ready:
            self._ready.extend(self._state.receive(self._chunks.__next__()))
        return self._ready.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the server stops a generation that is still running."""
        self._chunks.close()

    def until_done(self) -> Self:
        """Read and discard the remaining events; return the stream."""
        for _ in self:
            pass
        return self

    def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the rest of the stream and return the whole completion.

        Raises:
            OpenAIError: The stream failed, or `parse` would fail for this completion.
            pydantic.ValidationError: The answer does not match the class.
        """
        self.until_done()
        return self._state.final()

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """The part of the completion that has been received; this reads no further events."""
        return self._state.snapshot()


class ChatCompletionStreamManager(Generic[T]):
    """The result of `stream`, whose `with` block sends the request."""

    def __init__(self, send: Callable[[], Any], kind: Any, tools: Any) -> None:
        self._send = send
        self._kind = kind
        self._tools = tools
        self._stream: ChatCompletionStream[T] | None = None

    def __enter__(self) -> ChatCompletionStream[T]:
        self._stream = ChatCompletionStream(self._send(), self._kind, self._tools)
        return self._stream

    def __exit__(self, *exc_info: object) -> None:
        if self._stream is not None:
            self._stream.close()
