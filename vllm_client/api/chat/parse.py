"""Chat answers as instances of the caller's own types."""

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
from .answers import ChatCompletionResponse, Choice, Message
from .request import build_chat, divided, plan_chat_events
from .stream import ChatMachine

if TYPE_CHECKING:
    from ...errors import Reason
    from ...schema.types import TypeSchema

T = TypeVar("T")
V = TypeVar("V")


@attrs.frozen(repr=False)
class ParsedChatCompletion(ChatCompletionResponse, Generic[T]):
    """The answer of POST /v1/chat/completions, with what it says as instances of a type.

    all_parsed: of each choice, in order; more than one with `n`.
    """

    all_parsed: list[T] = attrs.field(kw_only=True, metadata=NOT_IN_JSON)

    @property
    def parsed(self) -> T:
        """What the first choice says."""
        return self.all_parsed[0]

    # The type is not in the JSON, so that it is an argument here, unlike in the base class.
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
        """Return the response that `to_dict` was called on, without its `call`.

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
        return _parsed(shape, ChatCompletionResponse.from_dict(fields), Thinking())

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
        """Return the response that `to_json` was called on, without its `call`.

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
    """The request for an answer of this type. Raises RequestError for one that has no schema."""
    return parsed_chat_builder(kind)(settings, options)


def parsed_chat_builder(
    kind: Any,
) -> Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[ParsedChatCompletion[Any]]]:
    """Make a function that builds such requests. Raises RequestError for a type without schema."""
    from ...schema.types import shape_of  # takes its time to load, and not every program needs it

    return partial(_build_shaped, shape_of(kind, "response_format"))


def _build_shaped(
    shape: TypeSchema, settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ParsedChatCompletion[Any]]:
    spec = build_chat(settings, {**options, "response_format": response_format_of(shape)})
    read: Any = partial(read_parsed_chat, shape, spec.read)
    return attrs.evolve(spec, read=read)  # type: ignore[return-value]


def response_format_of(shape: TypeSchema) -> dict[str, Any]:
    """What asks for JSON of this shape."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", shape.name).strip("_")[:64] or "answer"
    schema = {"name": name, "schema": shape.schema, "strict": True}
    return {"type": "json_schema", "json_schema": schema}


def read_parsed_chat(
    shape: TypeSchema, read: Callable[[HttpResponse], ChatCompletionResponse], reply: HttpResponse
) -> ParsedChatCompletion[Any]:
    """The answer, each choice of which is of this shape. Raises AnswerError."""
    return _parsed(shape, read(reply))


class ParsedChatMachine(ChatMachine):
    """The state of a stream whose answer is read into a type."""

    def __init__(self, shape: TypeSchema, thinking: Thinking | None, **settings: Any) -> None:
        super().__init__(thinking=thinking, **settings)
        self._shape = shape
        self._thinking = thinking
        self._parsed: ParsedChatCompletion[Any] | None = None

    def parsed(self) -> ParsedChatCompletion[Any]:
        """The answer, each choice of which is of the type. Raises AnswerError."""
        if self._parsed is None:
            self._parsed = _parsed(self._shape, self.partial(), self._thinking)
        return self._parsed


def plan_parsed_events(
    settings: ClientSettings, kind: Any, options: Mapping[str, Any]
) -> StreamPlan[AnyStreamEvent, ChatCompletionResponse]:
    """The request for a stream whose answer is of this type. Raises RequestError."""
    from ...schema.types import shape_of

    shape = shape_of(kind, "response_format")
    given = {**options, "response_format": response_format_of(shape)}
    return plan_chat_events(settings, given, partial(ParsedChatMachine, shape))


def _parsed(
    shape: TypeSchema, response: ChatCompletionResponse, thinking: Thinking | None = None
) -> ParsedChatCompletion[Any]:
    """The answer with what each choice says as an instance of the type. Raises AnswerError.

    Args:
        shape: The type.
        response: The answer.
        thinking: How to leave out reasoning that a stream has in its text, since its end was not
            known to be one.
    """
    if not response.choices:
        raise _problem(response, "no_content", "the answer has no choices")
    values = [
        _value(shape, response, choice, divided(choice.message, thinking))
        for choice in response.choices
    ]
    return extended(response, ParsedChatCompletion, all_parsed=values)


def _value(
    shape: TypeSchema, response: ChatCompletionResponse, choice: Choice, message: Message
) -> Any:
    content = message.content or ""
    problem = partial(_problem, response, text=content or message.refusal or message.reasoning)
    if message.refusal or choice.finish_reason == "content_filter":
        raise problem("refused", "the model refused to answer")
    cut = choice.finish_reason == "length"
    if not content.strip():
        if cut:
            raise problem("length", "the answer was cut by the limit of tokens before it began")
        if message.tool_calls:
            raise problem("tool_calls", "the model called tools instead of answering")
        raise problem("no_content", "the model gave no answer, but thoughts at most")
    try:
        value = json_in(content)
    except (ValueError, RecursionError) as error:
        if cut:
            raise problem("length", "the answer was cut by the limit of tokens") from error
        raise problem("mismatch", f"the answer is no JSON: {error}") from error
    if cut and type(value) in (int, float):  # half a number is a number
        raise problem("length", "the answer was cut by the limit of tokens")
    try:
        return shape.read(value)
    except ParseError as error:
        told = f"the answer is no {shape.name}: {error.message}"
        raise problem("mismatch", told, where=error.where) from error


_FENCE = re.compile(r"(?P<mark>`{3,}|~{3,})[ \t]*(?:json)?\s", re.IGNORECASE)


def json_in(content: str) -> Any:
    """The value of an answer that is JSON, or that has its JSON in one fence of Markdown.

    Models that were not held to a schema put their JSON into a fence, and like to say a few words
    before and after it. Two fences are two answers: what is between the first and the last mark is
    no JSON then. The closing mark may be missing, as the text of a stop string is.
    """
    try:
        return json.loads(content)  # integers of any size stay what they are
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
