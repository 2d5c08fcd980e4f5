"""What models that pool answer: whatever their pooler gives, and classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from ...call.response import HttpResponse, read_answer
from ...codec.answer import Answer
from ...codec.tensor import Tensor
from ...codec.usage import Usage
from .tensors import TensorFormat, TensorOutput, is_bytes, tensors_in_bytes, told_type


@attrs.frozen(repr=False)
class PoolingOutput(TensorOutput):
    """What the pooler made of one input."""

    index: int
    _data: Tensor
    object: str = "pooling"

    @property
    def data(self) -> list[float] | list[list[float]]:
        """The floats; of a task that looks at each token, a row for each.

        As base64 the server does not tell the rows: then they are one list. Raises TypeError for
        types that Python has not (bfloat16, fp8; see `raw`).
        """
        return self._data.numbers

    @property
    def _tensor(self) -> Tensor:
        return self._data


@attrs.frozen(repr=False)
class PoolingResponse(Answer):
    """The answer of POST /pooling. Iterating gives the outputs, in the order of the inputs.

    With encoding_format="bytes_only" the server tells nothing beside the numbers, not even where
    one output ends: then there is a single one, which holds all numbers.
    """

    data: list[PoolingOutput]
    id: str = ""
    object: str = "list"
    created: int = 0
    model: str | None = None
    usage: Usage | None = None

    def __iter__(self) -> Iterator[PoolingOutput]:
        return iter(self.data)


@attrs.frozen(repr=False)
class IOProcessorResponse(Answer):
    """The answer of POST /pooling by a plugin of the server, which says what `data` is."""

    data: Any = None
    request_id: str | None = None
    created_at: int = 0


@attrs.frozen(repr=False)
class Classification(Answer):
    """The class of one input. `probs` has the probability of each class."""

    index: int
    probs: list[float]
    num_classes: int
    label: str | None = None


@attrs.frozen(repr=False)
class ClassificationResponse(Answer):
    """The answer of POST /classify. Iterating gives the classes, in the order of the inputs."""

    data: list[Classification]
    id: str = ""
    object: str = "list"
    created: int = 0
    model: str | None = None
    usage: Usage | None = None

    def __iter__(self) -> Iterator[Classification]:
        return iter(self.data)


def read_pooling(asked: TensorFormat, reply: HttpResponse) -> PoolingResponse:
    """The answer, whichever way it is encoded. Raises ParseError."""
    if is_bytes(reply):
        tensors, head = tensors_in_bytes(reply, asked)
        return PoolingResponse([PoolingOutput(*each) for each in tensors], **head)
    response = read_answer(reply, PoolingResponse)
    for number, item in enumerate(response.data):
        tensor = told_type(item._tensor, asked, reply, f"$.data[{number}].data")
        response.data[number] = attrs.evolve(item, data=tensor)
    return response
