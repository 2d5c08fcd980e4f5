"""Parse chat answers into instances of the caller's types."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import attrs

from ...call.request import RequestSpec
from ...call.response import HttpResponse
from ...call.settings import ClientSettings
from ...codec.answer import decoded, extended
from ...codec.answer_fields import NOT_IN_JSON
from ...codec.thinking import Thinking
from ...errors import AnswerError, ParseError, shortened
from ...streams.events import AnyStreamEvent
from ...streams.plan import StreamPlan
from .answers import ChatCompletionResponse, Choice
from .request import build_chat, divide_choices, plan_chat_events
from .stream import ChatMachine

if TYPE_CHECKING:
    from ...errors import Reason
    from ...schema.types import TypeSchema

T = TypeVar("T")
V = TypeVar("V")


@attrs.frozen(repr=False)
class ParsedChatCompletion(ChatCompletionResponse, Generic[T]):
    """The response of POST /v1/chat/completions with its answers as instances of a type.

    Attributes:
        all_parsed: The answer of each of the `n` choices as an instance of the type.
    """

    all_parsed: list[T] = attrs.field(kw_only=True, metadata=NOT_IN_JSON)

    @property
    def parsed(self) -> T:
        """The answer of the first choice as an instance of the type."""
        return self.all_parsed[0]

    # Unlike in the base class, the type is an argument here, because it is not in the JSON.
    @overload  # type: ignore[override]
    @classmethod
    def from_dict(
        cls, fields: dict[str, Any], response_format: type[V]
    ) -> ParsedChatCompletion[V]: ...

    @overload
    @classmethod
    def from_dict(
        cls, fields: dict[str, Any], response_format: Any
    ) -> ParsedChatCompletion[Any]: ...

    @classmethod
    def from_dict(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls, fields: dict[str, Any], response_format: Any
    ) -> ParsedChatCompletion[Any]:
        """Return the response that `to_dict` was called on. Its `call` is not restored.

        Args:
            fields: The JSON object.
            response_format: The type to read the content into, as for `parse`.

        Raises:
            AnswerError: The content does not fit the type.
            ParseError: The object is not a chat response.
            RequestError: The type has no schema.
        """
        from ...schema.types import shape_of

        shape = shape_of(response_format, "response_format")
        return _parsed(shape, ChatCompletionResponse.from_dict(fields))

    @overload  # type: ignore[override]
    @classmethod
    def from_json(cls, text: str | bytes, response_format: type[V]) -> ParsedChatCompletion[V]: ...

    @overload
    @classmethod
    def from_json(cls, text: str | bytes, response_format: Any) -> ParsedChatCompletion[Any]: ...

    @classmethod
    def from_json(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls, text: str | bytes, response_format: Any
    ) -> ParsedChatCompletion[Any]:
        """Return the response that `to_json` was called on. Its `call` is not restored.

        Args:
            text: The JSON text.
            response_format: The type to read the content into, as for `parse`.

        Raises:
            AnswerError: The content does not fit the type.
            ParseError: The text is not JSON, or not a chat response.
            RequestError: The type has no schema.
        """
        return cls.from_dict(decoded(text), response_format)


def build_parsed_chat(
    settings: ClientSettings, kind: Any, options: Mapping[str, Any]
) -> RequestSpec[ParsedChatCompletion[Any]]:
    """Build the request for an answer of this type.

    Raises RequestError if the type has no JSON schema.
    """
    return parsed_chat_builder(kind)(settings, options)


def parsed_chat_builder(
    kind: Any,
) -> Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[ParsedChatCompletion[Any]]]:
    """Return a function that builds requests for answers of this type.

    Raises RequestError if the type has no JSON schema.
    """
    from ...schema.types import shape_of  # slow to import, and few programs need it

    return partial(_build_shaped, shape_of(kind, "response_format"))


def _build_shaped(
    shape: TypeSchema, settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ParsedChatCompletion[Any]]:
    spec = build_chat(settings, {**options, "response_format": response_format_of(shape)})
    read: Any = partial(read_parsed_chat, shape, spec.read)
    return attrs.evolve(spec, read=read)  # type: ignore[return-value]


def response_format_of(shape: TypeSchema) -> dict[str, Any]:
    """Return the `response_format` that requests JSON of this shape."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", shape.name).strip("_")[:64] or "answer"
    schema = {"name": name, "schema": shape.schema, "strict": True}
    return {"type": "json_schema", "json_schema": schema}


def read_parsed_chat(
    shape: TypeSchema, read: Callable[[HttpResponse], ChatCompletionResponse], reply: HttpResponse
) -> ParsedChatCompletion[Any]:
    """Decode a response, and parse the answer of each choice. Raises AnswerError."""
    return _parsed(shape, read(reply))


class ParsedChatMachine(ChatMachine):
    """The state machine of a stream whose answers are parsed into a type."""

    def __init__(self, shape: TypeSchema, thinking: Thinking | None, **settings: Any) -> None:
        super().__init__(thinking=thinking, **settings)
        self._shape = shape
        self._thinking = thinking
        self._parsed: ParsedChatCompletion[Any] | None = None

    def parsed(self) -> ParsedChatCompletion[Any]:
        """Return the response with the parsed answer of each choice. Raises AnswerError."""
        if self._parsed is None:
            response = self.partial()
            # The stream itself does not separate reasoning that has only a closing tag.
            divide_choices(response, self._thinking)
            self._parsed = _parsed(self._shape, response)
        return self._parsed


def plan_parsed_events(
    settings: ClientSettings, kind: Any, options: Mapping[str, Any]
) -> StreamPlan[AnyStreamEvent, ChatCompletionResponse]:
    """Build the request for a stream whose answer is of this type. Raises RequestError."""
    from ...schema.types import shape_of

    shape = shape_of(kind, "response_format")
    given = {**options, "response_format": response_format_of(shape)}
    return plan_chat_events(settings, given, partial(ParsedChatMachine, shape))


def _parsed(shape: TypeSchema, response: ChatCompletionResponse) -> ParsedChatCompletion[Any]:
    """Parse the answer of each choice. Raises AnswerError."""
    if not response.choices:
        raise _problem(response, "no_content", "the answer has no choices")
    values = [_value(shape, response, choice) for choice in response.choices]
    return extended(response, ParsedChatCompletion, all_parsed=values)


def _value(shape: TypeSchema, response: ChatCompletionResponse, choice: Choice) -> Any:
    message = choice.message
    content = message.content or ""
    problem = partial(_problem, response, text=content or message.refusal or message.reasoning)
    if message.refusal or choice.finish_reason == "content_filter":
        raise problem("refused", "the model refused to answer")
    cut = choice.finish_reason == "length"
    if not content.strip():
        if cut:
            raise problem("length", "the token limit was reached before the answer began")
        if message.tool_calls:
            raise problem("tool_calls", "the model called tools instead of answering")
        raise problem("no_content", "the answer is empty")
    try:
        value = json_in(content)
    except (ValueError, RecursionError) as error:
        if cut:
            raise problem("length", "the token limit cut off the answer") from error
        raise problem("mismatch", f"the answer is not JSON: {error}") from error
    if cut and type(value) in (int, float):  # a number that was cut off is still valid JSON
        raise problem("length", "the token limit cut off the answer")
    try:
        return shape.read(value)
    except ParseError as error:
        told = f"the answer does not match {shape.name}: {error.message}"
        raise problem("mismatch", told, where=error.where) from error


_FENCE = re.compile(r"(?P<mark>`{3,}|~{3,})[ \t]*(?:json)?\s", re.IGNORECASE)


def json_in(content: str) -> Any:
    """Decode an answer that is JSON, or that has its JSON in one code fence of Markdown.

    Models whose output is not constrained to a schema often write JSON in a fence, with text before
    and after it. An answer with two fences is ambiguous, and therefore an error. The closing mark
    may be missing, because it may have been a stop string.
    """
    try:
        return json.loads(content)  # keeps integers of any size
    except (ValueError, RecursionError):
        opened = _FENCE.search(content)
        if opened is None:
            raise
    mark, body = opened["mark"], content[opened.end() :]
    # the closing mark may be longer than the opening one
    return json.loads(body.rpartition(mark)[0].rstrip(mark[0]) or body)


def _problem(
    response: ChatCompletionResponse,
    reason: Reason,
    message: str,
    text: str | None = None,
    where: str = "$",
) -> AnswerError:
    error = AnswerError(message, where)
    error.reason, error.response = reason, response
    error.text = text or ""
    error.body = shortened(error.text)
    error.status = 200
    return error
