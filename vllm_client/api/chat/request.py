"""Build chat requests, from keywords or with the chained builder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, Self

import attrs
from typing_extensions import Unpack

from ...call.build_request import build_request
from ...call.option_checks import body_of, plain_body, refuse_unknown
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, refuse_fewer
from ...call.settings import ClientSettings
from ...codec.thinking import Thinking, split
from ...errors import RequestError
from ...streams.events import AnyStreamEvent
from ...streams.generation import ChunkReader
from ...streams.plan import StreamPlan
from ...vllm import routes
from ..common.input_lists import conversation, listed
from ..common.request_builder import RequestBuilder
from ..common.shown_keywords import shows_keywords
from ..common.structured_outputs import ResponseFormat
from ..common.tools import ToolChoice, ToolParam
from .answers import ChatCompletionChunk, ChatCompletionResponse, Message
from .options import WITHDRAWN, ChatKeywords
from .stream import ChatMachine

# Messages in vLLM's format, or messages of earlier responses.
Messages = Iterable[Mapping[str, Any] | Message]

OPTIONS = frozenset(ChatKeywords.__optional_keys__) | {"messages", "stream"}


def build_chat(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ChatCompletionResponse]:
    """Build the request for an answer without streaming. Raises RequestError."""
    return _spec(settings, options, plain_body(chat_body(options), options))


def plan_chat_events(
    settings: ClientSettings,
    options: Mapping[str, Any],
    machine_class: Callable[..., ChatMachine] = ChatMachine,
) -> StreamPlan[AnyStreamEvent, ChatCompletionResponse]:
    """Build the request for a stream of events. Raises RequestError.

    It requests token counts unless the caller set stream_options, so that the assembled response
    equals that of a call without streaming.
    """
    body = {"stream_options": {"include_usage": True}, **chat_body(options), "stream": True}
    thinking = thinking_of(settings, options)
    return StreamPlan(
        _spec(settings, options, body), partial(_machine, body, thinking, machine_class)
    )


def plan_chat_chunks(
    settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[ChatCompletionChunk, ChatCompletionResponse]:
    """Build the request for a stream of the server's chunks. Raises RequestError."""
    body = {**chat_body(options), "stream": True}
    return StreamPlan(
        _spec(settings, options, body), lambda: ChunkReader(_machine(body, thinking=None))
    )


def read_chat(thinking: Thinking | None, reply: HttpResponse) -> ChatCompletionResponse:
    """Decode a response, and separate reasoning from the text. Raises ParseError."""
    response = read_answer(reply, ChatCompletionResponse)
    if not response.choices:
        refuse_fewer(reply, response, "choices", 0, 1)
    divide_choices(response, thinking)
    return response


def chat_body(
    options: Mapping[str, Any],
    known: Collection[str] = OPTIONS,
    method: str = "create",
    withdrawn: Mapping[str, str] = WITHDRAWN,
) -> dict[str, Any]:
    """Return the fields of the body. Raises RequestError, which names `method`."""
    body = body_of(options, known, f"chat.completions.{method}()", withdrawn=withdrawn)
    body["messages"] = conversation(body.get("messages"))
    _refuse_type(body.get("response_format"))
    return body


def is_type(response_format: Any) -> bool:
    """Return whether `response_format` is a type, not a dict, a name or None."""
    return response_format is not None and not isinstance(response_format, Mapping | str)


def _refuse_type(response_format: Any) -> None:
    """Raise RequestError if `response_format` is a name, or a type, which few methods accept."""
    if isinstance(response_format, str):
        raise RequestError(
            f"response_format: expected a dict, such as {{'type': 'json_object'}}, "
            f"got {response_format!r:.80}"
        )
    if not is_type(response_format):
        return
    # not `__name__` of every type: that of `list[int]` is "list"
    name = response_format.__name__ if isinstance(response_format, type) else repr(response_format)
    raise RequestError(
        f"response_format: expected a dict, got {response_format!r:.80}. For answers of a type "
        f"write parse(response_format={name}) or stream(response_format={name}); with a builder "
        f"parse({name}) or send_stream({name})"
    )


def _spec(
    settings: ClientSettings, options: Mapping[str, Any], body: dict[str, Any]
) -> RequestSpec[ChatCompletionResponse]:
    read = partial(read_chat, thinking_of(settings, options))
    return build_request(settings, routes.CHAT_COMPLETIONS, read, body=body, call=options)


def thinking_of(settings: ClientSettings, options: Mapping[str, Any]) -> Thinking | None:
    """Return how to separate reasoning from the text: the call's option, or the client's."""
    return Thinking.of(options["thinking"]) if "thinking" in options else settings.thinking


def _machine(
    body: dict[str, Any],
    thinking: Thinking | None,
    machine_class: Callable[..., ChatMachine] = ChatMachine,
) -> ChatMachine:
    n = body.get("n")
    return machine_class(
        choices=n if isinstance(n, int) else 1,
        thinking=thinking,
        call_forced=body.get("tool_choice") not in (None, "auto", "none"),
    )


def divide_choices(response: ChatCompletionResponse, thinking: Thinking | None) -> None:
    """Separate the reasoning from the text in each choice, in place."""
    for number, choice in enumerate(response.choices):
        message = _divided(choice.message, thinking)
        if message is not choice.message:
            response.choices[number] = attrs.evolve(choice, message=message)


def _divided(message: Message, thinking: Thinking | None) -> Message:
    """Separate the reasoning from the answer, if one text contains both."""
    if thinking is None or message.reasoning or not message.content:
        return message
    reasoning, content = split(message.content, thinking)
    if content == message.content:
        return message
    # If the text is only a pair of tags with nothing inside, its content is "", not None.
    if reasoning is None:
        content = content or ""
    return attrs.evolve(message, reasoning=reasoning, content=content)


@shows_keywords
class ChatRequest(RequestBuilder):
    """Builder of a chat request."""

    def messages(self, messages: Messages) -> Self:
        """Set the conversation.

        Args:
            messages: Dicts, results of `system()`, `user()` …, or messages of earlier responses.
        """
        return self._with(messages=listed("messages", messages))

    def tools(self, tools: Iterable[ToolParam | Mapping[str, Any]]) -> Self:
        """Set the functions that the model may call.

        Args:
            tools: The functions, as dicts or as returned by `function_tool()`.
        """
        return self._with(tools=listed("tools", tools))

    def tool_choice(self, choice: ToolChoice) -> Self:
        """Set whether the model calls tools.

        Args:
            choice: "auto" if it may, "required" if it must, "none" if it must not call tools; or
                the function that it must call.
        """
        return self._with(tool_choice=choice)

    def response_format(self, response_format: ResponseFormat) -> Self:
        """Set the format of the answer.

        Args:
            response_format: The format, such as a JSON schema, in OpenAI's notation.
        """
        return self._with(response_format=response_format)

    def options(self, **options: Unpack[ChatKeywords]) -> Self:
        """Set any options, by their names in vLLM's request.

        Args:
            **options: The keywords of `client.chat.completions.create`.

        Raises:
            RequestError: An option is unknown.
        """
        refuse_unknown(options, OPTIONS, "chat.completions.create()", WITHDRAWN)
        return self._with(**options)
