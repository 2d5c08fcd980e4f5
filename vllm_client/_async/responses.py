"""`client.responses`."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, Literal, overload

import attrs
from typing_extensions import Unpack

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


@attrs.frozen
class AsyncResponseBuilder(ResponsesRequest, AsyncMapBuilder[Response], AsyncBulkBuilder):
    """A request, being filled in; `send()` sends it, `map()` sends many."""

    _form = "RESPONSE"
    _caller: AsyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    async def send(self) -> Response:
        """Send it; the whole answer. Raises VllmError."""
        return await self._caller.ask(self._build, self._options)

    def send_stream(
        self,
    ) -> UnopenedStream[AsyncStream[ResponseStreamEvent, Response, ResponseUsage]]:
        """Send it; the answer as a stream of its events. Raises VllmError."""
        return self._caller.stream(plan_response(self._caller.settings, self._options), AsyncStream)

    def _build(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[Response]:
        return build_response(settings, options)


@shows_keywords
class AsyncResponses:
    """POST /v1/responses, and what becomes of a response that the server stores."""

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
        """Without arguments: a builder. With them: send, for the whole response, or with
        `stream=True` for its events.

        All body fields of vLLM 0.33 that have an effect here are keywords; any other name is
        refused before anything is sent. `extra_body`, `extra_headers`, `extra_query`, `timeout` and
        `retry` are for this call alone. With `background=True` the response comes at once,
        "queued". Raises VllmError.
        """
        given = with_content("input", input, options)
        if not given:
            return AsyncResponseBuilder(caller=self._caller)
        return self._caller.call_or_stream(build_response, plan_response, given)

    def stream(
        self, input: ResponseInput, **options: Unpack[ResponsesKeywords]
    ) -> UnopenedStream[AsyncStream[ResponseStreamEvent, Response, ResponseUsage]]:
        """Send, for the events of the response: the same as `create` with `stream=True`."""
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
        """A response that the server stores, as it is by now. Raises VllmError.

        stream: the events of a response that was created with `background=True, stream=True`, from
        its first on, or from the one behind the number `starting_after`.
        """
        settings = self._caller.settings
        if options.get("stream"):
            return self._caller.stream(plan_retrieve(settings, response_id, options), AsyncStream)
        return self._caller.call(build_retrieve(settings, response_id, options))

    async def cancel(self, response_id: str, **call: Unpack[CallOptions]) -> Response:
        """End a response that is generated in the background. Raises VllmError."""
        return await self._caller.call(build_cancel(self._caller.settings, response_id, call))

    async def render(
        self, input: ResponseInput, **options: Unpack[RenderResponsesKeywords]
    ) -> RenderedRequest:
        """The prompt as token ids, with all that the engine would get; nothing is generated.

        Keywords as for `create`. Only a server with `--enable-scale-out` does it. Raises VllmError.
        """
        given = {"input": input, **with_hidden_headers(options)}
        return await self._caller.call(build_responses_render(self._caller.settings, given))
