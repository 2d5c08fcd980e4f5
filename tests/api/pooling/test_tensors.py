"""Test answers with tensors, in JSON and in bytes."""

import json
import struct
from typing import Any

import pytest

from tests.helpers.pooled import bytes_reply, json_reply
from vllm_client.api.pooling.tensors import (
    TensorFormat,
    is_bytes,
    tensors_in_bytes,
    told_type,
)
from vllm_client.codec.tensor import Tensor
from vllm_client.errors import ParseError

FLOATS = TensorFormat("float32", "little", for_list=True, count=2)


def place(index: int, start: int, end: int, **changed: Any) -> dict[str, Any]:
    where = {"index": index, "start": start, "end": end, "shape": [(end - start) // 4]}
    return {"embed_dtype": "float32", "endianness": "native", **where, **changed}


def header(*places: dict[str, Any], **fields: Any) -> str:
    return json.dumps({"data": places, **fields})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, TensorFormat("float32", "little", True, 1)),
        ({"embed_dtype": None, "endianness": "native"}, TensorFormat("float32", "little", True, 1)),
        (
            {"embed_dtype": "bfloat16", "endianness": "big"},
            TensorFormat("bfloat16", "big", True, 1),
        ),
    ],
)
def test_the_format_is_that_of_the_request(body: dict[str, Any], expected: TensorFormat) -> None:
    assert TensorFormat.of(body, for_list=True, count=1) == expected


def test_bytes_are_recognized_by_the_content_type() -> None:
    assert is_bytes(bytes_reply(b""))
    assert not is_bytes(json_reply(b"{}"))


def test_base64_is_decoded_with_the_type_of_the_request() -> None:
    asked = TensorFormat("float16", "big", for_list=False, count=1)
    tensor = Tensor.of_json("PAA=")  # 1.0 as a big-endian float16

    read = told_type(tensor, asked, json_reply(b""), "$.data[0]")

    assert (read.raw, read.dtype, read.endianness, read.shape) == (b"<\0", "float16", "big", (1,))


def test_base64_of_incomplete_numbers_is_a_parse_error_with_its_path() -> None:
    with pytest.raises(ParseError, match="3 bytes are not") as caught:
        told_type(Tensor.of_json("AAAA"), FLOATS, json_reply(b""), "$.data[0].embedding")

    assert caught.value.where == "$.data[0].embedding"
    assert caught.value.status == 200


def test_header_has_the_position_of_each_tensor() -> None:
    body = struct.pack("<4f", 1, 2, 3, 4)
    metadata = header(
        place(1, 0, 12),
        place(0, 12, 16),
        id="embd-1",
        created=7,
        model="m",
        usage={"prompt_tokens": 4, "total_tokens": 4},
        later="field",
    )

    tensors, told = tensors_in_bytes(bytes_reply(body, metadata), FLOATS)

    assert [(index, tensor.raw) for index, tensor in tensors] == [(0, body[12:]), (1, body[:12])]
    assert (told["id"], told["created"], told["model"]) == ("embd-1", 7, "m")
    assert told["usage"] is not None
    assert told["usage"].prompt_tokens == 4
    assert told["unknown_fields"] == {"later": "field"}


def test_each_tensor_has_its_own_type_byte_order_and_shape() -> None:
    metadata = header(place(0, 0, 8, embed_dtype="float16", endianness="big", shape=[2, 2]))

    ((_, tensor),), _ = tensors_in_bytes(bytes_reply(bytes(8), metadata), FLOATS)

    assert (tensor.dtype, tensor.endianness, tensor.shape) == ("float16", "big", (2, 2))


def test_without_a_header_the_body_is_split_into_equal_parts() -> None:
    body = struct.pack("<4f", 1, 2, 3, 4)

    tensors, told = tensors_in_bytes(bytes_reply(body), FLOATS)

    assert [(index, tensor.raw) for index, tensor in tensors] == [(0, body[:8]), (1, body[8:])]
    assert told == {}


def test_without_a_header_and_a_count_the_body_is_one_tensor() -> None:
    asked = TensorFormat("float32", "little", for_list=False, count=None)

    ((index, tensor),), _ = tensors_in_bytes(bytes_reply(bytes(12)), asked)

    assert (index, tensor.shape) == (0, (3,))


@pytest.mark.parametrize(
    ("body", "metadata", "message", "where"),
    [
        (bytes(9), None, "9 bytes are not 2 tensors of equal size", "$"),
        (bytes(6), None, "3 bytes are not", "$"),
        (bytes(8), "{", "metadata header: expected JSON", "$"),
        (bytes(8), "{}", "metadata header: .*data", "$.data"),
        (bytes(8), header(place(0, 0, 4), place(0, 4, 8)), "two tensors have the same index", "$"),
        (
            bytes(8),
            header(place(0, 4, 12)),
            "bytes 4 to 12 are not within a body of 8 bytes",
            "$.data[0]",
        ),
        (
            bytes(8),
            header(place(0, 4, 0)),
            "bytes 4 to 0 are not within a body of 8 bytes",
            "$.data[0]",
        ),
        (bytes(8), header(place(3, 0, 4, shape=[2])), "4 bytes are not 2 numbers", "$.data[3]"),
    ],
)
def test_bytes_that_do_not_match_the_header_are_a_parse_error(
    body: bytes, metadata: str | None, message: str, where: str
) -> None:
    with pytest.raises(ParseError, match=message) as caught:
        tensors_in_bytes(bytes_reply(body, metadata), FLOATS)

    assert caught.value.where == where
    assert caught.value.status == 200
