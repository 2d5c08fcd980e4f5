"""Decode responses with tensors: as floats, as base64, or as bytes that a header describes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeVar

import attrs

from ...call.response import HttpResponse, unexpected
from ...codec.answer import Answer
from ...codec.answer_fields import json_fields
from ...codec.decoder import structure
from ...codec.json_codec import loads
from ...codec.tensor import Endianness, Tensor
from ...codec.usage import Usage
from ...errors import ParseError

if TYPE_CHECKING:
    from numpy.typing import NDArray

OutputT = TypeVar("OutputT", bound="TensorOutput")

# Key in the JSON of an output, for values that the client adds.
OUR_KEY = "vllm_client"


@attrs.frozen(repr=False)
class TensorOutput(Answer):
    """The output of a model for one input."""

    @property
    @abstractmethod
    def _tensor(self) -> Tensor:
        """The numbers."""

    @property
    def raw(self) -> bytes:
        """The numbers as bytes, of the type `dtype` in the byte order `endianness`."""
        return self._tensor.raw

    @property
    def dtype(self) -> str:
        """The type of the numbers in `raw`, as vLLM names it, such as "float32"."""
        return self._tensor.dtype

    @property
    def endianness(self) -> str:
        """The byte order of `raw`: "little" or "big"."""
        return self._tensor.endianness

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each dimension."""
        return self._tensor.shape

    def numpy(self) -> NDArray[Any]:
        """Return the numbers as an array, which may be read-only.

        Raises:
            TypeError: NumPy has no such number type (bfloat16, fp8); use `raw`.
            ImportError: NumPy is not installed (`pip install 'vllm-client-sdk[numpy]'`).
        """
        return self._tensor.numpy()

    def to_dict(self) -> dict[str, Any]:
        """Return the output as a JSON object, without nulls.

        If the numbers are not float32, or their shape is not clear from the JSON of the server, the
        key `vllm_client` has their type.
        """
        number_type = self._tensor.type_beside_json()
        return {**super().to_dict(), **({OUR_KEY: number_type} if number_type else {})}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Return the output that `to_dict` was called on.

        Args:
            fields: The JSON object; it is not modified.

        Raises:
            ParseError: The object is not an output, or its numbers are not of the saved type.
        """
        return super().from_dict(fields).with_saved_type("$")

    def with_saved_type(self, where: str) -> Self:
        """Return the output with the number type that `to_dict` has saved in its JSON.

        Args:
            where: The place of the output, for errors.

        Raises:
            ParseError: The numbers are not of this type.
        """
        if OUR_KEY not in self.unknown_fields:
            return self
        rest = dict(self.unknown_fields)
        fields = json_fields(type(self)).items()
        (name,) = (name for name, field in fields if field.type is Tensor)
        try:
            saved = structure(rest.pop(OUR_KEY), TensorType)
            tensor = self._tensor.with_type(saved.embed_dtype, byte_order(saved), saved.shape)
        except ValueError as error:
            raise ParseError(f"{where}.{name}: {error}", f"{where}.{name}") from error
        return attrs.evolve(self, unknown_fields=rest, **{name: tensor})


@attrs.frozen(repr=False)
class TensorType(Answer):
    """The number type of an output, as `to_dict` saves it under `OUR_KEY`.

    Attributes:
        embed_dtype: The type of the numbers.
        endianness: Their byte order.
        shape: The length of each dimension. None if the JSON of the server shows it.
    """

    embed_dtype: str = "float32"
    endianness: str = "little"
    shape: list[int] | None = None


def with_saved_types(outputs: Iterable[OutputT]) -> list[OutputT]:
    """Return the outputs of a response with the number types that `to_dict` has saved.

    Raises:
        ParseError: The numbers of an output are not of the saved type.
    """
    return [output.with_saved_type(f"$.data[{n}]") for n, output in enumerate(outputs)]


class AnswerFields(TypedDict, total=False):
    """The fields of a response except its tensors. Empty for a response of bytes only.

    Attributes:
        id: The id of the response.
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts.
        unknown_fields: Fields that have no attribute.
    """

    id: str | None
    created: int | None
    model: str | None
    usage: Usage | None
    unknown_fields: dict[str, Any]


@attrs.frozen
class TensorFormat:
    """The format of tensors that a request asks for.

    The byte order "native" is taken for little-endian, the order of the machines that vLLM runs on.

    Attributes:
        dtype: The number type of tensors in bytes.
        endianness: The byte order of tensors in bytes.
        for_list: Whether the client, not the caller, chose base64. `to_dict()` then returns lists
            if Python has the number type.
        count: The number of tensors of equal size. None if it is not known.
    """

    dtype: str
    endianness: Endianness
    for_list: bool
    count: int | None

    @classmethod
    def of(cls, body: Mapping[str, Any], *, for_list: bool, count: int | None) -> TensorFormat:
        """Return the format of the response to a request body."""
        endianness: Endianness = "big" if body.get("endianness") == "big" else "little"
        return cls(body.get("embed_dtype") or "float32", endianness, for_list, count)


@attrs.frozen(repr=False)
class TensorPlace(Answer):
    """The position and type of one tensor in a body of bytes.

    Attributes:
        index: The position of the input in the request, from 0.
        embed_dtype: The type of the numbers.
        endianness: Their byte order.
        start: The offset of the tensor's first byte.
        end: The offset after its last byte.
        shape: The length of each dimension.
    """

    index: int
    embed_dtype: str
    endianness: str
    start: int
    end: int
    shape: list[int]


@attrs.frozen(repr=False)
class TensorMetadata(Answer):
    """The `metadata` header of a response in bytes.

    Attributes:
        data: The position and type of each tensor.
        id: The id of the response.
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts.
    """

    data: list[TensorPlace]
    id: str | None = None
    created: int | None = None
    model: str | None = None
    usage: Usage | None = None

    @property
    def head(self) -> AnswerFields:
        """The fields of the response apart from its data."""
        return AnswerFields(
            id=self.id,
            created=self.created,
            model=self.model,
            usage=self.usage,
            unknown_fields=self.unknown_fields,
        )


def byte_order(place: TensorPlace | TensorType) -> Endianness:
    """Return the byte order; little unless it is "big"."""
    return "big" if place.endianness == "big" else "little"


def is_bytes(reply: HttpResponse) -> bool:
    """Return whether the body is the bytes of the tensors, not JSON."""
    return reply.headers.get("content-type", "").startswith("application/octet-stream")


def told_type(tensor: Tensor, asked: TensorFormat, reply: HttpResponse, where: str) -> Tensor:
    """Apply the requested number type to a tensor of a JSON response. Raises ParseError."""
    try:
        return tensor.read_as(asked.dtype, asked.endianness, encoded=not asked.for_list)
    except ValueError as error:
        raise unexpected(reply, f"{where}: {error}", where) from error


def tensors_in_bytes(
    reply: HttpResponse, asked: TensorFormat
) -> tuple[list[tuple[int, Tensor]], AnswerFields]:
    """Decode a response in bytes: its tensors with their indices, and its other fields.

    With encoding_format="bytes_only", or if a proxy removed the `metadata` header, the body is cut
    into the requested number of tensors of equal size. Raises ParseError.
    """
    header = reply.headers.get("metadata")
    if header is None:
        return list(enumerate(_equal_parts(reply, asked))), AnswerFields()
    try:
        metadata = structure(loads(header), TensorMetadata)
    except ParseError as error:
        raise unexpected(reply, f"metadata header: {error.message}", error.where) from error
    except (ValueError, RecursionError) as error:
        raise unexpected(reply, f"metadata header: expected JSON: {error}") from error
    places = sorted(metadata.data, key=lambda place: place.index)
    if len({place.index for place in places}) < len(places):
        raise unexpected(reply, "metadata header: two tensors have the same index")
    return [(place.index, _at(place, reply)) for place in places], metadata.head


def _equal_parts(reply: HttpResponse, asked: TensorFormat) -> list[Tensor]:
    count = asked.count or 1
    size, rest = divmod(len(reply.body), count)
    try:
        if rest:
            raise ValueError(f"{len(reply.body)} bytes are not {count} tensors of equal size")
        return [
            Tensor.of_bytes(
                reply.body[part * size : (part + 1) * size], asked.dtype, asked.endianness
            )
            for part in range(count)
        ]
    except ValueError as error:
        raise unexpected(reply, str(error)) from error


def _at(place: TensorPlace, reply: HttpResponse) -> Tensor:
    where = f"$.data[{place.index}]"
    try:
        if not 0 <= place.start <= place.end <= len(reply.body):
            raise ValueError(
                f"bytes {place.start} to {place.end} are not within a body of "
                f"{len(reply.body)} bytes"
            )
        return Tensor.of_bytes(
            reply.body[place.start : place.end],
            place.embed_dtype,
            byte_order(place),
            shape=place.shape,
        )
    except ValueError as error:
        raise unexpected(reply, f"metadata header: {where}: {error}", where) from error
