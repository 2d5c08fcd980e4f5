"""How requests of the Messages API are built."""

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

# Messages as vLLM takes them; an earlier answer stands for the message that repeats it.
MessagesInput = Iterable[Mapping[str, Any] | Message | MessagesResponse]

PROMPT = ("model", "messages")  # without these the server refuses a request
REQUIRED = (*PROMPT, "max_tokens")

OPTIONS = frozenset(MessagesKeywords.__optional_keys__).union(REQUIRED, {"stream"})
_RENDER_OPTIONS = RenderMessagesKeywords.__optional_keys__.union(REQUIRED, {"stream"})
COUNT_OPTIONS = frozenset(CountTokensKeywords.__optional_keys__).union(PROMPT)

# Here `thinking` is a field of the body, and no option of this package.
_CALL_OPTIONS = CALL_OPTIONS - {"thinking"}


def build_messages(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[MessagesResponse]:
    """The request for a plain answer. Raises RequestError."""
    return _spec(settings, options, plain_body(_body(options), options))


def plan_messages(
    settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[MessagesEvent, MessagesResponse]:
    """The request for a stream of events. Raises RequestError."""
    spec = _spec(settings, options, {**_body(options), "stream": True})
    return StreamPlan(spec, MessagesMachine)


def build_messages_render(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[RenderedRequest]:
    """The request that shows what the engine would get. Raises RequestError."""
    what = "messages.render()"
    body = _checked(options, _RENDER_OPTIONS, what, REQUIRED, DEPRECATED)
    read = reader(RenderedRequest)
    return build_request(settings, routes.RENDER_MESSAGES, read, body=body, call=options)


def build_count_tokens(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[CountTokensResponse]:
    """The request that counts a prompt's tokens. Raises RequestError."""
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
    # of a chat's reply the server would see neither calls nor thoughts
    body["messages"] = conversation(body["messages"], replies=MessagesResponse)
    return body


def _spec(
    settings: ClientSettings, options: Mapping[str, Any], body: dict[str, Any]
) -> RequestSpec[MessagesResponse]:
    read = reader(MessagesResponse, needed="content")
    return build_request(settings, routes.MESSAGES, read, body=body, call=options)


@shows_keywords
class MessagesRequest(OptionsBuilder):
    """A request for a message, being filled in."""

    def messages(self, messages: MessagesInput) -> Self:
        """The conversation; an earlier answer stands for the message that repeats it."""
        return self._with(messages=conversation(messages, replies=MessagesResponse))

    def max_tokens(self, tokens: int) -> Self:
        """The most tokens to generate. The server needs it."""
        return self._with(max_tokens=tokens)

    def system(self, system: str) -> Self:
        """A system message."""
        return self._with(system=system)

    def temperature(self, temperature: float | None) -> Self:
        """How random the choice of tokens is: 0 takes the likeliest."""
        return self._with(temperature=temperature)

    def options(self, **options: Unpack[MessagesKeywords]) -> Self:
        """Any other options, by the names of vLLM's request. Raises RequestError for others."""
        refuse_unknown(options, OPTIONS, "messages.create()", WITHDRAWN)
        return self._with(**options)
