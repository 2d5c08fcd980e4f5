"""`client.chat.completions`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import attrs
from typing_extensions import Unpack

from .._io.asyncio_.mix_ups import explains_missing_await
from .._io.asyncio_.unopened_stream import UnopenedStream
from .._io.asyncio_.waiting import opening
from ..api.chat.answers import ChatCompletionChunk, ChatCompletionResponse
from ..api.chat.options import (
    ChatKeywords,
    ParseKeywords,
    ParseStreamKeywords,
    RunToolsKeywords,
    StreamToolsKeywords,
)
from ..api.chat.request import (
    ChatRequest,
    Messages,
    build_chat,
    is_type,
    plan_chat_chunks,
    plan_chat_events,
)
from ..api.common.shown_keywords import shows_keywords
from ..call.option_checks import ABSENT, with_content, with_hidden_headers
from ..call.request import RequestSpec
from ..call.settings import ClientSettings
from ..codec.usage import Usage
from ..streams.events import AnyStreamEvent
from .call_runner import AsyncCallRunner
from .rendering import AsyncChatRendering
from .row_builder import AsyncBulkBuilder, RowT
from .stream import AsyncEventStream, AsyncStream

if TYPE_CHECKING:
    from .._async.bulk_run import AsyncBulkRun, AsyncRows
    from ..api.chat.batch import BatchChatKeywords
    from ..api.chat.parse import ParsedChatCompletion
    from ..api.chat.tool_conversation import (
        ToolFunctions,
        ToolRunResponse,
    )
    from ..bulk.bulk_item import BulkItem
    from ..bulk.run_options import RunKeywords
    from .parsed_stream import AsyncParsedStream
    from .tool_stream import AsyncToolStream

T = TypeVar("T")


@explains_missing_await
@shows_keywords
@attrs.frozen
class AsyncChatBuilder(ChatRequest, AsyncBulkBuilder):
    """A request builder; `send()` or `send_stream()` sends the request, `map()` one per row."""

    _form = "CHAT"

    _caller: AsyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    async def send(self) -> ChatCompletionResponse:
        """Send the request and return the whole answer. Raises VllmError."""
        spec = build_chat(self._caller.settings, self._options)
        return await self._caller.call(spec)

    @overload
    async def parse(self, response_format: type[T]) -> ParsedChatCompletion[T]: ...

    @overload
    async def parse(self, response_format: Any) -> ParsedChatCompletion[Any]: ...

    async def parse(self, response_format: Any) -> ParsedChatCompletion[Any]:
        """Send the request and return the answer with an instance of a type, in `parsed`.

        Args:
            response_format: The type: see `client.chat.completions.parse`.

        Raises:
            AnswerError: The answer is refused, truncated, missing, or does not match the type.
            VllmError: The request failed.
        """
        from ..api.chat.parse import build_parsed_chat

        spec = build_parsed_chat(self._caller.settings, response_format, self._options)
        return await self._caller.call(spec)

    @overload
    def send_stream(
        self, response_format: None = None, *, wait: bool = True
    ) -> UnopenedStream[AsyncEventStream[AnyStreamEvent, ChatCompletionResponse]]: ...

    @overload
    def send_stream(
        self, response_format: type[T], *, wait: bool = True
    ) -> UnopenedStream[AsyncParsedStream[T]]: ...

    @overload
    def send_stream(
        self, response_format: Any, *, wait: bool = True
    ) -> UnopenedStream[AsyncParsedStream[Any]]: ...

    def send_stream(self, response_format: Any = None, *, wait: bool = True) -> UnopenedStream[Any]:
        """Send the request and return a stream of StreamEvents.

        Args:
            response_format: A type, as for `parse`; `stream.parsed` becomes an instance of it.
                Default: none.
            wait: Whether to wait for the first delta. False returns once the request is sent, and
                the first read raises the errors of the request. Default: True.

        Raises:
            VllmError: The request failed.
        """
        options = self._for_stream(wait)
        if response_format is not None:
            options = {**options, "response_format": response_format}
        return _event_stream(self._caller, options)

    @overload
    def map(
        self,
        rows: AsyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        response_format: type[T],
        ordered: bool = True,
        errors: Literal["raise"] = "raise",
        **run: Unpack[RunKeywords],
    ) -> AsyncBulkRun[ParsedChatCompletion[T]]: ...

    @overload
    def map(
        self,
        rows: AsyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        response_format: type[T],
        ordered: bool = True,
        errors: Literal["return"],
        **run: Unpack[RunKeywords],
    ) -> AsyncBulkRun[BulkItem[RowT, ParsedChatCompletion[T]]]: ...

    @overload
    def map(
        self,
        rows: AsyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        response_format: None = None,
        ordered: bool = True,
        errors: Literal["raise"] = "raise",
        **run: Unpack[RunKeywords],
    ) -> AsyncBulkRun[ChatCompletionResponse]: ...

    @overload
    def map(
        self,
        rows: AsyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        response_format: None = None,
        ordered: bool = True,
        errors: Literal["return"],
        **run: Unpack[RunKeywords],
    ) -> AsyncBulkRun[BulkItem[RowT, ChatCompletionResponse]]: ...

    @overload
    def map(
        self,
        rows: AsyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        response_format: Any,
        ordered: bool = True,
        errors: Literal["raise"] = "raise",
        **run: Unpack[RunKeywords],
    ) -> AsyncBulkRun[ParsedChatCompletion[Any]]: ...

    @overload
    def map(
        self,
        rows: AsyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        response_format: Any,
        ordered: bool = True,
        errors: Literal["return"],
        **run: Unpack[RunKeywords],
    ) -> AsyncBulkRun[BulkItem[RowT, ParsedChatCompletion[Any]]]: ...

    def map(
        self,
        rows: Any,
        *,
        body: Callable[[Any], Any] | None = None,
        response_format: Any = None,
        ordered: bool = True,
        errors: Literal["raise", "return"] = "raise",
        **run: Any,
    ) -> AsyncBulkRun[Any]:
        """Iterate over the answers to many rows, with adaptive concurrency.

            for answer in ask.map(["What is a stack?", "What is a queue?"]):
                print(answer.content)

        The run is lazy: rows are read as slots become free, also from an infinite iterable. A slow
        reader of the answers slows the input down, so memory stays constant.

        Args:
            rows: Texts, messages, or mappings of options. `rows` is an iterable, a table of
                PyArrow, pandas or Polars, or a path that ends in .parquet (extra `parquet`); with
                the async client also an async iterable. An iterable other than a list, tuple or
                range is read in a separate thread.
            body: A function that converts a row to a text, messages or options; called in the
                thread that reads the rows. Default: rows are passed unchanged.
            response_format: The type of `parsed` in each answer: see `parse`. Default: none.
            ordered: True returns answers in the order of the rows, False in the order in which
                they finish. Default: True.
            errors: "raise" returns responses, and raises the error of a failed row in its place;
                "return" returns BulkItems, which have `.ok`, `.response` and `.error`.
                Default: "raise".
            **run: See `vllm_client.RunKeywords`.

        Raises:
            RequestError: A keyword is invalid, or the type has no JSON schema.
        """
        build = None
        if response_format is not None:
            from ..api.chat.parse import parsed_chat_builder

            build = parsed_chat_builder(response_format)
        return self._map(rows, run, build=build, body=body, ordered=ordered, errors=errors)

    def _build(
        self, settings: ClientSettings, options: Mapping[str, Any]
    ) -> RequestSpec[ChatCompletionResponse]:
        return build_chat(settings, options)


@explains_missing_await
@shows_keywords
class AsyncChatCompletions(AsyncChatRendering):
    """POST /v1/chat/completions."""

    def __init__(self, caller: AsyncCallRunner) -> None:
        self._caller = caller

    @overload
    def create(self) -> AsyncChatBuilder: ...

    @overload
    def create(
        self,
        messages: Messages,
        *,
        stream: Literal[True],
        **options: Unpack[ChatKeywords],
    ) -> UnopenedStream[AsyncStream[ChatCompletionChunk, ChatCompletionResponse, Usage]]: ...

    @overload
    def create(
        self,
        messages: Messages,
        *,
        stream: Literal[False] = False,
        **options: Unpack[ChatKeywords],
    ) -> Coroutine[Any, Any, ChatCompletionResponse]: ...

    def create(self, messages: Any = ABSENT, **options: Any) -> Any:
        """Send a request and return the whole answer; without arguments, return a builder.

        With `stream=True` it returns a stream of the chunks that the server sends. Every body
        field of vLLM 0.33 that has an effect here is a keyword; any other keyword is refused before
        anything is sent.

        Args:
            messages: The conversation: dicts, or `user()`, `system()`, `assistant()` and the like.
            stream: Whether to return a stream of chunks. Default: False.

        Raises:
            RequestError: A keyword is unknown or invalid.
            VllmError: The request failed.
        """
        given = with_content("messages", messages, options)
        if not given:
            return AsyncChatBuilder(caller=self._caller)
        return self._caller.call_or_stream(build_chat, plan_chat_chunks, given)

    @overload
    def stream(
        self,
        messages: Messages,
        *,
        response_format: type[T],
        **options: Unpack[ParseStreamKeywords],
    ) -> UnopenedStream[AsyncParsedStream[T]]: ...

    @overload
    def stream(
        self, messages: Messages, **options: Unpack[ChatKeywords]
    ) -> UnopenedStream[AsyncEventStream[AnyStreamEvent, ChatCompletionResponse]]: ...

    @overload
    def stream(
        self,
        messages: Messages,
        *,
        response_format: Any,
        **options: Unpack[ParseStreamKeywords],
    ) -> UnopenedStream[AsyncParsedStream[Any]]: ...

    def stream(self, messages: Any, **options: Any) -> UnopenedStream[Any]:
        """Send a request and return a stream of StreamEvents.

        Args:
            messages: The conversation: see `create`.
            response_format: A dict as for `create`, or a type as for `parse`. With a type,
                `stream.parsed` is an instance of it at the end, and `stream.response()` returns the
                same as `parse`.

        Raises:
            VllmError: The request failed.
        """
        given = {"messages": messages, **with_hidden_headers(options)}
        return _event_stream(self._caller, given)

    async def batch(
        self, messages: Iterable[Messages], **options: Unpack[BatchChatKeywords]
    ) -> ChatCompletionResponse:
        """Send several conversations in one request; the choice of index n answers the nth one.

            client.chat.completions.batch([[user("Hi")], [user("Bye")]]).choices[1]

        Streams and tools are not supported by the server.

        Args:
            messages: The conversations.

        Raises:
            VllmError: The request failed.
        """
        from ..api.chat.batch import build_chat_batch

        given = {"messages": messages, **with_hidden_headers(options)}
        return await self._caller.call(build_chat_batch(self._caller.settings, given))

    @overload
    async def parse(
        self,
        messages: Messages,
        *,
        response_format: type[T],
        **options: Unpack[ParseKeywords],
    ) -> ParsedChatCompletion[T]: ...

    @overload
    async def parse(
        self,
        messages: Messages,
        *,
        response_format: Any,
        **options: Unpack[ParseKeywords],
    ) -> ParsedChatCompletion[Any]: ...

    async def parse(
        self, messages: Any = ABSENT, *, response_format: Any, **options: Any
    ) -> ParsedChatCompletion[Any]:
        """Send a request and return the answer with an instance of a type, in `parsed`.

        Args:
            messages: The conversation: see `create`.
            response_format: An attrs class, dataclass, TypedDict or pydantic model, an Enum or
                `Literal`, `list[…]`, `dict[str, …]` and the like, or a union. The server generates
                text that matches its JSON schema. The text is validated strictly: "5" is not an
                int. Pydantic models validate by their own rules.

        Raises:
            AnswerError: The answer is refused, truncated, missing, or does not match the type.
            RequestError: The type has no JSON schema, or a keyword is unknown or invalid.
            VllmError: The request failed.
        """
        from ..api.chat.parse import build_parsed_chat

        given = with_content("messages", messages, options)
        spec = build_parsed_chat(self._caller.settings, response_format, given)
        return await self._caller.call(spec)

    async def run_tools(
        self,
        messages: Messages,
        *,
        tools: ToolFunctions,
        max_rounds: int = 10,
        **options: Unpack[RunToolsKeywords],
    ) -> ToolRunResponse:
        """Call functions for the model until it answers, and return this answer with its history.

        The sync client calls the functions of one answer one after another. The async client calls
        them concurrently, and runs functions that are not async in threads. A `tool_choice` that
        forces a call applies to the first answer only. A truncated answer ends the conversation,
        and its calls are not made. `timeout` and `retry` apply to each request.

        Args:
            messages: The conversation: see `create`.
            tools: Functions with type hints; each is sent as a tool as described by
                `function_tool`. Arguments are validated strictly against the type hints. The model
                receives the result of a function (a str unchanged, other values as JSON), its
                exception, or the error of an invalid call. All of these are in `tool_results`.
            max_rounds: Max answers of the model. Default: 10.

        Raises:
            ToolRoundsError: The last allowed answer still contains calls.
            VllmError: A request failed.
        """
        from ..api.chat.tool_conversation import ToolConversation
        from .tool_stream import run_tools

        given = {"messages": messages, **with_hidden_headers(options)}
        run = ToolConversation(given, tools, max_rounds)
        return await run_tools(self._caller, run)

    def stream_tools(
        self,
        messages: Messages,
        *,
        tools: ToolFunctions,
        max_rounds: int = 10,
        **options: Unpack[StreamToolsKeywords],
    ) -> UnopenedStream[AsyncToolStream]:
        """Call functions for the model as `run_tools` does, and return a stream of StreamEvents.

        The stream contains the events of all answers, and a ToolResult for each call. `Done`
        arrives once, at the end of the last answer.

        Args:
            messages: The conversation: see `create`.
            tools: See `run_tools`.
            max_rounds: Max answers of the model. Default: 10.

        Raises:
            VllmError: The first request failed.
        """
        from ..api.chat.tool_conversation import ToolConversation
        from .tool_stream import open_tool_stream

        given = {"messages": messages, **with_hidden_headers(options)}
        run = ToolConversation(given, tools, max_rounds)
        return opening(lambda: open_tool_stream(self._caller, run))


def _event_stream(caller: AsyncCallRunner, options: Mapping[str, Any]) -> UnopenedStream[Any]:
    """Return the stream of events, with `parsed` if `response_format` is a type."""
    kind = options.get("response_format")
    if not is_type(kind):
        return caller.stream(plan_chat_events(caller.settings, options), AsyncEventStream)
    from ..api.chat.parse import plan_parsed_events
    from .parsed_stream import AsyncParsedStream

    return caller.stream(plan_parsed_events(caller.settings, kind, options), AsyncParsedStream)


class AsyncChat:
    """Chat completions: `client.chat`."""

    def __init__(self, caller: AsyncCallRunner) -> None:
        self.completions = AsyncChatCompletions(caller)
