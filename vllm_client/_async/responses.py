"""`client.responses`."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, Literal, overload

import attrs
from typing_extensions import Unpack

from .._io.asyncio_.mix_ups import explains_missing_await, pending
from .._io.asyncio_.unopened_stream import UnopenedStream
from ..api.common.options import CallOptions, ReadingStreamOptions
from ..api.common.shown_keywords import shows_keywords
from ..api.render.answers import RenderedRequest
from ..api.responses.answers import Response, ResponseUsage
from ..api.responses.events import ResponseStreamEvent
from ..api.responses.options import RenderResponsesKeywords, ResponsesKeywords
from ..api.responses.request import (
    ResponseInput,
    ResponsesRequest,
    build_cancel,
    build_response,
    build_responses_render,
    build_retrieve,
    plan_response,
    plan_retrieve,
)
from ..call.option_checks import ABSENT, with_content, with_hidden_headers
from ..call.request import RequestSpec
from ..call.settings import ClientSettings
from .call_runner import AsyncCallRunner
from .row_builder import AsyncBulkBuilder, AsyncMapBuilder
from .stream import AsyncStream


@explains_missing_await
@attrs.frozen
class AsyncResponseBuilder(ResponsesRequest, AsyncMapBuilder[Response], AsyncBulkBuilder):
    """A request builder; `send()` sends the request, `map()` sends one per row."""

    _form = "RESPONSE"
    _caller: AsyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    async def send(self) -> Response:
        """Send the request and return the whole answer. Raises VllmError."""
        return await self._caller.ask(self._build, self._options)

    def send_stream(
        self,
    ) -> UnopenedStream[AsyncStream[ResponseStreamEvent, Response, ResponseUsage]]:
        """Send the request and return a stream of the server's events. Raises VllmError."""
        return self._caller.stream(plan_response(self._caller.settings, self._options), AsyncStream)

    def _build(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[Response]:
        return build_response(settings, options)


@explains_missing_await
@shows_keywords
class AsyncResponses:
    """OpenAI's Responses API: POST /v1/responses, and stored responses."""

    def __init__(self, caller: AsyncCallRunner) -> None:
        self._caller = caller

    @overload
    def create(self) -> AsyncResponseBuilder: ...

    @overload
    def create(
        self,
        input: ResponseInput,
        *,
        stream: Literal[True],
        **options: Unpack[ResponsesKeywords],
    ) -> UnopenedStream[AsyncStream[ResponseStreamEvent, Response, ResponseUsage]]: ...

    @overload
    def create(
        self,
        input: ResponseInput,
        *,
        stream: Literal[False] = False,
        **options: Unpack[ResponsesKeywords],
    ) -> Coroutine[Any, Any, Response]: ...

    def create(self, input: Any = ABSENT, **options: Any) -> Any:
        """Send a request and return the whole response; without arguments, return a builder.

        With `stream=True` it returns a stream of the server's events. With `background=True` the
        response is returned immediately with status "queued". Every body field of vLLM 0.33 that
        has an effect here is a keyword; any other keyword is refused before anything is sent.

        Args:
            input: A text, or a list of input items.
            stream: Whether to return a stream of events. Default: False.

        Raises:
            RequestError: A keyword is unknown or invalid.
            VllmError: The request failed.
        """
        given = with_content("input", input, options)
        if not given:
            return AsyncResponseBuilder(caller=self._caller)
        return self._caller.call_or_stream(build_response, plan_response, given)

    def stream(
        self, input: ResponseInput, **options: Unpack[ResponsesKeywords]
    ) -> UnopenedStream[AsyncStream[ResponseStreamEvent, Response, ResponseUsage]]:
        """Send a request and return a stream of events, as `create` does with `stream=True`.

        Args:
            input: A text, or a list of input items.
        """
        plan = plan_response(
            self._caller.settings, {"input": input, **with_hidden_headers(options)}
        )
        return self._caller.stream(plan, AsyncStream)

    @overload
    def retrieve(
        self,
        response_id: str,
        *,
        stream: Literal[True],
        starting_after: int | None = None,
        **call: Unpack[ReadingStreamOptions],
    ) -> UnopenedStream[AsyncStream[ResponseStreamEvent, Response, ResponseUsage]]: ...

    @overload
    def retrieve(
        self, response_id: str, *, stream: Literal[False] = False, **call: Unpack[CallOptions]
    ) -> Coroutine[Any, Any, Response]: ...

    def retrieve(self, response_id: str, **options: Any) -> Any:
        """Return the current state of a stored response.

        Args:
            response_id: The id of the response.
            stream: Whether to return a stream of the events of the response, which must have been
                created with `background=True, stream=True`. Default: False.
            starting_after: The sequence number of an event; the stream starts with the next one.
                Default: it starts with the first event.

        Raises:
            VllmError: The request failed.
        """
        settings = self._caller.settings
        if options.get("stream"):
            return self._caller.stream(plan_retrieve(settings, response_id, options), AsyncStream)
        return pending(self._caller.call(build_retrieve(settings, response_id, options)))

    async def cancel(self, response_id: str, **call: Unpack[CallOptions]) -> Response:
        """Cancel a response that is being generated in the background.

        Args:
            response_id: The id of the response.

        Raises:
            VllmError: The request failed.
        """
        return await self._caller.call(build_cancel(self._caller.settings, response_id, call))

    async def render(
        self, input: ResponseInput, **options: Unpack[RenderResponsesKeywords]
    ) -> RenderedRequest:
        """Convert the prompt to a request for the engine: token ids and sampling parameters.

        Args:
            input: A text, or a list of input items.

        Raises:
            PermissionDeniedError: The server was started without `--enable-scale-out`.
            VllmError: The request failed.
        """
        given = {"input": input, **with_hidden_headers(options)}
        return await self._caller.call(build_responses_render(self._caller.settings, given))
