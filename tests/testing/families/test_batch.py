"""Batch chat, compared with a real server."""

from typing import Any

import pytest

from tests.recordings import Recording, all_recordings
from tests.testing.recorded import further, repeat, server_like, shape
from vllm_client import SyncVllmClient, user
from vllm_client.testing import Reply, SimulatedVllm

RECORDED = [
    one
    for one in all_recordings("*/*batch*") + further("*/*batch*")
    if one.path == "/v1/chat/completions/batch"
]
# vLLM 0.32 answers this request with the last token only.
STREAMED = ("batch_stream",)
ANSWERED = [one for one in RECORDED if one.status == 200 and one.name not in STREAMED]
REFUSED = [one for one in RECORDED if one.status >= 400]


def reply_of(choice: Any) -> Reply:
    message, ends = choice["message"], choice["finish_reason"]
    return Reply(
        message["content"] or "",
        reasoning=message["reasoning"],
        finish_reason=ends if ends == "length" else None,
    )


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_batch_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        server.reply([reply_of(choice) for choice in recording.json["choices"]])
        answer = repeat(server, recording)
    assert shape(answer.json) == shape(recording.json)


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_each_conversation_gets_its_answer() -> None:
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        batch = client.chat.completions.batch(messages=[[user("one")], [user("two")]])
    one, two = (choice.message.content or "" for choice in batch.choices)
    assert ('"one"' in one, '"two"' in two) == (True, True)
