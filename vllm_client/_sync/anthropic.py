# Generated from vllm_client/_async/anthropic.py by `python tests/tools/generate_sync.py`.
"""`client.messages`: Anthropic's Messages API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, overload

import attrs
from typing_extensions import Unpack

from .._io.threads.mix_ups import explains_missing_await
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


@explains_missing_await
@attrs.frozen
class SyncMessagesBuilder(MessagesRequest, SyncMapBuilder[MessagesResponse], SyncBulkBuilder):
    """A request builder; `send()` sends the request, `map()` sends one per row."""

    _form = "MESSAGES"
    _caller: SyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    def send(self) -> MessagesResponse:
        """Send the request and return the whole answer. Raises VllmError."""
        return self._caller.ask(self._build, self._options)

    def send_stream(
        self,
    ) -> SyncStream[MessagesEvent, MessagesResponse, MessagesUsage]:
        """Send the request and return a stream of the server's events. Raises VllmError."""
        return self._caller.stream(plan_messages(self._caller.settings, self._options), SyncStream)

    def _build(
        self, settings: ClientSettings, options: Mapping[str, Any]
    ) -> RequestSpec[MessagesResponse]:
        return build_messages(settings, options)


@explains_missing_await
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
        """Send a request and return the whole message; without arguments, return a builder.

        With `stream=True` it returns a stream of the server's events. Every body field of vLLM 0.33
        that has an effect here is a keyword; any other keyword is refused before anything is sent.
        `thinking` is the field of the body, not the setting of the client.

        Args:
            messages: The conversation.
            max_tokens: Max tokens to generate; required.
            stream: Whether to return a stream of events. Default: False.

        Raises:
            RequestError: A keyword is unknown or invalid.
            VllmError: The request failed.
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
        """Send a request and return a stream of events, as `create` does with `stream=True`.

        Args:
            messages: The conversation.
            max_tokens: Max tokens to generate.
        """
        with_hidden_headers(options)
        return self.create(messages=messages, max_tokens=max_tokens, stream=True, **options)

    def count_tokens(
        self, messages: MessagesInput, **options: Unpack[CountTokensKeywords]
    ) -> CountTokensResponse:
        """Return the number of tokens of the prompt.

        Args:
            messages: The conversation.

        Raises:
            VllmError: The request failed.
        """
        given = {"messages": messages, **with_hidden_headers(options)}
        return self._caller.call(build_count_tokens(self._caller.settings, given))

    def render(
        self,
        messages: MessagesInput,
        *,
        max_tokens: int,
        **options: Unpack[RenderMessagesKeywords],
    ) -> RenderedRequest:
        """Convert the prompt to a request for the engine: token ids and sampling parameters.

        Args:
            messages: The conversation.
            max_tokens: Max tokens to generate.

        Raises:
            PermissionDeniedError: The server was started without `--enable-scale-out`.
            VllmError: The request failed.
        """
        given = {"messages": messages, "max_tokens": max_tokens, **with_hidden_headers(options)}
        return self._caller.call(build_messages_render(self._caller.settings, given))
