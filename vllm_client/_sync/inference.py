# Generated from vllm_client/_async/inference.py by `python tests/tools/generate_sync.py`.
"""`client.inference`: generation with token ids instead of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, overload

from typing_extensions import Unpack

from .._io.threads.mix_ups import explains_missing_await
from ..api.common.options import GenerationCallOptions, Strings
from ..api.common.shown_keywords import shows_keywords
from ..api.inference.answers import GenerateChunk, GenerateResponse
from ..api.inference.options import GenerateKeywords, SamplingParams
from ..api.inference.request import ABORT_REQUESTS, build_generate, plan_generate_chunks
from ..call.option_checks import ABSENT, with_content, with_hidden_headers
from ..codec.usage import Usage
from .call_runner import SyncCallRunner
from .stream import SyncStream


@explains_missing_await
@shows_keywords
class SyncInference:
    """Routes of a server with --enable-scale-out or --tokens-only."""

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
        """Generate token ids that follow the given ones, or with `stream=True` a stream of chunks.

            client.inference.generate([1, 2, 3], sampling_params={"max_tokens": 20})

        The fields of a response of `render` can be passed unchanged. Unknown keywords and unknown
        keys of `sampling_params` are refused before anything is sent.

        Args:
            token_ids: The token ids of the prompt.

        Raises:
            PermissionDeniedError: The server was started without --enable-scale-out.
            VllmError: The request failed.
        """
        given = with_content("token_ids", token_ids, options)
        return self._caller.call_or_stream(build_generate, plan_generate_chunks, given)

    def abort_requests(
        self, request_ids: Strings | str, **call: Unpack[GenerationCallOptions]
    ) -> None:
        """Abort generations, which end with finish_reason "abort".

        Never repeated if the server may have received it.

        Args:
            request_ids: The `request_id` of one or several responses or chunks. Unknown and
                finished ids are ignored.

        Raises:
            VllmError: The request failed.
        """
        self._caller.ask(
            ABORT_REQUESTS, {"request_ids": request_ids, **with_hidden_headers(call)}
        )
