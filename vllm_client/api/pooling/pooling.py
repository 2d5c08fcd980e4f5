"""Requests for pooling and classification, and their responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Self

import attrs
from typing_extensions import Unpack

from ...call.build_request import build_request
from ...call.option_checks import body_of, refuse_unknown, require
from ...call.request import RequestSpec
from ...call.response import HttpResponse, reader, refuse_fewer
from ...call.settings import ClientSettings
from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT
from ...codec.tensor import Tensor
from ...codec.usage import Usage
from ...vllm import routes
from ..common.input_lists import conversation
from ..common.request_builder import OptionsBuilder
from ..common.shown_keywords import shows_keywords
from .options import ClassifyKeywords, PoolingKeywords, TextInput
from .results import count_inputs, listed_reader, read_listed
from .tensors import (
    TensorFormat,
    TensorOutput,
    is_bytes,
    tensors_in_bytes,
    told_type,
    with_saved_types,
)

CLASSIFY_OPTIONS = frozenset(ClassifyKeywords.__optional_keys__) | {"input", "messages"}
POOLING_OPTIONS = frozenset(PoolingKeywords.__optional_keys__) | {"input", "messages", "data"}


@attrs.frozen(repr=False)
class PoolingOutput(TensorOutput):
    """The output of the pooler for one input.

    Attributes:
        index: The position of the input in the request, from 0.
        object: Always "pooling".
    """

    index: int
    _data: Tensor = attrs.field(metadata=CONTENT)
    object: str = "pooling"

    @property
    def data(self) -> list[float] | list[list[float]]:
        """The numbers as floats.

        Tasks with an output for each token return a row for each token. With
        encoding_format="base64" the server does not say where a row ends; the rows are then joined
        into one list.

        Raises:
            TypeError: Python has no such number type (bfloat16, fp8); use `raw`.
        """
        return self._data.numbers

    @property
    def _tensor(self) -> Tensor:
        return self._data


@attrs.frozen(repr=False)
class PoolingResponse(Answer):
    """The response of POST /pooling. Iterating gives the outputs.

    With encoding_format="bytes_only" the server sends only the numbers, and not where an output
    ends: `data` then has one output with all numbers, and the other fields have their default.

    Attributes:
        data: The outputs, in the order of the inputs.
        id: The id of the response.
        object: Always "list".
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts.
    """

    data: list[PoolingOutput] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    object: str = "list"
    created: int | None = None
    model: str | None = None
    usage: Usage | None = None

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Return the response that `to_dict` was called on. Its `call` is not restored.

        Args:
            fields: The JSON object; it is not modified.

        Raises:
            ParseError: The object is not such a response, or numbers are not of the saved type.
        """
        response = super().from_dict(fields)
        return attrs.evolve(response, data=with_saved_types(response.data))

    def __iter__(self) -> Iterator[PoolingOutput]:
        return iter(self.data)


@attrs.frozen(repr=False)
class IOProcessorResponse(Answer):
    """The response of POST /pooling from an I/O processor plugin of the server.

    Attributes:
        data: The output of the plugin, in a form that the plugin defines.
        request_id: The id of the request.
        created_at: When the response was made, as a Unix time in seconds.
    """

    data: Any = None
    request_id: str | None = None
    created_at: int | None = None


def _length_of_probs(classification: Classification) -> int:
    return len(classification.probs)


@attrs.frozen(repr=False)
class Classification(Answer):
    """The class of one input.

    Attributes:
        index: The position of the input in the request, from 0.
        probs: The probability of each class.
        num_classes: The number of classes.
        label: The name of the most probable class. None if the model does not name its classes.
    """

    index: int
    probs: list[float] = attrs.field(metadata=CONTENT)
    num_classes: int = attrs.field(default=attrs.Factory(_length_of_probs, takes_self=True))
    label: str | None = None


@attrs.frozen(repr=False)
class ClassificationResponse(Answer):
    """The response of POST /classify. Iterating gives the classifications.

    Attributes:
        data: The classification of each input, in the order of the inputs.
        id: The id of the response.
        object: Always "list".
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts.
    """

    data: list[Classification] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    object: str = "list"
    created: int | None = None
    model: str | None = None
    usage: Usage | None = None

    def __iter__(self) -> Iterator[Classification]:
        return iter(self.data)


def read_pooling(asked: TensorFormat, expected: int, reply: HttpResponse) -> PoolingResponse:
    """Decode a response in any of the encodings. Raises ParseError."""
    if is_bytes(reply):
        tensors, head = tensors_in_bytes(reply, asked)
        response = PoolingResponse([PoolingOutput(*each) for each in tensors], **head)
        has_metadata = "metadata" in reply.headers  # without it, all numbers are one output
        refuse_fewer(reply, response, "data", len(tensors), expected if has_metadata else 1)
        return response
    response = read_listed(PoolingResponse, reply)
    refuse_fewer(reply, response, "data", len(response.data), expected)
    for number, item in enumerate(response.data):
        tensor = told_type(item._tensor, asked, reply, f"$.data[{number}].data")
        response.data[number] = attrs.evolve(item, data=tensor)
    return response


def build_pooling(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[PoolingResponse | IOProcessorResponse]:
    """Build the request to /pooling for `input`, `messages` or the `data` of a plugin.

    Raises RequestError.
    """
    body = body_of(options, POOLING_OPTIONS, "pooling()")
    if body.get("data") is not None:
        plugin = reader(IOProcessorResponse)
        return build_request(settings, routes.POOLING, plugin, body=body, call=options)
    _check_input(body)
    asked = TensorFormat.of(body, for_list=False, count=None)
    read = partial(read_pooling, asked, count_inputs(body))
    return build_request(settings, routes.POOLING, read, body=body, call=options)


def build_classify(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ClassificationResponse]:
    """Build the request that classifies `input` or `messages`. Raises RequestError."""
    body = body_of(options, CLASSIFY_OPTIONS, "classify()")
    _check_input(body)
    read = listed_reader(ClassificationResponse, count_inputs(body))
    return build_request(settings, routes.CLASSIFY, read, body=body, call=options)


def _check_input(body: dict[str, Any]) -> None:
    require(body, ("input", "messages"))
    if body.get("messages") is not None:
        body["messages"] = conversation(body["messages"])


@shows_keywords
class ClassifyRequest(OptionsBuilder):
    """Builder of a request for classification."""

    def input(self, input: TextInput) -> Self:
        """Set the input.

        Args:
            input: One text or several, or their token ids.
        """
        return self._with(input=input)

    def options(self, **options: Unpack[ClassifyKeywords]) -> Self:
        """Set any options, by their names in vLLM's request.

        Args:
            **options: The keywords of `client.classify`.

        Raises:
            RequestError: An option is unknown.
        """
        refuse_unknown(options, CLASSIFY_OPTIONS, "classify()")
        return self._with(**options)
