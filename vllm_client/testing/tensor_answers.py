"""Vectors as vLLM sends them: as JSON numbers, base64 or binary."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from .number_formats import pack
from .pooled_endpoint import PooledRequest
from .socket_steps import Send, SocketResponse

Json = Mapping[str, Any]


def tensor_json(vector: Sequence[float], body: Json) -> list[float] | str:
    """Return a vector for JSON, in the requested encoding."""
    if body.get("encoding_format") == "base64":
        return b64encode(_packed(vector, body)).decode()
    return list(vector)


def _packed(vector: Sequence[float], body: Json) -> bytes:
    return pack(vector, _dtype(body), _endianness(body))


def _dtype(body: Json) -> str:
    return str(body.get("embed_dtype", "float32"))


def _endianness(body: Json) -> str:
    return str(body.get("endianness", "native"))


def bytes_answer(request: PooledRequest, vectors: Sequence[Sequence[float]]) -> SocketResponse:
    """Return one binary chunk per vector; the encoding "bytes" adds a header with metadata."""
    chunks = [_packed(vector, request.body) for vector in vectors]
    headers = {"content-type": "application/octet-stream"}
    if request.body["encoding_format"] == "bytes":
        headers = {"metadata": json.dumps(_metadata(request, vectors, chunks)), **headers}
    return SocketResponse(200, headers, [Send(chunk) for chunk in chunks], length=None)


def _metadata(
    request: PooledRequest, vectors: Sequence[Sequence[float]], chunks: Sequence[bytes]
) -> Json:
    ends = [sum(map(len, chunks[: number + 1])) for number in range(len(chunks))]
    return {
        "id": request.id,
        "created": request.created,
        "model": request.model,
        "data": [
            {
                "index": index,
                "embed_dtype": _dtype(request.body),
                "endianness": _endianness(request.body),
                "start": end - len(chunk),
                "end": end,
                "shape": [len(vector)],
            }
            for index, (vector, chunk, end) in enumerate(zip(vectors, chunks, ends, strict=True))
        ],
        "usage": {"prompt_tokens": request.tokens, "total_tokens": request.tokens},
    }
