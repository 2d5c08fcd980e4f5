"""Test that answers of every class round-trip through JSON."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.api.test_odd_values import CLASSES, NOT_ON_THE_WIRE, ODD, changed, sample
from tests.helpers.decoding import (
    SETTINGS,
    STREAMS,
    decode,
    machine_of,
    plain_answer,
    recorded,
    unhurried,
)
from tests.helpers.pooled import answered, bytes_reply, read
from tests.recordings import Recording
from tests.schemas import tables
from tests.test_schema_drift import GOOD, answers, route_of, values
from vllm_client import AnswerError, ChatCompletionResponse, Message, RequestError
from vllm_client.api.chat.answers import Choice
from vllm_client.api.chat.parse import ParsedChatCompletion
from vllm_client.api.chat.tool_conversation import ToolRunResponse
from vllm_client.api.pooling.embeddings import Embedding, EmbeddingResponse, build_embeddings
from vllm_client.api.pooling.pooling import PoolingResponse, build_pooling
from vllm_client.codec.answer import Answer
from vllm_client.codec.answer_fields import json_fields
from vllm_client.codec.decoder import structure
from vllm_client.errors import ParseError

# ids that the client generates anew for each decoded answer, if the server's are malformed
MADE_BY_CLIENT = {"id", "call_id"}
READABLE = [cls for cls in CLASSES if cls.__name__ not in NOT_ON_THE_WIRE]


def assert_can_be_read_back(answer: Any) -> None:
    cls, text = type(answer), answer.to_json()
    again = cls.from_json(text)

    assert type(again) is cls
    assert again == answer
    assert again.to_json() == text
    assert cls.from_json(answer.to_json(indent=2).encode()) == answer
    assert cls.from_dict(answer.to_dict()) == answer


@pytest.mark.parametrize(
    "recording", [one for one in GOOD if route_of(one) not in tables.NOT_DECODED], ids=str
)
def test_recorded_answers_and_events(recording: Recording) -> None:
    plain, streamed = tables.DECODED[route_of(recording)]
    cls = answers()[streamed if recording.streamed else plain]
    for value in values(recording):
        assert_can_be_read_back(structure(value, cls))


@pytest.mark.parametrize(
    "recording",
    recorded("/chat/completions", streamed=False) + recorded("/v1/completions", streamed=False),
    ids=str,
)
def test_answers_as_the_client_gives_them(recording: Recording) -> None:
    assert_can_be_read_back(plain_answer(recording))


@pytest.mark.parametrize("recording", STREAMS, ids=str)
def test_answers_of_streams(recording: Recording) -> None:
    machine = machine_of(recording)
    assert_can_be_read_back(machine.partial())
    decode(machine, recording.chunks)
    assert_can_be_read_back(machine.partial())


@pytest.mark.parametrize("cls", READABLE, ids=lambda cls: cls.__name__)
def test_every_class_with_every_odd_value(cls: type[Answer]) -> None:
    good = sample(cls)
    for name in [*json_fields(cls), "unknown"]:
        for odd in ODD:
            try:
                answer = structure(changed(good, name, odd), cls)
            except ParseError:
                continue
            if not (name in MADE_BY_CLIENT and name in answer.unknown_fields):
                assert_can_be_read_back(answer)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=10,
)


UNKNOWN = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])).map("x_".__add__),
    JSON.filter(lambda value: value is not None),  # nulls are dropped when an answer is decoded
)


@unhurried
@given(unknown=UNKNOWN, content=st.text())
def test_unknown_fields_are_kept_as_they_are(unknown: dict[str, Any], content: str) -> None:
    message = Message(content=content.encode(errors="replace").decode(), unknown_fields=unknown)

    assert_can_be_read_back(ChatCompletionResponse([Choice(message, unknown_fields=unknown)]))


@pytest.mark.parametrize("recording", answered("/v1/embeddings", "/pooling"), ids=str)
def test_numbers_in_every_encoding(recording: Recording) -> None:
    build: Any = build_pooling if recording.path == "/pooling" else build_embeddings
    response = read(build(SETTINGS, {"extra_body": recording.request}), recording)
    again = type(response).from_json(response.to_json())

    assert_can_be_read_back(response)
    for one, other in zip(response, again, strict=True):
        assert_can_be_read_back(one)
        assert (other.raw, other.dtype, other.shape) == (one.raw, one.dtype, one.shape)
        assert other.endianness == one.endianness


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "fp8_e4m3", "int4"])
@pytest.mark.parametrize("endianness", ["little", "big"])
@pytest.mark.parametrize("shape", [[4], [2, 2]])
def test_numbers_in_bytes_keep_their_type(dtype: str, endianness: str, shape: list[int]) -> None:
    body = bytes(range(4 * {"float32": 4, "float16": 2, "bfloat16": 2}.get(dtype, 1)))
    place = {"index": 0, "embed_dtype": dtype, "endianness": endianness, "shape": shape}
    metadata = {"data": [{**place, "start": 0, "end": len(body)}]}
    spec = build_pooling(SETTINGS, {"input": "a", "encoding_format": "bytes"})
    response: Any = spec.read(bytes_reply(body, json.dumps(metadata)))
    (again,) = PoolingResponse.from_json(response.to_json())

    assert_can_be_read_back(response)
    assert (again.raw, again.dtype, again.shape) == (body, dtype, tuple(shape))


@pytest.mark.parametrize(
    "saved",
    [
        {"embed_dtype": "float16", "shape": [3]},
        {"embed_dtype": "bfloat16", "shape": [-1]},
        {"shape": [0, 0]},
        [],
    ],
)
def test_numbers_of_another_type_than_saved_are_refused(saved: Any) -> None:
    item = {"index": 0, "embedding": "AAAAAA==", "vllm_client": saved}
    with pytest.raises(ParseError) as caught:
        EmbeddingResponse.from_dict({"data": [item]})
    assert caught.value.where == "$.data[0].embedding"
    with pytest.raises(ParseError) as caught:
        Embedding.from_dict(item)
    assert caught.value.where == "$.embedding"


def test_a_list_has_no_numbers_that_python_lacks() -> None:
    item = {"index": 0, "embedding": [1.0], "vllm_client": {"embed_dtype": "bfloat16"}}
    with pytest.raises(ParseError, match=r"\$.embedding: expected base64, got a list of bfloat16"):
        Embedding.from_dict(item)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "$"),
        ("{", "$"),
        ("[" * 100_000, "$"),
        (b"\xff", "$"),
        ("[]", "$"),
        ("null", "$"),
        ('{"choices": [{"index": 0, "message": {"content": 5}}]}', "$.choices[0].message.content"),
    ],
)
def test_a_text_that_is_no_answer_is_a_parse_error(text: str | bytes, where: str) -> None:
    with pytest.raises(ParseError) as caught:
        ChatCompletionResponse.from_json(text)
    assert caught.value.where == where


def test_reading_does_not_change_what_it_reads() -> None:
    fields = {"choices": [{"message": {"reasoning_content": "Hm", "x": [1]}}], "y": None}
    before = json.dumps(fields)

    assert ChatCompletionResponse.from_dict(fields).reasoning == "Hm"
    assert json.dumps(fields) == before


SAYS = ChatCompletionResponse([Choice(Message(content='{"total": 5}'))])


def test_a_parsed_answer_is_read_with_its_type() -> None:
    parsed = ParsedChatCompletion.from_json(SAYS.to_json(), dict[str, int])

    assert parsed.parsed == {"total": 5}
    assert ParsedChatCompletion.from_dict(parsed.to_dict(), dict[str, int]) == parsed
    assert ChatCompletionResponse.from_json(parsed.to_json()) == SAYS
    with pytest.raises(AnswerError):
        ParsedChatCompletion.from_json(SAYS.to_json(), list[int])
    with pytest.raises(ParseError, match="expected JSON"):
        ParsedChatCompletion.from_json("{", dict[str, int])


def test_a_conversation_with_tools_says_how_its_last_answer_is_read() -> None:
    last = ToolRunResponse(SAYS.choices, messages=[], responses=[SAYS], tool_results=[])

    with pytest.raises(RequestError, match=r"read it with ChatCompletionResponse.from_dict\(\)"):
        ToolRunResponse.from_json(last.to_json())
    assert ChatCompletionResponse.from_json(last.to_json()) == SAYS
