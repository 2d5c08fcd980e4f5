"""Answers that hold tensors: as floats, as base64, or as bytes that a header describes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

import attrs

from ...call.response import HttpResponse, unexpected
from ...codec.answer import Answer
from ...codec.decoder import structure
from ...codec.json_codec import loads
from ...codec.tensor import Endianness, Tensor
from ...codec.usage import Usage
from ...errors import ParseError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@attrs.frozen(repr=False)
class TensorOutput(Answer):
    """What a model made of one input."""

    @property
    @abstractmethod
    def _tensor(self) -> Tensor:
        """The numbers."""

    @property
    def raw(self) -> bytes:
        """The numbers as bytes: of the type `dtype`, in the byte order `endianness`."""
        return self._tensor.raw

    @property
    def dtype(self) -> str:
        """The type of the numbers in `raw`, by vLLM's name: "float32", "bfloat16" …"""
        return self._tensor.dtype

    @property
    def endianness(self) -> str:
        """The byte order of `raw`: "little" or "big"."""
        return self._tensor.endianness

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the dimensions."""
        return self._tensor.shape

    def numpy(self) -> NDArray[Any]:
        """The numbers as an array, which may be read-only.

        Raises TypeError for types that NumPy has not (bfloat16, fp8; see `raw`), and ImportError
        without NumPy (`pip install 'vllm-client-sdk[numpy]'`).
        """
        return self._tensor.numpy()


class AnswerFields(TypedDict, total=False):
    """What an answer tells beside its tensors; none of it when only bytes came."""

    id: str | None
    created: int | None
    model: str | None
    usage: Usage | None
    unknown_fields: dict[str, Any]


@attrs.frozen
class TensorFormat:
    """What the request says of the tensors to come. "native" is the server's own byte order, and
    little wherever vLLM is likely to run.

    for_list: whether base64 is our choice, where the caller wants lists.
    count: how many tensors, each of the same size; None if that is not known.
    """

    dtype: str
    endianness: Endianness
    for_list: bool
    count: int | None

    @classmethod
    def of(cls, body: Mapping[str, Any], *, for_list: bool, count: int | None) -> TensorFormat:
        endianness: Endianness = "big" if body.get("endianness") == "big" else "little"
        return cls(body.get("embed_dtype") or "float32", endianness, for_list, count)


@attrs.frozen(repr=False)
class TensorPlace(Answer):
    """Where in the body a tensor is, and of which type."""

    index: int
    embed_dtype: str
    endianness: str
    start: int
    end: int
    shape: list[int]


@attrs.frozen(repr=False)
class TensorMetadata(Answer):
    """What the `metadata` header of an answer in bytes says."""

    data: list[TensorPlace]
    id: str | None = None
    created: int | None = None
    model: str | None = None
    usage: Usage | None = None

    @property
    def head(self) -> AnswerFields:
        return AnswerFields(
            id=self.id,
            created=self.created,
            model=self.model,
            usage=self.usage,
            unknown_fields=self.unknown_fields,
        )


def is_bytes(reply: HttpResponse) -> bool:
    """Whether the body is no JSON, but the tensors themselves."""
    return reply.headers.get("content-type", "").startswith("application/octet-stream")


def told_type(tensor: Tensor, asked: TensorFormat, reply: HttpResponse, where: str) -> Tensor:
    """The tensor of an answer in JSON, read as it was asked for. Raises ParseError."""
    try:
        return tensor.read_as(asked.dtype, asked.endianness, encoded=not asked.for_list)
    except ValueError as error:
        raise unexpected(reply, f"{where}: {error}", where) from error


def tensors_in_bytes(
    reply: HttpResponse, asked: TensorFormat
) -> tuple[list[tuple[int, Tensor]], AnswerFields]:
    """The tensors of an answer in bytes, with their indices, and what its header says.

    Without the header, as encoding_format="bytes_only" has it (and as a proxy may leave it), the
    body is taken for as many tensors of one size as were asked for. Raises ParseError.
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
        raise unexpected(reply, "metadata header: two tensors have one index")
    return [(place.index, _at(place, reply)) for place in places], metadata.head


def _equal_parts(reply: HttpResponse, asked: TensorFormat) -> list[Tensor]:
    count = asked.count or 1
    size, rest = divmod(len(reply.body), count)
    try:
        if rest:
            raise ValueError(f"{len(reply.body)} bytes are not {count} tensors of one size")
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
            raise ValueError(f"{place.start} to {place.end} is not in {len(reply.body)} bytes")
        return Tensor.of_bytes(
            reply.body[place.start : place.end],
            place.embed_dtype,
            "big" if place.endianness == "big" else "little",
            shape=place.shape,
        )
    except ValueError as error:
        raise unexpected(reply, f"metadata header: {where}: {error}", where) from error
