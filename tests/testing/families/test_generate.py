"""/inference/v1/generate, compared with a real server."""

from typing import Any

import pytest

from tests.recordings import Recording, all_recordings
from tests.testing.recorded import (
    events,
    further,
    header_names,
    headers_of,
    repeat,
    server_like,
    shape,
)
from tests.testing.wire import ask
from vllm_client import SyncVllmClient
from vllm_client.testing import InStreamError, Reply, SimulatedVllm

PATH = "/inference/v1/generate"
# In 0.33 it can also answer with messages and with weight versions, which are not simulated.
RECORDED = [
    one
    for one in all_recordings("*/*generate*") + further("*/*generate*")
    if one.path == PATH
    and "_message" not in one.name
    and "_weight_versions" not in one.name
    and one.name != "generate_derender"
]
GRAMMAR = ("err_generate_bad_regex.plain", "err_generate_bad_regex.stream")
ANSWERED = [one for one in RECORDED if one.status == 200 and one.name not in GRAMMAR]
REFUSED = [one for one in RECORDED if one.status and one.status >= 400 and one.name not in GRAMMAR]
FAILED = [one for one in RECORDED if one.name in GRAMMAR]


def reply_of(recording: Recording) -> list[Reply]:
    """Script as many tokens for each choice as the recording has, and the same end."""
    told = events(recording.body) if recording.streamed else [recording.json]
    choices = [choice for one in told for choice in one["choices"]]
    return [
        _reply([choice for choice in choices if choice["index"] == index], recording.request)
        for index in sorted({choice["index"] for choice in choices})
    ]


def _reply(parts: list[Any], request: Any) -> Reply:
    tokens = [id for part in parts for id in part["token_ids"]]
    end = parts[-1]
    limited = end["finish_reason"] == "length"
    stop = request["sampling_params"].get("stop")
    texts = _texts(parts, len(tokens) if limited else len(tokens) - 1)
    return Reply(
        [*parts[0]["text"], stop[0]] if stop else texts,
        finish_reason="length" if limited else None,
    )


def _texts(parts: list[Any], count: int) -> list[str]:
    """Return `count` texts: those of the recording, if it has them, or others."""
    logprobs = [one for part in parts for one in (part["logprobs"] or {}).get("content", ())]
    named = [one["token"] for one in logprobs if "token" in one]
    return named[:count] if named else [f" {number}" for number in range(count)]


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_answer_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        server.reply(reply_of(recording))
        answer = repeat(server, recording)
    assert answer.status == 200
    assert list(headers_of(answer)) == header_names(recording.headers)
    if recording.streamed:
        assert [of_kind(one) for one in events(answer.body)] == [
            of_kind(one) for one in events(recording.body)
        ]
        assert answer.chunks[-1] == recording.chunks[-1]
    else:
        assert of_kind(answer.json) == of_kind(recording.json)


def of_kind(answer: Any) -> Any:
    """Return the shape without alternative prompt tokens, which depend on the model."""
    told = answer.get("prompt_logprobs")
    if told is None:
        return shape(answer)
    kinds = [one and sorted(next(iter(one.values()))) for one in told]
    return shape({**answer, "prompt_logprobs": kinds})


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


@pytest.mark.parametrize("recording", FAILED, ids=str)
def test_failure_is_byte_identical_to_the_recording(recording: Recording) -> None:
    told = events(recording.body)[0] if recording.streamed else recording.json
    error = told["error"]
    with server_like(recording) as server:
        failure = InStreamError(error["message"], error["code"], error["type"])
        server.reply(Reply("never said", error=failure))
        answer = repeat(server, recording)
    assert (answer.status, answer.body) == (recording.status, recording.body)


def test_rendered_tokens_can_be_generated_from_and_detokenized() -> None:
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        tokens = ask(server, "POST", "/tokenize", {"prompt": "Once upon a time"}).json["tokens"]
        body = {"token_ids": tokens, "sampling_params": {"max_tokens": 50}}
        answer = ask(server, "POST", PATH, body).json
        told = {"tokens": answer["choices"][0]["token_ids"]}
        text = ask(server, "POST", "/detokenize", told).json["prompt"]
        ours = client.inference.generate(token_ids=tokens, sampling_params={"max_tokens": 50})
    assert '"Once upon a time"' in text
    assert ours.choices[0].token_ids == answer["choices"][0]["token_ids"]
    assert answer["usage"]["prompt_tokens"] == len(tokens)
