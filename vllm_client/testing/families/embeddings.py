"""/v1/embeddings and /v2/embed: a vector for each text."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from typing import Any

from .. import pooled_shapes
from ..body_kinds import Problem
from ..number_formats import pack, shortest
from ..pooled_endpoint import PooledEndpoint, PooledRequest, Tokens, check_length, texts_of
from ..replies import Embeddings
from ..request_checks import Refusal, check_prompts, refused
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse
from ..tensor_answers import bytes_answer, tensor_json
from ..tokenizer import cut
from ..vectors import normalized, rounded, vector_of

Json = Mapping[str, Any]
Vectors = list[list[float]]


def vectors_for(request: PooledRequest, state: ServerState, size: int | None = None) -> Vectors:
    """Return scripted vectors, or vectors derived from the texts, cut to `size` numbers."""
    if isinstance(request.reply, Embeddings):
        given = islice(cycle(request.reply.vectors), len(request.inputs))
        return [rounded(vector) for vector in given]
    whole = (vector_of(tokens, state.settings.embedding_size) for tokens in request.inputs)
    return [vector if size is None else normalized(vector[:size]) for vector in whole]


def _write(request: PooledRequest, state: ServerState) -> SocketResponse:
    vectors = vectors_for(request, state, request.body.get("dimensions"))
    if request.body.get("encoding_format") in ("bytes", "bytes_only"):
        return bytes_answer(request, vectors)
    if state.settings.dialect.since(0, 33) and _is_in_numbers(request.body):
        vectors = [list(map(shortest, vector)) for vector in vectors]
    data = [
        {"index": index, "object": "embedding", "embedding": tensor_json(vector, request.body)}
        for index, vector in enumerate(vectors)
    ]
    return json_answer({**request.frame, "data": data, "usage": request.usage})


def _is_in_numbers(body: Json) -> bool:
    return bool(body.get("encoding_format", "float") == "float")


def _check(body: Json, state: ServerState) -> None:
    _check_size(body.get("dimensions"), body, state)


def _check_size(size: int | None, body: Json, state: ServerState) -> None:
    most = state.settings.embedding_size
    if size is not None and not 1 <= size <= most:
        model = body.get("model") or state.settings.default_model
        raise Refusal(f"Model '{model}' only supports dimensions in range [1, {most}], got {size}.")


EMBEDDINGS = PooledEndpoint(
    stem="embd-",
    shape=pooled_shapes.EMBEDDING,
    check=_check,
    inputs=texts_of,
    write=_write,
    accepts=(Embeddings,),
)


def _check_v2(body: Json, state: ServerState) -> None:
    if not body.get("texts"):
        error = ValueError(
            "Exactly one of texts, images, or inputs must be provided, and it must be non-empty"
        )
        message = f"Value error, {error}"
        raise refused([Problem("value_error", "body", message, body, {"error": error})])
    if body.get("input_type") is not None:
        raise Refusal(
            f"Unsupported input_type {body['input_type']!r}."
            " This model does not define any input_type task instructions."
        )
    _check_size(body.get("output_dimension"), body, state)


def _texts_v2(body: Json, state: ServerState) -> list[Tokens]:
    check_prompts(body["texts"])
    for text in body["texts"]:
        check_length(text, state)
    return [cut(text) for text in body["texts"]]


def _write_v2(request: PooledRequest, state: ServerState) -> SocketResponse:
    vectors = vectors_for(request, state, request.body.get("output_dimension"))
    types = request.body.get("embedding_types") or ["float"]
    embeddings = {type: [_of_type(vector, type) for vector in vectors] for type in types}
    units = {"input_tokens": request.tokens, "image_tokens": 0}
    return json_answer(
        {
            "id": request.id,
            "embeddings": embeddings,
            "texts": request.body["texts"],
            "meta": {"api_version": {"version": "2"}, "billed_units": units},
            "response_type": "embeddings_by_type",
        }
    )


def _of_type(vector: Sequence[float], type: str) -> Any:
    """Encode a vector in one of Cohere's types: floats, base64, or signs packed in bytes."""
    if type == "float":
        return list(vector)
    if type == "base64":
        return b64encode(pack(vector, "float32", "little")).decode()
    packed = [_signs(vector[start : start + 8]) for start in range(0, len(vector), 8)]
    return packed if type == "ubinary" else [byte - 128 for byte in packed]


def _signs(numbers: Sequence[float]) -> int:
    return sum((number >= 0) << (7 - place) for place, number in enumerate(numbers))


EMBED_V2 = PooledEndpoint(
    stem="embd-",
    shape=pooled_shapes.EMBED_V2,
    check=_check_v2,
    inputs=_texts_v2,
    write=_write_v2,
    accepts=(Embeddings,),
)
