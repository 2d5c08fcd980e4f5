# Generated from vllm_client/_async/embeddings.py by `python tests/tools/generate_sync.py`.
"""`client.embeddings`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from typing_extensions import Unpack

from ..api.chat.request import Messages
from ..api.pooling.embeddings import EmbeddingResponse, build_embeddings
from ..api.pooling.options import Conversation, EmbeddingKeywords, TextInput
from .call_runner import SyncCallRunner


class SyncEmbeddings:
    """POST /v1/embeddings."""

    def __init__(self, caller: SyncCallRunner) -> None:
        self._caller = caller

    @overload
    def create(
        self,
        *,
        input: TextInput | Conversation | Sequence[Conversation],
        **options: Unpack[EmbeddingKeywords],
    ) -> EmbeddingResponse: ...

    @overload
    def create(
        self,
        *,
        messages: Messages | Sequence[Messages],
        **options: Unpack[EmbeddingKeywords],
    ) -> EmbeddingResponse: ...

    def create(self, **options: Any) -> EmbeddingResponse:
        """Embeddings of texts, of token ids, or of a chat (or several) by its template.

        The answer has lists of floats; they travel as base64 unless `encoding_format` says
        otherwise. Raises VllmError.
        """
        return self._caller.ask(build_embeddings, options)
