"""Test the answer classes of generation from token ids with recorded answers."""

from typing import Any

import attrs
import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import without_nulls
from tests.recordings import Recording, all_recordings, load
from vllm_client.api.inference.answers import (
    CandidateLogprob,
    ChosenLogprob,
    GenerateChoice,
    GenerateChunk,
    GenerateLogprobs,
    GenerateResponse,
)
from vllm_client.api.inference.request import build_generate
from vllm_client.api.render.answers import PlaceholderRange
from vllm_client.call.response import HttpResponse
from vllm_client.codec.answer import Answer
from vllm_client.codec.decoder import structure
from vllm_client.codec.json_codec import loads
from vllm_client.codec.weight_version import WeightVersion
from vllm_client.errors import ParseError
from vllm_client.http.headers import Headers
from vllm_client.http.sse import SseDecoder

PLAIN = all_recordings("chat-scale-out/generate*.plain")
STREAMED = all_recordings("chat-scale-out/generate*.stream")


def answer_to(recording: Recording) -> GenerateResponse:
    """Return the decoded answer of a recording without streaming."""
    spec = build_generate(SETTINGS, {"extra_body": recording.request})
    return spec.read(HttpResponse(200, Headers(), recording.body))


def strange(value: Any) -> list[str]:
    """Return the unknown keys of an answer and its parts."""
    if isinstance(value, Answer):
        parts = [getattr(value, field.name) for field in attrs.fields(type(value))]
        return [*value.unknown_fields, *strange(parts)]
    items = value.values() if isinstance(value, dict) else value
    return (
        [key for item in items for key in strange(item)] if isinstance(value, list | dict) else []
    )


@pytest.mark.parametrize("recording", PLAIN, ids=str)
def test_recorded_answer_is_decoded_completely_and_round_trips(
    recording: Recording,
) -> None:
    answer = answer_to(recording)

    assert without_nulls(answer.to_dict()) == without_nulls(recording.json)
    assert strange(answer) == []


@pytest.mark.parametrize("recording", STREAMED, ids=str)
def test_recorded_chunks_are_decoded_completely_and_round_trip(recording: Recording) -> None:
    texts = [text for text in SseDecoder().feed(recording.body) if text != "[DONE]"]

    for text in texts:
        chunk = structure(loads(text), GenerateChunk)
        assert without_nulls(chunk.to_dict()) == without_nulls(loads(text))
        assert strange(chunk) == []


def test_tokens_have_log_probabilities() -> None:
    answer = answer_to(load("chat-scale-out", "generate_all.plain"))
    first, second = answer.choices

    assert answer.request_id.startswith("generate-tokens-")
    assert answer.prompt_token_ids == [1, 2, 3]
    assert (first.index, second.index) == (0, 1)
    assert answer.token_ids == first.token_ids == second.token_ids
    assert answer.finish_reason == "length"
    assert first.text is None
    assert first.logprobs is not None
    rows = first.logprobs.content
    assert rows is not None
    assert [row.token_id for row in rows] == first.token_ids
    assert all(len(row.top_logprobs) == 2 and row.rank == 1 for row in rows)
    assert first.weight_versions == [WeightVersion("default", 0, 8)]
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 16


def test_text_mode_has_the_text_of_tokens() -> None:
    answer = answer_to(load("chat-scale-out", "generate_text.plain"))
    (choice,) = answer.choices

    assert answer.output_mode == "text"
    assert choice.token_ids is not None
    assert len(choice.token_ids) == 8
    assert choice.logprobs is not None
    row = (choice.logprobs.content or [])[0]
    assert row == ChosenLogprob(
        row.logprob,
        token=",",
        bytes=[44],
        top_logprobs=[CandidateLogprob(row.logprob, token=",", bytes=[44])],
    )


def test_rendered_chat_is_answered_with_a_message() -> None:
    answer = answer_to(load("chat-scale-out", "generate_message.plain"))
    (choice,) = answer.choices

    assert answer.output_mode == "derender"
    assert choice.message is not None
    assert choice.message.reasoning is not None
    assert choice.message.reasoning.strip().startswith("I need the weather in Tokyo")
    (call,) = choice.message.tool_calls or ()
    assert (call.function.name, call.function.parse()) == ("get_weather", {"location": "Tokyo"})
    assert choice.finish_reason == "tool_calls"


def test_a_message_has_log_probabilities_by_text() -> None:
    (choice,) = answer_to(load("chat-scale-out", "generate_message_logprobs.plain")).choices

    assert choice.logprobs is not None
    rows = choice.logprobs.content or []
    assert [row.token for row in rows] == ["<think>", "\n", "I", " need"]


def test_prompt_tokens_have_log_probabilities_too() -> None:
    answer = answer_to(load("chat-scale-out", "generate_prompt_logprobs.plain"))

    assert answer.prompt_logprobs is not None
    nothing, *rows = answer.prompt_logprobs
    assert nothing is None
    assert [set(row or ()) >= {token} for row, token in zip(rows, "23", strict=True)] == [True] * 2


def test_media_have_positions_in_the_prompt() -> None:
    told = {"choices": [], "mm_placeholders": {"image": [{"offset": 3, "length": 64}]}}

    answer = structure(told, GenerateResponse)

    assert answer.mm_placeholders == {"image": [PlaceholderRange(3, 64)]}
    assert answer.to_dict()["mm_placeholders"] == told["mm_placeholders"]
    assert (answer.token_ids, answer.finish_reason) == ([], None)


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"choices": 5}, "$.choices"),
        ({"choices": [{"token_ids": "1"}]}, "$.choices[0].token_ids"),
        ({"choices": [{"token_ids": [1.5]}]}, "$.choices[0].token_ids[0]"),
        ({"choices": [{"text": 1}]}, "$.choices[0].text"),
    ],
)
def test_error_of_a_malformed_answer_names_the_path(told: Any, where: str) -> None:
    with pytest.raises(ParseError) as caught:
        structure(told, GenerateResponse)

    assert caught.value.where == where


def test_malformed_metadata_is_kept_in_unknown_fields() -> None:
    odd = {"logprobs": {"content": [{"logprob": "x"}]}, "token_ids": [1]}
    answer = structure({"choices": [odd], "kv_transfer_params": []}, GenerateResponse)

    assert answer.token_ids == [1]
    assert answer.unknown_fields == {"kv_transfer_params": []}
    assert answer.choices[0].logprobs == GenerateLogprobs(
        [ChosenLogprob(unknown_fields={"logprob": "x"})]
    )


def test_unknown_keys_are_kept() -> None:
    choice = structure({"index": 0, "new": 1}, GenerateChoice)

    assert choice.unknown_fields == {"new": 1}
    assert choice.to_dict() == {"index": 0, "new": 1}
