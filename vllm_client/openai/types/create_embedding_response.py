"""The answer of an embedding request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._models import BaseModel
from .embedding import Embedding


class Usage(BaseModel):
    """The token counts of a request."""

    prompt_tokens: int
    total_tokens: int


class CreateEmbeddingResponse(BaseModel):
    """The answer of POST /v1/embeddings, a vector for each input."""

    data: list[Embedding]
    model: str
    object: Literal["list"]
    usage: Usage

    if TYPE_CHECKING:
        id: str
        created: int
