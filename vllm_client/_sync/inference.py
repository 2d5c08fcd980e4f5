# Generated from vllm_client/_async/inference.py by `python tests/tools/generate_sync.py`.
"""`client.inference`: tokens in, tokens out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, overload

from typing_extensions import Unpack

from ..api.common.options import GenerationCallOptions, Strings
from ..api.common.shown_keywords import shows_keywords
from ..api.inference.answers import GenerateChunk, GenerateResponse
from ..api.inference.options import GenerateKeywords, SamplingParams
from ..api.inference.request import ABORT_REQUESTS, build_generate, plan_generate_chunks
from ..call.option_checks import ABSENT, with_content
from ..codec.usage import Usage
from .call_runner import SyncCallRunner
from .stream import SyncStream


@shows_keywords
class SyncInference:
    """Of a server that was started with --enable-scale-out, or with --tokens-only."""

    def __init__(self, caller: SyncCallRunner) -> None:
        self._caller = caller

    @overload
    def generate(
        self,
        token_ids: Sequence[int],
        *,
        sampling_params: SamplingParams,
        stream: Literal[True],
        **options: Unpack[GenerateKeywords],
    ) -> SyncStream[GenerateChunk, GenerateResponse, Usage]: ...

    @overload
    def generate(
        self,
        token_ids: Sequence[int],
        *,
        sampling_params: SamplingParams,
        stream: Literal[False] = False,
        **options: Unpack[GenerateKeywords],
    ) -> GenerateResponse: ...

    def generate(self, token_ids: Any = ABSENT, **options: Any) -> Any:
        """Send tokens; the tokens that follow, or with `stream=True` the chunks as they come.

            client.inference.generate([1, 2, 3], sampling_params={"max_tokens": 20})

        An unknown key, of `sampling_params` too, is refused before anything is sent. What /render
        answers goes in as it is. Raises VllmError; PermissionDeniedError where scale-out is not
        enabled.
        """
        given = with_content("token_ids", token_ids, options)
        return self._caller.call_or_stream(build_generate, plan_generate_chunks, given)

    def abort_requests(
        self, request_ids: Strings | str, **call: Unpack[GenerationCallOptions]
    ) -> None:
        """End generations, whose answers then have finish_reason "abort".

        request_ids: the `request_id` of an answer or a chunk. One that the server does not know, or
        that is over, is no error. Never sent again once it may have arrived. Raises VllmError.
        """
        self._caller.ask(ABORT_REQUESTS, {"request_ids": request_ids, **call})
