"""Test embeddings: requests, and answers in each encoding."""

import copy
import json
import pickle
import struct
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.pooled import answered, bytes_reply, json_reply, read
from tests.helpers.responses import without_nulls
from tests.recordings import Recording, load
from vllm_client.api.pooling.embeddings import (
    EmbeddingResponse,
    EmbedV2Response,
    LateChunk,
    LateChunking,
    build_embed_v2,
    build_embeddings,
    count_inputs,
)
from vllm_client.call.request import RequestSpec
from vllm_client.codec.decoder import structure
from vllm_client.codec.json_codec import loads
from vllm_client.errors import ParseError, RequestError

RECORDED = answered("/v1/embeddings")
TEXT = [one for one in RECORDED if one.headers["content-type"] == "application/json"]
BYTES = [one for one in RECORDED if one not in TEXT]
MESSAGES = [{"role": "user", "content": "hello"}]

# recorded from a vLLM 0.32 server
METADATA = {
    "id": "embd-8c6fc281ac603849",
    "created": 1795313867,
    "model": "embed",
    "data": [
        {
            "index": 0,
            "embed_dtype": "float16",
            "endianness": "big",
            "start": 0,
            "end": 6,
            "shape": [3],
        },
        {
            "index": 1,
            "embed_dtype": "float16",
            "endianness": "big",
            "start": 6,
            "end": 12,
            "shape": [3],
        },
    ],
    "usage": {"prompt_tokens": 4, "total_tokens": 4},
}


def spec_of(recording: Recording) -> RequestSpec[EmbeddingResponse]:
    return build_embeddings(SETTINGS, {"extra_body": recording.request})


def body_of(**options: Any) -> Any:
    return loads(build_embeddings(SETTINGS, options).body.decode())


def test_there_are_recordings_of_every_encoding() -> None:
    encodings = {one.request.get("encoding_format", "float") for one in RECORDED}

    assert encodings == {"float", "base64", "bytes", "bytes_only"}


@pytest.mark.parametrize("recording", TEXT, ids=str)
def test_recorded_answer_has_no_unknown_keys_and_round_trips(
    recording: Recording,
) -> None:
    asked = {"encoding_format": "float"} | recording.request
    response = read(build_embeddings(SETTINGS, {"extra_body": asked}), recording)

    assert response.unknown_fields == {}
    assert all(each.unknown_fields == {} for each in response)
    written = response.to_dict()
    types = [each.pop("vllm_client", None) for each in written["data"]]
    assert written == without_nulls(recording.json)
    assert structure(recording.json, EmbeddingResponse).to_dict() == written
    is_f16 = recording.name == "embeddings_f16"
    assert types[0] == ({"embed_dtype": "float16", "endianness": "big"} if is_f16 else None)
    assert response.usage.prompt_tokens > 0


@pytest.mark.parametrize("recording", BYTES, ids=str)
def test_recorded_bytes_without_a_header_are_split_into_equal_parts(recording: Recording) -> None:
    response = read(spec_of(recording), recording)

    assert [each.index for each in response] == [0, 1]
    assert b"".join(each.raw for each in response) == recording.body
    assert (response.id, response.usage) == (None, None)


@pytest.mark.parametrize("config", ["embed", "bert_embed"])
@pytest.mark.parametrize("encoding", ["base64", "bytes", "bytes_only"])
def test_embeddings_in_bytes_equal_those_in_floats(config: str, encoding: str) -> None:
    in_bytes = load(config, f"embeddings_{encoding}")
    by_bytes = dict(zip(in_bytes.request["input"], read(spec_of(in_bytes), in_bytes), strict=True))
    in_floats = load(config, "embeddings_list")
    by_float = dict(
        zip(in_floats.request["input"], in_floats.json["data"], strict=True),
    )

    assert by_bytes["cat"].embedding == pytest.approx(by_float["cat"]["embedding"], abs=1e-7)
    if encoding == "base64":
        assert by_bytes["hello world"].embedding == pytest.approx(
            by_float["hello world"]["embedding"], abs=1e-7
        )


def test_half_precision_and_big_endian_are_decoded() -> None:
    recording = load("bert_embed", "embeddings_f16")
    response = read(spec_of(recording), recording)
    pooled = load("bert_embed", "pooling_embed").json["data"][0]["data"]

    (hello,) = response
    assert (hello.dtype, hello.endianness, hello.shape) == ("float16", "big", (64,))
    assert hello.embedding == pytest.approx(pooled, abs=1e-3)
    assert hello.numpy().tolist() == hello.embedding


def test_base64_is_requested_by_default() -> None:
    assert body_of(input="a") == {
        "input": "a",
        "encoding_format": "base64",
        "endianness": "little",
    }
    assert body_of(input="a", endianness="big")["endianness"] == "big"
    assert body_of(input="a", encoding_format="float") == {
        "input": "a",
        "encoding_format": "float",
    }
    assert body_of(input="a", extra_body={"encoding_format": "bytes"}) == {
        "input": "a",
        "encoding_format": "bytes",
    }


def test_the_answer_to_a_plain_call_has_lists_in_its_json() -> None:
    recording = load("embed", "embeddings_base64")
    response = read(build_embeddings(SETTINGS, {"input": recording.request["input"]}), recording)

    written = response.to_dict()["data"][0]["embedding"]
    assert written == response.data[0].embedding
    assert [type(number) for number in written[:2]] == [float, float]
    assert json.loads(response.to_json())["data"][0]["embedding"] == written


def test_requested_base64_is_kept_in_json() -> None:
    recording = load("embed", "embeddings_base64")
    response = read(spec_of(recording), recording)

    assert isinstance(response.data[0].embedding, list)
    assert response.to_dict() == without_nulls(recording.json)


def test_request_is_sent_to_the_api() -> None:
    spec = build_embeddings(SETTINGS, {"messages": MESSAGES, "dimensions": 3, "timeout": 5})

    assert (spec.method, spec.target, spec.replayable) == ("POST", "/v1/embeddings", True)
    assert loads(spec.body.decode()) == {
        "messages": MESSAGES,
        "dimensions": 3,
        "encoding_format": "base64",
        "endianness": "little",
    }


def test_missing_input_is_rejected() -> None:
    with pytest.raises(RequestError, match="input or messages: missing"):
        build_embeddings(SETTINGS, {"model": "embed"})


def test_misspelt_option_is_rejected() -> None:
    with pytest.raises(RequestError, match=r"no option 'dimension'; did you mean dimensions\?"):
        build_embeddings(SETTINGS, {"input": "a", "dimension": 3})


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"input": "abc"}, 1),
        ({"input": ["a", "b", "c"]}, 3),
        ({"input": [1, 2, 3]}, 1),
        ({"input": [[1, 2], [3]]}, 2),
        ({"input": MESSAGES}, 1),
        ({"input": [MESSAGES, MESSAGES]}, 2),
        ({"messages": MESSAGES * 2}, 1),
        ({"messages": (MESSAGES, MESSAGES)}, 2),
        ({"input": []}, 1),
    ],
)
def test_inputs_are_counted(body: dict[str, Any], count: int) -> None:
    assert count_inputs(body) == count


def test_header_describes_the_bytes() -> None:
    body = struct.pack(">6e", 1, 2, 3, 4, 5, 6)
    told = METADATA | {"data": METADATA["data"][::-1], "more": 7}
    spec = build_embeddings(SETTINGS, {"input": ["a", "b"], "encoding_format": "bytes"})
    response = spec.read(bytes_reply(body, json.dumps(told)))

    assert [each.embedding for each in response] == [[1, 2, 3], [4, 5, 6]]
    assert [each.index for each in response] == [0, 1]
    assert (response.id, response.created) == (METADATA["id"], METADATA["created"])
    assert response.model == "embed"
    assert response.usage is not None
    assert response.usage.total_tokens == 4
    assert response.unknown_fields == {"more": 7}
    assert response.to_dict()["data"][1]["embedding"] == [4, 5, 6]


def place(**changes: Any) -> str:
    return json.dumps(METADATA | {"data": [METADATA["data"][0] | changes]})


@pytest.mark.parametrize(
    ("metadata", "where"),
    [
        ("no json", "$"),
        ("[]", "$"),
        ("{}", "$.data"),
        (place(start="x"), "$.data[0].start"),
        (place(shape=[3.5]), "$.data[0].shape[0]"),
        (place(end=13), "$.data[0]"),
        (place(start=-1), "$.data[0]"),
        (place(start=7), "$.data[0]"),
        (place(shape=[4]), "$.data[0]"),
        (place(embed_dtype="float32"), "$.data[0]"),
    ],
)
def test_invalid_header_is_a_parse_error(metadata: str, where: str) -> None:
    spec = build_embeddings(SETTINGS, {"input": "a", "encoding_format": "bytes"})

    with pytest.raises(ParseError, match=r"^metadata header: ") as caught:
        spec.read(bytes_reply(bytes(12), metadata))

    assert caught.value.where == where


@pytest.mark.parametrize(("length", "dtype"), [(7, "float32"), (8, "float32"), (5, "float16")])
def test_bytes_that_cannot_be_split_equally_are_a_parse_error(length: int, dtype: str) -> None:
    options = {"input": ["a", "b", "c"], "encoding_format": "bytes_only", "embed_dtype": dtype}

    with pytest.raises(ParseError, match="bytes are not"):
        build_embeddings(SETTINGS, options).read(bytes_reply(bytes(length)))


def test_parts_with_incomplete_numbers_are_a_parse_error() -> None:
    options = {"input": ["a", "b"], "encoding_format": "bytes_only"}

    with pytest.raises(ParseError, match="5 bytes are not 1 numbers of float32"):
        build_embeddings(SETTINGS, options).read(bytes_reply(bytes(10)))


@pytest.mark.parametrize(
    ("embedding", "problem"),
    [
        ('"AAAA"', "3 bytes are not 0 numbers of float32"),
        ('"?"', "base64"),
        ('["a"]', "expected numbers, got str"),
        ("7", "expected an array or base64, got 7"),
    ],
)
def test_invalid_embedding_is_a_parse_error_with_its_path(embedding: str, problem: str) -> None:
    body = '{"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": %s}]}'

    with pytest.raises(ParseError, match=problem) as caught:
        build_embeddings(SETTINGS, {"input": "a"}).read(json_reply((body % embedding).encode()))

    assert caught.value.where == "$.data[1].embedding"


def test_missing_embedding_is_a_parse_error() -> None:
    with pytest.raises(ParseError) as caught:
        build_embeddings(SETTINGS, {"input": "a"}).read(json_reply(b'{"data": [{"index": 0}]}'))

    assert caught.value.where == "$.data[0].embedding"


def test_floats_are_accepted_from_servers_without_base64() -> None:
    body = b'{"data": [{"index": 0, "embedding": [1.0, 2]}]}'

    (only,) = build_embeddings(SETTINGS, {"input": "a"}).read(json_reply(body))

    assert only.embedding == [1.0, 2]
    assert only.raw == struct.pack("<2f", 1, 2)


def test_an_answer_can_be_copied_and_pickled() -> None:
    recording = load("embed", "embeddings_base64")
    response = read(spec_of(recording), recording)
    numbers = response.data[0].embedding

    for twin in (copy.deepcopy(response), pickle.loads(pickle.dumps(response))):
        assert twin == response
        assert twin.data[0].embedding == numbers


def test_the_repr_is_short() -> None:
    recording = load("embed", "embeddings_base64")

    assert "embedding=<128 float32>" in repr(read(spec_of(recording), recording))


V2 = {
    "id": "embd-1",
    "embeddings": {"float": [[0.5, -1.0]], "binary": [[-128]], "ubinary": [[128]], "base64": ["x"]},
    "texts": ["a"],
    "meta": {
        "api_version": {"version": "2"},
        "billed_units": {"input_tokens": 3, "image_tokens": 0},
    },
    "response_type": "embeddings_by_type",
}


def test_v2_embed_answers_by_type() -> None:
    response = structure(V2, EmbedV2Response)

    assert response.embeddings.float == [[0.5, -1.0]]
    assert (response.embeddings.binary, response.embeddings.ubinary) == ([[-128]], [[128]])
    assert response.embeddings.base64 == ["x"]
    assert response.to_dict() == V2
    assert structure({"embeddings": {}}, EmbedV2Response).embeddings.float is None


def test_v2_embed_is_sent_to_the_server_root() -> None:
    spec = build_embed_v2(SETTINGS, {"texts": ["a"], "embedding_types": ["float"]})

    assert (spec.method, spec.target) == ("POST", "/v2/embed")
    assert loads(spec.body.decode()) == {"texts": ["a"], "embedding_types": ["float"]}
    with pytest.raises(RequestError, match="texts or images or inputs: missing"):
        build_embed_v2(SETTINGS, {"model": "embed"})


def test_server_that_embeds_each_token_gives_a_vector_for_each() -> None:
    recording = load("token_embed", "embeddings")
    response = read(spec_of(recording), recording)
    hello, cat = response

    assert len(hello.vectors) == hello.shape[0] == 4
    assert hello.embedding == hello.vectors
    assert len(cat.vectors[0]) == cat.shape[1] == 128
    assert hello.late_chunking is None
    assert without_nulls(response.to_dict()) == without_nulls(recording.json)


def test_an_embedding_of_a_whole_text_is_one_vector() -> None:
    recording = load("embed", "embeddings")
    (only,) = read(spec_of(recording), recording)

    assert only.vectors == [only.embedding]


def test_late_chunking_names_the_chunk_of_each_vector() -> None:
    recording = load("token_embed", "embeddings_chunks")
    response = read(spec_of(recording), recording)
    chunking = response[1].late_chunking

    assert len(response[0].vectors) == 3
    assert chunking == LateChunking([LateChunk([0, 2], [0, 3])], 4, 2, "fixed_tokens")
    assert without_nulls(response.to_dict()) == without_nulls(recording.json)


def test_late_chunking_requests_floats() -> None:
    spec = build_embeddings(SETTINGS, {"input": "a", "late_chunking_params": {"chunk_size": 4}})

    assert loads(spec.body.decode()) == {
        "input": "a",
        "late_chunking_params": {"chunk_size": 4},
        "encoding_format": "float",
    }
