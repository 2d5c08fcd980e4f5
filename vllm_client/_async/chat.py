"""`client.chat.completions`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import attrs
from typing_extensions import Unpack

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
from ..api.chat.request import ChatRequest, Messages, build_chat, plan_chat_chunks, plan_chat_events
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


@shows_keywords
@attrs.frozen
class AsyncChatBuilder(ChatRequest, AsyncBulkBuilder):
    """A request, being filled in; `send()` or `send_stream()` sends it, `map()` sends many."""

    _form = "CHAT"

    _caller: AsyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    async def send(self) -> ChatCompletionResponse:
        """Send it; the whole answer. Raises VllmError."""
        spec = build_chat(self._caller.settings, self._options)
        return await self._caller.call(spec)

    @overload
    async def parse(self, response_format: type[T]) -> ParsedChatCompletion[T]: ...

    @overload
    async def parse(self, response_format: Any) -> ParsedChatCompletion[Any]: ...

    async def parse(self, response_format: Any) -> ParsedChatCompletion[Any]:
        """Send it; the whole answer as an instance of a type, in `parsed`: see `parse` of
        `client.chat.completions`. Raises VllmError.
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
        """Send it; the answer as a stream of StreamEvents.

        Args:
            response_format: A type, as `parse` takes it; an instance of it is `stream.parsed` in
                the end.
            wait: Whether to wait for the first delta; False returns once the request is sent, and
                the first read raises what failed.

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
        """Iterate over the answers to many rows; send as many at once as the server can use.

            for answer in ask.map(["What is a stack?", "What is a queue?"]):
                print(answer.content)

        It is lazy: rows are read as slots become free, from any iterable, also an endless one. A
        slow reader of the answers slows the input, so that memory does not grow.

        Args:
            rows: texts, messages, or mappings of options. An iterable (read in a separate thread
                unless it is a list, tuple or range), an async iterable with the async client, a
                table of PyArrow, pandas or Polars, or a path that ends in .parquet (extra
                `parquet`).
            body: a function that turns one of your rows into a text, messages or options; called
                in the thread that reads the rows.
            response_format: the class of `parsed` in each answer; see `parse`.
            ordered: True gives answers in the order of the rows, False as they are ready.
            errors: "raise" gives responses, and raises the error of a failed row in its place;
                "return" gives BulkItems, which have `.ok`, `.response` and `.error`.
            **run: See `vllm_client.RunKeywords`.

        Raises:
            RequestError: A keyword is wrong, or a type has no schema.
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
        """Without arguments: a builder. With them: send, for the whole answer, or with
        `stream=True` for the chunks as the server sends them.

        All body fields of vLLM 0.33 that have an effect here are keywords; any other name is
        refused before anything is sent. `extra_body`, `extra_headers`, `extra_query`, `timeout` and
        `retry` are for this call alone. Raises VllmError.
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
        """Send; the answer as a stream of StreamEvents. Keywords as for `create`.

        response_format: a dict as for `create`, or a type as `parse` takes it: an instance of it is
            `stream.parsed` in the end, and `stream.response()` the answer of `parse`.

        Raises VllmError.
        """
        given = {"messages": messages, **with_hidden_headers(options)}
        return _event_stream(self._caller, given)

    async def batch(
        self, messages: Iterable[Messages], **options: Unpack[BatchChatKeywords]
    ) -> ChatCompletionResponse:
        """An answer to each of several conversations, in one request.

            client.chat.completions.batch(messages=[[user("Hi")], [user("Bye")]]).choices[1]

        The choice of index n belongs to conversation n. There are no streams and no tools.
        Raises VllmError.
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
        """Send; the whole answer as an instance of a type, in `parsed`.

        response_format: an attrs class, dataclass, TypedDict or pydantic model, an Enum or
            `Literal`, `list[…]`, `dict[str, …]` and the like, or a union. The server is held to
            its JSON schema, and the answer is read strictly: "5" is no int. Pydantic models read
            by their own rules.

        Further keywords as for `create`. Raises AnswerError for an answer that is refused, cut, of
        another form, or none; RequestError for a type that has no schema; VllmError.
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
        """Let the model call functions until it answers; that answer, with the conversation.

        tools: functions with type hints, each a tool as `function_tool` makes it. Arguments are
            read strictly into the hinted types. What a function returns goes to the model, a str
            as it is and all else as JSON; so does what it raises, and what is wrong with a call.
            `tool_results` has them, too.
        max_rounds: how many answers of the model there are at most.

        Of several calls in one answer the sync client makes one after the other, the async one all
        at once, those of functions that are not async in threads. A `tool_choice` that forces a
        call holds for the first answer only. An answer that was cut ends the conversation; its
        calls are not made. Further keywords as for `create`, `timeout` and `retry` for each
        request. Raises ToolRoundsError where the model calls in its last answer still; VllmError.
        """
        from ..api.chat.tool_conversation import ToolConversation
        from .tool_stream import run_tools

        run = ToolConversation({**options, "messages": messages}, tools, max_rounds)
        return await run_tools(self._caller, run)

    def stream_tools(
        self,
        messages: Messages,
        *,
        tools: ToolFunctions,
        max_rounds: int = 10,
        **options: Unpack[StreamToolsKeywords],
    ) -> UnopenedStream[AsyncToolStream]:
        """The same as a stream of the StreamEvents of all answers, with a ToolResult for each call.

        `Done` comes once, at the end of the last answer. Raises VllmError.
        """
        from ..api.chat.tool_conversation import ToolConversation
        from .tool_stream import open_tool_stream

        run = ToolConversation({**options, "messages": messages}, tools, max_rounds)
        return opening(lambda: open_tool_stream(self._caller, run))


def _event_stream(caller: AsyncCallRunner, options: Mapping[str, Any]) -> UnopenedStream[Any]:
    """The stream of events; one that has `parsed`, if `response_format` is a type."""
    kind = options.get("response_format")
    if kind is None or isinstance(kind, Mapping):
        return caller.stream(plan_chat_events(caller.settings, options), AsyncEventStream)
    from ..api.chat.parse import plan_parsed_events
    from .parsed_stream import AsyncParsedStream

    return caller.stream(plan_parsed_events(caller.settings, kind, options), AsyncParsedStream)


class AsyncChat:
    """`client.chat`."""

    def __init__(self, caller: AsyncCallRunner) -> None:
        self.completions = AsyncChatCompletions(caller)
