# Generated from vllm_client/_async/chat.py by `python tests/tools/generate_sync.py`.
"""`client.chat.completions`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, overload

import attrs
from typing_extensions import Unpack

from ..endpoints.chat import ChatCompletionChunk, ChatCompletionResponse
from ..endpoints.chat_batch import BatchChatKeywords, build_chat_batch
from ..endpoints.chat_request import (
    ChatRequest,
    Messages,
    build_chat,
    plan_chat_chunks,
    plan_chat_events,
)
from ..endpoints.options import ChatKeywords
from ..events import AnyStreamEvent
from .caller import SyncCaller
from .rendering import SyncChatRendering
from .stream import SyncEventStream, SyncStream
from .waiting import Opening, Pending, opening

SyncChatEvents = SyncEventStream[AnyStreamEvent, ChatCompletionResponse]
SyncChatChunks = SyncStream[ChatCompletionChunk, ChatCompletionResponse]


@attrs.frozen
class SyncChatBuilder(ChatRequest):
    """A request, being filled in; `send()` or `send_stream()` sends it."""

    _caller: SyncCaller = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    def send(self) -> ChatCompletionResponse:
        """Send it; the whole answer. Raises VllmError."""
        spec = build_chat(self._caller.settings, self._options)
        return self._caller.call(spec)

    def send_stream(self) -> Opening[SyncChatEvents]:
        """Send it; the answer as a stream of StreamEvents. Raises VllmError."""
        plan = plan_chat_events(self._caller.settings, self._options)
        return opening(lambda: self._caller.open(plan, SyncEventStream))


class SyncChatCompletions(SyncChatRendering):
    """POST /v1/chat/completions."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @overload
    def create(self) -> SyncChatBuilder: ...

    @overload
    def create(
        self,
        *,
        messages: Messages,
        model: str = ...,
        stream: Literal[True],
        **options: Unpack[ChatKeywords],
    ) -> Opening[SyncChatChunks]: ...

    @overload
    def create(
        self,
        *,
        messages: Messages,
        model: str = ...,
        stream: Literal[False] = False,
        **options: Unpack[ChatKeywords],
    ) -> Pending[ChatCompletionResponse]: ...

    def create(self, **options: Any) -> Any:
        """Without keywords: a builder. With them: send, for the whole answer, or with
        `stream=True` for the chunks as the server sends them.

        All body fields of vLLM 0.32 are keywords; one that is none is refused before anything is
        sent. `extra_body`, `extra_headers`, `extra_query`, `timeout` and `retry` are for this call
        alone. Raises VllmError.
        """
        if not options:
            return SyncChatBuilder(caller=self._caller)
        if options.get("stream"):
            plan = plan_chat_chunks(self._caller.settings, options)
            return opening(lambda: self._caller.open(plan, SyncStream))
        return self._caller.call(build_chat(self._caller.settings, options))

    @overload
    def stream(
        self, *, messages: Messages, model: str, **options: Unpack[ChatKeywords]
    ) -> Opening[SyncChatEvents]: ...

    @overload
    def stream(
        self, *, messages: Messages, **options: Unpack[ChatKeywords]
    ) -> Opening[SyncChatEvents]: ...

    def stream(self, **options: Any) -> Opening[SyncChatEvents]:
        """Send; the answer as a stream of StreamEvents. Keywords as for `create`.

        Raises VllmError.
        """
        plan = plan_chat_events(self._caller.settings, options)
        return opening(lambda: self._caller.open(plan, SyncEventStream))

    def batch(
        self, *, messages: Iterable[Messages], **options: Unpack[BatchChatKeywords]
    ) -> ChatCompletionResponse:
        """An answer to each of several conversations, in one request.

            client.chat.completions.batch(messages=[[user("Hi")], [user("Bye")]]).choices[1]

        The choice of index n belongs to conversation n. There are no streams and no tools.
        Raises VllmError.
        """
        given = {"messages": messages, **options}
        return self._caller.call(build_chat_batch(self._caller.settings, given))


class SyncChat:
    """`client.chat`."""

    def __init__(self, caller: SyncCaller) -> None:
        self.completions = SyncChatCompletions(caller)
