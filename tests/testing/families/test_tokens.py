"""Tokens of texts and chats, compared with a real server."""

import pytest

from tests.recordings import Recording, load
from tests.testing.recorded import further, load_further, repeat, server_like, shape
from tests.testing.wire import ask
from vllm_client.testing import SimulatedVllm

REFUSED = [one for one in further("*/err_*") if one.path.endswith(("tokenize", "count_tokens"))]
ANSWERED = [
    load("chat", "tokenize"),
    load_further("chat", "tokenize_chat"),
    load("chat", "count_tokens"),
    load_further("chat", "count_tokens_tools"),
]


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_answer_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer, expected = repeat(server, recording).json, recording.json
    # the number of tokens depends on the tokenizer
    strings = {"token_strs": bool(expected.get("token_strs"))} if "token_strs" in expected else {}
    assert shape({**answer, **{name: bool(answer[name]) for name in strings}}) == shape(
        {**expected, **strings}
    )


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_tokens_round_trip_to_the_text() -> None:
    with SimulatedVllm() as server:
        tokens = ask(server, "POST", "/tokenize", {"prompt": "Hello, world!"}).json["tokens"]
        assert ask(server, "POST", "/detokenize", {"tokens": tokens}).json == {
            "prompt": "Hello, world!"
        }


def test_chat_without_messages_is_rejected() -> None:
    with SimulatedVllm() as server:
        assert ask(server, "POST", "/tokenize", {"messages": []}).status == 400


def test_tokenizer_info_has_the_usual_fields() -> None:
    with SimulatedVllm() as server:
        told = ask(server, "GET", "/tokenizer_info").json
    assert {"tokenizer_class", "eos_token", "model_max_length", "chat_template"} <= told.keys()


def test_count_equals_the_tokens_of_the_prompt() -> None:
    body = {"model": "simulated", "messages": [{"role": "user", "content": "Say hello."}]}
    with SimulatedVllm() as server:
        counted = ask(server, "POST", "/v1/messages/count_tokens", body).json["input_tokens"]
        answered = ask(server, "POST", "/v1/messages", {**body, "max_tokens": 5}).json
    assert counted == answered["usage"]["input_tokens"]
