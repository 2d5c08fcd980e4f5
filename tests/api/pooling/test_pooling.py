"""Test pooling and classification: requests, and recorded answers."""

import json
import struct
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.pooled import answered, bytes_reply, json_reply, read
from tests.helpers.responses import without_nulls
from tests.recordings import Recording, load
from vllm_client.api.pooling.pooling import IOProcessorResponse, build_classify, build_pooling
from vllm_client.codec.json_codec import loads
from vllm_client.errors import ParseError, RequestError


@pytest.mark.parametrize("recording", answered("/pooling"), ids=str)
def test_recorded_pooling_has_no_unknown_keys_and_round_trips(
    recording: Recording,
) -> None:
    response = read(build_pooling(SETTINGS, {"extra_body": recording.request}), recording)

    assert response.unknown_fields == {}
    assert all(each.unknown_fields == {} for each in response)
    assert response.to_dict() == without_nulls(recording.json)


@pytest.mark.parametrize("recording", answered("/classify"), ids=str)
def test_recorded_classification_has_no_unknown_keys_and_round_trips(
    recording: Recording,
) -> None:
    response = read(build_classify(SETTINGS, {"extra_body": recording.request}), recording)

    assert response.unknown_fields == {}
    assert all(each.unknown_fields == {} for each in response)
    assert response.to_dict() == without_nulls(recording.json)
    assert all(len(each.probs) == each.num_classes for each in response)


def test_classes_have_labels() -> None:
    recording = load("bert_class", "classify_list")
    response = read(build_classify(SETTINGS, {"extra_body": recording.request}), recording)

    assert [each.label for each in response] == ["NEGATIVE", "NEUTRAL"]


def test_pooled_base64_is_the_same_as_floats() -> None:
    recording = load("bert_class", "pooling_list_b64")
    response = read(build_pooling(SETTINGS, {"extra_body": recording.request}), recording)
    by_float = load("bert_class", "pooling_classify").json["data"][0]["data"]

    assert response.data[0].data == pytest.approx(by_float, abs=1e-6)
    assert response.data[0].shape == (3,)


def test_rows_are_kept_as_floats_and_as_bytes() -> None:
    rows = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    told = {"index": 0, "embed_dtype": "float32", "endianness": "native", "start": 0, "end": 24}
    metadata = {"data": [told | {"shape": [3, 2]}], "model": "m", "id": "pooling-1", "created": 7}
    spec = build_pooling(SETTINGS, {"input": "a", "task": "token_embed"})
    by_float = spec.read(json_reply(json.dumps({"data": [{"index": 0, "data": rows}]}).encode()))
    by_bytes = spec.read(bytes_reply(struct.pack("<6f", *range(1, 7)), json.dumps(metadata)))

    for (output,) in (by_float, by_bytes):
        assert (output.data, output.shape) == (rows, (3, 2))
        assert output.numpy().tolist() == rows
    assert (by_bytes.id, by_bytes.created, by_bytes.model) == ("pooling-1", 7, "m")


def test_bytes_without_a_header_are_one_output() -> None:
    spec = build_pooling(SETTINGS, {"input": ["a", "b"], "encoding_format": "bytes_only"})
    (output,) = spec.read(bytes_reply(struct.pack("<3f", 1, 2, 3)))

    assert output.data == [1, 2, 3]


def test_rows_of_different_lengths_are_a_parse_error() -> None:
    spec = build_pooling(SETTINGS, {"input": "a"})

    with pytest.raises(ParseError, match="rows of one length") as caught:
        spec.read(json_reply(b'{"data": [{"index": 0, "data": [[1.0], [1.0, 2.0]]}]}'))

    assert caught.value.where == "$.data[0].data"


def test_pooling_request_contains_the_options() -> None:
    spec = build_pooling(SETTINGS, {"input": [1, 2], "task": "embed", "extra_query": {"a": 1}})

    assert (spec.method, spec.target) == ("POST", "/pooling?a=1")
    assert loads(spec.body.decode()) == {"input": [1, 2], "task": "embed"}


def test_plugin_may_return_any_json() -> None:
    spec = build_pooling(SETTINGS, {"data": {"image": "x"}, "model": "prithvi"})
    response = spec.read(json_reply(b'{"request_id": "r", "created_at": 7, "data": {"mask": [1]}}'))

    assert loads(spec.body.decode()) == {"data": {"image": "x"}, "model": "prithvi"}
    assert response == IOProcessorResponse({"mask": [1]}, "r", 7)


def test_classify_is_sent_to_the_server_root() -> None:
    messages = [{"role": "user", "content": "hello"}]
    spec = build_classify(SETTINGS, {"messages": messages, "use_activation": False})

    assert (spec.method, spec.target) == ("POST", "/classify")
    assert loads(spec.body.decode()) == {"messages": messages, "use_activation": False}


@pytest.mark.parametrize("build", [build_pooling, build_classify])
def test_missing_input_is_rejected(build: Any) -> None:
    with pytest.raises(RequestError, match="input or messages: missing"):
        build(SETTINGS, {"model": "m"})


@pytest.mark.parametrize(
    ("build", "wrong", "right"),
    [(build_pooling, "tasks", "task"), (build_classify, "activation", "use_activation")],
)
def test_misspelt_option_is_rejected(build: Any, wrong: str, right: str) -> None:
    with pytest.raises(RequestError, match=f"no option '{wrong}'; did you mean {right}"):
        build(SETTINGS, {"input": "a", wrong: 1})
