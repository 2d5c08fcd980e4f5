# Generated from vllm_client/_async/anthropic.py by `python tests/tools/generate_sync.py`.
"""`client.messages`: Anthropic's Messages API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, overload

import attrs
from typing_extensions import Unpack

from ..api.anthropic.answers import CountTokensResponse, MessagesResponse, MessagesUsage
from ..api.anthropic.events import MessagesEvent
from ..api.anthropic.options import CountTokensKeywords, MessagesKeywords, RenderMessagesKeywords
from ..api.anthropic.request import (
    MessagesInput,
    MessagesRequest,
    build_count_tokens,
    build_messages,
    build_messages_render,
    plan_messages,
)
from ..api.common.shown_keywords import shows_keywords
from ..api.render.answers import RenderedRequest
from ..call.option_checks import ABSENT, with_content, with_hidden_headers
from ..call.request import RequestSpec
from ..call.settings import ClientSettings
from .call_runner import SyncCallRunner
from .row_builder import SyncBulkBuilder, SyncMapBuilder
from .stream import SyncStream


@attrs.frozen
class SyncMessagesBuilder(MessagesRequest, SyncMapBuilder[MessagesResponse], SyncBulkBuilder):
    """A request, being filled in; `send()` sends it, `map()` sends many."""

    _form = "MESSAGES"
    _caller: SyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    def send(self) -> MessagesResponse:
        """Send it; the whole answer. Raises VllmError."""
        return self._caller.ask(self._build, self._options)

    def send_stream(
        self,
    ) -> SyncStream[MessagesEvent, MessagesResponse, MessagesUsage]:
        """Send it; the answer as a stream of its events. Raises VllmError."""
        return self._caller.stream(plan_messages(self._caller.settings, self._options), SyncStream)

    def _build(
        self, settings: ClientSettings, options: Mapping[str, Any]
    ) -> RequestSpec[MessagesResponse]:
        return build_messages(settings, options)


@shows_keywords
class SyncMessages:
    """POST /v1/messages."""

    def __init__(self, caller: SyncCallRunner) -> None:
        self._caller = caller

    @overload
    def create(self) -> SyncMessagesBuilder: ...

    @overload
    def create(
        self,
        messages: MessagesInput,
        *,
        max_tokens: int,
        stream: Literal[True],
        **options: Unpack[MessagesKeywords],
    ) -> SyncStream[MessagesEvent, MessagesResponse, MessagesUsage]: ...

    @overload
    def create(
        self,
        messages: MessagesInput,
        *,
        max_tokens: int,
        stream: Literal[False] = False,
        **options: Unpack[MessagesKeywords],
    ) -> MessagesResponse: ...

    def create(self, messages: Any = ABSENT, **options: Any) -> Any:
        """Without arguments: a builder. With them: send, for the whole message, or with
        `stream=True` for its events.

        All body fields of vLLM 0.33 that have an effect here are keywords; any other name is
        refused before anything is sent. `extra_body`, `extra_headers`, `extra_query`, `timeout` and
        `retry` are for this call alone; `thinking` is the field of the body. Raises VllmError.
        """
        given = with_content("messages", messages, options)
        if not given:
            return SyncMessagesBuilder(caller=self._caller)
        return self._caller.call_or_stream(build_messages, plan_messages, given)

    def stream(
        self,
        messages: MessagesInput,
        *,
        max_tokens: int,
        **options: Unpack[MessagesKeywords],
    ) -> SyncStream[MessagesEvent, MessagesResponse, MessagesUsage]:
        """Send, for the events of the message: the same as `create` with `stream=True`."""
        return self.create(messages=messages, max_tokens=max_tokens, stream=True, **options)

    def count_tokens(
        self, messages: MessagesInput, **options: Unpack[CountTokensKeywords]
    ) -> CountTokensResponse:
        """How many tokens the prompt has. Raises VllmError."""
        given = {"messages": messages, **with_hidden_headers(options)}
        return self._caller.call(build_count_tokens(self._caller.settings, given))

    def render(
        self,
        messages: MessagesInput,
        *,
        max_tokens: int,
        **options: Unpack[RenderMessagesKeywords],
    ) -> RenderedRequest:
        """The prompt as token ids, with all that the engine would get; nothing is generated.

        Keywords as for `create`. Only a server with `--enable-scale-out` does it. Raises VllmError.
        """
        given = {"messages": messages, "max_tokens": max_tokens, **with_hidden_headers(options)}
        return self._caller.call(build_messages_render(self._caller.settings, given))
