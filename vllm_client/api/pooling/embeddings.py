"""Requests for embeddings, and their responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Self, TypeAlias

import attrs
from typing_extensions import Unpack

from ...call.build_request import build_request
from ...call.option_checks import body_of, refuse_unknown, require
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, refuse_fewer
from ...call.settings import ClientSettings
from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT
from ...codec.tensor import Tensor
from ...codec.usage import Usage
from ...vllm import routes
from ..common.input_lists import one_or_several
from ..common.request_builder import OptionsBuilder
from ..common.shown_keywords import shows_keywords
from .options import EmbeddingKeywords, EmbedV2Keywords, TextInput
from .results import count_inputs, length_of, read_listed
from .tensors import (
    TensorFormat,
    TensorOutput,
    is_bytes,
    tensors_in_bytes,
    told_type,
    with_saved_types,
)

FloatRows: TypeAlias = list[list[float]]

OPTIONS = frozenset(EmbeddingKeywords.__optional_keys__) | {"input", "messages"}
V2_INPUTS = ("texts", "images", "inputs")
V2_OPTIONS = frozenset(EmbedV2Keywords.__optional_keys__) | {*V2_INPUTS}

# Floats in JSON are two to four times as long as base64, and slower to decode. The byte order is
# sent as well, because the default is the order of the server's machine.
_COMPACT = {"encoding_format": "base64", "endianness": "little"}


@attrs.frozen(repr=False)
class LateChunk(Answer):
    """The part of the input that one vector stands for.

    Attributes:
        token_range: The chunk's first token, and the first token after the chunk.
        char_range: The same range in characters of the text. None for a chunk of special tokens
            only.
    """

    token_range: list[int] = attrs.field(factory=list)
    char_range: list[int] | None = None


@attrs.frozen(repr=False)
class LateChunking(Answer):
    """The part of the input that each vector stands for.

    Attributes:
        chunks: The chunk of each vector, in the order of the vectors.
        chunk_size: The number of tokens per chunk; the last chunk may be shorter.
        input_tokens: The number of tokens of the input.
        strategy: How the input was cut; vLLM 0.33 knows only "fixed_tokens".
    """

    chunks: list[LateChunk] = attrs.field(factory=list)
    chunk_size: int | None = None
    input_tokens: int | None = None
    strategy: str | None = None


@attrs.frozen(repr=False)
class Embedding(TensorOutput):
    """The embedding of one input.

    Attributes:
        index: The position of the input in the request, from 0.
        object: Always "embedding".
        late_chunking: The part of the input that each vector stands for. None without
            `late_chunking_params`.
    """

    index: int
    _embedding: Tensor = attrs.field(metadata=CONTENT)
    object: str = "embedding"
    late_chunking: LateChunking | None = None

    @property
    def embedding(self) -> list[float]:
        """The vector as floats.

        Raises:
            TypeError: Python has no such number type (bfloat16, fp8); use `raw`.
        """
        return self._embedding.numbers

    @property
    def vectors(self) -> FloatRows:
        """The vectors of this input.

        One vector, or one for each token or chunk if the server embeds each token.
        """
        numbers = self._embedding.numbers
        return numbers if len(self.shape) > 1 else [numbers]

    @property
    def _tensor(self) -> Tensor:
        return self._embedding


@attrs.frozen(repr=False)
class EmbeddingResponse(Answer):
    """The response of POST /v1/embeddings. Iterating gives the embeddings.

    With encoding_format="bytes_only" the server sends only the numbers; all fields but `data` have
    their default.

    Attributes:
        data: The embeddings, in the order of the inputs.
        id: The id of the response.
        object: Always "list".
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts.
    """

    data: list[Embedding] = attrs.field(factory=list, metadata=CONTENT)
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

    def __iter__(self) -> Iterator[Embedding]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, position: int) -> Embedding:
        return self.data[position]


def read_embeddings(asked: TensorFormat, reply: HttpResponse) -> EmbeddingResponse:
    """Decode a response in any of the encodings. Raises ParseError."""
    if is_bytes(reply):
        tensors, head = tensors_in_bytes(reply, asked)
        response = EmbeddingResponse([Embedding(*each) for each in tensors], **head)
        return _checked(reply, response, asked)
    response = read_listed(EmbeddingResponse, reply)
    for number, item in enumerate(response.data):
        tensor = told_type(item._tensor, asked, reply, f"$.data[{number}].embedding")
        response.data[number] = attrs.evolve(item, embedding=tensor)
    response.data.sort(key=lambda item: item.index)
    return _checked(reply, response, asked)


def _checked(
    reply: HttpResponse, response: EmbeddingResponse, asked: TensorFormat
) -> EmbeddingResponse:
    refuse_fewer(reply, response, "data", len(response.data), asked.count or 1)
    return response


@attrs.frozen(repr=False)
class EmbedV2ApiVersion(Answer):
    """The API whose format the response has.

    Attributes:
        version: The version of Cohere's API: "2".
    """

    version: str | None = None


@attrs.frozen(repr=False)
class EmbedV2BilledUnits(Answer):
    """Token counts of the inputs.

    Attributes:
        input_tokens: Tokens of a request without images; 0 for a request with images.
        image_tokens: Tokens of a request with images, its texts included; 0 without images.
    """

    input_tokens: int | None = None
    image_tokens: int | None = None


@attrs.frozen(repr=False)
class EmbedV2Meta(Answer):
    """Metadata of a response of POST /v2/embed.

    Attributes:
        api_version: The API whose format the response has.
        billed_units: Token counts.
    """

    api_version: EmbedV2ApiVersion | None = None
    billed_units: EmbedV2BilledUnits | None = None


@attrs.frozen(repr=False)
class EmbedV2Embeddings(Answer):
    """The embeddings in each of the requested types. The other types are None.

    Attributes:
        binary: A list for each input: the bytes of `ubinary`, each minus 128.
        ubinary: A list for each input, with one bit for each number: 1 unless the number is
            negative. Eight bits make a byte from 0 to 255, the first number in its highest bit.
        base64: A string for each input: base64 of little-endian float32 numbers.
    """

    _float: Tensor | None = attrs.field(default=None, metadata=CONTENT)
    binary: list[list[int]] | None = attrs.field(default=None, metadata=CONTENT)
    ubinary: list[list[int]] | None = attrs.field(default=None, metadata=CONTENT)
    base64: list[str] | None = attrs.field(default=None, metadata=CONTENT)

    @property
    def float(self) -> FloatRows | None:
        """The embedding of each input as floats. None unless requested."""
        return None if self._float is None else self._float.numbers


@attrs.frozen(repr=False)
class EmbedV2Response(Answer):
    """The response of POST /v2/embed.

    Attributes:
        embeddings: The embeddings, in the order of the inputs.
        id: The id of the response.
        texts: The texts of the request. None without texts.
        meta: The version of the API, and token counts.
        response_type: Always "embeddings_by_type".
    """

    embeddings: EmbedV2Embeddings = attrs.field(metadata=CONTENT)
    id: str | None = None
    texts: list[str] | None = None
    meta: EmbedV2Meta | None = None
    response_type: str = "embeddings_by_type"


def build_embeddings(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[EmbeddingResponse]:
    """Build the request for embeddings of `input` or `messages`. Raises RequestError."""
    given = body_of(options, OPTIONS, "embeddings.create()")
    if given.get("late_chunking_params") is not None:
        given.setdefault("encoding_format", "float")
    require(given, ("input", "messages"))
    if given.get("messages") is not None:
        given["messages"] = one_or_several(given["messages"])
    ours = "encoding_format" not in given
    body = {**_COMPACT, **given} if ours else given
    asked = TensorFormat.of(body, for_list=ours, count=count_inputs(body))
    read = partial(read_embeddings, asked)
    return build_request(settings, routes.EMBEDDINGS, read, body=body, call=options)


def build_embed_v2(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[EmbedV2Response]:
    """Build the request to /v2/embed for texts, images or mixed inputs. Raises RequestError."""
    body = body_of(options, V2_OPTIONS, "embed_v2()")
    require(body, V2_INPUTS)
    inputs = next(body[name] for name in V2_INPUTS if body.get(name) is not None)
    read = partial(_read_embed_v2, length_of(inputs))
    return build_request(settings, routes.EMBED_V2, read, body=body, call=options)


def _read_embed_v2(expected: int, reply: HttpResponse) -> EmbedV2Response:
    response = read_answer(reply, EmbedV2Response)
    found = response.embeddings
    counts = [len(rows) for rows in (found.binary, found.ubinary, found.base64) if rows is not None]
    if found._float is not None:
        counts.append(found._float.shape[0])
    refuse_fewer(reply, response, "embeddings", min(counts, default=0), expected)
    return response


@shows_keywords
class EmbeddingRequest(OptionsBuilder):
    """Builder of a request for embeddings."""

    def input(self, input: TextInput) -> Self:
        """Set the input.

        Args:
            input: One text or several, or their token ids.
        """
        return self._with(input=input)

    def dimensions(self, dimensions: int | None) -> Self:
        """Return shorter embeddings, for models that were trained for it.

        Args:
            dimensions: How many of the first numbers of each embedding to return; None for all.
        """
        return self._with(dimensions=dimensions)

    def options(self, **options: Unpack[EmbeddingKeywords]) -> Self:
        """Set any options, by their names in vLLM's request.

        Args:
            **options: The keywords of `client.embeddings.create`.

        Raises:
            RequestError: An option is unknown.
        """
        refuse_unknown(options, OPTIONS, "embeddings.create()")
        return self._with(**options)
