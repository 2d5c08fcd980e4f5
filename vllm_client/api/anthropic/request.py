"""Build requests of the Messages API."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Self

from typing_extensions import Unpack

from ...call.build_request import build_request
from ...call.option_checks import (
    CALL_OPTIONS,
    NOTHING,
    body_of,
    plain_body,
    refuse_unknown,
    require,
)
from ...call.request import RequestSpec
from ...call.response import reader
from ...call.settings import ClientSettings
from ...streams.plan import StreamPlan
from ...vllm import routes
from ..chat.answers import Message
from ..common.input_lists import conversation
from ..common.render_options import DEPRECATED
from ..common.request_builder import OptionsBuilder
from ..common.shown_keywords import shows_keywords
from ..render.answers import RenderedRequest
from .answers import CountTokensResponse, MessagesResponse
from .events import MessagesEvent
from .options import WITHDRAWN, CountTokensKeywords, MessagesKeywords, RenderMessagesKeywords
from .stream import MessagesMachine

# Messages in vLLM's format, or earlier answers, which are sent as assistant messages.
MessagesInput = Iterable[Mapping[str, Any] | Message | MessagesResponse]

PROMPT = ("model", "messages")  # required by the server
REQUIRED = (*PROMPT, "max_tokens")

OPTIONS = frozenset(MessagesKeywords.__optional_keys__).union(REQUIRED, {"stream"})
_RENDER_OPTIONS = RenderMessagesKeywords.__optional_keys__.union(REQUIRED, {"stream"})
COUNT_OPTIONS = frozenset(CountTokensKeywords.__optional_keys__).union(PROMPT)

# In chat calls `thinking` is an option of the client, which is not sent. The body of the Messages
# API has a field of this name.
_CALL_OPTIONS = CALL_OPTIONS - {"thinking"}


def build_messages(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[MessagesResponse]:
    """Build the request for a message without streaming. Raises RequestError."""
    return _spec(settings, options, plain_body(_body(options), options))


def plan_messages(
    settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[MessagesEvent, MessagesResponse]:
    """Build the request for a stream of events. Raises RequestError."""
    spec = _spec(settings, options, {**_body(options), "stream": True})
    return StreamPlan(spec, MessagesMachine)


def build_messages_render(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[RenderedRequest]:
    """Build the request for the prompt that the engine would get. Raises RequestError."""
    what = "messages.render()"
    body = _checked(options, _RENDER_OPTIONS, what, REQUIRED, DEPRECATED)
    read = reader(RenderedRequest)
    return build_request(settings, routes.RENDER_MESSAGES, read, body=body, call=options)


def build_count_tokens(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[CountTokensResponse]:
    """Build the request that counts the tokens of a prompt. Raises RequestError."""
    body = _checked(options, COUNT_OPTIONS, "messages.count_tokens()", PROMPT)
    read = reader(CountTokensResponse)
    return build_request(settings, routes.COUNT_TOKENS, read, body=body, call=options)


def _body(options: Mapping[str, Any]) -> dict[str, Any]:
    return _checked(options, OPTIONS, "messages.create()", REQUIRED, WITHDRAWN)


def _checked(
    options: Mapping[str, Any],
    known: Collection[str],
    what: str,
    required: tuple[str, ...],
    withdrawn: Mapping[str, str] = NOTHING,
) -> dict[str, Any]:
    body = body_of(options, known, what, _CALL_OPTIONS, withdrawn)
    require(body, *required)
    # A Message of a chat is refused: here the server would ignore its tool calls and reasoning.
    body["messages"] = conversation(body["messages"], replies=MessagesResponse)
    return body


def _spec(
    settings: ClientSettings, options: Mapping[str, Any], body: dict[str, Any]
) -> RequestSpec[MessagesResponse]:
    read = reader(MessagesResponse, needed="content")
    return build_request(settings, routes.MESSAGES, read, body=body, call=options)


@shows_keywords
class MessagesRequest(OptionsBuilder):
    """Builder of a request for a message."""

    def messages(self, messages: MessagesInput) -> Self:
        """Set the conversation.

        Args:
            messages: Messages, among them earlier answers (MessagesResponse).
        """
        return self._with(messages=conversation(messages, replies=MessagesResponse))

    def max_tokens(self, tokens: int) -> Self:
        """Limit the length of the answer. The server requires a limit.

        Args:
            tokens: Max tokens to generate, thinking included.
        """
        return self._with(max_tokens=tokens)

    def system(self, system: str) -> Self:
        """Set the system message.

        Args:
            system: The text of the system message.
        """
        return self._with(system=system)

    def temperature(self, temperature: float | None) -> Self:
        """Set the randomness of the sampling.

        Args:
            temperature: 0 always picks the most probable token; None for the server's default.
        """
        return self._with(temperature=temperature)

    def options(self, **options: Unpack[MessagesKeywords]) -> Self:
        """Set any options, by their names in vLLM's request.

        Args:
            **options: The keywords of `client.messages.create`.

        Raises:
            RequestError: An option is unknown.
        """
        refuse_unknown(options, OPTIONS, "messages.create()", WITHDRAWN)
        return self._with(**options)
