# Generated from vllm_client/openai/_async/completions.py by `python tests/tools/generate_sync.py`.
"""`client.completions`."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any, Literal, overload

from typing_extensions import Unpack

from .._call import call_of
from .._endings import ChunkEnding
from .._keywords import checked, takes
from ..types import Completion
from ..types.completion_create_params import IGNORED, CompletionKeywords, Prompt
from .resource import Resource
from .stream import Stream
from .waiting import to_raw_response, to_streamed_response


class TextCompletions(Resource):
    """POST /v1/completions."""

    @cached_property
    def with_raw_response(self) -> TextCompletionsWithRawResponse:
        """The same method, but returning the HTTP response, whose `parse()` returns the result."""
        return TextCompletionsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> TextCompletionsWithStreamingResponse:
        """The same method as a context manager that yields the unread HTTP response."""
        return TextCompletionsWithStreamingResponse(self)

    @overload
    def create(
        self,
        *,
        model: str,
        prompt: Prompt | None,
        stream: Literal[False] | None = None,
        **options: Unpack[CompletionKeywords],
    ) -> Completion: ...

    @overload
    def create(
        self,
        *,
        model: str,
        prompt: Prompt | None,
        stream: Literal[True],
        **options: Unpack[CompletionKeywords],
    ) -> Stream[Completion]: ...

    @overload
    def create(
        self,
        *,
        model: str,
        prompt: Prompt | None,
        stream: bool,
        **options: Unpack[CompletionKeywords],
    ) -> Completion | Stream[Completion]: ...

    @takes(CompletionKeywords)
    def create(
        self, *, model: str, prompt: Any = None, stream: Any = None, **options: Any
    ) -> Any:
        """Generate a text that continues a prompt.

        Args:
            model: The name of the model.
            prompt: A text, token ids, or a list of either.
            stream: Whether to return a stream of parts of the text.
            options: The other fields of the request; see `CompletionKeywords`. Options that only
                vLLM has are passed in `extra_body`.

        Returns:
            A Completion, or a stream of Completion.

        Raises:
            OpenAIError: The request failed.
        """
        body = checked("create", options, CompletionKeywords, IGNORED)
        body = {"model": model, "prompt": prompt, "stream": stream, **body}
        more: dict[str, Any] = {}
        if stream:
            more = {"chunk": Completion, "ending": partial(ChunkEnding, body.get("n"))}
        call = call_of("POST", "/completions", options, body, cast_to=Completion, **more)
        return self._client._send(call)


class TextCompletionsWithRawResponse:
    """`client.completions.with_raw_response`."""

    def __init__(self, completions: TextCompletions) -> None:
        self.create = to_raw_response(completions.create)


class TextCompletionsWithStreamingResponse:
    """`client.completions.with_streaming_response`."""

    def __init__(self, completions: TextCompletions) -> None:
        self.create = to_streamed_response(completions.create)
