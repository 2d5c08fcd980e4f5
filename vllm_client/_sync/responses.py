# Generated from vllm_client/_async/responses.py by `python tests/tools/generate_sync.py`.
"""`client.responses`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, overload

import attrs
from typing_extensions import Unpack

from .._io.threads.mix_ups import explains_missing_await, pending
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
from .call_runner import SyncCallRunner
from .row_builder import SyncBulkBuilder, SyncMapBuilder
from .stream import SyncStream


@explains_missing_await
@attrs.frozen
class SyncResponseBuilder(ResponsesRequest, SyncMapBuilder[Response], SyncBulkBuilder):
    """A request builder; `send()` sends the request, `map()` sends one per row."""

    _form = "RESPONSE"
    _caller: SyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    def send(self) -> Response:
        """Send the request and return the whole answer. Raises VllmError."""
        return self._caller.ask(self._build, self._options)

    def send_stream(
        self,
    ) -> SyncStream[ResponseStreamEvent, Response, ResponseUsage]:
        """Send the request and return a stream of the server's events. Raises VllmError."""
        return self._caller.stream(plan_response(self._caller.settings, self._options), SyncStream)

    def _build(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[Response]:
        return build_response(settings, options)


@explains_missing_await
@shows_keywords
class SyncResponses:
    """OpenAI's Responses API: POST /v1/responses, and stored responses."""

    def __init__(self, caller: SyncCallRunner) -> None:
        self._caller = caller

    @overload
    def create(self) -> SyncResponseBuilder: ...

    @overload
    def create(
        self,
        input: ResponseInput,
        *,
        stream: Literal[True],
        **options: Unpack[ResponsesKeywords],
    ) -> SyncStream[ResponseStreamEvent, Response, ResponseUsage]: ...

    @overload
    def create(
        self,
        input: ResponseInput,
        *,
        stream: Literal[False] = False,
        **options: Unpack[ResponsesKeywords],
    ) -> Response: ...

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
            return SyncResponseBuilder(caller=self._caller)
        return self._caller.call_or_stream(build_response, plan_response, given)

    def stream(
        self, input: ResponseInput, **options: Unpack[ResponsesKeywords]
    ) -> SyncStream[ResponseStreamEvent, Response, ResponseUsage]:
        """Send a request and return a stream of events, as `create` does with `stream=True`.

        Args:
            input: A text, or a list of input items.
        """
        plan = plan_response(
            self._caller.settings, {"input": input, **with_hidden_headers(options)}
        )
        return self._caller.stream(plan, SyncStream)

    @overload
    def retrieve(
        self,
        response_id: str,
        *,
        stream: Literal[True],
        starting_after: int | None = None,
        **call: Unpack[ReadingStreamOptions],
    ) -> SyncStream[ResponseStreamEvent, Response, ResponseUsage]: ...

    @overload
    def retrieve(
        self, response_id: str, *, stream: Literal[False] = False, **call: Unpack[CallOptions]
    ) -> Response: ...

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
            return self._caller.stream(plan_retrieve(settings, response_id, options), SyncStream)
        return pending(self._caller.call(build_retrieve(settings, response_id, options)))

    def cancel(self, response_id: str, **call: Unpack[CallOptions]) -> Response:
        """Cancel a response that is being generated in the background.

        Args:
            response_id: The id of the response.

        Raises:
            VllmError: The request failed.
        """
        return self._caller.call(build_cancel(self._caller.settings, response_id, call))

    def render(
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
        return self._caller.call(build_responses_render(self._caller.settings, given))
