# Generated from vllm_client/_async/completions.py by `python tests/tools/generate_sync.py`.
"""`client.completions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, overload

import attrs
from typing_extensions import Unpack

from .._io.threads.mix_ups import explains_missing_await
from ..api.common.shown_keywords import shows_keywords
from ..api.completions.answers import CompletionChunk, CompletionResponse
from ..api.completions.options import CompletionKeywords
from ..api.completions.request import (
    CompletionRequest,
    Prompt,
    build_completion,
    plan_completion_chunks,
    plan_completion_events,
)
from ..call.option_checks import ABSENT, with_content, with_hidden_headers
from ..call.request import RequestSpec
from ..call.settings import ClientSettings
from ..codec.usage import Usage
from ..streams.events import AnyCompletionEvent
from .call_runner import SyncCallRunner
from .rendering import SyncCompletionRendering
from .row_builder import SyncBulkBuilder, SyncMapBuilder
from .stream import SyncEventStream, SyncStream


@explains_missing_await
@attrs.frozen
class SyncCompletionBuilder(
    CompletionRequest, SyncMapBuilder[CompletionResponse], SyncBulkBuilder
):
    """A request builder; `send()` or `send_stream()` sends the request, `map()` one per row."""

    _form = "COMPLETION"

    _caller: SyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    def send(self) -> CompletionResponse:
        """Send the request and return the whole answer. Raises VllmError."""
        spec = build_completion(self._caller.settings, self._options)
        return self._caller.call(spec)

    def send_stream(
        self, *, wait: bool = True
    ) -> SyncEventStream[AnyCompletionEvent, CompletionResponse]:
        """Send the request and return a stream of StreamEvents.

        Args:
            wait: Whether to wait for the first delta. False returns once the request is sent, and
                the first read raises the errors of the request. Default: True.

        Raises:
            VllmError: The request failed.
        """
        plan = plan_completion_events(self._caller.settings, self._for_stream(wait))
        return self._caller.stream(plan, SyncEventStream)

    def _build(
        self, settings: ClientSettings, options: Mapping[str, Any]
    ) -> RequestSpec[CompletionResponse]:
        return build_completion(settings, options)


@shows_keywords
class SyncCompletions(SyncCompletionRendering):
    """POST /v1/completions."""

    def __init__(self, caller: SyncCallRunner) -> None:
        self._caller = caller

    @overload
    def create(self) -> SyncCompletionBuilder: ...

    @overload
    def create(
        self,
        prompt: Prompt,
        *,
        stream: Literal[True],
        **options: Unpack[CompletionKeywords],
    ) -> SyncStream[CompletionChunk, CompletionResponse, Usage]: ...

    @overload
    def create(
        self,
        prompt: Prompt,
        *,
        stream: Literal[False] = False,
        **options: Unpack[CompletionKeywords],
    ) -> CompletionResponse: ...

    def create(self, prompt: Any = ABSENT, **options: Any) -> Any:
        """Send a request and return the whole answer; without arguments, return a builder.

        With `stream=True` it returns a stream of the chunks that the server sends. Every body
        field of vLLM 0.33 that has an effect here is a keyword; any other keyword is refused before
        anything is sent.

        Args:
            prompt: A text or token ids, or a list of either.
            stream: Whether to return a stream of chunks. Default: False.

        Raises:
            RequestError: A keyword is unknown or invalid.
            VllmError: The request failed.
        """
        given = with_content("prompt", prompt, options)
        if not given:
            return SyncCompletionBuilder(caller=self._caller)
        return self._caller.call_or_stream(build_completion, plan_completion_chunks, given)

    def stream(
        self, prompt: Prompt | None = None, **options: Unpack[CompletionKeywords]
    ) -> SyncEventStream[AnyCompletionEvent, CompletionResponse]:
        """Send a request and return a stream of StreamEvents.

        Args:
            prompt: A text or token ids, or a list of either; not needed with `prompt_embeds`.

        Raises:
            RequestError: There is neither a prompt nor `prompt_embeds`, or a keyword is unknown.
            VllmError: The request failed.
        """
        given = {"prompt": prompt, **with_hidden_headers(options)}
        plan = plan_completion_events(self._caller.settings, given)
        return self._caller.stream(plan, SyncEventStream)
