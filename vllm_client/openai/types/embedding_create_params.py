"""The keywords of `embeddings.create`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from .._types import CallOptions, Maybe


class EmbeddingKeywords(CallOptions, total=False):
    """The keywords of `create`, without `input` and `model`."""

    dimensions: Maybe[int]
    encoding_format: Maybe[Literal["float", "base64"]]
    user: Maybe[str]


class EmbeddingCreateParams(EmbeddingKeywords, total=False):
    """All keywords of `create`."""

    input: str | Sequence[str] | Iterable[int] | Iterable[Iterable[int]]
    model: str
