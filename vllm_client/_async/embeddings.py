"""`client.embeddings`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from typing_extensions import Unpack

from ..api.chat.request import Messages
from ..api.pooling.embeddings import EmbeddingResponse, build_embeddings
from ..api.pooling.options import Conversation, EmbeddingKeywords, TextInput
from .call_runner import AsyncCallRunner


class AsyncEmbeddings:
    """POST /v1/embeddings."""

    def __init__(self, caller: AsyncCallRunner) -> None:
        self._caller = caller

    @overload
    async def create(
        self,
        *,
        input: TextInput | Conversation | Sequence[Conversation],
        **options: Unpack[EmbeddingKeywords],
    ) -> EmbeddingResponse: ...

    @overload
    async def create(
        self,
        *,
        messages: Messages | Sequence[Messages],
        **options: Unpack[EmbeddingKeywords],
    ) -> EmbeddingResponse: ...

    async def create(self, **options: Any) -> EmbeddingResponse:
        """Embeddings of texts, of token ids, or of a chat (or several) by its template.

        The answer has lists of floats; they travel as base64 unless `encoding_format` says
        otherwise. Raises VllmError.
        """
        return await self._caller.ask(build_embeddings, options)
