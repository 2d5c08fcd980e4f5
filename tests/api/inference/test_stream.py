"""Test the response that is assembled from a stream of tokens."""

import json
from typing import Any

import attrs
import pytest

from tests.api.inference.test_answers import answer_to
from tests.helpers.decoding import SETTINGS
from tests.recordings import Recording, all_recordings, load
from vllm_client.api.inference.answers import (
    ChosenLogprob,
    GenerateChoice,
    GenerateChunk,
    GenerateLogprobs,
    GenerateResponse,
)
from vllm_client.api.inference.request import plan_generate_chunks
from vllm_client.api.inference.stream import InferenceMachine
from vllm_client.api.render.answers import PlaceholderRange
from vllm_client.codec.usage import RequestMetrics, Usage
from vllm_client.codec.weight_version import WeightVersion
from vllm_client.errors import ApiError, ParseError, StreamError
from vllm_client.http.sse import SseDecoder
from vllm_client.streams.generation import ChunkReader

STREAMED = all_recordings("chat-scale-out/generate*.stream")

Machine = ChunkReader[GenerateChunk, GenerateResponse]


def read(recording: Recording, size: int | None = None) -> tuple[Machine, list[GenerateChunk]]:
    """Run the state machine on a recording in pieces of this size; return it with the chunks."""
    machine: Any = plan_generate_chunks(SETTINGS, {"extra_body": recording.request}).machine()
    feed, body, chunks = SseDecoder().feed, recording.body, []
    for start in range(0, len(body), size or len(body)):
        chunks += machine.receive(feed(body[start : start + (size or len(body))]))
    return machine, chunks + machine.end()


def chunk(*choices: dict[str, Any], **fields: Any) -> str:
    return json.dumps({"request_id": "generate-tokens-1", "choices": list(choices), **fields})


def usual(answer: GenerateResponse) -> dict[str, Any]:
    """Return the answer without ids, fields that streams lack, and counts of cached tokens."""
    fields = attrs.evolve(answer, request_id="", created=None, model=None).to_dict()
    del fields["usage"]["prompt_tokens_details"]
    return fields


@pytest.mark.parametrize("stream", STREAMED, ids=str)
def test_recorded_stream_assembles_to_the_plain_answer(stream: Recording) -> None:
    machine, chunks = read(stream)
    plain = answer_to(load(stream.config, stream.name.replace("stream", "plain")))

    assert usual(machine.partial()) == usual(plain)
    assert machine.error is None
    assert len(chunks) == stream.body.count(b"data: {")


@pytest.mark.parametrize("stream", STREAMED, ids=str)
def test_rechunked_stream_gives_the_same_chunks(stream: Recording) -> None:
    whole, chunks = read(stream)
    cut, same = read(stream, size=7)

    assert same == chunks
    assert cut.partial() == whole.partial()


def test_error_before_the_first_chunk_is_an_api_error() -> None:
    machine, chunks = read(load("chat-scale-out", "err_generate_bad_regex.stream"))

    assert chunks == []
    assert isinstance(machine.error, ApiError)
    assert machine.error.code == 400
    assert not machine.begun


def test_answer_contains_everything_from_the_chunks() -> None:
    machine = ChunkReader(InferenceMachine())
    machine.receive(
        [
            chunk(
                {
                    "index": 0,
                    "token_ids": [5],
                    "text": "a",
                    "logprobs": {"content": [{"token_id": 5, "logprob": -1.0}]},
                    "sampling_mask": [[5, 6]],
                    "of_a_choice": 1,
                },
                output_mode="text",
                prompt_token_ids=[1],
                mm_placeholders={"image": [{"offset": 0, "length": 1}]},
                of_a_chunk=2,
            ),
            chunk(
                {
                    "index": 0,
                    "token_ids": [7],
                    "text": "b",
                    "logprobs": {"content": [{"token_id": 7, "logprob": -2.0}]},
                    "sampling_mask": [[7]],
                    "finish_reason": "stop",
                    "stop_reason": 7,
                    "routed_experts": "AAAA",
                    "weight_versions": [{"version": "2", "start": 0, "end": 2}],
                }
            ),
            chunk(usage={"prompt_tokens": 1}, metrics={"mean_itl_ms": 5.0}),
            "[DONE]",
        ]
    )

    assert machine.error is None
    assert machine.partial() == GenerateResponse(
        [
            GenerateChoice(
                0,
                [5, 7],
                "ab",
                "stop",
                7,
                GenerateLogprobs([ChosenLogprob(-1.0, 5), ChosenLogprob(-2.0, 7)]),
                "AAAA",
                [[5, 6], [7]],
                [WeightVersion("2", 0, 2)],
                unknown_fields={"of_a_choice": 1},
            )
        ],
        "generate-tokens-1",
        output_mode="text",
        usage=Usage(1),
        prompt_token_ids=[1],
        mm_placeholders={"image": [PlaceholderRange(0, 1)]},
        metrics=RequestMetrics(mean_itl_ms=5.0),
        unknown_fields={"of_a_chunk": 2},
    )


def test_partial_answer_is_not_changed_by_later_chunks() -> None:
    machine = ChunkReader(InferenceMachine())
    machine.receive([chunk({"index": 0, "token_ids": [5]})])
    so_far = machine.partial()
    machine.receive([chunk({"index": 0, "token_ids": [6]})])

    assert so_far.token_ids == [5]
    assert machine.partial().token_ids == [5, 6]


def test_abort_without_tokens_is_a_regular_end() -> None:
    machine = ChunkReader(InferenceMachine())
    machine.receive([chunk({"index": 0, "token_ids": [], "finish_reason": "abort"}), "[DONE]"])

    assert machine.error is None
    assert machine.partial().finish_reason == "abort"


@pytest.mark.parametrize(
    ("last", "error"),
    [
        ("[DONE]", StreamError),
        (json.dumps({"error": {"message": "dead", "code": 500}}), StreamError),
        (chunk({"token_ids": "x"}), StreamError),
        ("{", StreamError),
    ],
)
def test_broken_stream_keeps_the_partial_answer(last: str, error: type[Exception]) -> None:
    machine = ChunkReader(InferenceMachine())
    machine.receive([chunk({"index": 0, "token_ids": [5]}), last])

    assert isinstance(machine.error, error)
    assert machine.error.partial.token_ids == [5]  # type: ignore[attr-defined]


def test_malformed_first_chunk_is_a_parse_error() -> None:
    machine = ChunkReader(InferenceMachine())
    machine.receive(['{"choices": 5}'])

    assert isinstance(machine.error, ParseError)
    assert machine.error.where == "$.choices"


def test_last_metrics_are_kept() -> None:
    machine = ChunkReader(InferenceMachine())
    machine.receive([chunk(metrics={"mean_itl_ms": number}) for number in (5.0, 6.0)])

    assert machine.partial().metrics == RequestMetrics(mean_itl_ms=6.0)
