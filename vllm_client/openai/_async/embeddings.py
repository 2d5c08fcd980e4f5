"""`client.embeddings`."""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from typing_extensions import Unpack

from .._call import call_of
from .._keywords import checked, takes
from ..types import CreateEmbeddingResponse
from ..types.embedding_create_params import EmbeddingKeywords
from .resource import AsyncResource
from .waiting import to_raw_response, to_streamed_response

Input: TypeAlias = str | Sequence[str] | Iterable[int] | Iterable[Iterable[int]]


class AsyncEmbeddings(AsyncResource):
    """POST /v1/embeddings."""

    @cached_property
    def with_raw_response(self) -> AsyncEmbeddingsWithRawResponse:
        """The same method, but returning the HTTP response, whose `parse()` returns the result."""
        return AsyncEmbeddingsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> AsyncEmbeddingsWithStreamingResponse:
        """The same method as a context manager that yields the unread HTTP response."""
        return AsyncEmbeddingsWithStreamingResponse(self)

    @takes(EmbeddingKeywords)
    async def create(
        self, *, input: Input, model: str, **options: Unpack[EmbeddingKeywords]
    ) -> CreateEmbeddingResponse:
        """Compute a vector for each input.

        Args:
            input: A text, token ids, or a list of either.
            model: The name of the model.
            options: The other fields of the request; see `EmbeddingKeywords`. Without
                `encoding_format` the vectors are transferred as base64 and decoded to lists of
                floats.

        Raises:
            OpenAIError: The request failed.
        """
        body = checked("create", options, EmbeddingKeywords, frozenset())
        packed = "encoding_format" not in body
        if packed:
            body["encoding_format"] = "base64"
        call = call_of(
            "POST",
            "/embeddings",
            options,
            {"input": input, "model": model, **body},
            cast_to=CreateEmbeddingResponse,
            finish=unpacked if packed else _as_it_is,
        )
        answer: CreateEmbeddingResponse = await self._client._send(call)
        return answer


def _as_it_is(answer: Any) -> Any:
    return answer


def unpacked(answer: Any) -> Any:
    """Decode the base64 vectors of an answer to lists of floats."""
    for item in getattr(answer, "data", ()):
        if isinstance(item.embedding, str):
            vector = array("f", base64.b64decode(item.embedding))
            if sys.byteorder == "big":
                vector.byteswap()
            item.embedding = vector.tolist()
    return answer


class AsyncEmbeddingsWithRawResponse:
    """`client.embeddings.with_raw_response`."""

    def __init__(self, embeddings: AsyncEmbeddings) -> None:
        self.create = to_raw_response(embeddings.create)


class AsyncEmbeddingsWithStreamingResponse:
    """`client.embeddings.with_streaming_response`."""

    def __init__(self, embeddings: AsyncEmbeddings) -> None:
        self.create = to_streamed_response(embeddings.create)
