"""`client.chat.completions`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any, Literal, overload

from typing_extensions import TypeVar, Unpack

from .._call import call_of, with_hidden_headers
from .._endings import ChunkEnding
from .._keywords import checked, takes
from .._parsing import format_param, parsed_chat, refuse_class
from .._types import Maybe
from .._unsupported import Unsupported
from ..types.chat import ChatCompletion, ChatCompletionChunk, ParsedChatCompletion
from ..types.chat.completion_create_params import (
    IGNORED,
    ChatKeywords,
    Messages,
    ParseKeywords,
)
from .chat_stream import AsyncChatCompletionStreamManager
from .resource import AsyncResource
from .stream import AsyncStream
from .waiting import to_raw_response, to_streamed_response

T = TypeVar("T", default=None)
_PATH = "/chat/completions"


class AsyncCompletions(AsyncResource):
    """POST /v1/chat/completions."""

    @cached_property
    def with_raw_response(self) -> AsyncCompletionsWithRawResponse:
        """The same methods, but returning the HTTP response, whose `parse()` returns the result."""
        return AsyncCompletionsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> AsyncCompletionsWithStreamingResponse:
        """The same methods as context managers that yield the unread HTTP response."""
        return AsyncCompletionsWithStreamingResponse(self)

    @overload
    async def create(
        self,
        *,
        messages: Messages,
        model: str,
        stream: Literal[False] | None = None,
        **options: Unpack[ChatKeywords],
    ) -> ChatCompletion: ...

    @overload
    async def create(
        self,
        *,
        messages: Messages,
        model: str,
        stream: Literal[True],
        **options: Unpack[ChatKeywords],
    ) -> AsyncStream[ChatCompletionChunk]: ...

    @overload
    async def create(
        self, *, messages: Messages, model: str, stream: bool, **options: Unpack[ChatKeywords]
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]: ...

    @takes(ChatKeywords)
    async def create(
        self, *, messages: Messages, model: str, stream: Any = None, **options: Any
    ) -> Any:
        """Generate a chat completion.

        Args:
            messages: The conversation.
            model: The name of the model.
            stream: Whether to return a stream of chunks.
            options: The other fields of the request; see `ChatKeywords`. Options that only vLLM
                has are passed in `extra_body`.

        Returns:
            A ChatCompletion, or a stream of ChatCompletionChunk.

        Raises:
            OpenAIError: The request failed.
        """
        refuse_class(with_hidden_headers(options).get("response_format"))
        return await self._ask(messages, model, stream, options, ChatCompletion)

    async def _ask(
        self, messages: Any, model: Any, stream: Any, options: Any, cast_to: Any, **more: Any
    ) -> Any:
        body = checked("create", options, ChatKeywords, IGNORED)
        body = {"messages": messages, "model": model, "stream": stream, **body}
        if stream:
            more["chunk"] = ChatCompletionChunk
            more["ending"] = partial(ChunkEnding, body.get("n"))
        call = call_of("POST", _PATH, options, body, cast_to=cast_to, **more)
        return await self._client._send(call)

    @takes(ParseKeywords)
    async def parse(
        self,
        *,
        messages: Messages,
        model: str,
        response_format: Maybe[type[T] | Mapping[str, Any]] = None,
        **options: Unpack[ParseKeywords],
    ) -> ParsedChatCompletion[T]:
        """Generate a chat completion and parse its content as an instance of a pydantic class.

        Args:
            messages: The conversation.
            model: The name of the model.
            response_format: The class of the answer, or a response format as a dict.
            options: The other fields of the request; see `ParseKeywords`.

        Returns:
            The completion: `choices[0].message.parsed` is the instance. The `parsed_arguments` of
            a tool call are an instance too, if its tool was made with `pydantic_function_tool`.

        Raises:
            LengthFinishReasonError: The answer reached the token limit.
            ContentFilterFinishReasonError: A content filter stopped the answer.
            pydantic.ValidationError: The answer does not match the class.
            OpenAIError: The request failed.
        """
        finish = partial(parsed_chat, response_format, options.get("tools"))
        fields = {**with_hidden_headers(options), "response_format": format_param(response_format)}
        answer: ParsedChatCompletion[T] = await self._ask(
            messages, model, None, fields, ChatCompletion, finish=finish
        )
        return answer

    @takes(ParseKeywords)
    def stream(
        self,
        *,
        messages: Messages,
        model: str,
        response_format: Maybe[type[T] | Mapping[str, Any]] = None,
        **options: Unpack[ParseKeywords],
    ) -> AsyncChatCompletionStreamManager[T]:
        """Generate a chat completion as a stream of openai-python's events, in a `with` block.

        Args:
            messages: The conversation.
            model: The name of the model.
            response_format: The class of the answer, or a response format as a dict.
            options: The other fields of the request; see `ParseKeywords`.

        Returns:
            A context manager that sends the request and yields the stream.
        """
        tools = options.get("tools")
        fields = {**with_hidden_headers(options), "response_format": format_param(response_format)}
        send = partial(self._ask, messages, model, True, fields, ChatCompletion)
        return AsyncChatCompletionStreamManager(send, response_format, tools)

    def __getattr__(self, name: str) -> Unsupported:
        if name in ("retrieve", "update", "list", "delete", "messages"):
            return Unsupported(f"client.chat.completions.{name}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


class AsyncCompletionsWithRawResponse:
    """`client.chat.completions.with_raw_response`."""

    def __init__(self, completions: AsyncCompletions) -> None:
        self.create = to_raw_response(completions.create)
        self.parse = to_raw_response(completions.parse)


class AsyncCompletionsWithStreamingResponse:
    """`client.chat.completions.with_streaming_response`."""

    def __init__(self, completions: AsyncCompletions) -> None:
        self.create = to_streamed_response(completions.create)
        self.parse = to_streamed_response(completions.parse)


class AsyncChat(AsyncResource):
    """`client.chat`."""

    @cached_property
    def completions(self) -> AsyncCompletions:
        """Chat completions."""
        return AsyncCompletions(self._client)


class AsyncBeta(AsyncResource):
    """`client.beta`, where older scripts call `parse` and `stream`."""

    @cached_property
    def chat(self) -> AsyncChat:
        """The same as `client.chat`."""
        return AsyncChat(self._client)

    def __getattr__(self, name: str) -> Unsupported:
        if name in ("assistants", "threads", "realtime", "vector_stores", "chatkit", "responses"):
            return Unsupported(f"client.beta.{name}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
