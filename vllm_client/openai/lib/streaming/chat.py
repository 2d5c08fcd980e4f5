"""Names of chat streams, at their module path in openai-python."""

from __future__ import annotations

from typing import Any

from ..._async.chat_stream import (
    AsyncChatCompletionStream,
    AsyncChatCompletionStreamManager,
)
from ..._chat_events import (
    ChatCompletionStreamEvent,
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
)
from ..._chat_state import ChatState
from ..._sync.chat_stream import (
    ChatCompletionStream,
    ChatCompletionStreamManager,
)
from ...types.chat import ChatCompletionChunk, ParsedChatCompletion

__all__ = [
    "AsyncChatCompletionStream",
    "AsyncChatCompletionStreamManager",
    "ChatCompletionStream",
    "ChatCompletionStreamEvent",
    "ChatCompletionStreamManager",
    "ChatCompletionStreamState",
    "ChunkEvent",
    "ContentDeltaEvent",
    "ContentDoneEvent",
    "FunctionToolCallArgumentsDeltaEvent",
    "FunctionToolCallArgumentsDoneEvent",
    "LogprobsContentDeltaEvent",
    "LogprobsContentDoneEvent",
    "LogprobsRefusalDeltaEvent",
    "LogprobsRefusalDoneEvent",
    "RefusalDeltaEvent",
    "RefusalDoneEvent",
]


class ChatCompletionStreamState:
    """The completion that the chunks of a stream are merged into.

    Args:
        input_tools: The tools of the request.
        response_format: The `response_format` of the request.
    """

    def __init__(self, *, input_tools: Any = None, response_format: Any = None) -> None:
        self._state = ChatState(response_format, input_tools)

    def handle_chunk(self, chunk: ChatCompletionChunk) -> list[Any]:
        """Add a chunk and return its events."""
        return self._state.receive(chunk)

    def get_final_completion(self) -> ParsedChatCompletion[Any]:
        """Return the whole completion with its parsed content; raise the errors of `parse`."""
        return self._state.final()

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[Any]:
        """The part of the completion that has been received."""
        return self._state.snapshot()
