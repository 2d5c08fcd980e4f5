"""Embeddings: what they answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import attrs

from ...call.response import HttpResponse, read_answer
from ...codec.answer import Answer
from ...codec.tensor import Tensor
from ...codec.usage import Usage
from .tensors import TensorFormat, TensorOutput, is_bytes, tensors_in_bytes, told_type

FloatRows: TypeAlias = list[list[float]]


@attrs.frozen(repr=False)
class Embedding(TensorOutput):
    """The embedding of one input."""

    index: int
    _embedding: Tensor
    object: str = "embedding"

    @property
    def embedding(self) -> list[float]:
        """The floats. Raises TypeError for types that Python has not (bfloat16, fp8; see `raw`)."""
        return self._embedding.numbers

    @property
    def _tensor(self) -> Tensor:
        return self._embedding


@attrs.frozen(repr=False)
class EmbeddingResponse(Answer):
    """The answer of POST /v1/embeddings. Iterating gives the embeddings, in the inputs' order.

    With encoding_format="bytes_only" the server tells nothing beside the numbers.
    """

    data: list[Embedding]
    id: str = ""
    object: str = "list"
    created: int = 0
    model: str | None = None
    usage: Usage | None = None

    def __iter__(self) -> Iterator[Embedding]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, position: int) -> Embedding:
        return self.data[position]


def read_embeddings(asked: TensorFormat, reply: HttpResponse) -> EmbeddingResponse:
    """The answer, whichever way it is encoded. Raises ParseError."""
    if is_bytes(reply):
        tensors, head = tensors_in_bytes(reply, asked)
        return EmbeddingResponse([Embedding(*each) for each in tensors], **head)
    response = read_answer(reply, EmbeddingResponse)
    for number, item in enumerate(response.data):
        tensor = told_type(item._tensor, asked, reply, f"$.data[{number}].embedding")
        response.data[number] = attrs.evolve(item, embedding=tensor)
    response.data.sort(key=lambda item: item.index)
    return response


@attrs.frozen(repr=False)
class EmbedV2ApiVersion(Answer):
    """Of which API the answer has the form."""

    version: str = "2"


@attrs.frozen(repr=False)
class EmbedV2BilledUnits(Answer):
    """How many tokens the inputs had."""

    input_tokens: int | None = None
    image_tokens: int | None = None


@attrs.frozen(repr=False)
class EmbedV2Meta(Answer):
    """What an answer of POST /v2/embed tells of its request."""

    api_version: EmbedV2ApiVersion | None = None
    billed_units: EmbedV2BilledUnits | None = None


@attrs.frozen(repr=False)
class EmbedV2Embeddings(Answer):
    """The embeddings, in each of the types that were asked for; the others are None.

    binary, ubinary: a bit for each number, set unless it is negative, and the first bit the
        highest; packed into unsigned bytes, which for `binary` are shifted by -128.
    base64: of little-endian float32.
    """

    _float: Tensor | None = None
    binary: list[list[int]] | None = None
    ubinary: list[list[int]] | None = None
    base64: list[str] | None = None

    @property
    def float(self) -> FloatRows | None:
        """A list of floats for each input."""
        return None if self._float is None else self._float.numbers


@attrs.frozen(repr=False)
class EmbedV2Response(Answer):
    """The answer of POST /v2/embed. `texts` are those of the request."""

    embeddings: EmbedV2Embeddings
    id: str = ""
    texts: list[str] | None = None
    meta: EmbedV2Meta | None = None
    response_type: str = "embeddings_by_type"
